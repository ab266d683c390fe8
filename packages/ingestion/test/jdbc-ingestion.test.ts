import { Dataset, LakeCatalog } from '@lakewright/catalog';
import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { JdbcFormat, JdbcIngestion, type JdbcIngestionProps, JdbcSource, JdbcTable, JdbcWatermark } from '../src';
import { PolicyEvaluator } from './support';

const URL = 'jdbc:postgresql://db.example.com:5432/operations';
const FLIGHTS = JdbcTable.of('public.flights');

function lake() {
  const app = new App();
  const stack = new Stack(app, 'Lake');
  const storage = new LakeStorage(stack, 'Storage');
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0a1b2c3d',
    availabilityZones: [new CfnParameter(stack, 'Zone').valueAsString],
    privateSubnetIds: ['subnet-0a1b2c3d'],
  });
  const secret = secretsmanager.Secret.fromSecretCompleteArn(
    stack,
    'Secret',
    stack.formatArn({ service: 'secretsmanager', resource: 'secret:operations-AbCdEf' }),
  );
  return { app, stack, storage, vpc, secret };
}

function jdbc(props: Partial<JdbcIngestionProps> = {}) {
  const { app, stack, storage, vpc, secret } = lake();
  const ingestion = new JdbcIngestion(stack, 'Operations', {
    source: JdbcSource.database({ url: URL, secret, vpc }),
    tables: [FLIGHTS],
    target: storage.raw.location('operations'),
    ...props,
  });
  const template = () => Template.fromStack(stack);
  const job = () => Object.values(template().findResources('AWS::Glue::Job'))[0]?.Properties;
  const settings = () => JSON.parse(job().DefaultArguments['--settings']);
  return { app, stack, storage, vpc, secret, ingestion, template, job, settings };
}

