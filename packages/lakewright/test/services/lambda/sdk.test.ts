import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { onEnd, temporaryFolder } from '../../workspace/temporary-workspace';
import { asset, codeOf, functionLake, nodeFunction, withModules } from './function-lake';

async function clientOf<C extends { destroy(): void }>(
  type: new (config: object) => C,
  lake: { endpoint(): Promise<string> },
): Promise<C> {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new type({ endpoint: await lake.endpoint(), region: 'us-east-1', credentials, maxAttempts: 1 });
  onEnd(() => client.destroy());
  return client;
}

describe('the SDK', () => {
  test('invokes functions as on AWS', async () => {
    const { lake } = await functionLake({
      F: nodeFunction(
        'exports.handler = async (e, c) => { console.log("seen"); return { e, custom: c.clientContext }; };',
        {
          FunctionName: 'f',
        },
      ),
      Bad: nodeFunction('exports.handler = async () => { throw new TypeError("bad"); };', { FunctionName: 'bad' }),
    });
    const client = await clientOf(LambdaClient, lake);
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: 'f',
        Payload: JSON.stringify({ n: 'ü' }),
        LogType: 'Tail',
        ClientContext: Buffer.from('{"custom":{"a":1}}').toString('base64'),
      }),
    );
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({
      e: { n: 'ü' },
      custom: { custom: { a: 1 } },
    });
    expect(Buffer.from(answer.LogResult ?? '', 'base64').toString()).toMatch(/START[\s\S]*seen[\s\S]*REPORT/);
    const failed = await client.send(new InvokeCommand({ FunctionName: 'bad' }));
    expect(failed).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(failed.Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'bad',
    });
    const kinds = ['Event', 'DryRun'] as const;
    const codes = await Promise.all(
      kinds.map(
        async (InvocationType) =>
          (await client.send(new InvokeCommand({ FunctionName: 'f', InvocationType }))).StatusCode,
      ),
    );
    expect(codes).toEqual([202, 204]);
    await expect(client.send(new InvokeCommand({ FunctionName: 'gone' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(client.send(new InvokeCommand({ FunctionName: 'f', Payload: '{' }))).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
    await lake.background.settled();
  });

  test('sends, receives and deletes messages; checksums hold', async () => {
    const { lake } = await functionLake({
      Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work', VisibilityTimeout: 60 } },
    });
    const client = await clientOf(SQSClient, lake);
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'work' }));
    expect(QueueUrl).toBe(`${await lake.endpoint()}/000000000000/work`);
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'new' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one', MessageAttributes }));
    const batch = await client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'two', DelaySeconds: 100 },
          { Id: 'b', MessageBody: 'x'.repeat(1_100_000) },
        ],
      }),
    );
    expect(batch.Successful?.map(({ Id }) => Id)).toEqual(['a']);
    expect(batch.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameterValue' }]);
    const receive = async () => {
      const command = {
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All' as const],
      };
      return (await client.send(new ReceiveMessageCommand(command))).Messages ?? [];
    };
    const [message, ...others] = await receive();
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      Body: 'one',
      MessageAttributes: { kind: { StringValue: 'new' } },
      Attributes: { ApproximateReceiveCount: '1' },
    });
    expect([...(message.MessageAttributes?.raw.BinaryValue ?? [])]).toEqual([1, 2]);
    const counts = async () => {
      const names = ['', 'NotVisible', 'Delayed'].map((name) => `ApproximateNumberOfMessages${name}`);
      const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      return names.map((name) => Attributes?.[name as keyof typeof Attributes]);
    };
    expect(await counts()).toEqual(['0', '1', '1']);
    lake.clock.advanceTo(new Date(lake.clock.now().getTime() + 61_000));
    const [again] = await receive();
    expect(again.Attributes?.ApproximateReceiveCount).toBe('2');
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again.ReceiptHandle }));
    expect(await counts()).toEqual(['0', '0', '1']);
    const gone = { QueueUrl: QueueUrl?.replace('work', 'gone'), MessageBody: 'x' };
    await expect(client.send(new SendMessageCommand(gone))).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});

