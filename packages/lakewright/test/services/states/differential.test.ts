import { StateMachine } from 'aws-local-stepfunctions';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { StatesError } from '../../../src/services/states/asl/errors';
import { chain, inside, one, task } from './cases/case';
import { fakeService, TestLake } from './harness';

/**
 * JSONPath machines run here and by aws-local-stepfunctions, another interpreter of the language: both give one result.
 *
 * Where the two differ on purpose, the machines below keep away from it, and KNOWN says how.
 */
const KNOWN = [
  'A path that leads nowhere: States.ParameterPathFailure or an empty answer there; States.Runtime here, as on AWS.',
  'A Choice on a path that leads nowhere: any rule is false there; States.Runtime here, as on AWS.',
  'A Pass whose Result is false, 0, empty text or null: its input there; the Result here.',
  'A wildcard over an empty list: States.Runtime there; an empty list here, as with Jayway on AWS.',
  'An intrinsic function that fails: the error of JavaScript there (SyntaxError); States.IntrinsicFailure here.',
  'States.NoChoiceMatched and other runtime errors have causes of their own wording: only names are compared.',
  'JSONata, Assign and variables, Distributed Map, HeartbeatSeconds and .waitForTaskToken are not in that library.',
  'ResultPath through a list or a text: the library overwrites; States.ResultPathMatchFailure here.',
  'InputPath and OutputPath null: {} in both; ResultSelector and ResultPath of a Choice do not exist in either.',
];

const SEED = 20_261_122;
const RUNS = 200;

interface Ended {
  readonly output?: ApiShape;
  readonly error?: string;
}

let lake: TestLake;

/** What a task does, here and there: doubles numbers, and fails where it is told to. */
function work(parameters: ApiShape): ApiShape {
  if (typeof parameters?.fail === 'string') throw Object.assign(new Error('told'), { name: parameters.fail });
  return { did: parameters, twice: typeof parameters?.n === 'number' ? parameters.n * 2 : null };
}

beforeAll(async () => {
  // The library wants it; Node.js has it from version 22 on.
  (Promise as ApiShape).withResolvers ??= () => {
    let settle = {};
    const promise = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    return { promise, ...settle };
  };
  lake = await TestLake.open([
    fakeService('glue', {
      tasks: {
        'glue:startJobRun.sync': async (parameters) => {
          try {
            return { output: work(parameters) };
          } catch (error) {
            throw new StatesError((error as Error).name, (error as Error).message);
          }
        },
      },
    }),
  ]);
});
afterAll(async () => await lake.close());

async function here(machine: object, input: unknown): Promise<Ended> {
  const { status, output, error, stateMachineArn } = await lake.run(machine, input);
  await lake.states('DeleteStateMachine', { stateMachineArn });
  return status === 'SUCCEEDED' ? { output } : { error: error ?? '' };
}

async function there(machine: object, input: unknown): Promise<Ended> {
  const definition = structuredClone(machine) as ApiShape;
  const handlers: Record<string, (parameters: ApiShape) => Promise<ApiShape>> = {};
  const waits: Record<string, number> = {};
  const retries: Record<string, number> = {};
  const walk = (states: ApiShape): void => {
    for (const [name, state] of Object.entries<ApiShape>(states)) {
      if (state.Type === 'Task') {
        handlers[name] = async (parameters) => work(parameters);
        // It knows the resources of functions only.
        state.Resource = 'arn:aws:lambda:eu-west-1:111111111111:function:f';
      }
      if (state.Type === 'Wait') waits[name] = 0;
      if (state.Retry) retries[name] = 0;
      for (const branch of state.Branches ?? []) walk(branch.States);
      if (state.ItemProcessor) walk(state.ItemProcessor.States);
    }
  };
  walk(definition.States);
  const other = new StateMachine(definition, { validationOptions: { checkArn: false, checkPaths: false } });
  const execution = other.run(
    structuredClone(input) as never,
    {
      overrides: {
        taskResourceLocalHandlers: handlers,
        waitTimeOverrides: waits,
        retryIntervalOverrides: retries,
      },
    } as never,
  );
  try {
    return { output: JSON.parse(JSON.stringify((await execution.result) ?? null)) };
  } catch (error) {
    return { error: nameOf(error) };
  }
}

