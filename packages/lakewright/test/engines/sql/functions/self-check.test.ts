import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functions, type Overload } from '../../../../src/engines/sql/functions';
import { findDrift } from '../../../../src/engines/sql/result';
import { type Cell, DuckDbEngine } from '../../../../src/engines/sql/runtime';
import { physicalType } from '../../../../src/engines/sql/types/physical';
import type { TrinoType } from '../../../../src/engines/sql/types/type';
import { ASSIGNMENTS, type Assignment, sampleCall } from './sample-calls';

/**
 * Every scalar entry is called over columns: a row of values, and one row per argument in which that argument is NULL.
 * It needs no analyzer: what's checked is the entry itself.
 */
describe('every scalar entry of the function table', () => {
  let engine: DuckDbEngine;
  beforeAll(async () => {
    engine = await DuckDbEngine.open({ threads: 1 });
  });
  afterAll(async () => {
    await engine.close();
  });

  const scalars = functions.all().filter((overload) => overload.kind === 'scalar');
  const usesVariables = (overload: Overload): boolean => /\b[TUKVRSI]\b|\*/.test(overload.signature);

  async function check(overload: Overload, assignment: Assignment): Promise<string[]> {
    const call = sampleCall(overload, assignment);
    const cast = (value: string, column: (typeof call.columns)[number]): string =>
      `CAST(${value} AS ${physicalType(column.type)})`;
    const rowWithout = (missing: number): string[] =>
      call.columns.map((column, i) => cast(i === missing ? 'NULL' : column.value, column));
    const rows = [-1, ...call.columns.keys()].map(rowWithout);
    const names = ['ordinal', ...call.columns.map(({ name }) => name)].join(', ');
    const table = `(VALUES ${rows.map((row, i) => `(${[i, ...row].join(', ')})`).join(', ')}) AS t(${names})`;
    const sql = `SELECT ${call.sql} AS x FROM ${table} ORDER BY ordinal`;
    const columns = [{ name: 'x', type: shown(call.result) }];
    const drift = findDrift(columns, await engine.describe(sql));
    if (drift[0]) return [`carried as ${drift[0].actual} instead of ${drift[0].expected}`];
    const result = await engine.rows(sql, columns);
    const problems: string[] = [];
    if (overload.behaviour.nulls === 'own') return problems;
    result.rows.slice(1).forEach(([cell], i) => {
      if (cell !== null) problems.push(`NULL as argument ${i + 1} gives ${JSON.stringify(cell as Cell)}`);
    });
    return problems;
  }

  it.each(scalars.map((overload) => [overload.signature, overload] as const))(
    '%s runs over columns, gives the type that it says, and NULL for NULL',
    async (_, overload) => {
      const assignments = usesVariables(overload) ? ASSIGNMENTS : ASSIGNMENTS.slice(0, 1);
      for (const assignment of assignments) expect(await check(overload, assignment)).toEqual([]);
    },
  );

  it('finds an entry that breaks its contract', async () => {
    const [template] = functions.overloads('scalar', 'length');
    const broken = (sql: string): Overload => ({
      ...(template as Overload),
      behaviour: { sql, nulls: 'strict', deterministic: true },
    });
    const [assignment] = ASSIGNMENTS as [Assignment];
    expect(await check(broken('coalesce(length($1), 0)'), assignment)).toEqual(['NULL as argument 1 gives 0']);
    expect(await check(broken('CAST(length($1) AS INTEGER)'), assignment)).toEqual([
      'carried as INTEGER instead of BIGINT',
    ]);
    await expect(check(broken('no_such_function($1)'), assignment)).rejects.toThrow('no_such_function');
  });
});

/** A type that carries the same DuckDB type and may be a result. */
function shown(type: TrinoType): TrinoType {
  switch (type.kind) {
    case 'array':
      return { kind: 'array', element: shown(type.element) };
    case 'Geometry':
    case 'BingTile':
      return { kind: 'varchar' };
    case 'HyperLogLog':
      return { kind: 'varbinary' };
    default:
      return type;
  }
}
