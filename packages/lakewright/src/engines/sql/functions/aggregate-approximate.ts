import { SqlError } from '../errors';
import type { Behaviour, CallText, CallTypes } from './entry';

const LIST_OF_DOUBLES = `'["VARCHAR"]') AS DOUBLE[])`;

/** Values and weights that aren't NULL, as lists of doubles; without weights the second list is empty. */
function digestInput(value: string, weight: string | undefined, call: CallText): string {
  const filter = [value, ...(weight === undefined ? [] : [weight])].map((arg) => `${arg} IS NOT NULL`).join(' AND ');
  const list = (arg: string): string => call.aggregate(`list(CAST(${arg} AS DOUBLE))`, filter);
  return `${list(value)}, ${weight === undefined ? '[]::DOUBLE[]' : list(weight)}`;
}

/** Trino asks a t-digest, and so does `lw_percentiles`; integers are rounded half up. */
function percentile(call: CallText): string {
  const [value = '', second = ''] = call.args;
  const weight = call.args.length === 3 ? second : undefined;
  const quantile = call.args.at(-1) ?? '';
  const many = call.types.at(-1)?.kind === 'array';
  const quantiles = many ? quantile : `[CAST(${quantile} AS DOUBLE)]`;
  const numbers = `CAST(from_json(lw_percentiles(${digestInput(value, weight, call)}, ${quantiles}), ${LIST_OF_DOUBLES}`;
  const e = call.fresh('e');
  const element = call.physical(call.result.kind === 'array' ? call.result.element : call.result);
  const rounded = element === 'BIGINT' ? `CAST(floor(${e} + 0.5) AS BIGINT)` : `CAST(${e} AS ${element})`;
  const list = `list_transform(${numbers}, lambda ${e}: ${rounded})`;
  return many ? list : `(${list})[1]`;
}

function validatePercentile({ literals }: CallTypes): void {
  const p = literals.at(-1);
  if (p !== undefined && !(Number(p) >= 0 && Number(p) <= 1)) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'Percentile must be between 0 and 1');
  }
}

const percentileNote =
  'of few values exact; of many (some dozens) interpolated as on AWS, where it may differ by the split of the work';
const percentileSpec = { sql: percentile, validate: validatePercentile, note: percentileNote };

function percentiles(): Record<string, Behaviour> {
  const entries: Record<string, Behaviour> = {};
  for (const type of ['bigint', 'double', 'real']) {
    for (const weight of ['', ', double']) {
      entries[`approx_percentile(${type}${weight}, double): ${type}`] = percentileSpec;
      entries[`approx_percentile(${type}${weight}, array(double)): array(${type})`] = percentileSpec;
    }
  }
  return entries;
}

function numericHistogram(call: CallText): string {
  const [buckets = '', value = '', weight] = call.args;
  const list = call.fresh('l');
  const text = `lw_numeric_histogram(${buckets}, ${digestInput(value, weight, call)})`;
  const pairs = `CAST(from_json(${text}, '[["VARCHAR"]]') AS DOUBLE[][])`;
  return `list_transform([${pairs}], lambda ${list}: CASE WHEN ${list} IS NOT NULL THEN map(list_transform(${list}, lambda e: e[1]), list_transform(${list}, lambda e: e[2])) END)[1]`;
}

function validateBuckets({ literals }: CallTypes): void {
  if (literals[0] !== undefined && Number(literals[0]) < 2) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'numeric_histogram bucket count must be greater than one');
  }
}

const distinctNote = 'exact; on AWS the answer deviates by 2.3 % (standard error)';

/** Aggregates that are approximate on AWS and exact here. */
export const approximate: Readonly<Record<string, Behaviour>> = {
  'approx_distinct(*): bigint': {
    sql: (call) => call.aggregate(`count(DISTINCT ${countable(call)})`),
    note: distinctNote,
  },
  'approx_distinct(*, double): bigint': {
    sql: (call) => call.aggregate(`count(DISTINCT ${countable(call)})`),
    validate: ({ literals }) => {
      const error = literals[1];
      if (error !== undefined && (Number(error) < 0.0040625 || Number(error) > 0.26)) {
        throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'Standard error must be in range [0.0040625, 0.26000]');
      }
    },
    note: distinctNote,
  },
  ...percentiles(),
  'numeric_histogram(bigint, double): map(double,double)': {
    sql: numericHistogram,
    validate: validateBuckets,
    literals: [1],
  },
  'numeric_histogram(bigint, double, double): map(double,double)': {
    sql: numericHistogram,
    validate: validateBuckets,
    literals: [1],
  },
  'approx_most_frequent(bigint, varchar, bigint): map(varchar,bigint)': {
    sql: mostFrequent,
    literals: [1, 3],
    note: 'exact; on AWS the counts deviate when there are more values than the capacity',
  },
  'approx_most_frequent(bigint, bigint, bigint): map(bigint,bigint)': {
    sql: mostFrequent,
    literals: [1, 3],
    note: 'exact; on AWS the counts deviate when there are more values than the capacity',
  },
};

function mostFrequent(call: CallText): string {
  const [, value = ''] = call.args;
  const [all, e] = [call.fresh('l'), call.fresh('e')];
  const histogram = call.aggregate(`histogram(${value})`, `${value} IS NOT NULL`);
  const ranked = `list_sort(list_transform(map_entries(${all}), lambda ${e}: {'n': -CAST(${e}.value AS BIGINT), 'k': ${e}.key}))`;
  const top = `list_transform(list_slice(${ranked}, 1, ${call.literals[0]}), lambda ${e}: {'k': ${e}.k, 'v': -${e}.n})`;
  return `list_transform([${histogram}], lambda ${all}: CASE WHEN ${all} IS NULL THEN NULL ELSE map_from_entries(${top}) END)[1]`;
}

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
