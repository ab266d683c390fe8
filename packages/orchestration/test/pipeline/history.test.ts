import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { costOf } from '../../lambda/pipeline/costs';
import type { Execution } from '../../lambda/pipeline/execution';
import { keepHistory } from '../../lambda/pipeline/history';
import { rowsOf } from '../../lambda/pipeline/record';
import { RunStore } from '../../lambda/pipeline/run-store';
import { taskRuns } from '../../lambda/pipeline/task-runs';
import { failedInParallel, History } from './histories';

describe('the tasks of a run', () => {
  test('that failed: what was tried again, what failed, what was never reached', () => {
    const [a, b, c] = taskRuns(failedInParallel(), ['A', 'B', 'C']);
    expect(a).toMatchObject({ state: 'SUCCEEDED', failures: 1, error: undefined });
    expect(a?.cost).toBeCloseTo((100 * 2 * 0.44) / 3600);
    expect(b).toMatchObject({ state: 'FAILED', failures: 1, error: 'States.TaskFailed' });
    expect(b?.cause).toContain('no rows');
    expect(c).toEqual({ task: 'C', state: 'NOT_STARTED', failures: 0 });
    expect([a?.started, a?.ended].map((date) => date?.toISOString())).toEqual([
      '2026-11-22T03:00:03.000Z',
      '2026-11-22T03:00:10.000Z',
    ]);
  });

  test('a neighbour that was stopped has not failed, whatever it had tried before', () => {
    const history = new History();
    history.enter('Parallel', 'Stage 1', 0);
    const begin = history.add('ParallelStateStarted', undefined);
    const a = history.enter('Task', 'A', begin);
    const b = history.enter('Task', 'B', begin);
    history.fail('Glue.ThrottlingException', '', 'glue', a);
    const failed = history.fail('States.TaskFailed', '', 'glue', b);
    history.add('ParallelStateFailed', failed);
    const states = taskRuns(history.end('FAILED'), ['A', 'B']).map(({ state }) => state);
    expect(states).toEqual(['ABORTED', 'FAILED']);
  });

  test('of several states are one; a Fail state in them fails it with the error of the run', () => {
    const history = new History();
    history.enter('Parallel', 'Load', 0);
    history.add('ParallelStateStarted', undefined);
    history.enter('Task', 'Load Look');
    history.succeed('aws-sdk:databasemigration', {});
    history.exit('Task', 'Load Look');
    history.enter('Fail', 'Load Failed');
    const execution = history.end('FAILED', { error: 'ReplicationFailed', cause: 'no disk' });
    expect(taskRuns(execution, ['Load'])[0]).toMatchObject({
      state: 'FAILED',
      error: 'ReplicationFailed',
      cause: 'no disk',
    });
  });

  test('what follows a task is not the task', () => {
    const history = new History();
    history.enter('Task', 'A', 0);
    history.exit('Task', 'A');
    history.enter('Wait', 'Pause');
    history.fail('States.TaskFailed', '');
    const [a] = taskRuns(history.end('FAILED'), ['A']);
    expect(a).toMatchObject({ state: 'SUCCEEDED', failures: 0 });
  });

  test.each([
    ['TIMED_OUT', 'TIMED_OUT'],
    ['ABORTED', 'ABORTED'],
    ['RUNNING', 'RUNNING'],
  ])('that was cut off by %s', (status, state) => {
    const history = new History();
    history.enter('Task', 'A', 0);
    expect(taskRuns(history.end(status), ['A'])[0]?.state).toBe(state);
  });

  test('a redriven task that succeeds in the end has succeeded, and its failure is counted', () => {
    const history = new History();
    const entered = history.enter('Task', 'A', 0);
    history.fail('States.TaskFailed', 'first', 'glue');
    history.add('ExecutionFailed', undefined);
    history.add('ExecutionRedriven', undefined);
    const again = history.add('TaskScheduled', entered);
    history.succeed('glue', {}, again);
    history.exit('Task', 'A');
    const [a] = taskRuns(history.end('SUCCEEDED', { redrives: 1 }), ['A']);
    expect(a).toMatchObject({ state: 'SUCCEEDED', failures: 1, error: undefined });
  });

  test('a redriven task of a Parallel state has succeeded, though its events follow the redrive', () => {
    const history = new History();
    history.enter('Parallel', 'Stage 1', 0);
    const begin = history.add('ParallelStateStarted', undefined);
    const schedule = (name: string, previous: number): number => {
      const taskScheduledEventDetails = { resourceType: 'glue', resource: 'x', parameters: name, region: 'eu-west-1' };
      return history.add('TaskScheduled', previous, { taskScheduledEventDetails });
    };
    const [a, b] = [history.enter('Task', 'A', begin), history.enter('Task', 'B', begin)];
    const [a1] = [schedule('a', a), schedule('b', b)];
    history.fail('States.TaskFailed', 'first', 'glue', a1);
    history.add('TaskStateAborted', b);
    history.add('ParallelStateFailed', begin);
    history.add('ExecutionFailed', undefined);
    const redriven = history.add('ExecutionRedriven', undefined);
    const [a2, b2] = [schedule('a', redriven), schedule('b', redriven)];
    const a3 = history.fail('States.TaskFailed', 'second', 'glue', a2);
    history.exit('Task', 'B', history.succeed('glue', {}, b2));
    history.exit('Task', 'A', history.succeed('glue', {}, schedule('a', a3)));
    history.exit('Parallel', 'Stage 1', begin);
    expect(taskRuns(history.end('SUCCEEDED', { redrives: 1 }), ['A', 'B'])).toMatchObject([
      { task: 'A', state: 'SUCCEEDED', failures: 2, error: undefined },
      { task: 'B', state: 'SUCCEEDED', failures: 0, error: undefined },
    ]);
  });

  test('a redriven task of several states that fails again is counted, though it is scheduled with other parameters', () => {
    const history = new History();
    history.enter('Parallel', 'A', 0);
    const begin = history.enter('Task', 'A: create', history.add('ParallelStateStarted', undefined));
    const schedule = (parameters: string, previous?: number): number => {
      const taskScheduledEventDetails = { resourceType: 'athena', resource: 'x', parameters, region: 'eu-west-1' };
      return history.add('TaskScheduled', previous, { taskScheduledEventDetails });
    };
    schedule('into a0', begin);
    history.fail('States.TaskFailed', 'first', 'athena');
    history.add('ParallelStateFailed', begin);
    history.add('ExecutionFailed', 0);
    schedule('into a1', history.add('ExecutionRedriven', undefined));
    history.fail('States.TaskFailed', 'second', 'athena');
    history.add('ParallelStateFailed', begin);
    const [a] = taskRuns(history.end('FAILED', { redrives: 1 }), ['A', 'B']);
    expect(a).toMatchObject({ state: 'FAILED', failures: 2, error: 'States.TaskFailed', cause: '"second"' });
  });
});

