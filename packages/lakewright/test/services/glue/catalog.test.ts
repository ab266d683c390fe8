import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLake, type TestLake, tableInput } from './test-lake';

let lake: TestLake;
beforeEach(async () => {
  lake = await openLake();
  await lake.call('CreateDatabase', {
    DatabaseInput: { Name: 'Raw', Description: 'as it came', LocationUri: 's3://lake/' },
  });
});
afterEach(() => lake.close());

const refused = (promise: Promise<unknown>, code: string, text?: string | RegExp) =>
  expect(promise).rejects.toMatchObject({ code, ...(text ? { message: expect.stringMatching(text) } : {}) });

describe('databases', () => {
  test('a name is folded to lower case, and found in any case', async () => {
    const { Database } = await lake.call('GetDatabase', { Name: 'RAW' });
    expect(Database).toMatchObject({ Name: 'raw', Description: 'as it came', CatalogId: '123456789012' });
    expect(Database.CreateTime).toBeGreaterThan(1.6e9);
  });

  test('errors have the codes and texts that clients read', async () => {
    await refused(lake.call('GetDatabase', { Name: 'nope' }), 'EntityNotFoundException', /^Database nope not found\.$/);
    await refused(
      lake.call('CreateDatabase', { DatabaseInput: { Name: 'raw' } }),
      'AlreadyExistsException',
      /^Database already exists\.$/,
    );
    await refused(lake.call('CreateDatabase', { DatabaseInput: { Name: '' } }), 'InvalidInputException', /length/);
    await refused(lake.call('CreateDatabase', { DatabaseInput: { Name: 'x'.repeat(256) } }), 'InvalidInputException');
    await refused(lake.call('CreateDatabase', { DatabaseInput: { Name: 'a\nb' } }), 'InvalidInputException');
    await refused(lake.call('GetDatabase', { Name: 'raw', CatalogId: '999999999999' }), 'EntityNotFoundException');
  });

  test('an update replaces the description and keeps the time of creation', async () => {
    const before = (await lake.call('GetDatabase', { Name: 'raw' })).Database;
    await lake.call('UpdateDatabase', { Name: 'raw', DatabaseInput: { Name: 'raw', Parameters: { a: 'b' } } });
    const { Database } = await lake.call('GetDatabase', { Name: 'raw' });
    expect(Database).toMatchObject({ Parameters: { a: 'b' }, CreateTime: before.CreateTime });
    expect(Database.Description).toBeUndefined();
  });

  test('pages hold every database once, also when some are deleted on the way', async () => {
    for (const Name of ['a', 'b', 'c', 'd']) await lake.call('CreateDatabase', { DatabaseInput: { Name } });
    const first = await lake.call('GetDatabases', { MaxResults: 2 });
    expect(first.DatabaseList.map((database: { Name: string }) => database.Name)).toEqual(['a', 'b']);
    await lake.call('DeleteDatabase', { Name: 'a' });
    const second = await lake.call('GetDatabases', { MaxResults: 10, NextToken: first.NextToken });
    expect(second.DatabaseList.map((database: { Name: string }) => database.Name)).toEqual(['c', 'd', 'raw']);
    expect(second.NextToken).toBeUndefined();
    await refused(lake.call('GetDatabases', { NextToken: 'made up' }), 'InvalidInputException');
  });

  test('a deleted database takes its tables along', async () => {
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    await lake.call('DeleteDatabase', { Name: 'raw' });
    await lake.call('CreateDatabase', { DatabaseInput: { Name: 'raw' } });
    expect((await lake.call('GetTables', { DatabaseName: 'raw' })).TableList).toEqual([]);
  });
});