/** Its failures wrap the state's error. */
function nameOf(error: ApiShape): string {
  return error?.name === 'ExecutionError' ? nameOf(error.cause) : String(error?.name);
}

/** Machines in which each path leads somewhere: `n`, `s`, `l` and `o` are kept by every state. */
const input = fc.record({
  n: fc.integer({ min: -9, max: 9 }),
  s: fc.constantFrom('', 'a', 'lake'),
  l: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
  o: fc.record({ b: fc.boolean(), z: fc.constant(null) }),
});
const value = fc.constantFrom('$.n', '$.s', '$.l', '$.o', '$.o.b', '$', "$['o']['z']");
const call = fc.constantFrom(
  'States.MathAdd($.n, 2)',
  "States.Format('{}/{}', $.s, $.n)",
  'States.ArrayLength($.l)',
  'States.ArrayUnique($.l)',
  'States.ArrayPartition($.l, 2)',
  'States.ArrayContains($.l, 1)',
  'States.ArrayRange(0, 4, 2)',
  'States.JsonToString($.o)',
  'States.JsonMerge($.o, $.o, false)',
  "States.StringSplit('a,b', ',')",
  'States.Base64Encode($.s)',
  "States.Hash($.s, 'SHA-256')",
  'States.StringToJson(\'{"k":[1]}\')',
  'States.Array($.n, States.ArrayLength($.l))',
);
const template = fc.record({
  n: fc.constant(1),
  'p.$': value,
  'c.$': call,
  deep: fc.array(fc.record({ 'q.$': value }), { maxLength: 2 }),
});
const kept = fc.constantFrom({ ResultPath: '$.r' }, { ResultPath: null }, { ResultPath: '$.x.y' });
const pass = fc.tuple(template, kept).map(([Parameters, path]) => ({ Type: 'Pass', Parameters, ...path }));
const result = fc
  .tuple(fc.jsonValue({ maxDepth: 1 }).filter(Boolean), kept)
  .map(([Result, path]) => ({ Type: 'Pass', Result, ...path }));
const wait = fc.constant({ Type: 'Wait', Seconds: 1 });
const failing = fc.constantFrom(undefined, 'A.Broken', 'B.Broken');
const job = fc
  .record({ fail: failing, kept, selector: fc.boolean(), retry: fc.boolean() })
  .map(({ fail, kept: path, selector, retry }) =>
    task(fail === undefined ? { 'n.$': '$.n' } : { fail }, {
      ...(selector && { ResultSelector: { 'only.$': '$.twice' } }),
      ...(retry && { Retry: [{ ErrorEquals: ['A.Broken'], MaxAttempts: 1 }] }),
      ...path,
    }),
  );
const simple = fc.oneof(pass, result, wait, job);
const rule = fc.constantFrom(
  { Variable: '$.n', NumericGreaterThan: 0 },
  { Variable: '$.s', StringMatches: 'l*e' },
  { Variable: '$.o.b', BooleanEquals: true },
  { Variable: '$.o.z', IsNull: true },
  { Variable: '$.l', IsPresent: true },
  { Not: { Variable: '$.s', StringEquals: 'a' } },
  {
    And: [
      { Variable: '$.n', IsNumeric: true },
      { Variable: '$.n', NumericLessThanEquals: 5 },
    ],
  },
  {
    Or: [
      { Variable: '$.s', StringEquals: 'a' },
      { Variable: '$.n', NumericEqualsPath: '$.n' },
    ],
  },
);

const nested = fc.oneof(
  fc.array(simple, { minLength: 1, maxLength: 2 }).map((states) => ({ kind: 'Parallel' as const, states })),
  simple.map((state) => ({ kind: 'Map' as const, states: [state] })),
);
const step = fc.oneof(
  { weight: 5, arbitrary: simple.map((state) => ({ state })) },
  { weight: 2, arbitrary: nested.map((inner) => ({ inner })) },
  { weight: 2, arbitrary: rule.map((chosen) => ({ rule: chosen })) },
);
const machine = fc
  .tuple(fc.array(step, { minLength: 1, maxLength: 6 }), fc.boolean(), fc.constantFrom('Succeed', 'Fail', 'End'))
  .map(([steps, caught, end]) => build(steps, caught, end));

