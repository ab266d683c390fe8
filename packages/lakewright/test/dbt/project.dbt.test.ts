import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureEnvironment } from '../../src/engines/python/environment';
import { hasPython } from '../clients/python/venv';
import { type Execution, type ProjectLake, projectLake } from './project-lake';

/** What the plain dbt client builds as well (npm run clients), with a source, its freshness and a microbatch model. */
const PROJECT = [path.join(__dirname, '../clients/dbt'), path.join(__dirname, 'overlay')];

const FLIGHTS = (age: string) =>
  `SELECT n AS flight, date_add('${age}', -n, localtimestamp) AS loaded_at FROM UNNEST(sequence(1, 20)) AS t(n)`;

let lake: ProjectLake;
let zone: string;

const rows = (sql: string) => lake.ask(sql);
const put = (name: string, text: string) => fs.writeFileSync(path.join(lake.project, name), text);
const states = ({ measures }: Execution) =>
  Object.fromEntries((measures?.items ?? []).map(({ name, state }) => [name, state]));

async function loadFlights(name: string, age: string): Promise<void> {
  await rows(
    `CREATE TABLE raw.flights WITH (format = 'PARQUET', external_location = 's3://${zone}/raw/${name}/') AS ${FLIGHTS(age)}`,
  );
}

