import type { ApiShape } from '../services/api-shape';
import type { ParameterDeclaration } from './template';
import { describe, Unresolved } from './unresolved';

/**
 * A parameter's value as `Ref` gives it: checked against the allowed values, SSM types looked up, lists cut.
 *
 * Source: AWS CloudFormation User Guide, "Parameters" and "SSM parameter types".
 *
 * @param given what the user or the parent stack passed; undefined = the default
 */
export function parameterValue(
  name: string,
  declaration: ParameterDeclaration,
  given: ApiShape,
  ssm: (parameter: string) => string | undefined,
): ApiShape {
  const value = given ?? declaration.Default;
  if (value === undefined) {
    throw new Unresolved(`parameter '${name}' has neither a value nor a default: pass one`);
  }
  const allowed = declaration.AllowedValues;
  if (Array.isArray(allowed) && !allowed.some((option) => String(option) === String(value))) {
    throw new Unresolved(`parameter '${name}' is ${describe(value)}, allowed are ${allowed.map(String).join(', ')}`);
  }
  const looked = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(declaration.Type)?.[1];
  const text = looked === undefined ? value : lookUp(name, value, ssm);
  const isList = /^List<|^CommaDelimitedList$/.test(looked ?? declaration.Type);
  if (isList) return Array.isArray(text) ? text.map(String) : splitList(text);
  return typeof text === 'object' && text !== null ? JSON.stringify(text) : String(text);
}

export function isNoEcho(declaration: ParameterDeclaration): boolean {
  return declaration.NoEcho === true || declaration.NoEcho === 'true';
}

function lookUp(name: string, key: ApiShape, ssm: (parameter: string) => string | undefined): string {
  const found = ssm(String(key));
  if (found !== undefined) return found;
  throw new Unresolved(
    `parameter '${name}' is SSM parameter ${describe(key)}, which no stack of the assembly declares and no lookup knows`,
  );
}

function splitList(value: ApiShape): string[] {
  const text = String(value);
  return text === '' ? [] : text.split(',').map((entry) => entry.trim());
}
