import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { BatchStopJobRunCommand, StartJobRunCommand } from '@aws-sdk/client-glue';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { missing, titled } from '../engines/spark/spark-lake';
import { arrivals } from './arrivals';
import type { FaultLake } from './fault-lake';
import { hasData, Killer, processes } from './killer';
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
  PIPELINE,
  redriven,
  type Suite,
  statesOf,
  suite,
} from './suite';

const CLI = path.join(__dirname, '../../bin/lakewright.js');

describe.skipIf(missing)(titled('a pipeline that is'), () => {
  let made: Suite;
  let lake: FaultLake;
  const staging = (zone: 'converted' | 'datasets', table: string) => lake.file(zone, `_lakewright/${table}/staging`);

  beforeAll(async () => {
    made = await suite();
  });
  afterEach(() => lake?.close());

  test('killed in the middle of writing, at each attempt', async () => {
    lake = lakeOf(made, 'killed');
    const killer = new Killer(process.pid, ['lakewright_run.py', 'arrivals/orders/'], () =>
      hasData(staging('converted', 'orders')),
    );
    const report = await lake.lake.run({ pipeline: 'Nightly' });
    // Two attempts of the state, and one of Glue's own after each.
    expect(killer.stop()).toBe(4);
    const cause = 'the process ended with SIGKILL';
    expect([report.state, report.error]).toEqual(['FAILED', `${PIPELINE} FAILED: States.TaskFailed: ${cause}`]);
    const run = await newest(lake);
    const begun = { Announce: 'SUCCEEDED 0', 'Convert customers': NEIGHBOUR, 'Convert orders': atLeast('FAILED', 3) };
    expect(run.history).toEqual({ run: atLeast('FAILED', 3), ...all('NOT_STARTED 0', begun) });
    expect(await messages(lake)).toEqual(notice(run.name, 'Convert orders', 'States.TaskFailed', cause));
    expect(hasData(staging('converted', 'orders'))).toBe(true);
    expectBefore(made, await observe(lake));

    const states = await lake.states();
    const [{ executionArn } = {}] = await lake.runs();
    await states.send(new RedriveExecutionCommand({ executionArn }));
    await lake.ended();
    const again = await newest(lake);
    expect(again).toMatchObject({ name: run.name, status: 'SUCCEEDED', redrives: 1 });
    expect(again.history).toEqual({
      run: atLeast('SUCCEEDED', 3),
      ...all('SUCCEEDED 0', { 'Convert orders': atLeast('SUCCEEDED', 3) }),
    });
    expect(await observe(lake)).toEqual(made.expected);
  });

  test('without its JVM once, in the middle of writing: it heals, and nobody is told', async () => {
    lake = lakeOf(made, 'jvm');
    const killer = new Killer(
      process.pid,
      ['lakewright-spark.jar'],
      () => hasData(staging('datasets', 'customer_spend')),
      1,
    );
    const report = await lake.lake.run({ pipeline: 'Nightly' });
    expect(killer.stop()).toBeGreaterThan(0);
    expect([report.state, report.error]).toEqual(['SUCCEEDED', null]);
    expect(statesOf(report)).toEqual(all('SUCCEEDED'));
    const run = await newest(lake);
    // Killed once, and refused once while Glue tried again.
    expect(run.history).toEqual({
      run: atLeast('SUCCEEDED', 2),
      ...all('SUCCEEDED 0', { 'Sum up spend': atLeast('SUCCEEDED', 2) }),
    });
    expect(await messages(lake)).toEqual([]);
    expect(await observe(lake)).toEqual(made.expected);
  });

  test('ended with `lakewright run` itself, by SIGKILL: the next run makes the same', async () => {
    lake = lakeOf(made, 'process');
    const { folder } = made;
    const child = spawn(process.execPath, [CLI, 'run', '--pipeline', 'Nightly', '--workspace', 'process'], {
      cwd: folder,
      stdio: 'ignore',
    });
    const timer = setInterval(() => {
      if (hasData(staging('converted', 'orders'))) child.kill('SIGKILL');
    }, 5);
    const [, signal] = await once(child, 'exit');
    clearInterval(timer);
    expect(signal).toBe('SIGKILL');
    // What it had started ends by itself.
    await expect.poll(() => processes(['lakewright_run.py', folder]), { timeout: 60_000 }).toEqual([]);

    const report = await lake.lake.run({ pipeline: 'Nightly' });
    expect([report.state, report.error]).toEqual(['SUCCEEDED', null]);
    const runs = await lake.runs();
    expect(runs.map(({ status, error }) => [status, error])).toEqual([
      ['SUCCEEDED', undefined],
      ['ABORTED', 'Lakewright.CutOff'],
      ['SUCCEEDED', undefined],
    ]);
    expect(await observe(lake)).toEqual(made.expected);
  });

  test('refused by Glue while another run of its job goes on: it waits, and nobody is told', async () => {
    lake = lakeOf(made, 'busy');
    lake.lay('arrivals/orders/_fault-sleep', '');
    const glue = await lake.glue();
    const JobName = await lake.job('Orders');
    const { JobRunId } = await glue.send(new StartJobRunCommand({ JobName }));
    const running = lake.lake.run({ pipeline: 'Nightly' });
    await expect
      .poll(() => lake.host.messages.some(({ text }) => text.includes('… Convert orders')), { timeout: 180_000 })
      .toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    fs.rmSync(lake.file('raw', 'arrivals/orders/_fault-sleep'));
    await glue.send(new BatchStopJobRunCommand({ JobName, JobRunIds: [JobRunId ?? ''] }));
    const report = await running;
    expect([report.state, report.error, statesOf(report)]).toEqual(['SUCCEEDED', null, all('SUCCEEDED')]);
    const run = await newest(lake);
    expect(run.history).toEqual({
      run: atLeast('SUCCEEDED', 1),
      ...all('SUCCEEDED 0', { 'Convert orders': atLeast('SUCCEEDED', 1) }),
    });
    expect(await messages(lake)).toEqual([]);
    expect(await observe(lake)).toEqual(made.expected);
  });

  test('throttled until its attempts are used up', async () => {
    lake = lakeOf(made, 'throttled', []);
    const [orders, customers] = arrivals(2);
    await lake.states();
    lake.lay(orders.key, orders.text);
    const hold = path.join(made.folder, 'hold');
    fs.writeFileSync(hold, '');
    const holding = lake.invoke('Announcement', { hold });
    await lake.put(customers.key, customers.text);
    await lake.ended(2);
    const run = await newest(lake);
    expect(run).toMatchObject({ status: 'FAILED', error: 'Lambda.TooManyRequestsException', cause: 'Rate Exceeded.' });
    expect(run.history).toEqual({ run: 'FAILED 7', ...all('NOT_STARTED 0', { Announce: 'FAILED 7' }) });
    expect(await messages(lake)).toEqual(
      notice(run.name, 'Announce', 'Lambda.TooManyRequestsException', 'Rate Exceeded.'),
    );
    expect(await observe(lake)).toEqual(made.before);

    fs.rmSync(hold);
    await holding;
    const again = await redriven(lake);
    expect(again.history).toEqual({ run: 'SUCCEEDED 7', ...all('SUCCEEDED 0', { Announce: 'SUCCEEDED 7' }) });
    expect(await observe(lake)).toEqual(made.expected);
  });

  test('fed by a queue with a message that cannot be done: the others are, and it is when it can, once', async () => {
    const [orders, customers] = arrivals(2);
    lake = lakeOf(made, 'poison', [customers, { key: 'forms.json', text: '{"known": [1]}' }]);
    const lines = orders.text.split(/(?<=\n)/);
    const send = (name: string, form: number, part: string[]) =>
      lake.put(`incoming/${name}.json`, JSON.stringify({ form, orders: part.join('') }));
    await lake.states();
    await send('a', 1, lines.slice(0, 20));
    await send('b', 2, lines.slice(20, 40));
    await send('c', 1, lines.slice(40));
    const taken = () => ['a', 'b', 'c'].map((name) => lake.count(`taken/incoming/${name}.json`));
    await expect.poll(() => lake.waiting('PartnersDeadLetters'), { timeout: 180_000 }).toBe(1);
    expect([taken(), await lake.waiting('PartnersQueue')]).toEqual([[1, 0, 1], 0]);
    // Each end of a run looks at the alarms.
    await lake.lake.run({ pipeline: 'Nightly', only: 'Announce' });
    expect(await messages(lake)).toEqual([[expect.stringMatching(/^LakeAlarmsIncident/), 'ALARM']]);

    lake.lay('forms.json', '{"known": [1, 2]}');
    expect(await lake.invoke('Replay')).toEqual({ moved: 1, left: 0, twice: 0 });
    await expect.poll(taken, { timeout: 180_000 }).toEqual([1, 1, 1]);
    expect([await lake.waiting('PartnersDeadLetters'), await lake.waiting('PartnersQueue')]).toEqual([0, 0]);
    const report = await lake.lake.run({ pipeline: 'Nightly' });
    expect([report.state, report.error]).toEqual(['SUCCEEDED', null]);
    const { rows, quarantined } = await observe(lake);
    expect({ rows, quarantined }).toEqual({ rows: made.expected.rows, quarantined: made.expected.quarantined });
    expect(await messages(lake)).toEqual([]);
  });
});
