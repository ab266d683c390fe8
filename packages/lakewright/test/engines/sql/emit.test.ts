import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseExpression, parseStatement, translate, translateInto } from '../../../src/engines/sql';
import { DuckDbEngine } from '../../../src/engines/sql/runtime';
import { DATE, decimal, INTEGER, varchar } from '../../../src/engines/sql/types/build';
import { LAKE, RecordingCatalog, sessionOver, translateText } from './fixture';

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open({ threads: 1 });
}, 60_000);
afterAll(() => engine.close());

async function rows(sql: string, timeZone = 'UTC'): Promise<readonly (readonly unknown[])[]> {
  const translated = await translateText(sql, { timeZone });
  return (await engine.rows(translated.sql, translated.columns)).rows;
}

async function value(sql: string): Promise<unknown> {
  return (await rows(`SELECT ${sql}`))[0]?.[0];
}

describe('values', () => {
  test('NaN equals nothing and sorts by where the NULLs go', async () => {
    expect(await rows('SELECT nan() = nan(), nan() <> nan(), nan() > 1E0, nan() IN (nan(), 1E0)')).toEqual([
      [false, true, false, false],
    ]);
    const sorted = 'SELECT x FROM (VALUES nan(), 1E0, NULL) t(x) ORDER BY x';
    expect(await rows(sorted)).toEqual([[1], ['NaN'], [null]]);
    expect(await rows(`${sorted} NULLS FIRST`)).toEqual([[null], ['NaN'], [1]]);
  });

  test('division by zero fails, unless there is NULL or infinity to give', async () => {
    await expect(value('1 / (id - id) FROM (VALUES 1) t(id)')).rejects.toMatchObject({ errorName: 'DIVISION_BY_ZERO' });
    await expect(value('1.5 / 0.0')).rejects.toMatchObject({ errorName: 'DIVISION_BY_ZERO' });
    expect(await rows('SELECT CAST(NULL AS integer) / 0, 1E0 / 0, try(1 / (x - x)) FROM (VALUES 1) t(x)')).toEqual([
      [null, 'Infinity', null],
    ]);
  });

  test('subscripts out of range and missing keys fail, element_at gives NULL', async () => {
    await expect(value('ARRAY[1][2]')).rejects.toMatchObject({ errorName: 'INVALID_FUNCTION_ARGUMENT' });
    await expect(value("map(ARRAY['a'], ARRAY[1])['b']")).rejects.toMatchObject({
      errorName: 'INVALID_FUNCTION_ARGUMENT',
    });
    expect(await value("element_at(map(ARRAY['a'], ARRAY[1]), 'b')")).toBeNull();
  });

  test('zoned timestamps are equal, distinct and grouped by their instant, and keep their zone', async () => {
    const pair = "(VALUES timestamp '2024-01-01 12:00 UTC', timestamp '2024-01-01 13:00 +01:00') t(x)";
    expect(await rows(`SELECT count(*) FROM ${pair} GROUP BY x`)).toEqual([[2]]);
    expect(await rows(`SELECT DISTINCT to_unixtime(x) FROM (SELECT DISTINCT x FROM ${pair})`)).toEqual([[1704110400]]);
    expect(await rows(`SELECT count(*) FROM (SELECT x FROM ${pair} UNION SELECT x FROM ${pair})`)).toEqual([[1]]);
    expect(
      await rows(`SELECT x, count(*) FROM ${pair} GROUP BY ROLLUP(x) HAVING grouping(1, 1) = 0`).catch(() => 'refused'),
    ).toBe('refused');
    expect(await value("timestamp '2024-07-01 12:00 Europe/Oslo' + interval '1' day")).toBe(
      '2024-07-02 12:00:00.000 Europe/Oslo',
    );
  });

  test('intervals: days are exact, months go by the calendar', async () => {
    expect(await rows("SELECT date '2024-01-31' + interval '1' month, interval '1' day * 1.5E0")).toEqual([
      ['2024-02-29', '1 12:00:00.000'],
    ]);
    await expect(value("date '2024-01-01' + interval '1' hour")).rejects.toMatchObject({
      errorName: 'INVALID_FUNCTION_ARGUMENT',
    });
  });

  test('char is padded when it becomes text and compared without its blanks', async () => {
    expect(
      await rows("SELECT CAST('a' AS char(3)) || '|', CAST('a' AS char(3)) = 'a', CAST('a' AS char(3)) LIKE 'a__'"),
    ).toEqual([['a  |', true, true]]);
  });

  test('the session zone is what zone-less values are read in', async () => {
    expect(await rows("SELECT CAST(timestamp '2024-01-01 10:00' AS timestamp with time zone)", 'Asia/Tokyo')).toEqual([
      ['2024-01-01 10:00:00.000 Asia/Tokyo'],
    ]);
    expect(await rows('SELECT now(), current_date', 'America/New_York')).toEqual([
      ['2024-05-06 03:08:09.123 America/New_York', '2024-05-06'],
    ]);
  });

  test('TRY and TRY_CAST turn failures of a row into NULL', async () => {
    const from = "FROM (VALUES '1', 'x', NULL) t(s) ORDER BY s";
    expect(await rows(`SELECT try(CAST(s AS bigint)), TRY_CAST(s AS bigint), try(json_parse(s)) ${from}`)).toEqual([
      [1, 1, '1'],
      [null, null, null],
      [null, null, null],
    ]);
  });

  test('volatile operands are evaluated once', async () => {
    const sql =
      'SELECT count(*) FROM UNNEST(sequence(1, 500)) t(x) WHERE substr(CAST(random() AS varchar), 1, 1) IS NULL';
    expect(await rows(sql)).toEqual([[0]]);
    const repeated =
      'SELECT count_if(abs(y) <> y) FROM (SELECT round(random() * 2 - 1, 3) * 0 AS y FROM UNNEST(sequence(1, 50)) t(x))';
    expect(await rows(repeated)).toEqual([[0]]);
  });
});

