import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCorpus } from '../../../scripts/corpus/run';
import { mutate } from '../../../scripts/fuzz-sql/mutate';
import { randomFrom } from '../../../scripts/fuzz-sql/random';
import { SqlError } from '../../../src/engines/sql';
import { parseByGrammar, parseStatement } from '../../../src/engines/sql/parse';
import { readDirectly } from '../../../src/engines/sql/parse/direct/index';

const corpus = join(__dirname, '../../corpus');
const recorded = readdirSync(join(corpus, 'recorded'))
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => join(corpus, 'recorded', name));
const statements = [join(corpus, 'corpus.jsonl'), ...recorded].flatMap((file) =>
  loadCorpus(file).map(({ sql }) => sql),
);

/** What the grammar's parser makes of it; undefined where it refuses the statement. */
function byGrammar(sql: string): unknown {
  try {
    return parseByGrammar(sql);
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

/** Words that are keywords or names, brackets that hold this or that. */
const AMBIGUOUS = [
  'SELECT 1 limit, 2 offset, 3 fetch, 4 window FROM t limit',
  'SELECT 1 limit LIMIT ALL',
  'SELECT a FROM t fetch FETCH FIRST ROW ONLY',
  'SELECT a FROM t OFFSET 2 ROWS FETCH NEXT 3 ROWS WITH TIES',
  'SELECT a FROM t window WINDOW window AS (PARTITION BY a), w AS (window ROWS 1 PRECEDING)',
  'SELECT f(a) OVER over FROM t over',
  'SELECT f(a) over FROM t',
  'SELECT f(a) filter, g(b) FILTER (WHERE a) ignore, h(c) IGNORE NULLS OVER (w) FROM t',
  'SELECT sum(a) OVER (w ROWS CURRENT ROW), sum(b) OVER (RANGE BETWEEN unbounded PRECEDING AND current FOLLOWING) FROM t',
  'SELECT a FROM t tablesample TABLESAMPLE BERNOULLI (10) CROSS JOIN u TABLESAMPLE SYSTEM (1)',
  "SELECT interval '1' day, interval '1' day to second, interval '1' day to, interval '1' week, interval interval",
  "SELECT date '2024-01-01', date, date date, double precision '1.0', double precision, array, array[1][2]",
  "SELECT position('a' IN 'b'), position(a, b), position(a = b, c), position position, substring(a FROM 2 FOR 3), substring(a = b OR c, 2)",
  "SELECT trim(leading FROM a), trim(leading 'x' FROM a), trim(both x FROM a), trim(a, b), trim(a FROM b)",
  "SELECT at, a at, a AT TIME ZONE 'UTC' at FROM t at",
  "SELECT a AT TIME ZONE 'UTC' AT TIME ZONE INTERVAL '-1' HOUR, -a AT TIME ZONE 'UTC' * 2",
  'SELECT -1, - 1, - -1, 1 -1, 1 - -1, -a, +1, -1[2], -1.5e0, a -1 b, 2 * -x + -3',
  'SELECT NOT a AND NOT b OR c = d AND e || f + g * h BETWEEN i AND j AND k IS NOT DISTINCT FROM l',
  'SELECT a AND (b AND c) AND d OR (e OR f)',
  'SELECT x -> x + 1, (x, y) -> x[y].z, () -> 1, (x -> x)[1], transform(a, x -> x > 1 AND x < 2)',
  'SELECT (1), ((1)), (1, 2), ((1), (2)), (a), (a).b, (a)[1], ((a, b)).c, ROW(1), row, row(1).x FROM t',
  'SELECT (SELECT 1), ((SELECT 1)), (((SELECT 1))), ((SELECT 1), 2), ((SELECT 1) + 1), ((SELECT 1) UNION (SELECT 2))',
  'SELECT (((SELECT 1) + 1) * 2), ((((SELECT 1)) UNION SELECT 2) EXCEPT SELECT 3), ((SELECT 1) LIMIT 1) + ((SELECT 2).x)',
  'SELECT ((WITH a AS (SELECT 1) SELECT * FROM a)), ((TABLE t)), ((VALUES 1)), ((VALUES 1, 2) ORDER BY 1)',
  'SELECT a IN (SELECT 1), a IN ((SELECT 1)), a IN ((SELECT 1), 2), a IN ((SELECT 1) UNION SELECT 2), a IN (((SELECT 1)))',
  'SELECT a IN ((SELECT 1) + 1, 2), a NOT IN (VALUES 1), EXISTS ((SELECT 1)), a = ANY (SELECT 1), a <> ALL (VALUES 1)',
  'SELECT a = any(b), a = all(b, c), a > some(b) FROM t WHERE any.x = all',
  'SELECT * FROM (t), ((t)), ((SELECT 1)), ((SELECT 1) a), ((SELECT 1) UNION SELECT 2) x, (((SELECT 1)))',
  'SELECT * FROM ((SELECT 1) a CROSS JOIN (b JOIN c ON x = y)), ((SELECT 1) LIMIT 1), ((a JOIN b USING (c)) d), (TABLE t)',
  'SELECT * FROM a JOIN b JOIN c ON x ON y LEFT OUTER JOIN d USING (e, f) FULL JOIN g ON h.i = j.k AND l CROSS JOIN m',
  'SELECT * FROM lateral, lateral l, LATERAL (SELECT 1) AS m (n), UNNEST(a, b) WITH ORDINALITY AS t (x, y, z), unnest(c)',
  "SELECT * FROM t FOR VERSION AS OF 1, s.t FOR TIMESTAMP AS OF TIMESTAMP '2024-01-01 00:00:00' AS u",
  'SELECT *, t.*, a.b.*, f(x).*, t.* AS (a, b), (r).*, (t.r).* AS (c), ((1, 2)).*, (r).a, * FROM t',
  'SELECT a FROM t GROUP BY (a, b), (a), (a) + 1, (), (SELECT 1), (a, b).c, ROLLUP (a, (b, c)), CUBE (), GROUPING SETS ((), a, (b))',
  'SELECT a FROM t GROUP BY DISTINCT a HAVING grouping(a, t.b) = 0 ORDER BY 1 DESC NULLS FIRST, asc ASC, nulls NULLS LAST',
  'SELECT 1 INTERSECT ALL SELECT 2 UNION SELECT 3 EXCEPT DISTINCT (SELECT 4 ORDER BY 1) UNION ALL TABLE a.b.c ORDER BY 1',
  'SELECT CASE WHEN a THEN b END, CASE a WHEN b THEN c WHEN d THEN e ELSE f END end_, case_',
  'SELECT CAST(a AS row(x bigint, bigint, y array(varchar(3)), z timestamp(3) with time zone, row(double precision)))',
  'SELECT CAST(a AS array<map<varchar, bigint>>), TRY_CAST(b AS bigint array array[3]), CAST(c AS interval year to month), try_cast',
  'SELECT CAST(a AS row(time time with time zone, timestamp timestamp, interval interval day to second, array array(date)))',
  "SELECT json_object(KEY 'a' VALUE 1, 'b' : c, key : d, KEY VALUE 1 ABSENT ON NULL WITH UNIQUE KEYS RETURNING varchar(10))",
  'SELECT json_array(), json_array(a FORMAT JSON, null NULL ON NULL), json_object(), json_array(json_array(1) RETURNING varchar)',
  'SELECT json_query(a FORMAT JSON, \'lax $\' PASSING b AS c, d AS "e" RETURNING varchar FORMAT JSON WITH CONDITIONAL ARRAY WRAPPER KEEP QUOTES ON SCALAR STRING NULL ON EMPTY ERROR ON ERROR)',
  "SELECT json_value(a, 'lax $' RETURNING bigint DEFAULT 1 + 1 ON EMPTY NULL ON ERROR), json_exists(a, '$' UNKNOWN ON ERROR)",
  "SELECT listagg(DISTINCT a, ',' ON OVERFLOW ERROR) WITHIN GROUP (ORDER BY b DESC) FILTER (WHERE c), count(*), array_agg(a ORDER BY b, c)",
  'SELECT current_timestamp, current_timestamp(6), localtime(0), current_date, current_user, "current_date", extract(year FROM a)',
  "SELECT 1_000.5, 1e5, .5, 1., 1.e3, 0xFF, 0b01, 0o17, X'0a b', U&'\\00e9', '''', \"a\"\"b\", 'é😀' || x, 1.5a FROM t--x",
  'SELECT ?, ? + ? FROM t /* ( */ WHERE a = ? LIMIT ?',
  'INSERT INTO a.b (c, d) (SELECT 1, 2)',
  'INSERT INTO a ((SELECT 1))',
  "CREATE TABLE IF NOT EXISTS a.b (c, d) COMMENT 'x' WITH (format = 'ORC', e = DEFAULT, f = ARRAY[1 + 1]) AS (WITH x AS (SELECT 1) SELECT * FROM x) WITH NO DATA;",
  'CREATE TABLE a AS (SELECT 1) WITH DATA',
  'CREATE VIEW a AS SELECT 1',
  'create or replace view a.b."c d" comment \'x\' security invoker as /* y */ (select 1) -- z',
  'CREATE VIEW v SECURITY DEFINER AS WITH t AS (SELECT 1) SELECT * FROM t ORDER BY 1 ;',
  'CREATE VIEW a.b AS (SELECT 1) UNION SELECT 2',
  'CREATE VIEW a AS VALUES 1, 2',
];

describe('what is read directly', () => {
  test.each(AMBIGUOUS)('is what the grammar reads: %s', (sql) => {
    expect(readDirectly(sql).statement).toEqual(byGrammar(sql));
    expect(byGrammar(sql)).toBeDefined();
  });

  test('is what the grammar reads: recorded statements, as they are and changed', () => {
    const random = randomFrom(42);
    const some = Array.from({ length: 1200 }, () => random.pick(statements));
    const changed = Array.from({ length: 6000 }, () => mutate(random.pick(statements), random, statements));
    let read = 0;
    for (const sql of [...some, ...changed]) {
      const { statement } = readDirectly(sql);
      if (statement === undefined) continue;
      read++;
      expect(statement, sql).toEqual(byGrammar(sql));
    }
    expect(read).toBeGreaterThan(1200);
  }, 120_000);

  test('is nearly every recorded statement', () => {
    const unread = statements.filter((sql) => readDirectly(sql).statement === undefined);
    // Most of them are syntax errors.
    expect(unread.length / statements.length).toBeLessThan(0.025);
  });
});

describe('nesting', () => {
  const nested = (depth: number, open: string, inner: string, close: string): string =>
    `SELECT ${open.repeat(depth)}${inner}${close.repeat(depth)}`;

  test.each([
    ['(', '1', ')'],
    ['(1 + ', '1', ')'],
    ['((SELECT 1) + ', '1', ')'],
    ['f(', '1', ')'],
    ['ARRAY[', '1', ']'],
    ['CASE WHEN ', 'a', ' THEN 1 END'],
    ['NOT ', 'a', ''],
    ['x -> ', 'x', ''],
  ])('140 times %s is read', (open, inner, close) => {
    expect(parseStatement(nested(140, open, inner, close)).kind).toBe('query statement');
  });

  test('a mistake in deep brackets is told with its place', () => {
    const reason = (sql: string): string => {
      try {
        parseStatement(sql);
      } catch (error) {
        if (error instanceof SqlError) return error.reason;
      }
      return 'parsed';
    };
    expect(reason(nested(100, '(', '1 +', ')'))).toBe("SYNTAX_ERROR: line 1:111: mismatched input ')'");
    expect(reason(`SELECT ${'('.repeat(100)}1`)).toBe('SYNTAX_ERROR: line 1:109: mismatched input <EOF>');
    expect(reason(nested(100, '- ', 'a', ' b'))).toMatch(/^SYNTAX_ERROR: line 1:212: mismatched input 'b'/);
  });

  test.each([
    ['(', '1', ')'],
    ['(SELECT ', '1', ')'],
    ['NOT ', 'a', ''],
    ['- ', 'a', ''],
    ['x -> ', 'x', ''],
  ])('1,000 times %s is refused by name', (open, inner, close) => {
    expect(() => parseStatement(nested(1000, open, inner, close))).toThrow('nested deeper than 300');
  });
});
