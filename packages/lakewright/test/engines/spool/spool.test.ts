import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { literal, type SpoolColumn, SpoolEngine, TextSpool } from '../../../src/engines/spool';

let folder: string;
let engine: SpoolEngine;
const at = (name: string) => path.join(folder, name);

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-spool-'));
  engine = new SpoolEngine({ tempDirectory: at('tmp') });
});
afterAll(async () => {
  await engine.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const text = (name: string): SpoolColumn => ({ name, type: { kind: 'varchar' } });

test('every text comes out as it went in, and NULL differs from the empty text and from \\N', async () => {
  const values = [
    null,
    '',
    '\\N',
    'a,b',
    '"quoted"',
    'two\nlines',
    'cr\r\nlf',
    'tab\t',
    'ü😀',
    ' blank ',
    'NULL',
    "it's",
  ];
  const spool = TextSpool.create(at('texts.csv'));
  for (const [index, value] of values.entries()) spool.write([String(index), value]);
  spool.close();
  expect(spool.rows).toBe(values.length);
  const columns = [{ name: 'i', type: { kind: 'integer' } } as const, text('odd "name"')];
  await engine.write({
    spools: [spool.file],
    columns,
    orderBy: 'i',
    format: { kind: 'parquet', compression: 'uncompressed' },
    to: at('texts.parquet'),
  });
  const rows = await engine.texts(`SELECT "odd ""name""" FROM ${literal(at('texts.parquet'))} ORDER BY i`, ['v']);
  expect(rows.map(([value]) => value)).toEqual(values);
});

test('a file of one column keeps its NULLs', async () => {
  const spool = TextSpool.create(at('one.csv'));
  for (const value of ['a', null, '', null]) spool.write([value]);
  spool.close();
  const request = { spools: [spool.file], columns: [text('v')], to: at('one.parquet') };
  expect(await engine.write({ ...request, format: { kind: 'parquet', compression: 'gzip' } })).toBe(4);
  const [counts] = await engine.texts(
    `SELECT CAST(count(*) AS VARCHAR), CAST(count(v) AS VARCHAR) FROM ${literal(at('one.parquet'))}`,
    ['rows', 'values'],
  );
  expect(counts).toEqual(['4', '2']);
});

test('values have the declared types, binary comes from hexadecimal digits', async () => {
  const spool = TextSpool.create(at('typed.csv'));
  spool.write([
    '9223372036854775807',
    '12345678901234567890.123456',
    '2001-02-03 04:05:06.123456',
    '\\xdeadbeef',
    'true',
  ]);
  spool.close();
  const columns: SpoolColumn[] = [
    { name: 'n', type: { kind: 'bigint' } },
    { name: 'd', type: { kind: 'decimal', precision: 28, scale: 6 } },
    { name: 't', type: { kind: 'timestamp' } },
    { name: 'b', type: { kind: 'binary' } },
    { name: 'yes', type: { kind: 'boolean' } },
  ];
  const to = at('typed.parquet');
  await engine.write({ spools: [spool.file], columns, to, format: { kind: 'parquet', compression: 'uncompressed' } });
  const [row] = await engine.texts(
    `SELECT CAST(n AS VARCHAR), CAST(d AS VARCHAR), CAST(t AS VARCHAR), hex(b), CAST(yes AS VARCHAR) FROM ${literal(to)}`,
    ['n', 'd', 't', 'b', 'yes'],
  );
  expect(row).toEqual([
    '9223372036854775807',
    '12345678901234567890.123456',
    '2001-02-03 04:05:06.123456',
    'DEADBEEF',
    'true',
  ]);
});

test("a text that isn't of its column's type is refused by its value, and leaves no file", async () => {
  const spool = TextSpool.create(at('bad.csv'));
  spool.write(['12x']);
  spool.close();
  const to = at('bad.parquet');
  const columns = [{ name: 'n', type: { kind: 'bigint' } } as const];
  const writing = engine.write({ spools: [spool.file], columns, to, format: { kind: 'parquet', compression: 'gzip' } });
  await expect(writing).rejects.toThrow(/12x/);
  expect(fs.existsSync(to)).toBe(false);
});

test('a row of five million characters is read', async () => {
  const long = 'x'.repeat(5_000_000);
  const spool = TextSpool.create(at('long.csv'));
  spool.write(['1', long]);
  spool.close();
  for (const longestRow of [spool.longestRow, undefined]) {
    const to = at(`long-${longestRow}.parquet`);
    const columns = [text('k'), text('v')];
    await engine.write({
      spools: [spool.file],
      columns,
      to,
      longestRow,
      rows: 1,
      format: { kind: 'parquet', compression: 'uncompressed' },
    });
    const [row] = await engine.texts(`SELECT CAST(length(v) AS VARCHAR) FROM ${literal(to)}`, ['n']);
    expect(row).toEqual(['5000000']);
  }
});

test('a full disk is an error of writing or closing, never a success', () => {
  if (!fs.existsSync('/dev/full')) return;
  const spool = TextSpool.create('/dev/full');
  spool.write(['a']);
  expect(() => spool.close()).toThrow(/ENOSPC/);
});
