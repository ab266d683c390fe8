import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { App, Duration, aws_iam as iam, aws_kms as kms, Stack, aws_s3 as s3 } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { AthenaSparkEngine, AthenaSparkWorkgroup, type AthenaSparkWorkgroupProps } from '../src';
import { dataIds, lake, nagFindings, PolicyEvaluator, role } from './support';

const WORKGROUP = 'AWS::Athena::WorkGroup';

function spark(props: AthenaSparkWorkgroupProps = {}) {
  const app = new App();
  const stack = new Stack(app, 'Alone', { env: { region: 'eu-west-1', account: '111111111111' } });
  return { app, stack, workgroup: new AthenaSparkWorkgroup(stack, 'Notebooks', props) };
}

describe('defaults', () => {
  test('Spark 3.5, a role and a bucket of its own, metrics', () => {
    Template.fromStack(spark().stack).hasResourceProperties(WORKGROUP, {
      Name: Match.stringLikeRegexp('Notebooks'),
      WorkGroupConfiguration: {
        EngineVersion: { SelectedEngineVersion: 'Apache Spark version 3.5' },
        ExecutionRole: { 'Fn::GetAtt': [Match.stringLikeRegexp('^NotebooksRole'), 'Arn'] },
        PublishCloudWatchMetricsEnabled: true,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
      },
    });
  });

  test('only Athena takes on the role, for this workgroup alone', () => {
    const { stack } = spark();
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'athena.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '111111111111' },
              ArnLike: {
                'aws:SourceArn': { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('workgroup/')])] },
              },
            },
          },
        ],
      },
    });
  });

  test('the logical ids of what holds data stay the same', () => {
    expect(dataIds(spark().stack)).toEqual({
      NotebooksResults5A0FD275: 'AWS::S3::Bucket',
      Notebooks05B72151: WORKGROUP,
    });
  });
});

describe('overrides and supplied', () => {
  test('an engine, a name, an expiry; in a sandbox the notebooks go with it', () => {
    const { stack } = spark({
      engine: AthenaSparkEngine.PYSPARK_3,
      workgroupName: 'notebooks',
      resultExpiry: Duration.days(2),
      environment: LakeEnvironment.sandbox(),
    });
    const template = Template.fromStack(stack);
    template.hasResource(WORKGROUP, {
      DeletionPolicy: 'Delete',
      Properties: {
        Name: 'notebooks',
        RecursiveDeleteOption: true,
        WorkGroupConfiguration: { EngineVersion: { SelectedEngineVersion: 'PySpark engine version 3' } },
      },
    });
    expect(AthenaSparkEngine.of('Apache Spark version 4').name).toBe('Apache Spark version 4');
  });

  test('a role and a place that are given are used', () => {
    const { stack, storage } = lake();
    const own = new iam.Role(stack, 'Own', { assumedBy: new iam.ServicePrincipal('athena.amazonaws.com') });
    const results = storage.datasets.location('notebooks');
    const workgroup = new AthenaSparkWorkgroup(stack, 'Notebooks', { role: own, results });
    expect(workgroup.role).toBe(own);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(own, 's3:PutObject', results.bucket.arnForObjects('notebooks/x'))).toBe('allowed');
    expect(policies.decide(own, 's3:PutObject', results.bucket.arnForObjects('orders/x'))).toBe('denied');
    Template.fromStack(stack).hasResourceProperties(WORKGROUP, {
      WorkGroupConfiguration: { ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS' } } },
    });
  });

  test('refused: a bad name, half a day, a key for somebody else’s bucket', () => {
    const bucket = DataLocation.of(s3.Bucket.fromBucketName(new Stack(), 'B', 'theirs'));
    expect(() => spark({ workgroupName: 'a b' })).toThrow(/^InvalidWorkgroupName/);
    expect(() => spark({ resultExpiry: Duration.hours(36) })).toThrow(/^InvalidResultExpiry/);
    expect(() => spark({ results: bucket, encryptionKey: new kms.Key(new Stack(), 'Key') })).toThrow(
      /^KeyWithoutBucket/,
    );
  });
});

describe('rights', () => {
  test('sessions have themselves, logs and results, and the data that the workgroup is granted', () => {
    const { stack, storage, catalog } = lake();
    const workgroup = new AthenaSparkWorkgroup(stack, 'Notebooks');
    catalog.datasets.dataset('orders').grants.read(workgroup);
    const policies = PolicyEvaluator.of(stack);
    const may = (action: string, arn: string, context = {}) => policies.decide(workgroup.role, action, arn, context);
    expect(may('athena:GetSession', workgroup.workgroupArn)).toBe('allowed');
    expect(may('logs:PutLogEvents', 'arn:aws:logs:eu-west-1:111111111111:log-group:/aws-athena/x')).toBe('allowed');
    expect(may('logs:PutLogEvents', 'arn:aws:logs:eu-west-1:111111111111:log-group:/aws/lambda/x')).toBe('denied');
    const namespace = (name: string) => ({ 'cloudwatch:namespace': name });
    expect(may('cloudwatch:PutMetricData', '*', namespace('AmazonAthenaForApacheSpark'))).toBe('allowed');
    expect(may('cloudwatch:PutMetricData', '*', namespace('Mine'))).toBe('denied');
    expect(may('s3:GetObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('allowed');
    expect(may('s3:GetObject', storage.datasets.bucket.arnForObjects('customers/a'))).toBe('denied');
  });

  test('who runs sessions has no data', () => {
    const { stack, storage } = lake();
    const workgroup = new AthenaSparkWorkgroup(stack, 'Notebooks');
    const scientist = role(stack, 'Scientist');
    workgroup.grants.run(scientist);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(scientist, 'athena:StartSession', workgroup.workgroupArn)).toBe('allowed');
    expect(policies.decide(scientist, 'iam:PassRole', workgroup.role.roleArn)).toBe('allowed');
    expect(policies.decide(scientist, 'athena:StartQueryExecution', workgroup.workgroupArn)).toBe('denied');
    expect(policies.decide(scientist, 'athena:DeleteWorkGroup', workgroup.workgroupArn)).toBe('denied');
    expect(policies.decide(scientist, 's3:GetObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe(
      'denied',
    );
  });
});

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app, stack, workgroup } = spark();
  workgroup.grants.run(role(stack, 'Scientist'));
  new s3.Bucket(stack, 'Plain'); // a control, with nothing acknowledged
  const found = nagFindings(app);
  expect(found).toContain('AwsSolutions-S1 @ Alone/Plain/Resource');
  expect(found.filter((finding) => finding.includes('/Notebooks'))).toEqual([]);
});
