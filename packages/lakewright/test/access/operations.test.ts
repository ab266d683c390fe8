import { describe, expect, it } from 'vitest';
import { accessOf, LOCAL_ADMIN_ONLY } from '../../src/access/operations';
import type { ApiShape } from '../../src/services/api-shape';
import { SERVICES } from '../../src/services/registry';
import { ACCOUNT, resource, temporaryLake } from '../server/temporary-lake';

const lake = await temporaryLake({
  resources: [
    resource('AWS::KMS::Key', 'key-1', { arn: `arn:aws:kms:eu-west-1:${ACCOUNT}:key/key-1` }),
    resource('AWS::KMS::Alias', 'alias/lake', { properties: { TargetKeyId: 'key-1' } }),
    resource('AWS::S3::Bucket', 'sealed', {
      arn: 'arn:aws:s3:::sealed',
      properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key-1' },
              BucketKeyEnabled: true,
            },
          ],
        },
      },
    }),
  ],
});
const services = SERVICES.map((factory) => factory(lake));

describe('which rights an operation takes', () => {
  it.each(services.flatMap(({ name, operations }) => Object.keys(operations).map((operation) => [name, operation])))(
    '%s:%s is known, or only for local-admin, by name',
    async (service, operation) => {
      const access = accessOf(service, operation);
      if (access === undefined) {
        expect(LOCAL_ADMIN_ONLY).toHaveProperty([`${service}:${operation}`]);
        return;
      }
      expect(LOCAL_ADMIN_ONLY).not.toHaveProperty([`${service}:${operation}`]);
      for (const { action, resources } of await access(
        { Bucket: 'b', Key: 'k', Delete: { Objects: [] }, Entries: [] },
        lake,
      )) {
        expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
        for (const arn of resources) expect(arn).toMatch(/^\*$|^arn:aws:|^undefined$/);
      }
    },
  );

  const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${rest}`;
  it.each<[string, string, ApiShape, [string, ...string[]][]]>([
    [
      'glue',
      'GetTable',
      { DatabaseName: 'Raw', Name: 'F' },
      [['glue:GetTable', arn('glue', 'catalog'), arn('glue', 'database/raw'), arn('glue', 'table/raw/f')]],
    ],
    [
      'glue',
      'GetPartitions',
      { DatabaseName: 'raw', TableName: 'f' },
      [['glue:GetPartitions', arn('glue', 'catalog'), arn('glue', 'database/raw'), arn('glue', 'table/raw/f')]],
    ],
    [
      'glue',
      'CreateCrawler',
      { Name: 'c', Role: 'crawl' },
      [
        ['glue:CreateCrawler', arn('glue', 'crawler/c')],
        ['iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/crawl`],
      ],
    ],
    [
      'athena',
      'StartQueryExecution',
      { WorkGroup: 'w' },
      [['athena:StartQueryExecution', arn('athena', 'workgroup/w')]],
    ],
    ['athena', 'StartQueryExecution', {}, [['athena:StartQueryExecution', arn('athena', 'workgroup/primary')]]],
    [
      'sqs',
      'SendMessageBatch',
      { QueueUrl: `https://sqs.eu-west-1.amazonaws.com/${ACCOUNT}/q` },
      [['sqs:SendMessage', arn('sqs', 'q')]],
    ],
    ['lambda', 'Invoke', { FunctionName: 'f' }, [['lambda:InvokeFunction', arn('lambda', 'function:f')]]],
    [
      'lambda',
      'Invoke',
      { FunctionName: arn('lambda', 'function:f'), Qualifier: 'live' },
      [['lambda:InvokeFunction', arn('lambda', 'function:f:live')]],
    ],
    [
      'ssm',
      'GetParameters',
      { Names: ['/a/b', 'c'] },
      [['ssm:GetParameters', arn('ssm', 'parameter/a/b'), arn('ssm', 'parameter/c')]],
    ],
    ['kms', 'DescribeKey', { KeyId: 'alias/lake' }, [['kms:DescribeKey', arn('kms', 'key/key-1')]]],
    ['s3', 'ListBuckets', {}, [['s3:ListAllMyBuckets', 'arn:aws:s3:::*']]],
    [
      's3',
      'PutObject',
      { Bucket: 'sealed', Key: 'a/b' },
      [
        ['s3:PutObject', 'arn:aws:s3:::sealed/a/b'],
        ['kms:GenerateDataKey', arn('kms', 'key/key-1')],
      ],
    ],
    [
      's3',
      'GetObject',
      { Bucket: 'sealed', Key: 'a/b' },
      [
        ['s3:GetObject', 'arn:aws:s3:::sealed/a/b'],
        ['kms:Decrypt', arn('kms', 'key/key-1')],
      ],
    ],
    [
      's3',
      'CopyObject',
      { Bucket: 'open', Key: 'k', CopySource: '/sealed/a%20b' },
      [
        ['s3:GetObject', 'arn:aws:s3:::sealed/a b'],
        ['kms:Decrypt', arn('kms', 'key/key-1')],
        ['s3:PutObject', 'arn:aws:s3:::open/k'],
      ],
    ],
    ['events', 'PutEvents', { Entries: [{ Source: 's' }] }, [['events:PutEvents', arn('events', 'event-bus/default')]]],
    [
      'secretsmanager',
      'GetSecretValue',
      { SecretId: 'none' },
      [['secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:none')]],
    ],
    [
      'states',
      'CreateStateMachine',
      { name: 'm', roleArn: 'arn:aws:iam::1:role/r' },
      [
        ['states:CreateStateMachine', arn('states', 'stateMachine:m')],
        ['iam:PassRole', 'arn:aws:iam::1:role/r'],
      ],
    ],
    ['lakeformation', 'GrantPermissions', {}, [['lakeformation:GrantPermissions', '*']]],
    ['sts', 'GetCallerIdentity', {}, []],
  ])('%s:%s %j', async (service, operation, input, expected) => {
    const requests = await accessOf(service, operation)?.(input, lake);
    expect(requests?.map(({ action, resources }) => [action, ...resources])).toEqual(expected);
  });
});
