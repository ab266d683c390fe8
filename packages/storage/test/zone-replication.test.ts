import { LakeEnvironment } from '@lakewright/core';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataIds, PolicyEvaluator } from '../../core/test/support';
import { LakeStorage, Zone, ZoneEncryption, type ZoneOptions, ZoneReplication } from '../src';

const env = { account: '111111111111', region: 'eu-west-1' };
let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Lake', { env });
});

const create = (options?: ZoneOptions): Zone => new Zone(stack, 'Raw', { zoneName: 'raw', ...options });
const replicaStack = (): Stack => app.node.findChild('Lake-replica-eu-central-1') as Stack;
const roleOf = (zone: Zone): iam.IRole => zone.node.findChild('ReplicationRole') as iam.Role;
const rule = (): Record<string, unknown> => {
  const buckets = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'));
  return buckets.map(({ Properties }) => Properties.ReplicationConfiguration?.Rules[0]).find((each) => each);
};

describe('to another region, by default', () => {
  test('there is a stack with a zone like this one, with its own key and log bucket; their ids stay', () => {
    create({ replication: ZoneReplication.toRegion('eu-central-1') });
    const replica = replicaStack();
    expect([replica.account, replica.region]).toEqual(['111111111111', 'eu-central-1']);
    expect(dataIds(replica)).toEqual({
      Key961B73FD: 'AWS::KMS::Key',
      Logs6819BB44: 'AWS::S3::Bucket',
      RawBucket672A0DBB: 'AWS::S3::Bucket',
    });
    Template.fromStack(replica).hasResourceProperties('AWS::S3::Bucket', {
      BucketName: Match.stringLikeRegexp('^lake-replica-eu-central'),
      VersioningConfiguration: { Status: 'Enabled' },
    });
    expect(stack.dependencies).toContain(replica);
  });

  test('objects are re-encrypted there, deletions stay here, and CloudWatch hears of the lag', () => {
    create({ replication: ZoneReplication.toRegion('eu-central-1') });
    expect(rule()).toMatchObject({
      Status: 'Enabled',
      DeleteMarkerReplication: { Status: 'Disabled' },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      Destination: { Metrics: { Status: 'Enabled' } },
    });
    expect(JSON.stringify(rule())).toContain(':kms:eu-central-1:111111111111:alias/lakewright/');
    expect(JSON.stringify(rule())).not.toContain('ReplicationTime');
  });

  test('the role reads versions here and writes replicas there, and can do nothing else', () => {
    const zone = create({ replication: ZoneReplication.toRegion('eu-central-1') });
    const replica = zone.replica as s3.IBucket;
    const access = PolicyEvaluator.of(stack, replicaStack());
    const decide = (action: string, bucket: s3.IBucket): string =>
      access.decide(roleOf(zone), action, bucket.arnForObjects('x'));
    expect(decide('s3:GetObjectVersionForReplication', zone.bucket)).toBe('allowed');
    expect(decide('s3:ReplicateObject', replica)).toBe('allowed');
    expect(decide('s3:ReplicateObject', zone.bucket)).toBe('denied');
    expect(decide('s3:GetObject', zone.bucket)).toBe('denied');
    expect(decide('s3:DeleteObject', replica)).toBe('denied');
    expect(access.decide(roleOf(zone), 'kms:Decrypt', (zone.encryptionKey as kms.IKey).keyArn)).toBe('allowed');
  });

  test('the role encrypts with the key that has the alias, and with no other key there', () => {
    const zone = create({ replication: ZoneReplication.toRegion('eu-central-1') });
    const access = PolicyEvaluator.of(stack, replicaStack());
    const [alias] = access.app.resources('AWS::KMS::Alias');
    const encrypts = (aliases: string[]): string =>
      access.decide(roleOf(zone), 'kms:GenerateDataKey', 'arn:aws:kms:eu-central-1:111111111111:key/Key961B73FD', {
        'kms:ResourceAliases': aliases,
      });
    expect(encrypts([String(alias?.properties.AliasName)])).toBe('allowed');
    expect(encrypts(['alias/other'])).toBe('denied');
    expect(encrypts([])).toBe('denied');
  });
});

test('all zones of a storage share one stack, key and log bucket there', () => {
  new LakeStorage(stack, 'Storage', { replication: ZoneReplication.toRegion('eu-central-1') });
  const template = Template.fromStack(replicaStack());
  template.resourceCountIs('AWS::S3::Bucket', 4);
  template.resourceCountIs('AWS::KMS::Key', 1);
  template.resourceCountIs('AWS::KMS::Alias', 1);
});

