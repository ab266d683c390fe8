import { spawn } from 'node:child_process';
import path from 'node:path';
import type { AthenaClient } from '@aws-sdk/client-athena';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureEnvironment, type PythonEnvironment } from '../../src/engines/python/environment';
import { ask, athenaClient } from '../clients/athena-rows';
import { type ServedLake, serveLake } from '../clients/served-lake';

/**
 * One table, written in turn and at once by Athena SQL, Spark and PyIceberg, each in its own process.
 *
 * The environments are made at the first run (some 1.3 GB, a network is needed); without Python or Java the suite is
 * skipped by name.
 */

const SCRIPTS = path.join(__dirname, 'python');
const made = await environments();
type Row = readonly [number, string, number | null];

async function environments(): Promise<Record<'pyiceberg' | 'spark' | 'duckdb', PythonEnvironment> | string> {
  try {
    return {
      pyiceberg: await ensureEnvironment('pyiceberg'),
      spark: await ensureEnvironment('spark'),
      duckdb: await ensureEnvironment('duckdb-iceberg'),
    };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'LW_PYTHON_MISSING' || code === 'LW_JAVA_MISSING') return (error as Error).message;
    throw error;
  }
}

const title = `Athena SQL, Spark and PyIceberg${typeof made === 'string' ? ` (not run: ${made})` : ''}`;

