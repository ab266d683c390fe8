import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { DataSyncCopy, type DataSyncCopyProps, DataSyncSource } from '../src';
import { PolicyEvaluator } from './support';

const AGENT = 'arn:aws:datasync:eu-west-1:111111111111:agent/agent-0123456789abcdef0';
const NFS = DataSyncSource.nfs({ host: 'files.example.com', path: '/exports/flights', agentArns: [AGENT] });

function setUp(props: (stack: Stack, lake: s3.Bucket) => Partial<DataSyncCopyProps> = () => ({})) {
  const stack = new Stack(new App(), 'Stack');
  const lake = new s3.Bucket(stack, 'Lake', { encryptionKey: new kms.Key(stack, 'Key') });
  const target = DataLocation.of(lake, 'raw/flights');
  const copy = new DataSyncCopy(stack, 'Copy', { source: NFS, target, ...props(stack, lake) });
  return { stack, lake, copy };
}

function only({ app }: PolicyEvaluator, type: string, id = '') {
  const [found] = app.resources(type).filter((each) => each.id.includes(id));
  return found?.properties ?? {};
}

describe('by default a copy', () => {
  const { stack, lake, copy } = setUp();
  const operator = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
  copy.grants.run(operator);
  const policies = PolicyEvaluator.of(stack);
  const decide = (action: string, key: string) => policies.decide(copy.role, action, lake.arnForObjects(key));

  test('takes changed files, verifies them, and deletes nothing in the target', () => {
    expect(only(policies, 'AWS::DataSync::Task')).toMatchObject({
      TaskMode: 'BASIC',
      Options: {
        TransferMode: 'CHANGED',
        VerifyMode: 'ONLY_FILES_TRANSFERRED',
        PreserveDeletedFiles: 'PRESERVE',
        OverwriteMode: 'ALWAYS',
        ObjectTags: 'NONE',
        LogLevel: 'BASIC',
        Uid: 'NONE',
        Gid: 'NONE',
        PosixPermissions: 'NONE',
      },
      TaskReportConfig: {
        ReportLevel: 'ERRORS_ONLY',
        Destination: { S3: { Subdirectory: '/_lakewright/raw/flights/reports' } },
      },
    });
    expect(only(policies, 'AWS::DataSync::LocationS3')).toMatchObject({ Subdirectory: '/raw/flights' });
    expect(only(policies, 'AWS::DataSync::Task')).not.toHaveProperty('Schedule');
  });

  test('writes exactly its target, and reports beside it', () => {
    expect(decide('s3:PutObject', 'raw/flights/a.csv')).toBe('allowed');
    expect(decide('s3:GetObject', 'raw/flights/a.csv')).toBe('allowed');
    expect(decide('s3:PutObject', 'raw/flights2/a.csv')).toBe('denied');
    expect(decide('s3:DeleteObject', 'raw/other/a.csv')).toBe('denied');
    expect(decide('s3:PutObject', '_lakewright/raw/flights/reports/a.json')).toBe('allowed');
    expect(decide('s3:DeleteObject', '_lakewright/raw/flights/reports/a.json')).toBe('denied');
    expect(policies.decide(copy.role, 'kms:GenerateDataKey', lake.encryptionKey?.keyArn ?? '')).toBe('allowed');
  });

  test('is assumed by DataSync of this account only', () => {
    const { AssumeRolePolicyDocument } = only(policies, 'AWS::IAM::Role', 'TargetRole') as {
      AssumeRolePolicyDocument: { Statement: object[] };
    };
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: 'datasync.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111111111111' },
          ArnLike: { 'aws:SourceArn': 'arn:aws:datasync:eu-west-1:111111111111:*' },
        },
      },
    ]);
  });

  test('is run by those who may, and its log is written by DataSync', () => {
    expect(policies.decide(operator, 'datasync:StartTaskExecution', copy.taskArn)).toBe('allowed');
    expect(policies.decide(operator, 'datasync:CancelTaskExecution', `${copy.taskArn}/execution/exec-1`)).toBe(
      'allowed',
    );
    expect(policies.decide(operator, 'datasync:DeleteTask', copy.taskArn)).toBe('denied');
    const document = JSON.parse(only(policies, 'AWS::Logs::ResourcePolicy').PolicyDocument as string);
    expect(document.Statement).toMatchObject([
      { Principal: { Service: 'datasync.amazonaws.com' }, Action: ['logs:PutLogEvents', 'logs:CreateLogStream'] },
    ]);
  });

  test('is measured by its id', () => {
    expect(copy.metricBytesTransferred()).toMatchObject({ namespace: 'AWS/DataSync', metricName: 'BytesTransferred' });
    expect(copy.metricFilesTransferred({ period: Duration.hours(1) }).period.toHours()).toBe(1);
  });
});

