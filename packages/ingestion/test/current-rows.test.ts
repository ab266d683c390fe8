import { DuckDBInstance } from '@duckdb/node-api';
import type { IDataset } from '@lakewright/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CurrentRows, LoadMode } from '../src';

const dataset = { databaseName: 'raw', tableName: 'flights' } as IDataset;
const rows = CurrentRows.of(dataset, { columns: ['id', 'delay'], primaryKey: ['id'] });

test('the text is Athena’s', () => {
  expect(rows.select).toBe(
    [
      'SELECT "id", "delay"',
      'FROM (',
      '  SELECT loaded."id", loaded."delay"',
      '  FROM "raw"."flights" loaded',
      `  LEFT JOIN (SELECT DISTINCT "id" FROM "raw"."flights" WHERE "change_sequence" <> '') changed`,
      '    ON changed."id" = loaded."id"',
      `  WHERE coalesce(loaded."change_sequence", '') = '' AND changed."id" IS NULL`,
      '  UNION ALL',
      '  SELECT "id", "delay"',
      '  FROM (',
      '    SELECT "id", "delay", "op" AS "current_op",',
      '      row_number() OVER (PARTITION BY "id" ORDER BY "change_sequence" DESC) AS "current_rank"',
      '    FROM "raw"."flights"',
      `    WHERE "change_sequence" <> ''`,
      '  )',
      `  WHERE "current_rank" = 1 AND coalesce("current_op", 'U') <> 'D'`,
      ')',
    ].join('\n'),
  );
  expect(rows.createView({ databaseName: 'raw', tableName: 'flights_now' } as IDataset)).toBe(
    `CREATE OR REPLACE VIEW "raw"."flights_now" AS\n${rows.select}`,
  );
  expect(rows.selectFrom("{{ source('raw', 'flights') }}")).toContain("    FROM {{ source('raw', 'flights') }}\n");
});

test('whatever was loaded and changed, in whatever order the files are read, the rows are those of the source', async () => {
  const change = fc.record({ op: fc.constantFrom('I', 'U', 'D'), id: fc.nat(4), delay: fc.nat(9) });
  const loaded = fc.uniqueArray(fc.record({ id: fc.nat(4), delay: fc.nat(9) }), { selector: ({ id }) => id });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(
      'CREATE SCHEMA raw; CREATE TABLE raw.flights (op VARCHAR, change_sequence VARCHAR, id INT, delay INT)',
    );
    const random = fc.asyncProperty(
      loaded,
      fc.array(change, { maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      async (load, changes, order) => {
        const source = new Map(load.map(({ id, delay }) => [id, delay]));
        const files = load.map(({ id, delay }) => `('I', NULL, ${id}, ${delay})`);
        for (const [index, { op, id, delay }] of changes.entries()) {
          if (op === 'D') source.delete(id);
          else source.set(id, delay);
          files.push(
            `('${op}', '2026010112000000000000000000000000${String(index).padStart(3, '0')}', ${id}, ${delay})`,
          );
        }
        const shuffled = files.map((text) => ({ text, at: Number(order.next().value) })).sort((a, b) => a.at - b.at);
        await connection.run('DELETE FROM raw.flights');
        if (files.length > 0) {
          await connection.run(`INSERT INTO raw.flights VALUES ${shuffled.map(({ text }) => text).join(', ')}`);
        }
        const found = (await connection.runAndReadAll(rows.select)).getRowsJS() as [number, number][];
        expect(new Map(found)).toEqual(source);
        expect(found.length).toBe(source.size);
      },
    );
    await fc.assert(random, { numRuns: 60 });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

test('of full loads the last one counts', async () => {
  const last = CurrentRows.of(dataset, { columns: ['id'], primaryKey: [], mode: LoadMode.fullLoad() });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    "CREATE SCHEMA raw; CREATE TABLE raw.flights AS SELECT * FROM (VALUES (1, TIMESTAMP '2026-01-01 00:00:00'), (2, TIMESTAMP '2026-01-02 00:00:00'), (3, TIMESTAMP '2026-01-02 00:00:00')) AS t(id, dms_timestamp)",
  );
  expect((await connection.runAndReadAll(`${last.select} ORDER BY id`)).getRowsJS()).toEqual([[2], [3]]);
  connection.closeSync();
  instance.closeSync();
});

describe('refused input', () => {
  test.each([
    ['NoColumns', { columns: [], primaryKey: ['id'] }],
    ['DuplicateColumn', { columns: ['id', 'ID'], primaryKey: ['id'] }],
    ['NoPrimaryKey', { columns: ['id'], primaryKey: [] }],
    ['KeyNotAmongColumns', { columns: ['delay'], primaryKey: ['id'] }],
  ])('%s', (code, options) => {
    expect(() => CurrentRows.of(dataset, options)).toThrow(new RegExp(`^${code}: `));
  });
});
