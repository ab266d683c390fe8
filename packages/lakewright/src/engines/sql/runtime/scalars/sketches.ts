import { invalidArgument, notCovered, ScalarFailure, type ScalarFunction, scalar } from '../support';
import { HyperLogLog } from './hyper-log-log';
import { numericHistogram } from './numeric-histogram';
import { doubleOfSortable, QuantileDigest, realOfSortable, sortableOfDouble, sortableOfReal } from './quantile-digest';
import { SET_DIGEST_BITS, SetDigest } from './set-digest';
import { StreamSummary } from './stream-summary';
import { TDigest } from './t-digest';

/** The sketch of a partial aggregation, as the final one reads it: Trino's results have gone through both. */
const handedOver = (digest: TDigest): TDigest => TDigest.parse(digest.serialize());

function tDigestOf(values: readonly number[], weights: readonly number[]): TDigest {
  const digest = new TDigest();
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) invalidArgument(`value must be finite; was ${value}`);
    digest.add(value, weights.length > 0 ? checkedWeight(weights[i] ?? 1) : 1);
  });
  return digest;
}

function checkedWeight(weight: number): number {
  const text = Number.isInteger(weight) ? weight.toFixed(1) : String(weight);
  if (!Number.isFinite(weight)) invalidArgument(`weight must be finite, was ${text}`);
  if (weight < 1) invalidArgument(`weight must be >= 1, was ${text}`);
  return weight;
}

/** Answers in the order of the question, as a JSON array of texts. */
function percentiles(values: readonly number[], weights: readonly number[], quantiles: readonly number[]): string {
  for (const quantile of quantiles) {
    if (quantile === null) invalidArgument('Percentile cannot be null');
    if (!(quantile >= 0 && quantile <= 1)) invalidArgument('Percentile must be between 0 and 1');
  }
  const digest = handedOver(tDigestOf(values, weights));
  const order = quantiles.map((_quantile, i) => i).sort((a, b) => (quantiles[a] ?? 0) - (quantiles[b] ?? 0));
  const sorted = digest.valuesAt(order.map((i) => quantiles[i] ?? 0));
  const result: string[] = [];
  order.forEach((i, rank) => {
    result[i] = String(sorted[rank]);
  });
  return JSON.stringify(result);
}

function quantilesOf(digest: TDigest, quantiles: readonly number[]): string {
  const isSorted = quantiles.every((quantile, i) => i === 0 || quantile >= (quantiles[i - 1] ?? 0));
  if (!isSorted) invalidArgument('percentiles must be sorted in increasing order');
  return JSON.stringify(digest.valuesAt(quantiles).map(String));
}

function frequent<T extends string | bigint>(buckets: bigint, items: readonly T[], capacity: bigint): string {
  if (buckets < 2n) invalidArgument('approx_most_frequent bucket count must be greater than one');
  const summary = new StreamSummary<T>(Number(capacity));
  for (const item of items) summary.offer(item);
  return JSON.stringify(summary.top(Number(buckets)).map(({ item, count }) => [String(item), String(count)]));
}

/** With more of them, a worker's memory decides whether Trino answers. */
const MAX_BUCKETS = 10_000_000n;

function histogram(buckets: bigint, values: readonly number[], weights: readonly number[]): string {
  if (buckets < 2n) invalidArgument('numeric_histogram bucket count must be greater than one');
  if (buckets > MAX_BUCKETS) notCovered(`numeric_histogram with more than ${MAX_BUCKETS} buckets`);
  const isPlain = (x: number): boolean => Number.isFinite(x) && !Object.is(x, -0);
  if (!values.every(isPlain) || !weights.every((weight) => isPlain(weight) && weight >= 0)) {
    notCovered('numeric_histogram over NaN, an infinity or -0.0, or a negative weight');
  }
  const result = numericHistogram(Number(buckets), values, weights);
  return JSON.stringify(result.map(({ value, weight }) => [String(value), String(weight)]));
}

