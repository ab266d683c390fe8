import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseQuery, SqlError, type SqlSession, translate } from '../../../../src/engines/sql';
import { DuckDbEngine } from '../../../../src/engines/sql/runtime';
import { KNOWN_VALUES } from './known-values';

/** A session without tables: expressions need none. */
const session: SqlSession = {
  catalog: {
    resolve: () => undefined,
    hasSchema: () => true,
    schemas: () => [],
    tables: () => [],
    scan: () => Promise.reject(new Error('there are no tables')),
  },
  timeZone: 'UTC',
  now: new Date('2026-01-02T03:04:05Z'),
  queryId: 'known-values',
  user: 'test',
};

describe('a scalar expression', () => {
  let engine: DuckDbEngine;
  beforeAll(async () => {
    engine = await DuckDbEngine.open({ threads: 1 });
  });
  afterAll(async () => {
    await engine.close();
  });

  async function evaluate(expression: string): Promise<unknown> {
    try {
      const { sql, columns } = await translate(parseQuery(`SELECT ${expression} AS x`), session);
      const { rows } = await engine.rows(sql, columns);
      return rows[0]?.[0];
    } catch (error) {
      if (error instanceof SqlError) return `!${error.errorName}`;
      throw error;
    }
  }

  it.each(KNOWN_VALUES)('%s has the value that Trino gives it', async (expression, value) => {
    const actual = await evaluate(expression);
    if (typeof value === 'number' && !Number.isInteger(value)) expect(actual).toBeCloseTo(value, 9);
    else expect(actual === 0 ? 0 : actual).toEqual(value === 0 ? 0 : value);
  });
});
