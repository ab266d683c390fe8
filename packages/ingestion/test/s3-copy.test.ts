import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { S3Copy, type S3CopyProps } from '../src';
import { PolicyEvaluator } from './support';

function setUp(props: (buckets: { partner: s3.IBucket; lake: s3.IBucket }) => Partial<S3CopyProps> = () => ({})) {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const key = new kms.Key(stack, 'Key');
  const lake = new s3.Bucket(stack, 'Lake', { encryptionKey: key });
  const partner = new s3.Bucket(stack, 'Partner', { encryptionKey: new kms.Key(stack, 'PartnerKey') });
  const [source, target] = [DataLocation.of(partner, 'weather'), DataLocation.of(lake, 'raw/weather')];
  const copy = new S3Copy(stack, 'Copy', { source, target, ...props({ partner, lake }) });
  return { app, stack, lake, partner, copy };
}

describe('by default a copy', () => {
  const { stack, lake, partner, copy } = setUp();
  const caller = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
  copy.grants.run(caller);
  const policies = PolicyEvaluator.of(stack);
  const decide = (action: string, bucket: s3.IBucket, key: string) =>
    policies.decide(copy.role, action, bucket.arnForObjects(key));

  test('reads exactly its source, with tags, and never writes there', () => {
    expect(decide('s3:GetObject', partner, 'weather/a.csv')).toBe('allowed');
    expect(decide('s3:GetObjectTagging', partner, 'weather/a.csv')).toBe('allowed');
    expect(decide('s3:GetObject', partner, 'weather-of-others/a.csv')).toBe('denied');
    expect(decide('s3:GetObjectTagging', partner, 'weather-of-others/a.csv')).toBe('denied');
    expect(decide('s3:PutObject', partner, 'weather/a.csv')).toBe('denied');
    expect(policies.decide(copy.role, 'kms:Decrypt', partner.encryptionKey?.keyArn ?? '')).toBe('allowed');
    expect(policies.decide(copy.role, 'kms:Encrypt', partner.encryptionKey?.keyArn ?? '')).toBe('denied');
  });

  test('writes exactly its target and its state, and deletes nothing', () => {
    for (const key of ['raw/weather/a.csv', '_lakewright/raw/weather/reports/run.json']) {
      expect(decide('s3:PutObject', lake, key)).toBe('allowed');
      expect(decide('s3:DeleteObject', lake, key)).toBe('denied');
    }
    expect(decide('s3:PutObjectTagging', lake, 'raw/weather/a.csv')).toBe('allowed');
    expect(decide('s3:PutObject', lake, 'raw/weather2/a.csv')).toBe('denied');
    expect(decide('s3:GetObject', lake, '_lakewright/raw/other/reports/run.json')).toBe('denied');
    expect(policies.decide(copy.role, 'kms:GenerateDataKey', lake.encryptionKey?.keyArn ?? '')).toBe('allowed');
  });

  test('runs only when it is told to, by those who may', () => {
    expect(policies.app.resources('AWS::Scheduler::Schedule')).toEqual([]);
    expect(policies.app.resources('AWS::Events::Rule')).toEqual([]);
    expect(policies.decide(caller, 'lambda:InvokeFunction', copy.lambdaFunction.functionArn)).toBe('allowed');
    expect(policies.decide(caller, 'lambda:UpdateFunctionCode', copy.lambdaFunction.functionArn)).toBe('denied');
  });

  test('tells its function where to copy from and to', () => {
    const [made] = policies.app.resources('AWS::Lambda::Function');
    expect(made?.properties.Environment).toEqual({
      Variables: {
        SOURCE_BUCKET: policies.text(partner.bucketName),
        SOURCE_PREFIX: 'weather',
        SOURCE_REGION: 'eu-west-1',
        TARGET_BUCKET: policies.text(lake.bucketName),
        TARGET_PREFIX: 'raw/weather',
        STATE_BUCKET: policies.text(lake.bucketName),
        STATE_PREFIX: '_lakewright/raw/weather',
        FILTER: '{"include":[],"exclude":[]}',
      },
    });
    expect(copy.metricErrors().metricName).toBe('Errors');
    expect(copy.metricDeadLetters().statistic).toBe('Maximum');
  });
});