describe('texts', () => {
  test('a chain of || is NULL when a part is, and one call however long', async () => {
    expect(await rows("SELECT 'a' || s || 'c' || s FROM (VALUES 'b', NULL) t(s) ORDER BY 1")).toEqual([
      ['abcb'],
      [null],
    ]);
    const chain = Array.from({ length: 200 }, () => 'status').join(' || ');
    expect((await translateText(`SELECT ${chain} FROM orders`)).sql).not.toContain('lambda');
  });

  test('LIKE: the escape character stands before %, _ or itself, in literals and in columns', async () => {
    expect(await rows("SELECT 'a%b' LIKE 'a#%b' ESCAPE '#', 'a\\b' LIKE 'a\\b', 'axb' LIKE 'a#_b' ESCAPE '#'")).toEqual(
      [[true, true, false]],
    );
    for (const sql of [
      "'a' LIKE 'a#' ESCAPE '#'",
      "'a' LIKE p ESCAPE '#' FROM (VALUES '#a') t(p)",
      "'a' LIKE 'a' ESCAPE ''",
    ]) {
      await expect(value(sql)).rejects.toMatchObject({ errorName: 'INVALID_FUNCTION_ARGUMENT' });
    }
  });

  test('a function that fails for some values runs over the rows that are left', async () => {
    const sql = "SELECT json_format(json_parse(s)) FROM (VALUES '1', 'no json') t(s) WHERE s <> 'no json'";
    expect(await rows(sql)).toEqual([['1']]);
  });
});

describe('TRY', () => {
  test('aggregates, subqueries and volatile functions may stand in it', async () => {
    expect(
      await rows('SELECT try(sum(x) / 0), try_cast(sum(x) * 100 AS tinyint), try(random() * 0E0) FROM (VALUES 3) t(x)'),
    ).toEqual([[null, null, 0]]);
    expect(await rows('SELECT try(1 / (SELECT x - 1)) FROM (VALUES 1, 2) t(x) ORDER BY 1')).toEqual([[1], [null]]);
  });
});

