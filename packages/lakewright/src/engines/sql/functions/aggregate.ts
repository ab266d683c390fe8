import { NotCoveredError, SqlError } from '../errors';
import { typeText } from '../types/text';
import { approximate, countable } from './aggregate-approximate';
import { extremes } from './aggregate-extreme';
import { isFloat } from './array';
import { rescaled, unscaled } from './decimal-text';
import type { Behaviour, CallText, CallTypes, FunctionArea } from './entry';
import { isZonedKey } from './map';
import { valueHash } from './value-hash';

/** Digits of a decimal of which no table that DuckDB reads has so many that their sum has 39. */
const SAFE_DIGITS = 24;

/** DuckDB's sum may have 39 digits. */
function decimalSum(call: CallText): string {
  const sum = call.aggregate(`sum(${call.distinct}${call.args[0]})`);
  const [type] = call.types;
  if (type?.kind !== 'decimal' || type.precision <= SAFE_DIGITS) return sum;
  const fail = call.fail('NUMERIC_VALUE_OUT_OF_RANGE', 'Decimal overflow', call.result);
  const digits = `${'9'.repeat(38 - type.scale)}.${'9'.repeat(type.scale)}`;
  const most = `CAST('${digits}' AS DECIMAL(38,${type.scale}))`;
  return `CASE WHEN ${sum} NOT BETWEEN -${most} AND ${most} THEN ${fail} ELSE ${sum} END`;
}

/** Trino divides the exact sum by the count, HALF_UP at the scale of the argument. */
function decimalAverage(call: CallText): string {
  const argument = `${call.distinct}${call.args[0]}`;
  const count = call.aggregate(`count(${argument})`);
  const sum = unscaled(call.result, call.aggregate(`sum(${argument})`));
  return `CASE WHEN ${count} = 0 THEN NULL ELSE ${rescaled(call, call.result, `lw_divh(${sum}, CAST(${count} AS HUGEINT))`)} END`;
}

/** Powers of larger numbers overflow, and what Trino gives then depends on how it split the work. */
const LARGE = '1e75';

const refusedPowers = (call: CallText): string =>
  call.fail('NOT_COVERED', `not covered by the local SQL engine: moments of values beyond ${LARGE}`, call.result);

/** Trino gives NaN over an infinity or NaN, where DuckDB fails; `least` values are needed. */
function moment(
  least: number,
  sql: (value: string, count: string, call: CallText) => string,
): (call: CallText) => string {
  return (call) => {
    const value = call.args[0] ?? '';
    const count = call.aggregate(`count(${call.distinct}${value})`);
    const worst = call.aggregate(
      `max(CASE WHEN NOT isfinite(${value}) THEN 2 WHEN abs(${value}) > ${LARGE} THEN 1 ELSE 0 END)`,
    );
    const nan = `CAST('NaN' AS DOUBLE)`;
    return (
      `CASE WHEN ${count} < ${least} THEN NULL WHEN ${worst} = 2 THEN ${nan} ` +
      `WHEN ${worst} = 1 THEN ${refusedPowers(call)} ELSE ${sql(value, count, call)} END`
    );
  };
}

const plainMoment = (name: string, least: number): Behaviour => ({
  sql: moment(least, (value, _count, call) =>
    call.aggregate(`${name}(${call.distinct}${value})`, `isfinite(${value})`),
  ),
});

/** DuckDB's skewness and kurtosis sum up powers: of values that differ little they give anything. */
const listed =
  (name: string) =>
  (value: string, _count: string, call: CallText): string =>
    `${name}(${call.aggregate(`list(${call.distinct}${value})`, `${value} IS NOT NULL`)})`;

const covarianceOf = (name: string): Behaviour => ({
  sql: covariance(name),
  note: 'refused over an infinity and other pairs',
});

/** Over an infinity and other pairs Trino gives NaN or an infinity, by the order in which it meets them. */
function covariance(name: string): (call: CallText) => string {
  return (call) => {
    const isInfinite = call.args.map((arg) => `isinf(${arg})`).join(' OR ');
    const isNan = call.args.map((arg) => `isnan(${arg})`).join(' OR ');
    const value = `CAST(${call.aggregate(`${name}(${call.args.join(', ')})`)} AS ${call.physical(call.result)})`;
    const present = call.args.map((arg) => `${arg} IS NOT NULL`).join(' AND ');
    const pairs = call.aggregate('count(*)', present);
    const some = (condition: string) => call.aggregate(`bool_or(${condition})`, present);
    const ordered = `${some(isInfinite)} AND NOT ${some(isNan)}`;
    const refused = call.fail(
      'NOT_COVERED',
      "not covered by the local SQL engine: a covariance over an infinity, where Trino's answer hangs on the order of the rows",
      call.result,
    );
    return `CASE WHEN ${pairs} > 1 AND ${ordered} THEN ${refused} ELSE ${value} END`;
  };
}

