import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { ServiceError } from '../../../src/services/service';
import { fakeService, TestLake } from './harness';

let lake: TestLake;
/** Answers of the fake Glue job by its table: each call takes the next one. */
let answers: Record<string, (() => ApiShape)[]>;
const calls: ApiShape[] = [];

beforeEach(async () => {
  calls.length = 0;
  answers = {};
  lake = await TestLake.open([
    fakeService('glue', {
      tasks: {
        'glue:startJobRun.sync': async (parameters) => {
          calls.push(parameters);
          const answer = answers[parameters.Arguments?.['--table']]?.shift();
          return {
            output: answer?.() ?? { JobRunState: 'SUCCEEDED', JobName: parameters.JobName },
            measures: { rowsOut: 7 },
          };
        },
      },
      operations: {
        GetCrawler: async ({ Name }) => {
          if (Name === 'gone') throw new ServiceError('EntityNotFoundException', 'Crawler gone not found');
          return { Crawler: { Name, State: 'READY', CreationTime: 1_772_323_200.5, LastCrawl: undefined } };
        },
      },
    }),
    fakeService('lambda', {
      operations: { Invoke: async ({ Payload }) => ({ StatusCode: 200, Payload: { got: Payload } }) },
    }),
    fakeService('athena', {
      tasks: {
        'athena:startQueryExecution.sync': async (_, { signal }) =>
          await new Promise((resolve, reject) => {
            const timer = setTimeout(() => resolve({ output: 'late' }), 5000);
            signal.addEventListener('abort', () => {
              clearTimeout(timer);
              reject(signal.reason);
            });
          }),
      },
    }),
  ]);
});
afterEach(async () => await lake.close());

const one = (state: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
  StartAt: 'S',
  States: { S: { End: true, ...state } },
  ...rest,
});
const job = (table: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::glue:startJobRun.sync',
  Parameters: { JobName: 'j', Arguments: { '--table': table } },
});
const busy = () => {
  throw new ServiceError('ConcurrentRunsExceededException', 'busy');
};

describe('data flow of JSONPath states', () => {
  const cases: [title: string, state: Record<string, unknown>, input: unknown, output: unknown][] = [
    ['a Pass hands its input on', { Type: 'Pass' }, { a: 1 }, { a: 1 }],
    ['a Result replaces it', { Type: 'Pass', Result: [1] }, { a: 1 }, [1]],
    ['InputPath chooses', { Type: 'Pass', InputPath: '$.a.b' }, { a: { b: 2 } }, 2],
    ['InputPath null empties', { Type: 'Pass', InputPath: null }, { a: 1 }, {}],
    ['OutputPath chooses', { Type: 'Pass', OutputPath: '$.a[1]' }, { a: [1, 2] }, 2],
    ['ResultPath adds', { Type: 'Pass', Result: 5, ResultPath: '$.x.y' }, { a: 1 }, { a: 1, x: { y: 5 } }],
    ['ResultPath keeps the raw input', { Type: 'Pass', InputPath: '$.a', ResultPath: '$.r' }, { a: 1 }, { a: 1, r: 1 }],
    ['ResultPath null drops the result', { Type: 'Pass', Result: 5, ResultPath: null }, { a: 1 }, { a: 1 }],
    [
      'Parameters mix literals, paths, context and intrinsics',
      {
        Type: 'Pass',
        Parameters: {
          l: 1,
          'p.$': '$.a',
          'n.$': '$$.State.Name',
          'f.$': "States.Format('{}-x', $.a)",
          o: [{ 'q.$': '$.a' }],
        },
      },
      { a: 'v' },
      { l: 1, p: 'v', n: 'S', f: 'v-x', o: [{ q: 'v' }] },
    ],
    [
      'filters and wildcards give lists',
      { Type: 'Pass', Parameters: { 'x.$': '$.a[?(@.b > 1)].b', 'y.$': '$.a[*].b' } },
      { a: [{ b: 1 }, { b: 2 }] },
      { x: [2], y: [1, 2] },
    ],
    [
      'names with odd characters',
      { Type: 'Pass', Parameters: { 'x.$': "$['a.b']['c d']" } },
      { 'a.b': { 'c d': 3 } },
      { x: 3 },
    ],
  ];
  it.each(cases)('%s', async (_, state, input, output) => {
    expect(await lake.run(one(state), input)).toMatchObject({ status: 'SUCCEEDED', output });
  });

  it('a path that leads nowhere fails with its name', async () => {
    const ended = await lake.run(one({ Type: 'Pass', InputPath: '$.nope' }), { a: 1 });
    expect(ended).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'S' (entered at the event id #2). The JSONPath '$.nope' specified for the field 'InputPath' could not be found in the input '{\"a\":1}'",
    });
  });

  it('ResultSelector and ResultPath shape a result; variables live on and are read by $name', async () => {
    const ended = await lake.run(
      {
        StartAt: 'A',
        States: {
          A: {
            ...job('t'),
            ResultSelector: { 'state.$': '$.JobRunState' },
            ResultPath: '$.job',
            Assign: { 's.$': '$.state', n: 1 },
            Next: 'B',
          },
          B: { Type: 'Pass', Parameters: { 'all.$': '$', 's.$': '$s', 'm.$': 'States.MathAdd($n, 1)' }, End: true },
        },
      },
      { in: 1 },
    );
    expect(ended.output).toEqual({ all: { in: 1, job: { state: 'SUCCEEDED' } }, s: 'SUCCEEDED', m: 2 });
  });
});

