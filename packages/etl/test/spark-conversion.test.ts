import { join } from 'node:path';
import { Dataset } from '@lakewright/catalog';
import { DataLocation, LakeAccess, LakeEnvironment, PermissionModel } from '@lakewright/core';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { accessProvider } from '../../core/test/support/dataset';
import {
  OnFailure,
  ParquetCompression,
  Partition,
  PythonCode,
  RecordFormat,
  SparkConversion,
  type SparkConversionProps,
  TableColumn,
} from '../src';
import { dataIds, lake, PolicyEvaluator } from './support';

const { Schema } = glue;
const SCHEMA = [
  TableColumn.of('id', Schema.BIG_INT, { required: true }),
  TableColumn.of('date', Schema.DATE, { format: 'yyyy/MM/dd' }),
  TableColumn.of('left_at', Schema.TIMESTAMP, { source: 'Left At' }),
  TableColumn.of('delay', Schema.INTEGER),
  TableColumn.of('origin', Schema.STRING),
];
const FLIGHTS = PythonCode.fromDirectory(join(__dirname, 'jobs', 'flights'));

const theirs = (stack: Stack) => new glue.Database(stack, 'Theirs', { databaseName: 'theirs' });

function conversion(props: Partial<SparkConversionProps> = {}) {
  const { app, stack, storage, catalog } = lake();
  const flights = new SparkConversion(stack, 'Flights', {
    source: storage.raw.location('flights'),
    format: RecordFormat.json(),
    target: catalog.converted.dataset('flights'),
    schema: SCHEMA,
    ...props,
  });
  const job = () => Object.values(Template.fromStack(stack).findResources('AWS::Glue::Job'))[0]?.Properties;
  const settings = () => JSON.parse(job().DefaultArguments['--settings']);
  return { app, stack, storage, catalog, flights, job, settings };
}