describe('a copy with all options', () => {
  const { stack, lake, partner, copy } = setUp(({ lake }) => ({
    include: ['*.csv'],
    exclude: ['tmp/**'],
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
    copyOnArrival: true,
    state: DataLocation.of(lake, 'states/weather'),
    environment: LakeEnvironment.sandbox(),
    alarmAction: { bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-west-1:111111111111:alarms' }) },
  }));
  const policies = PolicyEvaluator.of(stack);
  const { app } = policies;

  test('is started by its schedule, by way of a machine that goes on until all is copied', () => {
    const [schedule] = app.resources('AWS::Scheduler::Schedule');
    const target = schedule?.properties.Target as { Arn: string; RoleArn: string };
    const [machine] = app.resources('AWS::StepFunctions::StateMachine');
    expect(target.Arn).toContain(machine?.id);
    const definition = JSON.parse(machine?.properties.DefinitionString as string);
    const { States } = definition.States.Run.Branches[0];
    expect(States['Run Ended'].Choices[0].Next).toBe('Run Continue');
    expect(States['Run Continue'].Next).toBe('Run Ended');
    expect(policies.decide(target.RoleArn, 'states:StartExecution', target.Arn)).toBe('allowed');
    expect(policies.decide(target.RoleArn, 'states:StopExecution', target.Arn)).toBe('denied');
  });

  test('is told of new objects below its prefix by the bucket, and of no others', () => {
    const [rule] = app.resources('AWS::Events::Rule');
    expect(rule?.properties.EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [policies.text(partner.bucketName)] }, object: { key: [{ prefix: 'weather/' }] } },
    });
    const [notifications] = app.resources('Custom::S3BucketNotifications');
    expect(notifications?.properties).toMatchObject({
      BucketName: policies.text(partner.bucketName),
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
  });

  test('keeps its state where it is told to', () => {
    const decide = (key: string) => policies.decide(copy.role, 's3:PutObject', lake.arnForObjects(key));
    expect(decide('states/weather/reports/run.json')).toBe('allowed');
    expect(decide('_lakewright/raw/weather/reports/run.json')).toBe('denied');
  });

  test('has alarms', () => {
    expect(app.resources('AWS::CloudWatch::Alarm')).toHaveLength(2);
  });
});

test('a copy from another account and region asks there, and its rights are in both accounts', () => {
  const app = new App();
  const theirs = new Stack(app, 'Theirs', { env: { account: '222222222222', region: 'us-east-1' } });
  const ours = new Stack(app, 'Ours', { env: { account: '111111111111', region: 'eu-west-1' } });
  const partner = new s3.Bucket(theirs, 'Partner', { bucketName: 'partner-of-ours' });
  const lake = new s3.Bucket(ours, 'Lake');
  const target = DataLocation.of(lake, 'raw');
  const copy = new S3Copy(ours, 'Copy', { source: DataLocation.of(partner, 'out'), target });
  const policies = PolicyEvaluator.of(ours, theirs);
  const [made] = policies.app.resources('AWS::Lambda::Function');
  expect(made?.properties.Environment).toMatchObject({ Variables: { SOURCE_REGION: 'us-east-1' } });
  for (const action of ['s3:GetObject', 's3:GetObjectTagging']) {
    expect(policies.decide(copy.role, action, 'arn:aws:s3:::partner-of-ours/out/a')).toBe('allowed');
    expect(policies.decide(copy.role, action, 'arn:aws:s3:::partner-of-ours/private/a')).toBe('denied');
  }
});

describe('refused are', () => {
  test.each([
    ['a target in its own source', 'raw', 'raw/copy'],
    ['a source in its own target', 'raw/in', 'raw'],
    ['a whole bucket onto a prefix of itself', '', 'raw'],
  ])('%s', (_name, from, to) => {
    const make = () =>
      setUp(({ lake }) => ({ source: DataLocation.of(lake, from), target: DataLocation.of(lake, to) }));
    expect(make).toThrow(
      `LocationsOverlap: source "${from}" and target "${to}" of the same bucket → neither lies in the other → choose prefixes beside each other`,
    );
  });

  test('globs that match nothing', () => {
    expect(() => setUp(() => ({ include: ['/a/*.csv'] }))).toThrow('InvalidGlob: glob "/a/*.csv" → ');
    expect(() => setUp(() => ({ exclude: [''] }))).toThrow('InvalidGlob: glob "" → ');
  });

  test('events of a bucket that lives elsewhere', () => {
    const app = new App();
    const stack = new Stack(app, 'Ours', { env: { account: '111111111111', region: 'eu-west-1' } });
    const partner = s3.Bucket.fromBucketAttributes(stack, 'Partner', { bucketName: 'theirs', region: 'us-east-1' });
    const [source, target] = [DataLocation.of(partner), DataLocation.of(new s3.Bucket(stack, 'Lake'), 'raw')];
    expect(() => new S3Copy(stack, 'Copy', { source, target, copyOnArrival: true })).toThrow('ArrivalsFromElsewhere: ');
  });
});

describePipelineTask('S3Copy', (stack) => {
  const [source, target] = ['Partner', 'Lake'].map((id) => DataLocation.of(new s3.Bucket(stack, id), 'weather'));
  return new S3Copy(stack, 'Copy', { source: source as DataLocation, target: target as DataLocation });
});