describe('defaults', () => {
  test('two workers read whole tables into Parquet, one run at a time, tried again once', () => {
    const { job, settings, stack, storage } = jdbc();
    expect(job()).toMatchObject({
      Command: { Name: 'glueetl', PythonVersion: '3' },
      GlueVersion: '5.0',
      WorkerType: 'G.1X',
      NumberOfWorkers: 2,
      MaxRetries: 1,
      Timeout: 120,
      ExecutionProperty: { MaxConcurrentRuns: 1 },
    });
    expect(settings()).toEqual({ format: 'parquet', tables: [{ name: 'public.flights' }] });
    const { DefaultArguments } = job();
    expect(DefaultArguments['--enable-continuous-cloudwatch-log']).toBe('true');
    const { bucket } = storage.raw;
    expect(DefaultArguments['--target']).toEqual(stack.resolve(bucket.s3UrlForObject('operations/')));
    expect(DefaultArguments['--state']).toEqual(stack.resolve(bucket.s3UrlForObject('_lakewright/operations/')));
  });

  test('the connection names the secret, asks for TLS and holds no credential', () => {
    const { template, stack, secret } = jdbc();
    template().hasResourceProperties('AWS::Glue::Connection', {
      ConnectionInput: {
        ConnectionType: 'JDBC',
        ConnectionProperties: {
          JDBC_CONNECTION_URL: URL,
          JDBC_ENFORCE_SSL: 'true',
          SECRET_ID: stack.resolve(secret.secretRef.secretId),
          USERNAME: Match.absent(),
          PASSWORD: Match.absent(),
        },
        PhysicalConnectionRequirements: { SecurityGroupIdList: Match.anyValue(), SubnetId: Match.anyValue() },
      },
    });
  });

  test('the workers reach each other, as Glue asks, and nobody else reaches them', () => {
    const { template } = jdbc();
    const rules = Object.values(template().findResources('AWS::EC2::SecurityGroupIngress'));
    expect(rules.map(({ Properties }) => [Properties.IpProtocol, Properties.FromPort, Properties.ToPort])).toEqual([
      ['tcp', 0, 65535],
    ]);
    expect(rules[0]?.Properties.SourceSecurityGroupId).toEqual(rules[0]?.Properties.GroupId);
  });

  test('the job writes its target and its state and reads its secret, and no neighbour', () => {
    const { stack, storage, ingestion, secret } = jdbc();
    const policies = PolicyEvaluator.of(stack);
    const { bucket } = storage.raw;
    const decide = (action: string, key: string) => policies.decide(ingestion.role, action, bucket.arnForObjects(key));
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect(decide(action, 'operations/public/flights/load=1/part')).toBe('allowed');
      expect(decide(action, 'operations-of-others/part')).toBe('denied');
      expect(decide(action, 'customers/part')).toBe('denied');
    }
    expect(decide('s3:PutObject', '_lakewright/operations/reports/1.json')).toBe('allowed');
    expect(decide('s3:DeleteObject', '_lakewright/operations/reports/1.json')).toBe('denied');
    expect(decide('s3:PutObject', '_lakewright/customers/watermark.json')).toBe('denied');
    const read = (arn: string) => policies.decide(ingestion.role, 'secretsmanager:GetSecretValue', arn);
    expect(read(secret.secretArn)).toBe('allowed');
    expect(read(secret.secretArn.replace('operations', 'others'))).toBe('denied');
    const connect = (arn: string) => policies.decide(ingestion.role, 'glue:GetConnection', arn);
    expect(connect(ingestion.connection.connectionArn)).toBe('allowed');
    expect(connect(`${ingestion.connection.connectionArn}2`)).toBe('denied');
    const tag = (key: string) =>
      policies.decide(
        ingestion.role,
        'ec2:CreateTags',
        stack.formatArn({ service: 'ec2', resource: 'network-interface', resourceName: 'eni-1' }),
        { 'aws:TagKeys': [key] },
      );
    expect([tag('aws-glue-service-resource'), tag('owner')]).toEqual(['allowed', 'denied']);
    const [script] = policies.app.resources('AWS::Glue::Job').map(({ properties }) => properties.Command);
    const asset = String((script as { ScriptLocation: string }).ScriptLocation).replace('s3://', 'arn:aws:s3:::');
    const assetOf = (key: string) => policies.decide(ingestion.role, 's3:GetObject', asset.replace(/[^/]+$/, key));
    expect([assetOf(asset.replace(/.*\//, '')), assetOf('other.zip')]).toEqual(['allowed', 'denied']);
    const count = (namespace: string) =>
      policies.decide(ingestion.role, 'cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': namespace });
    expect([count('Glue'), count('Billing')]).toEqual(['allowed', 'denied']);
  });
});

describe('overrides', () => {
  test('tables have watermarks, parts, columns and conditions of their own', () => {
    const { settings, ingestion } = jdbc({
      format: JdbcFormat.AVRO,
      driverOptions: { defaultRowFetchSize: '5000' },
      tables: [
        JdbcTable.of('public.flights', {
          watermark: JdbcWatermark.timestamp('changed_at', {
            lag: Duration.minutes(10),
            timeZone: 'Europe/Berlin',
            initial: '2020-01-01T00:00:00.5',
          }),
          partitionColumn: 'id',
          partitions: 8,
          columns: ['id', 'origin'],
          where: "origin <> 'XXX'",
        }),
        JdbcTable.of('dbo."Order Log"', { watermark: JdbcWatermark.number('id', { initial: 7 }), partitions: 2 }),
      ],
    });
    expect(settings()).toEqual({
      format: 'avro',
      driverOptions: { defaultRowFetchSize: '5000' },
      tables: [
        {
          name: 'public.flights',
          partitions: 8,
          partitionColumn: 'id',
          columns: ['id', 'origin'],
          where: "origin <> 'XXX'",
          watermark: {
            column: 'changed_at',
            kind: 'timestamp',
            lagSeconds: 600,
            timeZone: 'Europe/Berlin',
            initial: '2020-01-01 00:00:00.500000',
          },
        },
        { name: 'dbo."Order Log"', partitions: 2, watermark: { column: 'id', kind: 'number', initial: 7 } },
      ],
    });
    expect(ingestion.location('dbo."Order Log"').prefix).toBe('operations/dbo/order_log');
  });

  test('it can run on spare capacity, by a schedule, with other workers, times and version', () => {
    const { job, template } = jdbc({
      flex: true,
      glueVersion: glue.GlueVersion.V4_0,
      workers: { workerType: glue.WorkerType.G_2X, numberOfWorkers: 5 },
      maxRetries: 3,
      timeout: Duration.minutes(30),
      schedule: events.Schedule.cron({ hour: '3', minute: '0' }),
    });
    expect(job()).toMatchObject({
      ExecutionClass: 'FLEX',
      GlueVersion: '4.0',
      WorkerType: 'G.2X',
      NumberOfWorkers: 5,
      MaxRetries: 3,
      Timeout: 30,
    });
    template().hasResourceProperties('AWS::Glue::Trigger', {
      Type: 'SCHEDULED',
      Schedule: 'cron(0 3 * * ? *)',
      StartOnCreation: true,
    });
  });

  test('a failed run starts something, and metrics count runs', () => {
    const { ingestion, template } = jdbc();
    ingestion.onFailure('Failure');
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.glue'],
        'detail-type': ['Glue Job State Change'],
        detail: { state: ['FAILED', 'TIMEOUT', 'STOPPED', 'ERROR'] },
      },
    });
    const metrics = [ingestion.metricFailure(), ingestion.metricSuccess(), ingestion.metricTimeout()];
    expect(metrics.map(({ namespace }) => namespace)).toEqual(['AWS/Events', 'AWS/Events', 'AWS/Events']);
  });
});

