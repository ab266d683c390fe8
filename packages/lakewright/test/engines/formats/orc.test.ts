import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Cell, MapCell, RowCell } from '../../../src/engines/formats/cell';
import { readOrc } from '../../../src/engines/formats/orc/reader';
import { parseHiveType } from '../../../src/engines/sql/types/hive';
import type { TrinoType } from '../../../src/engines/sql/types/type';

const fixtures = join(__dirname, 'fixtures/orc');
const scratch = mkdtempSync(join(tmpdir(), 'lakewright-orc-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const TYPES: Readonly<Record<string, string>> = {
  b: 'boolean',
  i8: 'tinyint',
  i16: 'smallint',
  i32: 'int',
  i64: 'bigint',
  f: 'float',
  d: 'double',
  s: 'string',
  bin: 'binary',
  n: 'decimal(12,3)',
  big: 'decimal(38,10)',
  day: 'date',
  ts: 'timestamp',
  l: 'array<int>',
  m: 'map<string,double>',
  r: 'struct<x:bigint,y:array<struct<z:string>>>',
};

const expected: unknown[][] = JSON.parse(readFileSync(join(fixtures, 'rows.json'), 'utf8'));

/** As make.py shows a value. */
function shown(cell: Cell, type: TrinoType): unknown {
  if (cell === null) return null;
  if (cell instanceof MapCell && type.kind === 'map')
    return Object.fromEntries(cell.entries.map(([key, value]) => [key, shown(value, type.value)]));
  if (cell instanceof RowCell && type.kind === 'row')
    return cell.entries.map(([, value], index) => shown(value, type.fields[index]?.type as TrinoType));
  if (Array.isArray(cell) && type.kind === 'array') return cell.map((item) => shown(item, type.element));
  if (typeof cell !== 'string') return cell;
  if (type.kind === 'varbinary') return cell.replaceAll('\\x', '');
  if (type.kind === 'real' || type.kind === 'double') return Number.isFinite(Number(cell)) ? Number(cell) : cell;
  return cell;
}

const SPECIAL: Readonly<Record<string, string>> = { inf: 'Infinity', '-inf': '-Infinity', nan: 'NaN' };
const python = (value: unknown): unknown => (typeof value === 'string' ? (SPECIAL[value] ?? value) : value);

async function read(path: string, types: Readonly<Record<string, string>>, parameters = {}): Promise<unknown[][]> {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type: parseHiveType(type) }));
  const rows: unknown[][] = [];
  for await (const batch of readOrc(path, { columns, parameters }))
    rows.push(...batch.map((row) => row.map((cell, index) => shown(cell, columns[index]?.type as TrinoType))));
  return rows;
}

const file = (name: string): string => join(fixtures, name);

describe('what another writer wrote is read to the last digit', () => {
  test.each(['uncompressed', 'zlib', 'snappy', 'lz4', 'zstd'])('all types, compressed as %s', async (codec) => {
    const rows = await read(file(`all-types-${codec}.orc`), TYPES);
    expect(rows).toEqual(expected.slice(0, 300).map((row) => row.map(python)));
  });

  test.each(['version-0.11.orc', 'version-0.12.orc', 'stripes.orc'])('%s: every kind of run', async (name) => {
    expect(await read(file(name), TYPES)).toEqual(expected.map((row) => row.map(python)));
  });

  test('a file without rows has none', async () => {
    expect(await read(file('no-rows.orc'), TYPES)).toEqual([]);
  });
});

describe('columns', () => {
  const path = file('all-types-zlib.orc');

  test('go by position, whatever they are called', async () => {
    const rows = await read(path, { any: 'boolean', name: 'tinyint' });
    expect(rows.slice(0, 2)).toEqual([
      ['true', '-128'],
      ['false', '-127'],
    ]);
  });

  test('go by name with orc.column.index.access false; one that the file lacks is NULL', async () => {
    const rows = await read(path, { s: 'string', later: 'date', b: 'boolean' }, { 'orc.column.index.access': 'false' });
    expect(rows.slice(0, 2)).toEqual([
      ['', null, 'true'],
      ['ü€😀', null, 'false'],
    ]);
  });

  test('beyond the last column of the file are NULL, and the fields of a row go by name', async () => {
    const types = { ...TYPES, r: 'struct<gone:int,Y:array<struct<z:string>>>', extra: 'int' };
    const rows = await read(path, types);
    expect(rows[2]?.slice(-2)).toEqual([[null, [[null], ['z1']]], null]);
  });
});

describe('types that differ from the file', () => {
  const path = file('all-types-zlib.orc');
  const named = { 'orc.column.index.access': 'false' };
  const first = async (name: string, type: string, row = 3): Promise<unknown> =>
    (await read(path, { [name]: type }, named))[row]?.[0];

  // Recorded on Trino 476 with files of the same types.
  test.each([
    ['i8', 'bigint', '-125'],
    ['i16', 'double', 127],
    ['i32', 'decimal(5,2)', '127.00'],
    ['i64', 'string', '127'],
    ['b', 'string', 'TRUE'],
    ['f', 'double', 1.401298464324817e-45],
    ['n', 'int', '-5'],
    ['n', 'double', -5.875],
    ['n', 'decimal(13,1)', '-5.9'],
    ['bin', 'string', '03 00 ff'],
    ['day', 'int', '-718061'],
    ['s', 'int', null],
  ])('%s as %s', async (name, type, value) => {
    expect(await first(name, type)).toEqual(value);
  });

  test.each([
    ['i64', 'int', 'HIVE_BAD_DATA', /Cannot read SQL type 'integer' from ORC stream '.i64' of type LONG/],
    ['s', 'array<string>', 'HIVE_BAD_DATA', /Cannot read SQL type/],
    ['l', 'string', 'HIVE_BAD_DATA', /Cannot read SQL type/],
    ['i64', 'varchar(2)', 'INVALID_ARGUMENTS', /exceeds varchar\(2\) bounds/],
    ['n', 'decimal(4,3)', 'INVALID_CAST_ARGUMENT', /Cannot cast DECIMAL/],
    ['s', 'date', 'GENERIC_INTERNAL_ERROR', /is not a valid date/],
  ])('%s as %s is %s', async (name, type, errorName, message) => {
    await expect(first(name, type)).rejects.toMatchObject({ errorName, message: expect.stringMatching(message) });
  });
});

describe('bad files', () => {
  test('what is no ORC, half of one, or one with a hole in it is HIVE_BAD_DATA', async () => {
    const text = join(scratch, 'text.orc');
    writeFileSync(text, 'this is not an ORC file, but long enough to be one');
    await expect(read(text, { a: 'string' })).rejects.toMatchObject({ errorName: 'HIVE_BAD_DATA' });
    const bytes = readFileSync(file('all-types-zlib.orc'));
    const half = join(scratch, 'half.orc');
    writeFileSync(half, bytes.subarray(0, bytes.length / 2));
    await expect(read(half, TYPES)).rejects.toMatchObject({ errorName: 'HIVE_BAD_DATA' });
    const broken = join(scratch, 'broken.orc');
    copyFileSync(file('all-types-zlib.orc'), broken);
    writeFileSync(broken, Buffer.concat([bytes.subarray(0, 200), Buffer.alloc(4_000, 0x5a), bytes.subarray(4_200)]));
    await expect(read(broken, TYPES)).rejects.toMatchObject({ errorName: 'HIVE_BAD_DATA' });
  });
});
