import { NotCoveredError, SqlError } from '../errors';
import type { Behaviour, CallText, CallTypes } from './entry';
import { registersOf } from './hyper-log-log';
import { valueHash } from './value-hash';

const LIST_OF_DOUBLES = `'["VARCHAR"]') AS DOUBLE[])`;
const PAIRS_OF_TEXTS = `'[["VARCHAR"]]'`;

const nonNull = (args: readonly string[]): string => args.map((arg) => `${arg} IS NOT NULL`).join(' AND ');

/**
 * A summary of what may depend on how Trino split the work: refused over more values than are surely taken in one go,
 * unless an approximate answer is accepted; then over more than this process can hold. Up to `few` values of a group
 * the split doesn't matter.
 */
export function limited(name: string, args: readonly string[], call: CallText, sql: string, few = 1): string {
  const { accepted, values } = call.summaryLimit(name, few);
  const shown = values.toLocaleString('en-US');
  const failure = accepted
    ? call.fail('EXCEEDED_LOCAL_MEMORY_LIMIT', `${name} takes at most ${shown} values of a group here`, call.result)
    : call.fail(
        'NOT_COVERED',
        `not covered by the local SQL engine: ${name} over more than ${shown} values, where Trino's own answer varies ` +
          'with the split of the work; lakewright.config.json can accept an approximate one: "sql": {"acceptApproximation": true}',
        call.result,
      );
  return `CASE WHEN ${call.aggregate(`count(*)`, nonNull(args))} > ${values} THEN ${failure} ELSE ${sql} END`;
}

/** As many values as a t-digest keeps apart, whether or not parts of them were merged before. */
export const SINGLES = 32;

/** Values and weights that aren't NULL, as lists of doubles; without weights the second list is empty. */
function digestInput(value: string, weight: string | undefined, call: CallText): string {
  const args = [value, ...(weight === undefined ? [] : [weight])];
  const list = (arg: string): string => call.aggregate(`list(CAST(${arg} AS DOUBLE))`, nonNull(args));
  return `${list(value)}, ${weight === undefined ? '[]::DOUBLE[]' : list(weight)}`;
}

/** Trino asks a t-digest, and so does `lw_percentiles`; integers are rounded half up. */
function percentile(call: CallText): string {
  const [value = '', second = ''] = call.args;
  const weight = call.args.length >= 3 ? second : undefined;
  const at = call.args.length === 4 ? 2 : call.args.length - 1;
  const quantile = call.args[at] ?? '';
  const many = call.types[at]?.kind === 'array';
  const constant = call.literals[at] !== undefined || call.isConstant(at);
  if (!constant) throw new NotCoveredError('approx_percentile with a percentile that is not a constant');
  const quantiles = many ? quantile : `[CAST(${quantile} AS DOUBLE)]`;
  const numbers = `CAST(from_json(lw_percentiles(${digestInput(value, weight, call)}, ${quantiles}), ${LIST_OF_DOUBLES}`;
  const e = call.fresh('e');
  const element = call.physical(call.result.kind === 'array' ? call.result.element : call.result);
  const rounded = element === 'BIGINT' ? roundedToLong(e) : `CAST(${e} AS ${element})`;
  const list = exactly(value, element, call, `list_transform(${numbers}, lambda ${e}: ${rounded})`);
  return limited(
    'approx_percentile',
    weight === undefined ? [value] : [value, weight],
    call,
    many ? list : `(${list})[1]`,
    weight === undefined ? SINGLES : 1,
  );
}

/** Doubles from 2^52 on are whole, and adding a half would make them others; 2^63 is the largest bigint, as for Java. */
const roundedToLong = (e: string): string =>
  `CASE WHEN ${e} >= 9223372036854775807 THEN 9223372036854775807 WHEN abs(${e}) >= 4503599627370496 ` +
  `THEN CAST(${e} AS BIGINT) ELSE CAST(floor(${e} + 0.5) AS BIGINT) END`;

/** Trino takes no bigint that isn't a double. */
function exactly(value: string, element: string, call: CallText, list: string): string {
  if (element !== 'BIGINT') return list;
  const inexact = `${value} <> 9223372036854775807 AND CAST(CAST(${value} AS DOUBLE) AS HUGEINT) <> ${value}`;
  const failure = `CAST(${call.fail('INVALID_FUNCTION_ARGUMENT', 'no exact double representation for long', { kind: 'bigint' })} AS BIGINT)`;
  return `CASE WHEN ${call.aggregate('count(*)', inexact)} > 0 THEN [${failure}] ELSE ${list} END`;
}

function validatePercentile({ literals, types }: CallTypes): void {
  const p = literals[types.length === 4 ? 2 : types.length - 1];
  if (p !== undefined && !(Number(p) >= 0 && Number(p) <= 1)) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'Percentile must be between 0 and 1');
  }
}

const splitNote =
  "Trino's own algorithm over one file of up to 32 MB and one row group (with GROUP BY: of up to 10,000 rows), in " +
  "windows of up to 10,000 rows, over VALUES or one UNNEST; elsewhere Trino's answer varies with the split of the work, " +
  'and it is given only where an approximate answer is accepted';
