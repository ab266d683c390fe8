import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Change, type Column, type DeclaredColumn, type PlanInput, plan } from '../lambda/iceberg-table/plan';

const planned = (input: Partial<PlanInput>) =>
  plan({ actual: [], wanted: [], previous: [], dropColumns: [], ...input });
const id: Column = { name: 'id', type: 'int' };
const at: Column = { name: 'at', type: 'timestamp' };

describe('without loss', () => {
  test('the table that is there needs nothing', () => {
    expect(planned({ actual: [id, at], wanted: [at, { name: 'id', type: 'INTEGER' }] })).toEqual({
      changes: [],
      refusals: [],
    });
  });

  test('new columns are added in one statement', () => {
    const more = { name: 'note', type: 'string', comment: 'free text' };
    expect(planned({ actual: [id], wanted: [id, at, more] }).changes).toEqual([{ kind: 'add', columns: [at, more] }]);
  });

  test('a type is widened, a comment changed, and a comment that nobody declares stays', () => {
    const actual = [{ ...id, comment: 'key' }, at];
    const wanted = [
      { name: 'id', type: 'bigint' },
      { ...at, comment: 'UTC' },
    ];
    expect(planned({ actual, wanted }).changes).toEqual([
      { kind: 'change', from: 'id', to: { name: 'id', type: 'bigint', comment: 'key' } },
      { kind: 'change', from: 'at', to: { ...at, comment: 'UTC' } },
    ]);
  });

  test('a renamed column keeps its values, may be widened at once, and is not renamed twice', () => {
    const wanted = [{ name: 'order_id', type: 'bigint', renamedFrom: 'id' }];
    expect(planned({ actual: [id], wanted, previous: [id] }).changes).toEqual([
      { kind: 'change', from: 'id', to: { name: 'order_id', type: 'bigint' } },
    ]);
    expect(planned({ actual: [{ name: 'order_id', type: 'bigint' }], wanted, previous: wanted }).changes).toEqual([]);
  });

  test('a rename that is rolled back is taken back', () => {
    const renamed = { name: 'order_id', type: 'int', renamedFrom: 'id' };
    expect(planned({ actual: [{ name: 'order_id', type: 'int' }], wanted: [id], previous: [renamed] }).changes).toEqual(
      [{ kind: 'change', from: 'order_id', to: id }],
    );
  });

  test('a column that was never declared belongs to somebody else and stays', () => {
    expect(planned({ actual: [id, at], wanted: [id], previous: [id] }).changes).toEqual([]);
  });
});

describe('with loss', () => {
  test('a column that is no longer declared is dropped only if it is empty', () => {
    expect(planned({ actual: [id, at], wanted: [id], previous: [id, at] }).changes).toEqual([
      { kind: 'drop', column: 'at', onlyIfEmpty: true },
    ]);
  });

  test('a column that may be dropped is dropped with its values', () => {
    expect(planned({ actual: [id, at], wanted: [id], previous: [id, at], dropColumns: ['at'] }).changes).toEqual([
      { kind: 'drop', column: 'at', onlyIfEmpty: false },
    ]);
  });

  test('a narrower or another type refuses the whole plan', () => {
    const { changes, refusals } = planned({
      actual: [{ name: 'id', type: 'bigint' }],
      wanted: [id, at],
      previous: [id],
    });
    expect(changes).toEqual([]);
    expect(refusals).toEqual([expect.stringContaining('column "id" is bigint and can\'t become int')]);
  });

  test('one column can’t become two', () => {
    const wanted = ['a', 'b'].map((name) => ({ name, type: 'int', renamedFrom: 'id' }));
    expect(planned({ actual: [id], wanted }).refusals).toEqual([expect.stringContaining('one column only')]);
  });
});

