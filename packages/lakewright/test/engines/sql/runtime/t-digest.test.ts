import { describe, expect, it } from 'vitest';
import { TDigest } from '../../../../src/engines/sql/runtime/scalars/t-digest';

function digest(values: readonly number[], weight = 1): TDigest {
  const result = new TDigest();
  for (const value of values) result.add(value, weight);
  return TDigest.parse(result.serialize());
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('TDigest', () => {
  it('answers with one of few values', () => {
    const four = digest([8, -1, 3.5, 2]);
    expect(four.valuesAt([0, 0.25, 0.5, 1])).toEqual([-1, 2, 3.5, 8]);
    expect(digest([7]).valuesAt([0.9])).toEqual([7]);
    expect(new TDigest().valuesAt([0.5])).toEqual([Number.NaN]);
  });

  it('answers between many values, as recorded from Trino', () => {
    expect(digest(upTo(100)).valuesAt([0.5])[0]).toBeCloseTo(50.5, 9);
    const thousand = digest(upTo(1000));
    expect(thousand.valuesAt([0.1, 0.5, 0.9]).map((value) => Math.floor(value + 0.5))).toEqual([101, 501, 901]);
    const squares = digest(upTo(10_000).map((n) => n * n));
    expect(squares.valuesAt([0.3])).toEqual([9095873.5]);
    const sines = digest(upTo(10_000).map(Math.sin));
    expect(sines.valuesAt([0.001, 0.5, 0.999])).toEqual([
      -0.999991241874117, 0.0006411163562298205, 0.9999913675601946,
    ]);
  });

  it('gives weights their share', () => {
    const weighted = new TDigest();
    weighted.add(1, 1);
    weighted.add(3, 3);
    expect(weighted.valuesAt([0.5])[0]).toBeCloseTo(7 / 3, 9);
  });

  it('keeps the error small over more values than it holds', () => {
    const large = digest(upTo(50_000).map((n) => (n * 7919) % 50_000));
    for (const q of [0.01, 0.25, 0.5, 0.75, 0.99]) {
      expect(Math.abs((large.valuesAt([q])[0] ?? 0) - q * 50_000)).toBeLessThan(500);
    }
    expect(large.valuesAt([0, 1])).toEqual([0, 49_999]);
  });
});
