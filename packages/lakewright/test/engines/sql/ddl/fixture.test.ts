import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDdl } from '../../../../src/engines/sql/ddl/parse';
import type {
  ColumnDefinition,
  CreateTable,
  DdlStatement,
  TableChange,
} from '../../../../src/engines/sql/ddl/statement';

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly sql: string;
  readonly expect: {
    readonly database?: string | null;
    readonly table?: string;
    readonly columns?: readonly (ColumnDefinition | string)[];
    readonly partitionKeys?: readonly ColumnDefinition[];
    readonly location?: string;
    readonly serde?: string;
    readonly inputFormat?: string;
    readonly outputFormat?: string;
    readonly serdeParameters?: Readonly<Record<string, string>>;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly transforms?: readonly string[];
    readonly from?: readonly string[];
    readonly to?: readonly string[];
    readonly partition?: readonly string[];
    readonly old?: string;
    readonly new?: string;
    readonly type?: string;
    readonly comment?: string;
    readonly after?: string;
    readonly keys?: readonly string[];
    readonly target?: string;
  };
}

const cases: Case[] = readFileSync(join(__dirname, 'fixtures/ddl.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** Statements of the query language: the Trino side parses them. */
const QUERY_SIDE = new Set([
  'ctas',
  'insert',
  'update',
  'select',
  'unload',
  'prepare',
  'execute',
  'create_view',
  'explain',
]);

const ddl = (sql: string): DdlStatement => {
  const statement = parseDdl(sql);
  if (!statement) throw new Error(`not DDL: ${sql}`);
  return statement;
};

const change = (sql: string): TableChange => {
  const statement = ddl(sql);
  if (statement.kind !== 'alter table') throw new Error(statement.kind);
  return statement.change;
};

const values = (terms: readonly { readonly value: string }[]) => terms.map((term) => term.value);

describe('every recorded CREATE TABLE gives the table that the catalog must hold', () => {
  test.each(cases.filter((item) => item.kind === 'create_table'))('$id', ({ sql, expect: wanted }) => {
    const table = ddl(sql) as CreateTable;
    expect(table.kind).toBe('create table');
    expect(table.table).toEqual({ name: wanted.table, ...(wanted.database && { database: wanted.database }) });
    expect(table.columns).toEqual(wanted.columns);
    expect(table.partitionKeys).toEqual(wanted.partitionKeys);
    expect(table.location).toBe(wanted.location);
    expect(table.format).toEqual({
      serde: wanted.serde,
      inputFormat: wanted.inputFormat,
      outputFormat: wanted.outputFormat,
      serdeParameters: wanted.serdeParameters,
    });
    expect(table.properties).toEqual(wanted.parameters);
  });

  test.each(cases.filter((item) => item.kind === 'create_iceberg'))('$id', ({ sql, expect: wanted }) => {
    const table = ddl(sql) as CreateTable;
    expect(table.columns).toEqual(wanted.columns);
    expect(table.transforms.map((item) => item.transform)).toEqual(wanted.transforms);
    expect(table.location).toBe(wanted.location);
    expect(table.properties.table_type).toBe('ICEBERG');
  });
});

describe('every recorded ALTER TABLE gives its change', () => {
  test.each(cases.filter((item) => ['add_columns', 'replace_columns'].includes(item.kind)))(
    '$id',
    ({ sql, kind, expect: wanted }) => {
      expect(change(sql)).toEqual({ kind: kind.replace('_', ' '), columns: wanted.columns });
    },
  );

  const one = (kind: string): Case => cases.find((item) => item.kind === kind) as Case;

  test('a column may change its name, type, comment and place', () => {
    const { sql, expect: wanted } = one('change_column');
    expect(change(sql)).toEqual({
      kind: 'change column',
      from: wanted.old,
      column: { name: wanted.new, type: wanted.type, comment: wanted.comment },
      place: { after: wanted.after },
    });
  });

  test('a partition may change its values and its location', () => {
    const rename = change(one('rename_partition').sql);
    if (rename.kind !== 'rename partition') throw new Error(rename.kind);
    expect(values(rename.from)).toEqual(one('rename_partition').expect.from);
    expect(values(rename.to)).toEqual(one('rename_partition').expect.to);
    const move = change(one('set_location').sql);
    if (move.kind !== 'set location') throw new Error(move.kind);
    expect(values(move.partition ?? [])).toEqual(one('set_location').expect.partition);
    expect(move.location).toBe(one('set_location').expect.location);
  });

  test('properties may be taken away', () => {
    expect(change(one('unset_properties').sql)).toEqual({
      kind: 'unset properties',
      keys: one('unset_properties').expect.keys,
    });
  });
});

test.each(cases.filter((item) => QUERY_SIDE.has(item.kind)))('$id is left to the query language', ({ sql }) => {
  expect(parseDdl(sql)).toBeUndefined();
});

const KINDS: Readonly<Record<string, Partial<Record<string, unknown>>>> = {
  msck: { kind: 'repair table' },
  show_partitions: { kind: 'show', what: 'partitions' },
  show_create_view: { kind: 'show', what: 'create view' },
  show_columns: { kind: 'show', what: 'columns', table: { database: 'real', name: 'customers' } },
  show_tblproperties: { kind: 'show', what: 'properties', property: 'skip.header.line.count' },
  show_databases: { kind: 'show', what: 'databases' },
  create_database: {
    kind: 'create database',
    database: 'web',
    comment: 'site',
    location: 's3://events/',
    properties: { creator: 'ann', 'Dept.': 'web' },
  },
  drop_database: { kind: 'drop database', cascade: true, ifExists: true },
  drop_table: { kind: 'drop table', table: { database: 'web', name: 'clicks_parquet' } },
  drop_view: { kind: 'drop view', ifExists: true },
  vacuum: { kind: 'vacuum', table: { database: 'lake', name: 'items' } },
};

test.each(cases.filter((item) => item.kind in KINDS))('$id is read as what it is', ({ sql, kind }) => {
  expect(ddl(sql)).toMatchObject(KINDS[kind] as object);
});

test('no recorded statement is left out of these tests', () => {
  const covered = new Set([
    ...QUERY_SIDE,
    ...Object.keys(KINDS),
    'create_table',
    'create_iceberg',
    'add_columns',
    'replace_columns',
    'change_column',
    'rename_partition',
    'set_location',
    'unset_properties',
  ]);
  expect(cases.filter((item) => !covered.has(item.kind)).map((item) => item.id)).toEqual([]);
  expect(cases).toHaveLength(56);
});
