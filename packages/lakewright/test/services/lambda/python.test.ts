import { describe, expect, test } from 'vitest';
import { asset, codeOf, functionLake, pythonFunction } from './function-lake';

const CODE = `
import json, logging, os, sys, time
log = logging.getLogger()
log.setLevel(logging.INFO)
count = 0

class Broken(Exception):
    pass

def handler(event, context):
    global count
    count += 1
    log.info("called %s", count)
    print("printed")
    return {
        "event": event,
        "count": count,
        "name": context.function_name,
        "arn": context.invoked_function_arn,
        "id": context.aws_request_id,
        "left": context.get_remaining_time_in_millis(),
        "key": os.environ["AWS_ACCESS_KEY_ID"],
        "secret": os.environ.get("LAKEWRIGHT_RUNTIME_TOKEN"),
    }

def throws(event, context):
    raise Broken("no good")

def marshals(event, context):
    return {1, 2}

def exits(event, context):
    sys.exit(4)

def slow(event, context):
    time.sleep(60)
`;
const fn = (handler: string, more = {}) =>
  pythonFunction(CODE, { Handler: `index.${handler}`, FunctionName: 'f', ...more });

describe('a Python function', () => {
  test('gets event and context, logs, and is kept warm', async () => {
    const { invoke, log } = await functionLake({ F: fn('handler') });
    expect(await invoke('f', { a: 'ü' })).toMatchObject({
      failed: false,
      payload: {
        ...{ event: { a: 'ü' }, count: 1, name: 'f', key: 'worker', secret: null },
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        left: expect.any(Number),
      },
    });
    expect((await invoke('f', {})).payload.count).toBe(2);
    expect(log('f')).toMatch(/START RequestId: .*[\s\S]*\[INFO\].*called 1\nprinted\n[\s\S]*END RequestId/);
  });

  test.each([
    ['throws', 'Broken', 'no good'],
    ['marshals', 'Runtime.MarshalError', /Object of type set is not JSON serializable/],
    ['exits', 'Runtime.ExitError', /exit status 4/],
    ['missing', 'Runtime.HandlerNotFound', "Handler 'missing' missing on module 'index'"],
    ['slow', 'Sandbox.Timedout', /Task timed out after 1.00 seconds/],
  ])(
    '%s fails with type and message, and the next invocation is none the worse',
    async (handler, errorType, message) => {
      const { invoke } = await functionLake({ F: fn(handler, handler === 'slow' ? { Timeout: 1 } : {}) });
      for (let round = 0; round < (handler === 'slow' ? 1 : 2); round++) {
        const { payload, failed } = await invoke('f', {});
        expect({ failed, errorType: payload.errorType }).toEqual({ failed: true, errorType });
        if (typeof message === 'string') expect(payload.errorMessage).toBe(message);
        else expect(payload.errorMessage).toMatch(message);
        if (handler === 'throws') expect(payload.stackTrace[0]).toMatch(/index.py.*in throws/);
      }
    },
  );

  test('is found in folders, with its layers, and says which module is missing', async () => {
    const code = asset('code', {
      'app/main.py':
        'import shared\nfrom app.more import value\ndef handler(event, context):\n    return [shared.NAME, value]\n',
      'app/more.py': "value = 'more'\n",
      'bad.py': 'def handler(:\n',
      'lost.py': 'import nowhere_to_be_found\n',
    });
    const [lower, upper] = ['lower', 'upper'].map((name) => asset(name, { 'python/shared.py': `NAME = '${name}'\n` }));
    const layer = (made: typeof lower) => ({
      Type: 'AWS::Lambda::LayerVersion',
      Properties: { Content: codeOf(made).Code },
    });
    const made = (Handler: string) =>
      pythonFunction('', { ...codeOf(code), Handler, Layers: [{ Ref: 'Lower' }, { Ref: 'Upper' }] });
    const { invoke, lake } = await functionLake(
      {
        Lower: layer(lower),
        Upper: layer(upper),
        ...{ Good: made('app/main.handler'), Bad: made('bad.handler'), Lost: made('lost.handler') },
      },
      {},
      [code, lower, upper],
    );
    const name = (logicalId: string) => lake.resources.find((one) => one.logicalId === logicalId)?.physicalId ?? '';
    expect(await invoke(name('Good'))).toEqual({ failed: false, payload: ['upper', 'more'] });
    expect((await invoke(name('Bad'))).payload.errorType).toBe('Runtime.UserCodeSyntaxError');
    expect((await invoke(name('Lost'))).payload).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: "Unable to import module 'lost': No module named 'nowhere_to_be_found'",
    });
  });
});
