import { parseByGrammar, parseStatement } from './parse/index';

/** Statements that take the grammar's common paths. */
const STATEMENTS: readonly string[] = [
  'SELECT 1',
  "SELECT a, count(*) AS n, sum(b) FILTER (WHERE c) FROM t WHERE d = 'x' AND e IN (1, 2) GROUP BY 1 HAVING count(*) > 1 ORDER BY n DESC LIMIT 10",
  "SELECT t.a, u.b FROM s.t AS t LEFT JOIN u ON t.a = u.a CROSS JOIN UNNEST(t.c) AS v(d) WHERE t.e BETWEEN date '2024-01-01' AND current_date - interval '7' day",
  "WITH w AS (SELECT * FROM t), x (y) AS (SELECT CAST(a AS varchar(5)) FROM w UNION ALL SELECT 'b') SELECT CASE WHEN y LIKE 'a%' THEN 1 ELSE 2 END FROM x",
  'SELECT row_number() OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), transform(c, x -> x + 1)[1], d.e.f FROM t',
  "SELECT json_extract_scalar(a, '$.b'), try_cast(c AS decimal(5, 2)), \"date_trunc\"('day', d), coalesce(e, f), NOT (g IS NULL OR h <> 1.5E0) FROM t",
  'INSERT INTO t SELECT * FROM u WHERE EXISTS (SELECT 1 FROM v WHERE v.a = u.a)',
  "CREATE TABLE t WITH (format = 'PARQUET', partitioned_by = ARRAY['a']) AS SELECT * FROM u",
];

/**
 * Parses some statements, so that the first one that needs the grammar (a mistake, a rare form) doesn't wait for it (0.2 to
 * 0.5 s: loading it, and filling the parser's cache of decisions).
 */
export function warmUp(): void {
  for (const statement of STATEMENTS) {
    parseStatement(statement);
    parseByGrammar(statement);
  }
}
