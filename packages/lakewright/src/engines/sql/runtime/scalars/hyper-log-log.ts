import { invalidArgument } from '../support';
import { biasCurve } from './hyper-log-log-bias';

/** While few values are known, each is kept by the first 26 bits of its hash: the buckets of the sparse form. */
const SPARSE_BITS = 26;
const SPARSE_BUCKETS = 2 ** SPARSE_BITS;
const HASH_BITS = 64;
const VALUE_BITS = 6;
const MAX_DELTA = 15;
const MIN_EMPTY = 0.4;

/** The formats' first byte. */
const SPARSE_FORMAT = 2;
const DENSE_FORMAT = 3;

/**
 * The HyperLogLog of Trino's airlift library
 * (https://github.com/airlift/airlift/tree/master/stats/src/main/java/io/airlift/stats/cardinality): the same buckets,
 * the same change from sparse to dense, the same bias correction and the same bytes. What it gives depends on the set
 * of hashes alone, not on their order.
 */
export class HyperLogLog {
  /** Sparse: bucket of 26 bits → zeros after them. Undefined once dense. */
  private sparse: Map<number, number> | undefined = new Map();
  /** Dense: the value of each bucket. */
  private values: Uint8Array | undefined;

  constructor(
    private readonly indexBits: number,
    form: 'sparse' | 'dense' = 'sparse',
  ) {
    if (form === 'dense') this.makeDense();
  }

  /** The most buckets of the sparse form, when hashes come one by one. */
  public static sparseLimit(indexBits: number): number {
    let limit = 1;
    while (!isTooLarge(capacityFor(limit + 1), indexBits)) limit++;
    return limit;
  }

  /** The estimate of the sparse form with that many buckets. */
  public static sparseCardinality(buckets: number): bigint {
    return linearCount(SPARSE_BUCKETS - buckets, SPARSE_BUCKETS);
  }

  /** The one entry of all that change the same dense bucket to the same value. */
  public static registerOf(entry: bigint, indexBits: number): bigint {
    const bits = SPARSE_BITS - indexBits;
    const bucket = Number(entry >> BigInt(VALUE_BITS));
    const rest = bucket % 2 ** bits;
    if (rest === 0) return entry;
    return BigInt(bucket - rest + 2 ** (31 - Math.clz32(rest))) << BigInt(VALUE_BITS);
  }

  /** Reads what {@link serialize} writes. */
  public static parse(bytes: Uint8Array): HyperLogLog {
    const data = Buffer.from(bytes);
    const [format, indexBits = 0] = data;
    if ((format !== SPARSE_FORMAT && format !== DENSE_FORMAT) || indexBits < 1 || indexBits > 16) {
      invalidArgument('Cannot deserialize HyperLogLog');
    }
    const result = new HyperLogLog(indexBits);
    if (format === SPARSE_FORMAT) {
      const count = data.readUInt16LE(2);
      for (let i = 0; i < count; i++) {
        const entry = data.readUInt32LE(4 + 4 * i);
        result.sparse?.set(entry >>> VALUE_BITS, entry & (2 ** VALUE_BITS - 1));
      }
      return result;
    }
    result.sparse = undefined;
    result.values = readDense(data, 2 ** indexBits);
    return result;
  }

  /** Of a hash: `bucket of 26 bits << 6 | zeros after them`. */
  public static entryOf(hash: bigint): bigint {
    const high = Number(BigInt.asUintN(32, hash >> 32n));
    const low = Number(BigInt.asUintN(32, hash));
    // 26 bits of the upper half are the bucket, 6 the first of the rest.
    const zeros = Math.min(Math.clz32(high % 2 ** VALUE_BITS) - SPARSE_BITS, VALUE_BITS);
    const after = zeros < VALUE_BITS ? zeros : VALUE_BITS + Math.clz32(low);
    return BigInt(high - (high % 2 ** VALUE_BITS) + after);
  }

  /** Adds entries as {@link entryOf} makes them, as if their hashes came one by one. */
  public addEntries(entries: Iterable<number>): this {
    for (const entry of entries) {
      const bucket = Math.floor(entry / 2 ** VALUE_BITS);
      const zeros = entry % 2 ** VALUE_BITS;
      if (this.sparse) {
        this.sparse.set(bucket, Math.max(this.sparse.get(bucket) ?? 0, zeros));
        if (isTooLarge(capacityFor(this.sparse.size), this.indexBits)) this.makeDense();
      } else {
        this.raise(bucket, zeros);
      }
    }
    return this;
  }

  public mergeWith(other: HyperLogLog): this {
    if (other.indexBits !== this.indexBits) {
      const [own, theirs] = [2 ** this.indexBits, 2 ** other.indexBits];
      invalidArgument(`Cannot merge HLLs with different number of buckets: ${own} vs ${theirs}`);
    }
    if (this.sparse && other.sparse) {
      for (const [bucket, zeros] of other.sparse) {
        this.sparse.set(bucket, Math.max(this.sparse.get(bucket) ?? 0, zeros));
      }
      if (isTooLarge(this.sparse.size, this.indexBits)) this.makeDense();
      return this;
    }
    const values = this.makeDense();
    if (other.sparse) for (const [bucket, zeros] of other.sparse) this.raise(bucket, zeros);
    else
      other.values?.forEach((value, bucket) => {
        values[bucket] = Math.max(values[bucket] ?? 0, value);
      });
    return this;
  }