describe('tables', () => {
  test('a table is given back as it was made, with what Glue adds', async () => {
    await lake.call('CreateTable', { DatabaseName: 'Raw', TableInput: tableInput('Flights') });
    const { Table } = await lake.call('GetTable', { DatabaseName: 'RAW', Name: 'FLIGHTS' });
    expect(Table).toMatchObject({
      Name: 'flights',
      DatabaseName: 'raw',
      TableType: 'EXTERNAL_TABLE',
      CatalogId: '123456789012',
      VersionId: '0',
      PartitionKeys: [],
      StorageDescriptor: { Columns: [{ Name: 'id', Type: 'bigint' }], Compressed: false, NumberOfBuckets: 0 },
    });
  });

  test('errors have the codes that clients read', async () => {
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    const create = (database: string, input: unknown) =>
      lake.call('CreateTable', { DatabaseName: database, TableInput: input });
    await refused(create('raw', tableInput('T')), 'AlreadyExistsException', /^Table already exists\.$/);
    await refused(create('nope', tableInput('t')), 'EntityNotFoundException', /^Database nope not found\.$/);
    await refused(create('raw', { Name: 'x', Parameters: { a: 1 } }), 'InvalidInputException', /parameters/);
    await refused(
      create('raw', tableInput('x', { StorageDescriptor: { Columns: [{ Type: 'int' }] } })),
      'InvalidInputException',
      /columns\.1\.member\.name/,
    );
    await refused(lake.call('GetTable', { DatabaseName: 'raw', Name: 'nope' }), 'EntityNotFoundException');
    await refused(lake.call('DeleteTable', { DatabaseName: 'raw', Name: 'nope' }), 'EntityNotFoundException');
    await refused(
      lake.call('CreateTable', {
        DatabaseName: 'raw',
        TableInput: tableInput('i'),
        OpenTableFormatInput: { IcebergInput: {} },
      }),
      'InvalidInputException',
      /Iceberg/,
    );
    await refused(lake.call('GetUnfilteredTableMetadata', {}), 'InvalidInputException', /filter them themselves/);
  });

  test('GetTables takes a regular expression for the whole name, and pages', async () => {
    for (const name of ['a1', 'a2', 'b1', 'a3']) {
      await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput(name) });
    }
    const names = async (input: object) =>
      (await lake.call('GetTables', { DatabaseName: 'raw', ...input })).TableList.map(
        (table: { Name: string }) => table.Name,
      );
    expect(await names({ Expression: 'a.*' })).toEqual(['a1', 'a2', 'a3']);
    expect(await names({ Expression: 'a' })).toEqual([]);
    expect(await names({ Expression: '*' })).toEqual(['a1', 'a2', 'a3', 'b1']);
    const first = await lake.call('GetTables', { DatabaseName: 'raw', MaxResults: 3 });
    expect(await names({ MaxResults: 3, NextToken: first.NextToken })).toEqual(['b1']);
    await refused(lake.call('GetTables', { DatabaseName: 'raw', Expression: '(' }), 'InvalidInputException');
    await refused(lake.call('GetTables', { DatabaseName: 'raw', MaxResults: 101 }), 'InvalidInputException');
  });

  test('an update keeps the former state as a version, unless SkipArchive', async () => {
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    const update = (comment: string, more = {}) =>
      lake.call('UpdateTable', { DatabaseName: 'raw', TableInput: tableInput('t', { Description: comment }), ...more });
    await update('one');
    await update('two', { SkipArchive: true });
    const { TableVersions } = await lake.call('GetTableVersions', { DatabaseName: 'raw', TableName: 't' });
    expect(TableVersions.map((version: { VersionId: string }) => version.VersionId)).toEqual(['2', '0']);
    expect(TableVersions[0].Table.Description).toBe('two');
    const { TableVersion } = await lake.call('GetTableVersion', {
      DatabaseName: 'raw',
      TableName: 't',
      VersionId: '0',
    });
    expect(TableVersion.Table.Description).toBeUndefined();
  });

  test('an update of a version that is not current is refused', async () => {
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    const update = (VersionId: string) =>
      lake.call('UpdateTable', { DatabaseName: 'raw', TableInput: tableInput('t'), VersionId });
    await update('0');
    await refused(update('0'), 'ConcurrentModificationException');
    await update('1');
  });

  test('versions are deleted one by one or in a batch that names what it could not', async () => {
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    for (let i = 0; i < 3; i++) await lake.call('UpdateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    await lake.call('DeleteTableVersion', { DatabaseName: 'raw', TableName: 't', VersionId: '0' });
    const { Errors } = await lake.call('BatchDeleteTableVersion', {
      DatabaseName: 'raw',
      TableName: 't',
      VersionIds: ['1', '77'],
    });
    expect(Errors).toMatchObject([{ VersionId: '77', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } }]);
    const { TableVersions } = await lake.call('GetTableVersions', { DatabaseName: 'raw', TableName: 't' });
    expect(TableVersions.map((version: { VersionId: string }) => version.VersionId)).toEqual(['3', '2']);
  });

  test('BatchDeleteTable deletes what it can and names the rest', async () => {
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    const { Errors } = await lake.call('BatchDeleteTable', { DatabaseName: 'raw', TablesToDelete: ['T', 'nope'] });
    expect(Errors).toMatchObject([{ TableName: 'nope', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } }]);
    expect((await lake.call('GetTables', { DatabaseName: 'raw' })).TableList).toEqual([]);
  });
});

