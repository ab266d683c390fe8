import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/engines/sql';
import { parseExpression, parseStatement } from '../../../src/engines/sql/parse';
import type { Statement } from '../../../src/engines/sql/parse/ast';

function reasonOf(sql: string): string {
  try {
    parseStatement(sql);
  } catch (error) {
    if (error instanceof SqlError) return error.reason;
    throw error;
  }
  throw new Error(`was parsed: ${sql}`);
}

function statement<K extends Statement['kind']>(sql: string, kind: K): Extract<Statement, { kind: K }> {
  const parsed = parseStatement(sql);
  expect(parsed.kind).toBe(kind);
  return parsed as Extract<Statement, { kind: K }>;
}

describe('positions', () => {
  test('a node stands where Trino would point: operators at themselves, lines and columns from 1', () => {
    const { query } = statement('SELECT a,\n  b + c FROM t', 'query statement');
    const items = query.body.kind === 'select' ? query.body.items : [];
    expect(items.map((item) => item.kind === 'expression' && item.expression.position)).toEqual([
      { line: 1, column: 8 },
      { line: 2, column: 5 },
    ]);
  });

  test('comments may stand anywhere and move nothing', () => {
    const commented = parseStatement('/* x */ SELECT -- y\n 1 + /* z */ 2');
    const item =
      commented.kind === 'query statement' && commented.query.body.kind === 'select' && commented.query.body.items[0];
    expect(item && item.kind === 'expression' && item.expression.position).toEqual({ line: 2, column: 4 });
  });
});

describe('syntax errors', () => {
  test('name the place, what was found and what may stand there', () => {
    expect(reasonOf('SELECT 1 FROM t WHERE')).toBe(
      "SYNTAX_ERROR: line 1:22: mismatched input <EOF>. Expecting: 'ALL', <expression>",
    );
    expect(reasonOf('SELECT 1 +')).toMatch(/^SYNTAX_ERROR: line 1:11: mismatched input <EOF>\. Expecting: /);
  });

  test('back quotes are refused outside DDL', () => {
    expect(reasonOf('SELECT `a` FROM t')).toMatch(/^SYNTAX_ERROR: line 1:8: backquoted identifiers are not supported/);
  });

  test('one statement at a time', () => {
    expect(reasonOf('SELECT 1; SELECT 2')).toBe('SYNTAX_ERROR: line 1:11: Only one sql statement is allowed');
    expect(parseStatement('SELECT 1;').kind).toBe('query statement');
  });

  test('a quantified comparison at the end is one statement', () => {
    expect(parseStatement('SELECT x FROM t WHERE x > ALL (SELECT 1)').kind).toBe('query statement');
  });

  test('what the grammar knows and the engine does not is refused by name', () => {
    const pattern = 'SELECT * FROM t MATCH_RECOGNIZE (ORDER BY a MEASURES A.a AS m PATTERN (A) DEFINE A AS true)';
    expect(reasonOf(pattern)).toMatch(/^NOT_COVERED: line 1:15: .*MATCH_RECOGNIZE$/);
    expect(reasonOf('WITH FUNCTION f() RETURNS bigint RETURN 1 SELECT f()')).toMatch(/inline functions/);
  });
});

