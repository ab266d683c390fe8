import { describe, expect, test } from 'vitest';
import { functionLake, nodeFunction } from './function-lake';

const CODE = `
  exports.handler = async (event, context) => ({ event, context, env: process.env, left: context.getRemainingTimeInMillis() });
  exports.count = (() => { let n = 0; return async () => ({ n: ++n, pid: process.pid }); })();
  exports.callback = (event, context, callback) => { setTimeout(() => callback(null, 'called ' + event.n), 5); };
  exports.idle = (event, context, callback) => { setTimeout(() => {}, 5); };
  exports.early = (event, context, callback) => {
    context.callbackWaitsForEmptyEventLoop = false;
    setInterval(() => {}, 1000);
    callback(null, 'early');
  };
  exports.late = (event, context, callback) => { let done = 0; setTimeout(() => { done = 1; }, 30); callback(null, { toJSON: () => done }); };
  exports.plain = () => 'returned';
  exports.nothing = async () => {};
  class Broken extends Error { constructor(m) { super(m); this.name = 'Broken'; } }
  exports.throws = async () => { throw new Broken('no good'); };
  exports.rejects = (event, context, callback) => callback('a text');
  exports.exits = () => process.exit(3);
  exports.uncaught = async () => { setTimeout(() => { throw new Broken('later'); }, 5); await new Promise(() => setTimeout(() => {}, 60000)); };
  exports.unhandled = async () => { Promise.reject(new Broken('nobody')); await new Promise((r) => setTimeout(r, 60000)); };
  exports.slow = async () => { await new Promise((r) => setTimeout(r, 60000)); };
  exports.busy = async () => { for (;;); };
  exports.large = async () => 'x'.repeat(7 * 1024 * 1024);
  exports.circular = async () => { const a = {}; a.a = a; return a; };
  exports.deep = { er: { handler: async () => 'deep' } };
  exports.clock = async () => ({ year: new Date().getFullYear(), now: new Date(Date.now()).getFullYear(), is: new Date() instanceof Date, fixed: new Date(0).toISOString(), utc: Date.UTC(2000, 0) });
`;
const fn = (handler: string, more = {}) => nodeFunction(CODE, { Handler: `index.${handler}`, ...more });

describe('a Node.js function', () => {
  test('gets event, context and environment, and answers', async () => {
    const { invoke, lake } = await functionLake({
      Worker: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'worker' } },
      F: fn('handler', {
        FunctionName: 'echo',
        MemorySize: 200,
        Environment: { Variables: { TARGET: { 'Fn::GetAtt': ['Worker', 'Arn'] }, QUEUE: { Ref: 'Queue' } } },
      }),
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } },
    });
    process.env.LAKEWRIGHT_TEST_SECRET = 'must not be seen';
    const { payload, failed } = await invoke('echo', { a: [1, 'ü\n'] });
    delete process.env.LAKEWRIGHT_TEST_SECRET;
    expect(failed).toBe(false);
    expect(payload.event).toEqual({ a: [1, 'ü\n'] });
    expect(payload.context).toMatchObject({
      functionName: 'echo',
      functionVersion: '$LATEST',
      memoryLimitInMB: '200',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
      logGroupName: '/aws/lambda/echo',
    });
    expect(payload.context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(payload.left).toBeGreaterThan(10_000);
    expect(payload.left).toBeLessThanOrEqual(20_000);
    const endpoint = await lake.endpoint();
    expect(payload.env).toMatchObject({
      TARGET: 'arn:aws:iam::000000000000:role/worker',
      QUEUE: `${endpoint}/000000000000/work`,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'worker',
      AWS_LAMBDA_FUNCTION_NAME: 'echo',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      LAKEWRIGHT_ENDPOINTS: '{}',
      TZ: 'UTC',
    });
    expect(payload.env).not.toHaveProperty('LAKEWRIGHT_TEST_SECRET');
    expect(payload.env).not.toHaveProperty('LAKEWRIGHT_RUNTIME_TOKEN');
  });

  test('is kept warm, and runs several invocations side by side in processes of their own', async () => {
    const { invoke } = await functionLake({ F: fn('count', { FunctionName: 'f' }) });
    const first = (await invoke('f')).payload;
    expect((await invoke('f')).payload).toEqual({ n: 2, pid: first.pid });
    const both = await Promise.all([invoke('f'), invoke('f')]);
    expect(new Set(both.map(({ payload }) => payload.pid)).size).toBe(2);
  });

  test.each([
    ['callback', { n: 1 }, 'called 1'],
    ['idle', {}, null],
    ['early', {}, 'early'],
    ['late', {}, 1],
    ['plain', {}, 'returned'],
    ['nothing', {}, null],
    ['deep.er.handler', {}, 'deep'],
  ])('%s answers as on AWS', async (handler, event, answer) => {
    const { invoke } = await functionLake({ F: fn(handler, { FunctionName: 'f' }) });
    expect(await invoke('f', event)).toEqual({ payload: answer, failed: false });
    expect(await invoke('f', event)).toEqual({ payload: answer, failed: false });
  });

  test.each([
    ['throws', 'Broken', 'no good'],
    ['rejects', 'string', 'a text'],
    ['exits', 'Runtime.ExitError', /Runtime exited with error: exit status 3/],
    ['uncaught', 'Broken', 'later'],
    ['unhandled', 'Runtime.UnhandledPromiseRejection', 'Broken: nobody'],
    ['large', 'Function.ResponseSizeTooLarge', /exceeded maximum allowed payload size/],
    ['circular', 'Runtime.MarshalError', /circular/],
    ['missing', 'Runtime.HandlerNotFound', 'index.missing is undefined or not exported'],
  ])(
    '%s fails with type and message, and the next invocation is none the worse',
    async (handler, errorType, message) => {
      const { invoke } = await functionLake({ F: fn(handler, { FunctionName: 'f' }) });
      for (let round = 0; round < 2; round++) {
        const { payload, failed } = await invoke('f', {});
        expect({ failed, errorType: payload.errorType }).toEqual({ failed: true, errorType });
        if (typeof message === 'string') expect(payload.errorMessage).toBe(message);
        else expect(payload.errorMessage).toMatch(message);
      }
    },
  );

  test.each(['slow', 'busy'])('%s is ended at its timeout', async (handler) => {
    const { invoke, log } = await functionLake({ F: fn(handler, { FunctionName: 'f', Timeout: 1 }) });
    const { payload, failed } = await invoke('f');
    expect(failed).toBe(true);
    expect(payload.errorType).toBe('Sandbox.Timedout');
    expect(payload.errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1.00 seconds$/);
    expect(log('f')).toContain('Task timed out after 1.00 seconds');
  });

  test("sees the lake's clock", async () => {
    const { lake, invoke } = await functionLake({ F: fn('clock', { FunctionName: 'f' }) });
    lake.clock.advanceTo(new Date('2041-06-01T00:00:00Z'));
    const fixed = { is: true, fixed: '1970-01-01T00:00:00.000Z', utc: Date.UTC(2000, 0) };
    expect((await invoke('f')).payload).toEqual({ year: 2041, now: 2041, ...fixed });
  });

  test('whose syntax or import is wrong says so', async () => {
    const { invoke } = await functionLake({
      Syntax: nodeFunction('exports.handler = async () => {', { FunctionName: 'syntax' }),
      Module: nodeFunction("require('./nowhere')", { FunctionName: 'import' }),
      Sdk: nodeFunction("require('@aws-sdk/client-unheard-of')", { FunctionName: 'sdk' }),
      Handler: nodeFunction('', { FunctionName: 'handler', Handler: 'nodot' }),
    });
    expect((await invoke('syntax')).payload.errorType).toBe('Runtime.UserCodeSyntaxError');
    expect((await invoke('import')).payload).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: expect.stringContaining('./nowhere'),
    });
    expect((await invoke('sdk')).payload.errorMessage).toMatch(/npm install --save-dev @aws-sdk\/client-unheard-of/);
    expect((await invoke('handler')).payload.errorType).toBe('Runtime.MalformedHandlerName');
  });
});