test.each([
  [LakeEnvironment.production(), 'Retain', 0],
  [LakeEnvironment.sandbox(), 'Delete', 2],
])('the replica follows the environment', (environment, policy, emptied) => {
  create({ environment, replication: ZoneReplication.toRegion('eu-central-1') });
  const template = Template.fromStack(replicaStack());
  const policies = Object.values(template.findResources('AWS::S3::Bucket')).map(({ DeletionPolicy }) => DeletionPolicy);
  expect(policies).toEqual([policy, policy]);
  template.resourceCountIs('Custom::S3AutoDeleteObjects', emptied);
});

test('what can be changed: delete markers, metrics, time control, storage class, SSE-S3', () => {
  create({
    encryption: ZoneEncryption.s3Managed(),
    replication: ZoneReplication.toRegion('eu-central-1', {
      deleteMarkers: true,
      metrics: false,
      timeControl: true,
      storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
    }),
  });
  expect(rule()).toMatchObject({
    DeleteMarkerReplication: { Status: 'Enabled' },
    Destination: {
      StorageClass: 'GLACIER_IR',
      ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
      Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
    },
  });
  expect(rule()).not.toHaveProperty('SourceSelectionCriteria');
  Template.fromStack(replicaStack()).resourceCountIs('AWS::KMS::Key', 0);
});

test('metrics can be left out', () => {
  create({ replication: ZoneReplication.toRegion('eu-central-1', { metrics: false }) });
  expect(rule().Destination).not.toHaveProperty('Metrics');
});

test('the metrics of a replica name both buckets and the rule', () => {
  const zone = create({ replication: ZoneReplication.toRegion('eu-central-1') });
  expect(zone.metricReplicationLatency()).toMatchObject({ metricName: 'ReplicationLatency', statistic: 'Maximum' });
  expect(zone.metricOperationsFailedReplication().dimensions).toEqual({
    SourceBucket: zone.bucket.bucketName,
    DestinationBucket: zone.replica?.bucketName,
    RuleId: 'Replica',
  });
});

describe('to a bucket that is there', () => {
  test('in the same account: its key is used, its policy left alone', () => {
    const key = new kms.Key(stack, 'CopyKey');
    const copy = new s3.Bucket(stack, 'Copy', { versioned: true, encryptionKey: key });
    const zone = create({ replication: ZoneReplication.toBucket(copy) });
    expect(rule()).toMatchObject({
      Destination: { EncryptionConfiguration: { ReplicaKmsKeyID: stack.resolve(key.keyArn) } },
    });
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(roleOf(zone), 's3:ReplicateObject', copy.arnForObjects('x'))).toBe('allowed');
    expect(access.decide(roleOf(zone), 'kms:Encrypt', key.keyArn)).toBe('allowed');
    expect(access.app.resources('AWS::S3::BucketPolicy').some(({ properties }) => properties.Bucket === 'Copy')).toBe(
      false,
    );
  });

  test('in another account of the app: its policy lets the role in, and replicas belong to it', () => {
    const away = new Stack(app, 'Away', { env: { account: '222222222222', region: 'eu-west-1' } });
    const copy = new s3.Bucket(away, 'Copy', { bucketName: 'the-copy', versioned: true });
    const zone = create({
      encryption: ZoneEncryption.s3Managed(),
      replication: ZoneReplication.toBucket(copy),
    });
    expect(rule()).toMatchObject({
      Destination: { Account: '222222222222', AccessControlTranslation: { Owner: 'Destination' } },
    });
    const access = PolicyEvaluator.of(stack, away);
    expect(access.decide(roleOf(zone), 's3:ReplicateObject', 'arn:aws:s3:::the-copy/x')).toBe('allowed');
    expect(access.decide(roleOf(zone), 's3:GetObject', 'arn:aws:s3:::the-copy/x')).toBe('denied');
  });

  test('in another account, imported: a warning says what its policy must allow', () => {
    const copy = s3.Bucket.fromBucketAttributes(stack, 'Copy', { bucketName: 'the-copy', account: '222222222222' });
    create({ encryption: ZoneEncryption.s3Managed(), replication: ZoneReplication.toBucket(copy) });
    Annotations.fromStack(stack).hasWarning(
      '*',
      Match.stringLikeRegexp('account 222222222222 must allow s3:ReplicateObject'),
    );
  });
});

describe('what is refused', () => {
  test('another region without an explicit environment', () => {
    const agnostic = new Stack(app, 'Agnostic');
    const replication = ZoneReplication.toRegion('eu-central-1');
    expect(() => new Zone(agnostic, 'Raw', { zoneName: 'raw', replication })).toThrow('ReplicationNeedsEnvironment');
  });

  test("the zone's own region", () => {
    expect(() => create({ replication: ZoneReplication.toRegion('eu-west-1') })).toThrow('ReplicationSameRegion');
  });

  test('a destination without a key, when the zone has one', () => {
    const copy = s3.Bucket.fromBucketName(stack, 'Copy', 'the-copy');
    expect(() => create({ replication: ZoneReplication.toBucket(copy) })).toThrow('ReplicaNeedsKey');
  });
});
