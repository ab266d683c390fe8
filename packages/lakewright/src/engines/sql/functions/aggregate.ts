import { NotCoveredError, SqlError } from '../errors';
import type { TrinoType } from '../types/type';
import { approximate, countable } from './aggregate-approximate';
import { isFloat } from './array';
import { rescaled, unscaled } from './decimal-text';
import type { CallText, CallTypes, FunctionArea } from './entry';

/** NaN loses against every number, alone it wins. Zoned timestamps are compared by their instant (first field). */
function extreme(name: 'min' | 'max'): (call: CallText) => string {
  return (call) => {
    const value = call.args[0] ?? '';
    if (call.result.kind === 'array') return extremeArray(name, value, call);
    if (call.result.kind === 'unknown') return call.aggregate(`${name}(CAST(NULL AS INTEGER))`);
    if (!isFloat(call.result)) return call.aggregate(`${name}(${call.distinct}${value})`);
    return `coalesce(${call.aggregate(`${name}(${value})`, `NOT isnan(${value})`)}, ${call.aggregate(`${name}(${value})`)})`;
  };
}

/** Comparing arrays with NULLs fails in Trino; a single one isn't compared. */
function extremeArray(name: 'min' | 'max', value: string, call: CallText): string {
  const fail = call.fail('NOT_SUPPORTED', 'ARRAY comparison not supported for arrays with null elements', call.result);
  const compared = `${call.aggregate(`count(${value})`)} > 1 AND ${call.aggregate(`bool_or(list_count(${value}) < len(${value}))`)}`;
  return `CASE WHEN ${compared} THEN ${fail} ELSE ${call.aggregate(`${name}(${value})`)} END`;
}

/** Arrays of what DuckDB compares as Trino does. */
function refuseExtreme({ types }: CallTypes): void {
  const [type] = types;
  if (
    type?.kind === 'array' &&
    !isFloat(type.element) &&
    !['array', 'row', 'map', 'timestamp with time zone'].includes(type.element.kind)
  )
    return;
  refuseNested(0)({ types, literals: [] });
}

function refuseNested(argument: number): (call: CallTypes) => void {
  return ({ types }) => {
    const kind = types[argument]?.kind;
    if (kind === 'array' || kind === 'row')
      throw new NotCoveredError(`an aggregate ordered by a value of type ${kind}`);
  };
}

function refuseFloatKeys(argument: number): (call: CallTypes) => void {
  return (call) => {
    refuseNested(argument)(call);
    const type = call.types[argument];
    if (isFloat(type)) throw new NotCoveredError('min_by and max_by ordered by a floating-point number');
    if (type?.kind === 'timestamp with time zone') {
      throw new NotCoveredError('min_by and max_by ordered by a timestamp with time zone');
    }
  };
}

/** The n smallest or largest (by `key`), as an array. */
function firstN(direction: 'ASC' | 'DESC'): (call: CallText) => string {
  return (call) => {
    const [value = ''] = call.args;
    const key = call.args.length === 3 ? (call.args[1] ?? '') : value;
    const keyType = call.types[call.args.length === 3 ? 1 : 0];
    const list = call.aggregate(`list(${value} ORDER BY ${key} ${direction} NULLS LAST)`, `${key} IS NOT NULL`);
    const sliced = `list_slice(${list}, 1, ${call.literals.at(-1)})`;
    if (!isFloat(keyType)) return sliced;
    const nan = call.fail('NOT_COVERED', 'the n smallest or largest of numbers that include NaN', call.result);
    return `CASE WHEN coalesce(${call.aggregate(`bool_or(isnan(${key}))`)}, false) THEN ${nan} ELSE ${sliced} END`;
  };
}

function validateN({ literals, types }: CallTypes): void {
  const key = types.length === 3 ? types[1] : types[0];
  if (key && ['array', 'row', 'timestamp with time zone', 'unknown'].includes(key.kind)) {
    throw new NotCoveredError(`the n smallest or largest of values of type ${key.kind}`);
  }
  const n = literals.at(-1);
  if (n !== undefined && (Number(n) < 1 || Number(n) > 10000)) {
    const message = Number(n) < 1 ? 'must be a positive integer' : 'must be less than or equal to 10000';
    throw new SqlError(
      'INVALID_FUNCTION_ARGUMENT',
      `${types.length === 3 ? 'third' : 'second'} argument of max_n/min_n ${message}`,
    );
  }
}

