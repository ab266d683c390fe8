import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DuckDbEngine } from '../../../../src/engines/sql/runtime';
import type { DataFile } from '../../../../src/services/athena/tables/data-files';
import { ParquetFooters } from '../../../../src/services/athena/tables/parquet-footers';
import { type TableEngine, tableEngine } from '../../../../src/services/athena/tables/table-engine';

let folder: string;
let engine: DuckDbEngine;
let statements: string[];
let counted: TableEngine;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lakewright-footers-'));
  engine = await DuckDbEngine.open();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

async function parquet(name: string, sql: string): Promise<DataFile> {
  const path = join(folder, name);
  await engine.execute(`COPY (${sql}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  const plain = tableEngine(engine);
  statements = [];
  counted = {
    ...plain,
    texts: (sql, width) => {
      statements.push(sql);
      return plain.texts(sql, width);
    },
  };
  return { bucket: 'b', key: name, uri: `s3://b/${name}`, path, size: 1, version: '1', modified: new Date(0) };
}

test('rows are those of all row groups, bytes those of all parts of a column', async () => {
  const file = await parquet('groups', 'SELECT i, {a: i, b: [i, i]} AS nested FROM range(5000) AS t(i)');
  const [footer] = await new ParquetFooters(counted).read([file]);
  expect(footer?.rows).toBe(5000);
  expect([...(footer?.bytes.keys() ?? [])].sort()).toEqual(['i', 'nested']);
});

test('a file without rows has none', async () => {
  const file = await parquet('empty', 'SELECT 1 AS i WHERE false');
  const [footer] = await new ParquetFooters(counted).read([file]);
  expect(footer).toMatchObject({ rows: 0, columns: [{ name: 'i' }] });
});

test('queries that meet at a file read its footer once', async () => {
  const file = await parquet('shared', 'SELECT 1 AS i');
  const footers = new ParquetFooters(counted);
  const [one, two] = await Promise.all([footers.read([file]), footers.read([file])]);
  expect(two).toEqual(one);
  expect(new Set(statements).size).toBe(statements.length);
});

test('each of two queries that meet at a broken file learns which one it is', async () => {
  const file = { ...(await parquet('good', 'SELECT 1 AS i')), path: '/dev/null', uri: 's3://b/broken' };
  const footers = new ParquetFooters(counted);
  const results = await Promise.allSettled([footers.read([file]), footers.read([file])]);
  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('s3://b/broken') } });
  }
});
