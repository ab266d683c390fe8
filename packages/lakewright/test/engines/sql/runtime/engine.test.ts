import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultColumn } from '../../../../src/engines/sql/contract';
import { NotCoveredError, type SqlError } from '../../../../src/engines/sql/errors';
import { DuckDbEngine, StatementCancelledError, StatementTimeoutError } from '../../../../src/engines/sql/runtime';
import type { TrinoType } from '../../../../src/engines/sql/types/type';

const column = (name: string, type: TrinoType): ResultColumn => ({ name, type });
const BIGINT = column('n', { kind: 'bigint' });
const VARCHAR = column('s', { kind: 'varchar' });

/** Keeps two threads busy for much longer than a test waits. */
const ENDLESS = 'SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3';

describe('DuckDbEngine', () => {
  let engine: DuckDbEngine;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lakewright-engine-'));
    engine = await DuckDbEngine.open({ threads: 2, allowedDirectories: [folder] });
  });

  afterAll(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  });

  it('gives rows in the form of the REST API', async () => {
    const result = await engine.rows("SELECT 9007199254740993::BIGINT, 'a' UNION ALL SELECT NULL, ''", [
      BIGINT,
      VARCHAR,
    ]);
    expect(result).toEqual({
      rows: [
        ['9007199254740993', 'a'],
        [null, ''],
      ],
      truncated: false,
    });
  });

  it('keeps NULL apart from the empty text', async () => {
    const { rows } = await engine.text("SELECT CAST(NULL AS VARCHAR) UNION ALL SELECT ''", [VARCHAR]);
    expect(rows).toEqual([[null], ['']]);
  });

  it('stops reading at the row limit, and says so', async () => {
    const { rows, truncated } = await engine.rows('SELECT range AS n FROM range(100000000)', [BIGINT], { maxRows: 3 });
    expect(rows).toEqual([[0], [1], [2]]);
    expect(truncated).toBe(true);
    expect((await engine.rows('SELECT range AS n FROM range(3)', [BIGINT], { maxRows: 3 })).truncated).toBe(false);
  });

  it('writes a large result into a CSV file', async () => {
    const file = path.join(folder, 'large.csv');
    const { rows, bytes } = await engine.toCsv('SELECT range AS n FROM range(200000)', [BIGINT], file, {
      header: true,
    });
    const text = readFileSync(file, 'utf8');
    expect(rows).toBe(200_000);
    expect(bytes).toBe(Buffer.byteLength(text));
    expect(text.startsWith('"n"\n"0"\n"1"\n')).toBe(true);
    expect(text.endsWith('"199999"\n')).toBe(true);
  });

  it('leaves no file behind when a statement fails on the way', async () => {
    const file = path.join(folder, 'failed.csv');
    const sql =
      "SELECT CASE WHEN range < 9000 THEN range ELSE CAST(lw_fail('DIVISION_BY_ZERO: x') AS BIGINT) END AS n FROM range(10000)";
    await expect(engine.toCsv(sql, [BIGINT], file, { header: false })).rejects.toMatchObject({
      errorName: 'DIVISION_BY_ZERO',
    });
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('failed'))).toEqual([]);
  });

  it('counts the rows that COPY writes', async () => {
    const file = path.join(folder, 'copied.parquet');
    expect(await engine.execute(`COPY (SELECT * FROM range(42)) TO '${file}'`)).toEqual({ rows: 42 });
    expect(existsSync(file)).toBe(true);
  });

  it('describes the columns of a query without running it', async () => {
    expect(await engine.describe(`SELECT n, {'a': 1::TINYINT} FROM (${ENDLESS})`)).toEqual([
      'BIGINT',
      'STRUCT("a" TINYINT)',
    ]);
  });

  it('refuses a column that is carried as another type than the analyzer said', async () => {
    await expect(engine.rows('SELECT sum(1::BIGINT) AS n', [BIGINT])).rejects.toMatchObject({
      errorName: 'LOCAL_ENGINE_ERROR',
      message: 'column "n" of type bigint is carried as HUGEINT instead of BIGINT',
    });
  });

  it('reads and writes nothing outside the allowed directories', async () => {
    await expect(engine.rows("SELECT content AS s FROM read_text('/etc/hostname')", [VARCHAR])).rejects.toThrow(
      /disabled/,
    );
    await expect(engine.execute('SET GLOBAL enable_external_access = true')).rejects.toThrow(/configuration/i);
  });

  it("turns DuckDB's failures into Trino's", async () => {
    const failure = async (expression: string): Promise<string> => {
      const error = await engine.rows(`SELECT ${expression} AS n`, [BIGINT]).catch((caught: unknown) => caught);
      return (error as SqlError).errorName;
    };
    expect(await failure('9223372036854775807 + 1::BIGINT')).toBe('NUMERIC_VALUE_OUT_OF_RANGE');
    expect(await failure("CAST('x' AS BIGINT)")).toBe('INVALID_CAST_ARGUMENT');
    expect(await failure('CAST(1e30::DOUBLE AS BIGINT)')).toBe('INVALID_CAST_ARGUMENT');
    expect(await failure("CAST(lw_fail('MY_NAME: why') AS BIGINT)")).toBe('MY_NAME');
    expect(await failure('(SELECT range FROM range(2))')).toBe('SUBQUERY_MULTIPLE_ROWS');
  });

  it('refuses by name what a function does not cover', async () => {
    const error = await engine
      .rows("SELECT lw_re_like('a', '\\p{InGreek}') AS s", [column('s', { kind: 'boolean' })])
      .catch((e) => e);
    expect(error).toBeInstanceOf(NotCoveredError);
    expect(error.what).toBe('\\p{InGreek} in a regular expression');
  });

  it('stops a statement that its caller aborts', async () => {
    const controller = new AbortController();
    const running = engine.rows(ENDLESS, [BIGINT], { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toBeInstanceOf(StatementCancelledError);
    await expect(engine.rows('SELECT 1::BIGINT', [BIGINT], { signal: controller.signal })).rejects.toBeInstanceOf(
      StatementCancelledError,
    );
    expect((await engine.rows('SELECT 1::BIGINT', [BIGINT])).rows).toEqual([[1]]);
  });

  it('stops a statement at its time limit', async () => {
    await expect(engine.rows(ENDLESS, [BIGINT], { timeLimitMs: 50 })).rejects.toBeInstanceOf(StatementTimeoutError);
  });

  it('runs statements side by side, more than it has connections', async () => {
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        engine.rows(`SELECT ${i}::BIGINT + 0 * count(*) FROM range(100000)`, [BIGINT]),
      ),
    );
    expect(results.map(({ rows }) => rows[0]?.[0])).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });
});

describe('a DuckDbEngine whose process is stuck', () => {
  it('replaces the process and goes on', async () => {
    const engine = await DuckDbEngine.open({ threads: 1 });
    const BOOLEAN = column('b', { kind: 'boolean' });
    // A pattern that backtracks for ever: no interrupt reaches JavaScript.
    const stuck = engine.rows("SELECT lw_re_like(repeat('a', 40) || '!', '^(a+)+$') AS b", [BOOLEAN], {
      timeLimitMs: 100,
    });
    await expect(stuck).rejects.toBeInstanceOf(StatementTimeoutError);
    expect((await engine.rows("SELECT lw_re_like('a', 'a') AS b", [BOOLEAN])).rows).toEqual([[true]]);
    await engine.close();
    await expect(engine.rows('SELECT true AS b', [BOOLEAN])).rejects.toThrow('the SQL engine was closed');
  }, 20_000);
});