describe('defaults', () => {
  test('up to five workers convert JSON into an unpartitioned table, one run at a time, tried again once', () => {
    const { job, settings, stack, storage } = conversion();
    expect(job()).toMatchObject({
      Command: { Name: 'glueetl', PythonVersion: '3' },
      GlueVersion: '5.0',
      WorkerType: 'G.1X',
      NumberOfWorkers: 5,
      MaxRetries: 1,
      Timeout: 120,
      ExecutionProperty: { MaxConcurrentRuns: 1 },
    });
    const { DefaultArguments } = job();
    expect(DefaultArguments['--enable-continuous-cloudwatch-log']).toBe('true');
    expect(DefaultArguments['--enable-auto-scaling']).toBe('true');
    expect(DefaultArguments['--additional-python-modules']).toBeUndefined();
    const uri = (location: DataLocation) => stack.resolve(location.uri);
    expect(DefaultArguments['--source']).toEqual(uri(storage.raw.location('flights')));
    expect(DefaultArguments['--target']).toEqual(uri(storage.converted.location('flights')));
    expect(DefaultArguments['--state']).toEqual(uri(storage.converted.location('_lakewright/flights')));
    expect(DefaultArguments['--quarantine']).toEqual(uri(storage.converted.location('_lakewright/flights/quarantine')));
    expect(settings()).toEqual({
      database: 'converted',
      table: 'flights',
      format: 'json',
      options: {},
      columns: [
        { name: 'id', type: 'bigint', required: true },
        { name: 'date', type: 'date', format: 'yyyy/MM/dd' },
        { name: 'left_at', type: 'timestamp', source: 'Left At' },
        { name: 'delay', type: 'int' },
        { name: 'origin', type: 'string' },
      ],
      partitions: [],
      compression: 'snappy',
      fileSize: 134217728,
      onInvalid: 'quarantine',
      reads: [],
    });
  });

  test('the job reads its source, writes its table and its state, and no neighbour', () => {
    const { stack, storage, catalog, flights } = conversion();
    const policies = PolicyEvaluator.of(stack);
    const on = (zone: typeof storage.raw, action: string, key: string) =>
      policies.decide(flights.role, action, zone.bucket.arnForObjects(key));
    expect(on(storage.raw, 's3:GetObject', 'flights/a.json')).toBe('allowed');
    expect(on(storage.raw, 's3:GetObject', 'flights-of-others/a.json')).toBe('denied');
    for (const action of ['s3:PutObject', 's3:DeleteObject']) {
      expect(on(storage.raw, action, 'flights/a.json')).toBe('denied');
      expect(on(storage.converted, action, 'flights/month=2001-01/part')).toBe('allowed');
      expect(on(storage.converted, action, 'airports/part')).toBe('denied');
      expect(on(storage.converted, action, '_lakewright/airports/state.json')).toBe('denied');
      expect(on(storage.converted, action, '_lakewright/flights/quarantine/1/part')).toBe('allowed');
      expect(on(storage.converted, action, '_lakewright/flights/staging/1/part')).toBe('allowed');
    }
    expect(on(storage.converted, 's3:PutObject', '_lakewright/flights/state.json')).toBe('allowed');
    expect(on(storage.converted, 's3:DeleteObject', '_lakewright/flights/state.json')).toBe('denied');
    expect(on(storage.converted, 's3:DeleteObject', '_lakewright/flights/reports/1.json')).toBe('denied');
    const table = (action: string, name: string) =>
      policies.decide(flights.role, action, catalog.converted.dataset(name).tableArn);
    for (const action of ['glue:CreateTable', 'glue:UpdateTable', 'glue:BatchCreatePartition', 'glue:GetTable']) {
      expect([table(action, 'flights'), table(action, 'airports')]).toEqual(['allowed', 'denied']);
    }
    const list = (prefix: string) =>
      policies.decide(flights.role, 's3:ListBucket', storage.raw.bucket.bucketArn, { 's3:prefix': prefix });
    expect([list('flights/'), list('customers/')]).toEqual(['allowed', 'denied']);
  });

  test('the job may read its script and its modules, and no other asset', () => {
    const { stack, flights } = conversion({ transform: FLIGHTS });
    const policies = PolicyEvaluator.of(stack);
    const [job] = policies.app.resources('AWS::Glue::Job').map(({ properties }) => properties);
    const { Command, DefaultArguments } = job as {
      Command: { ScriptLocation: string };
      DefaultArguments: Record<string, string>;
    };
    const files = [Command.ScriptLocation, ...(DefaultArguments['--extra-py-files'] ?? '').split(',')];
    expect(files.length).toBe(3);
    for (const file of files) {
      const arn = file.replace('s3://', 'arn:aws:s3:::');
      expect(policies.decide(flights.role, 's3:GetObject', arn)).toBe('allowed');
      expect(policies.decide(flights.role, 's3:GetObject', arn.replace(/[^/]+$/, 'other.zip'))).toBe('denied');
    }
  });

  test('a job keeps its id, and with it its runs', () => {
    const { stack } = conversion({ schedule: events.Schedule.cron({ hour: '3' }) });
    const ids = Object.keys(dataIds(stack, 'AWS::Glue::Job', 'AWS::Glue::Trigger', 'AWS::IAM::Role'));
    expect(ids.filter((id) => id.startsWith('Flights'))).toEqual([
      'FlightsRole1CD12C2E',
      'FlightsJobB75D17B7',
      'FlightsTriggerFF5565B2',
    ]);
  });
});

