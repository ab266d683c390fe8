// biome-ignore-all lint/suspicious/noTemplateCurlyInString: substitutions of definitions
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LakeResource } from '../../../src/assembly';
import type { ApiShape } from '../../../src/services/api-shape';
import { ServiceError } from '../../../src/services/service';
import { validateDefinition } from '../../../src/services/states/asl/validate';
import { fakeService, ROLE, TestLake } from './harness';

const ARN = 'arn:aws:states:eu-west-1:111111111111:stateMachine:m';
const PASS = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
let lake: TestLake;
let folder: string;
let broken = true;
const glue = fakeService('glue', {
  tasks: {
    'glue:startJobRun.sync': async () => {
      if (broken) throw new ServiceError('InternalServiceException', 'down');
      return { output: { ok: true } };
    },
    'glue:wait': async (_, { signal }) =>
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  },
});

beforeEach(async () => {
  broken = true;
  folder = mkdtempSync(join(tmpdir(), 'lakewright-states-'));
  lake = await TestLake.open([glue], folder);
});
afterEach(async () => await lake.close());

const create = (definition: unknown, rest = {}) =>
  lake.states('CreateStateMachine', { name: 'm', roleArn: ROLE, definition: JSON.stringify(definition), ...rest });
const state = (fields: Record<string, unknown>) => ({ StartAt: 'A', States: { A: fields } });