/** Trino divides the exact sum by the count, HALF_UP at the scale of the argument. */
function decimalAverage(call: CallText): string {
  const argument = `${call.distinct}${call.args[0]}`;
  const count = call.aggregate(`count(${argument})`);
  const sum = unscaled(call.result, call.aggregate(`sum(${argument})`));
  return `CASE WHEN ${count} = 0 THEN NULL ELSE ${rescaled(call, call.result, `lw_divh(${sum}, CAST(${count} AS HUGEINT))`)} END`;
}

/** Trino's skewness isn't corrected for the sample size, DuckDB's is. */
function skewness(call: CallText): string {
  const value = call.args[0];
  const n = call.aggregate(`count(${value})`);
  return `CASE WHEN ${n} < 3 THEN NULL ELSE ${call.aggregate(`skewness(${value})`)} * (${n} - 2) / sqrt(CAST(${n} AS DOUBLE) * (${n} - 1)) END`;
}

/** Where there is no line (a single pair, equal values) Trino gives NULL, DuckDB NaN. */
function finite(name: string): (call: CallText) => string {
  return (call) => {
    const value = call.aggregate(`${name}(${call.args.join(', ')})`);
    return `CAST(CASE WHEN isfinite(${value}) THEN ${value} END AS ${call.physical(call.result)})`;
  };
}

/** Of equal values Trino gives NaN, DuckDB NULL. */
function kurtosis(call: CallText): string {
  const value = call.args[0];
  const result = call.aggregate(`kurtosis(${value})`);
  return `CASE WHEN ${call.aggregate(`count(${value})`)} < 4 THEN NULL WHEN ${result} IS NULL THEN CAST('NaN' AS DOUBLE) ELSE ${result} END`;
}

/** DuckDB's ln fails where Java's gives -Infinity or NaN. */
const LOGARITHM =
  "CASE WHEN $1 < 0 THEN CAST('NaN' AS DOUBLE) WHEN $1 = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE ln($1) END";

/** The first value of each key wins. */
function mapOf(call: CallText): string {
  const [key = '', value = ''] = call.args;
  const notNull = `${key} IS NOT NULL`;
  const [pair, i] = [call.fresh('e'), call.fresh('i')];
  const lists =
    `CASE WHEN ${call.aggregate(`count(${key})`)} > 0 THEN {'k': ${call.aggregate(`list(${key}${call.order})`, notNull)}, ` +
    `'v': ${call.aggregate(`list(${value}${call.order})`, notNull)}} END`;
  const first = `list_filter(range(1, len(${pair}.k) + 1), lambda ${i}: list_position(${pair}.k, ${pair}.k[${i}]) = ${i})`;
  const map = `map_from_entries(list_transform(${first}, lambda ${i}: {'k': ${pair}.k[${i}], 'v': ${pair}.v[${i}]}))`;
  return `list_transform([${lists}], lambda ${pair}: CASE WHEN ${pair} IS NULL THEN NULL ELSE ${map} END)[1]`;
}

/** All values of each key, keys in order of first appearance. */
function multimapOf(call: CallText): string {
  const [key = '', value = ''] = call.args;
  const [all, e, k] = [call.fresh('l'), call.fresh('e'), call.fresh('k')];
  const pairs = call.aggregate(`list({'k': ${key}, 'v': ${value}}${call.order})`, `${key} IS NOT NULL`);
  const keys = `lw_distinct(list_transform(${all}, lambda ${e}: ${e}.k))`;
  const own = `list_transform(list_filter(${all}, lambda ${e}: ${e}.k = ${k}), lambda ${e}: ${e}.v)`;
  return `list_transform([${pairs}], lambda ${all}: CASE WHEN ${all} IS NULL THEN NULL ELSE map_from_entries(list_transform(${keys}, lambda ${k}: {'k': ${k}, 'v': ${own}})) END)[1]`;
}

