import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { LakeEvent } from '../../../src/services/event-bus';
import { s3 } from '../../../src/services/s3';
import type { ServiceFactory } from '../../../src/services/service';
import { resource, type TestLake, temporaryLake } from '../../server/temporary-lake';
import { temporaryFolder } from '../../workspace/temporary-workspace';
import { s3Client } from './s3-client';

const bucket = (properties: object = {}) => resource('AWS::S3::Bucket', 'raw', { properties: { ...properties } });
const failing = (name: string) => expect.objectContaining({ name });

async function contents(lake: TestLake, name = 'raw'): Promise<Record<string, string>> {
  const keys = (await lake.objects.list(name)).map(({ key }) => key);
  return Object.fromEntries(
    await Promise.all(keys.map(async (key) => [key, await text(await lake.objects.read(name, key))])),
  );
}

describe('a bucket of the template', () => {
  it('is there, and again on the next run', async () => {
    const lake = await temporaryLake({ resources: [bucket()] });
    await lake.objects.write('raw', 'a', 'x');
    await s3(lake).resources['AWS::S3::Bucket'].apply?.(bucket());
    expect(await contents(lake)).toEqual({ a: 'x' });
  });

  it('says which of its properties have no effect', async () => {
    const lake = await temporaryLake();
    const { classify } = s3(lake).resources['AWS::S3::Bucket'];
    expect(classify?.(bucket({ VersioningConfiguration: {}, LifecycleConfiguration: {} }))).toEqual({
      classification: 'executed',
      note: 'without effect here: versions, lifecycle',
    });
    expect(classify?.(bucket())?.note).toBeUndefined();
  });

  it('answers by what the template declares', async () => {
    const declared = bucket({
      VersioningConfiguration: { Status: 'Enabled' },
      Tags: [{ Key: 'zone', Value: 'raw' }],
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'k' } },
        ],
      },
      LifecycleConfiguration: {
        Rules: [
          {
            Id: 'r',
            Status: 'Enabled',
            ExpirationInDays: 7,
            Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 3 }],
          },
        ],
      },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true },
      ReplicationConfiguration: {},
    });
    const policy = resource('AWS::S3::BucketPolicy', 'p', {
      properties: { Bucket: 'raw', PolicyDocument: { Version: '2012-10-17' } },
    });
    const { client } = await s3Client({ resources: [declared, policy] });
    const Bucket = 'raw';
    expect(await client.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
    expect(await client.send(new GetBucketTaggingCommand({ Bucket }))).toMatchObject({
      TagSet: [{ Key: 'zone', Value: 'raw' }],
    });
    expect(
      (await client.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules,
    ).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'k' }, BucketKeyEnabled: true },
    ]);
    expect((await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toMatchObject([
      { ID: 'r', Status: 'Enabled', Expiration: { Days: 7 }, Transitions: [{ Days: 3, StorageClass: 'GLACIER' }] },
    ]);
    expect((await client.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: false,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    });
    expect(await client.send(new GetBucketPolicyCommand({ Bucket }))).toMatchObject({
      Policy: '{"Version":"2012-10-17"}',
    });
    expect(await client.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({
      LocationConstraint: 'eu-west-1',
    });
    await expect(client.send(new GetBucketReplicationCommand({ Bucket }))).rejects.toEqual(failing('NotImplemented'));
  });

  it("answers as a new bucket for what it doesn't declare", async () => {
    const { client } = await s3Client({ resources: [bucket()] });
    const Bucket = 'raw';
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    await expect(client.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toEqual(failing('NoSuchTagSet'));
    await expect(client.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toEqual(failing('NoSuchBucketPolicy'));
    await expect(client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).rejects.toEqual(
      failing('NoSuchLifecycleConfiguration'),
    );
    await expect(client.send(new GetBucketReplicationCommand({ Bucket }))).rejects.toEqual(
      failing('ReplicationConfigurationNotFoundError'),
    );
    await expect(client.send(new GetBucketVersioningCommand({ Bucket: 'none' }))).rejects.toEqual(
      failing('NoSuchBucket'),
    );
  });
});

describe('changes of objects', () => {
  it('are EventBridge events where the template asks for them', async () => {
    const quiet = resource('AWS::S3::Bucket', 'quiet');
    const lake = await temporaryLake({
      resources: [
        bucket({ NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } }),
        quiet,
      ],
    });
    const events: LakeEvent[] = [];
    lake.events.subscribe((event) => events.push(event));
    await lake.objects.write('raw', 'a b', 'xyz');
    await lake.objects.write('quiet', 'a', 'x');
    await lake.objects.delete('raw', 'a b');
    expect(events).toMatchObject([
      {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        resources: ['arn:aws:s3:::raw'],
        detail: {
          bucket: { name: 'raw' },
          object: { key: 'a b', size: 3, etag: 'd16fb36f0911f878998c136191af705e' },
          reason: 'PutObject',
        },
      },
      { 'detail-type': 'Object Deleted', detail: { object: { key: 'a b' }, reason: 'DeleteObject' } },
    ]);
  });

  it('are sent to the functions and queues that want them', async () => {
    const calls: [string, unknown][] = [];
    const fake =
      (name: string, operation: string): ServiceFactory =>
      () => ({
        name,
        resources: {},
        tasks: {},
        operations: {
          [operation]: async (input) => {
            calls.push([name, input]);
            return {};
          },
        },
      });
    const custom = resource('Custom::S3BucketNotifications', 'n', {
      properties: {
        BucketName: 'raw',
        NotificationConfiguration: {
          LambdaFunctionConfigurations: [
            {
              Events: ['s3:ObjectCreated:*'],
              LambdaFunctionArn: 'arn:fn',
              Filter: {
                Key: {
                  FilterRules: [
                    { Name: 'prefix', Value: 'in/' },
                    { Name: 'suffix', Value: '.csv' },
                  ],
                },
              },
            },
          ],
          TopicConfigurations: [{ Events: ['s3:ObjectRemoved:*'], TopicArn: 'arn:topic' }],
        },
      },
    });
    const properties = {
      NotificationConfiguration: {
        QueueConfigurations: [{ Event: 's3:ObjectRemoved:Delete', Queue: 'arn:aws:sqs:eu-west-1:111122223333:q' }],
      },
    };
    const lake = await temporaryLake({
      resources: [bucket(properties), custom],
      services: [fake('lambda', 'Invoke'), fake('sqs', 'SendMessage')],
    });
    await lake.objects.write('raw', 'in/a b.csv', 'x');
    await lake.objects.write('raw', 'in/a.json', 'x');
    await lake.objects.delete('raw', 'in/a b.csv');
    expect(calls.map(([name]) => name)).toEqual(['lambda', 'sqs']);
    const [, { FunctionName, InvocationType, Payload }] = calls[0] as [string, Record<string, string>];
    expect([FunctionName, InvocationType]).toEqual(['arn:fn', 'Event']);
    expect(JSON.parse(Payload).Records[0]).toMatchObject({
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'raw' }, object: { key: 'in/a+b.csv', size: 1 } },
    });
    expect(calls[1][1]).toMatchObject({ QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/q' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(lake.host.messages).toMatchObject([
      { code: 'LW_S3_NOTIFICATION_FAILED', text: expect.stringContaining('arn:topic') },
    ]);
  });
});