function quantileDigestOf(values: readonly bigint[], weights: readonly bigint[], accuracy: number): Uint8Array {
  if (!(accuracy > 0 && accuracy < 1)) {
    invalidArgument(`Percentile accuracy must be exclusively between 0 and 1, was ${accuracy}`);
  }
  const digest = new QuantileDigest(accuracy);
  values.forEach((value, i) => {
    const weight = weights[i] ?? 1n;
    if (weight <= 0n) invalidArgument(`Percentile weight must be > 0, was ${weight}`);
    digest.add(value, Number(weight));
  });
  return QuantileDigest.parse(digest.serialize()).serialize();
}

function mergedQuantiles(digests: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = digests.map(QuantileDigest.parse);
  if (!first) throw new Error('nothing to merge');
  for (const other of others) first.mergeWith(other);
  return QuantileDigest.parse(first.serialize()).serialize();
}

function mergedDigests(digests: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = digests.map(TDigest.parse);
  if (!first) throw new Error('nothing to merge');
  for (const other of others) first.mergeWith(other);
  return handedOver(first).serialize();
}

/**
 * `count` different buckets of 26 bits; `entries` are all of them while they're few, `registers` what a dense sketch
 * needs of them.
 */
function sketchOf(
  indexBits: bigint,
  count: bigint,
  entries: readonly number[],
  registers: readonly number[],
): HyperLogLog {
  const bits = Number(indexBits);
  if (count <= HyperLogLog.sparseLimit(bits)) return new HyperLogLog(bits).addEntries(entries);
  return new HyperLogLog(bits, 'dense').addEntries(registers);
}

const present = (list: readonly (bigint | null)[]): bigint[] => list.filter((item) => item !== null);

