import { LakeEnvironment } from '@lakewright/core';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as notifications from 'aws-cdk-lib/aws-s3-notifications';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataIds, PolicyEvaluator } from '../../core/test/support';
import { AccessLogs, Zone, type ZoneBase, ZoneEncryption, type ZoneOptions } from '../src';

let stack: Stack;
let role: iam.Role;

beforeEach(() => {
  stack = new Stack(new App(), 'Lake');
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com') });
});

const create = (options?: ZoneOptions): Zone => new Zone(stack, 'Raw', { zoneName: 'raw', ...options });
const template = (): Template => Template.fromStack(stack);

describe('by default', () => {
  test('the bucket is versioned, private and owner-enforced, and tells EventBridge without a function', () => {
    create();
    template().hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      LoggingConfiguration: { LogFilePrefix: 'access-logs/' },
    });
    template().resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('nobody gets in without TLS 1.2, whoever granted it', () => {
    const { bucket } = create();
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
    const access = PolicyEvaluator.of(stack);
    const get = (context: Record<string, string>): string =>
      access.decide(role, 's3:GetObject', bucket.arnForObjects('x'), context);
    expect(get({})).toBe('allowed');
    expect(get({ 'aws:SecureTransport': 'false' })).toBe('denied');
    expect(get({ 's3:TlsVersion': '1.1' })).toBe('denied');
  });

  test('a zone on its own has its own key and log bucket, and its ids stay', () => {
    const zone = create();
    expect(zone.encryptionKey).toBeDefined();
    expect(dataIds(stack)).toEqual({
      RawBucket672A0DBB: 'AWS::S3::Bucket',
      RawKey9F610D0B: 'AWS::KMS::Key',
      RawLogs352DB64F: 'AWS::S3::Bucket',
    });
  });

  test('the escape hatch is the CfnBucket', () => {
    expect(create().node.defaultChild).toBeInstanceOf(s3.CfnBucket);
  });
});

describe('grants', () => {
  const reads = (zone: ZoneBase, key: string): string =>
    PolicyEvaluator.of(stack).decide(role, 's3:GetObject', zone.bucket.arnForObjects(key));

  test('a prefix covers itself and what is below, never a prefix that starts with the same letters', () => {
    const zone = create();
    zone.grants.read(role, 'a');
    expect(reads(zone, 'a/x')).toBe('allowed');
    expect(reads(zone, 'a/b/c')).toBe('allowed');
    expect(reads(zone, 'ab/x')).toBe('denied');
    expect(reads(zone, 'x')).toBe('denied');
    const access = PolicyEvaluator.of(stack);
    const lists = (prefix?: string): string =>
      access.decide(role, 's3:ListBucket', zone.bucket.bucketArn, { 's3:prefix': prefix });
    expect(['a', 'a/', 'a/b'].map(lists)).toEqual(['allowed', 'allowed', 'allowed']);
    expect(['ab', 'ab/', '', undefined].map(lists)).toEqual(['denied', 'denied', 'denied', 'denied']);
    expect(access.decide(role, 'kms:Decrypt', (zone.encryptionKey as kms.IKey).keyArn)).toBe('allowed');
  });

  test('without a prefix the whole zone is covered', () => {
    const zone = create();
    zone.grants.read(role);
    expect(reads(zone, 'any/thing')).toBe('allowed');
    expect(PolicyEvaluator.of(stack).decide(role, 's3:ListBucket', zone.bucket.bucketArn)).toBe('allowed');
  });

  test.each([
    ['read', { 's3:GetObject': 'allowed', 's3:PutObject': 'denied', 's3:DeleteObject': 'denied' }],
    ['write', { 's3:GetObject': 'denied', 's3:PutObject': 'allowed', 's3:DeleteObject': 'denied' }],
    ['readWrite', { 's3:GetObject': 'allowed', 's3:PutObject': 'allowed', 's3:DeleteObject': 'denied' }],
    ['delete', { 's3:GetObject': 'denied', 's3:PutObject': 'denied', 's3:DeleteObject': 'allowed' }],
  ] as const)('%s gives just what it says, and never the right to remove a version', (grant, expected) => {
    const zone = create();
    zone.grants[grant](role, 'a');
    const access = PolicyEvaluator.of(stack);
    const decide = (action: string): string => access.decide(role, action, zone.bucket.arnForObjects('a/x'));
    expect(Object.fromEntries(Object.keys(expected).map((action) => [action, decide(action)]))).toEqual(expected);
    expect(decide('s3:DeleteObjectVersion')).toBe('denied');
    expect(decide('s3:PutObjectAcl')).toBe('denied');
  });

  test('any two prefixes: a grant on one opens the other only if it lies below', () => {
    const segment = fc.stringMatching(/^[a-z0-9=_-]{1,4}$/);
    const prefix = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(prefix, prefix, (granted, asked) => {
        const own = new Stack(new App(), 'Lake');
        const reader = new iam.Role(own, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
        const zone = new Zone(own, 'Raw', { zoneName: 'raw' });
        zone.grants.read(reader, granted);
        const decision = PolicyEvaluator.of(own).decide(
          reader,
          's3:GetObject',
          zone.bucket.arnForObjects(`${asked}/x`),
        );
        return (decision === 'allowed') === `${asked}/`.startsWith(`${granted}/`);
      }),
      { numRuns: 15 },
    );
  });

  test('a prefix that is known at deployment only', () => {
    const zone = create();
    const prefix = new CfnParameter(stack, 'Prefix', { default: 'sales' }).valueAsString;
    zone.grants.read(role, prefix);
    expect(reads(zone, 'sales/x')).toBe('allowed');
    expect(reads(zone, 'salesforce/x')).toBe('denied');
  });
});

