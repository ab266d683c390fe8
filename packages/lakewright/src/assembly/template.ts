import { LakewrightError } from '../host/host';
import type { ApiShape } from '../services/api-shape';
import { describe, isRecord } from './unresolved';
import { parseYaml } from './yaml';

/** A CloudFormation template whose sections are known to be objects; nothing in it is evaluated yet. */
export interface Template {
  /** The file that it comes from. */
  readonly source: string;
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly mappings: Readonly<Record<string, ApiShape>>;
  /** `Fn::ForEach::…` entries are still in here, as in the next two: their collections may need parameters. */
  readonly conditions: Readonly<Record<string, ApiShape>>;
  readonly resources: Readonly<Record<string, ApiShape>>;
  readonly outputs: Readonly<Record<string, ApiShape>>;
  readonly transforms: readonly string[];
  /** What isn't as CloudFormation wants it; such parts are left out. */
  readonly problems: readonly string[];
}

export interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: ApiShape;
  readonly AllowedValues?: readonly ApiShape[];
  readonly NoEcho?: boolean | string;
}

/** Transforms whose work is done here or changes nothing that the runtime reads. */
const HARMLESS_TRANSFORMS = new Set(['AWS::LanguageExtensions', 'AWS::SecretsManager-2020-07-23']);

/** A stack may have assets only: any section makes it a template. */
const SECTIONS = ['Resources', 'Outputs', 'Parameters', 'Rules', 'Conditions', 'AWSTemplateFormatVersion'];

/**
 * Reads a template's text, JSON or YAML with CloudFormation's short forms (`!Ref`, `!Sub` …).
 *
 * @param source what the text is called in messages: the file's path
 */
export function parseTemplate(text: string, source: string): Template {
  const document = parseDocument(text, source);
  if (!isRecord(document)) {
    throw new LakewrightError(
      'LW_ASSEMBLY_NOT_A_TEMPLATE',
      `${source} holds ${describe(document)}: a CloudFormation template is an object with a 'Resources' section; give a cdk.out folder or a template file`,
      2,
    );
  }
  if (!SECTIONS.some((section) => section in document)) {
    throw new LakewrightError(
      'LW_ASSEMBLY_NOT_A_TEMPLATE',
      `${source} has no section of a template (it is ${describe(document)}): give a cdk.out folder or a CloudFormation template`,
      2,
    );
  }
  const problems: string[] = [];
  const section = (name: string): Record<string, ApiShape> => {
    const value = document[name];
    if (value === undefined || value === null) return {};
    if (isRecord(value)) return value;
    problems.push(`section '${name}' is ${describe(value)}: it must be an object; it is left out`);
    return {};
  };
  return {
    source,
    parameters: keep(section('Parameters'), 'parameter', problems, (value) => typeof value.Type === 'string'),
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    resources: keep(section('Resources'), 'resource', problems, (value) => typeof value.Type === 'string'),
    outputs: keep(section('Outputs'), 'output', problems, (value) => 'Value' in value),
    transforms: transforms(document.Transform, problems),
    problems,
  };
}

function parseDocument(text: string, source: string): unknown {
  const body = text.replace(/^\uFEFF/, '');
  const json = /^\s*[{[]/.test(body);
  try {
    return json ? JSON.parse(body) : parseYaml(body);
  } catch (error) {
    // A YAML document in flow style also starts with a brace.
    if (json && !source.endsWith('.json')) {
      try {
        return parseYaml(body);
      } catch {}
    }
    throw new LakewrightError(
      'LW_ASSEMBLY_BROKEN_FILE',
      `${source} is not valid ${json ? 'JSON' : 'YAML'}: ${(error as Error).message.split('\n')[0]}; synthesize again or repair the file`,
      2,
    );
  }
}

function keep(
  entries: Record<string, ApiShape>,
  kind: string,
  problems: string[],
  valid: (value: Record<string, unknown>) => boolean,
): Record<string, ApiShape> {
  const kept: [string, ApiShape][] = [];
  for (const [name, value] of Object.entries(entries)) {
    if (name.startsWith('Fn::ForEach::') || (isRecord(value) && valid(value))) kept.push([name, value]);
    else problems.push(`${kind} '${name}' is ${describe(value)}, which is no ${kind}: it is left out`);
  }
  return Object.fromEntries(kept);
}

function transforms(value: unknown, problems: string[]): string[] {
  const names = (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map((entry) =>
    isRecord(entry) && typeof entry.Name === 'string'
      ? entry.Name
      : typeof entry === 'string'
        ? entry
        : describe(entry),
  );
  for (const name of names) {
    if (!HARMLESS_TRANSFORMS.has(name)) {
      problems.push(`transform '${name}' is not supported: the template is read as it is written, without expansion`);
    }
  }
  return names;
}