describe('resource links', () => {
  test('a link shows its target under its own name, and partitions are read through it', async () => {
    await lake.call('CreateDatabase', { DatabaseInput: { Name: 'links' } });
    const keys = { PartitionKeys: [{ Name: 'year', Type: 'int' }] };
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t', keys) });
    await lake.call('CreatePartition', { DatabaseName: 'raw', TableName: 't', PartitionInput: { Values: ['2024'] } });
    const TargetTable = { CatalogId: '123456789012', DatabaseName: 'raw', Name: 't' };
    await lake.call('CreateTable', { DatabaseName: 'links', TableInput: { Name: 'l', TargetTable } });
    const { Table } = await lake.call('GetTable', { DatabaseName: 'links', Name: 'l' });
    expect(Table).toMatchObject({ Name: 'l', DatabaseName: 'links', TargetTable, ...keys });
    expect(Table.StorageDescriptor.Location).toBe('s3://lake/t/');
    const { Partitions } = await lake.call('GetPartitions', { DatabaseName: 'links', TableName: 'l' });
    expect(Partitions).toHaveLength(1);
    await lake.call('DeleteTable', { DatabaseName: 'links', Name: 'l' });
    expect((await lake.call('GetTable', { DatabaseName: 'raw', Name: 't' })).Table.Name).toBe('t');
  });

  test('a database link shows the tables of its target; deleting it leaves them', async () => {
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    const TargetDatabase = { CatalogId: '123456789012', DatabaseName: 'raw' };
    await lake.call('CreateDatabase', { DatabaseInput: { Name: 'shared', TargetDatabase } });
    const { Database } = await lake.call('GetDatabase', { Name: 'shared' });
    expect(Database).toMatchObject({ Name: 'shared', TargetDatabase, LocationUri: 's3://lake/' });
    expect((await lake.call('GetTables', { DatabaseName: 'shared' })).TableList).toHaveLength(1);
    await lake.call('DeleteDatabase', { Name: 'shared' });
    expect((await lake.call('GetTables', { DatabaseName: 'raw' })).TableList).toHaveLength(1);
  });

  test('a link to another account says what is missing', async () => {
    const TargetDatabase = { CatalogId: '999999999999', DatabaseName: 'theirs' };
    await lake.call('CreateDatabase', { DatabaseInput: { Name: 'far', TargetDatabase } });
    await refused(lake.call('GetTables', { DatabaseName: 'far' }), 'EntityNotFoundException', /999999999999/);
  });
});

describe('search', () => {
  beforeEach(async () => {
    const column = { Columns: [{ Name: 'tail_number', Type: 'string' }] };
    await lake.call('CreateTable', {
      DatabaseName: 'raw',
      TableInput: tableInput('flights-2001', { Description: 'Departures', StorageDescriptor: column }),
    });
    await lake.call('CreateTable', {
      DatabaseName: 'raw',
      TableInput: tableInput('airports', { Parameters: { classification: 'csv' } }),
    });
  });
  const search = async (input: object) =>
    (await lake.call('SearchTables', input)).TableList.map((table: { Name: string }) => table.Name);

  test('text is looked for in names, descriptions and columns', async () => {
    expect(await search({ SearchText: 'port' })).toEqual(['airports']);
    expect(await search({ SearchText: 'departures' })).toEqual(['flights-2001']);
    expect(await search({ SearchText: 'TAIL' })).toEqual(['flights-2001']);
    expect(await search({ SearchText: '"port"' })).toEqual([]);
  });

  test('filters match whole words of a name, and parameters', async () => {
    expect(await search({ Filters: [{ Key: 'Name', Value: 'flights' }] })).toEqual(['flights-2001']);
    expect(await search({ Filters: [{ Key: 'Name', Value: 'light' }] })).toEqual([]);
    expect(await search({ Filters: [{ Key: 'Classification', Value: 'csv' }] })).toEqual(['airports']);
  });

  test('times are compared, and results sorted', async () => {
    const filter = (Comparator: string) => ({
      Filters: [{ Key: 'CreateTime', Value: '2000-01-01T00:00:00Z', Comparator }],
    });
    expect(await search(filter('LESS_THAN'))).toEqual([]);
    expect(await search({ ...filter('GREATER_THAN'), SortCriteria: [{ FieldName: 'Name', Sort: 'DESC' }] })).toEqual([
      'flights-2001',
      'airports',
    ]);
  });
});