describe('what can be changed', () => {
  test('Object Lock', () => {
    create({ objectLock: s3.ObjectLockRetention.compliance(Duration.days(30)) });
    template().hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 30 } } },
    });
  });

  test('the name', () => {
    create({ bucketName: 'my-raw-zone' });
    template().hasResourceProperties('AWS::S3::Bucket', { BucketName: 'my-raw-zone' });
  });

  test('a notification keeps EventBridge on, since its function owns the whole configuration', () => {
    create().bucket.addEventNotification(
      s3.EventType.OBJECT_CREATED,
      new notifications.SqsDestination(new sqs.Queue(stack, 'Queue')),
    );
    template().hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: { EventBridgeConfiguration: {}, QueueConfigurations: [Match.anyValue()] },
    });
  });
});

describe('what can be handed in', () => {
  test('a key: grants go to it', () => {
    const key = new kms.Key(stack, 'Mine');
    create({ encryption: ZoneEncryption.ofKey(key) }).grants.read(role);
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(role, 'kms:Decrypt', key.keyArn)).toBe('allowed');
    expect(access.decide(role, 'kms:ScheduleKeyDeletion', key.keyArn)).toBe('denied');
    template().resourceCountIs('AWS::KMS::Key', 1);
  });

  test('a log bucket of another stack: no circle between the two', () => {
    const app = new App();
    const logging = new Stack(app, 'Logging');
    const lake = new Stack(app, 'Lake');
    const logs = new s3.Bucket(logging, 'Logs');
    new Zone(lake, 'Raw', { zoneName: 'raw', accessLogs: AccessLogs.toBucket(logs) });
    expect(() => app.synth()).not.toThrow();
    expect(lake.dependencies).toContain(logging);
    const access = PolicyEvaluator.of(logging);
    const put = (account: string): string =>
      access.decide('logging.s3.amazonaws.com', 's3:PutObject', logs.arnForObjects('access-logs/x'), {
        'aws:SourceAccount': account,
      });
    expect([put('111111111111'), put('222222222222')]).toEqual(['allowed', 'denied']);
  });

  test('a bucket', () => {
    const mine = new s3.Bucket(stack, 'Mine');
    const zone = Zone.fromBucket(stack, 'Raw', 'raw', mine);
    zone.grants.read(role, 'a');
    expect(zone.location('a').bucket).toBe(mine);
    expect(reads(mine)).toEqual(['allowed', 'denied']);
  });

  test('a zone made elsewhere, with its key', () => {
    const zone = Zone.fromZoneAttributes(stack, 'Raw', {
      zoneName: 'raw',
      bucketName: 'raw-bucket',
      encryptionKeyArn: 'arn:aws:kms:eu-west-1:111111111111:key/k',
    });
    zone.grants.read(role, 'a');
    expect(reads(zone.bucket)).toEqual(['allowed', 'denied']);
    expect(zone.location('a').uri).toBe('s3://raw-bucket/a/');
    const decrypts = (key: string): string =>
      PolicyEvaluator.of(stack).decide(role, 'kms:Decrypt', `arn:aws:kms:eu-west-1:111111111111:key/${key}`);
    expect([decrypts('k'), decrypts('other')]).toEqual(['allowed', 'denied']);
  });

  const reads = (bucket: s3.IBucket): string[] => {
    const access = PolicyEvaluator.of(stack);
    return ['a/x', 'ab/x'].map((key) => access.decide(role, 's3:GetObject', bucket.arnForObjects(key)));
  };
});