/** Where there is no line (a single pair, equal values) Trino gives NULL, DuckDB NaN. */
function finite(name: string): (call: CallText) => string {
  return (call) => {
    const finite = call.args.map((arg) => `isfinite(${arg})`).join(' AND ');
    const value = call.aggregate(`${name}(${call.args.join(', ')})`, finite);
    const present = call.args.map((arg) => `${arg} IS NOT NULL`).join(' AND ');
    const others = call.aggregate('count(*)', `${present} AND NOT (${finite})`);
    const isLarge = call.args.map((arg) => `abs(${arg}) > ${LARGE}`).join(' OR ');
    const large = call.aggregate('count(*)', `${present} AND ${finite} AND (${isLarge})`);
    return `CAST(CASE WHEN ${large} > 0 THEN ${refusedPowers(call)} WHEN ${others} = 0 AND isfinite(${value}) THEN ${value} END AS ${call.physical(call.result)})`;
  };
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

/** Of equal values the first stays where it came: the order of Trino's groups. DuckDB's DISTINCT has its own. */
function arrayOf(call: CallText): string {
  const value = call.args[0] ?? '';
  const list = call.aggregate(`list(${value}${call.order})`);
  if (!call.distinct) return list;
  const [all, sorted, i, j, k] = ['l', 's', 'i', 'j', 'k'].map(call.fresh);
  const identity = call.identity(call.types[0] ?? call.result, `${all}[${i}]`);
  const positions = `range(1, len(${all}) + 1)`;
  const keyed = `list_sort(list_transform(${positions}, lambda ${i}: {'k': ${identity}, 'i': ${i}}))`;
  const isFirst = `${j} = 1 OR ${sorted}[${j}].k IS DISTINCT FROM ${sorted}[${j} - 1].k`;
  const first = `list_sort(list_transform(list_filter(${positions}, lambda ${j}: ${isFirst}), lambda ${j}: ${sorted}[${j}].i))`;
  const kept = `list_transform([${keyed}], lambda ${sorted}: list_transform(${first}, lambda ${k}: ${all}[${k}]))[1]`;
  return `list_transform([${list}], lambda ${all}: ${kept})[1]`;
}

/** Trino's limit on the bytes of a text that listagg makes. */
const LONGEST_LISTAGG = 1_048_576;

/** The texts with the separator between them. */
function listagg(call: CallText): string {
  const [value = '', separator = ''] = call.args;
  const text = call.aggregate(`string_agg(${call.distinct}${value}, ${separator}${call.order})`);
  const message = `Concatenated string has the length in bytes larger than the maximum output length ${LONGEST_LISTAGG}`;
  const failure = call.fail('EXCEEDED_FUNCTION_MEMORY_LIMIT', message, call.result);
  return `CASE WHEN strlen(${text}) > ${LONGEST_LISTAGG} THEN ${failure} ELSE ${text} END`;
}

/** `ON OVERFLOW TRUNCATE`: as many texts as fit, then the filler, and how many texts are missing. */
function truncatedListagg(call: CallText): string {
  const [value = '', separator = '', filler = '', counted = ''] = call.args;
  const list = call.aggregate(`list(${call.distinct}${value}${call.order})`, `${value} IS NOT NULL`);
  return `lw_listagg(${list}, ${separator}, ${filler}, ${counted}, ${LONGEST_LISTAGG})`;
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

/** Zoned timestamps are one key by their instant, whose first zone is shown: not by DuckDB. */
function refuseZonedKeys({ types: [type] }: CallTypes): void {
  const key = type?.kind === 'map' ? type.key : type;
  if (key && isZonedKey(key)) throw new NotCoveredError(`an aggregate to a map with keys of type ${typeText(key)}`);
}

function countIf(call: CallText): string {
  const [value = ''] = call.args;
  const count = call.distinct
    ? call.aggregate(`count(DISTINCT ${value})`, value)
    : call.aggregate(`count_if(${value})`);
  return `coalesce(CAST(${count} AS BIGINT), 0::BIGINT)`;
}

/** DuckDB's histogram mixes NaN up with every other number. */
function histogramOf(call: CallText): string {
  const value = call.args[0] ?? '';
  const map = call.physical(call.result);
  if (!isFloat(call.types[0]))
    return `CAST(${call.aggregate(`histogram(${call.distinct}${value})`, `${value} IS NOT NULL`)} AS ${map})`;
  const numbers = call.aggregate(`histogram(${call.distinct}${value})`, `NOT isnan(${value})`);
  const count = call.aggregate(`count(${call.distinct}${value})`, `isnan(${value})`);
  const nan = `MAP {CAST('NaN' AS ${call.physical(call.types[0] ?? call.result)}): CAST(${count} AS BIGINT)}`;
  const all = `map_concat(coalesce(CAST(${numbers} AS ${map}), MAP {}), CAST(${nan} AS ${map}))`;
  return `CASE WHEN ${count} > 0 THEN ${all} ELSE CAST(${numbers} AS ${map}) END`;
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

/** Trino can't choose between the overloads for a bare NULL. */
const ambiguous: Behaviour = {
  sql: '',
  validate: () => {
    const text = 'Could not choose a best candidate operator. Explicit type casts must be added.';
    throw new SqlError('AMBIGUOUS_FUNCTION_CALL', text);
  },
};

/** Aggregates. All but count, count_if and approx_distinct give NULL over no rows. */
export const aggregate: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/aggregate.html',
  aggregate: {
    'count(): bigint': '{count(*)}',
    'count(*): bigint': {
      sql: (call) => call.aggregate(`count(${call.distinct}${countable(call)})`),
    },
    'count_if(boolean): bigint': { sql: countIf },
    'sum(unknown): unknown': ambiguous,
    'avg(unknown): unknown': ambiguous,
    'sum(I): bigint': 'CAST({sum($D$1)} AS BIGINT)',
    'sum(double): double': '{sum($D$1)}',
    'sum(real): real': 'CAST({sum($D$1)} AS FLOAT)',
    'sum(decimal(p,s)): decimal(38,s)': { sql: decimalSum },
    'sum(interval day to second): interval day to second': 'CAST({sum($D$1)} AS BIGINT)',
    'sum(interval year to month): interval year to month': 'CAST({sum($D$1)} AS INTEGER)',
    'avg(I): double': '{avg($D$1)}',
    'avg(double): double': '{avg($D$1)}',
    'avg(real): real': 'CAST({avg($D$1)} AS FLOAT)',
    'avg(decimal(p,s)): decimal(p,s)': { sql: decimalAverage },
    'avg(interval day to second): interval day to second':
      'CAST(floor(CAST({sum($D$1)} AS DOUBLE) / {count($D$1)} + 0.5) AS BIGINT)',
    'avg(interval year to month): interval year to month':
      'CAST(floor(CAST({sum($D$1)} AS DOUBLE) / {count($D$1)} + 0.5) AS INTEGER)',
    ...extremes,
    'arbitrary(T): T': '{any_value($1)}',
    'array_agg(T): array(T)': { sql: arrayOf },
    'bool_and(boolean): boolean': '{bool_and($1)}',
    'bool_or(boolean): boolean': '{bool_or($1)}',
    'stddev(double): double': plainMoment('stddev_samp', 2),
    'stddev_samp(double): double': plainMoment('stddev_samp', 2),
    'stddev_pop(double): double': plainMoment('stddev_pop', 1),
    'variance(double): double': plainMoment('var_samp', 2),
    'var_samp(double): double': plainMoment('var_samp', 2),
    'var_pop(double): double': plainMoment('var_pop', 1),
    'skewness(double): double': { sql: moment(3, listed('lw_skewness')) },
    'kurtosis(double): double': { sql: moment(4, listed('lw_kurtosis')) },
    'corr(real, real): real': { sql: finite('corr') },
    'corr(double, double): double': { sql: finite('corr') },
    'covar_pop(real, real): real': covarianceOf('covar_pop'),
    'covar_pop(double, double): double': covarianceOf('covar_pop'),
    'covar_samp(real, real): real': covarianceOf('covar_samp'),
    'covar_samp(double, double): double': covarianceOf('covar_samp'),
    'regr_slope(real, real): real': { sql: finite('regr_slope') },
    'regr_slope(double, double): double': { sql: finite('regr_slope') },
    'regr_intercept(real, real): real': { sql: finite('regr_intercept') },
    'regr_intercept(double, double): double': { sql: finite('regr_intercept') },
    'geometric_mean(I): double': `exp({avg($D${LOGARITHM})})`,
    'geometric_mean(double): double': `exp({avg($D${LOGARITHM})})`,
    'geometric_mean(real): real': `CAST(exp({avg($D${LOGARITHM})}) AS FLOAT)`,
    'histogram(T): map(T,bigint)': { sql: histogramOf, comparable: ['T'], validate: refuseZonedKeys },
    'map_agg(K, V): map(K,V)': { sql: mapOf, comparable: ['K'], validate: refuseZonedKeys },
    'multimap_agg(K, V): map(K,array(V))': { sql: multimapOf, comparable: ['K'], validate: refuseZonedKeys },
    'map_union(map(K,V)): map(K,V)': { sql: mapUnion, validate: refuseZonedKeys },
    'listagg(varchar, varchar): varchar': { sql: listagg },
    'listagg(varchar, varchar, varchar, boolean): varchar': { sql: truncatedListagg },
    'checksum(T): varbinary': {
      sql: (call) => {
        const value = call.args[0] ?? '';
        // A NULL counts as if its hash were 1.
        const hash = `coalesce(${valueHash(call.types[0], value, call)}, 1)`;
        return `lw_checksum(CAST(${call.aggregate(`sum(${call.distinct}CAST(${hash} AS HUGEINT))`)} % 18446744073709551616 AS VARCHAR))`;
      },
    },
    'reduce_agg(T, S, (S,T)->S, (S,S)->S): S': { sql: reduceAggregate },
    ...approximate,
  },
  aliases: { every: 'bool_and', any_value: 'arbitrary' },
  partial: ['min', 'max', 'min_by', 'max_by', 'array_agg', 'approx_percentile', 'checksum'],
};
