import { describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { type FunctionLake, functionLake, nodeFunction } from './function-lake';

const fails = "exports.handler = async (event) => { throw new Error('no ' + event.n) };";
const succeeds = 'exports.handler = async (event) => ({ doubled: event.n * 2 });';
const queue = (QueueName: string, more = {}): ApiShape => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, ...more },
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const invokeConfig = (Properties: object): ApiShape => ({
  Type: 'AWS::Lambda::EventInvokeConfig',
  Properties: { FunctionName: { Ref: 'F' }, Qualifier: '$LATEST', ...Properties },
});

async function received(lake: FunctionLake['lake'], name: string): Promise<ApiShape[]> {
  const QueueUrl = `http://x/000000000000/${name}`;
  const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], AttributeNames: ['All'] };
  return ((await lake.call('sqs', 'ReceiveMessage', input)) as ApiShape).Messages ?? [];
}

describe('an asynchronous invocation', () => {
  test('is tried three times by the clock of the lake, then goes to the dead-letter queue', async () => {
    const { lake, send, outcomes, host, log } = await functionLake({
      F: nodeFunction(fails, { FunctionName: 'f', DeadLetterConfig: { TargetArn: arnOf('Dead') } }),
      Dead: queue('dead'),
    });
    const before = lake.clock.now().getTime();
    await send('f', { n: 7 });
    expect(log('f').match(/START RequestId/g)).toHaveLength(3);
    expect(new Set([...log('f').matchAll(/START RequestId: (\S+)/g)].map(([, id]) => id)).size).toBe(1);
    expect(lake.clock.now().getTime() - before).toBeGreaterThanOrEqual(180_000);
    const [message] = await received(lake, 'dead');
    expect(JSON.parse(message.Body)).toEqual({ n: 7 });
    expect(message.MessageAttributes).toMatchObject({
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { StringValue: 'no 7' },
    });
    expect(outcomes).toMatchObject([
      { name: 'lake/F', type: 'lambda:event', error: expect.stringMatching(/after 3 attempts: Error: no 7/) },
    ]);
    expect(host.messages.map(({ code }) => code)).toContain('LW_LAMBDA_FAILED');
  });

  test('sends records of its end to destinations, as its configuration says', async () => {
    const { lake, send } = await functionLake({
      F: nodeFunction(fails, { FunctionName: 'f' }),
      Failed: queue('failed'),
      Config: invokeConfig({
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arnOf('Failed') } },
      }),
    });
    await send('f', { n: 1 });
    const [message] = await received(lake, 'failed');
    expect(JSON.parse(message.Body)).toMatchObject({
      version: '1.0',
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 1,
      },
      requestPayload: { n: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorMessage: 'no 1', errorType: 'Error' },
    });
  });

  test('that succeeds reaches a function, a topic and an event bus', async () => {
    const keep = (name: string) =>
      nodeFunction('exports.handler = async (event) => { console.log(JSON.stringify(event)) };', {
        FunctionName: name,
      });
    const { send, log, outcomes } = await functionLake({
      F: nodeFunction(succeeds, { FunctionName: 'f' }),
      Config: invokeConfig({ DestinationConfig: { OnSuccess: { Destination: arnOf('Second') } } }),
      Second: nodeFunction('exports.handler = async (event) => event.responsePayload.doubled;', {
        FunctionName: 'second',
      }),
      SecondConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Second' },
          Qualifier: '$LATEST',
          DestinationConfig: { OnSuccess: { Destination: { Ref: 'Topic' } } },
        },
      },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'topic' } },
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'lambda', Endpoint: arnOf('Third') },
      },
      Third: keep('third'),
      ThirdConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Third' },
          Qualifier: '$LATEST',
          DestinationConfig: { OnSuccess: { Destination: 'arn:aws:events:us-east-1:000000000000:event-bus/default' } },
        },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: { source: ['lambda'] },
          Targets: [{ Id: 't', Arn: arnOf('Fourth'), InputPath: '$.detail-type' }],
        },
      },
      Fourth: keep('fourth'),
    });
    await send('f', { n: 21 });
    expect(JSON.parse(JSON.parse(/\{"Records".*/.exec(log('third'))?.[0] ?? '').Records[0].Sns.Message)).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 1 },
      responsePayload: 42,
    });
    expect(log('fourth')).toContain('"Lambda Function Invocation Result - Success"');
    expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  test('is given up when it has become too old, and without a try where nothing is reserved', async () => {
    const { lake, send, outcomes } = await functionLake({
      F: nodeFunction(fails, { FunctionName: 'f' }),
      Failed: queue('failed'),
      Config: invokeConfig({
        MaximumEventAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: arnOf('Failed') } },
      }),
      Off: nodeFunction(succeeds, { FunctionName: 'off', ReservedConcurrentExecutions: 0 }),
    });
    await send('f', { n: 1 });
    const [message] = await received(lake, 'failed');
    expect(JSON.parse(message.Body).requestContext).toMatchObject({
      condition: 'EventAgeExceeded',
      approximateInvokeCount: 1,
    });
    await send('off', {});
    expect(outcomes.at(-1)?.error).toMatch(/reserved concurrency is 0/);
  });

  test('to a destination that is not there is said', async () => {
    const { send, host } = await functionLake({
      F: nodeFunction(succeeds, { FunctionName: 'f' }),
      Config: invokeConfig({ DestinationConfig: { OnSuccess: { Destination: 'arn:aws:sqs:us-east-1:1:nowhere' } } }),
    });
    await send('f', { n: 1 });
    expect(host.messages).toContainEqual(expect.objectContaining({ code: 'LW_LAMBDA_DESTINATION_FAILED' }));
  });
});

