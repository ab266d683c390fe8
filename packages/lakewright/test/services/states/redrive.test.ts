import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { ServiceError } from '../../../src/services/service';
import { fakeService, ROLE, TestLake } from './harness';

/** Jobs by name, in the order in which they ran; those in `broken` fail, those in `slow` wait until they are stopped. */
let ran: string[];
let broken: Set<string>;
let slow: Set<string>;
let lake: TestLake;

beforeEach(async () => {
  ran = [];
  broken = new Set();
  slow = new Set();
  lake = await TestLake.open([
    fakeService('glue', {
      tasks: {
        'glue:startJobRun.sync': async ({ JobName }, { signal }) => {
          ran.push(JobName);
          if (slow.has(JobName)) {
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          }
          // What fails does so after the others have begun.
          await new Promise((resolve) => setTimeout(resolve, broken.has(JobName) ? 10 : 0));
          if (broken.has(JobName)) throw new ServiceError('InternalServiceException', `${JobName} is down`);
          return { output: { JobName, ran: ran.filter((one) => one === JobName).length } };
        },
      },
    }),
  ]);
});
afterEach(async () => await lake.close());

const job = (JobName: unknown, rest: Record<string, unknown> = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::glue:startJobRun.sync',
  Parameters: typeof JobName === 'string' ? { JobName } : JobName,
  ...rest,
});

async function start(definition: unknown, input: unknown = {}): Promise<string> {
  const { stateMachineArn } = await lake.states('CreateStateMachine', {
    name: 'm',
    roleArn: ROLE,
    definition: JSON.stringify(definition),
  });
  const { executionArn } = await lake.states('StartExecution', {
    stateMachineArn,
    name: 'run',
    input: JSON.stringify(input),
  });
  return executionArn;
}

async function redrive(executionArn: string): Promise<ApiShape> {
  ran = [];
  await lake.states('RedriveExecution', { executionArn });
  return await lake.finished(executionArn);
}

async function eventsAfterRedrive(executionArn: string): Promise<string[]> {
  const { events } = await lake.states('GetExecutionHistory', { executionArn });
  const types = events.map(({ type }: ApiShape) => type);
  return types.slice(types.indexOf('ExecutionRedriven'));
}

