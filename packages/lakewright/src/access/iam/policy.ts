import type { ApiShape } from '../../services/api-shape';
import { type Condition, parseConditions } from './conditions';
import { compilePattern, type Pattern } from './pattern';

export type Effect = 'Allow' | 'Deny';

/** The kinds of policies, as AWS's error texts name them. */
export type PolicyKind = 'identity-based policy' | 'resource-based policy' | 'permissions boundary' | 'session policy';

export interface Policy {
  /** For reasons: `AnalystDefaultPolicy`, `bucket policy of raw`. */
  readonly name: string;
  readonly statements: readonly Statement[];
  /** Why the whole document can't be read; it denies everything then. */
  readonly problem?: string;
}

/** Either the listed ones, or all but these. */
export interface Selection<T> {
  readonly not: boolean;
  readonly patterns: readonly T[];
}

export interface PrincipalPattern {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser' | '*';
  readonly value: string;
}

export interface Statement {
  /** For reasons: `statement "ReadRaw" of AnalystDefaultPolicy`. */
  readonly label: string;
  readonly effect: Effect;
  readonly actions: Selection<Pattern>;
  readonly resources: Selection<Pattern>;
  /** Resource-based policies only. */
  readonly principals?: Selection<PrincipalPattern>;
  readonly conditions: readonly Condition[];
  /** The answer depends on more than principal, action and resource. */
  readonly conditional: boolean;
  /** Why it can't be read: if it allows, it allows nothing; if it denies, it denies everything. */
  readonly problem?: string;
}

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);

/**
 * Reads a policy document, as an object or as JSON.
 *
 * @param attachedTo policies on a resource: `Principal` is a must, and without `Resource` this ARN is meant (trust policies)
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(name: string, document: ApiShape, attachedTo?: string): Policy {
  try {
    const { Version, Statement } = typeof document === 'string' ? JSON.parse(document) : (document ?? {});
    if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
      throw new Error(`Version is "${Version}", which is neither 2012-10-17 nor 2008-10-17`);
    }
    const given = list(Statement);
    if (given.length === 0 && Statement === undefined) throw new Error('it has no Statement');
    const variables = Version === '2012-10-17';
    return { name, statements: given.map((one, index) => readStatement(one, index, { name, variables, attachedTo })) };
  } catch (error) {
    return { name, statements: [], problem: error instanceof Error ? error.message : String(error) };
  }
}

interface Place {
  readonly name: string;
  readonly variables: boolean;
  readonly attachedTo?: string;
}

const EVERYTHING = { not: true, patterns: [] };

function readStatement(given: ApiShape, index: number, place: Place): Statement {
  const label = `statement ${given?.Sid ? `"${given.Sid}"` : index + 1} of ${place.name}`;
  try {
    return statement(given, label, place);
  } catch (error) {
    return {
      label,
      effect: given?.Effect === 'Allow' ? 'Allow' : 'Deny',
      actions: EVERYTHING,
      resources: EVERYTHING,
      principals: EVERYTHING,
      conditions: [],
      conditional: false,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

function statement(given: ApiShape, label: string, { variables, attachedTo }: Place): Statement {
  if (typeof given !== 'object' || given === null) throw new Error('it is no object');
  const foreign = Object.keys(given).find((element) => !ELEMENTS.has(element));
  if (foreign !== undefined) throw new Error(`it has the unknown element "${foreign}"`);
  if (given.Effect !== 'Allow' && given.Effect !== 'Deny') {
    throw new Error(`Effect is "${given.Effect}", which is neither Allow nor Deny`);
  }
  const actions = selection(given, 'Action', (text) =>
    compilePattern(text.toLowerCase(), { wildcards: true, variables: false }),
  );
  if (actions === undefined) throw new Error('it has neither Action nor NotAction');
  const resources =
    selection(given, 'Resource', (text) => resourcePattern(text, variables)) ??
    (attachedTo === undefined ? undefined : { not: false, patterns: [resourcePattern(attachedTo, false)] });
  if (resources === undefined) throw new Error('it has neither Resource nor NotResource');
  const principals = principalsOf(given);
  if (attachedTo !== undefined && principals === undefined) {
    throw new Error('it is on a resource, and has neither Principal nor NotPrincipal');
  }
  if (attachedTo === undefined && principals !== undefined) {
    throw new Error('it is on an identity, and has a Principal');
  }
  const conditions = parseConditions(given.Condition, variables);
  const conditional = conditions.length > 0 || resources.patterns.some(({ hasVariables }) => hasVariables);
  return { label, effect: given.Effect, actions, resources, principals, conditions, conditional };
}

function resourcePattern(text: string, variables: boolean): Pattern {
  // An ARN that ends early stands for all that begins so.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
  const missing = text.startsWith('arn:') ? Math.max(6 - text.split(':').length, 0) : 0;
  const whole = text + ':*'.repeat(missing);
  return compilePattern(whole, { wildcards: true, variables, variablesFrom: startOfResource(whole) });
}

function startOfResource(arn: string): number {
  let at = 0;
  for (let colon = 0; colon < 5; colon += 1) at = arn.indexOf(':', at) + 1 || arn.length;
  return at;
}

function selection<T>(given: ApiShape, element: string, read: (text: string) => T): Selection<T> | undefined {
  const both = [given[element], given[`Not${element}`]];
  if (both[0] !== undefined && both[1] !== undefined) throw new Error(`it has ${element} and Not${element}`);
  const not = both[1] !== undefined;
  const texts = not ? both[1] : both[0];
  if (texts === undefined) return undefined;
  return {
    not,
    patterns: list(texts).map((text) => {
      if (typeof text !== 'string') throw new Error(`${element} has ${JSON.stringify(text)}, which is no text`);
      return read(text);
    }),
  };
}

function principalsOf(given: ApiShape): Selection<PrincipalPattern> | undefined {
  const not = given.NotPrincipal !== undefined;
  if (not && given.Principal !== undefined) throw new Error('it has Principal and NotPrincipal');
  const value = not ? given.NotPrincipal : given.Principal;
  if (value === undefined) return undefined;
  if (value === '*') return { not, patterns: [{ type: '*', value: '*' }] };
  if (typeof value !== 'object' || value === null) throw new Error(`"${value}" is no principal`);
  const patterns = Object.entries<ApiShape>(value).flatMap(([type, values]) => {
    if (type !== 'AWS' && type !== 'Service' && type !== 'Federated' && type !== 'CanonicalUser') {
      throw new Error(`"${type}" is no type of principal`);
    }
    return list(values).map((text): PrincipalPattern => ({ type, value: String(text) }));
  });
  return { not, patterns };
}

function list(value: ApiShape): ApiShape[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
