import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { SampleDataset } from '../../core/test/support/dataset';
import {
  LambdaExtraction,
  type LambdaExtractionProps,
  Pagination,
  RestAuth,
  RestExtraction,
  type RestExtractionProps,
  Watermark,
  WatermarkFormat,
} from '../src';
import { byFunction, configurationOf, rest, type Source, source } from './extraction.support';
import { PolicyEvaluator } from './support';

describe('by default', () => {
  const { stack, extraction, bucket, secret, theirs } = rest();
  const caller = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
  extraction.grants.run(caller);
  const policies = PolicyEvaluator.of(stack);
  const decide = (action: string, key: string) => policies.decide(extraction.role, action, bucket.arnForObjects(key));

  test('it writes exactly its target, and reads and deletes nothing there', () => {
    expect(decide('s3:PutObject', 'raw/strikes/a.parquet')).toBe('allowed');
    expect(decide('s3:PutObject', 'raw/strikes-of-others/a.parquet')).toBe('denied');
    expect(decide('s3:GetObject', 'raw/strikes/a.parquet')).toBe('denied');
    expect(decide('s3:DeleteObject', 'raw/strikes/a.parquet')).toBe('denied');
    expect(policies.decide(extraction.role, 'kms:GenerateDataKey', bucket.encryptionKey?.keyArn ?? '')).toBe('allowed');
  });

  test('it reads and writes exactly its state, and deletes only what it staged', () => {
    const state = '_lakewright/raw/strikes';
    for (const action of ['s3:GetObject', 's3:PutObject']) {
      expect(decide(action, `${state}/watermark.json`)).toBe('allowed');
      expect(decide(action, '_lakewright/raw/strikes2/watermark.json')).toBe('denied');
    }
    expect(decide('s3:DeleteObject', `${state}/staging/attempt/0`)).toBe('allowed');
    expect(decide('s3:DeleteObject', `${state}/watermark.json`)).toBe('denied');
    expect(decide('s3:DeleteObject', `${state}/quarantine/a.ndjson`)).toBe('denied');
    const list = (prefix: string) =>
      policies.decide(extraction.role, 's3:ListBucket', bucket.bucketArn, { 's3:prefix': prefix });
    expect(list(`${state}/watermark.json`)).toBe('allowed');
    expect(list(`${state}/staging/`)).toBe('allowed');
    expect(list('raw/')).toBe('denied');
  });

  test('it reads no secret and invokes no function', () => {
    expect(policies.decide(extraction.role, 'secretsmanager:GetSecretValue', secret.secretArn)).toBe('denied');
    expect(policies.decide(extraction.role, 'lambda:InvokeFunction', theirs.functionArn)).toBe('denied');
  });

  test('it runs only when it is told to, by those who may', () => {
    expect(policies.app.resources('AWS::Scheduler::Schedule')).toEqual([]);
    expect(policies.decide(caller, 'lambda:InvokeFunction', extraction.lambdaFunction.functionArn)).toBe('allowed');
    expect(policies.decide(caller, 'lambda:UpdateFunctionCode', extraction.lambdaFunction.functionArn)).toBe('denied');
  });

  test('it asks for everything since the last change that it knows of, with five minutes of overlap', () => {
    expect(configurationOf(policies)).toEqual({
      name: 'Stack/Strikes',
      target: { bucket: policies.text(bucket.bucketName), prefix: 'raw/strikes' },
      state: { bucket: policies.text(bucket.bucketName), prefix: '_lakewright/raw/strikes' },
      watermark: { field: 'last_modified', format: 'iso', overlapSeconds: 300, lagSeconds: 0 },
      rowsPerFile: 50_000,
      source: {
        kind: 'rest',
        url: 'https://wildlife.example.com/strikes',
        parameters: {},
        headers: {},
        fromParameter: 'last_modified',
        pagination: { kind: 'none' },
        maxAttempts: 5,
        timeoutSeconds: 60,
      },
    });
  });

  test('its metrics are counted by its path', () => {
    const rows = extraction.metricRows();
    expect([rows.namespace, rows.metricName, rows.dimensions]).toEqual([
      'Lakewright/Ingestion',
      'Rows',
      { Extraction: 'Stack/Strikes' },
    ]);
    expect(extraction.metricQuarantined().metricName).toBe('Quarantined');
    expect(extraction.metricErrors().metricName).toBe('Errors');
    expect(extraction.metricDeadLetters().namespace).toBe('AWS/SQS');
  });
});

