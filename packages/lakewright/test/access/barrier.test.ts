import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import type { ResolvedTable } from '../../src/engines/sql/contract';
import { INTEGER, VARCHAR } from '../../src/engines/sql/types/build';
import { cellsOf, visibleCells } from '../../src/services/athena/access/cells';

const table: ResolvedTable = {
  kind: 'table',
  name: { catalog: 'awsdatacatalog', schema: 'db', table: 'people' },
  columns: [
    { name: 'score', type: INTEGER },
    { name: 'region', type: VARCHAR },
  ],
};

async function relation() {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run("CREATE TABLE people AS SELECT x AS score, 'EU' AS region FROM range(9) AS t (x)");
  const cells = cellsOf([{ name: 'us', columns: 'all', rows: "region LIKE '%U%S%'" }], table);
  const session = { now: new Date(), timeZone: 'UTC' };
  const sql = await visibleCells(table, cells, ['score'], session, async () => ({ sql: '(SELECT * FROM people)' }));
  /** What is done to a row until the statement's condition is computed, the first thing last. */
  const above = async (from: string): Promise<string> => {
    const plan = await connection.runAndReadAll(`EXPLAIN SELECT count(*) FROM ${from} WHERE score % 7 = 3`);
    const text = plan
      .getRows()
      .map((row) => String(row[1]))
      .join('');
    return text.slice(text.indexOf('% 7'));
  };
  return { sql, above };
}

// Conditions that fail stay above others by DuckDB's own rules; the time that one takes would tell of hidden rows, too.
test('DuckDB computes no condition below the barrier, which it does where there is none', async () => {
  const { sql, above } = await relation();
  expect(await above(sql)).toMatch(/STREAMING_SAMPLE[\s\S]*region/);
  const open = sql.replace(' TABLESAMPLE SYSTEM(100 PERCENT)', '');
  expect(open).not.toBe(sql);
  expect(await above(open)).not.toMatch(/STREAMING_SAMPLE/);
});
