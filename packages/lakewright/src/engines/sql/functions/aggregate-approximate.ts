import { SqlError } from '../errors';
import type { Behaviour, CallText, CallTypes } from './entry';

/**
 * Trino's answer over a sketch is the value at this rank when there are few values: the sketch keeps them all. Over many
 * values Trino's answer deviates by the sketch's error, this engine's doesn't.
 */
function integerPercentile(call: CallText): string {
  const [value = '', quantile = ''] = call.args;
  const [list, p] = [call.fresh('l'), call.fresh('p')];
  const sorted = `list_sort(${call.aggregate(`list(CAST(${value} AS BIGINT))`, `${value} IS NOT NULL`)})`;
  const at = (q: string): string => `${list}[least(CAST(floor(len(${list}) * ${q}) AS BIGINT) + 1, len(${list}))]`;
  const many = call.types[1]?.kind === 'array';
  const body = many
    ? `CASE WHEN ${list} IS NULL THEN NULL ELSE list_transform(${quantile}, lambda ${p}: ${at(p)}) END`
    : at(quantile);
  return `list_transform([${sorted}], lambda ${list}: ${body})[1]`;
}

/** Trino's t-digest interpolates between the values, as quantile_cont does. */
const interpolated = (call: CallText): string => call.aggregate(`quantile_cont(${call.args[0]}, ${call.args[1]})`);

function validatePercentile({ literals }: CallTypes): void {
  const p = literals[1];
  if (p !== undefined && !(Number(p) >= 0 && Number(p) <= 1)) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'Percentile must be between 0 and 1');
  }
}

const percentileNote = 'exact; on AWS the answer over many values deviates within the error of a sketch';
const percentile = { validate: validatePercentile, note: percentileNote };
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
  'approx_percentile(bigint, double): bigint': { sql: integerPercentile, ...percentile },
  'approx_percentile(bigint, array(double)): array(bigint)': { sql: integerPercentile, note: percentileNote },
  'approx_percentile(double, double): double': { sql: interpolated, ...percentile },
  'approx_percentile(double, array(double)): array(double)': { sql: interpolated, note: percentileNote },
  'approx_percentile(real, double): real': { sql: interpolated, ...percentile },
  'approx_percentile(real, array(double)): array(real)': { sql: interpolated, note: percentileNote },
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