describe.skipIf(!hasPython)('a dbt project, from its construct, with the rights of its roles', () => {
  beforeAll(async () => {
    lake = await projectLake(PROJECT);
    lake.lake.objects.createBucket('results');
    zone = lake.lake.resources.find((one) => one.path.endsWith('/Raw/Bucket/Resource'))?.physicalId ?? '';
    await loadFlights('flights', 'minute');
  });
  afterAll(() => lake?.close());

  test('builds every materialization, tests it, documents it, and leaves what it did', async () => {
    const run = await lake.run('Whole');
    expect(run.status, run.output).toBe('SUCCEEDED');
    expect(run.output).toContain('PASS freshness of raw.flights');
    expect(run.output).toContain('PASS=22 WARN=0 ERROR=0 SKIP=0');
    const written = run.measures?.items?.filter(({ type }) => type !== 'dbt:test' && type !== 'dbt:unit_test');
    for (const { name, rowsOut } of written ?? []) {
      if (typeof rowsOut !== 'number') continue;
      expect([name, await rows(`SELECT count(*) FROM shop.${name}`)]).toEqual([name, [[String(rowsOut)]]]);
    }
    expect(written?.filter(({ rowsOut }) => typeof rowsOut === 'number').length).toBeGreaterThan(9);
    // Written in batches, of which dbt doesn't count the rows.
    expect(run.measures?.rowsOut).toBeNull();
    expect(await rows('SELECT count(*), count(DISTINCT p) FROM shop.many_partitions')).toEqual([['1000', '250']]);
    expect(await rows('SELECT count(DISTINCT flight) FROM shop.flights_by_day')).toEqual([['20']]);
    expect(await rows('SELECT sum(value) FROM shop.customer_value')).toEqual([['175.84']]);
    const [location] = (await rows('SHOW CREATE TABLE shop.customer_value'))
      .flat()
      .filter((one) => one?.includes('s3://'));
    expect(location).toMatch(/\/shop\/customer_value\/[0-9a-f-]{36}\/?'/);

    const bucket = lake.lake.resources.find((one) => one.path.endsWith('/Datasets/Bucket/Resource'))?.physicalId ?? '';
    const has = async (key: string) => (await lake.lake.objects.head(bucket, `_dbt/${key}`)) !== undefined;
    for (const key of ['docs/index.html', 'docs/catalog.json', 'docs/manifest.json', 'state/manifest.json']) {
      expect([key, await has(key)]).toEqual([key, true]);
    }
  });

  test('builds only what was modified since, and what comes after it', async () => {
    const unchanged = await lake.run('Modified');
    expect([unchanged.status, unchanged.measures], unchanged.output).toEqual(['SUCCEEDED', undefined]);
    fs.appendFileSync(path.join(lake.project, 'models/all_types.sql'), '-- edited\n');
    await lake.synthesize();
    const edited = await lake.run('Modified');
    expect([edited.status, states(edited)], edited.output).toEqual(['SUCCEEDED', { all_types: 'SUCCEEDED' }]);
    console.log(`one edited model: ${edited.seconds.toFixed(1)} s`);
  });

  test('its program does ahead what dbt does once', async () => {
    const { python } = await ensureEnvironment('dbt');
    const cwd = path.join(__dirname, '../../../etl/dbt');
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    const { status, stderr } = spawnSync(python, ['-c', 'import run; run.ahead()'], { cwd, env, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });

  test('after an edit, in a process that waited: that model and what follows, also after a mistake', async () => {
    const model = path.join(lake.project, 'models/customer_value.sql');
    const sql = fs.readFileSync(model, 'utf8');
    await lake.warmUp();
    put('models/customer_value.sql', `${sql}\n-- edited\n`);
    await lake.edited();
    const one = await lake.run('Whole');
    expect([one.status, states(one).customer_value], one.output).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(Object.keys(states(one))).not.toContain('order_log');
    expect(one.output).not.toContain('freshness');
    expect(await rows('SELECT sum(value) FROM shop.customer_value')).toEqual([['175.84']]);
    console.log(`one edited model, dbt imported ahead: ${one.seconds.toFixed(1)} s`);

    await lake.warmUp();
    put('models/customer_value.sql', 'select nothing from {{ ref("all_types") }}');
    put(
      'models/all_types.sql',
      `${fs.readFileSync(path.join(lake.project, 'models/all_types.sql'), 'utf8')}\n-- again\n`,
    );
    await lake.edited();
    const broken = await lake.run('Whole');
    expect([broken.status, broken.cause?.Containers[0].ExitCode], broken.output).toEqual(['FAILED', 1]);
    expect(broken.output).toMatch(/OK created sql table model shop\.all_types/);
    expect(broken.output).toMatch(/ERROR creating sql table model shop\.customer_value/);

    // None waits: the same in a process of its own. What failed is made now, since nothing has moved on.
    put('models/customer_value.sql', sql);
    await lake.edited();
    const mended = await lake.run('Whole');
    expect([mended.status, states(mended)], mended.output).toMatchObject([
      'SUCCEEDED',
      { all_types: 'SUCCEEDED', customer_value: 'SUCCEEDED' },
    ]);
  });

  test('builds again on changed seeds: appends, overwrites, merges, keeps history', async () => {
    const seed = path.join(lake.project, 'seeds/orders.csv');
    const changed = fs.readFileSync(seed, 'utf8').replace('90.00,shipped', '90.00,returned').trimEnd();
    fs.writeFileSync(seed, `${changed}\n16,2,2024-05-02,3.00,placed,\n`);
    await lake.synthesize();
    const run = await lake.run('Whole');
    expect(run.status, run.output).toBe('SUCCEEDED');
    expect(await rows('SELECT count(*), count(DISTINCT order_id) FROM shop.order_log')).toEqual([['7', '7']]);
    expect(await rows('SELECT order_id, status FROM shop.order_status WHERE order_id IN (12, 16) ORDER BY 1')).toEqual([
      ['12', 'returned'],
      ['16', 'placed'],
    ]);
    expect(
      await rows('SELECT order_id, status FROM shop.months_overwritten WHERE order_id IN (12, 16) ORDER BY 1'),
    ).toEqual([
      ['12', 'shipped'],
      ['16', 'placed'],
    ]);
    for (const history of ['order_history', 'order_history_iceberg']) {
      expect(
        await rows(`SELECT status, dbt_valid_to IS NULL FROM shop.${history} WHERE id = 12 ORDER BY dbt_valid_from`),
      ).toEqual([
        ['shipped', 'false'],
        ['returned', 'true'],
      ]);
    }
    expect(await rows('SELECT count(DISTINCT flight) FROM shop.flights_by_day')).toEqual([['20']]);
  });

  test('fails by the exit code of dbt: a test that fails, a Python model, which needs Spark', async () => {
    put(
      'models/python_model.py',
      'def model(dbt, session):\n    dbt.config(tags=["daily"])\n    return dbt.ref("all_types")\n',
    );
    put('tests/no_flights.sql', "{{ config(tags=['daily']) }} select * from {{ ref('flights_by_day') }}\n");
    await lake.synthesize();
    const run = await lake.run('Daily');
    expect([run.status, run.error], run.output).toEqual(['FAILED', 'States.TaskFailed']);
    expect(run.cause).toMatchObject({ StopCode: 'EssentialContainerExited', Containers: [{ ExitCode: 1 }] });
    expect(run.output).toMatch(/Failure in test no_flights/);
    expect(run.output).toContain('model python_model is in Python: that needs a Spark workgroup of Athena');
    for (const name of ['models/python_model.py', 'tests/no_flights.sql']) fs.rmSync(path.join(lake.project, name));
  });

  test('builds nothing from a stale source', async () => {
    await rows('DROP TABLE raw.flights');
    await loadFlights('old', 'month');
    await lake.synthesize();
    const run = await lake.run('Whole');
    expect([run.status, run.cause?.Containers[0].ExitCode]).toEqual(['FAILED', 1]);
    expect(run.output).toContain('ERROR STALE freshness of raw.flights');
    expect(run.output).not.toContain('sql table model');
  });
});
