import {
  BatchCreatePartitionCommand,
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  GetCrawlerCommand,
  GetTableCommand,
  GlueClient,
  paginateGetPartitions,
  paginateGetTables,
  SearchTablesCommand,
  StartCrawlerCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { expect, test } from 'vitest';
import { glue } from '../../../src/services/glue';
import { sdkClient } from '../sdk-client';
import { tableInput } from './test-lake';

const open = () => sdkClient(GlueClient, { services: [glue] });

test('the SDK reads tables with their times, and pages through all of them', async () => {
  const { client } = await open();
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'raw' } }));
  const names = Array.from({ length: 25 }, (_, index) => `t${String(index).padStart(2, '0')}`);
  for (const name of names) {
    await client.send(new CreateTableCommand({ DatabaseName: 'raw', TableInput: tableInput(name) }));
  }
  const { Table } = await client.send(new GetTableCommand({ DatabaseName: 'raw', Name: 'T00' }));
  expect(Table?.CreateTime).toBeInstanceOf(Date);
  expect(Math.abs(Date.now() - (Table?.CreateTime?.getTime() ?? 0))).toBeLessThan(60_000);
  const seen: string[] = [];
  for await (const { TableList = [] } of paginateGetTables({ client, pageSize: 10 }, { DatabaseName: 'raw' })) {
    seen.push(...TableList.map((table) => table.Name ?? ''));
  }
  expect(seen).toEqual(names);
  const { TableList } = await client.send(new SearchTablesCommand({ SearchText: 't07' }));
  expect(TableList?.map((table) => table.Name)).toEqual(['t07']);
});

test("errors are the SDK's classes", async () => {
  const { client } = await open();
  const missing = client.send(new GetTableCommand({ DatabaseName: 'nope', Name: 't' }));
  await expect(missing).rejects.toMatchObject({ name: 'EntityNotFoundException', message: 'Database nope not found.' });
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'raw' } }));
  await client.send(new CreateTableCommand({ DatabaseName: 'raw', TableInput: tableInput('t') }));
  const stale = client.send(
    new UpdateTableCommand({ DatabaseName: 'raw', TableInput: tableInput('t'), VersionId: '9' }),
  );
  await expect(stale).rejects.toMatchObject({ name: 'ConcurrentModificationException' });
});

test('partitions are read through an expression', async () => {
  const { client } = await open();
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'raw' } }));
  const PartitionKeys = [{ Name: 'day', Type: 'date' }];
  await client.send(new CreateTableCommand({ DatabaseName: 'raw', TableInput: tableInput('t', { PartitionKeys }) }));
  const days = Array.from({ length: 31 }, (_, index) => `2024-01-${String(index + 1).padStart(2, '0')}`);
  const PartitionInputList = days.map((day) => ({ Values: [day] }));
  await client.send(new BatchCreatePartitionCommand({ DatabaseName: 'raw', TableName: 't', PartitionInputList }));
  const seen: string[] = [];
  const input = { DatabaseName: 'raw', TableName: 't', Expression: "day > '2024-01-20' AND day <> '2024-01-25'" };
  for await (const { Partitions = [] } of paginateGetPartitions({ client, pageSize: 4 }, input)) {
    seen.push(...Partitions.map((partition) => partition.Values?.[0] ?? ''));
  }
  expect(seen).toEqual(days.slice(20).filter((day) => day !== '2024-01-25'));
});

test('a crawler is run from the SDK to the end', async () => {
  const { client, lake } = await open();
  lake.objects.createBucket('lake');
  await lake.objects.write('lake', 'raw/t/a.csv', 'x,y\n1,2\n');
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'raw' } }));
  const Targets = { S3Targets: [{ Path: 's3://lake/raw/t/' }] };
  await client.send(new CreateCrawlerCommand({ Name: 'c', Role: 'r', DatabaseName: 'raw', Targets }));
  await client.send(new StartCrawlerCommand({ Name: 'c' }));
  await expect(client.send(new StartCrawlerCommand({ Name: 'c' }))).rejects.toMatchObject({
    name: 'CrawlerRunningException',
  });
  const { Crawler } = await client.send(new GetCrawlerCommand({ Name: 'c' }));
  expect(Crawler).toMatchObject({ State: 'READY', LastCrawl: { Status: 'SUCCEEDED' } });
  expect(Crawler?.LastCrawl?.StartTime).toBeInstanceOf(Date);
  const { Table } = await client.send(new GetTableCommand({ DatabaseName: 'raw', Name: 't' }));
  expect(Table?.StorageDescriptor?.Columns).toMatchObject([{ Name: 'x', Type: 'bigint' }, { Name: 'y' }]);
});
