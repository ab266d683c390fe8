import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ExecutionNotRedrivable, type SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Execution } from '../../lambda/pipeline/execution';
import { notify } from '../../lambda/pipeline/notice';
import { isOutsideOfRuns } from '../../lambda/pipeline/outside';
import { redrive } from '../../lambda/pipeline/redrive';
import { replay } from '../../lambda/pipeline/replay';
import { paceOf } from '../../lambda/pipeline/watch';
import { failedInParallel, History } from './histories';

interface Sent {
  readonly constructor: { readonly name: string };
  readonly input: Record<string, never>;
}

const MACHINE = 'arn:aws:states:eu-west-1:111111111111:stateMachine:Nightly';
const RUNS = MACHINE.replace('stateMachine', 'execution');

describe('the notice of a failed run', () => {
  async function noticeOf(execution: Execution, refused = 0) {
    const put: { Detail: string }[] = [];
    const states = {
      send: async ({ constructor: { name } }: Sent) => {
        const { arn, runId, status, started, ended, events, error, cause } = execution;
        if (name === 'GetExecutionHistoryCommand') return { events };
        return { executionArn: arn, name: runId, status, startDate: started, stopDate: ended, error, cause };
      },
    } as unknown as SFNClient;
    const events = {
      send: async ({ input }: { input: { Entries: { Detail: string }[] } }) => {
        put.push(...input.Entries);
        return { FailedEntryCount: refused, Entries: [{ ErrorCode: 'InternalFailure' }] };
      },
    } as unknown as EventBridgeClient;
    const pipeline = { name: 'Stack/Nightly', tasks: ['A', 'B', 'C'] };
    const detail = { executionArn: execution.arn, stateMachineArn: MACHINE, status: 'FAILED' };
    const told = await notify({ detail, pipeline }, { states, events });
    return { told, put: put.map(({ Detail }) => JSON.parse(Detail)) };
  }

  test('names the task, its cause without its wrapping, and where to look', async () => {
    const { told, put } = await noticeOf(failedInParallel());
    expect(told).toMatchObject({
      pipeline: 'Stack/Nightly',
      runId: 'run-7',
      tasks: 'B',
      error: 'States.TaskFailed',
      cause: 'no rows',
      taskConsole: 'https://eu-west-1.console.aws.amazon.com/gluestudio/home?region=eu-west-1#/job/job-B/run/jr_1',
    });
    expect(told?.console).toContain(`#/v2/executions/details/${RUNS}:run-7`);
    expect(put).toEqual([told]);
  });

  test('of a run whose time was up names what was running', async () => {
    const history = new History();
    history.enter('Task', 'A', 0);
    const { told } = await noticeOf(history.end('TIMED_OUT'));
    expect(told).toMatchObject({ tasks: 'A', status: 'TIMED_OUT', error: 'TIMED_OUT' });
  });

  test('links to queries and containers', async () => {
    const query = new History();
    query.enter('Task', 'A', 0);
    const reason = { QueryExecution: { QueryExecutionId: 'q-1', Status: { StateChangeReason: 'TABLE_NOT_FOUND' } } };
    query.fail('Athena.QueryFailed', reason, 'athena');
    expect((await noticeOf(query.end('FAILED'))).told).toMatchObject({
      cause: 'TABLE_NOT_FOUND',
      taskConsole: expect.stringContaining('/athena/home?region=eu-west-1#/query-editor/history/q-1'),
    });
    const task = new History();
    task.enter('Task', 'A', 0);
    task.fail('States.TaskFailed', { TaskArn: 'arn:aws:ecs:x:1:task/lake/abc', StoppedReason: 'exit 1' }, 'ecs');
    expect((await noticeOf(task.end('FAILED'))).told).toMatchObject({
      cause: 'exit 1',
      taskConsole: expect.stringContaining('#/clusters/lake/tasks/abc'),
    });
  });

  test('is not given for a run that is redriven meanwhile', async () => {
    expect((await noticeOf(new History().end('RUNNING'))).put).toEqual([]);
  });

  test('that the bus refuses fails, so that it is tried again', async () => {
    await expect(noticeOf(failedInParallel(), 1)).rejects.toThrow('InternalFailure');
  });
});

