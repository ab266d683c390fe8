import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLakeFormationStore, openLakePermissions } from '../../src/access/lake-formation';
import type { Filter, Grant } from '../../src/access/lake-formation/facts';
import type { LakeFormationStore } from '../../src/access/lake-formation/store';
import { type GuardedLake, openGuardedLake, type Persona, persona, TestAccess } from './guarded-lake';
import { randomQuery } from './reference/random-query';
import {
  type Cell,
  type Column,
  type Random,
  type Rows,
  random,
  randomTable,
  valuesSql,
} from './reference/random-table';
import { matches, type Predicate, predicateText, randomPredicate } from './reference/row-predicate';

/** 40 tables, 5 sets of grants on each, 5 queries by each: 1,000 cases, always the same ones. */
const TABLES = 40;
const GRANT_SETS = 5;
const QUERIES = 5;

let lake: GuardedLake;
let store: LakeFormationStore;
let admin: Persona;
let analyst: Persona;

beforeAll(async () => {
  lake = await openGuardedLake(['Analyst']);
  const { context } = lake;
  Object.assign(context, { access: new TestAccess(['Analyst'], openLakePermissions(context)) });
  store = openLakeFormationStore(context);
  store.changeApi((api) => ({ ...api, grants: [] }));
  admin = persona(lake, 'local-admin');
  analyst = persona(lake, 'Analyst');
});
afterAll(() => lake.close());

/** One grant, as Lake Formation keeps it and as the reference reads it. */
interface Given {
  readonly grant: Omit<Grant, 'Principal' | 'PermissionsWithGrantOption'>;
  readonly filter?: Filter;
  readonly columns: ReadonlySet<string>;
  readonly rows?: Predicate;
}

function randomGrant(r: Random, table: string, columns: readonly Column[], index: number): Given {
  const names = columns.map(({ name }) => name);
  const some = names.filter(() => r.chance(0.5));
  const included = some.length ? some : [r.pick(names)];
  const named = { DatabaseName: 'db', Name: table };
  const Permissions = ['SELECT'];
  // The whole table is a dull case: seldom.
  const kinds = ['columns', 'excluding', 'filter', 'filter', 'filter', 'tags', r.chance(0.15) ? 'table' : 'filter'];
  switch (r.pick(kinds)) {
    case 'columns':
      return {
        grant: { Resource: { TableWithColumns: { ...named, ColumnNames: included } }, Permissions },
        columns: new Set(included),
      };
    case 'excluding': {
      const ColumnWildcard = { ExcludedColumnNames: included };
      const left = names.filter((name) => !included.includes(name));
      return {
        grant: { Resource: { TableWithColumns: { ...named, ColumnWildcard } }, Permissions },
        columns: new Set(left),
      };
    }
    case 'tags':
      return {
        grant: {
          Resource: { LFTagPolicy: { ResourceType: 'TABLE', Expression: [{ TagKey: 'class', TagValues: ['open'] }] } },
          Permissions,
        },
        columns: new Set(columns.filter(({ open }) => open).map(({ name }) => name)),
      };
    case 'table':
      return { grant: { Resource: { Table: named }, Permissions }, columns: new Set(names) };
    default: {
      const Name = `f${index}`;
      const rows = r.chance(0.9) ? randomPredicate(r, columns) : undefined;
      const filter: Filter = {
        DatabaseName: 'db',
        TableName: table,
        Name,
        ...(rows && { RowFilter: predicateText(rows) }),
        ...r.pick([{}, { ColumnNames: included }, { ExcludedColumnNames: included }]),
      };
      const shown = filter.ColumnNames ?? names.filter((name) => !filter.ExcludedColumnNames?.includes(name));
      const Resource = { DataCellsFilter: { DatabaseName: 'db', TableName: table, Name } };
      return { grant: { Resource, Permissions }, filter, columns: new Set(shown), ...(rows && { rows }) };
    }
  }
}

/** The reference: a cell is seen by the grant that shows its row and its column; a row without a seen cell is gone. */
function filtered(
  columns: readonly Column[],
  rows: Rows,
  given: readonly Given[],
): { columns: readonly Column[]; rows: Rows } {
  const seen = columns.filter(({ name }) => given.some((one) => one.columns.has(name)));
  return {
    columns: seen,
    rows: rows.flatMap((row) => {
      const showing = given.filter((one) => one.columns.size > 0 && (!one.rows || matches(one.rows, row)));
      if (!showing.length) return [];
      const cells = seen.map(({ name }): [string, Cell] => [
        name,
        showing.some((one) => one.columns.has(name)) ? (row[name] ?? null) : null,
      ]);
      return [Object.fromEntries(cells)];
    }),
  };
}

interface Answer {
  readonly rows?: readonly string[];
  readonly error?: string;
}

async function ask(who: Persona, QueryString: string): Promise<Answer> {
  const input = { QueryString, QueryExecutionContext: { Database: 'db' } };
  const { Answer: answer } = await who.call('athena', 'LakewrightQueryRows', input);
  if (answer.error) return { error: answer.error.name };
  return { rows: answer.rows.map((row: unknown) => JSON.stringify(row)).sort() };
}

for (let number = 1; number <= TABLES; number++) {
  test(`table ${number}: a persona gets what the query gives on the cells that his grants show`, async () => {
    const r = random(number);
    const table = `t${number}`;
    const { columns, rows, properties } = randomTable(r, table);
    await admin.rows(`CREATE TABLE ${table} WITH (${properties}) AS ${valuesSql(columns, rows)}`);
    const tagged = columns.filter(({ open }) => open);
    const wrong: unknown[] = [];
    for (let set = 1; set <= GRANT_SETS; set++) {
      const given = Array.from({ length: r.integer(1, 3) }, (_, index) => randomGrant(r, table, columns, index));
      store.declare('Grants', {
        grants: given.map(({ grant }) => ({
          ...grant,
          Principal: 'arn:aws:iam::123456789012:role/Analyst',
          PermissionsWithGrantOption: [],
        })),
        filters: given.flatMap(({ filter }) => filter ?? []),
        assignments: tagged.map(({ name }) => ({
          DatabaseName: 'db',
          TableName: table,
          ColumnName: name,
          Tags: { class: 'open' },
        })),
      });
      const reference = filtered(columns, rows, given);
      for (let query = 1; query <= QUERIES; query++) {
        const text = randomQuery(r, columns);
        const got = await ask(analyst, text(table));
        const nothing = reference.columns.length === 0;
        const wanted = nothing
          ? undefined
          : await ask(admin, `WITH ref AS (${valuesSql(reference.columns, reference.rows)}) ${text('ref')}`);
        const right = nothing ? got.error !== undefined : JSON.stringify(got) === JSON.stringify(wanted);
        if (!right) wrong.push({ set, query: text(table), given: given.map(describe), got, wanted });
      }
    }
    expect(wrong).toEqual([]);
  });
}

const describe = ({ columns, rows }: Given) => `${[...columns].join()} where ${rows ? predicateText(rows) : 'true'}`;