describe('relations', () => {
  test('correlated subqueries, lateral joins and quantifiers', async () => {
    const t = '(VALUES 1, 2, 3) t(x)';
    expect(
      await rows(`SELECT x, (SELECT max(y) FROM (VALUES (1, 10), (1, 20)) u(k, y) WHERE k = x) FROM ${t} ORDER BY 1`),
    ).toEqual([
      [1, 20],
      [2, null],
      [3, null],
    ]);
    expect(await rows(`SELECT x, y FROM ${t} CROSS JOIN LATERAL (SELECT x * 2 AS y) ORDER BY x LIMIT 1`)).toEqual([
      [1, 2],
    ]);
    expect(await rows(`SELECT x FROM ${t} WHERE x > ALL (SELECT 2)`)).toEqual([[3]]);
    await expect(rows(`SELECT (SELECT x FROM ${t})`)).rejects.toMatchObject({ errorName: 'SUBQUERY_MULTIPLE_ROWS' });
  });

  test('outer joins with USING give the side that has the row', async () => {
    const sql = "SELECT * FROM (VALUES (1, 'l')) a(id, x) FULL JOIN (VALUES (2, 'r')) b(id, y) USING (id) ORDER BY id";
    expect(await rows(sql)).toEqual([
      [1, 'l', null],
      [2, null, 'r'],
    ]);
  });

  test('recursion stops at its limit', async () => {
    const count = (limit: number) =>
      rows(`WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${limit}) SELECT max(n) FROM r`);
    expect(await count(5)).toEqual([[5]]);
    await expect(count(100)).rejects.toMatchObject({ errorName: 'NOT_SUPPORTED' });
  });

  test('GROUPING SETS tell their NULLs from those of the data', async () => {
    const sql = 'SELECT a, grouping(a), count(*) FROM (VALUES 1, NULL) t(a) GROUP BY ROLLUP (a) ORDER BY 2, 1';
    expect(await rows(sql)).toEqual([
      [1, 0, 1],
      [null, 0, 1],
      [null, 1, 2],
    ]);
  });
});

describe('INSERT', () => {
  const session = sessionOver(new RecordingCatalog(LAKE));
  const query = (sql: string) => {
    const statement = parseStatement(sql);
    if (statement.kind !== 'query statement') throw new Error('not a query');
    return statement.query;
  };

  test('the columns get the types and names of the table', async () => {
    const target = [
      { name: 'a', type: decimal(5, 1) },
      { name: 'b', type: varchar(2) },
    ];
    const { sql, columns } = await translateInto(query("SELECT 1.25, 'xyz'"), target, session);
    expect(columns).toEqual(target);
    expect((await engine.rows(sql, columns)).rows).toEqual([['1.3', 'xy']]);
  });

  test('another number or kind of columns is refused', async () => {
    const target = [{ name: 'a', type: DATE }];
    for (const sql of ["SELECT '2024-01-01'", "SELECT date '2024-01-01', 1"]) {
      await expect(translateInto(query(sql), target, session)).rejects.toMatchObject({ errorName: 'TYPE_MISMATCH' });
    }
    await translateInto(query('SELECT NULL'), [{ name: 'a', type: INTEGER }], session);
  });
});

describe('parameters', () => {
  test('are typed values, not text', async () => {
    const statement = parseStatement('SELECT ?, typeof(?) LIMIT ?');
    if (statement.kind !== 'query statement') throw new Error('not a query');
    const translated = await translate(statement.query, sessionOver(new RecordingCatalog(LAKE)), {
      parameterCount: statement.parameters,
      parameters: ["'; DROP TABLE x --'", '1.5', '1'].map(parseExpression),
    });
    expect((await engine.rows(translated.sql, translated.columns)).rows).toEqual([
      ['; DROP TABLE x --', 'decimal(2,1)'],
    ]);
  });
});

describe('size', () => {
  /** Length of the text for a nest of this depth. */
  async function lengthAt(depth: number, nest: (inner: string) => string, leaf: string): Promise<number> {
    let text = leaf;
    for (let i = 0; i < depth; i++) text = nest(text);
    const { sql } = await translateText(`SELECT ${text} FROM orders`);
    return sql.length;
  }

  test.each([
    ['casts', (x: string) => `CAST(CAST(${x} AS varchar) AS bigint)`, 'id'],
    ['decimal divisions', (x: string) => `(${x} / 1.5)`, 'amount'],
    ['integer divisions', (x: string) => `(${x} / hour)`, 'hour'],
    ['conditional functions', (x: string) => `greatest(${x}, id)`, 'id'],
    ['zone arithmetic', (x: string) => `date_trunc('day', ${x})`, 'from_unixtime(id)'],
    ['subscripts', (x: string) => `ARRAY[${x}][hour]`, 'id'],
    ['comparisons of doubles', (x: string) => `IF(${x} = rate, rate, rate * 2)`, 'rate'],
  ])('nested %s grow with their depth, not its power', async (_what, nest, leaf) => {
    const [four, eight, sixteen] = await Promise.all([4, 8, 16].map((depth) => lengthAt(depth, nest, leaf)));
    expect(sixteen - (eight ?? 0)).toBeLessThan(3 * ((eight ?? 0) - (four ?? 0)) + 2000);
  });
});
