import { describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import type { StatesService } from '../../../src/services/states';
import { asset, codeOf, functionLake, nodeFunction, withModules } from './function-lake';

const CODE = `
  class NoFuel extends Error { constructor(m) { super(m); this.name = 'NoFuel'; } }
  let tries = 0;
  exports.handler = async (event) => {
    if (event.fail) throw new NoFuel(event.fail);
    if (event.flaky && tries++ < 1) throw new NoFuel('once');
    return { got: event };
  };
  exports.slow = async () => { await new Promise((r) => setTimeout(r, 60000)); };
`;
const functions = {
  F: nodeFunction(CODE, { FunctionName: 'f' }),
  Slow: nodeFunction(CODE, { FunctionName: 'slow', Handler: 'index.slow', Timeout: 1 }),
  Off: nodeFunction(CODE, { FunctionName: 'off', ReservedConcurrentExecutions: 0 }),
};

async function run(lake: Awaited<ReturnType<typeof functionLake>>['lake'], states: ApiShape, input: ApiShape = {}) {
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
  const name = `m${Math.random().toString(36).slice(2)}`;
  const roleArn = 'arn:aws:iam::000000000000:role/r';
  const { stateMachineArn } = (await lake.call('states', 'CreateStateMachine', {
    name,
    roleArn,
    definition,
  })) as ApiShape;
  const started = (await lake.call('states', 'StartExecution', {
    stateMachineArn,
    input: JSON.stringify(input),
  })) as ApiShape;
  await (lake.service('states') as StatesService).finished(started.executionArn);
  const { status, output, error, cause } = (await lake.call('states', 'DescribeExecution', started)) as ApiShape;
  return { status, output: output && JSON.parse(output), error, cause };
}
const invoke = (FunctionName: string, more: ApiShape = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName, 'Payload.$': '$' },
  End: true,
  ...more,
});

describe('a task that invokes a function', () => {
  test('gets its answer as JSON, by lambda:invoke, by its ARN and by the SDK integration', async () => {
    const { lake } = await functionLake(functions);
    expect(await run(lake, { A: invoke('f') }, { n: 1 })).toMatchObject({
      status: 'SUCCEEDED',
      output: { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: { got: { n: 1 } } },
    });
    const direct = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:f', End: true };
    expect((await run(lake, { A: direct }, { n: 2 })).output).toEqual({ got: { n: 2 } });
    const sdk = invoke('f', { Resource: 'arn:aws:states:::aws-sdk:lambda:invoke' });
    expect((await run(lake, { A: sdk }, { n: 3 })).output).toMatchObject({
      Payload: '{"got":{"n":3}}',
      StatusCode: 200,
    });
  });

  test("fails with the error's type as its name, the whole error as its cause", async () => {
    const { lake } = await functionLake(functions);
    const failed = await run(lake, { A: invoke('f') }, { fail: 'empty' });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'NoFuel' });
    expect(JSON.parse(failed.cause)).toMatchObject({
      errorType: 'NoFuel',
      errorMessage: 'empty',
      trace: expect.any(Array),
    });
    expect(await run(lake, { A: invoke('slow') })).toMatchObject({ error: 'Sandbox.Timedout' });
    expect(await run(lake, { A: invoke('off') })).toMatchObject({ error: 'Lambda.TooManyRequestsException' });
    expect(await run(lake, { A: invoke('gone') })).toMatchObject({ error: 'Lambda.ResourceNotFoundException' });
  });

  test('is tried again and caught by the name', async () => {
    const { lake } = await functionLake(functions);
    const retried = invoke('f', { Retry: [{ ErrorEquals: ['NoFuel'], MaxAttempts: 2 }] });
    expect((await run(lake, { A: retried }, { flaky: true })).status).toBe('SUCCEEDED');
    const caught = {
      A: invoke('f', { End: undefined, Next: 'B', Catch: [{ ErrorEquals: ['NoFuel'], Next: 'C' }] }),
      B: { Type: 'Fail' },
      C: { Type: 'Pass', End: true },
    };
    expect((await run(lake, caught, { fail: 'x' })).output).toMatchObject({ Error: 'NoFuel' });
  });

  test('waits for the token that the function gives back', async () => {
    const code = withModules(
      asset('code', {
        'index.js': `
          const { SFNClient, SendTaskSuccessCommand, SendTaskFailureCommand } = require('@aws-sdk/client-sfn');
          exports.handler = async ({ token, fail }) => {
            const command = fail
              ? new SendTaskFailureCommand({ taskToken: token, error: 'Refused', cause: fail })
              : new SendTaskSuccessCommand({ taskToken: token, output: '{"approved":true}' });
            await new SFNClient({}).send(command);
          };`,
      }),
    );
    const { lake } = await functionLake({ F: nodeFunction('', { ...codeOf(code), FunctionName: 'f' }) }, {}, [code]);
    const wait = invoke('f', {
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'f', Payload: { 'token.$': '$$.Task.Token', 'fail.$': '$.fail' } },
    });
    expect(await run(lake, { A: wait }, { fail: null })).toMatchObject({ output: { approved: true } });
    expect(await run(lake, { A: wait }, { fail: 'no' })).toMatchObject({ error: 'Refused', cause: 'no' });
  });
});