describe('intrinsic functions', () => {
  const cases: [call: string, output: unknown][] = [
    ["States.Format('{} of {} \\{\\} it\\'s \\\\', $.n, $.list)", "3 of [1,2,2] {} it's \\"],
    ['States.StringToJson($.json)', { a: 1 }],
    ['States.JsonToString($.list)', '[1,2,2]'],
    ["States.Array($.n, 'x', true, null, -1.5)", [3, 'x', true, null, -1.5]],
    ['States.ArrayPartition($.list, 2)', [[1, 2], [2]]],
    ['States.ArrayContains($.list, 2)', true],
    ['States.ArrayRange(1, 9, 4)', [1, 5, 9]],
    ['States.ArrayGetItem($.list, 1)', 2],
    ['States.ArrayLength($.list)', 3],
    ['States.ArrayUnique($.list)', [1, 2]],
    ["States.Base64Encode('lake')", 'bGFrZQ=='],
    ["States.Base64Decode('bGFrZQ==')", 'lake'],
    ["States.Hash('lake', 'SHA-1')", '9d3fcf7a66a68b4dd5ea18ce0d0ee7edabf1ba12'],
    ['States.JsonMerge($.o, $.p, false)', { a: 2, b: 1 }],
    ['States.MathAdd($.n, -1)', 2],
    ["States.StringSplit('a,b;c', ',;')", ['a', 'b', 'c']],
    ["States.Format('{}', States.ArrayGetItem(States.Array(1, States.Format('<{}>', $['n'])), 1))", '<3>'],
  ];
  const input = { n: 3, list: [1, 2, 2], json: '{"a":1}', o: { a: 1, b: 1 }, p: { a: 2 } };
  it.each(cases)('%s', async (call, output) => {
    const ended = await lake.run(one({ Type: 'Pass', Parameters: { 'x.$': call } }), input);
    if (call.includes('Hash')) expect(ended.output.x).toMatch(/^[0-9a-f]{40}$/);
    else expect(ended.output).toEqual({ x: output });
  });

  it('UUID and MathRandom give what they promise; a seed repeats', async () => {
    const { output } = await lake.run(
      one({
        Type: 'Pass',
        Parameters: {
          'u.$': 'States.UUID()',
          'r.$': 'States.MathRandom(1, 10, 7)',
          's.$': 'States.MathRandom(1, 10, 7)',
        },
      }),
    );
    expect(output.u).toMatch(/^[0-9a-f-]{36}$/);
    expect(output.r).toBe(output.s);
    expect(output.r).toBeGreaterThanOrEqual(1);
    expect(output.r).toBeLessThan(10);
  });

  it.each([
    ["States.Format('{}')", /1 placeholders and 0 values/],
    ['States.ArrayGetItem($.list, 9)', /no item 9 in a list of 3/],
    ['States.ArrayRange(1, 5000, 1)', /at most 1000 numbers/],
    ['States.StringToJson($.n)', /wants text, got 3/],
    ["States.Hash('x', 'CRC')", /knows MD5/],
    ['States.JsonMerge($.o, $.p, true)', /shallow mode only/],
  ])('%s fails with States.IntrinsicFailure', async (call, cause) => {
    const ended = await lake.run(one({ Type: 'Pass', Parameters: { 'x.$': call } }), input);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.IntrinsicFailure' });
    expect(ended.cause).toMatch(cause);
  });
});