const percentileSpec: Behaviour = { sql: percentile, validate: validatePercentile, note: splitNote };

function percentiles(): Record<string, Behaviour> {
  const entries: Record<string, Behaviour> = {};
  for (const type of ['bigint', 'double', 'real']) {
    for (const weight of ['', ', double']) {
      entries[`approx_percentile(${type}${weight}, double): ${type}`] = percentileSpec;
      entries[`approx_percentile(${type}${weight}, array(double)): array(${type})`] = percentileSpec;
    }
    entries[`approx_percentile(${type}, double, double, double): ${type}`] = percentileSpec;
  }
  return entries;
}

function pairs(text: string, call: CallText, key: string, value: string): string {
  const [list, e] = [call.fresh('l'), call.fresh('e')];
  const column = (index: number, type: string) =>
    `list_transform(${list}, lambda ${e}: CAST(${e}[${index}] AS ${type}))`;
  return (
    `list_transform([from_json(${text}, ${PAIRS_OF_TEXTS})], lambda ${list}: CASE WHEN ${list} IS NOT NULL ` +
    `THEN map(${column(1, key)}, ${column(2, value)}) END)[1]`
  );
}

function numericHistogram(element: 'DOUBLE' | 'FLOAT'): (call: CallText) => string {
  return (call) => {
    const [buckets = '', value = '', weight] = call.args;
    const text = `lw_numeric_histogram(${buckets}, ${digestInput(value, weight, call)})`;
    const args = weight === undefined ? [value] : [value, weight];
    return limited('numeric_histogram', args, call, pairs(text, call, element, element));
  };
}

function mostFrequent(form: 'long' | 'text', key: 'BIGINT' | 'VARCHAR'): (call: CallText) => string {
  return (call) => {
    const [buckets = '', value = '', capacity = ''] = call.args;
    const list = call.aggregate(`list(${value})`, nonNull([value]));
    const text = `lw_frequent_${form}(${buckets}, ${list}, ${capacity})`;
    return limited('approx_most_frequent', [value], call, pairs(text, call, key, 'BIGINT'));
  };
}

/** Trino's number of buckets for a standard error, as bits. */
function indexBits(error: number): number {
  if (!(error >= 0.0040625 && error <= 0.26)) {
    const text = `Max standard error must be in [0.0040625, 0.26]: ${error}`;
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', text);
  }
  return Math.ceil(Math.log2(Math.ceil(1.0816 / (error * error))));
}

/** Trino's default: 2.3 %, 2,048 buckets. */
const DEFAULT_ERROR = 0.023;

function distinctCount(call: CallText): string {
  const value = call.args[0] ?? '';
  const [type] = call.types;
  // Of two values Trino remembers which it has seen.
  if (type?.kind === 'boolean') return call.aggregate(`count(DISTINCT ${value})`);
  if (type?.kind === 'unknown') return call.aggregate('count(CAST(NULL AS INTEGER))');
  const { count, registers } = registersOf(valueHash(type, value, call), value, errorBits(call), call);
  return `coalesce(lw_hll_count(${errorBits(call)}, ${count}, ${registers}), 0::BIGINT)`;
}

const errorBits = ({ literals, types }: CallTypes): number =>
  indexBits(types.length === 1 ? DEFAULT_ERROR : Number(literals[1]));

const distinctSpec: Behaviour = {
  sql: distinctCount,
  validate: (call) => {
    if (call.types.length === 1 || call.literals[1] !== undefined) errorBits(call);
  },
  literals: [2],
  comparable: ['T'],
  note: "Trino's own HyperLogLog: the same estimate",
};

/** Aggregates that are approximate on AWS. */
export const approximate: Readonly<Record<string, Behaviour>> = {
  'approx_distinct(T): bigint': distinctSpec,
  'approx_distinct(T, double): bigint': distinctSpec,
  ...percentiles(),
  'numeric_histogram(bigint, real): map(real,real)': { sql: numericHistogram('FLOAT'), literals: [1], note: splitNote },
  'numeric_histogram(bigint, real, double): map(real,real)': { sql: numericHistogram('FLOAT'), literals: [1] },
  'numeric_histogram(bigint, double): map(double,double)': { sql: numericHistogram('DOUBLE'), literals: [1] },
  'numeric_histogram(bigint, double, double): map(double,double)': { sql: numericHistogram('DOUBLE'), literals: [1] },
  'approx_most_frequent(bigint, varchar, bigint): map(varchar,bigint)': {
    sql: mostFrequent('text', 'VARCHAR'),
    literals: [1, 3],
    note: splitNote,
  },
  'approx_most_frequent(bigint, bigint, bigint): map(bigint,bigint)': {
    sql: mostFrequent('long', 'BIGINT'),
    literals: [1, 3],
  },
};

/** Zoned timestamps are distinct by their instant. */
export function countable(call: CallText): string {
  const value = call.args[0] ?? '';
  switch (call.types[0]?.kind) {
    case 'timestamp with time zone':
      return `(${value}).i`;
    case 'unknown':
      return 'CAST(NULL AS INTEGER)';
    default:
      return value;
  }
}