describe('supplied resources', () => {
  test('a connection outside of a VPC is used as it is, and needs no rights to a network', () => {
    const { stack, storage, secret } = lake();
    const connection = glue.Connection.fromConnectionName(stack, 'Theirs', 'theirs');
    const ingestion = new JdbcIngestion(stack, 'Operations', {
      source: JdbcSource.connection(connection, { secret, inVpc: false }),
      tables: [FLIGHTS],
      target: storage.raw.location('operations'),
    });
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(ingestion.role, 'glue:GetConnection', connection.connectionArn)).toBe('allowed');
    expect(policies.decide(ingestion.role, 'ec2:DescribeSubnets', '*')).toBe('denied');
    expect(ingestion.connections.securityGroups).toEqual([]);
    Template.fromStack(stack).resourceCountIs('AWS::Glue::Connection', 0);
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Job', { Connections: { Connections: ['theirs'] } });
  });

  test('the database is opened for the job, and a driver, a state and a log encryption can be handed in', () => {
    const { stack, storage, vpc, secret } = lake();
    const group = new ec2.SecurityGroup(stack, 'DatabaseGroup', { vpc });
    const database = new ec2.Connections({ securityGroups: [group], defaultPort: ec2.Port.tcp(5432) });
    const securityConfiguration = glue.SecurityConfiguration.fromSecurityConfigurationName(stack, 'Encrypted', 'ours');
    const catalog = new LakeCatalog(stack, 'Catalog', { storage });
    const datasets = [Dataset.of(catalog.raw, 'flights')];
    const ingestion = new JdbcIngestion(stack, 'Operations', {
      source: JdbcSource.database({
        url: URL,
        secret,
        vpc,
        database: { connections: database },
        enforceTls: false,
        driverClassName: 'com.example.Driver',
      }),
      tables: [FLIGHTS],
      target: storage.raw.location('operations'),
      state: storage.datasets.location('state'),
      drivers: [glue.Code.fromBucket(storage.raw.bucket, 'drivers/example.jar')],
      securityConfiguration,
      datasets,
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5432, ToPort: 5432 });
    template.hasResourceProperties('AWS::Glue::Connection', {
      ConnectionInput: {
        ConnectionProperties: { JDBC_ENFORCE_SSL: 'false', JDBC_DRIVER_CLASS_NAME: 'com.example.Driver' },
      },
    });
    template.hasResourceProperties('AWS::Glue::Job', { SecurityConfiguration: 'ours' });
    expect(ingestion.state.prefix).toBe('state');
    const policies = PolicyEvaluator.of(stack);
    const state = storage.datasets.bucket.arnForObjects('state/reports/1.json');
    expect(policies.decide(ingestion.role, 's3:PutObject', state)).toBe('allowed');
    expect(policies.decide(ingestion.role, 'glue:GetSecurityConfiguration', '*')).toBe('allowed');
    expect(ingestion.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() }).writes).toEqual(datasets);
  });

  test('who may run it may run this job, and no other', () => {
    const { stack, ingestion } = jdbc();
    const role = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
    ingestion.grants.run(role);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'glue:StartJobRun', ingestion.job.jobArn)).toBe('allowed');
    expect(policies.decide(role, 'glue:StartJobRun', `${ingestion.job.jobArn}2`)).toBe('denied');
    expect(policies.decide(role, 'glue:DeleteJob', ingestion.job.jobArn)).toBe('denied');
  });
});

