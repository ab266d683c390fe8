import type { ApiShape } from '../../services/api-shape';
import { addressIn, parseRange } from './addresses';
import type { RequestContext } from './context';
import { compilePattern, type Match, matchPattern, type Pattern } from './pattern';

/** One value of a policy, ready to be compared. */
type Comparison = (value: string, context: RequestContext) => Match;

interface Operator {
  /** Reads a value of the policy. @throws Error in a sentence that says what it isn't */
  compile(text: string, variables: boolean): Comparison;
  /** True unless a value compares. */
  readonly negated?: boolean;
}

/** One key of one operator. */
export interface Condition {
  readonly text: string;
  readonly key: string;
  /** ForAllValues, ForAnyValue. */
  readonly quantifier?: 'all' | 'any';
  readonly ifExists: boolean;
  readonly negated: boolean;
  /** `Null`: the key must be absent, or present. */
  readonly absent?: boolean;
  readonly comparisons: readonly Comparison[];
}

const text = (wildcards: boolean, fold = (value: string) => value) => ({
  compile: (given: string, variables: boolean): Comparison => {
    const pattern = compilePattern(fold(given), { wildcards, variables });
    return (value, context) => matchPattern(pattern, fold(value), context);
  },
});

const arn = {
  compile: (given: string, variables: boolean): Comparison => {
    const parts = arnParts(given).map((part) => compilePattern(part, { wildcards: true, variables }));
    return (value, context) => matchArn(parts, value, context);
  },
};

const order = (read: (value: string) => number, holds: (value: number, limit: number) => boolean): Operator => ({
  compile: (given) => {
    const limit = read(given);
    if (Number.isNaN(limit)) throw new Error(`"${given}" is no value for it`);
    return (value) => holds(read(value), limit);
  },
});

const number = (value: string): number => (value.trim() === '' ? Number.NaN : Number(value));
/** ISO 8601, or seconds since 1970. */
const date = (value: string): number => (/^-?\d{5,}(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value));

const bool: Operator = {
  compile: (given, variables) => {
    const pattern = compilePattern(given.toLowerCase(), { wildcards: false, variables });
    return (value, context) => matchPattern(pattern, value.toLowerCase(), context);
  },
};

const binary: Operator = {
  compile: (given) => (value) => Buffer.from(given, 'base64').equals(Buffer.from(value, 'base64')),
};

const address: Operator = {
  compile: (given) => {
    const range = parseRange(given);
    if (range === undefined) throw new Error(`"${given}" is no address and no range of addresses`);
    return (value) => addressIn(value, range);
  },
};

const lower = (value: string): string => value.toLowerCase();
const not = (operator: Operator): Operator => ({ ...operator, negated: true });

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: text(false),
  StringNotEquals: not(text(false)),
  StringEqualsIgnoreCase: text(false, lower),
  StringNotEqualsIgnoreCase: not(text(false, lower)),
  StringLike: text(true),
  StringNotLike: not(text(true)),
  NumericEquals: order(number, (value, limit) => value === limit),
  NumericNotEquals: not(order(number, (value, limit) => value === limit)),
  NumericLessThan: order(number, (value, limit) => value < limit),
  NumericLessThanEquals: order(number, (value, limit) => value <= limit),
  NumericGreaterThan: order(number, (value, limit) => value > limit),
  NumericGreaterThanEquals: order(number, (value, limit) => value >= limit),
  DateEquals: order(date, (value, limit) => value === limit),
  DateNotEquals: not(order(date, (value, limit) => value === limit)),
  DateLessThan: order(date, (value, limit) => value < limit),
  DateLessThanEquals: order(date, (value, limit) => value <= limit),
  DateGreaterThan: order(date, (value, limit) => value > limit),
  DateGreaterThanEquals: order(date, (value, limit) => value >= limit),
  Bool: bool,
  BinaryEquals: binary,
  IpAddress: address,
  NotIpAddress: not(address),
  ArnEquals: arn,
  ArnLike: arn,
  ArnNotEquals: not(arn),
  ArnNotLike: not(arn),
};