describe('told more', () => {
  const { stack, extraction, bucket, secret, secretKey, other } = rest((from, home) => ({
    auth: RestAuth.bearer(from.secret, 'token'),
    pagination: Pagination.cursor('paging.next', 'cursor'),
    recordsPath: 'data.items',
    parameters: { filter: 'changed ge {from}' },
    headers: { 'X-Version': '2' },
    requestsPerSecond: 2,
    maxAttempts: 7,
    requestTimeout: Duration.seconds(10),
    key: ['id'],
    columns: [
      { name: 'id', type: glue.Schema.BIG_INT },
      { name: 'cost', type: glue.Schema.decimal(10, 2) },
    ],
    dateFolder: 'extracted_on',
    rowsPerFile: 10,
    watermark: Watermark.on('changed', {
      overlap: Duration.minutes(1),
      format: WatermarkFormat.EPOCH_SECONDS,
      initial: '2020-01-01T00:00:00Z',
      lag: Duration.seconds(30),
      step: Duration.days(1),
      toParameter: 'until',
    }),
    state: DataLocation.of(from.bucket, 'states/strikes'),
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
    reservedConcurrentExecutions: 1,
    memorySize: 2048,
    ephemeralStorageSize: Size.gibibytes(2),
    timeout: Duration.minutes(5),
    environment: LakeEnvironment.sandbox(),
    alarmAction: { bind: () => ({ alarmActionArn: `arn:aws:sns:eu-west-1:111111111111:${home.stackName}` }) },
  }));
  const policies = PolicyEvaluator.of(stack);

  test('it reads exactly its secret, which stands nowhere in the template', () => {
    expect(policies.decide(extraction.role, 'secretsmanager:GetSecretValue', secret.secretArn)).toBe('allowed');
    expect(policies.decide(extraction.role, 'secretsmanager:GetSecretValue', other.secretArn)).toBe('denied');
    expect(policies.decide(extraction.role, 'secretsmanager:PutSecretValue', secret.secretArn)).toBe('denied');
    const viaService = { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' };
    expect(policies.decide(extraction.role, 'kms:Decrypt', secretKey.keyArn, viaService)).toBe('allowed');
    const template = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(template).not.toContain('resolve:secretsmanager');
  });

  test('its state is where it was told', () => {
    const put = (key: string) => policies.decide(extraction.role, 's3:PutObject', bucket.arnForObjects(key));
    expect(put('states/strikes/watermark.json')).toBe('allowed');
    expect(put('_lakewright/raw/strikes/watermark.json')).toBe('denied');
    expect(extraction.state.prefix).toBe('states/strikes');
  });

  test('all of it reaches the function', () => {
    expect(configurationOf(policies)).toMatchObject({
      state: { prefix: 'states/strikes' },
      watermark: {
        field: 'changed',
        format: 'epochSeconds',
        overlapSeconds: 60,
        lagSeconds: 30,
        stepSeconds: 86_400,
        initial: '2020-01-01T00:00:00Z',
      },
      key: ['id'],
      columns: [
        ['id', 'bigint'],
        ['cost', 'decimal(10,2)'],
      ],
      dateFolder: 'extracted_on',
      rowsPerFile: 10,
      source: {
        auth: { kind: 'bearer', secret: policies.text(secret.secretArn), field: 'token' },
        pagination: { kind: 'cursor', path: 'paging.next', parameter: 'cursor' },
        recordsPath: 'data.items',
        parameters: { filter: 'changed ge {from}' },
        toParameter: 'until',
        headers: { 'X-Version': '2' },
        requestsPerSecond: 2,
        maxAttempts: 7,
        timeoutSeconds: 10,
      },
    });
    const told = configurationOf(policies).source;
    expect('fromParameter' in told && told.fromParameter).toBe(false);
    const [made] = policies.app.resources('AWS::Lambda::Function');
    expect(made?.properties).toMatchObject({ MemorySize: 2048, Timeout: 300, ReservedConcurrentExecutions: 1 });
    expect(made?.properties.EphemeralStorage).toEqual({ Size: 2048 });
  });

  test('it runs on its schedule, with the same run in all retries, and failures have alarms', () => {
    const [made] = policies.app.resources('AWS::Scheduler::Schedule');
    const target = made?.properties.Target as { Input: string; DeadLetterConfig: { Arn: string }; Arn: string };
    expect(JSON.parse(target.Input)).toEqual({ runId: '<aws.scheduler.scheduled-time>' });
    expect(target.DeadLetterConfig.Arn).toBe(policies.text(extraction.deadLetterQueue.queueArn));
    expect(target.Arn).toBe(policies.text(extraction.lambdaFunction.functionArn));
    expect(policies.app.resources('AWS::CloudWatch::Alarm')).toHaveLength(2);
  });
});

describe("with a function of the user's own", () => {
  const { stack, extraction, theirs } = byFunction();
  const policies = PolicyEvaluator.of(stack);

  test('it invokes exactly that', () => {
    expect(policies.decide(extraction.role, 'lambda:InvokeFunction', theirs.functionArn)).toBe('allowed');
    expect(policies.decide(extraction.role, 'lambda:InvokeFunction', `${theirs.functionArn}2`)).toBe('denied');
    expect(policies.decide(extraction.role, 'lambda:GetFunction', theirs.functionArn)).toBe('denied');
    expect(configurationOf(policies).source).toEqual({
      kind: 'lambda',
      functionArn: theirs.functionArn,
      maxAttempts: 3,
    });
  });
});

test('in a VPC that is handed in it takes the subnets and groups that it is told', () => {
  const { stack } = rest((_, home) => {
    const vpc = new ec2.Vpc(home, 'Vpc', { availabilityZones: ['eu-west-1a'], natGateways: 0 });
    const group = ec2.SecurityGroup.fromSecurityGroupId(home, 'Group', 'sg-1');
    return { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }, securityGroups: [group] };
  });
  const [made] = PolicyEvaluator.of(stack).app.resources('AWS::Lambda::Function');
  expect(made?.properties.VpcConfig).toMatchObject({ SecurityGroupIds: ['sg-1'] });
});