describe('Choice', () => {
  const choose = async (rule: Record<string, unknown>, input: unknown): Promise<unknown> => {
    const ended = await lake.run(
      {
        StartAt: 'C',
        States: {
          C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Y' }], Default: 'N' },
          Y: { Type: 'Pass', Result: true, End: true },
          N: { Type: 'Pass', Result: false, End: true },
        },
      },
      input,
    );
    return ended.status === 'FAILED' ? ended.error : ended.output;
  };
  const is = (operator: string, operand: unknown) => ({ Variable: '$.v', [operator]: operand });

  it.each([
    [is('StringEquals', 'a'), { v: 'a' }, true],
    [is('StringLessThan', 'b'), { v: 'a' }, true],
    [is('StringMatches', 'log-*.t?t'), { v: 'log-2026.t?t' }, true],
    [is('StringMatches', 'a\\*b'), { v: 'axb' }, false],
    [is('NumericGreaterThanEquals', 3), { v: 3 }, true],
    [is('NumericEquals', 3), { v: '3' }, false],
    [is('NumericLessThanPath', '$.w'), { v: 1, w: 2 }, true],
    [is('BooleanEquals', true), { v: true }, true],
    [is('TimestampLessThan', '2026-01-01T00:00:00Z'), { v: '2025-12-31T23:59:59.9+00:00' }, true],
    [is('TimestampEquals', '2026-01-01T00:00:00Z'), { v: 'soon' }, false],
    [is('IsPresent', true), { v: null }, true],
    [is('IsPresent', false), {}, true],
    [is('IsNull', true), { v: null }, true],
    [is('IsNumeric', false), { v: 'x' }, true],
    [is('IsTimestamp', true), { v: '2026-01-01T00:00:00Z' }, true],
    [{ And: [is('IsNumeric', true), { Not: is('NumericLessThan', 5) }] }, { v: 6 }, true],
    [{ Or: [is('IsString', true), is('NumericEquals', 6)] }, { v: 6 }, true],
    [is('StringEquals', 'a'), {}, 'States.Runtime'],
  ])('%j on %j', async (rule, input, outcome) => {
    expect(await choose(rule, input)).toBe(outcome);
  });

  it('nothing that holds and no Default', async () => {
    const ended = await lake.run({
      StartAt: 'C',
      States: { C: { Type: 'Choice', Choices: [{ ...is('IsPresent', true), Next: 'Y' }] }, Y: { Type: 'Succeed' } },
    });
    expect(ended.error).toBe('States.NoChoiceMatched');
  });
});