describe('an invocation', () => {
  test('names its function by name, ARN, part of it, version or alias', async () => {
    const { lake } = await functionLake({
      F: fn('plain', { FunctionName: 'f' }),
      V: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'F' } } },
      A: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'F' }, Name: 'live', FunctionVersion: '1' } },
    });
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
    for (const FunctionName of ['f', 'f:live', arn, `${arn}:1`, `${arn}:live`, '000000000000:function:f']) {
      expect(await lake.call('lambda', 'Invoke', { FunctionName })).toMatchObject({ StatusCode: 200 });
    }
    await expect(lake.call('lambda', 'Invoke', { FunctionName: 'g' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  });

  test('is refused for what is no JSON, too large, of an unknown kind, or switched off', async () => {
    const { lake } = await functionLake({
      F: fn('plain', { FunctionName: 'f' }),
      Off: fn('plain', { FunctionName: 'off', ReservedConcurrentExecutions: 0 }),
    });
    const invoke = (more: object) => lake.call('lambda', 'Invoke', { FunctionName: 'f', ...more });
    await expect(invoke({ Payload: '{' })).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
    const large = JSON.stringify('x'.repeat(6 * 1024 * 1024));
    await expect(invoke({ Payload: large })).rejects.toMatchObject({ code: 'RequestTooLargeException', status: 413 });
    const event = JSON.stringify('x'.repeat(1024 * 1024));
    await expect(invoke({ Payload: event, InvocationType: 'Event' })).rejects.toMatchObject({ status: 413 });
    await expect(invoke({ InvocationType: 'Later' })).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
    await expect(invoke({ FunctionName: 'off' })).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
    });
    expect(await invoke({ InvocationType: 'DryRun' })).toEqual({ StatusCode: 204 });
  });

  test('beyond the reserved concurrency is throttled', async () => {
    const { lake, invoke } = await functionLake({
      F: fn('slow', { FunctionName: 'f', ReservedConcurrentExecutions: 1, Timeout: 1 }),
    });
    const first = invoke('f');
    await expect(lake.call('lambda', 'Invoke', { FunctionName: 'f' })).rejects.toMatchObject({
      code: 'TooManyRequestsException',
    });
    expect((await first).failed).toBe(true);
  });

  test('of what does not run here is refused by name', async () => {
    const { lake } = await functionLake({
      Java: fn('x', { FunctionName: 'java', Runtime: 'java21' }),
      Image: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'image', PackageType: 'Image', Code: { ImageUri: 'x' } },
      },
    });
    await expect(lake.call('lambda', 'Invoke', { FunctionName: 'java' })).rejects.toThrow(/"java21" is not run/);
    await expect(lake.call('lambda', 'Invoke', { FunctionName: 'image' })).rejects.toThrow(/container images/);
    const { classify } = lake.service('lambda').resources['AWS::Lambda::Function'];
    expect(lake.resources.map((resource) => classify?.(resource).classification)).toEqual([
      'unsupported',
      'unsupported',
    ]);
  });
});
