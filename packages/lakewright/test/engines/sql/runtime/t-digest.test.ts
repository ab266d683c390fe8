import { describe, expect, it } from 'vitest';
import { TDigest } from '../../../../src/engines/sql/runtime/scalars/t-digest';

function digest(values: readonly number[], weight = 1): TDigest {
  const result = new TDigest();
  for (const value of values) result.add(value, weight);
  result.finish();
  return result;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('TDigest', () => {
  it('answers with one of few values', () => {
    const four = digest([8, -1, 3.5, 2]);
    expect([0, 0.25, 0.5, 1].map((q) => four.valueAt(q))).toEqual([-1, 2, 3.5, 8]);
    expect(digest([7]).valueAt(0.9)).toBe(7);
    expect(digest([]).valueAt(0.5)).toBeNaN();
  });

  it('answers between many values, as recorded from Trino', () => {
    expect(digest(upTo(100)).valueAt(0.5)).toBeCloseTo(50.5, 9);
    const thousand = digest(upTo(1000));
    expect([0.9, 0.1, 0.5].map((q) => Math.floor(thousand.valueAt(q) + 0.5))).toEqual([901, 101, 501]);
  });

  it('gives weights their share', () => {
    const weighted = new TDigest();
    weighted.add(1, 1);
    weighted.add(3, 3);
    weighted.finish();
    expect(weighted.valueAt(0.5)).toBeCloseTo(7 / 3, 9);
  });

  it('keeps the error small over more values than it holds', () => {
    const large = digest(upTo(50_000).map((n) => (n * 7919) % 50_000));
    for (const q of [0.01, 0.25, 0.5, 0.75, 0.99]) {
      expect(Math.abs(large.valueAt(q) - q * 50_000)).toBeLessThan(500);
    }
    expect(large.valueAt(0)).toBe(0);
    expect(large.valueAt(1)).toBe(49_999);
  });
});
