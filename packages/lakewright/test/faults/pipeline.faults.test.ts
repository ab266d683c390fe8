import fs from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { missing, titled } from '../engines/spark/spark-lake';
import { arrivals, divisors } from './arrivals';
import type { FaultLake } from './fault-lake';
import { observe } from './observed';
import {
  all,
  atLeast,
  expectBefore,
  lakeOf,
  messages,
  NEIGHBOUR,
  newest,
  notice,
  oneOf,
  PIPELINE,
  redriven,
  type Suite,
  statesOf,
  suite,
} from './suite';

/** Some tasks → the same. */
const only = (names: string[], state: string) => Object.fromEntries(names.map((name) => [name, state]));

const ORDERS_FAULT = 'arrivals/orders/_fault-';

describe.skipIf(missing)(titled('a task that fails'), () => {
  let made: Suite;
  let lake: FaultLake;

  beforeAll(async () => {
    made = await suite();
  });
  afterEach(() => lake?.close());

  test('(without a fault: each row is there once, the bad ones are set aside)', () => {
    const { before, expected } = made;
    expect(before.rows['converted.orders']).toHaveLength(60);
    expect(expected.rows['converted.orders']).toHaveLength(120);
    expect(expected.rows['converted.orders']).toEqual(expect.arrayContaining([...before.rows['converted.orders']]));
    expect(expected.rows['converted.customers']).toHaveLength(8);
    expect(expected.rows['datasets.customer_spend']).toHaveLength(8);
    expect(expected.quarantined).toHaveLength(2);
  });

  test('a script that raises', async () => {
    lake = lakeOf(made, 'raises');
    lake.lay(`${ORDERS_FAULT}raise`, '');
    const report = await lake.lake.run({ pipeline: 'Nightly' });
    const cause = 'ValueError: the price list is missing';
    expect([report.state, report.error]).toEqual(['FAILED', `${PIPELINE} FAILED: States.TaskFailed: ${cause}`]);
    const done = { Announce: 'SUCCEEDED', 'Convert customers': oneOf('SUCCEEDED', 'CANCELLED') };
    expect(statesOf(report)).toEqual({ ...done, 'Convert orders': 'FAILED' });
    const run = await newest(lake);
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed', redrives: 0 });
    expect(JSON.parse(run.cause ?? '')).toMatchObject({ JobRunState: 'FAILED', ErrorMessage: cause });
    // Twice by the state; in between Glue's own retry was under way once.
    const begun = { Announce: 'SUCCEEDED 0', 'Convert customers': NEIGHBOUR, 'Convert orders': atLeast('FAILED', 3) };
    expect(run.history).toEqual({ run: atLeast('FAILED', 3), ...all('NOT_STARTED 0', begun) });
    expect(await messages(lake)).toEqual(notice(run.name, 'Convert orders', 'States.TaskFailed', cause));
    expectBefore(made, await observe(lake));

    fs.rmSync(lake.file('raw', `${ORDERS_FAULT}raise`));
    const again = await redriven(lake);
    expect(again).toMatchObject({ name: run.name, status: 'SUCCEEDED', redrives: 1 });
    expect(again.history).toEqual({
      run: atLeast('SUCCEEDED', 3),
      ...all('SUCCEEDED 0', { 'Convert orders': atLeast('SUCCEEDED', 3) }),
    });
    expect(await messages(lake)).toEqual([]);
    expect(await observe(lake)).toEqual(made.expected);
  });

  test('a job that is out of time', async () => {
    lake = lakeOf(made, 'late', []);
    await lake.limit('Orders', 0.15); // a part of a minute, which AWS doesn't take
    const [orders, customers] = arrivals(2);
    lake.lay(orders.key, orders.text);
    lake.lay(`${ORDERS_FAULT}sleep`, '');
    await lake.put(customers.key, customers.text);
    await lake.ended(2);
    const run = await newest(lake);
    const cause = 'Job run exceeded its timeout of 0.15 minutes';
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed', redrives: 0 });
    expect(JSON.parse(run.cause ?? '')).toMatchObject({ JobRunState: 'TIMEOUT', ErrorMessage: cause });
    // Glue itself doesn't try such a run again.
    const begun = { Announce: 'SUCCEEDED 0', 'Convert customers': NEIGHBOUR, 'Convert orders': 'FAILED 2' };
    expect(run.history).toEqual({ run: 'FAILED 2', ...all('NOT_STARTED 0', begun) });
    expect(await messages(lake)).toEqual(notice(run.name, 'Convert orders', 'States.TaskFailed', cause));
    expectBefore(made, await observe(lake));

    fs.rmSync(lake.file('raw', `${ORDERS_FAULT}sleep`));
    await lake.limit('Orders', 120);
    const again = await redriven(lake);
    expect(again.history).toEqual({ run: 'SUCCEEDED 2', ...all('SUCCEEDED 0', { 'Convert orders': 'SUCCEEDED 2' }) });
    expect(await observe(lake)).toEqual(made.expected);
  });

  test('a test of dbt that finds a bad row, which is then mended', async () => {
    const [orders, customers] = arrivals(2);
    const text = orders.text.replace('"amount":5.5,', '"amount":-5.5,');
    expect(text).not.toBe(orders.text);
    lake = lakeOf(made, 'bad-row', [{ ...orders, text }, customers]);
    const report = await lake.lake.run({ pipeline: 'Nightly' });
    expect(report.state).toBe('FAILED');
    const done = ['Announce', 'Convert orders', 'Convert customers', 'Sum up spend'];
    expect(statesOf(report)).toEqual({ ...only(done, 'SUCCEEDED'), 'Build models': 'FAILED' });
    const run = await newest(lake);
    expect([run.status, run.error]).toEqual(['FAILED', 'States.TaskFailed']);
    expect(JSON.parse(run.cause ?? '')).toMatchObject({ Containers: [{ ExitCode: 1 }] });
    const begun = { ...only(done, 'SUCCEEDED 0'), 'Build models': 'FAILED 1' };
    expect(run.history).toEqual({ run: 'FAILED 1', ...all('NOT_STARTED 0', begun) });
    expect(await messages(lake)).toEqual(
      notice(run.name, 'Build models', 'States.TaskFailed', 'Essential container in task exited'),
    );
    // What readers see is as it was.
    expect((await observe(lake)).rows['datasets.revenue']).toEqual(made.before.rows['datasets.revenue']);

    lake.lay(orders.key, orders.text);
    // A redrive doesn't repeat what had succeeded with the bad row.
    for (const task of ['Convert orders', 'Sum up spend']) {
      const { state, error } = await lake.lake.run({ pipeline: 'Nightly', only: task });
      expect([task, state, error]).toEqual([task, 'SUCCEEDED', null]);
    }
    const again = await redriven(lake, run.name); // by its name: the newest one is that of the one task
    expect(again.status).toBe('SUCCEEDED');
    const { objects, ...rest } = await observe(lake);
    const { objects: _, ...expected } = made.expected;
    expect(rest).toEqual(expected);
    // The batch of the bad file was replaced by the next one: its files and what it had set aside are gone.
    expect(objects.filter((key) => /orders\/.*00000003/.test(key))).toEqual([
      '_lakewright/orders/batches/00000003.json',
    ]);
  });

  test('a query of Athena that fails', async () => {
    lake = lakeOf(made, 'query', [...arrivals(2), divisors(0)]);
    const report = await lake.lake.run({ pipeline: 'Nightly' });
    expect(report.state).toBe('FAILED');
    const run = await newest(lake);
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed', redrives: 0 });
    const done = ['Announce', 'Convert orders', 'Convert customers', 'Sum up spend', 'Build models'];
    // A query that fails is tried once more.
    const begun = { ...only(done, 'SUCCEEDED 0'), 'Make revenue': 'FAILED 2' };
    expect(run.history).toEqual({ run: 'FAILED 2', ...all('NOT_STARTED 0', begun) });
    expect(await messages(lake)).toEqual(
      notice(run.name, 'Make revenue', 'States.TaskFailed', 'DIVISION_BY_ZERO: Division by zero'),
    );
    expect((await observe(lake)).rows).toEqual({
      ...made.expected.rows,
      'datasets.revenue': made.before.rows['datasets.revenue'],
    });

    lake.lay(divisors(1).key, divisors(1).text);
    const again = await redriven(lake);
    expect(again.history).toEqual({ run: 'SUCCEEDED 2', ...all('SUCCEEDED 0', { 'Make revenue': 'SUCCEEDED 2' }) });
    expect(await observe(lake)).toEqual(made.expected);
  });
});