describe('overrides', () => {
  test('format, partitions, compression, size, transform and what is read besides', () => {
    const { settings, job } = conversion({
      format: RecordFormat.csv({ delimiter: ';', header: false }),
      partitionBy: [
        Partition.month('date'),
        Partition.value('origin'),
        Partition.hour('left_at', { name: 'left_hour' }),
      ],
      compression: ParquetCompression.ZSTD,
      fileSize: Size.mebibytes(64),
      transform: FLIGHTS,
      inputSchema: [TableColumn.of('id', Schema.STRING)],
      onInvalid: OnFailure.stop(),
    });
    expect(settings()).toMatchObject({
      format: 'csv',
      options: { delimiter: ';', header: false },
      inputColumns: [{ name: 'id', type: 'string' }],
      partitions: [
        { kind: 'month', column: 'date', name: 'month' },
        { kind: 'value', column: 'origin', name: 'origin' },
        { kind: 'hour', column: 'left_at', name: 'left_hour' },
      ],
      compression: 'zstd',
      fileSize: 67108864,
      onInvalid: 'stop',
      transform: { module: 'transform', function: 'transform' },
    });
    expect(job().DefaultArguments['--additional-python-modules']).toBe('holidays==0.58');
  });

  test('it can run on spare capacity, by a schedule, with other workers, times and version', () => {
    const { job, stack } = conversion({
      flex: true,
      glueVersion: glue.GlueVersion.V5_1,
      workers: { workerType: glue.WorkerType.G_2X, numberOfWorkers: 9 },
      autoScaling: false,
      maxRetries: 3,
      timeout: Duration.minutes(30),
      schedule: events.Schedule.cron({ hour: '3', minute: '0' }),
    });
    expect(job()).toMatchObject({
      ExecutionClass: 'FLEX',
      GlueVersion: '5.1',
      WorkerType: 'G.2X',
      NumberOfWorkers: 9,
      MaxRetries: 3,
      Timeout: 30,
    });
    expect(job().DefaultArguments['--enable-auto-scaling']).toBeUndefined();
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Trigger', { Schedule: 'cron(0 3 * * ? *)' });
  });

  test('a failed run starts something, and metrics count runs', () => {
    const { flights, stack } = conversion();
    flights.onFailure('Failure');
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.glue'], detail: { state: ['FAILED', 'TIMEOUT', 'STOPPED', 'ERROR'] } },
    });
    const metrics = [flights.metricFailure(), flights.metricSuccess(), flights.metricTimeout()];
    expect(metrics.map(({ namespace }) => namespace)).toEqual(['AWS/Events', 'AWS/Events', 'AWS/Events']);
  });

  test('a state that waits for a run, tries again what may pass, and names the run', () => {
    const { flights, stack, catalog } = conversion();
    const context = { environment: LakeEnvironment.sandbox(), runIdPath: '$$.Execution.Id' };
    const { start, writes, reports } = flights.bind(stack, 'Run', context);
    expect(reports?.prefix).toBe('_lakewright/flights/reports');
    const json = stack.resolve(start.toStateJson()) as Record<string, never> & { Retry: { ErrorEquals: string[] }[] };
    expect(json.Parameters).toMatchObject({ Arguments: { '--run_id.$': '$$.Execution.Id' } });
    expect(json.Retry.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual([
      'Glue.ConcurrentRunsExceededException',
      'Glue.ThrottlingException',
      'Glue.InternalServiceException',
      'Glue.OperationTimeoutException',
      'Glue.ResourceNumberLimitExceededException',
      'States.TaskFailed',
    ]);
    expect(writes.map(({ tableArn }) => tableArn)).toEqual([catalog.converted.dataset('flights').tableArn]);
  });
});

