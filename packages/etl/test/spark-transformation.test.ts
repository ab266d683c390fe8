import { join } from 'node:path';
import { Dataset } from '@lakewright/catalog';
import { DataLocation, LakeAccess, LakeEnvironment, PermissionModel } from '@lakewright/core';
import { Template } from 'aws-cdk-lib/assertions';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { accessProvider } from '../../core/test/support/dataset';
import {
  ParquetCompression,
  Partition,
  PythonCode,
  SparkOutput,
  SparkTransformation,
  type SparkTransformationProps,
} from '../src';
import { dataIds, lake, PolicyEvaluator } from './support';

const FEATURES = PythonCode.fromFile(join(__dirname, 'jobs', 'features', 'features.py'), { functionName: 'build' });

function transformation(props: Partial<SparkTransformationProps> = {}) {
  const { app, stack, storage, catalog } = lake();
  const features = new SparkTransformation(stack, 'Features', {
    code: FEATURES,
    reads: [catalog.converted.dataset('flights')],
    writes: [SparkOutput.table(catalog.datasets.dataset('airport_features'))],
    ...props,
  });
  const job = () => Object.values(Template.fromStack(stack).findResources('AWS::Glue::Job'))[0]?.Properties;
  const settings = () => JSON.parse(job().DefaultArguments['--settings']);
  return { app, stack, storage, catalog, features, job, settings };
}

describe('defaults', () => {
  test('the code makes one table anew from what it reads', () => {
    const { settings, job, stack, storage } = transformation();
    expect(settings()).toEqual({
      transform: { module: 'features', function: 'build' },
      reads: [{ database: 'converted', table: 'flights' }],
      outputs: [
        {
          database: 'datasets',
          table: 'airport_features',
          replaces: 'table',
          partitions: [],
          compression: 'snappy',
          fileSize: 134217728,
        },
      ],
    });
    expect(job().DefaultArguments['--target_airport_features']).toEqual(
      stack.resolve(storage.datasets.location('airport_features').uri),
    );
    expect(job()).toMatchObject({ GlueVersion: '5.0', MaxRetries: 1, ExecutionProperty: { MaxConcurrentRuns: 1 } });
  });

  test('the job reads what it is to read, writes its table and its state, and no neighbour', () => {
    const { stack, storage, catalog, features } = transformation();
    const policies = PolicyEvaluator.of(stack);
    const on = (zone: typeof storage.raw, action: string, key: string) =>
      policies.decide(features.role, action, zone.bucket.arnForObjects(key));
    expect(on(storage.converted, 's3:GetObject', 'flights/part')).toBe('allowed');
    expect(on(storage.converted, 's3:GetObject', 'customers/part')).toBe('denied');
    expect(on(storage.converted, 's3:PutObject', 'flights/part')).toBe('denied');
    expect(on(storage.datasets, 's3:DeleteObject', 'airport_features/part')).toBe('allowed');
    expect(on(storage.datasets, 's3:DeleteObject', 'airports/part')).toBe('denied');
    expect(on(storage.datasets, 's3:PutObject', '_lakewright/airport_features/state.json')).toBe('allowed');
    expect(on(storage.datasets, 's3:DeleteObject', '_lakewright/airport_features/state.json')).toBe('denied');
    const update = (name: string) =>
      policies.decide(features.role, 'glue:UpdateTable', catalog.datasets.dataset(name).tableArn);
    expect([update('airport_features'), update('airports')]).toEqual(['allowed', 'denied']);
    const read = (action: string) =>
      policies.decide(features.role, action, catalog.converted.dataset('flights').tableArn);
    expect([read('glue:GetPartitions'), read('glue:UpdateTable')]).toEqual(['allowed', 'denied']);
  });

  test('a job keeps its id, and with it its runs', () => {
    const { stack } = transformation();
    const ids = Object.keys(dataIds(stack, 'AWS::Glue::Job')).filter((id) => id.startsWith('Features'));
    expect(ids).toEqual(['FeaturesJob2CFFA437']);
  });
});