describe('laws', () => {
  const columnName = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const type = fc.constantFrom('int', 'bigint', 'float', 'double', 'string', 'decimal(10,2)', 'decimal(20,2)');
  const columns = fc.uniqueArray(fc.record({ name: columnName, type }), { selector: ({ name }) => name, minLength: 1 });
  const declared: fc.Arbitrary<DeclaredColumn[]> = fc
    .uniqueArray(fc.record({ name: columnName, type, renamedFrom: fc.option(columnName, { nil: undefined }) }), {
      selector: ({ name }) => name,
      minLength: 1,
    })
    .map((all) =>
      all.map(({ name, type, renamedFrom }) =>
        renamedFrom && !all.some((other) => other.name === renamedFrom) ? { name, type, renamedFrom } : { name, type },
      ),
    );

  test('the changes lead to the declared columns, and then nothing is left to do', () => {
    fc.assert(
      fc.property(columns, declared, declared, (actual, wanted, previous) => {
        const { changes, refusals } = planned({ actual, wanted, previous });
        fc.pre(refusals.length === 0);
        const after = apply(actual, changes);
        for (const column of wanted) expect(after).toContainEqual({ name: column.name, type: column.type });
        expect(planned({ actual: after, wanted, previous: wanted })).toEqual({ changes: [], refusals: [] });
      }),
      { numRuns: 300 },
    );
  });

  test('no column disappears but by a drop that asks whether it is empty or is allowed by name', () => {
    fc.assert(
      fc.property(columns, declared, declared, fc.subarray(['a', 'b']), (actual, wanted, previous, dropColumns) => {
        const { changes } = planned({ actual, wanted, previous, dropColumns });
        const dropped = changes.flatMap((change) => (change.kind === 'drop' ? [change] : []));
        for (const { column, onlyIfEmpty } of dropped) {
          expect(onlyIfEmpty).toBe(!dropColumns.includes(column));
          expect(wanted.some(({ name }) => name === column)).toBe(false);
        }
        expect(apply(actual, changes).length).toBe(
          actual.length + changes.flatMap((c) => (c.kind === 'add' ? c.columns : [])).length - dropped.length,
        );
      }),
      { numRuns: 300 },
    );
  });

  test('a deployment that renames and adds ends, when it is rolled back, where it began', () => {
    const edits = fc.record({ renamed: fc.subarray(['a', 'b', 'c', 'd', 'e']), added: fc.subarray(['f', 'g']) });
    fc.assert(
      fc.property(columns, edits, (before, { renamed, added }) => {
        const after = [
          ...before.map(({ name, type }) =>
            renamed.includes(name) ? { name: `${name}_new`, type, renamedFrom: name } : { name, type },
          ),
          ...added.map((name) => ({ name, type: 'string' })),
        ];
        const forward = planned({ actual: before, wanted: after, previous: before });
        const reached = apply(before, forward.changes);
        expect(sorted(reached)).toEqual(sorted(after.map(({ name, type }) => ({ name, type }))));
        const back = planned({ actual: reached, wanted: before, previous: after });
        expect(back.refusals).toEqual([]);
        expect(back.changes.filter(({ kind }) => kind === 'drop')).toEqual(
          added.map((column) => ({ kind: 'drop', column, onlyIfEmpty: true })),
        );
        expect(sorted(apply(reached, back.changes))).toEqual(sorted(before));
      }),
      { numRuns: 300 },
    );
  });
});

/** What Athena makes of the statements. */
function apply(columns: readonly Column[], changes: readonly Change[]): Column[] {
  let table = [...columns];
  for (const change of changes) {
    if (change.kind === 'add') table.push(...change.columns);
    if (change.kind === 'drop') table = table.filter(({ name }) => name !== change.column);
    if (change.kind === 'change') table = table.map((column) => (column.name === change.from ? change.to : column));
  }
  expect(new Set(table.map(({ name }) => name)).size).toBe(table.length);
  return table;
}

function sorted(columns: readonly Column[]): Column[] {
  return [...columns].sort((a, b) => a.name.localeCompare(b.name));
}
