import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DuckDbEngine } from '../../../src/engines/sql/runtime';
import { translateText } from './fixture';

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open({ threads: 1 });
}, 60_000);
afterAll(() => engine.close());

const numbers = (count: number): string =>
  `FROM UNNEST(sequence(1, ${Math.min(count, 10_000)})) t(x), UNNEST(sequence(1, ${Math.ceil(count / 10_000)})) u(y)`;

async function answer(sql: string, acceptApproximation: boolean) {
  const translated = await translateText(sql, { acceptApproximation });
  const { rows } = await engine.rows(translated.sql, translated.columns);
  return { rows, approximate: translated.approximate };
}

describe('an answer that varies with the split of the work', () => {
  test('is given over as many values as one split surely holds', async () => {
    const { rows, approximate } = await answer(`SELECT approx_percentile(x * x, 0.3) ${numbers(10_000)}`, false);
    // Recorded from Trino.
    expect(rows).toEqual([[9095874]]);
    expect(approximate).toEqual([]);
  });

  test.each([
    'approx_percentile(x, 0.3)',
    'numeric_histogram(3, x)',
    'approx_most_frequent(3, x, 5)',
    'value_at_quantile(tdigest_agg(x), 0.3)',
    'value_at_quantile(qdigest_agg(x), 0.3)',
  ])('is refused over more: %s', async (call) => {
    await expect(answer(`SELECT ${call} ${numbers(20_000)}`, false)).rejects.toThrow('acceptApproximation');
  });

  test('is given, and named, where an approximate one is accepted', async () => {
    const { rows, approximate } = await answer(`SELECT approx_percentile(x, 0.3) ${numbers(20_000)}`, true);
    expect(Math.abs(Number(rows[0]?.[0]) - 3000)).toBeLessThan(100);
    expect(approximate).toEqual(['approx_percentile']);
  });

  test('is no matter for approx_distinct, which depends on the values alone', async () => {
    const { rows, approximate } = await answer(`SELECT approx_distinct(x) ${numbers(20_000)}`, false);
    expect(Math.abs(Number(rows[0]?.[0]) - 10_000)).toBeLessThan(500);
    expect(approximate).toEqual([]);
  });
});