describe('overrides', () => {
  test('several tables, by partitions, packed otherwise', () => {
    const { stack, catalog } = transformation();
    const outputs = [
      SparkOutput.partitions(catalog.datasets.dataset('by_month'), [Partition.value('month')]),
      SparkOutput.table(catalog.datasets.dataset('by_day'), {
        partitionBy: [Partition.day('date')],
        compression: ParquetCompression.ZSTD,
      }),
    ];
    const both = new SparkTransformation(stack, 'Both', { code: FEATURES, reads: [], writes: outputs });
    const config = both.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() });
    expect(config.writes.map(({ tableName }) => tableName)).toEqual(['by_month', 'by_day']);
    expect(config.reports?.prefix).toBe('_lakewright/by_month/reports');
    expect(outputs.map(({ _settings }) => [_settings.replaces, _settings.compression, _settings.partitions])).toEqual([
      ['partitions', 'snappy', [{ kind: 'value', column: 'month', name: 'month' }]],
      ['table', 'zstd', [{ kind: 'day', column: 'date', name: 'day' }]],
    ]);
  });
});

describe('supplied resources', () => {
  test('tables under Lake Formation: the grants are recorded, and Spark reads files with the role of the job', () => {
    const { stack, storage } = lake();
    const database = new glue.Database(stack, 'Theirs', { databaseName: 'theirs' });
    const table = (name: string) =>
      Dataset.of(database, name, {
        permissions: PermissionModel.lakeFormation(),
        location: storage.datasets.location(name),
      });
    const granted: string[] = [];
    LakeAccess.of(stack).attach(accessProvider(({ dataset, level }) => granted.push(`${level} ${dataset.tableName}`)));
    const features = new SparkTransformation(stack, 'Features', {
      code: FEATURES,
      reads: [table('flights')],
      writes: [SparkOutput.table(table('features'))],
      state: storage.raw.location('state'),
    });
    expect(granted).toEqual(['READ flights', 'WRITE features']);
    const policies = PolicyEvaluator.of(stack);
    const decide = (action: string, key: string) =>
      policies.decide(features.role, action, storage.datasets.bucket.arnForObjects(key));
    expect([decide('s3:GetObject', 'flights/part'), decide('s3:PutObject', 'flights/part')]).toEqual([
      'allowed',
      'denied',
    ]);
    expect([decide('s3:DeleteObject', 'features/part'), decide('s3:GetObject', 'others/part')]).toEqual([
      'allowed',
      'denied',
    ]);
  });
});

describe('refused input', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'partitions by nothing',
      () => SparkOutput.partitions(transformation().catalog.datasets.dataset('a'), []),
      /^InvalidPartition: partitions without keys/,
    ],
    ['nothing to write', () => transformation({ writes: [] }), /^NoOutput: /],
    [
      'two tables of one name',
      () => {
        const { storage, catalog, stack } = transformation();
        const writes = [catalog.datasets, catalog.converted].map((database) =>
          SparkOutput.table(database.dataset('a')),
        );
        expect(storage).toBeDefined();
        new SparkTransformation(stack, 'Both', { code: FEATURES, reads: [], writes });
      },
      /^DuplicateTable: two tables "a"/,
    ],
    [
      'a table in another one',
      () => {
        const { catalog, storage, stack } = transformation();
        const inner = catalog.datasets.dataset('b', { location: storage.datasets.location('a/b') });
        const writes = [catalog.datasets.dataset('a'), inner].map((dataset) => SparkOutput.table(dataset));
        new SparkTransformation(stack, 'Both', { code: FEATURES, reads: [], writes });
      },
      /^LocationsOverlap: a "a" and b "a\/b"/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describePipelineTask('SparkTransformation', (stack) => {
  const bucket = new s3.Bucket(stack, 'Bucket');
  const database = new glue.Database(stack, 'Theirs', { databaseName: 'theirs' });
  const dataset = Dataset.of(database, 'features', { location: DataLocation.of(bucket, 'out') });
  return new SparkTransformation(stack, 'Features', {
    code: FEATURES,
    reads: [],
    writes: [SparkOutput.table(dataset)],
  });
});
