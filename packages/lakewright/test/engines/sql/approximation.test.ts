import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DuckDbEngine } from '../../../src/engines/sql/runtime';
import { translateText } from './fixture';

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open({ threads: 1 });
}, 60_000);
afterAll(() => engine.close());

const MANY = 'FROM UNNEST(sequence(1, 10000)) t(x), UNNEST(sequence(1, 2)) u(y)';

async function answer(sql: string, acceptApproximation: boolean) {
  const translated = await translateText(sql, { acceptApproximation });
  const { rows } = await engine.rows(translated.sql, translated.columns);
  return { rows, approximate: translated.approximate };
}

describe('an answer that varies with the split of the work', () => {
  test('is given where one thread of Trino takes the values as they come', async () => {
    const { rows, approximate } = await answer(
      `SELECT approx_percentile(x * x, 0.3) FROM UNNEST(sequence(1, 10000)) t(x)`,
      false,
    );
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
  ])('is refused where Trino deals them out: %s', async (call) => {
    await expect(answer(`SELECT ${call} ${MANY}`, false)).rejects.toThrow('acceptApproximation');
  });

  test('is given over as few values as a digest keeps apart, wherever they come from', async () => {
    const { rows } = await answer(`SELECT approx_percentile(x, 0.5) ${MANY} WHERE x <= 16`, false);
    // Recorded from Trino.
    expect(rows).toEqual([[9]]);
    await expect(answer(`SELECT approx_percentile(x, 0.5) ${MANY} WHERE x <= 17`, false)).rejects.toThrow('32 values');
  });

  test('is refused in groups over more rows than Trino surely keeps until the end', async () => {
    const grouped = (count: number): string => `SELECT x % 3, approx_percentile(x, 0.5) FROM
      (VALUES ${Array.from({ length: count }, (_, i) => `(${i})`).join()}) t(x) GROUP BY 1`;
    expect((await answer(grouped(300), false)).rows).toHaveLength(3);
    await expect(answer(grouped(10_001), false)).rejects.toThrow('acceptApproximation');
  });

  test('is given, and named, where an approximate one is accepted', async () => {
    const { rows, approximate } = await answer(`SELECT approx_percentile(x, 0.3) ${MANY}`, true);
    expect(Math.abs(Number(rows[0]?.[0]) - 3000)).toBeLessThan(100);
    expect(approximate).toEqual(['approx_percentile']);
  });

  test('is no matter for approx_distinct, which depends on the values alone', async () => {
    const { rows, approximate } = await answer(`SELECT approx_distinct(x) ${MANY}`, false);
    expect(Math.abs(Number(rows[0]?.[0]) - 10_000)).toBeLessThan(500);
    expect(approximate).toEqual([]);
  });
});