describe('a queue before a function', () => {
  const mapping = (more = {}): ApiShape => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: 'F' }, EventSourceArn: arnOf('Queue'), ...more },
  });
  const send = async ({ lake }: FunctionLake, ...bodies: string[]) => {
    for (const MessageBody of bodies)
      await lake.call('sqs', 'SendMessage', { QueueUrl: 'http://x/1/work', MessageBody });
    await lake.background.settled();
  };
  const left = async ({ lake }: FunctionLake, name: string) =>
    (
      (await lake.call('sqs', 'GetQueueAttributes', {
        QueueUrl: `http://x/1/${name}`,
        AttributeNames: ['All'],
      })) as ApiShape
    ).Attributes.ApproximateNumberOfMessages;

  test('is emptied by it, in batches', async () => {
    const made = await functionLake({
      Queue: queue('work'),
      F: nodeFunction(
        'exports.handler = async ({ Records }) => { console.log("batch", Records.map(({ body }) => body).join()) };',
        { FunctionName: 'f' },
      ),
      Mapping: mapping({ BatchSize: 2 }),
    });
    await send(made, 'a', 'b', 'c');
    const bodies = [...made.log('f').matchAll(/batch (.*)/g)].flatMap(([, list]) => list.split(','));
    expect(bodies).toEqual(['a', 'b', 'c']);
    expect(await left(made, 'work')).toBe('0');
    expect(made.outcomes.every(({ error }) => error === undefined)).toBe(true);
  });

  test('keeps what failed until its dead-letter queue takes it', async () => {
    const made = await functionLake({
      Queue: queue('work', { RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 3 } }),
      Dead: queue('dead'),
      F: nodeFunction(
        'exports.handler = async ({ Records }) => ({ batchItemFailures: Records.filter(({ body }) => body === "bad").map(({ messageId }) => ({ itemIdentifier: messageId })) });',
        { FunctionName: 'f' },
      ),
      Mapping: mapping({ FunctionResponseTypes: ['ReportBatchItemFailures'] }),
    });
    await send(made, 'good', 'bad', 'fine');
    expect(await left(made, 'work')).toBe('0');
    expect(await left(made, 'dead')).toBe('1');
    const messages = await received(made.lake, 'dead');
    expect(messages.map(({ Body }) => Body)).toEqual(['bad']);
    expect(made.log('f').match(/START/g)?.length).toBeGreaterThanOrEqual(3);
    expect(made.outcomes.some(({ error }) => error?.includes('messages failed'))).toBe(true);
  });

  test('is not asked for ever where no dead-letter queue is, and its filter leaves out what it names', async () => {
    const made = await functionLake({
      Queue: queue('work'),
      F: nodeFunction("exports.handler = async () => { throw new Error('never') };", { FunctionName: 'f' }),
      Mapping: mapping({ FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["wanted"]}}' }] } }),
    });
    await send(made, '{"kind":"other"}');
    expect(made.outcomes).toEqual([]);
    await send(made, '{"kind":"wanted"}');
    expect(made.log('f').match(/START/g)).toHaveLength(5);
    made.lake.clock.advanceTo(new Date(made.lake.clock.now().getTime() + 60_000));
    expect(await left(made, 'work')).toBe('1');
  });

  test('of another kind is named as unsupported', async () => {
    const { lake } = await functionLake({
      F: nodeFunction(succeeds),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'F' }, EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/s' },
      },
    });
    const { classify } = lake.service('lambda').resources['AWS::Lambda::EventSourceMapping'];
    const declared = lake.resources.find(({ type }) => type === 'AWS::Lambda::EventSourceMapping');
    expect(declared && classify?.(declared)).toMatchObject({
      classification: 'unsupported',
      note: expect.stringContaining('kinesis'),
    });
  });
});