describe('errors', () => {
  it('a service error has the SDK name, is retried with backoff, and waits jump the clock', async () => {
    answers.t = [busy, busy];
    const before = lake.clock.now().getTime();
    const started = performance.now();
    const ended = await lake.run(
      one({
        ...job('t'),
        Retry: [{ ErrorEquals: ['Glue.ConcurrentRunsExceededException'], IntervalSeconds: 60, BackoffRate: 2 }],
      }),
    );
    expect(ended.status).toBe('SUCCEEDED');
    expect(calls).toHaveLength(3);
    const jumped = lake.clock.now().getTime() - before;
    expect(jumped).toBeGreaterThanOrEqual(180_000);
    expect(jumped).toBeLessThan(190_000);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(lake.traces.at(-1)).toMatchObject({
      kind: 'exited',
      retries: 2,
      outcome: 'SUCCEEDED',
      measures: { rowsOut: 7 },
    });
  });

  it('MaxAttempts, MaxDelaySeconds and 0 attempts', async () => {
    answers.t = Array.from({ length: 9 }, () => busy);
    const before = lake.clock.now().getTime();
    const ended = await lake.run(
      one({
        ...job('t'),
        Retry: [
          {
            ErrorEquals: ['States.ALL'],
            IntervalSeconds: 10,
            MaxAttempts: 4,
            MaxDelaySeconds: 15,
            JitterStrategy: 'NONE',
          },
        ],
      }),
    );
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Glue.ConcurrentRunsExceededException', cause: 'busy' });
    expect(calls).toHaveLength(5);
    expect(Math.round((lake.clock.now().getTime() - before) / 1000)).toBe(55);
    answers.u = [busy];
    await lake.run(one({ ...job('u'), Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }] }));
    expect(calls).toHaveLength(6);
  });

  it('a Catch takes the error, keeps the input by ResultPath, and assigns', async () => {
    answers.t = [busy];
    const ended = await lake.run(
      {
        StartAt: 'A',
        States: {
          A: {
            ...job('t'),
            Catch: [
              { ErrorEquals: ['Other'], Next: 'No' },
              { ErrorEquals: ['States.TaskFailed'], ResultPath: '$.e', Assign: { 'why.$': '$.Cause' }, Next: 'B' },
            ],
            End: true,
          },
          B: { Type: 'Pass', Parameters: { 'in.$': '$', 'why.$': '$why' }, End: true },
          No: { Type: 'Fail' },
        },
      },
      { k: 1 },
    );
    expect(ended.output).toEqual({
      in: { k: 1, e: { Error: 'Glue.ConcurrentRunsExceededException', Cause: 'busy' } },
      why: 'busy',
    });
    expect(lake.traces.find((event) => event.outcome === 'CAUGHT')?.name).toBe('A');
  });

  it('States.ALL does not take States.Runtime: what Lakewright can not do is never swallowed', async () => {
    const catching = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Ok' }] };
    for (const [resource, text] of [
      ['dynamodb:putItem', /does not run the task 'dynamodb:putItem'.*"dynamodb" isn't run/],
      ['glue:startCrawler.sync', /'glue:startCrawler.sync': this service has no such integration/],
      ['aws-sdk:glue:startJobRun', /glue:StartJobRun isn't done/],
    ] as const) {
      const ended = await lake.run({
        StartAt: 'S',
        States: {
          S: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, End: true, ...catching },
          Ok: { Type: 'Succeed' },
        },
      });
      expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
      expect(ended.cause).toMatch(text);
    }
  });

  it('a task that is too slow times out, and is aborted', async () => {
    const slow = {
      Type: 'Task',
      Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
      Parameters: {},
      TimeoutSeconds: 1,
    };
    const failed = await lake.run(one({ ...slow, Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'S' }] }));
    expect(failed).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    const { output } = await lake.run({
      StartAt: 'S',
      States: {
        S: { ...slow, End: true, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'R' }] },
        R: { Type: 'Pass', End: true },
      },
    });
    expect(output).toMatchObject({ Error: 'States.Timeout' });
  });

  it('a machine past its TimeoutSeconds is TIMED_OUT, by waiting as by working', async () => {
    expect((await lake.run(one({ Type: 'Wait', Seconds: 100 }, { TimeoutSeconds: 50 }))).status).toBe('TIMED_OUT');
    const slow = { Type: 'Task', Resource: 'arn:aws:states:::athena:startQueryExecution.sync', Parameters: {} };
    expect((await lake.run(one(slow, { TimeoutSeconds: 1 }))).status).toBe('TIMED_OUT');
  });

  it('a Fail state says why, by path as well', async () => {
    expect(
      await lake.run({ StartAt: 'S', States: { S: { Type: 'Fail', Error: 'E', CausePath: '$.c' } } }, { c: 'x' }),
    ).toMatchObject({
      status: 'FAILED',
      error: 'E',
      cause: 'x',
    });
  });

  it('a result of more than 256 KiB is refused as on AWS', async () => {
    answers.t = [() => 'x'.repeat(300_000)];
    const ended = await lake.run(one({ ...job('t'), Catch: [{ ErrorEquals: ['States.ALL'], Next: 'S' }] }));
    expect(ended.error).toBe('States.DataLimitExceeded');
  });

  it('a loop without end stops at 25,000 events', async () => {
    const ended = await lake.run({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'C' }], Default: 'A' },
        C: { Type: 'Succeed' },
      },
    });
    expect(ended.cause).toMatch(/maximum number of history events \(25000\)/);
  });
});

describe('Wait', () => {
  it.each([
    [{ Seconds: 3600 }, 3600],
    [{ SecondsPath: '$.s' }, 90],
    [{ Timestamp: '2026-03-01T01:00:00Z' }, 3600],
    [{ TimestampPath: '$.t' }, 7200],
    [{ Timestamp: '2020-01-01T00:00:00Z' }, 0],
  ])('%j', async (fields, seconds) => {
    const before = Date.parse('2026-03-01T00:00:00Z');
    expect((await lake.run(one({ Type: 'Wait', ...fields }), { s: 90, t: '2026-03-01T02:00:00Z' })).status).toBe(
      'SUCCEEDED',
    );
    expect((lake.clock.now().getTime() - before) / 1000).toBeGreaterThanOrEqual(seconds);
    expect((lake.clock.now().getTime() - before) / 1000).toBeLessThan(seconds + 20);
  });
});