describe('how long runs take', () => {
  const now = new Date('2026-11-22T03:00:00Z');
  const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
  const client = (running: object[], succeeded: object[]): SFNClient =>
    ({
      send: async ({ input }: Sent) => ({
        executions: (input.statusFilter as string) === 'RUNNING' ? running : succeeded,
      }),
    }) as unknown as SFNClient;
  const past = (minutes: number) => ({ startDate: ago(minutes + 100), stopDate: ago(100) });

  test('a run is compared with what 90 of 100 take', async () => {
    const usual = Array.from({ length: 100 }, (_, index) => past(index + 1));
    const pace = await paceOf(client([{ startDate: ago(270) }], usual), MACHINE, now);
    expect(pace).toEqual({ RunningTimeRatio: 3, UsualSeconds: 90 * 60 });
  });

  test('none under way is no time; few runs say nothing; a redriven run counts from its redrive', async () => {
    const usual = [1, 2, 3, 4, 5].map(() => past(10));
    expect(await paceOf(client([], usual), MACHINE, now)).toMatchObject({ RunningTimeRatio: 0 });
    expect(await paceOf(client([{ startDate: ago(99) }], usual.slice(1)), MACHINE, now)).toEqual({});
    const redriven = { startDate: ago(5000), redriveDate: ago(20) };
    expect(await paceOf(client([redriven], usual), MACHINE, now)).toMatchObject({ RunningTimeRatio: 2 });
  });
});

describe('a redrive', () => {
  function fake(runs: { name: string; status: string }[]) {
    const redriven: string[] = [];
    const client = {
      send: async ({ constructor: { name }, input }: Sent) => {
        if (name === 'ListExecutionsCommand') {
          const found = runs.filter(({ status }) => !input.statusFilter || status === input.statusFilter);
          return { executions: found.map((run) => ({ ...run, executionArn: `${RUNS}:${run.name}` })) };
        }
        const run = runs.find((one) => `${RUNS}:${one.name}` === input.executionArn);
        if (!run || ['RUNNING', 'SUCCEEDED'].includes(run.status)) {
          throw new ExecutionNotRedrivable({ message: `it is ${run?.status}`, $metadata: {} });
        }
        run.status = 'RUNNING';
        redriven.push(run.name);
        return {};
      },
    } as unknown as SFNClient;
    return { client, redriven };
  }

  test('is of the newest run that did not succeed; asked twice it is one', async () => {
    const { client, redriven } = fake([{ name: 'run-2', status: 'FAILED' }]);
    expect(await redrive(client, MACHINE, {}, false)).toEqual({ run: 'run-2', redriven: true });
    expect(await redrive(client, MACHINE, {}, false)).toMatchObject({ redriven: false });
    expect(redriven).toEqual(['run-2']);
  });

  test('at once by two is one', async () => {
    const { client, redriven } = fake([{ name: 'run-2', status: 'TIMED_OUT' }]);
    const both = await Promise.all([redrive(client, MACHINE, {}, false), redrive(client, MACHINE, {}, false)]);
    expect(both.filter((one) => one.redriven)).toHaveLength(1);
    expect(redriven).toEqual(['run-2']);
  });

  test('waits for nobody: it says what is under way', async () => {
    const { client } = fake([
      { name: 'run-3', status: 'RUNNING' },
      { name: 'run-2', status: 'FAILED' },
    ]);
    expect(await redrive(client, MACHINE, { run: 'run-2' }, false)).toEqual({
      run: 'run-2',
      redriven: false,
      reason: '"run-3" is under way',
    });
    expect(await redrive(client, MACHINE, { run: `${RUNS}:run-2` }, true)).toEqual({ run: 'run-2', redriven: true });
  });

  test('of a success, of nothing, of another machine', async () => {
    const { client } = fake([{ name: 'run-2', status: 'SUCCEEDED' }]);
    expect(await redrive(client, MACHINE, {}, false)).toMatchObject({ reason: 'the newest run is SUCCEEDED' });
    expect(await redrive(fake([]).client, MACHINE, {}, false)).toMatchObject({ run: null, redriven: false });
    const other = 'arn:aws:states:eu-west-1:111111111111:execution:Other:run-1';
    await expect(redrive(client, MACHINE, { run: other }, false)).rejects.toThrow('is no run of');
  });
});

/** Two queues as SQS has them: at least once, partial failures, calls whose end is lost. */
class FakeQueues {
  public readonly dead = new Map<string, string>();
  public readonly target: string[] = [];
  /** In neither queue at some moment. */
  public lost = 0;
  private call = 0;

