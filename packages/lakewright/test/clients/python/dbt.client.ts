import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AthenaClient } from '@aws-sdk/client-athena';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, athenaClient } from '../athena-rows';
import { clientEnvironment, runProgram } from '../run-program';
import { type ServedLake, serveLake } from '../served-lake';
import { hasPython, pythonVenv } from './venv';

/**
 * dbt-core with dbt-athena, unmodified, on the project of `../dbt`: seeds, a view, tables of Hive and Iceberg, incremental
 * models by append, overwrite and merge, snapshots, data tests and a unit test.
 *
 * dbt-core 1.12 isn't tried: its parser's package fetches a binary from GitHub as it is installed.
 */

/** The second day: two orders have another status, one is new. */
const SECOND_DAY = `id,customer_id,ordered_on,amount,status,note
10,1,2024-03-01,12.50,placed,
11,1,2024-03-02,7.25,returned,"late, broken"
12,2,2024-03-02,90.00,returned,
13,3,2024-03-03,9.99,placed,it's
14,4,2024-04-01,55.10,shipped,
15,4,2024-04-02,1.00,shipped,
16,2,2024-05-02,3.00,placed,
`;

/** A build takes 30 s by itself, ten times that on a machine that is busy otherwise. */
const BUILD = { timeout: 900_000 };

describe.skipIf(!hasPython)('dbt', BUILD, () => {
  let python = '';
  let lake: ServedLake;
  let athena: AthenaClient;
  const project = mkdtempSync(path.join(tmpdir(), 'lakewright-dbt-'));

  beforeAll(async () => {
    python = await pythonVenv('requirements-dbt.txt');
    lake = await serveLake();
    athena = athenaClient(lake.url);
    cpSync(path.join(__dirname, '../dbt'), project, { recursive: true });
  });
  afterAll(async () => {
    athena?.destroy();
    await lake?.stop();
    rmSync(project, { recursive: true, force: true });
  });

  async function dbt(...args: string[]): Promise<string> {
    const { code, stdout } = await runProgram(path.join(path.dirname(python), 'dbt'), ['--no-use-colors', ...args], {
      cwd: project,
      env: {
        ...clientEnvironment(lake.url, project),
        DBT_PROFILES_DIR: project,
        DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
      },
    });
    expect(code, stdout).toBe(0);
    return stdout;
  }
  const rows = async (query: string) => (await ask(athena, query)).rows.map((row) => row.map((cell) => cell ?? null));

  it('builds seeds, models, snapshots and tests', async () => {
    expect(await dbt('build')).toContain('PASS=21 WARN=0 ERROR=0 SKIP=0');
    expect(await rows('SELECT customer_id, name, country, orders, value FROM shop.customer_value ORDER BY 1')).toEqual([
      ['1', 'Ann', 'DE', '2', '19.75'],
      ['2', 'Bob', 'FR', '1', '90.00'],
      ['3', 'Cy, Jr', 'DE', '1', '9.99'],
      ['4', 'Di "the" Baker', null, '2', '56.10'],
    ]);
    expect(await rows('SHOW PARTITIONS shop.orders_by_month')).toEqual([['month=2024-03'], ['month=2024-04']]);
    expect(await rows('SELECT * FROM shop.all_types')).toEqual([
      ['1', 'x', '2024-01-01 00:00:00.000', '2024-02-29', '3.1415927', '[1, 2]', '{a=1}', '{x=1, y=b}'],
    ]);
    // More partitions than one statement may write: dbt does it in batches.
    expect(await rows('SELECT count(*), count(DISTINCT p) FROM shop.many_partitions')).toEqual([['1000', '250']]);
  });

  it('builds again on what changed: appends, overwrites, merges, keeps history, adds a column', async () => {
    const counts = async () => rows('SELECT order_id, loaded_at FROM shop.order_log ORDER BY 1');
    const before = await counts();
    writeFileSync(path.join(project, 'seeds/orders.csv'), SECOND_DAY);
    expect(await dbt('build', '--vars', '{with_note: true}')).toContain('PASS=21 WARN=0 ERROR=0 SKIP=0');
    const after = await counts();
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)?.[0]).toBe('16');
    // Months before the last one stay as they were: order 12 is returned in the view, not here.
    expect(await rows('SELECT * FROM shop.months_overwritten ORDER BY 1')).toEqual([
      ['10', 'placed', '2024-03'],
      ['11', 'returned', '2024-03'],
      ['12', 'shipped', '2024-03'],
      ['13', 'placed', '2024-03'],
      ['14', 'shipped', '2024-04'],
      ['15', 'shipped', '2024-04'],
      ['16', 'placed', '2024-05'],
    ]);
    expect(await rows('SELECT order_id, status, note FROM shop.order_status ORDER BY 1')).toEqual([
      ['10', 'placed', null],
      ['11', 'returned', 'late, broken'],
      ['12', 'returned', null],
      ['13', 'placed', "it's"],
      ['14', 'shipped', null],
      ['15', 'shipped', null],
      ['16', 'placed', null],
    ]);
    for (const history of ['order_history', 'order_history_iceberg']) {
      const states = `SELECT id, status, dbt_valid_to IS NULL AS current FROM shop.${history} WHERE id IN (11, 12, 16)
        ORDER BY id, dbt_valid_from`;
      expect(await rows(states)).toEqual([
        ['11', 'returned', 'true'],
        ['12', 'shipped', 'false'],
        ['12', 'returned', 'true'],
        ['16', 'placed', 'true'],
      ]);
    }
  });

  it('describes the tables for its documentation', async () => {
    expect(await dbt('docs', 'generate')).toContain('Catalog written to');
    // dbt's `persist_docs` comes by the Glue API.
    expect((await rows('DESCRIBE shop.customer_value')).flat()).toContainEqual(
      expect.stringMatching(/^value\s+decimal\(38,2\)\s+sum of the amounts/),
    );
  });
});