describe('integrations', () => {
  it('aws-sdk calls an operation and gives times as ISO texts', async () => {
    const state = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:glue:getCrawler', Parameters: { Name: 'c' } };
    expect((await lake.run(one(state))).output).toEqual({
      Crawler: { Name: 'c', State: 'READY', CreationTime: '2026-03-01T00:00:00.500Z' },
    });
    const gone = await lake.run(one({ ...state, Parameters: { Name: 'gone' } }));
    expect(gone).toMatchObject({ error: 'Glue.EntityNotFoundException', cause: 'Crawler gone not found' });
  });

  it('a Lambda ARN as Resource gives the payload alone', async () => {
    const state = { Type: 'Task', Resource: 'arn:aws:lambda:eu-west-1:111111111111:function:f' };
    expect((await lake.run(one(state), { a: 1 })).output).toEqual({ got: { a: 1 } });
  });

  it('states:startExecution, .sync and .sync:2', async () => {
    await lake.run(one({ Type: 'Pass' }), {}, 'child');
    await lake.run(one({ Type: 'Fail', Error: 'E', End: undefined }), {}, 'broken');
    const start = (form: string, name: string) =>
      one({
        Type: 'Task',
        Resource: `arn:aws:states:::states:startExecution${form}`,
        Parameters: { StateMachineArn: `arn:aws:states:eu-west-1:111111111111:stateMachine:${name}`, Input: { a: 1 } },
      });
    expect((await lake.run(start('', 'child'))).output).toEqual({
      ExecutionArn: expect.stringContaining(':child:'),
      StartDate: expect.any(Number),
    });
    expect((await lake.run(start('.sync', 'child'))).output).toMatchObject({ Output: '{"a":1}', Status: 'SUCCEEDED' });
    expect((await lake.run(start('.sync:2', 'child'))).output).toMatchObject({ Output: { a: 1 } });
    const failed = await lake.run(start('.sync:2', 'broken'));
    expect(failed.error).toBe('States.TaskFailed');
    expect(JSON.parse(failed.cause)).toMatchObject({ Error: 'E', Status: 'FAILED' });
  });

  it('waitForTaskToken waits for success, failure or a missing heartbeat', async () => {
    const tokens: string[] = [];
    const { stateMachineArn } = await lake.states('CreateStateMachine', {
      name: 'token',
      roleArn: 'r',
      definition: JSON.stringify(
        one({
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          HeartbeatSeconds: 1,
          Parameters: { FunctionName: 'f', Payload: { 'token.$': '$$.Task.Token' } },
        }),
      ),
    });
    const start = async (): Promise<{ executionArn: string; taskToken: string }> => {
      const before = lake.host.messages.length;
      const { executionArn } = await lake.states('StartExecution', { stateMachineArn });
      while (lake.host.messages.length === before) await new Promise((resolve) => setTimeout(resolve, 2));
      const { taskToken } = (lake.host.messages[before] as { data: { taskToken: string } }).data;
      tokens.push(taskToken);
      return { executionArn, taskToken };
    };
    const [good, bad, mute] = [await start(), await start(), await start()];
    await lake.states('SendTaskHeartbeat', { taskToken: good.taskToken });
    await lake.states('SendTaskSuccess', { taskToken: good.taskToken, output: '{"ok":true}' });
    await lake.states('SendTaskFailure', { taskToken: bad.taskToken, error: 'E', cause: 'c' });
    expect(await lake.finished(good.executionArn)).toMatchObject({ status: 'SUCCEEDED', output: { ok: true } });
    expect(await lake.finished(bad.executionArn)).toMatchObject({ status: 'FAILED', error: 'E', cause: 'c' });
    expect(await lake.finished(mute.executionArn)).toMatchObject({ error: 'States.HeartbeatTimeout' });
    await expect(lake.states('SendTaskSuccess', { taskToken: tokens[0], output: '{}' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
  });
});

describe('Parallel and Map', () => {
  const branch = (state: Record<string, unknown>) => ({
    StartAt: `B${JSON.stringify(state).length}`,
    States: { [`B${JSON.stringify(state).length}`]: { End: true, ...state } },
  });

  it('branches get copies and give a list; inner variables stay inside', async () => {
    const ended = await lake.run(
      {
        StartAt: 'V',
        States: {
          V: { Type: 'Pass', Assign: { v: 1 }, Next: 'P' },
          P: {
            Type: 'Parallel',
            Branches: [branch({ Type: 'Pass', Assign: { w: 2 }, Parameters: { 'x.$': '$v' } }), branch(job('t'))],
            ResultPath: '$.r',
            Next: 'E',
          },
          E: { Type: 'Pass', Parameters: { 'v.$': '$v', 'r.$': '$.r' }, End: true },
        },
      },
      { a: 1 },
    );
    expect(ended.output).toEqual({ v: 1, r: [{ x: 1 }, { JobRunState: 'SUCCEEDED', JobName: 'j' }] });
  });

  it('the first failure stops the other branches and is caught with its own name', async () => {
    answers.t = [busy];
    const started = performance.now();
    const slow = { Type: 'Task', Resource: 'arn:aws:states:::athena:startQueryExecution.sync', Parameters: {} };
    const ended = await lake.run({
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [branch(slow), branch(job('t'))],
          Catch: [{ ErrorEquals: ['Glue.ConcurrentRunsExceededException'], Next: 'C' }],
          End: true,
        },
        C: { Type: 'Pass', End: true },
      },
    });
    expect(ended.output.Cause).toBe('busy');
    expect(performance.now() - started).toBeLessThan(3000);
    const parallel = lake.traces.find((event) => event.name === 'P');
    expect(
      lake.traces
        .filter((event) => event.parent === parallel?.id && event.kind === 'exited')
        .map((event) => event.outcome)
        .sort(),
    ).toEqual(['ABORTED', 'FAILED']);
  });

  it('an inline Map: ItemsPath, ItemSelector with index and value, order kept, MaxConcurrency', async () => {
    const ended = await lake.run(
      one({
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 2,
        ItemSelector: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 'k.$': '$.k' },
        ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } },
        ResultPath: '$.done',
      }),
      { items: ['a', 'b', 'c'], k: 9 },
    );
    expect(ended.output.done).toEqual([
      { i: 0, v: 'a', k: 9 },
      { i: 1, v: 'b', k: 9 },
      { i: 2, v: 'c', k: 9 },
    ]);
    expect(
      lake.traces
        .filter((event) => event.name === 'I' && event.kind === 'exited')
        .map((event) => event.iteration)
        .sort(),
    ).toEqual([0, 1, 2]);
  });

  const each = (rest: Record<string, unknown>, state: Record<string, unknown> = { Type: 'Pass' }) =>
    one({
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'I',
        States: { I: { ...state, End: true } },
      },
      ...rest,
    });
  const reader = (Key: string, ReaderConfig: Record<string, unknown>) => ({
    ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Parameters: { Bucket: 'lake-raw', Key } },
  });

  it('a Distributed Map reads JSON, JSON lines, CSV, inventories and listings', async () => {
    const put = (key: string, body: string | Buffer) => lake.objects.write('lake-raw', key, body);
    await put('in/a.json', '[{"x":1},{"x":2}]');
    await put('in/b.json', '{"deep":{"list":[7,8,9]}}');
    await put('in/c.jsonl', '{"x":1}\n{"x":2}\n');
    await put('in/d.csv', 'id;name\n1;a\n2;"b;c"\n');
    await put('inventory/data/1.csv.gz', gzipSync('"lake-raw","k1","10"\n"lake-raw","k2","20"\n'));
    await put(
      'inventory/manifest.json',
      JSON.stringify({
        destinationBucket: 'arn:aws:s3:::lake-raw',
        fileFormat: 'CSV',
        fileSchema: 'Bucket, Key, Size',
        files: [{ key: 'inventory/data/1.csv.gz' }],
      }),
    );
    const run = async (rest: Record<string, unknown>) => (await lake.run(each(rest))).output;
    expect(await run(reader('in/a.json', { InputType: 'JSON' }))).toEqual([{ x: 1 }, { x: 2 }]);
    expect(await run(reader('in/b.json', { InputType: 'JSON', ItemsPointer: '/deep/list', MaxItems: 2 }))).toEqual([
      7, 8,
    ]);
    expect(await run(reader('in/c.jsonl', { InputType: 'JSONL' }))).toEqual([{ x: 1 }, { x: 2 }]);
    expect(
      await run(reader('in/d.csv', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', CSVDelimiter: 'SEMICOLON' })),
    ).toEqual([
      { id: '1', name: 'a' },
      { id: '2', name: 'b;c' },
    ]);
    expect(await run(reader('inventory/manifest.json', { InputType: 'MANIFEST' }))).toEqual([
      { Bucket: 'lake-raw', Key: 'k1', Size: '10' },
      { Bucket: 'lake-raw', Key: 'k2', Size: '20' },
    ]);
    const listing = await run({
      ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Parameters: { Bucket: 'lake-raw', Prefix: 'in/' } },
    });
    expect(listing.map((item: ApiShape) => item.Key)).toEqual(['in/a.json', 'in/b.json', 'in/c.jsonl', 'in/d.csv']);
    expect(await lake.run(each(reader('in/none', { InputType: 'JSON' })))).toMatchObject({
      error: 'States.ItemReaderFailed',
    });
    expect((await lake.run(each(reader('in/a.json', { InputType: 'ORC' })))).cause).toMatch(/'ORC' is not supported/);
  });

  it('batches, tolerates failures up to the limit, and writes results', async () => {
    const fails = { ...job('x'), Parameters: { JobName: 'j', Arguments: { '--table.$': '$.Items[0]' } } };
    const map = (count: number) =>
      each(
        {
          ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { b: 1 } },
          ToleratedFailureCount: count,
          ResultWriter: {
            Resource: 'arn:aws:states:::s3:putObject',
            Parameters: { Bucket: 'lake-raw', Prefix: 'out' },
          },
        },
        fails,
      );
    answers = { c: [busy] };
    const { output } = await lake.run(map(2), ['a', 'b', 'c', 'd', 'e']);
    const read = async (key: string): Promise<ApiShape> => {
      const chunks: Buffer[] = [];
      for await (const chunk of await lake.objects.read('lake-raw', key)) chunks.push(chunk);
      return JSON.parse(Buffer.concat(chunks).toString());
    };
    const manifest = await read(output.ResultWriterDetails.Key);
    expect(manifest.ResultFiles.SUCCEEDED).toHaveLength(1);
    expect(
      (await read(manifest.ResultFiles.SUCCEEDED[0].Key)).map((one: ApiShape) => JSON.parse(one.Input).Items),
    ).toEqual([['a', 'b'], ['e']]);
    expect(await read(manifest.ResultFiles.FAILED[0].Key)).toMatchObject([
      { Error: 'Glue.ConcurrentRunsExceededException', Status: 'FAILED' },
    ]);
    answers = { a: [busy], c: [busy] };
    expect((await lake.run(map(3), ['a', 'b', 'c', 'd', 'e'])).error).toBe('States.ExceedToleratedFailureThreshold');
  });
});

