import { App, aws_glue as glue, Stack, aws_s3 as s3 } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { LakeDatabase, PartitionProjectionCheck } from '../src';
import { lake, synthErrors } from './support';

/** How a location template names a partition key. */
const at = (key: string) => `\${${key}}`;

interface Table {
  readonly keys?: string[];
  readonly projected?: string[];
  readonly template?: string;
  readonly enabled?: boolean;
}

function parametersOf({ projected = [], template, enabled = true }: Table): Record<string, string> {
  return {
    ...(enabled ? { 'projection.enabled': 'true' } : {}),
    ...Object.fromEntries(projected.flatMap((key) => [[`projection.${key}.type`, 'injected']])),
    ...(template ? { 'storage.location.template': template } : {}),
  };
}

function errors(table: Table): string {
  const { app, stack, catalog, storage } = lake();
  new glue.S3Table(stack, 'Table', {
    database: catalog.raw,
    columns: [{ name: 'id', type: glue.Schema.STRING }],
    partitionKeys: (table.keys ?? ['year', 'month']).map((name) => ({ name, type: glue.Schema.STRING })),
    dataFormat: glue.DataFormat.PARQUET,
    storage: glue.S3TableStorage.fromBucket(storage.raw.bucket),
    parameters: parametersOf(table),
  });
  return synthErrors(app);
}

describe('tables that Athena would find nothing in are refused', () => {
  test.each<[string, Table, string]>([
    [
      'a key without a projection',
      { projected: ['year'] },
      'ProjectionMissesKey: table "Lake/Table/Table" has no projection for its partition key "month"',
    ],
    [
      'a projection of no key',
      { projected: ['year', 'month', 'dya'] },
      'ProjectionOfNoKey: table "Lake/Table/Table" has a projection for "dya" → its partition keys are "year", "month"',
    ],
    [
      'a template without a key',
      { projected: ['year', 'month'], template: `s3://b/${at('year')}/` },
      'TemplateMissesKey',
    ],
    [
      'a template that names no key',
      { projected: ['year', 'month'], template: `s3://b/${at('year')}/${at('month')}/${at('day')}/` },
      'TemplateNamesNoKey',
    ],
  ])('%s', (_, table, message) => {
    expect(errors(table)).toContain(message);
  });
});

describe('all others are left alone', () => {
  test.each<[string, Table]>([
    ['every key is projected', { projected: ['year', 'month'] }],
    [
      'the template names every key',
      { projected: ['year', 'month'], template: `s3://b/${at('year')}/${at('month')}/` },
    ],
    ['names in another case are the same', { keys: ['Year'], projected: ['year'], template: `s3://b/${at('YEAR')}/` }],
    ['projection is off', { enabled: false, projected: ['year'] }],
    ['no partitions', { keys: [], projected: [] }],
  ])('%s', (_, table) => {
    expect(errors(table)).toBe('');
  });
});

test('a template with the bucket’s token in it is read', () => {
  const { app, stack, catalog, storage } = lake();
  new glue.S3Table(stack, 'Table', {
    database: catalog.raw,
    columns: [{ name: 'id', type: glue.Schema.STRING }],
    partitionKeys: [{ name: 'day', type: glue.Schema.STRING }],
    dataFormat: glue.DataFormat.PARQUET,
    parameters: parametersOf({ projected: ['day'], template: `${storage.raw.location('x').uri}\${dya}/` }),
  });
  expect(synthErrors(app)).toContain('TemplateNamesNoKey');
});

test('the upstream projection is checked, in any stack of the app', () => {
  const { app, catalog } = lake();
  new glue.S3Table(new Stack(app, 'Other'), 'Table', {
    database: catalog.raw,
    columns: [{ name: 'id', type: glue.Schema.STRING }],
    partitionKeys: ['year', 'month'].map((name) => ({ name, type: glue.Schema.STRING })),
    dataFormat: glue.DataFormat.PARQUET,
    partitionProjection: { year: glue.PartitionProjectionConfiguration.integer({ min: 2020, max: 2030 }) },
  });
  expect(synthErrors(app)).toContain('ProjectionMissesKey');
});

test('without any Lakewright database a scope can be checked; with several, each fault is told once', () => {
  const app = new App();
  const stack = new Stack(app, 'Plain');
  const database = new glue.Database(stack, 'Database');
  const table = new glue.S3Table(stack, 'Table', {
    database,
    columns: [{ name: 'id', type: glue.Schema.STRING }],
    partitionKeys: [{ name: 'day', type: glue.Schema.STRING }],
    dataFormat: glue.DataFormat.PARQUET,
    storage: glue.S3TableStorage.fromBucket(s3.Bucket.fromBucketName(stack, 'Bucket', 'bucket')),
    parameters: { 'projection.enabled': 'true' },
  });
  expect(table.node.validate()).toEqual([]);
  PartitionProjectionCheck.on(table);
  expect(table.node.validate()).toEqual([expect.stringContaining('ProjectionMissesKey')]);
  new LakeDatabase(stack, 'Mine', { databaseName: 'mine' });
  new LakeDatabase(stack, 'Other', { databaseName: 'other' });
  expect(app.node.validate()).toEqual([expect.stringContaining('ProjectionMissesKey')]);
});
