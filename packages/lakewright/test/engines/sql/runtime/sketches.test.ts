import { describe, expect, it } from 'vitest';
import { hashScalars } from '../../../../src/engines/sql/runtime/scalars/hash';
import { HyperLogLog } from '../../../../src/engines/sql/runtime/scalars/hyper-log-log';
import { numericHistogram } from '../../../../src/engines/sql/runtime/scalars/numeric-histogram';
import { QuantileDigest } from '../../../../src/engines/sql/runtime/scalars/quantile-digest';
import { SetDigest } from '../../../../src/engines/sql/runtime/scalars/set-digest';
import { sketchScalars } from '../../../../src/engines/sql/runtime/scalars/sketches';
import { StreamSummary } from '../../../../src/engines/sql/runtime/scalars/stream-summary';

const call = (name: string, ...args: unknown[]): unknown =>
  [...sketchScalars, ...hashScalars].find((scalar) => scalar.name === name)?.run(...args);
const hash = (value: number): bigint => call('lw_hash_murmur_long', BigInt(value)) as bigint;
const entries = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => Number(HyperLogLog.entryOf(hash(from + i))));
const sketch = (from: number, to: number): HyperLogLog => new HyperLogLog(12).addEntries(entries(from, to));

describe('HyperLogLog', () => {
  it('has the bytes of Trino', () => {
    expect(Buffer.from(sketch(1, 2).serialize()).toString('base64')).toBe('AgwCAIADRACAIAje');
    expect(Buffer.from(new HyperLogLog(12).serialize()).toString('hex')).toBe('020c0000');
  });

  it('changes its form where Trino does', () => {
    expect(HyperLogLog.sparseLimit(12)).toBe(511);
    expect([sketch(1, 511).serialize()[0], sketch(1, 512).serialize()[0]]).toEqual([2, 3]);
  });

  it('gives the same for any order and any split', () => {
    const whole = sketch(1, 5000).serialize();
    expect(sketch(2001, 5000).mergeWith(sketch(1, 2500)).serialize()).toEqual(whole);
    expect(new HyperLogLog(12).addEntries(entries(1, 5000).reverse()).serialize()).toEqual(whole);
    const registers = entries(1, 5000).map((entry) => Number(HyperLogLog.registerOf(BigInt(entry), 12)));
    expect(new HyperLogLog(12, 'dense').addEntries(new Set(registers)).serialize()).toEqual(whole);
  });

  it('survives its bytes', () => {
    for (const size of [3, 700, 40_000]) {
      const one = sketch(1, size);
      expect(HyperLogLog.parse(one.serialize()).cardinality()).toBe(one.cardinality());
    }
  });
});

describe('SetDigest', () => {
  const digest = (from: number, to: number): SetDigest => {
    const hashes = Array.from({ length: to - from + 1 }, (_, i) => hash(from + i));
    const hll = new HyperLogLog(11).addEntries(entries(from, to));
    return SetDigest.of(
      hashes,
      hashes.map(() => 1n),
      hll,
    );
  };

  it('is exact below 8,192 values and estimates beyond', () => {
    expect(digest(1, 8191).cardinality()).toBe(8191n);
    expect(Math.abs(Number(digest(1, 20_000).cardinality()) - 20_000)).toBeLessThan(2000);
    expect(digest(1, 100).intersectionCardinality(digest(51, 200))).toBe(50n);
    expect(digest(1, 100).jaccardIndex(digest(1, 100))).toBe(1);
  });

  it('survives its bytes', () => {
    const bytes = digest(1, 300).serialize();
    expect(SetDigest.parse(bytes).serialize()).toEqual(bytes);
  });
});

describe('QuantileDigest', () => {
  it('has the bytes of Trino', () => {
    const digest = new QuantileDigest(0.01);
    digest.add(1n, 1);
    digest.add(2n, 1);
    expect(Buffer.from(digest.serialize()).toString('base64')).toBe(
      'AHsUrkfheoQ/AAAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAAAAPA/AQAAAAAAAIAAAAAAAAAA8D8CAAAAAAAAgAcAAAAAAAAAAAEAAAAAAACA',
    );
  });

  it('keeps the rank within its error', () => {
    const digest = new QuantileDigest(0.01);
    for (let i = 0; i < 20_000; i++) digest.add(BigInt((i * 7919) % 20_000) - 10_000n, 1);
    const median = Number(QuantileDigest.parse(digest.serialize()).valueAt(0.5));
    expect(Math.abs(median)).toBeLessThan(200);
    expect(digest.quantileAt(-10_001n)).toBeUndefined();
  });
});

describe('StreamSummary', () => {
  it('counts exactly up to its capacity, then overwrites the rarest', () => {
    const summary = new StreamSummary<number>(2);
    for (const item of [1, 2, 3, 3, 4]) summary.offer(item);
    // Recorded from Trino: approx_most_frequent(3, x, 2).
    expect(summary.top(3).map(({ item, count }) => [item, count])).toEqual([
      [3, 3],
      [4, 2],
    ]);
  });
});

describe('numericHistogram', () => {
  it('unites the buckets whose union costs least', () => {
    expect(numericHistogram(2, [1, 2, 5], [])).toEqual([
      { value: 1.5, weight: 2 },
      { value: 5, weight: 1 },
    ]);
  });
});