describe('results of a Distributed Map that stay in the state', () => {
  const map = (rest: Record<string, unknown>) =>
    one({
      Type: 'Map',
      ToleratedFailurePercentage: 50,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED' },
        StartAt: 'I',
        States: {
          I: {
            ...job('x'),
            Parameters: { JobName: 'j', Arguments: { '--table.$': '$' } },
            OutputPath: '$.list',
            End: true,
          },
        },
      },
      ...rest,
    });
  beforeEach(() => {
    answers = { a: [() => ({ list: [1, 2] })], b: [busy], c: [() => ({ list: [3] })] };
  });

  it('are the outputs; a failed child that is tolerated shows its execution', async () => {
    const { output } = await lake.run(map({}), ['a', 'b', 'c']);
    expect(output).toMatchObject([
      [1, 2],
      { Status: 'FAILED', Error: 'Glue.ConcurrentRunsExceededException', Input: '"b"' },
      [3],
    ]);
  });

  it('are flattened on demand', async () => {
    const { output } = await lake.run(
      map({ ResultWriter: { WriterConfig: { OutputType: 'JSON', Transformation: 'FLATTEN' } } }),
      ['a', 'c'],
    );
    expect(output).toEqual([1, 2, 3]);
  });

  it('are whole executions on demand', async () => {
    const { output } = await lake.run(
      map({ ResultWriter: { WriterConfig: { OutputType: 'JSON', Transformation: 'NONE' } } }),
      ['a'],
    );
    expect(output).toMatchObject([{ Status: 'SUCCEEDED', Output: '[1,2]', Input: '"a"' }]);
  });
});