describe('a function with the SDK', () => {
  const code = () =>
    withModules(
      asset('code', {
        'index.js': `
          const { S3Client, PutObjectCommand, GetObjectCommand } = require('@aws-sdk/client-s3');
          const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
          const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
          const s3 = new S3Client({});
          exports.copy = async ({ Records }) => {
            for (const { s3: { bucket, object } } of Records) {
              const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: object.key }));
              const text = await Body.transformToString();
              await s3.send(new PutObjectCommand({ Bucket: bucket.name, Key: process.env.PREFIX + object.key, Body: text.toUpperCase() }));
              await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: object.key }));
            }
          };
          exports.missing = async () => {
            try {
              await s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'nowhere' }));
            } catch (error) {
              return [error.name, error.$metadata.attempts];
            }
          };
          exports.who = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn;
        `,
      }),
    );
  const copies = {
    PolicyName: 'copies',
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::files/*' },
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::files' },
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
      ],
    },
  };
  const lakeOf = async (prefix: string, rules: object[]) => {
    const made = code();
    const Variables = { PREFIX: prefix, QUEUE_URL: { Ref: 'Queue' } };
    const properties = { ...codeOf(made), Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Environment: { Variables } };
    return await functionLake(
      {
        Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'copier', Policies: [copies] } },
        Copy: nodeFunction('', { ...properties, FunctionName: 'copy', Handler: 'index.copy' }),
        Missing: nodeFunction('', { ...properties, FunctionName: 'missing', Handler: 'index.missing' }),
        Who: nodeFunction('', { ...properties, FunctionName: 'who', Handler: 'index.who' }),
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'copied' } },
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files' } },
        Notifications: {
          Type: 'Custom::S3BucketNotifications',
          Properties: {
            BucketName: { Ref: 'Bucket' },
            NotificationConfiguration: {
              LambdaFunctionConfigurations: [
                {
                  Events: ['s3:ObjectCreated:*'],
                  LambdaFunctionArn: { 'Fn::GetAtt': ['Copy', 'Arn'] },
                  Filter: { Key: { FilterRules: rules } },
                },
              ],
            },
          },
        },
      },
      {},
      [made],
    );
  };

  test('is its role, and does what a notification asks for', async () => {
    const { lake, invoke, outcomes } = await lakeOf('done/', [{ Name: 'prefix', Value: 'in/' }]);
    expect((await invoke('who')).payload).toBe('arn:aws:sts::000000000000:assumed-role/copier/lakewright');
    await lake.objects.write('files', 'in/a.txt', 'hello');
    await lake.background.settled();
    expect(outcomes).toMatchObject([{ name: 'lake/Copy', type: 'lambda:event' }]);
    expect(outcomes[0].error).toBeUndefined();
    const keys = (await lake.objects.list('files')).map(({ key }) => key);
    expect(keys).toEqual(['done/in/a.txt', 'in/a.txt']);
    const { Messages } = (await lake.call('sqs', 'ReceiveMessage', { QueueUrl: 'copied' })) as {
      Messages: { Body: string }[];
    };
    expect(Messages.map(({ Body }) => Body)).toEqual(['in/a.txt']);
  });

  test("on the lake's clock doesn't take the machine's for a skew, which it would try again for", async () => {
    const { lake, invoke } = await lakeOf('done/', [{ Name: 'prefix', Value: 'in/' }]);
    lake.clock.advanceTo(new Date('2041-06-01T00:00:00Z'));
    expect((await invoke('missing')).payload).toEqual(['NoSuchKey', 1]);
  });

  test('that writes where it listens is stopped after sixteen rounds, by name', async () => {
    const { lake, host, outcomes } = await lakeOf('again-', []);
    await lake.objects.write('files', 'x', 'hello');
    await lake.background.settled();
    expect((await lake.objects.list('files')).length).toBe(17);
    expect(outcomes.filter(({ error }) => error === undefined)).toHaveLength(16);
    expect(host.messages.filter(({ code }) => code === 'LW_LAMBDA_RECURSIVE_LOOP').map(({ text }) => text)).toEqual([
      expect.stringMatching(/lake\/Copy: it has invoked itself 16 times in a chain/),
    ]);
    // Another write is a chain of its own.
    await lake.objects.write('files', 'fresh', 'hello');
    await lake.background.settled();
    expect((await lake.objects.list('files', { prefix: 'again-fresh' })).length).toBe(1);
  });
});

test('no process of a function outlives a killed lakewright', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'lake.json');
  const slow = nodeFunction(
    'exports.handler = async () => { console.log("at " + process.pid); await new Promise((r) => setTimeout(r, 60000)); };',
    { FunctionName: 'slow', Timeout: 60 },
  );
  fs.writeFileSync(file, JSON.stringify({ Resources: { Slow: slow } }));
  const script = path.join(folder, 'kill.cjs');
  const source = path.join(__dirname, '../../../src');
  fs.writeFileSync(
    script,
    `const { LocalLake } = require(${JSON.stringify(`${source}/local-lake.ts`)});
     const { FolderWorkspace } = require(${JSON.stringify(`${source}/workspace/folder-workspace.ts`)});
     const { loadAssembly } = require(${JSON.stringify(`${source}/assembly/index.ts`)});
     const { EMPTY_CONFIG } = require(${JSON.stringify(`${source}/workspace/config.ts`)});
     const { MemoryHost } = require(${JSON.stringify(`${source}/host/host.ts`)});
     FolderWorkspace.open(${JSON.stringify(path.join(folder, '.lakewright'))}).then((workspace) =>
       new LocalLake(workspace, EMPTY_CONFIG, new MemoryHost(), loadAssembly(${JSON.stringify(file)})).call('lambda', 'Invoke', { FunctionName: 'slow' }));`,
  );
  const parent = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), script], { stdio: 'inherit' });
  onEnd(() => void parent.kill('SIGKILL'));
  const logs = path.join(folder, '.lakewright/logs/lambda/slow');
  const logged = () =>
    fs.existsSync(logs)
      ? fs
          .readdirSync(logs)
          .map((one) => fs.readFileSync(path.join(logs, one), 'utf8'))
          .join('')
      : '';
  await expect.poll(logged, { timeout: 20_000 }).toMatch(/at \d+/);
  const pid = Number(/at (\d+)/.exec(logged())?.[1]);
  parent.kill('SIGKILL');
  await expect
    .poll(
      () => {
        try {
          process.kill(pid, 0);
          return process.platform === 'linux' && / Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
        } catch {
          return true;
        }
      },
      { timeout: 10_000 },
    )
    .toBe(true);
});
