interface Bucket {
  readonly value: number;
  readonly weight: number;
}

/** Trino's buffer of values before a histogram is compacted. */
const BUFFER = 100;

/**
 * `numeric_histogram`, after Ben-Haim and Yom-Tov, "A Streaming Parallel Decision Tree Algorithm" (2010): the adjacent
 * buckets whose union costs least are united until there are `limit`. Without weights each value weighs 1.
 */
export function numericHistogram(limit: number, values: readonly number[], weights: readonly number[]): Bucket[] {
  let buckets: Bucket[] = [];
  values.forEach((value, i) => {
    if (buckets.length === limit + BUFFER) buckets = compact(buckets, limit);
    buckets.push({ value, weight: weights[i] ?? 1 });
  });
  return compact(buckets, limit);
}

function compact(buckets: readonly Bucket[], limit: number): Bucket[] {
  const result: Bucket[] = [];
  // As Java compares: NaN is the highest.
  const order = (x: number): number => (Number.isNaN(x) ? Number.POSITIVE_INFINITY : x);
  const rank = ({ value: a }: Bucket, { value: b }: Bucket): number =>
    Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || (order(a) < order(b) ? -1 : Number(order(a) > order(b)));
  for (const bucket of [...buckets].sort(rank)) {
    const last = result.at(-1);
    if (last?.value === bucket.value) {
      result[result.length - 1] = { value: bucket.value, weight: last.weight + bucket.weight };
    } else result.push(bucket);
  }
  while (result.length > limit) {
    const cheapest = cheapestUnion(result);
    const [left, right] = result.slice(cheapest, cheapest + 2) as [Bucket, Bucket];
    const weight = left.weight + right.weight;
    result.splice(cheapest, 2, { value: (left.value * left.weight + right.value * right.weight) / weight, weight });
  }
  return result;
}

function cheapestUnion(buckets: readonly Bucket[]): number {
  let best = 0;
  let lowest = Number.NaN;
  for (let i = 0; i + 1 < buckets.length; i++) {
    const [a, b] = buckets.slice(i, i + 2) as [Bucket, Bucket];
    const weight = a.weight + b.weight;
    const cost = weight * ((a.value - b.value) * (a.value - b.value)) * ((a.weight * b.weight) / (weight * weight));
    if (i === 0 || cost < lowest) {
      lowest = cost;
      best = i;
    }
  }
  return best;
}
