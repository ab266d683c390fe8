import { LakeEnvironment } from '@lakewright/core';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataIds, PolicyEvaluator } from '../../core/test/support';
import {
  AccessLogs,
  LakeStorage,
  type LakeStorageProps,
  LakeZone,
  ZoneEncryption,
  ZoneLifecycle,
  ZoneReplication,
} from '../src';

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Lake');
});

const create = (props?: LakeStorageProps): LakeStorage => new LakeStorage(stack, 'Storage', props);
const template = (): Template => Template.fromStack(stack);
const buckets = (): { Properties: Record<string, unknown>; DeletionPolicy: string }[] =>
  Object.values(template().findResources('AWS::S3::Bucket')) as never;

describe('by default', () => {
  test('there are a raw, a converted and a datasets zone, each a bucket of its own', () => {
    const storage = create();
    expect(storage.zones.map(({ zoneName }) => zoneName)).toEqual(['raw', 'converted', 'datasets']);
    expect(storage.raw).toBe(storage.zone('raw'));
    expect(storage.converted).toBe(storage.zone('converted'));
    expect(storage.datasets).toBe(storage.zone('datasets'));
    expect(new Set(storage.zones.map(({ bucket }) => bucket)).size).toBe(3);
  });

  test('nine resources are all there is: one key, three zones and the log bucket, each with a policy', () => {
    create();
    expect(count(template())).toEqual({ 'AWS::KMS::Key': 1, 'AWS::S3::Bucket': 4, 'AWS::S3::BucketPolicy': 4 });
  });

  test('the logical ids of what holds data stay', () => {
    create();
    expect(dataIds(stack)).toEqual({
      StorageConvertedBucket6F0266A3: 'AWS::S3::Bucket',
      StorageDatasetsBucketDC17B287: 'AWS::S3::Bucket',
      StorageKeyBAA9457B: 'AWS::KMS::Key',
      StorageLogs2A2D4D26: 'AWS::S3::Bucket',
      StorageRawBucketCFA2C318: 'AWS::S3::Bucket',
    });
  });

  test('all zones are encrypted with one rotated key, through bucket keys', () => {
    const storage = create();
    template().hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    template().resourcePropertiesCountIs(
      'AWS::S3::Bucket',
      {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              BucketKeyEnabled: true,
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: { 'Fn::GetAtt': ['StorageKeyBAA9457B', 'Arn'] },
              },
            },
          ],
        },
      },
      3,
    );
    expect(storage.zones.every(({ encryptionKey }) => encryptionKey === storage.encryptionKey)).toBe(true);
  });

  test('S3 may write access logs of this account to the log bucket, and nothing else', () => {
    const storage = create();
    const access = PolicyEvaluator.of(stack);
    const logs = storage.logBucket as s3.IBucket;
    const from = (source: string, account = '111111111111'): Record<string, string> => ({
      'aws:SourceArn': access.text(source),
      'aws:SourceAccount': account,
    });
    const put = (key: string, context: Record<string, string>): string =>
      access.decide('logging.s3.amazonaws.com', 's3:PutObject', logs.arnForObjects(key), context);
    expect(put('access-logs/x', from(storage.raw.bucket.bucketArn))).toBe('allowed');
    expect(put('access-logs/x', from('arn:aws:s3:::other'))).toBe('denied');
    expect(put('access-logs/x', from(storage.raw.bucket.bucketArn, '999999999999'))).toBe('denied');
    expect(put('inventory/x', from(storage.raw.bucket.bucketArn))).toBe('denied');
  });
});

describe('the environment', () => {
  test('production retains every bucket and the key, and brings no function that could delete', () => {
    create({ environment: LakeEnvironment.production() });
    expect(buckets().map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Retain', 'Retain', 'Retain', 'Retain']);
    template().hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template().resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('a sandbox empties and destroys every bucket, the log bucket included, and the key', () => {
    create({ environment: LakeEnvironment.sandbox() });
    const emptied = Object.values(template().findResources('Custom::S3AutoDeleteObjects')).map(
      ({ Properties }) => Properties.BucketName.Ref,
    );
    expect(emptied.sort()).toEqual(Object.keys(template().findResources('AWS::S3::Bucket')).sort());
    expect(buckets().map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Delete', 'Delete', 'Delete', 'Delete']);
    template().hasResource('AWS::KMS::Key', { DeletionPolicy: 'Delete', Properties: { PendingWindowInDays: 7 } });
  });

  test('the emptying function may delete in its buckets', () => {
    const storage = create({ environment: LakeEnvironment.sandbox() });
    const access = PolicyEvaluator.of(stack);
    const [role] = access.app.resources('AWS::IAM::Role');
    const arn = `arn:aws:iam::111111111111:role/${role?.id}`;
    for (const bucket of [storage.raw.bucket, storage.logBucket as s3.IBucket]) {
      expect(access.decide(arn, 's3:DeleteObjectVersion', bucket.arnForObjects('x'))).toBe('allowed');
      expect(access.decide(arn, 's3:GetObject', bucket.arnForObjects('x'))).toBe('denied');
    }
  });

  test.each([
    [LakeEnvironment.production(), 365],
    [LakeEnvironment.sandbox(), 7],
    [LakeEnvironment.custom('archive', { logRetention: RetentionDays.INFINITE }), undefined],
  ])('logs expire as the environment says', (environment, days) => {
    create({ environment });
    template().hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ Id: 'Expiry', ExpirationInDays: days ?? Match.absent() })] },
    });
  });
});

