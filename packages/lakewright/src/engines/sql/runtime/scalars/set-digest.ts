import { invalidArgument } from '../support';
import { HyperLogLog } from './hyper-log-log';

const FORMAT = 1;
const MAX_HASHES = 8192;
const MAX_COUNT = 32767;
/** 2,048 buckets. */
export const SET_DIGEST_BITS = 11;

/**
 * Trino's set digest (https://trino.io/docs/current/functions/setdigest.html): the 8,192 lowest hashes with how often
 * they came, and a HyperLogLog for when there are more.
 */
export class SetDigest {
  private constructor(
    private readonly counts: Map<bigint, number>,
    private readonly sketch: HyperLogLog,
    private readonly maxHashes: number,
  ) {}

  /** Of all hashes with their counts. */
  public static of(hashes: readonly bigint[], counts: readonly bigint[], sketch: HyperLogLog): SetDigest {
    const pairs = hashes.map((hash, i): [bigint, number] => [hash, Math.min(Number(counts[i] ?? 0n), MAX_COUNT)]);
    return new SetDigest(lowest(pairs, MAX_HASHES), sketch, MAX_HASHES);
  }

  public static parse(bytes: Uint8Array): SetDigest {
    const data = Buffer.from(bytes);
    if (data[0] !== FORMAT) invalidArgument('Unexpected version');
    const length = data.readInt32LE(1);
    const sketch = HyperLogLog.parse(data.subarray(5, 5 + length));
    let at = 5 + length;
    const maxHashes = data.readInt32LE(at);
    const count = data.readInt32LE(at + 4);
    at += 8;
    const counts = new Map<bigint, number>();
    for (let i = 0; i < count; i++) {
      counts.set(data.readBigInt64LE(at + 8 * i), data.readInt16LE(at + 8 * count + 2 * i));
    }
    return new SetDigest(counts, sketch, maxHashes);
  }

  public serialize(): Uint8Array {
    const sketch = this.sketch.serialize();
    const data = Buffer.alloc(1 + 4 + sketch.length + 8 + 10 * this.counts.size);
    data.writeUInt8(FORMAT);
    data.writeInt32LE(sketch.length, 1);
    data.set(sketch, 5);
    let at = 5 + sketch.length;
    data.writeInt32LE(this.maxHashes, at);
    data.writeInt32LE(this.counts.size, at + 4);
    at += 8;
    for (const hash of this.counts.keys()) at = data.writeBigInt64LE(hash, at);
    for (const count of this.counts.values()) at = data.writeInt16LE(count, at);
    return data;
  }

  public mergeWith(other: SetDigest): SetDigest {
    const sum = new Map(this.counts);
    for (const [hash, count] of other.counts) sum.set(hash, Math.min((sum.get(hash) ?? 0) + count, MAX_COUNT));
    return new SetDigest(lowest([...sum], this.maxHashes), this.sketch.mergeWith(other.sketch), this.maxHashes);
  }

  public cardinality(): bigint {
    return this.isExact() ? BigInt(this.counts.size) : this.sketch.cardinality();
  }

  /** Of the lowest hashes of both, the share that both have. */
  public jaccardIndex(other: SetDigest): number {
    const size = Math.min(this.counts.size, other.counts.size);
    const union = lowest([...this.counts, ...other.counts], size);
    let shared = 0;
    for (const hash of union.keys()) if (this.counts.has(hash) && other.counts.has(hash)) shared++;
    return shared / size;
  }

  public intersectionCardinality(other: SetDigest): bigint {
    if (this.isExact() && other.isExact()) {
      return BigInt([...this.counts.keys()].filter((hash) => other.counts.has(hash)).length);
    }
    const [own, theirs] = [this.cardinality(), other.cardinality()];
    const jaccard = this.jaccardIndex(other);
    const estimate = BigInt(Math.round(jaccard * Number(this.mergeWith(other).cardinality())));
    return [own, theirs].reduce((least, one) => (one < least ? one : least), estimate);
  }

  /** Pairs of hash and count, as JSON of their texts. */
  public hashCounts(): string {
    return JSON.stringify([...this.counts].map(([hash, count]) => [String(hash), String(count)]));
  }

  private isExact(): boolean {
    return this.counts.size < this.maxHashes;
  }
}

/** The lowest hashes, ascending. */
function lowest(pairs: readonly (readonly [bigint, number])[], limit: number): Map<bigint, number> {
  const unique = [...new Map(pairs)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return new Map(unique.slice(0, limit));
}