describe('a whole machine', () => {
  it('maps over tables, retries one, catches another, branches, waits and chooses', async () => {
    answers = { b: [busy], c: Array.from({ length: 4 }, () => busy) };
    const ended = await lake.run(
      {
        StartAt: 'Split',
        States: {
          Split: {
            Type: 'Pass',
            Parameters: { 'tables.$': "States.StringSplit($.tables, ',')", 'run.$': '$.run' },
            Next: 'Each',
          },
          Each: {
            Type: 'Map',
            ItemsPath: '$.tables',
            ItemSelector: {
              'table.$': '$$.Map.Item.Value',
              'name.$': "States.Format('{}-{}', $$.Map.Item.Value, $.run)",
            },
            ItemProcessor: {
              StartAt: 'Job',
              States: {
                Job: {
                  ...job('x'),
                  Parameters: { 'JobName.$': '$.name', Arguments: { '--table.$': '$.table' } },
                  ResultSelector: { 'state.$': '$.JobRunState', 'job.$': '$.JobName' },
                  Retry: [
                    { ErrorEquals: ['Glue.ConcurrentRunsExceededException'], IntervalSeconds: 30, MaxAttempts: 2 },
                  ],
                  Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Failed' }],
                  End: true,
                },
                Failed: { Type: 'Pass', Parameters: { 'state.$': '$.error.Error', 'job.$': '$.name' }, End: true },
              },
            },
            ResultPath: '$.jobs',
            Next: 'Both',
          },
          Both: {
            Type: 'Parallel',
            Branches: [
              {
                StartAt: 'Count',
                States: {
                  Count: {
                    Type: 'Pass',
                    Parameters: { 'n.$': 'States.ArrayLength($.jobs)' },
                    OutputPath: '$.n',
                    End: true,
                  },
                },
              },
              {
                StartAt: 'Pause',
                States: {
                  Pause: { Type: 'Wait', Seconds: 600, Next: 'First' },
                  First: { Type: 'Pass', InputPath: '$.jobs[0].job', End: true },
                },
              },
            ],
            ResultPath: '$.both',
            Next: 'Enough',
          },
          Enough: {
            Type: 'Choice',
            Choices: [{ Variable: '$.both[0]', NumericGreaterThan: 2, Next: 'Done' }],
            Default: 'Never',
          },
          Done: { Type: 'Succeed', OutputPath: '$.both' },
          Never: { Type: 'Fail' },
        },
      },
      { tables: 'a,b,c', run: 7 },
    );
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: [3, 'a-7'] });
    const each = lake.traces.find((event) => event.name === 'Each' && event.kind === 'exited');
    expect(each?.items).toBe(3);
    const jobs = lake.traces.filter((event) => event.name === 'Job' && event.kind === 'exited');
    expect(
      jobs.map((event) => [event.parent === each?.id, event.iteration, event.outcome, event.retries]).sort(),
    ).toEqual([
      [true, 0, 'SUCCEEDED', 0],
      [true, 1, 'SUCCEEDED', 1],
      [true, 2, 'CAUGHT', 2],
    ]);
  });
});

