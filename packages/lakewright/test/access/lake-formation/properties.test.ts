import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideTable } from '../../../src/access/lake-formation/decide-table';
import type { Grant, TagAssignment } from '../../../src/access/lake-formation/facts';
import { ANALYST, ENGINEER, facts, filter, grant, on, tableText, type World } from './facts';

const COLUMNS = ['id', 'email', 'region'];
const ID = { database: 'sales', table: 'orders' };
const FILTERS = [
  filter('eu', { RowFilter: "region = 'EU'" }),
  filter('ids', { RowFilter: 'id > 1', ColumnNames: ['id'] }),
  filter('safe', { ExcludedColumnNames: ['email'] }),
];

const some = fc.subarray(COLUMNS, { minLength: 1 });
const value = fc.constantFrom('a', 'b');
const tableGrant = fc.oneof(
  fc
    .subarray(['SELECT', 'DESCRIBE', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'], { minLength: 1 })
    .map((all) => grant(ANALYST, on.table(), ...all)),
  fc.constant(grant(ANALYST, on.allTables(), 'SELECT')),
  some.map((columns) => grant(ANALYST, on.columns(...columns), 'SELECT')),
  fc.subarray(COLUMNS).map((columns) => grant(ANALYST, on.columnsBut(...columns), 'SELECT')),
  fc.constantFrom('eu', 'ids', 'safe', 'gone').map((name) => grant(ANALYST, on.filter(name), 'SELECT')),
  fc
    .tuple(
      fc.dictionary(fc.constantFrom('k', 'l'), fc.subarray(['a', 'b'], { minLength: 1 }), { minKeys: 1 }),
      fc.constantFrom('SELECT', 'ALL', 'INSERT', 'DESCRIBE'),
    )
    .map(([expression, permission]) => grant(ANALYST, on.tags('TABLE', expression), permission)),
  fc.constant(grant(ENGINEER, on.table(), 'ALL')),
  fc.constant(grant(ANALYST, on.database(), 'ALL')),
);
const assignments = fc
  .record({ database: fc.option(value), table: fc.option(value), email: fc.option(value) })
  .map(({ database, table, email }): TagAssignment[] => [
    ...(database ? [{ DatabaseName: 'sales', Tags: { k: database } }] : []),
    ...(table ? [{ DatabaseName: 'sales', TableName: 'orders', Tags: { l: table } }] : []),
    ...(email ? [{ DatabaseName: 'sales', TableName: 'orders', ColumnName: 'email', Tags: { k: email } }] : []),
  ]);
const world = (grants: readonly Grant[], more: World) => facts({ filters: FILTERS, grants, ...more });

/** Each cell class that is shown: a column, and the predicate under which it is (empty: always). */
function cells(grants: readonly Grant[], more: World): Set<string> {
  const { select } = decideTable(world(grants, more), ANALYST, ID);
  return new Set(
    COLUMNS.flatMap((column) =>
      select
        .filter(({ columns }) => columns === 'all' || columns.has(column))
        .map(({ rows }) => `${column}: ${rows ?? ''}`),
    ),
  );
}

test('a further grant never takes away a cell, a permission or a column that is known', () => {
  fc.assert(
    fc.property(fc.array(tableGrant, { maxLength: 5 }), tableGrant, assignments, (grants, further, tags) => {
      const before = cells(grants, { assignments: tags });
      const after = cells([...grants, further], { assignments: tags });
      for (const cell of before) {
        expect(after.has(cell) || after.has(`${cell.split(':')[0]}: `), cell).toBe(true);
      }
      const former = decideTable(world(grants, { assignments: tags }), ANALYST, ID);
      const latter = decideTable(world([...grants, further], { assignments: tags }), ANALYST, ID);
      for (const permission of former.permissions) expect(latter.permissions.has(permission)).toBe(true);
      const known = former.described === 'all' ? COLUMNS : [...former.described];
      for (const column of known) expect(latter.described === 'all' || latter.described.has(column)).toBe(true);
    }),
    { numRuns: 2000, seed: 6 },
  );
});

test('the order of grants does not matter, nor does a repeated one', () => {
  fc.assert(
    fc.property(fc.array(tableGrant, { maxLength: 6 }), assignments, (grants, tags) => {
      const more = { assignments: tags };
      const straight = tableText(world(grants, more), ANALYST);
      expect(tableText(world([...grants].reverse(), more), ANALYST)).toBe(straight);
      expect(tableText(world([...grants, ...grants], more), ANALYST)).toBe(straight);
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test('SELECT is there exactly if a cell is shown, and each shown column is known', () => {
  fc.assert(
    fc.property(fc.array(tableGrant, { maxLength: 5 }), assignments, (grants, tags) => {
      const access = decideTable(world(grants, { assignments: tags }), ANALYST, ID);
      expect(access.permissions.has('SELECT')).toBe(access.select.length > 0);
      for (const { columns } of access.select) {
        for (const column of columns === 'all' ? COLUMNS : columns) {
          expect(access.described === 'all' || access.described.has(column)).toBe(true);
        }
      }
    }),
    { numRuns: 2000, seed: 8 },
  );
});