describe('costs', () => {
  test.each<[string, string, unknown, number | undefined]>([
    ['a Glue job, by its DPU seconds', 'glue', { DPUSeconds: 3600, ExecutionTime: 1, MaxCapacity: 9 }, 0.44],
    ['a short Glue job pays a minute', 'glue', { ExecutionTime: 5, MaxCapacity: 60 }, 0.44],
    ['a FLEX job pays less', 'glue', { ExecutionClass: 'FLEX', DPUSeconds: 3600 }, 0.29],
    ['a Glue job that does not tell', 'glue', { JobRunState: 'FAILED' }, undefined],
    ['a query', 'athena', { QueryExecution: { Statistics: { DataScannedInBytes: 1024 ** 4 } } }, 5],
    ['a small query pays 10 MB', 'athena', { QueryExecution: { Statistics: { DataScannedInBytes: 1 } } }, 4.76837e-5],
    ['DDL is free', 'athena', { QueryExecution: { StatementType: 'DDL', Statistics: { DataScannedInBytes: 0 } } }, 0],
    [
      'a Fargate task',
      'ecs',
      { LaunchType: 'FARGATE', Cpu: '1024', Memory: '2048', StartedAt: 0, StoppedAt: 3_600_000 },
      0.04937,
    ],
    ['a task on EC2', 'ecs', { LaunchType: 'EC2', Cpu: '1024', Memory: '2048', StartedAt: 0, StoppedAt: 1 }, undefined],
    ['a function', 'lambda', { anything: 1 }, undefined],
    ['no answer', 'glue', undefined, undefined],
  ])('%s', (_, type, answer, cost) => {
    const found = costOf(type, answer);
    if (cost === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(cost, 8);
  });
});

test('rows: the run, then its tasks; times as Athena reads them, counts where they are known', () => {
  const counts = new Map([['A', { rowsIn: 10, rowsOut: 9, rowsQuarantined: 1 }]]);
  const rows = rowsOf(failedInParallel(), { name: 'Stack/Nightly', tasks: ['A', 'B', 'C'] }, counts);
  expect(rows.map(({ task, state, rows_in, seconds }) => [task, state, rows_in, seconds])).toEqual([
    [null, 'FAILED', null, 13],
    ['A', 'SUCCEEDED', 10, 7],
    ['B', 'FAILED', null, 9],
    ['C', 'NOT_STARTED', null, null],
  ]);
  expect(rows[0]).toMatchObject({ run_id: 'run-7', started: '2026-11-22 03:00:00.000', failures: 2 });
  const [run, a] = rows;
  expect(run.cost_usd).toBeCloseTo((a?.cost_usd ?? 0) + 3 * 0.000_025, 5);
  expect(rows[2]?.cost_usd).toBeNull();
});

/** S3 with conditional writes, as its documentation has them. */
class FakeS3 {
  public readonly objects = new Map<string, { body: string; etag: string; events: string }>();
  public writes = 0;
  /** Done before the next write: another writer that is quicker. */
  public beforeWrite?: () => void;

  public get client(): S3Client {
    return { send: async (command: never) => this.send(command) } as unknown as S3Client;
  }

  public put(key: string, body: string, events: number): void {
    this.objects.set(key, { body, etag: `"${++this.writes}"`, events: `${events}` });
  }

  private send({ constructor: { name }, input }: { constructor: { name: string }; input: Record<string, never> }) {
    const key = input.Key as string;
    if (name === 'PutObjectCommand') {
      this.beforeWrite?.();
      this.beforeWrite = undefined;
    }
    const there = this.objects.get(key);
    if (name === 'PutObjectCommand') {
      const { IfMatch, IfNoneMatch, Body, Metadata } = input as never as Record<string, string> & {
        Metadata: { events: string };
      };
      if ((IfNoneMatch && there) || (IfMatch && there?.etag !== IfMatch)) throw status(412);
      this.put(key, Body as string, Number(Metadata.events));
      return {};
    }
    if (!there) throw status(404);
    if (name === 'HeadObjectCommand') return { ETag: there.etag, Metadata: { events: there.events } };
    return { Body: { transformToString: async () => there.body } };
  }
}

function status(httpStatusCode: number): Error {
  return Object.assign(new Error(`${httpStatusCode}`), { $metadata: { httpStatusCode } });
}

describe('what is kept', () => {
  const KEY = 'runs/run_date=2026-11-22/Stack.Nightly/run-7.json';

  function keeper(s3: FakeS3, execution: () => Execution) {
    const lines: string[] = [];
    const states = {
      send: async ({ constructor: { name } }: { constructor: { name: string } }) => {
        const { arn, stateMachineArn, runId, status: state, started, ended, events } = execution();
        if (name === 'GetExecutionHistoryCommand') return { events };
        return { executionArn: arn, stateMachineArn, name: runId, status: state, startDate: started, stopDate: ended };
      },
    } as unknown as SFNClient;
    const pipeline = { name: 'Stack/Nightly', tasks: ['A', 'B'], reports: { A: 's3://state/a/reports/' } };
    const detail = { executionArn: execution().arn, stateMachineArn: execution().stateMachineArn, status: 'FAILED' };
    const store = new RunStore(s3.client, 'bucket', 'runs');
    const options = { states, store, log: (line: string) => lines.push(line), now: () => new Date(0) };
    return { lines, tell: () => keepHistory({ detail, pipeline }, options) };
  }

  test('one object a run with the counts of its tasks; told twice, it is written and measured once', async () => {
    const s3 = new FakeS3();
    s3.put('a/reports/run-7.json', '{"rowsIn": 200, "rowsOut": 190, "rowsQuarantined": 10}', 0);
    const { lines, tell } = keeper(s3, failedInParallel);
    await tell();
    await tell();
    expect([...s3.objects.keys()]).toEqual(['a/reports/run-7.json', KEY]);
    expect(s3.writes).toBe(2);
    const rows = s3.objects
      .get(KEY)
      ?.body.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows?.[1]).toMatchObject({ task: 'A', rows_in: 200, rows_out: 190, rows_quarantined: 10 });
    const metrics = lines.map((line) => JSON.parse(line));
    expect(metrics.filter(({ Task }) => Task === 'A')).toEqual([
      expect.objectContaining({ Pipeline: 'Stack/Nightly', RowsIn: 200, RowsQuarantined: 10 }),
    ]);
    expect(metrics.find(({ Task }) => Task === undefined)).toMatchObject({ QuarantinePercent: 5 });
  });

  test("an event that comes late doesn't take back what a redrive has added", async () => {
    const s3 = new FakeS3();
    const { tell } = keeper(s3, failedInParallel);
    s3.put(KEY, 'newer', failedInParallel().events.length + 5);
    await tell();
    expect(s3.objects.get(KEY)?.body).toBe('newer');
  });

  test('of two writers at once the one that has seen more stays', async () => {
    const s3 = new FakeS3();
    const { tell } = keeper(s3, failedInParallel);
    s3.beforeWrite = () => s3.put(KEY, 'newer', 1000);
    await tell();
    expect(s3.objects.get(KEY)?.body).toBe('newer');
    s3.objects.clear();
    s3.beforeWrite = () => s3.put(KEY, 'older', 1);
    await tell();
    expect(s3.objects.get(KEY)?.body).toContain('"task":"B"');
  });

  test('a report that is there and cannot be read fails, so that it is tried again', async () => {
    const s3 = new FakeS3();
    const { tell } = keeper(s3, failedInParallel);
    s3.objects.get = () => {
      throw status(503);
    };
    await expect(tell()).rejects.toThrow('503');
  });
});