/** The union of maps; the value of a key that several maps have is one of theirs: here the first. */
function mapUnion(call: CallText): string {
  const map = call.args[0] ?? '';
  const [all, e, i] = [call.fresh('l'), call.fresh('e'), call.fresh('i')];
  const entries = call.aggregate(`list(map_entries(${map})${call.order})`, `${map} IS NOT NULL`);
  const keys = `list_transform(${all}, lambda ${e}: ${e}.key)`;
  const first = `list_filter(range(1, len(${all}) + 1), lambda ${i}: list_position(${keys}, ${all}[${i}].key) = ${i})`;
  return `list_transform([flatten(${entries})], lambda ${all}: CASE WHEN ${all} IS NULL THEN NULL ELSE map_from_entries(list_transform(${first}, lambda ${i}: ${all}[${i}])) END)[1]`;
}

/** Order-independent sum of xxhash64 of the values: only for types whose hash is known to be Trino's. */
function checksumHash(type: TrinoType | undefined, value: string): string {
  switch (type?.kind) {
    case 'varchar':
      return `lw_hash_text(${value})`;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'date':
      return `lw_hash_long(CAST(${type.kind === 'date' ? `(${value} - DATE '1970-01-01')` : value} AS BIGINT))`;
    default:
      throw new NotCoveredError(`checksum of a value of type ${type?.kind}`);
  }
}

/** reduce_agg folds the values that aren't NULL in the order in which they come. */
function reduceAggregate(call: CallText): string {
  const [value = '', initial = ''] = call.args;
  const state = call.physical(call.result);
  const element = call.physical(call.types[0] ?? call.result);
  const [x, left, right] = [call.fresh('e'), call.fresh('s'), call.fresh('s')];
  const list = call.aggregate(`list(${value})`, `${value} IS NOT NULL`);
  return (
    `list_reduce(list_transform(${list}, lambda ${x}: {'s': CAST(NULL AS ${state}), 'e': ${x}}), ` +
    `lambda ${left}, ${right}: {'s': ${call.lambda(2, [`${left}.s`, `${right}.e`])}, 'e': CAST(NULL AS ${element})}, ` +
    `{'s': ${initial}, 'e': CAST(NULL AS ${element})}).s`
  );
}

