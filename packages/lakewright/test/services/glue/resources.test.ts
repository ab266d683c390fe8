import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as cdkGlue from 'aws-cdk-lib/aws-glue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadAssembly } from '../../../src/assembly';
import { classify } from '../../../src/assembly/classify';
import type { ApiShape } from '../../../src/services/api-shape';
import { glue } from '../../../src/services/glue';
import { LOCAL_ADMIN } from '../../../src/services/service';
import { openLake, resource, type TestLake, tableInput } from './test-lake';

let lake: TestLake;
beforeEach(async () => {
  lake = await openLake();
  await lake.apply(resource('AWS::Glue::Database', { CatalogId: '123456789012', DatabaseInput: { Name: 'raw' } }));
});
afterEach(() => lake.close());

const table = (more: ApiShape = {}) =>
  resource('AWS::Glue::Table', { CatalogId: '123456789012', DatabaseName: 'raw', TableInput: tableInput('t', more) });
const get = async () => (await lake.call('GetTable', { DatabaseName: 'raw', Name: 't' })).Table;
const outcome = (type: string, properties: Record<string, ApiShape> = {}) =>
  classify([resource(type, properties)], [lake.service('glue')])[0];

describe('resources of a template', () => {
  test('a database without a name has its physical name', async () => {
    await lake.apply(resource('AWS::Glue::Database', { DatabaseInput: {} }, 'stack-db-1x'));
    expect((await lake.call('GetDatabase', { Name: 'stack-db-1x' })).Database.Name).toBe('stack-db-1x');
  });

  test('a table that is declared again as before makes no version, and keeps what a crawler found', async () => {
    await lake.apply(table());
    const columns = { Columns: [{ Name: 'found', Type: 'int' }], Location: 's3://lake/t/' };
    await lake.call('UpdateTable', {
      DatabaseName: 'raw',
      TableInput: tableInput('t', { StorageDescriptor: columns }),
    });
    await lake.apply(table());
    expect(await get()).toMatchObject({ VersionId: '1', StorageDescriptor: columns });
  });

  test('a changed declaration replaces the table and keeps its partitions', async () => {
    const PartitionKeys = [{ Name: 'p', Type: 'string' }];
    await lake.apply(table({ PartitionKeys }));
    const partition = { DatabaseName: 'raw', TableName: 't', PartitionInput: { Values: ['1'] } };
    await lake.apply(resource('AWS::Glue::Partition', partition));
    await lake.apply(
      resource('AWS::Glue::Partition', { ...partition, PartitionInput: { Values: ['1'], Parameters: { a: 'b' } } }),
    );
    await lake.apply(table({ PartitionKeys, Description: 'new' }));
    expect(await get()).toMatchObject({ Description: 'new', VersionId: '1' });
    const { Partitions } = await lake.call('GetPartitions', { DatabaseName: 'raw', TableName: 't' });
    expect(Partitions).toMatchObject([{ Values: ['1'], Parameters: { a: 'b' } }]);
  });

  test("CDK's own tables are brought about: parameters of a template may be booleans and numbers", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk-out-'));
    const app = new App({ outdir: folder });
    const stack = new Stack(app, 'Stack', { env: { account: '123456789012', region: 'eu-central-1' } });
    const database = new cdkGlue.Database(stack, 'Database', { databaseName: 'declared' });
    new cdkGlue.S3Table(stack, 'Table', {
      database,
      tableName: 'flights',
      columns: [{ name: 'delay', type: cdkGlue.Schema.BIG_INT }],
      partitionKeys: [{ name: 'day', type: cdkGlue.Schema.DATE }],
      partitionIndexes: [{ indexName: 'by_day', keyNames: ['day'] }],
      dataFormat: cdkGlue.DataFormat.PARQUET,
      compressed: true,
    });
    app.synth();
    const { resources } = loadAssembly(folder);
    for (const declared of [...resources, ...resources]) await lake.apply(declared);
    const names = { DatabaseName: 'declared', TableName: 'flights' };
    const { Table } = await lake.call('GetTable', { ...names, Name: 'flights' });
    expect(Table.Parameters).toEqual({ classification: 'parquet', has_encrypted_data: 'true' });
    expect(Table).toMatchObject({ VersionId: '0', StorageDescriptor: { Compressed: true } });
    const { PartitionIndexDescriptorList } = await lake.call('GetPartitionIndexes', names);
    expect(PartitionIndexDescriptorList).toMatchObject([
      { IndexName: 'by_day', Keys: [{ Name: 'day', Type: 'date' }] },
    ]);
    fs.rmSync(folder, { recursive: true });
  });

  test('a crawler keeps its history when it is declared again', async () => {
    await lake.put('lake', 'raw/a/a.csv', 'x,y\n1,2\n');
    const crawler = resource(
      'AWS::Glue::Crawler',
      {
        Role: 'r',
        DatabaseName: 'raw',
        Targets: { S3Targets: [{ Path: 's3://lake/raw/', SampleSize: '3' }] },
        Schedule: { ScheduleExpression: 'cron(0 3 * * ? *)' },
        Tags: { team: 'data' },
      },
      'MyCrawler',
    );
    await lake.apply(crawler);
    await lake.call('StartCrawler', { Name: 'MyCrawler' });
    await lake.call('GetCrawler', { Name: 'MyCrawler' });
    await lake.apply(crawler);
    const { Crawler } = await lake.call('GetCrawler', { Name: 'MyCrawler' });
    expect(Crawler).toMatchObject({
      Version: 1,
      LastCrawl: { Status: 'SUCCEEDED' },
      Schedule: { ScheduleExpression: 'cron(0 3 * * ? *)', State: 'SCHEDULED' },
    });
  });

  test('classifiers, connections and settings are there for the API', async () => {
    const csv = { Name: 'q', QuoteSymbol: '"', ContainsCustomDatatype: ['INT'], CustomDatatypeConfigured: true };
    await lake.apply(resource('AWS::Glue::Classifier', { CsvClassifier: csv }));
    const { Classifier } = await lake.call('GetClassifier', { Name: 'q' });
    expect(Classifier.CsvClassifier.CustomDatatypes).toEqual(['INT']);
    const connection = { ConnectionInput: { ConnectionType: 'NETWORK', Name: 'n' } };
    await lake.apply(resource('AWS::Glue::Connection', connection));
    await lake.apply(resource('AWS::Glue::Connection', connection));
    expect((await lake.call('GetConnection', { Name: 'n' })).Connection.ConnectionType).toBe('NETWORK');
    const DataCatalogEncryptionSettings = { EncryptionAtRest: { CatalogEncryptionMode: 'SSE-KMS' } };
    await lake.apply(resource('AWS::Glue::DataCatalogEncryptionSettings', { DataCatalogEncryptionSettings }));
    expect(await lake.call('GetDataCatalogEncryptionSettings')).toEqual({ DataCatalogEncryptionSettings });
  });

  test('what does not run is not claimed to', () => {
    const job = (GlueVersion: string, Name = 'glueetl') =>
      outcome('AWS::Glue::Job', { GlueVersion, Command: { Name, ScriptLocation: 's3://lake/a.py' } });
    expect(job('5.0').classification).toBe('executed');
    expect(job('4.0')).toMatchObject({ classification: 'simulated', note: expect.stringContaining('Spark 3.5.4') });
    expect(job('2.0')).toMatchObject({ classification: 'unsupported', note: expect.stringContaining('Glue 2.0') });
    expect(job('5.0', 'glueray')).toMatchObject({
      classification: 'unsupported',
      note: expect.stringContaining('Ray'),
    });
    expect(outcome('AWS::Glue::Table', { OpenTableFormatInput: {} })).toMatchObject({
      classification: 'unsupported',
      note: expect.stringContaining('Iceberg'),
    });
    expect(outcome('AWS::Glue::Classifier', { GrokClassifier: {} }).classification).toBe('unsupported');
    expect(outcome('AWS::Glue::Connection').classification).toBe('recorded');
    expect(outcome('AWS::Glue::Crawler').classification).toBe('executed');
    expect(outcome('AWS::Glue::Table', {}).classification).toBe('executed');
  });

  test('a crawler of a kind that is not local says so before it runs, and when it is started', async () => {
    const jdbc = { Targets: { JdbcTargets: [{ Path: 'x' }] } };
    expect(outcome('AWS::Glue::Crawler', jdbc)).toMatchObject({
      classification: 'unsupported',
      note: expect.stringContaining('JDBC'),
    });
    const declared = resource('AWS::Glue::Crawler', jdbc, 'operations');
    const service = glue({ ...lake.context, resources: [declared] });
    const start = service.operations.StartCrawler({ Name: 'operations' }, LOCAL_ADMIN);
    await expect(start).rejects.toThrow(/operations does not exist: .* JDBC targets/);
  });

  test('a job that is not there fails a state machine by name', async () => {
    const call = lake.service('glue').tasks['glue:startJobRun.sync']({ JobName: 'etl' }, {} as never);
    await expect(call).rejects.toThrow('Job etl not found');
    await expect(lake.call('StartJobRun', { JobName: 'etl' })).rejects.toThrow('Job etl not found');
  });
});