describe('a bucket deployment', () => {
  function folderAsset(files: Record<string, string>) {
    const folder = temporaryFolder();
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), content);
    }
    return { bucket: 'assets', key: 'hash.zip', path: folder, packaging: 'zip' as const };
  }

  const deployment = (properties: object) =>
    resource('Custom::CDKBucketDeployment', 'd', {
      properties: {
        SourceBucketNames: ['assets'],
        SourceObjectKeys: ['hash.zip'],
        DestinationBucketName: 'raw',
        ...properties,
      },
    });

  it('copies the asset below its prefix, with markers put in', async () => {
    const asset = folderAsset({ 'a/data.csv': 'x', 'config.json': '{"bucket":"<<marker:0xbaba:0>>"}', '.hidden': 'h' });
    const lake = await temporaryLake({
      assets: [asset],
      resources: [
        bucket(),
        deployment({
          DestinationBucketKeyPrefix: 'site',
          SourceMarkers: [{ '<<marker:0xbaba:0>>': '$&raw' }],
          UserMetadata: { owner: 'me' },
          SystemMetadata: { 'cache-control': 'no-store' },
        }),
      ],
    });
    expect(await contents(lake)).toEqual({
      'site/.hidden': 'h',
      'site/a/data.csv': 'x',
      'site/config.json': '{"bucket":"$&raw"}',
    });
    expect(await lake.objects.head('raw', 'site/a/data.csv')).toMatchObject({
      contentType: 'text/csv',
      metadata: { owner: 'me' },
      headers: { 'cache-control': 'no-store' },
    });
  });

  it('puts markers into JSON as strings, and leaves bytes that are no text alone', async () => {
    const asset = folderAsset({ 'config.json': '{"a":"<<m>>"}' });
    fs.writeFileSync(path.join(asset.path, 'binary'), Buffer.from([0xff, 0x00, ...Buffer.from('<<m>>'), 0xfe]));
    const properties = { SourceMarkers: [{ '<<m>>': 'say "ü"\n' }], SourceMarkersConfig: [{ jsonEscape: 'true' }] };
    const lake = await temporaryLake({ assets: [asset], resources: [bucket(), deployment(properties)] });
    expect(JSON.parse((await contents(lake))['config.json'])).toEqual({ a: 'say "ü"\n' });
    const binary = fs.readFileSync(lake.objects.path('raw', 'binary'));
    expect([binary[0], binary[1], binary.at(-1)]).toEqual([0xff, 0x00, 0xfe]);
  });

  it('removes what the asset has no longer, below its prefix, and leaves equal objects alone', async () => {
    const resources = [bucket(), deployment({ DestinationBucketKeyPrefix: 'site/' })];
    const lake = await temporaryLake({ assets: [folderAsset({ a: '1', b: '2' })], resources });
    await lake.objects.write('raw', 'site/old', 'x');
    await lake.objects.write('raw', 'other', 'x');
    const changes: string[] = [];
    lake.objects.onChange(({ kind, key }) => changes.push(`${kind} ${key}`));
    await s3(lake).resources['Custom::CDKBucketDeployment'].apply?.(resources[1]);
    expect(changes).toEqual(['deleted site/old']);
    expect(Object.keys(await contents(lake))).toEqual(['other', 'site/a', 'site/b']);
  });

  it('honours exclude, include and prune: false', async () => {
    const asset = folderAsset({ 'keep.csv': '1', 'skip.txt': '2', 'deep/skip.txt': '3', 'deep/yes.txt': '4' });
    const properties = { Exclude: ['*.txt'], Include: ['deep/y?s.[t]xt'], Prune: 'false' };
    const lake = await temporaryLake({ assets: [asset], resources: [bucket(), deployment(properties)] });
    expect(Object.keys(await contents(lake))).toEqual(['deep/yes.txt', 'keep.csv']);
  });

  it('unpacks archives, or copies them whole', async () => {
    const folder = temporaryFolder();
    const archive = path.join(folder, 'data.zip');
    const script = `import zipfile;z=zipfile.ZipFile(${JSON.stringify(archive)},'w');z.writestr('a/b.txt','deflated '*50,8);z.writestr('c.txt','stored');z.close()`;
    execFileSync('python3', ['-c', script]);
    const asset = { bucket: 'assets', key: 'hash.zip', path: archive, packaging: 'file' as const };
    const lake = await temporaryLake({ assets: [asset], resources: [bucket(), deployment({})] });
    expect(await contents(lake)).toEqual({ 'a/b.txt': 'deflated '.repeat(50), 'c.txt': 'stored' });
    await s3({ ...lake, assets: [asset] }).resources['Custom::CDKBucketDeployment'].apply?.(
      deployment({ Extract: 'false' }),
    );
    expect(Object.keys(await contents(lake))).toEqual(['hash.zip']);
  });

  it('whose source is nowhere, or broken, says so with its path', async () => {
    await expect(temporaryLake({ resources: [bucket(), deployment({})] })).rejects.toMatchObject({
      message: expect.stringContaining('Stack/d/Resource: its source s3://assets/hash.zip'),
    });
    const file = path.join(temporaryFolder(), 'x.zip');
    for (const content of ['', 'PK', 'PK\x05\x06'.padEnd(22, '\xff')]) {
      fs.writeFileSync(file, content, 'latin1');
      const assets = [{ bucket: 'assets', key: 'hash.zip', path: file, packaging: 'file' as const }];
      await expect(temporaryLake({ assets, resources: [bucket(), deployment({})] })).rejects.toMatchObject({
        code: 'InvalidZip',
      });
    }
  });
});