describe('refused input', () => {
  const url = (text: string) => {
    const { stack, vpc, secret } = lake();
    return JdbcSource.database({ url: text, secret, vpc })._bind(stack);
  };
  test.each<[string, () => unknown, RegExp]>([
    ['no tables', () => jdbc({ tables: [] }), /^NoJdbcTables: /],
    [
      'two tables for one folder',
      () => jdbc({ tables: [FLIGHTS, JdbcTable.of('PUBLIC.FLIGHTS')] }),
      /^DuplicateJdbcTable: two tables for the folder "public\/flights"/,
    ],
    ['no second try', () => jdbc({ maxRetries: 0 }), /^TooFewRetries: maxRetries "0"/],
    [
      'a rate as the schedule',
      () => jdbc({ schedule: events.Schedule.rate(Duration.hours(1)) }),
      /^JobScheduleNotCron: schedule "rate\(1 hour\)"/,
    ],
    [
      'a password among the options of the driver',
      () => jdbc({ driverOptions: { password: 'x' } }),
      /^CredentialInDriverOptions: driver option "password" /,
    ],
    ['a URL that is none of JDBC', () => url('postgres://h/d'), /^InvalidJdbcUrl: url "postgres:\/\/h\/d"/],
    ['a table that is not read', () => jdbc().ingestion.location('public.airports'), /^UnknownJdbcTable: /],
    ['a table with SQL in its name', () => JdbcTable.of('t; drop table t'), /^InvalidJdbcTable: table "t; drop/],
    [
      'a column with SQL in its name',
      () => JdbcTable.of('t', { columns: ['a, b'] }),
      /^InvalidJdbcTable: column "a, b"/,
    ],
    ['no columns', () => JdbcTable.of('t', { columns: [] }), /^InvalidJdbcTable: no columns/],
    ['half a part', () => JdbcTable.of('t', { partitions: 0.5 }), /^InvalidJdbcTable: partitions "0.5"/],
    ['parts of no column', () => JdbcTable.of('t', { partitions: 2 }), /^PartitionsNeedColumn: 2 partitions of "t"/],
    ['a watermark on two columns', () => JdbcWatermark.number('a, b'), /^InvalidJdbcWatermark: column "a, b"/],
    ['half a number', () => JdbcWatermark.number('a', { initial: 0.5 }), /^InvalidJdbcWatermark: initial "0.5"/],
    [
      'a beginning with a zone',
      () => JdbcWatermark.timestamp('a', { initial: '2020-01-01T00:00:00Z' }),
      /^InvalidJdbcWatermark: initial "2020-01-01T00:00:00Z"/,
    ],
    [
      'a zone that there is not',
      () => JdbcWatermark.timestamp('a', { timeZone: 'Mars/Olympus' }),
      /^InvalidJdbcWatermark: timeZone "Mars\/Olympus"/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test.each([
    'jdbc:postgresql://h/d?user=a&password=hidden',
    'jdbc:sqlserver://h;password=hidden',
    'jdbc:mysql://a:hidden@h/d',
    'jdbc:oracle:thin:a/hidden@//h:1521/d',
  ])('credentials in a URL are refused and not shown: %s', (text) => {
    expect(() => url(text)).toThrow(/^InvalidJdbcUrl: user or password in the url (?!.*hidden)/);
  });
});

describePipelineTask('JdbcIngestion', (stack) => {
  const connection = glue.Connection.fromConnectionName(stack, 'Theirs', 'theirs');
  const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'operations');
  return new JdbcIngestion(stack, 'Operations', {
    source: JdbcSource.connection(connection, { secret }),
    tables: [FLIGHTS],
    target: DataLocation.of(new s3.Bucket(stack, 'Raw'), 'operations'),
  });
});

test('a run of the pipeline names the run to the job, so that its attempts are one', () => {
  const { stack, ingestion } = jdbc();
  const { start } = ingestion.bind(stack, 'Run', {
    environment: LakeEnvironment.sandbox(),
    runIdPath: '$$.Execution.Id',
  });
  const json = stack.resolve(start.toStateJson()) as { Parameters: Record<string, unknown>; Resource: string };
  expect(json.Parameters.Arguments).toEqual({ '--run_id.$': '$$.Execution.Id' });
  expect(JSON.stringify(json.Resource)).toContain('glue:startJobRun.sync');
});
