import type { ApiShape } from '../services/api-shape';
import { addressBlocks } from './cidr';
import { describe, isRecord, Unresolved } from './unresolved';

/** What an intrinsic may ask while it is evaluated: the template that it stands in. */
export interface IntrinsicScope {
  readonly region: string;
  evaluate(value: ApiShape): ApiShape;
  reference(name: string): ApiShape;
  attribute(logicalId: string, attribute: string): ApiShape;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): ApiShape;
  importValue(name: string): ApiShape;
  stackOutput(request: ApiShape): ApiShape;
}

type Intrinsic = (argument: ApiShape, scope: IntrinsicScope) => ApiShape;

/**
 * CloudFormation's intrinsic functions. Each checks its arguments and says, as `Unresolved`, what is wrong with them.
 * `undefined` is `AWS::NoValue`.
 *
 * Source: AWS CloudFormation Template Reference, "Intrinsic function reference".
 */
export const INTRINSICS: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['Ref', (name, scope) => scope.reference(text('Ref', name))],
  [
    'Fn::GetAtt',
    (argument, scope) => {
      const [logicalId, ...rest] = Array.isArray(argument) ? argument : text('Fn::GetAtt', argument).split('.');
      const attribute = rest.map((part) => text('Fn::GetAtt', scope.evaluate(part))).join('.');
      if (attribute === '')
        throw new Unresolved(`Fn::GetAtt needs a logical id and an attribute, got ${describe(argument)}`);
      return scope.attribute(text('Fn::GetAtt', logicalId), attribute);
    },
  ],
  [
    'Fn::Join',
    (argument, scope) => {
      const [delimiter, values] = list('Fn::Join', argument, 2);
      return list('Fn::Join', scope.evaluate(values))
        .map((value) => scalar('Fn::Join', value))
        .join(text('Fn::Join', scope.evaluate(delimiter)));
    },
  ],
  ['Fn::Sub', substitute],
  [
    'Fn::Select',
    (argument, scope) => {
      const [position, values] = list('Fn::Select', argument, 2);
      const index = Number(scalar('Fn::Select', scope.evaluate(position)));
      // A list that came in as the text of a parameter is cut at its commas, as CloudFormation does.
      const options = list('Fn::Select', scope.evaluate(values));
      if (!Number.isInteger(index) || index < 0 || index >= options.length) {
        throw new Unresolved(`Fn::Select has no element ${describe(scope.evaluate(position))} in ${describe(options)}`);
      }
      return options[index];
    },
  ],
  [
    'Fn::Split',
    (argument, scope) => {
      const [delimiter, value] = list('Fn::Split', argument, 2);
      const mark = text('Fn::Split', scope.evaluate(delimiter));
      if (mark === '') throw new Unresolved('Fn::Split has an empty delimiter');
      return scalar('Fn::Split', scope.evaluate(value)).split(mark);
    },
  ],
  [
    'Fn::If',
    (argument, scope) => {
      const [condition, yes, no] = list('Fn::If', argument, 3);
      return scope.evaluate(scope.condition(text('Fn::If', condition)) ? yes : no);
    },
  ],
  [
    'Fn::Equals',
    (argument, scope) => {
      const [left, right] = list('Fn::Equals', argument, 2).map((value) => comparable(scope.evaluate(value)));
      return left === right;
    },
  ],
  ['Fn::And', (argument, scope) => list('Fn::And', argument).every((value) => truth('Fn::And', value, scope))],
  ['Fn::Or', (argument, scope) => list('Fn::Or', argument).some((value) => truth('Fn::Or', value, scope))],
  ['Fn::Not', (argument, scope) => !truth('Fn::Not', list('Fn::Not', argument, 1)[0], scope)],
  ['Condition', (name, scope) => scope.condition(text('Condition', name))],
  [
    'Fn::FindInMap',
    (argument, scope) => {
      const [map, first, second, options] = list('Fn::FindInMap', argument, 3);
      const [name, top, leaf] = [map, first, second].map((key) => scalar('Fn::FindInMap', scope.evaluate(key)));
      const value = scope.mapping(name as string, top as string, leaf as string);
      if (value !== undefined) return value;
      if (isRecord(options) && 'DefaultValue' in options) return scope.evaluate(options.DefaultValue);
      throw new Unresolved(`Fn::FindInMap finds no '${top}' → '${leaf}' in mapping '${name}'`);
    },
  ],
  ['Fn::ImportValue', (name, scope) => scope.importValue(scalar('Fn::ImportValue', scope.evaluate(name)))],
  ['Fn::GetStackOutput', (request, scope) => scope.stackOutput(scope.evaluate(request))],
  ['Fn::Base64', (value, scope) => Buffer.from(scalar('Fn::Base64', scope.evaluate(value))).toString('base64')],
  [
    'Fn::GetAZs',
    (region, scope) => {
      const name = scalar('Fn::GetAZs', scope.evaluate(region ?? '')) || scope.region;
      return ['a', 'b', 'c'].map((zone) => `${name}${zone}`);
    },
  ],
  [
    'Fn::Cidr',
    (argument, scope) => {
      const [block, count, bits] = list('Fn::Cidr', argument, 2).map((value) =>
        scalar('Fn::Cidr', scope.evaluate(value)),
      );
      return addressBlocks(block as string, Number(count), bits === undefined ? undefined : Number(bits));
    },
  ],
  ['Fn::Length', (value, scope) => list('Fn::Length', scope.evaluate(value)).length],
  ['Fn::ToJsonString', (value, scope) => JSON.stringify(scope.evaluate(value))],
  [
    'Fn::Transform',
    (argument) => {
      const name = describe(isRecord(argument) && 'Name' in argument ? argument.Name : argument);
      throw new Unresolved(`Fn::Transform ${name} is not supported: macros run in AWS only`);
    },
  ],
]);

/** `${Name}`, `${Name.Attribute}`, `${!Literal}`. */
const PLACEHOLDER = /\$\{([^${}]*)\}/g;

function substitute(argument: ApiShape, scope: IntrinsicScope): ApiShape {
  const [pattern, own] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = own ?? {};
  if (!isRecord(variables)) throw new Unresolved(`Fn::Sub wants an object of variables, got ${describe(variables)}`);
  return text('Fn::Sub', pattern).replace(PLACEHOLDER, (_, inner: string) => {
    if (inner.startsWith('!')) return `\${${inner.slice(1)}}`;
    const name = inner.trim();
    if (Object.hasOwn(variables, name)) return scalar('Fn::Sub', scope.evaluate(variables[name]));
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.reference(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
    return scalar('Fn::Sub', Array.isArray(value) ? value.join(',') : value);
  });
}

function truth(name: string, value: ApiShape, scope: IntrinsicScope): boolean {
  const result = scope.evaluate(value);
  if (result === true || result === 'true') return true;
  if (result === false || result === 'false') return false;
  throw new Unresolved(`${name} wants conditions, got ${describe(result)}`);
}

function comparable(value: ApiShape): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function text(name: string, value: ApiShape): string {
  if (typeof value === 'string') return value;
  throw new Unresolved(`${name} wants text, got ${describe(value)}`);
}

function scalar(name: string, value: ApiShape): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Unresolved(`${name} wants text, got ${describe(value)}`);
}

function list(name: string, value: ApiShape, least = 0): ApiShape[] {
  if (Array.isArray(value) && value.length >= least) return value;
  throw new Unresolved(`${name} wants a list${least > 0 ? ` of ${least}` : ''}, got ${describe(value)}`);
}