describe('definitions are checked when a machine is made, and the state is named', () => {
  const cases: [title: string, definition: unknown, message: RegExp][] = [
    ['no StartAt', { States: { A: { Type: 'Succeed' } } }, /StartAt names no state: undefined/],
    ['no states', { StartAt: 'A', States: {} }, /'States' must be an object with at least one state/],
    ['a missing Next', state({ Type: 'Pass', Next: 'B' }), /state 'A': Next names no state: "B"/],
    ['neither Next nor End', state({ Type: 'Pass' }), /state 'A': it needs either Next or "End": true/],
    ['both', { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A', End: true } } }, /state 'A': it needs either/],
    [
      'an unreachable state',
      { StartAt: 'A', States: { A: { Type: 'Succeed' }, Lost: { Type: 'Succeed' } } },
      /state 'Lost' can't be reached/,
    ],
    ['an unknown type', state({ Type: 'Sleep' }), /state 'A': Type is "Sleep", allowed are Pass, Task/],
    ['an unknown field', state({ Type: 'Pass', End: true, Foo: 1 }), /state 'A' has an unknown field 'Foo'/],
    [
      'a Task without ARN',
      state({ Type: 'Task', Resource: 'glue', End: true }),
      /state 'A': Resource must be an ARN, got "glue"/,
    ],
    [
      'a Wait with two times',
      state({ Type: 'Wait', Seconds: 1, SecondsPath: '$.a', End: true }),
      /exactly one of Seconds/,
    ],
    ['a Choice without rules', state({ Type: 'Choice', Choices: [] }), /state 'A': Choices must be a list/],
    [
      'an unknown comparison',
      state({ Type: 'Choice', Choices: [{ Variable: '$.a', StringIs: 'x', Next: 'A' }] }),
      /'StringIs' is no comparison/,
    ],
    [
      'a rule without Next',
      state({ Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true }] }),
      /Choices\[0\]\/Next names no state/,
    ],
    [
      'States.ALL with others',
      state({ Type: 'Task', Resource: 'arn:x', End: true, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }),
      /States.ALL must stand alone/,
    ],
    [
      'a timeout that is no whole number',
      state({ Type: 'Task', Resource: 'arn:x', End: true, TimeoutSeconds: 0.5 }),
      /TimeoutSeconds must be a whole number from 1 to 99999999, got 0.5/,
    ],
    [
      'a heartbeat as long as the timeout',
      state({ Type: 'Task', Resource: 'arn:x', End: true, TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
      /HeartbeatSeconds must be smaller than TimeoutSeconds/,
    ],
    [
      'a number and a path to it',
      state({ Type: 'Task', Resource: 'arn:x', End: true, TimeoutSeconds: 5, TimeoutSecondsPath: '$.t' }),
      /either 'TimeoutSeconds' or 'TimeoutSecondsPath', not both/,
    ],
    [
      'a backoff that shrinks',
      state({ Type: 'Task', Resource: 'arn:x', End: true, Retry: [{ ErrorEquals: ['X'], BackoffRate: 0.5 }] }),
      /BackoffRate must be a number 1 or more, got 0.5/,
    ],
    [
      'a delay that is capped below its start',
      state({
        ...{ Type: 'Task', Resource: 'arn:x', End: true },
        Retry: [{ ErrorEquals: ['X'], IntervalSeconds: 5, MaxDelaySeconds: 5 }],
      }),
      /MaxDelaySeconds must be greater than IntervalSeconds/,
    ],
    [
      'an unknown jitter',
      state({ Type: 'Task', Resource: 'arn:x', End: true, Retry: [{ ErrorEquals: ['X'], JitterStrategy: 'HALF' }] }),
      /JitterStrategy is "HALF", allowed are FULL, NONE/,
    ],
    ['a reserved variable', state({ Type: 'Pass', End: true, Assign: { states: 1 } }), /'states' is reserved/],
    ['no name of a variable', state({ Type: 'Pass', End: true, Assign: { '1x': 1 } }), /'1x' is no name of a variable/],
    [
      'a branch that assigns an outer variable',
      state({
        Type: 'Parallel',
        Assign: { v: 1 },
        Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Assign: { v: 2 }, End: true } } }],
        End: true,
      }),
      /the variable 'v' belongs to an outer scope/,
    ],
    [
      'too many functions inside of each other',
      state({ Type: 'Pass', End: true, Parameters: { 'x.$': `${'States.Array('.repeat(11)}1${')'.repeat(11)}` } }),
      /more than 10 functions are nested/,
    ],
    [
      'a Catch that leads nowhere',
      state({ Type: 'Task', Resource: 'arn:x', End: true, Catch: [{ ErrorEquals: ['X'], Next: 'Z' }] }),
      /Catch\[0\]\/Next names no state: "Z"/,
    ],
    [
      'an unknown intrinsic',
      state({ Type: 'Pass', End: true, Parameters: { 'a.$': 'States.Nope(1)' } }),
      /'States.Nope' is no intrinsic function/,
    ],
    ['a path without $', state({ Type: 'Pass', End: true, InputPath: 'a' }), /state 'A': 'a' is no path/],
    [
      'a broken expression',
      { QueryLanguage: 'JSONata', ...state({ Type: 'Pass', End: true, Output: '{% 1 + %}' }) },
      /state 'A': Output is no JSONata expression/,
    ],
    [
      'an operator that AWS lacks',
      { QueryLanguage: 'JSONata', ...state({ Type: 'Pass', End: true, Output: '{% $states.input.a ?? 1 %}' }) },
      /'\?\?' does not exist in JSONata 2\.0\.6/,
    ],
    [
      'JSONPath in JSONata',
      { QueryLanguage: 'JSONata', ...state({ Type: 'Pass', End: true, InputPath: '$' }) },
      /'InputPath' belongs to JSONPath/,
    ],
    ['JSONata in JSONPath', state({ Type: 'Pass', End: true, Output: 1 }), /'Output' belongs to JSONata/],
    [
      'inside of a Map',
      state({ Type: 'Map', End: true, ItemProcessor: { StartAt: 'B', States: { B: { Type: 'Pass' } } } }),
      /state 'B': it needs either Next/,
    ],
    [
      'a name twice',
      state({ Type: 'Parallel', End: true, Branches: [state({ Type: 'Succeed' })] }),
      /state 'A': another state has this name/,
    ],
    [
      'a reader in an inline Map',
      state({ Type: 'Map', End: true, ItemReader: {}, ItemProcessor: state({ Type: 'Succeed' }) }),
      /'ItemReader' needs a processor with Mode DISTRIBUTED/,
    ],
    ['a list', [], /the definition is not an object/],
  ];
  it.each(cases)('%s', async (_, definition, message) => {
    const error = await create(definition).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'InvalidDefinition', message: expect.stringMatching(message) });
    const { result, diagnostics } = await lake.states('ValidateStateMachineDefinition', {
      definition: JSON.stringify(definition),
    });
    expect(result).toBe('FAIL');
    expect(diagnostics[0]).toMatchObject({ severity: 'ERROR', location: expect.stringMatching(/^\//) });
  });

  it('text that is no JSON', async () => {
    await expect(lake.states('CreateStateMachine', { name: 'm', definition: '{' })).rejects.toMatchObject({
      code: 'InvalidDefinition',
    });
  });

  it('a ternary and a regular expression are no operators of newer JSONata', () => {
    const output = '{% $x := $replace("a?:b", /(?:b|c)/, "??") ; $x ? 1 : 2 %}';
    expect(
      validateDefinition({
        QueryLanguage: 'JSONata',
        ...state({ Type: 'Pass', End: true, Output: `{% (${output.slice(2, -2)}) %}` }),
      }),
    ).toEqual([]);
  });
});