function build(steps: ApiShape[], caught: boolean, end: string): object {
  const states: Record<string, ApiShape> = {};
  const guard = caught ? { Catch: [{ ErrorEquals: ['A.Broken'], ResultPath: '$.e', Next: 'Last' }] } : {};
  steps.forEach((entry, index) => {
    const Next = index + 1 < steps.length ? `S${index + 1}` : 'Last';
    const name = `S${index}`;
    if (entry.rule) states[name] = { Type: 'Choice', Choices: [{ ...entry.rule, Next: 'Last' }], Default: Next };
    else if (entry.inner?.kind === 'Map') {
      states[name] = {
        Type: 'Map',
        ItemsPath: '$.l',
        ItemSelector: { 'n.$': '$$.Map.Item.Value', 's.$': '$.s', 'l.$': '$.l', 'o.$': '$.o' },
        ItemProcessor: inside(entry.inner.states[0], `${name}i`),
        ResultPath: '$.m',
        ...guard,
        Next,
      };
    } else if (entry.inner) {
      const branches = entry.inner.states.map((state: object, at: number) => inside(state, `${name}b${at}`));
      states[name] = { Type: 'Parallel', Branches: branches, ResultPath: '$.p', ...guard, Next };
    } else states[name] = { ...entry.state, ...(entry.state.Type === 'Task' && guard), Next };
  });
  const last = {
    End: { Type: 'Pass', End: true },
    Succeed: { Type: 'Succeed' },
    Fail: { Type: 'Fail', Error: 'Last' },
  };
  return { StartAt: 'S0', States: { ...states, Last: last[end as 'End'] } };
}

describe('two interpreters, one result', () => {
  it(`${RUNS} random machines, seed ${SEED}`, { timeout: 300_000 }, async () => {
    const outcomes = { output: 0, error: 0 };
    await fc.assert(
      fc.asyncProperty(machine, input, async (definition, given) => {
        const [ours, theirs] = [await here(definition, given), await there(definition, given)];
        outcomes['error' in ours ? 'error' : 'output'] += 1;
        expect(ours).toEqual(theirs);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // Machines that only fail, or never do, would compare little.
    expect(Math.min(outcomes.output, outcomes.error)).toBeGreaterThan(RUNS / 10);
  });

  const written: [title: string, machine: object, input: unknown][] = [
    ['a Fail state', { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E', Cause: 'c' } } }, {}],
    [
      'no choice holds',
      chain({
        C: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericEquals: 1, Next: 'S' }] },
        S: { Type: 'Succeed' },
      }),
      { n: 2 },
    ],
    [
      'a Map of Maps',
      one({ Type: 'Map', ItemProcessor: inside({ Type: 'Map', ItemProcessor: inside({ Type: 'Pass' }, 'J') }) }),
      [[1, 2], []],
    ],
    ['InputPath null', one({ Type: 'Pass', InputPath: null }), { a: 1 }],
    ['OutputPath null', one({ Type: 'Pass', OutputPath: null }), { a: 1 }],
    [
      'timestamps',
      chain({
        C: {
          Type: 'Choice',
          Choices: [{ Variable: '$.t', TimestampLessThan: '2026-01-01T00:00:00Z', Next: 'S' }],
          Default: 'F',
        },
        S: { Type: 'Succeed' },
        F: { Type: 'Fail', Error: 'Later' },
      }),
      { t: '2025-01-01T00:00:00Z' },
    ],
  ];
  it.each(written)('%s', async (_, definition, given) => {
    expect(await here(definition, given)).toEqual(await there(definition, given));
  });

  it('known differences are named', () => {
    expect(KNOWN).toHaveLength(new Set(KNOWN).size);
  });
});
