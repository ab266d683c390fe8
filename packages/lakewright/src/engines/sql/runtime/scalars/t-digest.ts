import { invalidArgument, ScalarFailure } from '../support';
import { sortIndirect } from './sort-indirect';

/** Trino's compression; while values are added, the digest keeps twice as many centroids. */
const COMPRESSION = 100;
const INTERNAL_COMPRESSION = 2 * COMPRESSION;
const MAX_CENTROIDS = 6 * (INTERNAL_COMPRESSION + 10);
const FORMAT = 0;

/**
 * The t-digest behind `approx_percentile` and `tdigest_agg`: Dunning's merging digest with the K2 scale, as Trino's
 * airlift library has it (https://github.com/airlift/airlift/blob/master/stats/src/main/java/io/airlift/stats/TDigest.java),
 * with the same clusters for the same values in the same order, and the same bytes. Few values stay single, so that the
 * answer is one of them; many are merged, and the answer lies between them.
 */
export class TDigest {
  private means: number[] = [];
  private weights: number[] = [];
  private capacity = 1;
  private total = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private backwards = false;
  private needsMerge = false;

  /** Reads what {@link serialize} writes. */
  public static parse(bytes: Uint8Array): TDigest {
    const data = Buffer.from(bytes);
    if (data[0] !== FORMAT) invalidArgument('Invalid format');
    const result = new TDigest();
    result.min = data.readDoubleLE(1);
    result.max = data.readDoubleLE(9);
    result.total = data.readDoubleLE(25);
    const count = data.readInt32LE(33);
    const doubles = (from: number): number[] =>
      Array.from({ length: count }, (_, i) => data.readDoubleLE(from + 8 * i));
    result.means = doubles(37);
    result.weights = doubles(37 + 8 * count);
    result.capacity = count;
    return result;
  }

  public add(value: number, weight: number): void {
    if (this.means.length === this.capacity) {
      if (this.capacity < MAX_CENTROIDS) this.capacity = Math.min(Math.max(2 * this.capacity, 1), MAX_CENTROIDS);
      else this.merge(INTERNAL_COMPRESSION);
    }
    this.means.push(value);
    this.weights.push(weight);
    this.total += weight;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    this.needsMerge = true;
  }

  public mergeWith(other: TDigest): void {
    if (this.means.length + other.means.length > this.capacity) {
      this.merge(INTERNAL_COMPRESSION);
      other.merge(INTERNAL_COMPRESSION);
      this.capacity = Math.max(this.capacity, this.means.length + other.means.length);
    }
    this.means.push(...other.means);
    this.weights.push(...other.weights);
    this.total += other.total;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.needsMerge = true;
  }

  /** The values at quantiles in ascending order; NaN where there are no values. */
  public valuesAt(quantiles: readonly number[]): number[] {
    quantiles.forEach((quantile, i) => {
      if (i > 0 && quantile < (quantiles[i - 1] ?? 0)) fail('quantiles must be sorted in increasing order');
      if (quantile < 0 || quantile > 1) fail('quantiles should be in [0, 1] range');
    });
    if (this.needsMerge) this.merge(INTERNAL_COMPRESSION);
    return quantiles.map((quantile) => this.valueAt(quantile));
  }

  /** Little endian: format, min, max, compression, weight, number of centroids, their means, their weights. */
  public serialize(): Uint8Array {
    this.merge(COMPRESSION);
    const count = this.means.length;
    const data = Buffer.alloc(37 + 16 * count);
    data.writeUInt8(FORMAT);
    [this.min, this.max, COMPRESSION, this.total].forEach((value, i) => {
      data.writeDoubleLE(value, 1 + 8 * i);
    });
    data.writeInt32LE(count, 33);
    [...this.means, ...this.weights].forEach((value, i) => {
      data.writeDoubleLE(value, 37 + 8 * i);
    });
    return data;
  }

  private valueAt(quantile: number): number {
    const { means, weights, total, min, max } = this;
    const last = means.length - 1;
    if (last < 0) return Number.NaN;
    if (last === 0) return means[0] as number;
    const [firstHalf, lastHalf] = [(weights[0] as number) / 2, (weights[last] as number) / 2];
    const offset = quantile * total;
    if (offset < 1) return min;
    if (offset < firstHalf) return min + interpolate(offset, 1, min, firstHalf, means[0] as number);
    const fromTop = (): number => max + interpolate(total - offset, 1, max, lastHalf, means[last] as number);
    if (offset <= total - 1 && total - offset <= lastHalf && lastHalf > 1) return fromTop();
    if (offset >= total - 1) return max;
    let before = firstHalf;
    for (let i = 0; i < last; i++) {
      const length = ((weights[i] as number) + (weights[i + 1] as number)) / 2;
      if (before + length > offset) return this.between(i, offset - before, length);
      before += length;
    }
    return lastHalf > 1 ? fromTop() : max;
  }

  /** Between a centroid and the next; one of a single value stands for itself. */
  private between(left: number, offset: number, length: number): number {
    const [mean, nextMean] = this.means.slice(left, left + 2) as [number, number];
    const [weight, nextWeight] = this.weights.slice(left, left + 2) as [number, number];
    if (weight === 1 && offset < weight / 2) return mean;
    if (nextWeight === 1 && offset >= weight / 2) return nextMean;
    if (weight === 1) return mean + interpolate(offset - weight / 2, 0, mean, nextWeight / 2, nextMean);
    return mean + interpolate(offset, 0, mean, nextWeight === 1 ? weight / 2 : length, nextMean);
  }

  private merge(compression: number): void {
    const { means, weights, total } = this;
    if (means.length === 0) return;
    const order = means.map((_mean, i) => i);
    sortIndirect(order, means, 0, order.length);
    if (this.backwards) order.reverse();
    const normalizer = compression / (4 * Math.log(total / compression) + 24);
    const limit = (quantile: number): number => (quantile * (1 - quantile)) / normalizer;
    const [first = 0, ...others] = order;
    const mergedMeans: number[] = [];
    const mergedWeights: number[] = [];
    let mean = means[first] as number;
    let weight = weights[first] as number;
    let before = 0;
    let limitBefore = limit(0);
    for (const next of others) {
      const nextMean = means[next] as number;
      const nextWeight = weights[next] as number;
      const together = weight + nextWeight;
      const largest = total * Math.min(limitBefore, limit(Math.min((before + together) / total, 1)));
      if (together <= largest) {
        mean += ((nextMean - mean) * nextWeight) / together;
        weight = together;
      } else {
        mergedMeans.push(mean);
        mergedWeights.push(weight);
        before += weight;
        limitBefore = limit(before / total);
        mean = nextMean;
        weight = nextWeight;
      }
    }
    mergedMeans.push(mean);
    mergedWeights.push(weight);
    if (this.backwards) {
      mergedMeans.reverse();
      mergedWeights.reverse();
    }
    this.backwards = !this.backwards;
    this.means = mergedMeans;
    this.weights = mergedWeights;
  }
}

const interpolate = (x: number, x0: number, y0: number, x1: number, y1: number): number =>
  ((x - x0) / (x1 - x0)) * (y1 - y0);

/** As Trino, which doesn't expect it. */
function fail(message: string): never {
  throw new ScalarFailure('GENERIC_INTERNAL_ERROR', message);
}