describe('state machines', () => {
  it('are created, described, updated, listed and deleted', async () => {
    expect(await create(PASS)).toMatchObject({ stateMachineArn: ARN, creationDate: expect.any(Number) });
    expect(await create(PASS)).toMatchObject({ stateMachineArn: ARN });
    await expect(create(state({ Type: 'Succeed' }))).rejects.toMatchObject({ code: 'StateMachineAlreadyExists' });
    const before = await lake.states('DescribeStateMachine', { stateMachineArn: ARN });
    expect(before).toMatchObject({
      name: 'm',
      status: 'ACTIVE',
      type: 'STANDARD',
      roleArn: ROLE,
      definition: JSON.stringify(PASS),
    });
    await lake.states('UpdateStateMachine', {
      stateMachineArn: ARN,
      definition: JSON.stringify(state({ Type: 'Succeed' })),
    });
    const after = await lake.states('DescribeStateMachine', { stateMachineArn: `${ARN}:1` });
    expect(after.revisionId).not.toBe(before.revisionId);
    expect((await lake.states('ListStateMachines', {})).stateMachines).toHaveLength(1);
    await lake.states('DeleteStateMachine', { stateMachineArn: ARN });
    await expect(lake.states('DescribeStateMachine', { stateMachineArn: ARN })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
    });
  });

  it('come from templates: text, object and substitutions', async () => {
    const handler = lake.service('states').resources['AWS::StepFunctions::StateMachine'];
    const resource = (properties: ApiShape): LakeResource => ({
      ...{
        type: 'AWS::StepFunctions::StateMachine',
        logicalId: 'M',
        path: 'Lake/M',
        stack: 'Lake',
        account: '1',
        region: 'r',
      },
      ...{ partition: 'aws', physicalId: ARN, arn: ARN, properties, metadata: {}, dependsOn: [], invented: [] },
    });
    const definition = state({ Type: 'Pass', Result: '${Who}', End: true });
    for (const property of [{ DefinitionString: JSON.stringify(definition) }, { Definition: definition }]) {
      await handler?.apply?.(resource({ ...property, RoleArn: ROLE, DefinitionSubstitutions: { Who: 'the "lake"' } }));
      const { executionArn } = await lake.states('StartExecution', { stateMachineArn: ARN });
      expect((await lake.finished(executionArn)).output).toBe('the "lake"');
    }
    await expect(handler?.apply?.(resource({ DefinitionString: '{}' }))).rejects.toMatchObject({
      code: 'LW_STATES_DEFINITION',
      message: expect.stringMatching(/^Lake\/M \(M\): Invalid State Machine Definition/),
    });
  });
});