describe('what can be changed', () => {
  test('names and number of zones', () => {
    const storage = create({ zones: ['bronze', 'silver'].map((name) => LakeZone.create(name)) });
    expect(storage.zone('bronze').zoneName).toBe('bronze');
    expect(storage.tryZone('gold')).toBeUndefined();
    template().resourceCountIs('AWS::S3::Bucket', 3);
  });

  test("a zone's options win over the storage's", () => {
    create({
      lifecycle: ZoneLifecycle.tiered(),
      zones: [LakeZone.create('raw', { lifecycle: ZoneLifecycle.none() }), LakeZone.create('converted')],
    });
    const rules = buckets().map(({ Properties }) => JSON.stringify(Properties.LifecycleConfiguration ?? 'none'));
    expect(rules.filter((rule) => rule === '"none"')).toHaveLength(1);
    expect(rules.filter((rule) => rule.includes('INTELLIGENT_TIERING'))).toHaveLength(1);
  });

  test('SSE-S3 leaves the key out', () => {
    const storage = create({ encryption: ZoneEncryption.s3Managed() });
    template().resourceCountIs('AWS::KMS::Key', 0);
    expect(storage.encryptionKey).toBeUndefined();
  });

  test('access logs can be switched off, and their bucket with them', () => {
    const storage = create({ accessLogs: AccessLogs.none() });
    expect(storage.logBucket).toBeUndefined();
    expect(buckets().every(({ Properties }) => Properties.LoggingConfiguration === undefined)).toBe(true);
    expect(buckets()).toHaveLength(3);
  });
});

describe('what can be handed in', () => {
  test('a key', () => {
    const key = new kms.Key(stack, 'Mine');
    const storage = create({ encryption: ZoneEncryption.ofKey(key) });
    expect(storage.encryptionKey).toBe(key);
    template().resourceCountIs('AWS::KMS::Key', 1);
  });

  test('a log bucket, below a prefix of its own', () => {
    const logs = new s3.Bucket(stack, 'MyLogs');
    create({ accessLogs: AccessLogs.toBucket(logs, 'lake') });
    template().resourceCountIs('AWS::S3::Bucket', 4);
    template().resourcePropertiesCountIs(
      'AWS::S3::Bucket',
      { LoggingConfiguration: { DestinationBucketName: stack.resolve(logs.bucketName), LogFilePrefix: 'lake/' } },
      3,
    );
  });

  test('an imported log bucket, with a warning that its policy has to let S3 in', () => {
    create({ accessLogs: AccessLogs.toBucket(s3.Bucket.fromBucketName(stack, 'Theirs', 'their-logs')) });
    Annotations.fromStack(stack).hasWarning(
      '*',
      Match.stringLikeRegexp('logging.s3.amazonaws.com: the access logs of'),
    );
  });

  test("a bucket as a zone: it stays as it is, and the storage's defaults don't touch it", () => {
    const mine = new s3.Bucket(stack, 'Mine');
    const storage = create({ zones: [LakeZone.ofBucket('raw', mine)], lifecycle: ZoneLifecycle.tiered() });
    expect(storage.raw.bucket).toBe(mine);
    expect(count(template())).toEqual({ 'AWS::S3::Bucket': 1 });
    template().hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: Match.absent() });
  });
});

describe('what is refused', () => {
  test.each<[string, LakeStorageProps]>([
    ['InvalidZones: no zone', { zones: [] }],
    ['InvalidZones: two zones named "raw"', { zones: [LakeZone.create('raw'), LakeZone.create('raw')] }],
  ])('%s', (message, props) => {
    expect(() => create(props)).toThrow(message);
  });

  test.each(['Raw', '', '1st', 'raw zone', 'a'.repeat(64)])('the zone name "%s"', (name) => {
    expect(() => LakeZone.create(name)).toThrow(`InvalidZoneName: zone name "${name}"`);
  });

  test('a zone that is not there, with the names of those that are', () => {
    const storage = create({ zones: [LakeZone.create('bronze'), LakeZone.create('silver')] });
    expect(() => storage.raw).toThrow('UnknownZone: zone "raw" of Lake/Storage → one of "bronze", "silver"');
  });

  test('a zone name that is known at deployment only', () => {
    const name = new CfnParameter(stack, 'Name').valueAsString;
    expect(() => LakeZone.create(name)).toThrow('InvalidZoneName');
  });

  test('a log bucket with a KMS key, where S3 delivers no logs', () => {
    const logs = new s3.Bucket(stack, 'MyLogs', { encryptionKey: new kms.Key(stack, 'Key') });
    expect(() => AccessLogs.toBucket(logs)).toThrow('LogBucketHasKey: log bucket "Lake/MyLogs" with a KMS key');
  });

  test('one destination bucket for several zones, whose keys would collide', () => {
    const replication = ZoneReplication.toBucket(new s3.Bucket(stack, 'Copy', { versioned: true }));
    const encryption = ZoneEncryption.s3Managed();
    expect(() => create({ replication, encryption })).toThrow('SharedReplica: one destination bucket for 3 zones');
    expect(
      () => new LakeStorage(stack, 'One', { zones: [LakeZone.create('raw')], replication, encryption }),
    ).not.toThrow();
  });
});

test('two lakes fit into one stack', () => {
  create();
  new LakeStorage(stack, 'Other', { lifecycle: ZoneLifecycle.none().expireAfter(Duration.days(30)) });
  template().resourceCountIs('AWS::S3::Bucket', 8);
});

function count(template: Template): Record<string, number> {
  const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type);
  return Object.fromEntries([...new Set(types)].sort().map((type) => [type, types.filter((t) => t === type).length]));
}