describe('RedriveExecution', () => {
  it('schedules a failed task again; what succeeded before is not run again, and the history goes on', async () => {
    broken.add('b');
    const arn = await start({ StartAt: 'A', States: { A: job('a', { Next: 'B' }), B: job('b') } });
    expect(await lake.finished(arn)).toMatchObject({ status: 'FAILED', redriveStatus: 'REDRIVABLE', redriveCount: 0 });
    broken.clear();
    expect(await redrive(arn)).toMatchObject({
      status: 'SUCCEEDED',
      redriveCount: 1,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
    expect(ran).toEqual(['b']);
    expect(await eventsAfterRedrive(arn)).toEqual([
      ...['ExecutionRedriven', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'],
      'ExecutionSucceeded',
    ]);
  });

  it('gives retries their attempts again', async () => {
    broken.add('a');
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }];
    const arn = await start({ StartAt: 'A', States: { A: job('a', { Retry, End: true }) } });
    await lake.finished(arn);
    expect(ran).toEqual(['a', 'a']);
    expect(await redrive(arn)).toMatchObject({ status: 'FAILED', redriveCount: 1, redriveStatus: 'REDRIVABLE' });
    expect(ran).toEqual(['a', 'a']);
  });

  it('reenters a Fail state, which fails again', async () => {
    broken.add('a');
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'F' }];
    const arn = await start({
      StartAt: 'A',
      States: { A: job('a', { End: true, Catch }), F: { Type: 'Fail', Error: 'Told' } },
    });
    await lake.finished(arn);
    broken.clear();
    expect(await redrive(arn)).toMatchObject({ status: 'FAILED', error: 'Told' });
    expect(ran).toEqual([]);
    expect(await eventsAfterRedrive(arn)).toEqual(['ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed']);
  });

  it('runs of a Parallel only the branches that failed or were aborted, with their variables', async () => {
    broken.add('b2');
    slow.add('c');
    const arn = await start({
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'A', States: { A: job('a') } },
            {
              StartAt: 'B1',
              States: {
                B1: { Type: 'Pass', Assign: { which: 'b2' }, Next: 'B2' },
                B2: job({ 'JobName.$': '$which' }),
              },
            },
            { StartAt: 'C', States: { C: job('c') } },
          ],
          End: true,
        },
      },
    });
    expect(await lake.finished(arn)).toMatchObject({ status: 'FAILED', error: 'Glue.InternalServiceException' });
    expect(ran.sort()).toEqual(['a', 'b2', 'c']);
    broken.clear();
    slow.clear();
    const ended = await redrive(arn);
    expect(ran.sort()).toEqual(['b2', 'c']);
    expect(ended.output).toEqual([
      { JobName: 'a', ran: 1 },
      { JobName: 'b2', ran: 1 },
      { JobName: 'c', ran: 1 },
    ]);
    const { events } = await lake.states('GetExecutionHistory', { executionArn: arn });
    const types = events.map(({ type }: ApiShape) => type);
    expect(types).toEqual(expect.arrayContaining(['TaskStateAborted', 'ParallelStateFailed']));
    expect(types.filter((type: string) => type === 'ParallelStateStarted')).toHaveLength(1);
  });

  it('runs of an inline Map only the iterations that did not succeed, inside of a Parallel, too', async () => {
    broken.add('y');
    const map = {
      Type: 'Map',
      ItemsPath: '$.names',
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: 'J', States: { J: job({ 'JobName.$': '$' }) } },
      ResultPath: '$.done',
      End: true,
    };
    const arn = await start(
      {
        StartAt: 'P',
        States: { P: { Type: 'Parallel', Branches: [{ StartAt: 'M', States: { M: map } }], End: true } },
      },
      { names: ['x', 'y', 'z'] },
    );
    await lake.finished(arn);
    expect(ran).toEqual(['x', 'y']);
    broken.clear();
    const ended = await redrive(arn);
    expect(ran).toEqual(['y', 'z']);
    expect(ended.output[0].done.map((one: ApiShape) => one.JobName)).toEqual(['x', 'y', 'z']);
    const { events } = await lake.states('GetExecutionHistory', { executionArn: arn });
    const started = events.filter(({ type }: ApiShape) => type === 'MapIterationStarted');
    expect(started.map((event: ApiShape) => event.mapIterationStartedEventDetails.index)).toEqual([0, 1, 2]);
  });

  it('runs of a Distributed Map only the children that did not succeed, in the same map run', async () => {
    broken.add('y');
    const arn = await start(
      {
        StartAt: 'M',
        States: {
          M: {
            Type: 'Map',
            Label: 'each',
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              StartAt: 'J',
              States: { J: job({ 'JobName.$': '$', 'Execution.$': '$$.Execution.Id' }) },
            },
            End: true,
          },
        },
      },
      ['x', 'y', 'z'],
    );
    expect(await lake.finished(arn)).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
    const { mapRuns } = await lake.states('ListMapRuns', { executionArn: arn });
    expect(mapRuns).toHaveLength(1);
    const [{ mapRunArn, stateMachineArn }] = mapRuns;
    expect([mapRunArn, stateMachineArn]).toEqual([
      expect.stringMatching(/^arn:aws:states:eu-west-1:111111111111:mapRun:m\/each:[0-9a-f-]{36}$/),
      'arn:aws:states:eu-west-1:111111111111:stateMachine:m/each',
    ]);
    expect(await lake.states('DescribeMapRun', { mapRunArn })).toMatchObject({
      status: 'FAILED',
      executionCounts: { total: 3, succeeded: 2, failed: 1, running: 0, pending: 0 },
      redriveCount: 0,
    });
    const [child] = (await lake.states('ListExecutions', { mapRunArn, statusFilter: 'FAILED' })).executions;
    expect(await lake.states('DescribeExecution', { executionArn: child.executionArn })).toMatchObject({
      ...{ mapRunArn, input: '"y"', error: 'Glue.InternalServiceException', redriveStatus: 'REDRIVABLE_BY_MAP_RUN' },
    });
    broken.clear();
    expect((await redrive(arn)).output.map((one: ApiShape) => one.JobName)).toEqual(['x', 'y', 'z']);
    expect(ran).toEqual(['y']);
    expect(await lake.states('DescribeMapRun', { mapRunArn })).toMatchObject({
      ...{ status: 'SUCCEEDED', redriveCount: 1 },
      executionCounts: { succeeded: 3, failed: 0, resultsWritten: 3 },
    });
    const { events } = await lake.states('GetExecutionHistory', { executionArn: child.executionArn });
    expect(events.map(({ type }: ApiShape) => type)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskFailed', 'ExecutionFailed'],
      ...[
        'ExecutionRedriven',
        'TaskScheduled',
        'TaskStarted',
        'TaskSucceeded',
        'TaskStateExited',
        'ExecutionSucceeded',
      ],
    ]);
    expect(await eventsAfterRedrive(arn)).toEqual([
      ...['ExecutionRedriven', 'MapRunRedriven', 'MapRunSucceeded', 'MapStateSucceeded', 'MapStateExited'],
      'ExecutionSucceeded',
    ]);
  });

  it('goes on with a run that was stopped', async () => {
    slow.add('b');
    const arn = await start({ StartAt: 'A', States: { A: job('a', { Next: 'B' }), B: job('b') } });
    while (!ran.includes('b')) await new Promise((resolve) => setTimeout(resolve, 2));
    await lake.states('StopExecution', { executionArn: arn, error: 'Enough' });
    expect(await lake.finished(arn)).toMatchObject({ status: 'ABORTED', error: 'Enough' });
    slow.clear();
    expect(await redrive(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(ran).toEqual(['b']);
  });

  it('refuses after 14 days', async () => {
    broken.add('a');
    const arn = await start({ StartAt: 'A', States: { A: job('a') } });
    await lake.finished(arn);
    await lake.clock.wait(15 * 24 * 3600 * 1000);
    await expect(lake.states('RedriveExecution', { executionArn: arn })).rejects.toMatchObject({
      code: 'ExecutionNotRedrivable',
      message: 'Execution has exceeded the redrivable period of 14 days',
    });
  });

  it('tells of a redrive on the event bus', async () => {
    const seen: ApiShape[] = [];
    lake.events.subscribe(({ detail }) => seen.push([detail.status, detail.redriveCount, detail.redriveStatus]));
    broken.add('a');
    const arn = await start({ StartAt: 'A', States: { A: job('a') } });
    await lake.finished(arn);
    broken.clear();
    await redrive(arn);
    expect(seen).toEqual([
      ['RUNNING', 0, 'NOT_REDRIVABLE'],
      ['FAILED', 0, 'REDRIVABLE'],
      ['RUNNING', 1, 'NOT_REDRIVABLE'],
      ['SUCCEEDED', 1, 'NOT_REDRIVABLE'],
    ]);
  });
});
