import type { ApiShape } from '../../api-shape';
import { StatesError } from './errors';
import { isPresent, MissingPath, type PathScope, readPath } from './json-path';

/** RFC 3339 in the profile that Choice states take: upper case T and Z. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const KINDS: Readonly<Record<string, string>> = {
  String: 'string',
  Numeric: 'number',
  Boolean: 'boolean',
  Timestamp: 'string',
};
const COMPARISON =
  /^(String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals|Matches)(Path)?$/;
const TESTS: Readonly<Record<string, (value: ApiShape) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => typeof value === 'string' && TIMESTAMP.test(value),
};

/** Whether the name is a comparison of JSONPath choice rules. */
export function isComparison(name: string): boolean {
  const match = COMPARISON.exec(name);
  if (match === null) return name === 'IsPresent' || Object.hasOwn(TESTS, name);
  const [, kind, operator, path] = match;
  if (operator === 'Matches') return kind === 'String' && path === undefined;
  return kind !== 'Boolean' || operator === 'Equals';
}

/** The comparison that a rule makes, undefined where it combines others. */
export function comparisonOf(rule: ApiShape): string | undefined {
  return Object.keys(rule).find((key) => !['Variable', 'Next', 'Assign', 'Comment', 'And', 'Or', 'Not'].includes(key));
}

/** Whether a JSONPath choice rule holds. */
export function holds(rule: ApiShape, scope: PathScope): boolean {
  if (rule.And !== undefined) return rule.And.every((inner: ApiShape) => holds(inner, scope));
  if (rule.Or !== undefined) return rule.Or.some((inner: ApiShape) => holds(inner, scope));
  if (rule.Not !== undefined) return !holds(rule.Not, scope);
  const name = comparisonOf(rule) ?? '';
  const operand = rule[name];
  if (name === 'IsPresent') return isPresent(rule.Variable, scope) === operand;
  const value = variable(rule.Variable, scope);
  const test = TESTS[name];
  if (test !== undefined) return test(value) === operand;
  const [, kind = '', operator = '', path] = COMPARISON.exec(name) ?? [];
  const other = path === undefined ? operand : variable(operand, scope);
  // A value of another kind is no error: the rule doesn't hold.
  if (typeof value !== KINDS[kind] || typeof other !== KINDS[kind]) return false;
  if (kind !== 'Timestamp') return compare(operator, value, other);
  return TIMESTAMP.test(value) && TIMESTAMP.test(other) && compare(operator, Date.parse(value), Date.parse(other));
}

function variable(path: string, scope: PathScope): ApiShape {
  try {
    return readPath(path, scope);
  } catch (error) {
    if (!(error instanceof MissingPath)) throw error;
    throw new StatesError(
      'States.Runtime',
      `Invalid path '${path}': The choice state's condition path references an invalid value.`,
    );
  }
}

function compare(operator: string, left: ApiShape, right: ApiShape): boolean {
  switch (operator) {
    case 'Equals':
      return left === right;
    case 'LessThan':
      return left < right;
    case 'LessThanEquals':
      return left <= right;
    case 'GreaterThan':
      return left > right;
    case 'GreaterThanEquals':
      return left >= right;
    default:
      return wildcard(right).test(left);
  }
}

/** `*` stands for any text, `\*` for itself. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(
    /\\(.)|(\*)|([.+?^${}()|[\]/])/g,
    (_, escaped?: string, star?: string, special?: string) => {
      if (star !== undefined) return '[\\s\\S]*';
      const literal = escaped ?? special ?? '';
      return /\w/.test(literal) ? literal : `\\${literal}`;
    },
  );
  return new RegExp(`^${source}$`);
}