describe('supplied resources', () => {
  test('a table of an upstream database, places of its own, an encrypted log', () => {
    const stack = new Stack(new App(), 'Stack');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const database = theirs(stack);
    const flights = new SparkConversion(stack, 'Flights', {
      source: DataLocation.of(bucket, 'in'),
      format: RecordFormat.parquet(),
      target: Dataset.of(database, 'flights', { location: DataLocation.of(bucket, 'out') }),
      schema: SCHEMA,
      state: DataLocation.of(bucket, 'state'),
      quarantine: DataLocation.of(bucket, 'bad'),
      securityConfiguration: glue.SecurityConfiguration.fromSecurityConfigurationName(stack, 'Encrypted', 'ours'),
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Job', { SecurityConfiguration: 'ours' });
    const policies = PolicyEvaluator.of(stack);
    const decide = (action: string, key: string) => policies.decide(flights.role, action, bucket.arnForObjects(key));
    expect(decide('s3:DeleteObject', 'bad/1/part')).toBe('allowed');
    expect(decide('s3:DeleteObject', 'state/batches/1.json')).toBe('denied');
    expect(decide('s3:PutObject', 'in/a')).toBe('denied');
    expect(policies.decide(flights.role, 'glue:GetSecurityConfiguration', '*')).toBe('allowed');
  });

  test('a table under Lake Formation: the grant is recorded, and the files are written with the role of the job', () => {
    const { stack, storage } = lake();
    const bucket = storage.datasets.bucket;
    const database = theirs(stack);
    const options = { permissions: PermissionModel.lakeFormation() };
    const target = Dataset.of(database, 'flights', { ...options, location: storage.datasets.location('flights') });
    const airports = Dataset.of(database, 'airports', { ...options, location: storage.datasets.location('airports') });
    const granted: string[] = [];
    LakeAccess.of(stack).attach(accessProvider(({ dataset, level }) => granted.push(`${level} ${dataset.tableName}`)));
    const flights = new SparkConversion(stack, 'Flights', {
      source: storage.raw.location('flights'),
      format: RecordFormat.json(),
      target,
      schema: SCHEMA,
      transform: FLIGHTS,
      reads: [airports],
    });
    expect(granted).toEqual(['WRITE flights', 'READ airports']);
    const policies = PolicyEvaluator.of(stack);
    const decide = (action: string, key: string) => policies.decide(flights.role, action, bucket.arnForObjects(key));
    expect([decide('s3:PutObject', 'flights/part'), decide('s3:DeleteObject', 'flights/part')]).toEqual([
      'allowed',
      'allowed',
    ]);
    expect([decide('s3:GetObject', 'airports/part'), decide('s3:PutObject', 'airports/part')]).toEqual([
      'allowed',
      'denied',
    ]);
    expect(policies.decide(flights.role, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(flights.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() }).reads).toEqual([airports]);
  });

  test('who may run it may run this job, and no other', () => {
    const { stack, flights } = conversion();
    const role = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
    flights.grants.run(role);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'glue:StartJobRun', flights.job.jobArn)).toBe('allowed');
    expect(policies.decide(role, 'glue:StartJobRun', `${flights.job.jobArn}2`)).toBe('denied');
    expect(policies.decide(role, 'glue:DeleteJob', flights.job.jobArn)).toBe('denied');
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Job', { Role: Match.anyValue() });
  });
});