describe('metrics', () => {
  test('storage metrics name the bucket and cost nothing', () => {
    const zone = create();
    const size = zone.metricBucketSizeBytes();
    expect(size).toMatchObject({ namespace: 'AWS/S3', metricName: 'BucketSizeBytes', statistic: 'Average' });
    expect(size.dimensions).toEqual({ BucketName: zone.bucket.bucketName, StorageType: 'StandardStorage' });
    expect(size.period.toDays()).toBe(1);
    expect(zone.metricNumberOfObjects().dimensions?.StorageType).toBe('AllStorageTypes');
    template().resourcePropertiesCountIs('AWS::S3::Bucket', { MetricsConfigurations: Match.anyValue() }, 0);
  });

  test('the first request metric switches request metrics on, once', () => {
    const zone = create();
    const metrics = [
      zone.metricAllRequests(),
      zone.metric4xxErrors(),
      zone.metric5xxErrors(),
      zone.metricTotalRequestLatency(),
      zone.metricBytesDownloaded({ statistic: 'p99' }),
    ];
    expect(new Set(metrics.map(({ dimensions }) => dimensions?.FilterId))).toEqual(new Set(['EntireBucket']));
    expect(metrics.map(({ statistic }) => statistic)).toEqual(['Sum', 'Sum', 'Sum', 'Average', 'p99']);
    template().hasResourceProperties('AWS::S3::Bucket', { MetricsConfigurations: [{ Id: 'EntireBucket' }] });
  });

  test('an alarm on one can be made', () => {
    new cloudwatch.Alarm(stack, 'Alarm', { metric: create().metric5xxErrors(), threshold: 1, evaluationPeriods: 1 });
    template().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: '5xxErrors',
      Dimensions: Match.arrayWith([{ Name: 'FilterId', Value: 'EntireBucket' }]),
    });
  });

  test('replication metrics need a replica', () => {
    expect(() => create().metricReplicationLatency()).toThrow('NoReplication');
  });
});

describe('what is refused', () => {
  test('Object Lock where data is to be destroyed', () => {
    const objectLock = s3.ObjectLockRetention.governance(Duration.days(1));
    expect(() => create({ objectLock, environment: LakeEnvironment.sandbox() })).toThrow(
      'ObjectLockNeedsRetain: objectLock on zone "raw" in LakeEnvironment "sandbox"',
    );
  });

  test.each(['a//b', '../x', 'a/*', './a'])('the prefix "%s"', (prefix) => {
    expect(() => create().grants.read(role, prefix)).toThrow('InvalidPrefix');
  });

  test('a zone name with other characters, imported or not', () => {
    expect(() => new Zone(stack, 'Raw', { zoneName: 'raw zone' })).toThrow('InvalidZoneName: zone name "raw zone"');
    expect(() => Zone.fromBucket(stack, 'Mine', '1st', new s3.Bucket(stack, 'B'))).toThrow('InvalidZoneName');
  });
});