describe('statements', () => {
  test('UNLOAD: its query, place and properties; parentheses in strings and comments do not end the query', () => {
    const unload = statement(
      "UNLOAD (SELECT a, ')' FROM t -- )\n WHERE b = ?) TO 's3://b/p/' WITH (format = 'PARQUET', partitioned_by = ARRAY['a'])",
      'unload',
    );
    expect(unload.location).toBe('s3://b/p/');
    expect(unload.parameters).toBe(1);
    expect(unload.properties.map(({ name, value }) => [name, value.kind])).toEqual([
      ['format', 'string'],
      ['partitioned_by', 'array'],
    ]);
  });

  test('UNLOAD without TO is a syntax error at the place', () => {
    expect(reasonOf("UNLOAD (SELECT 1) 's3://b/'")).toBe(
      "SYNTAX_ERROR: line 1:19: mismatched input ''s3://b/''. Expecting: 'TO'",
    );
  });

  test('CREATE TABLE AS: properties, comments after AS', () => {
    const created = statement(
      "CREATE TABLE s.x WITH (format='ORC') AS -- c\n SELECT 1 a WITH NO DATA",
      'create table as',
    );
    expect(created.table).toEqual(['s', 'x']);
    expect(created.withData).toBe(false);
  });

  test('CREATE VIEW keeps the text of its query', () => {
    const view = statement('CREATE OR REPLACE VIEW v AS SELECT  1 AS a -- one', 'create view');
    expect(view.orReplace).toBe(true);
    expect(view.text).toBe('SELECT  1 AS a');
  });

  test('PREPARE keeps the text and counts the parameters; they are numbered in the order of the text', () => {
    const prepared = statement('PREPARE p FROM SELECT ? FROM t WHERE a = ? LIMIT ?', 'prepare');
    expect(prepared.text).toBe('SELECT ? FROM t WHERE a = ? LIMIT ?');
    expect(prepared.parameters).toBe(3);
    const query = prepared.statement.kind === 'query statement' ? prepared.statement.query : undefined;
    expect(query?.limit).toMatchObject({ kind: 'parameter', index: 2 });
  });

  test('EXECUTE, DEALLOCATE, EXPLAIN, INSERT, DELETE, UPDATE, MERGE and DROP VIEW are told apart', () => {
    expect(statement("EXECUTE p USING 1, 'a'", 'execute').args).toHaveLength(2);
    expect(statement('DEALLOCATE PREPARE p', 'deallocate').name).toBe('p');
    expect(statement('EXPLAIN (TYPE LOGICAL, FORMAT JSON) SELECT 1', 'explain')).toMatchObject({
      type: 'LOGICAL',
      format: 'JSON',
      analyze: false,
    });
    expect(statement('EXPLAIN ANALYZE SELECT 1', 'explain').analyze).toBe(true);
    expect(statement('INSERT INTO t (a, b) SELECT 1, 2', 'insert').columns).toEqual(['a', 'b']);
    expect(statement('DELETE FROM t WHERE a = 1', 'delete').table).toEqual(['t']);
    expect(statement('UPDATE t SET a = 1, b = 2', 'update').assignments.map(({ column }) => column)).toEqual([
      'a',
      'b',
    ]);
    const merge = statement(
      'MERGE INTO t USING s ON t.a = s.a WHEN MATCHED AND s.x > 1 THEN UPDATE SET b = s.b ' +
        'WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, 2)',
      'merge',
    );
    expect(merge.cases.map(({ kind, condition }) => [kind, condition !== undefined])).toEqual([
      ['update', true],
      ['delete', false],
      ['insert', false],
    ]);
    expect(statement('DROP VIEW IF EXISTS v', 'drop view').ifExists).toBe(true);
  });

  test('a parsed statement is kept: the same text gives the same tree', () => {
    expect(parseStatement('SELECT 42')).toBe(parseStatement('SELECT 42'));
  });
});

describe('expressions', () => {
  test('a long chain of conditions is one node, not a nest', () => {
    const chain = Array.from({ length: 2000 }, (_, i) => `a = ${i}`).join(' OR ');
    const parsed = parseExpression(chain);
    expect(parsed.kind === 'logical' && parsed.terms.length).toBe(2000);
  });

  test('quoted function names are function names', () => {
    expect(parseExpression('"date_trunc"(\'day\', x)')).toMatchObject({ kind: 'call', name: 'date_trunc' });
  });

  test('literals keep their text: decimals, doubles, unicode, hexadecimal', () => {
    expect(parseExpression('1_000.50')).toMatchObject({ form: 'decimal', text: '1000.50' });
    expect(parseExpression('1E3')).toMatchObject({ form: 'double' });
    expect(parseExpression("U&'sn\\00f6w'")).toMatchObject({ value: 'snöw' });
    expect(parseExpression("X'0a FF'")).toMatchObject({ kind: 'binary', hex: '0aFF' });
    expect(parseExpression("'it''s'")).toMatchObject({ value: "it's" });
  });

  test('only one expression is an expression', () => {
    for (const text of ['1, 2', '1 AS a', '1 FROM t', '']) expect(() => parseExpression(text)).toThrow(SqlError);
  });
});