test('a copy takes filters, a schedule, a limit and a state of its own', () => {
  const { stack } = setUp((_, lake) => ({
    include: ['/2024*', '*.csv'],
    exclude: ['*/tmp'],
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(12)),
    bandwidth: Size.mebibytes(10),
    state: DataLocation.of(lake, 'states'),
    environment: LakeEnvironment.sandbox(),
  }));
  const policies = PolicyEvaluator.of(stack);
  expect(only(policies, 'AWS::DataSync::Task')).toMatchObject({
    Includes: [{ FilterType: 'SIMPLE_PATTERN', Value: '/2024*|*.csv' }],
    Excludes: [{ FilterType: 'SIMPLE_PATTERN', Value: '*/tmp' }],
    Schedule: { ScheduleExpression: 'rate(12 hours)' },
    Options: { BytesPerSecond: 10 * 1024 ** 2 },
    TaskReportConfig: { Destination: { S3: { Subdirectory: '/states/reports' } } },
  });
  expect(only(policies, 'AWS::Logs::LogGroup')).toMatchObject({ RetentionInDays: 7 });
});

describe('sources', () => {
  const secretOf = (stack: Stack) => new secretsmanager.Secret(stack, 'Secret');

  test('an NFS server is reached by its agents', () => {
    const { stack } = setUp();
    expect(only(PolicyEvaluator.of(stack), 'AWS::DataSync::LocationNFS')).toEqual({
      ServerHostname: 'files.example.com',
      Subdirectory: '/exports/flights',
      OnPremConfig: { AgentArns: [AGENT] },
    });
  });

  test.each<[string, string, (stack: Stack) => DataSyncSource, object, string]>([
    [
      'an SMB server',
      'AWS::DataSync::LocationSMB',
      (stack) =>
        DataSyncSource.smb({
          host: 'files',
          path: '/share',
          agentArns: [AGENT],
          user: 'reader',
          domain: 'CORP',
          password: secretOf(stack),
        }),
      { User: 'reader', Domain: 'CORP', AgentArns: [AGENT] },
      'BASIC',
    ],
    [
      'another object storage',
      'AWS::DataSync::LocationObjectStorage',
      (stack) =>
        DataSyncSource.objectStorage({
          host: 'storage.googleapis.com',
          bucketName: 'flights',
          accessKey: 'GOOG1',
          secretKey: secretOf(stack),
        }),
      { ServerProtocol: 'HTTPS', ServerPort: 443, AccessKey: 'GOOG1' },
      'ENHANCED',
    ],
    [
      'Azure Blob Storage',
      'AWS::DataSync::LocationAzureBlob',
      (stack) =>
        DataSyncSource.azureBlob({
          containerUrl: 'https://lake.blob.core.windows.net/flights',
          sasToken: secretOf(stack),
          agentArns: [AGENT],
        }),
      { AzureBlobAuthenticationType: 'SAS', AgentArns: [AGENT] },
      'BASIC',
    ],
  ])('%s is read with a secret that DataSync fetches itself', (_name, type, source, expected, mode) => {
    const { stack } = setUp((made) => ({ source: source(made) }));
    const policies = PolicyEvaluator.of(stack);
    const location = only(policies, type) as { CustomSecretConfig: { SecretArn: string; SecretAccessRoleArn: string } };
    expect(location).toMatchObject(expected);
    expect(only(policies, 'AWS::DataSync::Task')).toMatchObject({ TaskMode: mode });
    const { SecretArn, SecretAccessRoleArn } = location.CustomSecretConfig;
    expect(policies.decide(SecretAccessRoleArn, 'secretsmanager:GetSecretValue', SecretArn)).toBe('allowed');
    expect(policies.decide(SecretAccessRoleArn, 'secretsmanager:PutSecretValue', SecretArn)).toBe('denied');
    expect(JSON.stringify(location)).not.toContain('resolve:secretsmanager');
  });

  test('a bucket is read at exactly its prefix, and never written', () => {
    const { stack } = setUp((made) => ({
      source: DataSyncSource.s3(DataLocation.of(new s3.Bucket(made, 'Partner', { bucketName: 'partner' }), 'out')),
    }));
    const policies = PolicyEvaluator.of(stack);
    const { S3Config } = only(policies, 'AWS::DataSync::LocationS3', 'Source') as {
      S3Config: { BucketAccessRoleArn: string };
    };
    const decide = (action: string, key: string) =>
      policies.decide(S3Config.BucketAccessRoleArn, action, `arn:aws:s3:::partner/${key}`);
    expect(decide('s3:GetObject', 'out/a')).toBe('allowed');
    expect(decide('s3:GetObject', 'private/a')).toBe('denied');
    expect(decide('s3:PutObject', 'out/a')).toBe('denied');
    expect(decide('s3:DeleteObject', 'out/a')).toBe('denied');
  });

  test('a location that exists is taken as it is, and a task that exists is run', () => {
    const location = 'arn:aws:datasync:eu-west-1:111111111111:location/loc-0123456789abcdef0';
    const { stack } = setUp(() => ({ source: DataSyncSource.location(location) }));
    const imported = DataSyncCopy.fromTaskArn(stack, 'Imported', 'arn:aws:datasync:eu-west-1:111111111111:task/task-1');
    expect(only(PolicyEvaluator.of(stack), 'AWS::DataSync::Task')).toMatchObject({ SourceLocationArn: location });
    const { failurePattern, writes } = imported.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() });
    expect(writes).toEqual([]);
    expect(failurePattern?.detail).toEqual({ State: ['ERROR'] });
  });
});