describe('refused input', () => {
  const by = (...partitionBy: Partition[]) => conversion({ partitionBy });
  test.each<[string, () => unknown, RegExp]>([
    ['no columns', () => conversion({ schema: [] }), /^NoSchema: /],
    [
      'a column twice',
      () => conversion({ schema: [SCHEMA[0] as TableColumn, SCHEMA[0] as TableColumn] }),
      /^DuplicateColumn: column "id" twice/,
    ],
    ['a partition by no column', () => by(Partition.month('day')), /^InvalidPartition: partition by "day"/],
    ['months of a text', () => by(Partition.month('origin')), /^InvalidPartition: months of "origin", string/],
    ['hours of a day', () => by(Partition.hour('date')), /^InvalidPartition: hours of "date", date/],
    ['a key that is a column', () => by(Partition.day('left_at', { name: 'date' })), /^InvalidPartition: key "date", /],
    ['a key twice', () => by(Partition.day('date'), Partition.day('left_at')), /^InvalidPartition: key "day" twice/],
    ['a key in upper case', () => Partition.day('date', { name: 'Day' }), /^InvalidPartition: key "Day"/],
    ['a warning', () => conversion({ onInvalid: OnFailure.warn() }), /^WarnNotPossible: onInvalid "warn"/],
    ['an input schema alone', () => conversion({ inputSchema: SCHEMA }), /^InputSchemaWithoutTransform: /],
    [
      'tables to read and nobody who reads them',
      () => {
        const { stack, storage } = lake();
        const database = theirs(stack);
        const target = Dataset.of(database, 'flights', { location: storage.datasets.location('flights') });
        new SparkConversion(stack, 'Flights', {
          source: storage.raw.location('flights'),
          format: RecordFormat.json(),
          target,
          schema: SCHEMA,
          reads: [target],
        });
      },
      /^ReadsWithoutTransform: 1 tables/,
    ],
    [
      'a table of no place',
      () => {
        const { stack } = lake();
        const target = Dataset.of(theirs(stack), 'flights');
        const source = DataLocation.of(new s3.Bucket(stack, 'In'));
        new SparkConversion(stack, 'Flights', { source, format: RecordFormat.json(), target, schema: SCHEMA });
      },
      /^NoDatasetLocation: data set ".*flights" without a location/,
    ],
    [
      'a target in its source',
      () => {
        const { stack, storage, catalog } = lake();
        const source = storage.converted.location('flights/raw');
        const target = catalog.converted.dataset('flights');
        new SparkConversion(stack, 'Flights', { source, format: RecordFormat.json(), target, schema: SCHEMA });
      },
      /^LocationsOverlap: source "flights\/raw" and target "flights"/,
    ],
    ['no second try', () => conversion({ maxRetries: 0 }), /^TooFewRetries: maxRetries "0"/],
    [
      'a rate as the schedule',
      () => conversion({ schedule: events.Schedule.rate(Duration.hours(1)) }),
      /^JobScheduleNotCron: schedule "rate\(1 hour\)"/,
    ],
    [
      'a Spark of former days',
      () => conversion({ glueVersion: glue.GlueVersion.V4_0 }),
      /^UnsupportedGlueVersion: glueVersion "4.0"/,
    ],
    [
      'large workers on spare capacity',
      () => conversion({ flex: true, workers: { workerType: glue.WorkerType.G_8X, numberOfWorkers: 2 } }),
      /^FlexWorkers: flex with workers "G.8X"/,
    ],
    ['a column in upper case', () => TableColumn.of('Id', Schema.BIG_INT), /^InvalidTableColumn: column "Id"/],
    ['a char', () => TableColumn.of('id', Schema.char(3)), /^InvalidTableColumn: type "char\(3\)"/],
    [
      'a member of a type that there is not',
      () => TableColumn.of('id', Schema.array(Schema.custom('interval'))),
      /^InvalidTableColumn: type "array<interval>"/,
    ],
    [
      'a format of a number',
      () => TableColumn.of('id', Schema.BIG_INT, { format: 'dd' }),
      /^InvalidTableColumn: format "dd" of column "id", bigint/,
    ],
    ['two characters for one', () => RecordFormat.csv({ delimiter: '||' }), /^InvalidRecordFormat: delimiter "\|\|"/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('nested types are taken', () => {
    const type = Schema.struct([
      { name: 'a', type: Schema.map(Schema.STRING, Schema.array(Schema.decimal(10, 2))) },
      { name: 'b', type: Schema.TIMESTAMP },
    ]);
    expect(TableColumn.of('s', type).type).toBe(type);
  });
});

describePipelineTask('SparkConversion', (stack) => {
  const bucket = new s3.Bucket(stack, 'Bucket');
  const database = theirs(stack);
  return new SparkConversion(stack, 'Flights', {
    source: DataLocation.of(bucket, 'in'),
    format: RecordFormat.avro(),
    target: Dataset.of(database, 'flights', { location: DataLocation.of(bucket, 'out') }),
    schema: SCHEMA,
  });
});