/** @throws Error for an operator that IAM doesn't have, or a value that its operator can't take */
export function parseConditions(given: ApiShape, variables: boolean): readonly Condition[] {
  return Object.entries<ApiShape>(given ?? {}).flatMap(([name, keys]) => {
    const [, quantifier, base, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/i.exec(name) ?? [];
    const known = Object.keys(OPERATORS).find((operator) => operator.toLowerCase() === base?.toLowerCase());
    const isNull = base?.toLowerCase() === 'null' && ifExists === undefined;
    if (known === undefined && !isNull) throw new Error(`"${name}" is no condition operator`);
    // What a template leaves open is left out when it is resolved: without its key a condition would always hold.
    if (Object.keys(keys ?? {}).length === 0) throw new Error(`${name} has no condition key`);
    return Object.entries<ApiShape>(keys).map(([key, value]): Condition => {
      const values: string[] = (Array.isArray(value) ? value : [value]).map(String);
      const common = { text: `${name} ${key}`, key, ifExists: ifExists !== undefined };
      if (isNull) return { ...common, negated: false, absent: values[0]?.toLowerCase() === 'true', comparisons: [] };
      const operator = OPERATORS[known as string];
      return {
        ...common,
        quantifier: quantifier === undefined ? undefined : quantifier.toLowerCase() === 'forallvalues' ? 'all' : 'any',
        negated: operator.negated ?? false,
        comparisons: values.map((one) => compile(operator, one, variables, `${name} ${key}`)),
      };
    });
  });
}

function compile(operator: Operator, value: string, variables: boolean, place: string): Comparison {
  try {
    return operator.compile(value, variables);
  } catch (error) {
    throw new Error(`${place}: ${(error as Error).message}`);
  }
}

/** Whether all conditions hold; a key that isn't known leaves it open. */
export function conditionsHold(conditions: readonly Condition[], context: RequestContext): Match {
  const unknownKeys: string[] = [];
  for (const condition of conditions) {
    const held = holds(condition, context);
    if (held === false) return false;
    if (held !== true) unknownKeys.push(...held.unknownKeys);
  }
  return unknownKeys.length === 0 || { unknownKeys };
}

function holds(condition: Condition, context: RequestContext): Match {
  const { key, quantifier, negated } = condition;
  const values = context.get(key);
  if (values === undefined && !context.knows(key)) return { unknownKeys: [key] };
  if (condition.absent !== undefined) return condition.absent === (values === undefined);
  if (values === undefined && condition.ifExists) return true;
  if (quantifier === 'all') return every(values ?? [], (value) => one(condition, value, context));
  if (quantifier === 'any') return some(values ?? [], (value) => one(condition, value, context));
  if (values === undefined) return negated;
  const any = some(values, (value) => some(condition.comparisons, (compare) => compare(value, context)));
  return negated ? invert(any) : any;
}

function one({ comparisons, negated }: Condition, value: string, context: RequestContext): Match {
  const any = some(comparisons, (compare) => compare(value, context));
  return negated ? invert(any) : any;
}

function some<T>(items: readonly T[], test: (item: T) => Match): Match {
  const unknownKeys: string[] = [];
  for (const item of items) {
    const result = test(item);
    if (result === true) return true;
    if (result !== false) unknownKeys.push(...result.unknownKeys);
  }
  return unknownKeys.length > 0 && { unknownKeys };
}

function every<T>(items: readonly T[], test: (item: T) => Match): Match {
  return invert(some(items, (item) => invert(test(item))));
}

function invert(match: Match): Match {
  return typeof match === 'boolean' ? !match : match;
}

/** The six parts of an ARN; the sixth may have colons. */
function arnParts(value: string): readonly string[] {
  const parts = value.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** Part by part, unlike StringLike. */
function matchArn(parts: readonly Pattern[], value: string, context: RequestContext): Match {
  if (parts.length === 1 && parts[0].text === '*') return true;
  const given = arnParts(value);
  if (given.length !== parts.length) return false;
  return every(
    parts.map((pattern, index) => ({ pattern, part: given[index] })),
    ({ pattern, part }) => matchPattern(pattern, part, context),
  );
}
