import { expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { functionLake, nodeFunction } from './function-lake';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

test('changes of a bucket reach functions, queues, topics and rules, each as it asks for', async () => {
  const printing = (FunctionName: string) =>
    nodeFunction('exports.handler = async (event) => { console.log(JSON.stringify(event)) };', { FunctionName });
  const { lake, log, outcomes } = await functionLake({
    Work: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'topic' } },
    Mirror: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'mirror' } },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'sqs', Endpoint: arnOf('Mirror'), RawMessageDelivery: true },
    },
    Plain: printing('plain'),
    Ruled: printing('ruled'),
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'files',
        NotificationConfiguration: {
          EventBridgeConfiguration: { EventBridgeEnabled: true },
          LambdaConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Function: arnOf('Plain'),
              Filter: { S3Key: { Rules: [{ Name: 'suffix', Value: '.csv' }] } },
            },
          ],
          QueueConfigurations: [{ Event: 's3:ObjectRemoved:*', Queue: arnOf('Work') }],
          TopicConfigurations: [{ Event: 's3:ObjectCreated:Put', Topic: { Ref: 'Topic' } }],
        },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: {
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: { object: { key: [{ prefix: 'in/' }] } },
        },
        Targets: [{ Id: 't', Arn: arnOf('Ruled'), InputPath: '$.detail.object.key' }],
      },
    },
  });
  for (const key of ['in/a b.csv', 'in/c.json', 'other.csv']) await lake.objects.write('files', key, 'x');
  await lake.objects.delete('files', 'other.csv');
  await lake.background.settled();
  const events = (name: string) =>
    log(name)
      .split('\n')
      .flatMap((line) => (/^[{"]/.test(line) ? [JSON.parse(line)] : []));
  expect(
    events('plain')
      .map((event) => event.Records[0].s3.object.key)
      .sort(),
  ).toEqual(['in/a+b.csv', 'other.csv']);
  expect(events('ruled').sort()).toEqual(['in/a b.csv', 'in/c.json']);
  const keys = async (queue: string) => {
    const input = { QueueUrl: `x/${queue}`, MaxNumberOfMessages: 10 };
    const { Messages = [] } = (await lake.call('sqs', 'ReceiveMessage', input)) as ApiShape;
    return Messages.map(({ Body }: ApiShape) => JSON.parse(Body).Records[0].s3.object.key).sort();
  };
  expect(await keys('work')).toEqual(['other.csv']);
  expect(await keys('mirror')).toEqual(['in/a+b.csv', 'in/c.json', 'other.csv']);
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
});
