import {
  AthenaClient,
  BatchGetQueryExecutionCommand,
  CreateWorkGroupCommand,
  GetPreparedStatementCommand,
  GetQueryExecutionCommand,
  GetQueryRuntimeStatisticsCommand,
  ListDatabasesCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { expect, test } from 'vitest';
import { athena } from '../../../src/services/athena';
import { s3 } from '../../../src/services/s3';
import { sdkClient } from '../sdk-client';

const open = async () => {
  const opened = await sdkClient(AthenaClient, { services: [athena, s3] });
  opened.lake.objects.createBucket('results');
  opened.lake.catalog.putDatabase({ Name: 'db' });
  return opened;
};

const ResultConfiguration = { OutputLocation: 's3://results/' };

test('the SDK runs a query, reads its times and pages through its rows', async () => {
  const { client } = await open();
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: 'SELECT x, x * 2 AS y FROM UNNEST(SEQUENCE(1, 25)) AS u (x) ORDER BY x',
      QueryExecutionContext: { Database: 'db' },
      ResultConfiguration,
    }),
  );
  const state = async () => (await client.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution;
  while ((await state())?.Status?.State === 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 10));
  const execution = await state();
  expect(execution?.Status?.State).toBe('SUCCEEDED');
  expect(execution?.Status?.SubmissionDateTime).toBeInstanceOf(Date);
  expect(Math.abs(Date.now() - (execution?.Status?.SubmissionDateTime?.getTime() ?? 0))).toBeLessThan(60_000);
  const rows: (string | undefined)[][] = [];
  for await (const { ResultSet } of paginateGetQueryResults({ client, pageSize: 10 }, { QueryExecutionId })) {
    rows.push(...(ResultSet?.Rows ?? []).map((row) => (row.Data ?? []).map((cell) => cell.VarCharValue)));
  }
  expect(rows).toHaveLength(26);
  expect(rows[0]).toEqual(['x', 'y']);
  expect(rows[25]).toEqual(['25', '50']);
  const statistics = await client.send(new GetQueryRuntimeStatisticsCommand({ QueryExecutionId }));
  expect(statistics.QueryRuntimeStatistics?.Rows?.OutputRows).toBe(25);
});

test("errors are the SDK's classes", async () => {
  const { client } = await open();
  const bad = client.send(new StartQueryExecutionCommand({ QueryString: 'SELEKT 1', ResultConfiguration }));
  await expect(bad).rejects.toMatchObject({
    name: 'InvalidRequestException',
    AthenaErrorCode: 'MALFORMED_QUERY',
    message: expect.stringMatching(/^line 1:1: mismatched input 'SELEKT'/),
  });
  const missing = client.send(new GetPreparedStatementCommand({ StatementName: 'nix', WorkGroup: 'primary' }));
  await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('workgroups, databases and many queries at once', async () => {
  const { client } = await open();
  await client.send(new CreateWorkGroupCommand({ Name: 'team', Configuration: { ResultConfiguration } }));
  const started = await Promise.all(
    Array.from({ length: 16 }, (_, index) =>
      client.send(new StartQueryExecutionCommand({ QueryString: `SELECT ${index} AS n`, WorkGroup: 'team' })),
    ),
  );
  const QueryExecutionIds = started.map(({ QueryExecutionId }) => QueryExecutionId as string);
  const states = async () => {
    const { QueryExecutions = [] } = await client.send(new BatchGetQueryExecutionCommand({ QueryExecutionIds }));
    return QueryExecutions.map((execution) => execution.Status?.State);
  };
  while ((await states()).includes('RUNNING')) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(new Set(await states())).toEqual(new Set(['SUCCEEDED']));
  const { DatabaseList } = await client.send(new ListDatabasesCommand({ CatalogName: 'AwsDataCatalog' }));
  expect(DatabaseList?.map((database) => database.Name)).toEqual(['db']);
});