describe('executions', () => {
  it('a name is taken once, its input is checked, and pages are cut', async () => {
    await create(PASS);
    const start = (name?: string, input = '{"a":1}') =>
      lake.states('StartExecution', { stateMachineArn: ARN, name, input });
    const first = await start('one');
    expect(await start('one')).toEqual(first);
    await lake.finished(first.executionArn);
    await expect(start('one')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await expect(start('a b')).rejects.toMatchObject({ code: 'InvalidName' });
    await expect(start('../../x')).rejects.toMatchObject({ code: 'InvalidName' });
    await expect(start('x', '{')).rejects.toMatchObject({ code: 'InvalidExecutionInput' });
    await lake.finished((await start('..')).executionArn);
    const page = await lake.states('ListExecutions', { stateMachineArn: ARN, maxResults: 1 });
    const rest = await lake.states('ListExecutions', {
      stateMachineArn: ARN,
      maxResults: 1,
      nextToken: page.nextToken,
    });
    expect([...page.executions, ...rest.executions].map((one: ApiShape) => one.name).sort()).toEqual(['..', 'one']);
    expect(rest.nextToken).toBeUndefined();
  });

  it('the history has the events of AWS, each with the one before it', async () => {
    broken = false;
    await create({
      StartAt: 'A',
      States: {
        A: { Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun.sync', Next: 'M' },
        M: {
          Type: 'Map',
          ItemsPath: '$.list',
          ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
          Next: 'C',
        },
        C: { Type: 'Succeed' },
      },
    }).catch(() => {});
    const { executionArn } = await lake.states('StartExecution', { stateMachineArn: ARN });
    await lake.finished(executionArn);
    const { events } = await lake.states('GetExecutionHistory', { executionArn });
    expect(events.map((event: ApiShape) => [event.id, event.previousEventId, event.type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'TaskStateEntered'],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskStarted'],
      [5, 4, 'TaskSucceeded'],
      [6, 5, 'TaskStateExited'],
      [7, 6, 'MapStateEntered'],
      [8, 7, 'ExecutionFailed'],
    ]);
    expect(events[2].taskScheduledEventDetails).toMatchObject({
      resourceType: 'glue',
      resource: 'startJobRun.sync',
      parameters: '{}',
    });
    expect(events[7].executionFailedEventDetails).toMatchObject({ error: 'States.Runtime' });
    const reversed = await lake.states('GetExecutionHistory', { executionArn, reverseOrder: true, maxResults: 1 });
    expect(reversed.events[0].id).toBe(8);
  });

  it('StopExecution ends a running task at once', async () => {
    await create(
      state({
        Type: 'Task',
        Resource: 'arn:aws:states:::glue:wait',
        End: true,
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'A' }],
      }),
    );
    const { executionArn } = await lake.states('StartExecution', { stateMachineArn: ARN });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await lake.states('StopExecution', { executionArn, error: 'Tired', cause: 'enough' });
    expect(await lake.finished(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Tired', cause: 'enough' });
  });

  it('a redrive goes on where it failed, with the input and variables of then', async () => {
    await create({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Result: { from: 'A' }, Assign: { v: 7 }, Next: 'B' },
        B: { Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun.sync', ResultPath: '$.job', Next: 'C' },
        C: {
          Type: 'Pass',
          Parameters: { 'all.$': '$', 'v.$': '$v', 'again.$': '$$.Execution.RedriveCount' },
          End: true,
        },
      },
    });
    const { executionArn } = await lake.states('StartExecution', { stateMachineArn: ARN });
    expect(await lake.finished(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Glue.InternalServiceException',
      redriveStatus: 'REDRIVABLE',
    });
    broken = false;
    await lake.states('RedriveExecution', { executionArn });
    expect(await lake.finished(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      redriveCount: 1,
      output: { all: { from: 'A', job: { ok: true } }, v: 7, again: 1 },
    });
    const { events } = await lake.states('GetExecutionHistory', { executionArn });
    expect(events.filter((event: ApiShape) => event.type === 'PassStateEntered')).toHaveLength(2);
    await expect(lake.states('RedriveExecution', { executionArn })).rejects.toMatchObject({
      code: 'ExecutionNotRedrivable',
    });
  });

  it('EXPRESS machines answer at once', async () => {
    await create(PASS, { type: 'EXPRESS' });
    const answer = await lake.states('StartSyncExecution', { stateMachineArn: ARN, input: '{"a":1}' });
    expect(answer).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"a":1}',
      executionArn: expect.stringMatching(/:express:m:/),
    });
  });

  it('are files that outlive the process; what was cut off says so', async () => {
    await create(state({ Type: 'Task', Resource: 'arn:aws:states:::glue:wait', End: true }));
    const { executionArn } = await lake.states('StartExecution', { stateMachineArn: ARN, name: 'cut' });
    expect(JSON.parse(readFileSync(join(folder, 'executions', 'm', 'cut.json'), 'utf8'))).toMatchObject({
      status: 'RUNNING',
    });
    // The process dies here: the workspace is given back without ending the execution.
    await lake.workspace.close();
    lake = await TestLake.open([glue], folder);
    expect(await lake.finished(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Lakewright.CutOff',
      redriveStatus: 'REDRIVABLE',
    });
  });

  it('status changes are events of the default bus', async () => {
    const seen: ApiShape[] = [];
    lake.events.subscribe((event) => seen.push([event.source, event.detail.status, event.detail.name]));
    await create(PASS);
    const { executionArn } = await lake.states('StartExecution', { stateMachineArn: ARN, name: 'n' });
    await lake.finished(executionArn);
    expect(seen).toEqual([
      ['aws.states', 'RUNNING', 'n'],
      ['aws.states', 'SUCCEEDED', 'n'],
    ]);
  });
});