  public cardinality(): bigint {
    if (this.sparse) return HyperLogLog.sparseCardinality(this.sparse.size);
    return BigInt(denseCardinality(this.values ?? new Uint8Array(), this.indexBits));
  }

  public serialize(): Uint8Array {
    if (!this.sparse) return writeDense(this.values ?? new Uint8Array(), this.indexBits);
    const entries = [...this.sparse].sort(([a], [b]) => a - b);
    const data = Buffer.alloc(4 + 4 * entries.length);
    data.writeUInt8(SPARSE_FORMAT);
    data.writeUInt8(this.indexBits, 1);
    data.writeUInt16LE(entries.length, 2);
    entries.forEach(([bucket, zeros], i) => {
      data.writeUInt32LE(bucket * 2 ** VALUE_BITS + zeros, 4 + 4 * i);
    });
    return data;
  }

  private makeDense(): Uint8Array {
    if (!this.values) {
      this.values = new Uint8Array(2 ** this.indexBits);
      for (const [bucket, zeros] of this.sparse ?? []) this.raise(bucket, zeros);
      this.sparse = undefined;
    }
    return this.values;
  }

  /** The bucket of 26 bits holds the dense one's number and the first of the bits after it. */
  private raise(bucket: number, zerosAfter: number): void {
    const bits = SPARSE_BITS - this.indexBits;
    const rest = bucket % 2 ** bits;
    const zeros = rest === 0 ? bits + zerosAfter : Math.clz32(rest) - (32 - bits);
    const values = this.values as Uint8Array;
    const index = Math.floor(bucket / 2 ** bits);
    values[index] = Math.max(values[index] ?? 0, zeros + 1);
  }
}

/** Entries are kept in an array that grows by ten. */
const capacityFor = (entries: number): number => 1 + 10 * Math.ceil((entries - 1) / 10);

/** By the sizes of the two forms in memory: 40 bytes and an array of 4-byte entries, 56 and half a byte per bucket. */
const isTooLarge = (capacity: number, indexBits: number): boolean => 40 + 4 * capacity > 56 + 2 ** indexBits / 2;

function linearCount(empty: number, buckets: number): bigint {
  return BigInt(Math.round(buckets * Math.log(buckets / empty)));
}

function denseCardinality(values: Uint8Array, indexBits: number): number | bigint {
  const buckets = values.length;
  const lowest = values.reduce((least, value) => Math.min(least, value), HASH_BITS);
  const atLowest = values.reduce((count, value) => (value === lowest ? count + 1 : count), 0);
  if (lowest === 0 && atLowest > MIN_EMPTY * buckets) return linearCount(atLowest, buckets);
  let sum = 0;
  for (const value of values) sum += 1 / 2 ** value;
  const raw = (alpha(indexBits) * buckets * buckets) / sum;
  return Math.round(raw - biasOf(raw, indexBits));
}

function alpha(indexBits: number): number {
  if (indexBits === 4) return 0.673;
  if (indexBits === 5) return 0.697;
  return indexBits === 6 ? 0.709 : 0.7213 / (1 + 1.079 / 2 ** indexBits);
}

/** Interpolated between the two measured estimates around it; nothing outside of what was measured. */
function biasOf(raw: number, indexBits: number): number {
  const { estimates, biases } = biasCurve(indexBits);
  const above = estimates.findIndex((estimate) => estimate >= raw);
  const [x1 = 0, y1 = 0] = [estimates[above], biases[above]];
  if (above >= 0 && x1 === raw) return y1;
  if (above <= 0) return 0;
  const [x0 = 0, y0 = 0] = [estimates[above - 1], biases[above - 1]];
  return ((raw - x0) * (y1 - y0)) / (x1 - x0) + y0;
}

/** Values are kept as four bits above the lowest value of all; what doesn't fit follows as overflows. */
function writeDense(values: Uint8Array, indexBits: number): Uint8Array {
  const baseline = values.reduce((least, value) => Math.min(least, value), HASH_BITS);
  const deltas = Buffer.alloc(values.length / 2);
  const overflows: [number, number][] = [];
  values.forEach((value, bucket) => {
    const delta = value - baseline;
    if (delta > MAX_DELTA) overflows.push([bucket, delta - MAX_DELTA]);
    const slot = bucket >> 1;
    deltas[slot] = (deltas[slot] ?? 0) | (Math.min(delta, MAX_DELTA) << (bucket % 2 === 0 ? 4 : 0));
  });
  const tail = Buffer.alloc(2 + 3 * overflows.length);
  tail.writeUInt16LE(overflows.length);
  overflows.forEach(([bucket, overflow], i) => {
    tail.writeUInt16LE(bucket, 2 + 2 * i);
    tail.writeUInt8(overflow, 2 + 2 * overflows.length + i);
  });
  return Buffer.concat([Buffer.from([DENSE_FORMAT, indexBits, baseline]), deltas, tail]);
}

function readDense(data: Buffer, buckets: number): Uint8Array {
  const baseline = data.readUInt8(2);
  const values = new Uint8Array(buckets);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const pair = data.readUInt8(3 + (bucket >> 1));
    values[bucket] = baseline + (bucket % 2 === 0 ? pair >> 4 : pair & MAX_DELTA);
  }
  const at = 3 + buckets / 2;
  const overflows = data.readUInt16LE(at);
  for (let i = 0; i < overflows; i++) {
    const bucket = data.readUInt16LE(at + 2 + 2 * i);
    values[bucket] = (values[bucket] ?? 0) + data.readUInt8(at + 2 + 2 * overflows + i);
  }
  return values;
}
