import type { Behaviour, CallText, FunctionArea, RuntimeError } from './entry';

const HASH = 'CAST(hash($1) % 9223372036854775807 AS BIGINT)';
const hashes: Behaviour = {
  sql: `{list(DISTINCT ${HASH}) ? $1 IS NOT NULL}`,
  note: 'exact; on AWS the counts of large sets are estimates',
};
const union = 'list_distinct(flatten({list($1) ? $1 IS NOT NULL}))';
const values = '{list($1) ? $1 IS NOT NULL}';
const allValues = 'flatten({list($1) ? $1 IS NOT NULL})';

const quantileErrors: readonly RuntimeError[] = [
  { when: '$2 < 0 OR $2 > 1', name: 'INVALID_FUNCTION_ARGUMENT', message: 'Quantile should be within bounds [0, 1]' },
];

/** The value at a rank: a quantile digest of few values knows them all. */
const valueAtRank: Behaviour = {
  sql: 'CASE WHEN $2 IS NOT NULL THEN list_sort($1)[least(CAST(floor(len($1) * $2) AS BIGINT) + 1, len($1))] END',
  errors: quantileErrors,
  note: 'exact; on AWS the answer over many values deviates within the error of the digest',
};

function valuesAtRanks(call: CallText): string {
  const [digest = '', quantiles = ''] = call.args;
  const [sorted, q] = [call.fresh('l'), call.fresh('q')];
  const at = `${sorted}[least(CAST(floor(len(${sorted}) * ${q}) AS BIGINT) + 1, len(${sorted}))]`;
  return `CASE WHEN ${digest} IS NULL OR ${quantiles} IS NULL THEN NULL ELSE list_transform([list_sort(${digest})], lambda ${sorted}: list_transform(${quantiles}, lambda ${q}: ${at}))[1] END`;
}

/** The share of smaller values; NULL outside of what the digest has seen. */
const rankOfValue =
  'CASE WHEN $2 IS NULL OR $2 < list_min($1) OR $2 > list_max($1) THEN NULL ELSE len(list_filter($1, lambda lw_v: lw_v < $2)) / CAST(len($1) AS DOUBLE) END';

const percentiles = (quantiles: string): string =>
  `CAST(from_json(lw_percentiles($1, []::DOUBLE[], ${quantiles}), '["VARCHAR"]') AS DOUBLE[])`;

function quantileDigests(): { scalar: Record<string, Behaviour>; aggregate: Record<string, Behaviour> } {
  const scalar: Record<string, Behaviour> = {};
  const aggregate: Record<string, Behaviour> = {};
  for (const type of ['bigint', 'double', 'real']) {
    scalar[`value_at_quantile(qdigest(${type}), double): ${type}`] = valueAtRank;
    scalar[`values_at_quantiles(qdigest(${type}), array(double)): array(${type})`] = { sql: valuesAtRanks };
    scalar[`quantile_at_value(qdigest(${type}), ${type}): double`] = rankOfValue;
    aggregate[`qdigest_agg(${type}): qdigest(${type})`] = values;
    aggregate[`merge(qdigest(${type})): qdigest(${type})`] = allValues;
  }
  return { scalar, aggregate };
}

const quantile = quantileDigests();

/** HyperLogLog, set digest, t-digest and quantile digest: carried as what they summarize. */
export const sketch: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/hyperloglog.html',
  scalar: {
    'cardinality(HyperLogLog): bigint': 'CAST(len($1) AS BIGINT)',
    'empty_approx_set(): HyperLogLog': 'CAST([] AS BIGINT[])',
    'cardinality(SetDigest): bigint': 'CAST(len($1) AS BIGINT)',
    'intersection_cardinality(SetDigest, SetDigest): bigint':
      'CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN CAST(len(list_intersect($1, $2)) AS BIGINT) END',
    'jaccard_index(SetDigest, SetDigest): double':
      'CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN len(list_intersect($1, $2)) / CAST(len(list_distinct(list_concat($1, $2))) AS DOUBLE) END',
    'value_at_quantile(tdigest, double): double': {
      sql: `CASE WHEN $2 IS NOT NULL THEN (${percentiles('[$2]')})[1] END`,
      errors: quantileErrors,
    },
    'values_at_quantiles(tdigest, array(double)): array(double)': percentiles('$2'),
    ...quantile.scalar,
  },
  aggregate: {
    'approx_set(bigint): HyperLogLog': hashes,
    'approx_set(double): HyperLogLog': hashes,
    'approx_set(varchar): HyperLogLog': hashes,
    'make_set_digest(bigint): SetDigest': hashes,
    'make_set_digest(double): SetDigest': hashes,
    'make_set_digest(varchar): SetDigest': hashes,
    'merge(HyperLogLog): HyperLogLog': union,
    'merge_set_digest(SetDigest): SetDigest': union,
    'tdigest_agg(double): tdigest': values,
    'merge(tdigest): tdigest': allValues,
    ...quantile.aggregate,
  },
  notCovered: ['hash_counts'],
  partial: ['approx_set', 'make_set_digest', 'tdigest_agg', 'qdigest_agg', 'cardinality', 'merge'],
};
