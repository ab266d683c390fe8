import { callTypes, withPosition } from '../analyze/calls';
import type { Argument, FunctionCall, Typed } from '../analyze/typed';
import { some } from '../analyze/walk';
import { NotCoveredError, type SqlPosition } from '../errors';
import type { CallText } from '../functions/entry';
import type { Overload } from '../functions/table';
import { physicalType } from '../types/physical';
import type { TrinoType } from '../types/type';
import { summaryLimit } from './approximation';
import { capturedBy } from './captured';
import { castSql } from './casts';
import { compareSql, holdsNull, identityOf, operandOf } from './compare';
import { type EmitContext, emit, inlineLambda, lambdaSql } from './expressions';
import { hoisting, subqueriesIn } from './hoist';
import { bindOnce, fresh, raise, VOLATILE } from './text';

/** JavaScript functions that never fail because of a value (at most because of a pattern or path). */
const SAFE =
  /lw_(?:re_\w+|lower|upper|reverse|url(?!_decode)\w*|json_(?:extract|scalar|len|size|get|contains)|hash\w*|hmac|crc32|xxhash64|soundex|translate|levenshtein|normalize|d2s|f2s|jquote|joda_format|date_format)\(/g;

/** A scalar function: its entry's template or code, with its checks. */
export function callSql(node: FunctionCall, context: EmitContext): string {
  const bodies = node.args.flatMap((arg) => (arg.kind === 'lambda' ? [arg.body] : []));
  return hoisting(subqueriesIn(bodies), context, (inner) => writeFlat(node, inner));
}

function writeFlat(node: FunctionCall, context: EmitContext): string {
  const sql = writeCall(node, context);
  const mayFail = /lw_\w+\(/.test(sql.replace(SAFE, '').replace(/lw_fail\(/g, ''));
  return mayFail && !context.flat ? writeCall(node, { ...context, flat: true }) : sql;
}

/** NULL whatever the rows hold: Trino's planner drops a call with such an argument, and what the others would do. */
function isNull(node: Argument): boolean {
  if (node.kind === 'literal') return node.value === null;
  if (node.kind === 'cast') return isNull(node.operand);
  return node.kind === 'call' && isNullCall(node);
}

const isNullCall = ({ overload: { behaviour }, args }: FunctionCall): boolean =>
  behaviour.nulls === 'strict' && behaviour.deterministic && args.some(isNull);

function writeCall(node: FunctionCall, context: EmitContext): string {
  const { overload, args, type } = node;
  if (isNullCall(node)) return `CAST(NULL AS ${physicalType(type)})`;
  const { sql, deterministic } = overload.behaviour;
  const inner = forArguments(node, context);
  const texts = args.map((arg) => (arg.kind === 'lambda' ? lambdaSql(arg, inner) : emit(arg, inner)));
  const repeated = new Set(
    args.flatMap((arg, index) => (arg.kind !== 'lambda' && isRepeated(overload, index) ? [index] : [])),
  );
  const written = bindOnce(
    [...repeated].map((index) => texts[index] ?? ''),
    (bound) => {
      const names = [...texts];
      for (const [order, index] of [...repeated].entries()) names[index] = bound[order] ?? '';
      const call = callText({ args, texts: names, result: type, context });
      const value = typeof sql === 'string' ? expand(sql, call) : withPosition(node.position, () => sql(call));
      return withChecks(overload, args, names, type, value);
    },
  );
  return deterministic ? written : `${VOLATILE}${written}`;
}

/** The answer is the same whatever the order of an array's values. */
const ORDERLESS = new Set(
  'array_sort cardinality contains array_min array_max any_match all_match none_match'.split(' '),
);
/** Value by value. */
const ELEMENTWISE = new Set('transform filter array_distinct array_remove'.split(' '));
const SHOWS_KEYS = new Set(['map_keys', 'map_values', 'map_entries']);

/** Trino's histograms come in the order of their hash table, which isn't known here. */
function forArguments({ overload: { name }, args, position }: FunctionCall, context: EmitContext): EmitContext {
  if (SHOWS_KEYS.has(name) && !context.anyOrder) for (const arg of args) refuseHistogram(arg, position);
  return { ...context, anyOrder: ORDERLESS.has(name) || (context.anyOrder && ELEMENTWISE.has(name)) };
}

export function refuseHistogram(node: Argument, position?: SqlPosition): void {
  if (node.kind !== 'lambda' && some(node, isHistogram)) {
    throw new NotCoveredError('the order of the keys of a histogram', position);
  }
}

const isHistogram = (node: Typed): boolean =>
  (node.kind === 'call' && node.overload.name === 'array_histogram') ||
  (node.kind === 'aggregate' && node.name === 'histogram');

/** Whether the text may name the argument (from 0) more than once. */
function isRepeated({ behaviour }: Overload, index: number): boolean {
  // A macro may name its operands several times.
  if (typeof behaviour.sql !== 'string' || behaviour.sql.includes('lw_')) return true;
  const template = [behaviour.sql, ...(behaviour.errors ?? []).map((error) => error.when)].join(' ');
  const guarded = (behaviour.errors?.length ?? 0) > 0 ? 1 : 0;
  return template.split(new RegExp(`\\$${index + 1}(?!\\d)`)).length - 1 + guarded > 1;
}

interface CallParts {
  readonly args: readonly Argument[];
  /** DuckDB expressions of the arguments; a lambda's in DuckDB's form. */
  readonly texts: readonly string[];
  readonly result: TrinoType;
  readonly context: EmitContext;
}

/** What a code behaviour writes its expression from; aggregates add their clauses. */
export function callText(parts: CallParts): CallText {
  const { args, texts, result, context } = parts;
  return {
    ...callTypes(args),
    args: texts,
    result,
    lambda: (index, values) => {
      const lambda = args[index];
      if (lambda?.kind !== 'lambda') throw new Error(`argument ${index} is not a lambda`);
      return inlineLambda(lambda, values, context);
    },
    captured: (index) => {
      const lambda = args[index];
      if (lambda?.kind !== 'lambda') throw new Error(`argument ${index} is not a lambda`);
      return capturedBy(lambda, context);
    },
    aggregate: (call) => call,
    distinct: '',
    order: '',
    physical: physicalType,
    cast: castSql,
    equal: (type, left, right) => compareSql('=', type, operandOf(left), operandOf(right)),
    less: (type, left, right) => compareSql('<', type, operandOf(left), operandOf(right)),
    identity: (type, value) => identityOf(value, type),
    holdsNull,
    summaryLimit: (name, few) => summaryLimit(name, Math.max(few, context.valuesInOrder ?? 0)),
    isConstant: (index) => {
      const argument = args[index];
      return argument !== undefined && argument.kind !== 'lambda' && !some(argument, ({ kind }) => kind === 'column');
    },
    fail: raise,
    fresh,
  };
}

/** Fills a template in. */
export function expand(template: string, call: CallText): string {
  return template.replace(/\$L(\d)|\$(\d)|@R|@(\d)/g, (match, lambda?: string, arg?: string, type?: string) => {
    const index = Number(lambda ?? arg ?? type) - 1;
    if (match === '@R') return physicalType(call.result);
    const argumentType = call.types[index];
    if (type !== undefined && argumentType) return physicalType(argumentType);
    return call.args[index] ?? match;
  });
}

/** Trino's runtime errors, raised only where no argument is NULL. */
function withChecks(
  { behaviour }: Overload,
  args: readonly Argument[],
  texts: readonly string[],
  type: TrinoType,
  value: string,
): string {
  if (!behaviour.errors?.length) return value;
  const branches = behaviour.errors.map(({ when, name, message }) => {
    const condition = when.replace(/\$(\d)/g, (_match, index: string) => texts[Number(index) - 1] ?? '');
    const guards = args.flatMap((arg, index) => {
      const isConstant = arg.kind === 'lambda' || (arg.kind === 'literal' && arg.value !== null);
      const counts = behaviour.nulls === 'strict' || when.includes(`$${index + 1}`);
      return isConstant || !counts ? [] : [`${texts[index]} IS NOT NULL`];
    });
    return `WHEN ${[`(${condition})`, ...guards].join(' AND ')} THEN ${raise(name, message, type)}`;
  });
  return `CASE ${branches.join(' ')} ELSE ${value} END`;
}