describe('JSONata', () => {
  const jsonata = (States: Record<string, unknown>, StartAt = 'A') => ({ QueryLanguage: 'JSONata', StartAt, States });

  it('Arguments, Output, Assign, Condition, Items and the functions of AWS', async () => {
    const ended = await lake.run(
      jsonata({
        A: {
          Type: 'Pass',
          Assign: { n: '{% $states.input.x %}', list: '{% $range(1, $states.input.x, 1) %}' },
          Output: { plain: 'text', 'keep.$': '$.a' },
          Next: 'M',
        },
        M: {
          Type: 'Map',
          Items: '{% $list %}',
          ItemSelector: { i: '{% $states.context.Map.Item.Value %}', n: '{% $n %}' },
          ItemProcessor: {
            StartAt: 'T',
            States: {
              T: {
                Type: 'Task',
                Resource: 'arn:aws:states:::lambda:invoke',
                Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
                Output: '{% $states.result.Payload.got.i * 10 %}',
                End: true,
              },
            },
          },
          Assign: { total: '{% $sum($states.result) %}' },
          Next: 'C',
        },
        C: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $total > 50 %}', Next: 'D', Assign: { how: 'big' }, Output: { t: '{% $total %}' } },
          ],
          Default: 'F',
        },
        D: {
          Type: 'Pass',
          Output: {
            how: '{% $how %}',
            t: '{% $states.input.t %}',
            parts: '{% $partition([1,2,3], 2) %}',
            hash: "{% $hash('a', 'MD5') %}",
            same: '{% $random(5) = $random(5) %}',
            uuid: '{% $length($uuid()) %}',
            parsed: '{% $parse(\'{"z":1}\').z %}',
          },
          End: true,
        },
        F: { Type: 'Fail' },
      }),
      { x: 3 },
    );
    expect(ended.output).toEqual({
      how: 'big',
      t: 60,
      parts: [[1, 2], [3]],
      hash: '0cc175b9c0f1b6a831c399e269772661',
      same: true,
      uuid: 36,
      parsed: 1,
    });
  });

  it('a Catch sees $states.errorOutput', async () => {
    answers.t = [busy];
    const { Parameters, ...task } = job('t');
    const ended = await lake.run(
      jsonata({
        A: {
          ...task,
          Arguments: Parameters,
          Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error & "!" %}', Next: 'B' }],
          End: true,
        },
        B: { Type: 'Succeed' },
      }),
    );
    expect(ended.output).toBe('Glue.ConcurrentRunsExceededException!');
  });

  it.each([
    ['{% $states.input.none %}', /it gives nothing/],
    ['{% 1 + "a" %}', /field 'Output' threw an error during evaluation. T2002: /],
  ])('%s is States.QueryEvaluationError', async (expression, cause) => {
    const ended = await lake.run(jsonata({ A: { Type: 'Pass', Output: expression, End: true } }));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(ended.cause).toMatch(cause);
  });

  it('one state of a JSONPath machine may speak JSONata', async () => {
    const ended = await lake.run(one({ Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% $states.input.a + 1 %}' }), {
      a: 1,
    });
    expect(ended.output).toBe(2);
  });
});
