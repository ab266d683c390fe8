import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '@lakewright/catalog';
import jsonata from 'jsonata';
import { describe, expect, test } from 'vitest';
import { AthenaSql, SqlParameter } from '../src';
import { lake } from './support';

const STATES = {
  input: {},
  context: { Execution: { StartTime: '2026-03-01T00:30:00.000Z', Input: { region: "Côte d'Ivoire", n: 3 } } },
};

/** The statement that Athena gets. */
async function rendered(text: string, parameters: Record<string, SqlParameter> = {}): Promise<string> {
  const expression = AthenaSql.fromText(text, { parameters })._expression('"\\"db\\".\\"t\\""');
  return await jsonata(expression).evaluate({}, { run: '0a1b', states: STATES });
}

describe('parameters', () => {
  test.each<[string, SqlParameter, string]>([
    ['a text, with quotes', SqlParameter.text(`it's "100%}" \\ {{x}}`), `'it''s "100%}" \\ {{x}}'`],
    ['a number', SqlParameter.number(-1.5), '-1.5'],
    ['a boolean', SqlParameter.boolean(true), 'true'],
    ['a day', SqlParameter.date('2026-01-31'), "DATE '2026-01-31'"],
    ['a time', SqlParameter.timestamp('2026-01-31 23:59:59.5'), "TIMESTAMP '2026-01-31 23:59:59.5'"],
    ['a name', SqlParameter.identifier('bird "strikes"'), '"bird ""strikes"""'],
    ['the run', SqlParameter.run(), "'0a1b'"],
    ['the day of the run', SqlParameter.runDate(), "DATE '2026-03-01'"],
    ['the day before', SqlParameter.runDate(1), "DATE '2026-02-28'"],
    ['the time of the run', SqlParameter.runTime(), "TIMESTAMP '2026-03-01 00:30:00.000'"],
    ['what the pipeline was given', SqlParameter.input('$.region'), "'Côte d''Ivoire'"],
    ['a number that it was given', SqlParameter.input('$.n'), "'3'"],
  ])('%s', async (_, parameter, expected) => {
    expect(await rendered('SELECT {{x}}', { x: parameter })).toBe(`SELECT ${expected}`);
  });

  test('a table is quoted as a query wants it', async () => {
    const { catalog } = lake();
    const other = Dataset.of(catalog.raw, '2026-flights');
    expect(SqlParameter.table(other)._expression).toMatch(/\.\\"2026-flights\\""$/);
  });

  test('the table that is made stands for {{table}}, blanks and line ends stay', async () => {
    const text = 'INSERT INTO {{ table }} -- "new"\nSELECT \'%}\', {{a}};\n';
    expect(await rendered(text, { a: SqlParameter.number(1) })).toBe(`INSERT INTO "db"."t" -- "new"\nSELECT '%}', 1`);
  });
});

test('a file is read as it is', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lakewright-sql-')), 'a.sql');
  writeFileSync(file, '-- ä\nSELECT 1\n');
  expect(AthenaSql.fromFile(file)._text).toBe('-- ä\nSELECT 1');
  expect(AthenaSql.fromFile(file)._isQuery).toBe(true);
});

test.each([
  ['SELECT 1', true],
  ['/* a */ -- b\n (SELECT 1)', true],
  ['WITH a AS (SELECT 1) SELECT * FROM a', true],
  ['INSERT INTO a SELECT 1', false],
  ['unload (SELECT 1) TO …', false],
  ['selection', false],
])('whether "%s" is a query', (text, expected) => {
  expect(AthenaSql.fromText(text)._isQuery).toBe(expected);
});

describe('refused', () => {
  test.each<[RegExp, () => unknown]>([
    [
      /^UnknownSqlParameter: "{{b}}" in line 2 of the text → the parameters are table, a → /,
      () => AthenaSql.fromText('SELECT {{a}},\n{{b}}', { parameters: { a: SqlParameter.run() } }),
    ],
    [/^UnusedSqlParameter: /, () => AthenaSql.fromText('SELECT 1', { parameters: { a: SqlParameter.run() } })],
    [
      /^ReservedSqlParameter: /,
      () => AthenaSql.fromText('SELECT {{table}}', { parameters: { table: SqlParameter.run() } }),
    ],
    [/^SqlFileMissing: file "nowhere.sql"/, () => AthenaSql.fromFile('nowhere.sql')],
    [/^SqlTooLong: 262145 bytes/, () => AthenaSql.fromText(`SELECT ${'1'.repeat(262_138)}`)],
    [/^InvalidSqlParameter: /, () => SqlParameter.date("2026-01-31' OR 1=1")],
    [/^InvalidSqlParameter: /, () => SqlParameter.timestamp('now')],
    [/^InvalidSqlParameter: /, () => SqlParameter.number(Number.NaN)],
    [/^InvalidSqlParameter: /, () => SqlParameter.input('region')],
  ])('%s', (message, make) => {
    expect(make).toThrow(message);
  });
});