/** Trino's sketches, over what they summarize or over their bytes. */
export const sketchScalars: readonly ScalarFunction[] = [
  scalar('lw_percentiles', ['DOUBLE[]', 'DOUBLE[]', 'DOUBLE[]'], 'VARCHAR', percentiles),
  scalar('lw_numeric_histogram', ['BIGINT', 'DOUBLE[]', 'DOUBLE[]'], 'VARCHAR', histogram),
  scalar('lw_frequent_long', ['BIGINT', 'BIGINT[]', 'BIGINT'], 'VARCHAR', (buckets, items, capacity) =>
    frequent(buckets, present(items), capacity),
  ),
  scalar('lw_frequent_text', ['BIGINT', 'VARCHAR[]', 'BIGINT'], 'VARCHAR', frequent),
  scalar('lw_tdigest', ['DOUBLE[]', 'DOUBLE[]'], 'BLOB', (values, weights) => {
    if (values.some(Number.isNaN)) throw new ScalarFailure('GENERIC_INTERNAL_ERROR', 'value is NaN');
    return handedOver(tDigestOf(values, weights)).serialize();
  }),
  scalar('lw_tdigest_merge', ['BLOB[]'], 'BLOB', mergedDigests),
  scalar('lw_tdigest_values', ['BLOB', 'DOUBLE[]'], 'VARCHAR', (digest, quantiles) =>
    quantilesOf(TDigest.parse(digest), quantiles),
  ),
  scalar('lw_qdigest_long', ['BIGINT[]', 'BIGINT[]', 'DOUBLE'], 'BLOB', (values, weights, accuracy) =>
    quantileDigestOf(present(values), present(weights), accuracy),
  ),
  scalar('lw_qdigest_double', ['DOUBLE[]', 'BIGINT[]', 'DOUBLE'], 'BLOB', (values, weights, accuracy) =>
    quantileDigestOf(values.map(sortableOfDouble), present(weights), accuracy),
  ),
  scalar('lw_qdigest_real', ['DOUBLE[]', 'BIGINT[]', 'DOUBLE'], 'BLOB', (values, weights, accuracy) =>
    quantileDigestOf(values.map(sortableOfReal), present(weights), accuracy),
  ),
  scalar('lw_qdigest_merge', ['BLOB[]'], 'BLOB', mergedQuantiles),
  scalar('lw_qdigest_value_long', ['BLOB', 'DOUBLE'], 'BIGINT', (digest, quantile) =>
    QuantileDigest.parse(digest).valueAt(quantile),
  ),
  scalar('lw_qdigest_value_double', ['BLOB', 'DOUBLE'], 'DOUBLE', (digest, quantile) =>
    doubleOfSortable(QuantileDigest.parse(digest).valueAt(quantile)),
  ),
  scalar('lw_qdigest_value_real', ['BLOB', 'DOUBLE'], 'FLOAT', (digest, quantile) =>
    realOfSortable(QuantileDigest.parse(digest).valueAt(quantile)),
  ),
  scalar(
    'lw_qdigest_rank_long',
    ['BLOB', 'BIGINT'],
    'DOUBLE',
    (digest, value) => QuantileDigest.parse(digest).quantileAt(value) ?? null,
  ),
  scalar(
    'lw_qdigest_rank_double',
    ['BLOB', 'DOUBLE'],
    'DOUBLE',
    (digest, value) => QuantileDigest.parse(digest).quantileAt(sortableOfDouble(value)) ?? null,
  ),
  scalar(
    'lw_qdigest_rank_real',
    ['BLOB', 'FLOAT'],
    'DOUBLE',
    (digest, value) => QuantileDigest.parse(digest).quantileAt(sortableOfReal(value)) ?? null,
  ),
  scalar('lw_hll_entry', ['BIGINT'], 'BIGINT', HyperLogLog.entryOf),
  scalar('lw_hll_register', ['BIGINT', 'BIGINT'], 'BIGINT', (hash, indexBits) =>
    HyperLogLog.registerOf(HyperLogLog.entryOf(hash), Number(indexBits)),
  ),
  scalar('lw_hll_count', ['BIGINT', 'BIGINT', 'DOUBLE[]'], 'BIGINT', (indexBits, count, registers) =>
    count <= HyperLogLog.sparseLimit(Number(indexBits))
      ? HyperLogLog.sparseCardinality(Number(count))
      : sketchOf(indexBits, count, [], registers).cardinality(),
  ),
  scalar('lw_hll_build', ['BIGINT', 'BIGINT', 'DOUBLE[]', 'DOUBLE[]'], 'BLOB', (indexBits, count, entries, registers) =>
    sketchOf(indexBits, count, entries, registers).serialize(),
  ),
  scalar('lw_hll_merge', ['BLOB[]'], 'BLOB', (sketches) =>
    sketches
      .map(HyperLogLog.parse)
      .reduce((all, one) => all.mergeWith(one))
      .serialize(),
  ),
  scalar('lw_hll_cardinality', ['BLOB'], 'BIGINT', (sketch) => HyperLogLog.parse(sketch).cardinality()),
  scalar(
    'lw_set_digest',
    ['BIGINT[]', 'BIGINT[]', 'BIGINT', 'DOUBLE[]', 'DOUBLE[]'],
    'BLOB',
    (hashes, counts, count, entries, registers) =>
      SetDigest.of(
        present(hashes),
        present(counts),
        sketchOf(BigInt(SET_DIGEST_BITS), count, entries, registers),
      ).serialize(),
  ),
  scalar('lw_set_merge', ['BLOB[]'], 'BLOB', (digests) =>
    digests
      .map(SetDigest.parse)
      .reduce((all, one) => all.mergeWith(one))
      .serialize(),
  ),
  scalar('lw_set_cardinality', ['BLOB'], 'BIGINT', (digest) => SetDigest.parse(digest).cardinality()),
  scalar('lw_set_intersection', ['BLOB', 'BLOB'], 'BIGINT', (a, b) =>
    SetDigest.parse(a).intersectionCardinality(SetDigest.parse(b)),
  ),
  scalar('lw_set_jaccard', ['BLOB', 'BLOB'], 'DOUBLE', (a, b) => SetDigest.parse(a).jaccardIndex(SetDigest.parse(b))),
  scalar('lw_set_counts', ['BLOB'], 'VARCHAR', (digest) => SetDigest.parse(digest).hashCounts()),
];