const WATERMARK = Watermark.on('last_modified');
describePipelineTask('RestExtraction', (stack) => {
  const url = 'https://wildlife.example.com/strikes';
  return new RestExtraction(stack, 'Strikes', { url, watermark: WATERMARK, target: source(stack).target });
});
describePipelineTask('LambdaExtraction', (stack) => {
  const { theirs, target } = source(stack);
  const writes = [new SampleDataset(stack, 'strikes')];
  return new LambdaExtraction(stack, 'Strikes', { source: theirs, watermark: WATERMARK, target, writes });
});

describe('refused is', () => {
  const cases: [string, (from: Source) => Partial<RestExtractionProps & LambdaExtractionProps>, RegExp][] = [
    ['a URL without TLS', () => ({ url: 'http://a.example.com' }), /^InvalidUrl: url "http:\/\/a/],
    ['a URL with a password', () => ({ url: 'https://u:p@a.example.com' }), /InvalidUrl/],
    ['a URL that is none', () => ({ url: '/strikes' }), /InvalidUrl/],
    [
      'a secret in a header',
      () => ({ headers: { Authorization: 'Bearer x' } }),
      /SecretInHeaders: header "Authorization" →/,
    ],
    ['no request in a second', () => ({ requestsPerSecond: 0 }), /InvalidRequests: requestsPerSecond "0"/],
    ['no attempt', () => ({ maxAttempts: 0 }), /InvalidRequests: maxAttempts "0"/],
    ['no column', () => ({ columns: [] }), /InvalidColumns: no column/],
    [
      'a nested column',
      () => ({ columns: [{ name: 'a', type: glue.Schema.array(glue.Schema.STRING) }] }),
      /InvalidColumns: column "a" of type "array<string>"/,
    ],
    [
      'a column twice',
      () => ({ columns: ['A', 'a'].map((name) => ({ name, type: glue.Schema.STRING })) }),
      /InvalidColumns: column "a" twice/,
    ],
    [
      'too many columns',
      () => ({ columns: Array.from({ length: 300 }, (_, n) => ({ name: `column${n}`, type: glue.Schema.STRING })) }),
      /ConfigurationTooLarge: a configuration of \d+ characters/,
    ],
    ['a key without fields', () => ({ key: [] }), /InvalidKey/],
    ['a folder that is no column', () => ({ dateFolder: 'a/b' }), /InvalidDateFolder: dateFolder "a\/b"/],
    ['half a row', () => ({ rowsPerFile: 0.5 }), /InvalidRowsPerFile: rowsPerFile "0.5"/],
    ['a state in the target', ({ target }) => ({ state: target.location('state') }), /LocationsOverlap/],
  ];
  test.each(cases)('%s', (_, props, message) => {
    expect(() => rest(props)).toThrow(message);
  });

  test.each([
    [() => Watermark.on(' '), /InvalidWatermark: field " "/],
    [() => Watermark.on('a', { initial: 'yesterday' }), /InvalidWatermark: initial "yesterday"/],
    [() => Watermark.on('a', { step: Duration.days(1) }), /InvalidWatermark: step "1 day" without "initial"/],
    [() => Watermark.on('a', { step: Duration.millis(5), initial: '2020-01-01' }), /InvalidWatermark: step "5 ms"/],
    [() => Pagination.cursor('', 'a'), /InvalidPagination: cursorPath ""/],
    [() => Pagination.offset({ limit: 0 }), /InvalidPagination: limit "0"/],
    [() => Pagination.pageNumber({ pageSize: 1.5 }), /InvalidPagination: pageSize "1.5"/],
    [() => RestAuth.header('a b', source(new Stack()).secret), /InvalidRestAuth: header "a b"/],
    [
      () => RestAuth.oauth2ClientCredentials({ tokenUrl: 'http://a', secret: source(new Stack()).secret }),
      /InvalidRestAuth: tokenUrl "http:\/\/a"/,
    ],
  ])('a value that can not be: %#', (make, message) => {
    expect(make).toThrow(message);
  });
});
