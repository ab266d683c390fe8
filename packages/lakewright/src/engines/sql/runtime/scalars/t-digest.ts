import { notCovered, type ScalarFunction, scalar } from '../support';

interface Centroid {
  readonly mean: number;
  readonly weight: number;
}

/** Trino's compression; while values are added, the digest keeps twice as many centroids. */
const COMPRESSION = 100;
const INTERNAL_COMPRESSION = 2 * COMPRESSION;
const MAX_CENTROIDS = 6 * (INTERNAL_COMPRESSION + 10);

/**
 * The t-digest behind `approx_percentile` (Dunning's merging digest with the K2 scale, as Trino's airlift library has
 * it). Few values stay single, so that the answer is one of them; many are merged, and the answer lies between them.
 */
export class TDigest {
  private centroids: Centroid[] = [];
  private total = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private backwards = false;

  public add(value: number, weight: number): void {
    if (this.centroids.length >= MAX_CENTROIDS) this.merge(INTERNAL_COMPRESSION);
    this.centroids.push({ mean: value, weight });
    this.total += weight;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  /** Merges what was added; to be called before {@link valueAt}. */
  public finish(): void {
    if (this.centroids.length > 0) this.merge(COMPRESSION);
  }

  public valueAt(quantile: number): number {
    const { centroids, total, min, max } = this;
    const [first] = centroids;
    const last = centroids.at(-1);
    if (!first || !last) return Number.NaN;
    if (centroids.length === 1) return first.mean;
    const index = quantile * total;
    if (index < 1) return min;
    if (first.weight > 1 && index < first.weight / 2) {
      return min + ((index - 1) / (first.weight / 2 - 1)) * (first.mean - min);
    }
    if (index > total - 1) return max;
    if (last.weight > 1 && total - index <= last.weight / 2) {
      return max - ((total - index - 1) / (last.weight / 2 - 1)) * (max - last.mean);
    }
    return this.between(index) ?? max;
  }

  /** Interpolates between the centroids on both sides; one of a single value stands for itself. */
  private between(index: number): number | undefined {
    let weightSoFar = (this.centroids[0]?.weight ?? 0) / 2;
    for (let i = 0; i + 1 < this.centroids.length; i++) {
      const left = this.centroids[i] as Centroid;
      const right = this.centroids[i + 1] as Centroid;
      const delta = (left.weight + right.weight) / 2;
      const beyond = weightSoFar + delta - index;
      if (beyond > 0) {
        if (left.weight === 1 && index - weightSoFar < 0.5) return left.mean;
        if (right.weight === 1 && beyond <= 0.5) return right.mean;
        const fromLeft = index - weightSoFar - (left.weight === 1 ? 0.5 : 0);
        const fromRight = beyond - (right.weight === 1 ? 0.5 : 0);
        const value = (left.mean * fromRight + right.mean * fromLeft) / (fromLeft + fromRight);
        return Math.max(left.mean, Math.min(value, right.mean));
      }
      weightSoFar += delta;
    }
    return undefined;
  }

  private merge(compression: number): void {
    const sorted = [...this.centroids].sort((a, b) => a.mean - b.mean);
    if (this.backwards) sorted.reverse();
    const normalizer = compression / (24 + 4 * Math.log(this.total / compression));
    const limit = (quantile: number): number => (quantile * (1 - quantile)) / normalizer;
    const merged: Centroid[] = [];
    let [current] = sorted as [Centroid];
    let before = 0;
    let limitBefore = limit(0);
    for (const next of sorted.slice(1)) {
      const weight = current.weight + next.weight;
      const largest = this.total * Math.min(limitBefore, limit(Math.min((before + weight) / this.total, 1)));
      if (weight <= largest) {
        current = { mean: current.mean + ((next.mean - current.mean) * next.weight) / weight, weight };
      } else {
        merged.push(current);
        before += current.weight;
        limitBefore = limit(before / this.total);
        current = next;
      }
    }
    merged.push(current);
    if (this.backwards) merged.reverse();
    this.backwards = !this.backwards;
    this.centroids = merged;
  }
}

/** The values at the quantiles, as a JSON array of their texts. `weights` is empty for weights of 1. */
function percentiles(values: readonly number[], weights: readonly number[], quantiles: readonly number[]): string {
  const digest = new TDigest();
  values.forEach((value, i) => {
    if (Number.isNaN(value)) notCovered('approx_percentile over NaN');
    digest.add(value, weights.length > 0 ? (weights[i] ?? 1) : 1);
  });
  digest.finish();
  return JSON.stringify(quantiles.map((quantile) => String(digest.valueAt(quantile))));
}

/** Trino's buffer of values before a histogram is compacted. */
const HISTOGRAM_BUFFER = 100;

/** `numeric_histogram`: the adjacent buckets whose union costs least are united until there are `buckets`. */
function histogram(buckets: bigint, values: readonly number[], weights: readonly number[]): string {
  const limit = Number(buckets);
  let entries: Centroid[] = [];
  values.forEach((value, i) => {
    entries.push({ mean: value, weight: weights.length > 0 ? (weights[i] ?? 1) : 1 });
    if (entries.length >= limit + HISTOGRAM_BUFFER) entries = compact(entries, limit);
  });
  return JSON.stringify(compact(entries, limit).map(({ mean, weight }) => [String(mean), String(weight)]));
}

function compact(entries: readonly Centroid[], limit: number): Centroid[] {
  const result: Centroid[] = [];
  for (const entry of [...entries].sort((a, b) => a.mean - b.mean)) {
    const last = result.at(-1);
    if (last?.mean === entry.mean) result[result.length - 1] = { mean: entry.mean, weight: last.weight + entry.weight };
    else result.push(entry);
  }
  while (result.length > limit) {
    const cheapest = cheapestUnion(result);
    const [left, right] = result.slice(cheapest, cheapest + 2) as [Centroid, Centroid];
    const weight = left.weight + right.weight;
    result.splice(cheapest, 2, { mean: (left.mean * left.weight + right.mean * right.weight) / weight, weight });
  }
  return result;
}

function cheapestUnion(entries: readonly Centroid[]): number {
  let best = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < entries.length; i++) {
    const [a, b] = entries.slice(i, i + 2) as [Centroid, Centroid];
    const cost = ((a.mean - b.mean) ** 2 * a.weight * b.weight) / (a.weight + b.weight);
    if (cost < lowest) {
      lowest = cost;
      best = i;
    }
  }
  return best;
}

/** Aggregates that are summaries, over the list of their values. */
export const digestScalars: readonly ScalarFunction[] = [
  scalar('lw_percentiles', ['DOUBLE[]', 'DOUBLE[]', 'DOUBLE[]'], 'VARCHAR', percentiles),
  scalar('lw_numeric_histogram', ['BIGINT', 'DOUBLE[]', 'DOUBLE[]'], 'VARCHAR', histogram),
];