describe('refused are', () => {
  const secret = (stack: Stack) => new secretsmanager.Secret(stack, 'Secret');
  test.each<[string, () => unknown, string]>([
    [
      'file servers without agents',
      () => DataSyncSource.nfs({ host: 'a', path: '/a', agentArns: [] }),
      'NoAgents: no agent for "a"',
    ],
    [
      'paths of Windows',
      () =>
        setUp((stack) => ({
          source: DataSyncSource.smb({
            host: 'a',
            path: '\\share',
            agentArns: [AGENT],
            user: 'u',
            password: secret(stack),
          }),
        })),
      'InvalidPath: path "\\share" → ',
    ],
    [
      'a token in the address of a container',
      () =>
        setUp((stack) => ({
          source: DataSyncSource.azureBlob({ containerUrl: 'https://a.b/c?sig=x', sasToken: secret(stack) }),
        })),
      'InvalidContainerUrl: container "https://a.b/c?sig=x" → ',
    ],
    [
      'a limit where there is none',
      () =>
        setUp((stack) => ({
          source: DataSyncSource.s3(DataLocation.of(new s3.Bucket(stack, 'B'))),
          bandwidth: Size.mebibytes(1),
        })),
      'NoBandwidthLimit: ',
    ],
    [
      'several patterns in one',
      () => setUp(() => ({ include: ['*.csv|*.txt'] })),
      'InvalidPattern: pattern "*.csv|*.txt" → ',
    ],
  ])('%s', (_name, make, message) => {
    expect(make).toThrow(message);
  });
});

describePipelineTask('DataSyncCopy', (stack) => {
  const target = DataLocation.of(new s3.Bucket(stack, 'Lake'), 'raw');
  return new DataSyncCopy(stack, 'Copy', { source: NFS, target });
});