  public constructor(
    private readonly all: string[],
    private readonly faults: ReadonlyMap<number, 'throw' | 'partial' | 'lost'>,
  ) {
    for (const [index, body] of all.entries()) this.dead.set(`r${index}`, body);
  }

  public get client(): SQSClient {
    return { send: async (command: Sent) => this.send(command) } as unknown as SQSClient;
  }

  private send({ constructor: { name }, input }: Sent): unknown {
    const fault = this.faults.get(++this.call);
    if (fault === 'throw') throw new Error('Throttled');
    const answer = this.answer(name, input, fault === 'partial');
    this.lost += this.all.filter((body) => ![...this.dead.values(), ...this.target].includes(body)).length;
    if (fault === 'lost') throw new Error('socket hang up');
    return answer;
  }

  private answer(name: string, input: Record<string, never>, partial: boolean): unknown {
    const count = Number(input.MaxNumberOfMessages);
    if (name === 'ReceiveMessageCommand') {
      const taken = [...this.dead].slice(0, count);
      return { Messages: taken.map(([ReceiptHandle, Body]) => ({ ReceiptHandle, Body })) };
    }
    const entries = input.Entries as { Id: string; MessageBody: string; ReceiptHandle: string }[];
    const done = partial ? entries.filter((_, index) => index % 2 === 0) : entries;
    for (const { MessageBody, ReceiptHandle } of done) {
      if (name === 'SendMessageBatchCommand') this.target.push(MessageBody);
      else this.dead.delete(ReceiptHandle);
    }
    const failed = entries.filter((entry) => !done.includes(entry));
    return { Successful: done.map(({ Id }) => ({ Id })), Failed: failed.map(({ Id }) => ({ Id })) };
  }
}

describe('a replay of dead letters', () => {
  const bodies = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);
  const move = (queues: FakeQueues, most = 1000) =>
    replay(queues.client, { from: 'dead', to: 'target', most, goesOn: () => true });

  test('moves all of them once, ten at a time', async () => {
    const queues = new FakeQueues(bodies(25), new Map());
    expect(await move(queues)).toEqual({ moved: 25, left: 0, twice: 0 });
    expect(queues.target.sort()).toEqual(bodies(25).sort());
    expect(queues.dead.size).toBe(0);
  });

  test('moves no more than it was told', async () => {
    const queues = new FakeQueues(bodies(25), new Map());
    expect(await move(queues, 12)).toMatchObject({ moved: 12 });
    expect(queues.dead.size).toBe(13);
  });

  test('whatever fails on the way, a message is always in one of the queues, and in the end all have arrived', async () => {
    const fault = fc.constantFrom('throw' as const, 'partial' as const, 'lost' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fault), { maxLength: 6 }),
        async (count, faults) => {
          const queues = new FakeQueues(bodies(count), new Map(faults));
          for (let attempt = 0; attempt < 40 && queues.dead.size > 0; attempt++) await move(queues).catch(() => {});
          expect(queues.lost).toBe(0);
          expect(queues.dead.size).toBe(0);
          expect([...new Set(queues.target)].sort()).toEqual(bodies(count).sort());
        },
      ),
      { numRuns: 300, seed: 11 },
    );
  });
});

describe('a task that failed', () => {
  const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 22, 3, minutes));
  const outside = async (run: object | undefined): Promise<boolean> => {
    const states = { send: async () => ({ executions: run ? [run] : [] }) } as unknown as SFNClient;
    return await isOutsideOfRuns(states, MACHINE, at(10));
  };

  test.each<[string, boolean, object | undefined]>([
    ['before there was a run', true, undefined],
    ['in a run that goes on', false, { startDate: at(0) }],
    ['in the run that it ended', false, { startDate: at(0), stopDate: at(10) }],
    ['after a run', true, { startDate: at(0), stopDate: at(9) }],
    ['before a run', true, { startDate: at(11) }],
    ['in a redriven run', false, { startDate: at(0), redriveDate: at(9), stopDate: at(12) }],
    ['between the end of a run and its redrive', true, { startDate: at(0), redriveDate: at(11) }],
  ])('%s', async (_, expected, run) => {
    expect(await outside(run)).toBe(expected);
  });
});
