import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardedLake, openGuardedLake, type Persona } from './guarded-lake';

let lake: GuardedLake;
let admin: Persona;
let analyst: Persona;
let privacy: Persona;
let guest: Persona;
const cells = (name: string, columns: readonly string[] | 'all', rows?: string) => ({
  name,
  columns: columns === 'all' ? ('all' as const) : new Set(columns),
  ...(rows !== undefined && { rows }),
});

beforeAll(async () => {
  lake = await openGuardedLake(['Analyst', 'Privacy', 'Guest', 'Cells']);
  [admin, analyst, privacy, guest] = ['local-admin', 'Analyst', 'Privacy', 'Guest'].map((name) => lake.as(name));
  await admin.rows(`CREATE TABLE people WITH (external_location = 's3://lake/people/') AS SELECT * FROM (VALUES
    (1, 'Ann', 'ann@a.de', 'EU', 10), (2, 'Bob', 'bob@b.com', 'US', 20), (3, 'Cid', 'cid@c.com', 'US', 0), (4, 'Dot', NULL, NULL, 40)
  ) AS t (id, name, email, region, score)`);
  const { permissions } = lake.access;
  permissions.registered.add('s3://lake/');
  permissions.grant('Analyst', 'db.people', {
    select: [cells('us', ['id', 'name', 'region', 'score'], "region = 'US'")],
  });
  permissions.grant('Privacy', 'db.people', { select: [cells('all', 'all')] });
  permissions.grant('Cells', 'db.people', {
    select: [
      cells('us', ['id', 'name'], "region = 'US'"),
      cells('eu', ['id', 'email'], "region = 'EU'"),
      cells('ids', ['id'], 'id = 4'),
    ],
  });
});
afterAll(() => lake.close());

describe('one table, several callers', () => {
  const query = 'SELECT * FROM people ORDER BY id';

  test('each sees his columns and rows', async () => {
    expect(await privacy.rows(query)).toHaveLength(4);
    expect(await privacy.columns(query)).toEqual(['id', 'name', 'email', 'region', 'score']);
    expect(await analyst.rows(query)).toEqual([
      ['2', 'Bob', 'US', '20'],
      ['3', 'Cid', 'US', '0'],
    ]);
    expect(await analyst.columns(query)).toEqual(['id', 'name', 'region', 'score']);
  });

  test('several filters are united by cell', async () => {
    expect(await lake.as('Cells').rows(query)).toEqual([
      ['1', null, 'ann@a.de'],
      ['2', 'Bob', null],
      ['3', 'Cid', null],
      ['4', null, null],
    ]);
  });

  test('a hidden column is one that is not there', async () => {
    expect(await analyst.reason('SELECT email FROM people')).toBe(
      "COLUMN_NOT_FOUND: line 1:8: Column 'email' cannot be resolved",
    );
  });

  test('a caller without any privilege is refused in the words of Athena', async () => {
    expect(await guest.reason(query)).toBe(
      'Insufficient permissions to execute the query. Principal does not have any privilege on specified resource',
    );
    expect(await guest.reason('SELECT * FROM nothing')).toBe(await guest.reason(query));
  });

  test('rows are counted after the filter', async () => {
    expect(await analyst.rows('SELECT count(*) FROM people')).toEqual([['2']]);
    expect(await analyst.rows('SELECT count(*) FROM people WHERE id = 1')).toEqual([['0']]);
  });
});

test('nothing of a statement is computed on a hidden row', async () => {
  expect(await analyst.rows('SELECT id FROM people WHERE 1 / (id - 1) >= 0 ORDER BY 1')).toEqual([['2'], ['3']]);
  expect(
    await analyst.rows(
      "SELECT count(*) FROM people WHERE CAST(replace(name, 'Bob', '1') AS varchar) <> 'x' AND CAST(if(name = 'Ann', name, '1') AS integer) = 1",
    ),
  ).toEqual([['2']]);
  await expect(privacy.rows('SELECT id FROM people WHERE 1 / (id - 1) >= 0')).rejects.toThrow('DIVISION_BY_ZERO');
});