describe('settings', () => {
  test('column statistics are read back as they were written, and go with their table', async () => {
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t') });
    const names = { DatabaseName: 'raw', TableName: 't' };
    const statistics = {
      ColumnName: 'id',
      ColumnType: 'bigint',
      AnalyzedTime: 1700000000,
      StatisticsData: {
        Type: 'LONG',
        LongColumnStatisticsData: { MinimumValue: 1, MaximumValue: 9, NumberOfNulls: 0, NumberOfDistinctValues: 9 },
      },
    };
    await lake.call('UpdateColumnStatisticsForTable', { ...names, ColumnStatisticsList: [statistics] });
    const read = () => lake.call('GetColumnStatisticsForTable', { ...names, ColumnNames: ['id', 'x'] });
    expect(await read()).toMatchObject({ ColumnStatisticsList: [statistics], Errors: [{ ColumnName: 'x' }] });
    await lake.call('DeleteColumnStatisticsForTable', { ...names, ColumnName: 'id' });
    expect((await read()).ColumnStatisticsList).toEqual([]);
  });

  test('connections hide their password on request', async () => {
    const ConnectionInput = {
      Name: 'db',
      ConnectionType: 'JDBC',
      ConnectionProperties: { JDBC_CONNECTION_URL: 'jdbc:postgresql://h/d', PASSWORD: 'secret' },
    };
    await lake.call('CreateConnection', { ConnectionInput });
    const { Connection } = await lake.call('GetConnection', { Name: 'db', HidePassword: true });
    expect(Connection.ConnectionProperties).toEqual({ JDBC_CONNECTION_URL: 'jdbc:postgresql://h/d' });
    expect((await lake.call('GetConnections', { Filter: { ConnectionType: 'KAFKA' } })).ConnectionList).toEqual([]);
  });

  test('a resource policy must be JSON, and is guarded by its hash', async () => {
    await refused(lake.call('PutResourcePolicy', { PolicyInJson: '{' }), 'InvalidInputException');
    await refused(lake.call('GetResourcePolicy'), 'EntityNotFoundException');
    const { PolicyHash } = await lake.call('PutResourcePolicy', { PolicyInJson: '{"Version":"2012-10-17"}' });
    await refused(
      lake.call('PutResourcePolicy', { PolicyInJson: '{}', PolicyHashCondition: 'other' }),
      'ConditionCheckFailureException',
    );
    await lake.call('PutResourcePolicy', { PolicyInJson: '{}', PolicyHashCondition: PolicyHash });
    expect((await lake.call('GetResourcePolicy')).PolicyInJson).toBe('{}');
  });

  test('tags are added and removed', async () => {
    const ResourceArn = 'arn:aws:glue:eu-central-1:123456789012:database/raw';
    await lake.call('TagResource', { ResourceArn, TagsToAdd: { a: '1', b: '2' } });
    await lake.call('UntagResource', { ResourceArn, TagsToRemove: ['a'] });
    expect(await lake.call('GetTags', { ResourceArn })).toEqual({ Tags: { b: '2' } });
  });

  test('what Hive clients ask at the start is answered', async () => {
    expect((await lake.call('GetCatalogImportStatus')).ImportStatus.ImportCompleted).toBe(true);
    expect(
      (await lake.call('GetUserDefinedFunctions', { DatabaseName: 'raw', Pattern: '.*' })).UserDefinedFunctions,
    ).toEqual([]);
    expect((await lake.call('GetDataCatalogEncryptionSettings')).DataCatalogEncryptionSettings).toBeDefined();
  });
});