describe.skipIf(typeof made === 'string')(title, () => {
  let lake: ServedLake;
  let athena: AthenaClient;
  const places = made as Exclude<typeof made, string>;

  beforeAll(async () => {
    lake = await serveLake();
    athena = athenaClient(lake.url);
    await succeeds(`CREATE DATABASE db LOCATION 's3://${lake.bucket}/db'`);
    await succeeds(
      `CREATE TABLE db.shared (id bigint, writer string, value double) PARTITIONED BY (writer) LOCATION 's3://${lake.bucket}/db/shared' TBLPROPERTIES ('table_type'='ICEBERG')`,
    );
  });
  afterAll(async () => {
    athena?.destroy();
    await lake?.stop();
  });

  const succeeds = async (statement: string): Promise<void> => {
    await ask(athena, statement);
  };
  const rowsOf = async (query: string) => (await ask(athena, query)).rows;
  const sorted = (rows: readonly Row[]): Row[] =>
    [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const athenaRows = async (version = ''): Promise<Row[]> =>
    sorted(
      (await rowsOf(`SELECT id, writer, value FROM db.shared ${version}`)).map(([id, writer, value]) => [
        Number(id),
        String(writer),
        value === undefined ? null : Number(value),
      ]),
    );

  const python = (environment: PythonEnvironment, script: string, ...args: string[]): Promise<string> =>
    pythonWith({}, environment, script, ...args);
  const pythonWith = (
    variables: Record<string, string>,
    environment: PythonEnvironment,
    script: string,
    ...args: string[]
  ): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(environment.python, [path.join(SCRIPTS, script), ...args], {
        env: {
          ...process.env,
          ...variables,
          AWS_ENDPOINT_URL: lake.url,
          AWS_REGION: 'us-east-1',
          ICEBERG_URI: `${lake.url}/_lakewright/iceberg`,
          ICEBERG_JARS: environment.jars.join(path.delimiter),
        },
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk) => (out += chunk));
      child.stderr.on('data', (chunk) => (err += chunk));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(out.trim().split('\n').at(-1) ?? '');
        else reject(new Error(`${script} ${args.join(' ')} ended with ${code}:\n${err.slice(-3_000)}`));
      });
    });
  const pyiceberg = (script: string, ...args: string[]) => python(places.pyiceberg, script, ...args);
  const throughGlue = (script: string, ...args: string[]) =>
    pythonWith({ ICEBERG_CATALOG: 'glue' }, places.pyiceberg, script, ...args);
  const spark = (...args: string[]) => python(places.spark, 'spark_table.py', ...args);
  const read = async (output: Promise<string>): Promise<Record<string, Row[]>> => {
    const results = JSON.parse(await output) as Record<string, Row[]>;
    return Object.fromEntries(Object.entries(results).map(([key, rows]) => [key, sorted(rows)]));
  };

  test('write one table in turn, and read the same rows', async () => {
    await succeeds(`INSERT INTO db.shared VALUES (1, 'athena', 1.0), (2, 'athena', 2.0), (3, 'athena', NULL)`);
    await spark(
      'sql',
      "INSERT INTO lake.db.shared VALUES (1, 'spark', 10.0D), (2, 'spark', 20.0D)",
      "MERGE INTO lake.db.shared t USING (SELECT 2L AS id, 'athena' AS writer) s ON t.id = s.id AND t.writer = s.writer WHEN MATCHED THEN UPDATE SET value = 22.0D",
      "ALTER TABLE lake.db.shared SET TBLPROPERTIES ('write.delete.mode'='merge-on-read')",
      "DELETE FROM lake.db.shared WHERE writer = 'spark' AND id = 1",
    );
    await pyiceberg('append_pyiceberg.py', 'pyiceberg', '2');
    await succeeds(`UPDATE db.shared SET value = value + 1 WHERE writer = 'pyiceberg' AND id = 1`);
    await succeeds(`DELETE FROM db.shared WHERE id = 3`);
    const rows = sorted([
      [1, 'athena', 1],
      [2, 'athena', 22],
      [2, 'spark', 20],
      [0, 'pyiceberg', 0],
      [1, 'pyiceberg', 2.5],
    ]);
    expect(await athenaRows()).toEqual(rows);
    expect((await read(pyiceberg('read_pyiceberg.py'))).now).toEqual(rows);
    expect((await read(spark('read'))).now).toEqual(rows);
    expect((await read(python(places.duckdb, 'read_duckdb.py'))).now).toEqual(rows);
  });

  test('show each snapshot as it was recorded', async () => {
    const copies: Record<string, Row[]> = {};
    for (const statement of [
      `INSERT INTO db.shared VALUES (50, 'athena', 5.0)`,
      `UPDATE db.shared SET value = 6.0 WHERE id = 50`,
      `MERGE INTO db.shared t USING (VALUES (50, 'athena'), (51, 'athena')) AS s (id, writer) ON t.id = s.id AND t.writer = s.writer WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, writer) VALUES (s.id, s.writer)`,
      `OPTIMIZE db.shared REWRITE DATA USING BIN_PACK`,
      `DELETE FROM db.shared WHERE id = 51`,
    ]) {
      await succeeds(statement);
      const [[id = '']] = (await rowsOf('SELECT snapshot_id FROM "db"."shared$refs"')) as [[string]];
      copies[id] = await athenaRows();
    }
    const ids = Object.keys(copies);
    expect(ids).toHaveLength(5);
    for (const id of ids) expect(await athenaRows(`FOR VERSION AS OF ${id}`)).toEqual(copies[id]);
    expect(await read(pyiceberg('read_pyiceberg.py', ...ids))).toEqual(copies);
    expect(await read(spark('read', ...ids))).toEqual(copies);
  });

  test('make 100 commits at once from three processes, and none is lost', async () => {
    const before = await athenaRows();
    const count = async () => Number((await rowsOf('SELECT count(*) FROM "db"."shared$snapshots"'))[0]?.[0]);
    const snapshots = await count();
    const insertAll = async () => {
      for (let id = 0; id < 34; id++)
        await succeeds(`INSERT INTO db.shared VALUES (${id}, 'athena at once', ${id * 1.5}e0)`);
    };
    await Promise.all([
      insertAll(),
      spark('append', 'spark at once', '33'),
      pyiceberg('append_pyiceberg.py', 'pyiceberg at once', '33'),
    ]);
    const added = [
      ...Array.from({ length: 34 }, (_, id): Row => [id, 'athena at once', id * 1.5]),
      ...Array.from({ length: 33 }, (_, id): Row => [id, 'spark at once', id * 1.5]),
      ...Array.from({ length: 33 }, (_, id): Row => [id, 'pyiceberg at once', id * 1.5]),
    ];
    const rows = sorted([...before, ...added]);
    expect(await count()).toBe(snapshots + 100);
    expect(await athenaRows()).toEqual(rows);
    expect((await read(pyiceberg('read_pyiceberg.py'))).now).toEqual(rows);
    expect((await read(spark('read'))).now).toEqual(rows);
    expect((await read(python(places.duckdb, 'read_duckdb.py'))).now).toEqual(rows);
  });

  test('commit through the Glue API beside the others, and no commit is lost', async () => {
    const before = await athenaRows();
    const insertAll = async () => {
      for (let id = 0; id < 10; id++) await succeeds(`INSERT INTO db.shared VALUES (${id}, 'beside glue', 0e0)`);
    };
    await Promise.all([
      insertAll(),
      throughGlue('append_pyiceberg.py', 'glue', '10'),
      pyiceberg('append_pyiceberg.py', 'rest', '10'),
    ]);
    const ids = Array.from({ length: 10 }, (_, id) => id);
    const rows = sorted([
      ...before,
      ...ids.map((id): Row => [id, 'beside glue', 0]),
      ...['glue', 'rest'].flatMap((writer) => ids.map((id): Row => [id, writer, id * 1.5])),
    ]);
    expect(await athenaRows()).toEqual(rows);
    expect((await read(throughGlue('read_pyiceberg.py'))).now).toEqual(rows);
  });
});