/** Aggregates. All but count, count_if and approx_distinct give NULL over no rows. */
export const aggregate: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/aggregate.html',
  aggregate: {
    'count(): bigint': '{count(*)}',
    'count(*): bigint': {
      sql: (call) => call.aggregate(`count(${call.distinct}${countable(call)})`),
    },
    'count_if(boolean): bigint': 'coalesce(CAST({count_if($1)} AS BIGINT), 0::BIGINT)',
    'sum(I): bigint': 'CAST({sum($D$1)} AS BIGINT)',
    'sum(double): double': '{sum($D$1)}',
    'sum(real): real': 'CAST({sum($D$1)} AS FLOAT)',
    'sum(decimal(p,s)): decimal(38,s)': '{sum($D$1)}',
    'sum(interval day to second): interval day to second': 'CAST({sum($D$1)} AS BIGINT)',
    'sum(interval year to month): interval year to month': 'CAST({sum($D$1)} AS INTEGER)',
    'avg(I): double': '{avg($D$1)}',
    'avg(double): double': '{avg($D$1)}',
    'avg(real): real': 'CAST({avg($D$1)} AS FLOAT)',
    'avg(decimal(p,s)): decimal(p,s)': { sql: decimalAverage },
    'avg(interval day to second): interval day to second':
      'CAST(CAST({sum($D$1)} AS HUGEINT) // {count($D$1)} AS BIGINT)',
    'avg(interval year to month): interval year to month':
      'CAST(CAST({sum($D$1)} AS HUGEINT) // {count($D$1)} AS INTEGER)',
    'min(T): T': { sql: extreme('min'), orderable: ['T'], validate: refuseExtreme },
    'max(T): T': { sql: extreme('max'), orderable: ['T'], validate: refuseExtreme },
    'min(T, bigint): array(T)': { sql: firstN('ASC'), orderable: ['T'], literals: [2], validate: validateN },
    'max(T, bigint): array(T)': { sql: firstN('DESC'), orderable: ['T'], literals: [2], validate: validateN },
    'min_by(T, U): T': {
      sql: '{arg_min_null($1, $2) ? ($2) IS NOT NULL}',
      orderable: ['U'],
      validate: refuseFloatKeys(1),
    },
    'max_by(T, U): T': {
      sql: '{arg_max_null($1, $2) ? ($2) IS NOT NULL}',
      orderable: ['U'],
      validate: refuseFloatKeys(1),
    },
    'min_by(T, U, bigint): array(T)': { sql: firstN('ASC'), orderable: ['U'], literals: [3], validate: validateN },
    'max_by(T, U, bigint): array(T)': { sql: firstN('DESC'), orderable: ['U'], literals: [3], validate: validateN },
    'arbitrary(T): T': '{any_value($1)}',
    'array_agg(T): array(T)': '{list($D$1$O)}',
    'bool_and(boolean): boolean': '{bool_and($1)}',
    'bool_or(boolean): boolean': '{bool_or($1)}',
    'stddev(double): double': '{stddev_samp($D$1)}',
    'stddev_samp(double): double': '{stddev_samp($D$1)}',
    'stddev_pop(double): double': '{stddev_pop($D$1)}',
    'variance(double): double': '{var_samp($D$1)}',
    'var_samp(double): double': '{var_samp($D$1)}',
    'var_pop(double): double': '{var_pop($D$1)}',
    'skewness(double): double': { sql: skewness },
    'kurtosis(double): double': { sql: kurtosis },
    'corr(double, double): double': { sql: finite('corr') },
    'corr(real, real): real': { sql: finite('corr') },
    'covar_pop(double, double): double': '{covar_pop($1, $2)}',
    'covar_pop(real, real): real': 'CAST({covar_pop($1, $2)} AS FLOAT)',
    'covar_samp(double, double): double': '{covar_samp($1, $2)}',
    'covar_samp(real, real): real': 'CAST({covar_samp($1, $2)} AS FLOAT)',
    'regr_slope(double, double): double': { sql: finite('regr_slope') },
    'regr_slope(real, real): real': { sql: finite('regr_slope') },
    'regr_intercept(double, double): double': { sql: finite('regr_intercept') },
    'regr_intercept(real, real): real': { sql: finite('regr_intercept') },
    'geometric_mean(I): double': `exp({avg(${LOGARITHM})})`,
    'geometric_mean(double): double': `exp({avg(${LOGARITHM})})`,
    'geometric_mean(real): real': `CAST(exp({avg(${LOGARITHM})}) AS FLOAT)`,
    'histogram(T): map(T,bigint)': {
      sql: 'CAST({histogram($1) ? $1 IS NOT NULL} AS @R)',
      comparable: ['T'],
    },
    'map_agg(K, V): map(K,V)': { sql: mapOf, comparable: ['K'] },
    'multimap_agg(K, V): map(K,array(V))': { sql: multimapOf, comparable: ['K'] },
    'map_union(map(K,V)): map(K,V)': { sql: mapUnion },
    'listagg(varchar, varchar): varchar': '{string_agg($D$1, $2$O)}',
    'checksum(T): varbinary': {
      sql: (call) => {
        const value = call.args[0] ?? '';
        const hash = `coalesce(${checksumHash(call.types[0], value)}, -7046029288634856825)`;
        return `lw_checksum(CAST(${call.aggregate(`sum(CAST(${hash} AS HUGEINT))`)} % 18446744073709551616 AS VARCHAR))`;
      },
    },
    'reduce_agg(T, S, (S,T)->S, (S,S)->S): S': { sql: reduceAggregate },
    ...approximate,
  },
  aliases: { every: 'bool_and', any_value: 'arbitrary' },
  partial: ['min', 'max', 'min_by', 'max_by', 'array_agg', 'approx_percentile', 'checksum'],
};
