import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { athena } from '../../../src/services/athena';
import { LOCAL_ADMIN } from '../../../src/services/service';
import { resource } from '../glue/test-lake';
import { type AthenaLake, openAthenaLake } from './athena-lake';

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

const start = (QueryString: string, input: ApiShape = {}) =>
  lake.athena('StartQueryExecution', {
    QueryString,
    ResultConfiguration: { OutputLocation: 's3://results/q/' },
    ...input,
  });

describe('StartQueryExecution', () => {
  test('a syntax error is its answer, with the position', async () => {
    await expect(start('SELECT 1 FORM t WHERE')).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: expect.stringMatching(/^line 1:\d+: mismatched input/),
      fields: { AthenaErrorCode: 'MALFORMED_QUERY' },
    });
    await expect(start('THIS IS NO SQL')).rejects.toMatchObject({
      message: expect.stringContaining("mismatched input 'THIS'"),
    });
  });

  test('a place for the result is needed, and its bucket', async () => {
    await expect(start('SELECT 1', { ResultConfiguration: {} })).rejects.toMatchObject({
      message: expect.stringContaining('No output location provided'),
    });
    await expect(start('SELECT 1', { ResultConfiguration: { OutputLocation: 's3://nowhere/' } })).rejects.toMatchObject(
      {
        message: 'Unable to verify/create output bucket nowhere',
      },
    );
    await expect(start('SELECT 1', { WorkGroup: 'nowhere' })).rejects.toMatchObject({
      message: 'WorkGroup nowhere is not found.',
    });
  });

  test('a client token starts one query, however often it is sent', async () => {
    const input = { ClientRequestToken: 'token-of-more-than-32-characters-000' };
    const first = await start('SELECT 1', input);
    expect(await start('SELECT 1', input)).toEqual(first);
    await expect(start('SELECT 2', input)).rejects.toMatchObject({ message: 'Idempotent parameters do not match' });
  });

  test('the database may come in quotes, comments and a last semicolon are allowed', async () => {
    const rows = await lake.rows('SELECT 1 AS x; -- done\n', { QueryExecutionContext: { Database: '`db`' } });
    expect(rows).toEqual([['1']]);
  });
});

describe('GetQueryExecution', () => {
  test('a query has the statistics and the shape that clients read', async () => {
    const execution = await lake.run('SELECT 1 AS x');
    expect(execution).toMatchObject({
      Query: 'SELECT 1 AS x',
      StatementType: 'DML',
      SubstatementType: 'SELECT',
      ResultConfiguration: { OutputLocation: `s3://results/q/${execution.QueryExecutionId}.csv` },
      QueryExecutionContext: { Database: 'db', Catalog: 'awsdatacatalog' },
      Status: { State: 'SUCCEEDED' },
      Statistics: { DataScannedInBytes: 0, ResultReuseInformation: { ReusedPreviousResult: false } },
      WorkGroup: 'primary',
      EngineVersion: { EffectiveEngineVersion: 'Athena engine version 3' },
    });
    for (const member of ['EngineExecutionTimeInMillis', 'TotalExecutionTimeInMillis', 'QueryPlanningTimeInMillis']) {
      expect(execution.Statistics[member]).toBeGreaterThan(0);
    }
    expect(execution.Status.CompletionDateTime).toBeGreaterThanOrEqual(execution.Status.SubmissionDateTime);
  });

  test('a failed one says why, and whose fault it is', async () => {
    const { Status } = await lake.run('SELECT nix');
    expect(Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: expect.stringMatching(/^COLUMN_NOT_FOUND: line 1:8: Column 'nix' cannot be resolved/),
      AthenaError: { ErrorCategory: 2, Retryable: false },
    });
  });

  test('a query that nobody started is not found', async () => {
    await expect(lake.athena('GetQueryExecution', { QueryExecutionId: 'x' })).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: 'QueryExecution x was not found',
    });
    const { UnprocessedQueryExecutionIds } = await lake.athena('BatchGetQueryExecution', { QueryExecutionIds: ['x'] });
    expect(UnprocessedQueryExecutionIds).toHaveLength(1);
  });
});

describe('GetQueryResults', () => {
  test('pages give every row once, the header first, NULL apart from the empty text', async () => {
    const { QueryExecutionId } = await lake.run(
      `SELECT x, if(x = 2, NULL, if(x = 3, '', 'a"b,\nc')) AS t FROM UNNEST(SEQUENCE(1, 5)) AS u (x) ORDER BY x`,
    );
    const rows: ApiShape[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page: ApiShape = await lake.athena('GetQueryResults', { QueryExecutionId, MaxResults: 2, NextToken });
      rows.push(...page.ResultSet.Rows.map((row: ApiShape) => row.Data.map((cell: ApiShape) => cell.VarCharValue)));
      NextToken = page.NextToken;
      pages++;
    } while (NextToken);
    expect(pages).toBe(3);
    expect(rows).toEqual([
      ['x', 't'],
      ['1', 'a"b,\nc'],
      ['2', undefined],
      ['3', ''],
      ['4', 'a"b,\nc'],
      ['5', 'a"b,\nc'],
    ]);
  });

  test('columns are described with type and precision', async () => {
    const { QueryExecutionId } = await lake.run(
      "SELECT 1 AS i, DECIMAL '1.50' AS d, ARRAY[1] AS l, count(*) FROM (VALUES 1) AS v (x)",
    );
    const { ResultSet } = await lake.athena('GetQueryResults', { QueryExecutionId });
    const columns = ResultSet.ResultSetMetadata.ColumnInfo;
    expect(columns.map(({ Name, Type, Precision, Scale }: ApiShape) => [Name, Type, Precision, Scale])).toEqual([
      ['i', 'integer', 10, 0],
      ['d', 'decimal', 3, 2],
      ['l', 'array', 0, 0],
      ['_col3', 'bigint', 19, 0],
    ]);
  });

  test('CREATE TABLE AS and INSERT have a column of rows and no rows', async () => {
    const { QueryExecutionId } = await lake.run('CREATE TABLE counted AS SELECT 1 AS x');
    const { ResultSet, UpdateCount } = await lake.athena('GetQueryResults', { QueryExecutionId });
    expect(ResultSet.Rows).toEqual([]);
    expect(ResultSet.ResultSetMetadata.ColumnInfo).toEqual([expect.objectContaining({ Name: 'rows', Type: 'bigint' })]);
    expect(UpdateCount).toBe(1);
  });

  test('a failed query has none', async () => {
    const { QueryExecutionId } = await lake.run('SELECT nix');
    await expect(lake.athena('GetQueryResults', { QueryExecutionId })).rejects.toMatchObject({
      message: 'Query did not finish successfully. Final query state: FAILED',
    });
  });
});

describe('stopping', () => {
  const ENDLESS =
    'SELECT count(*) FROM UNNEST(SEQUENCE(1, 10000)) a (x), UNNEST(SEQUENCE(1, 10000)) b (y), UNNEST(SEQUENCE(1, 10000)) c (z) WHERE x + y + z = 17';

  test('StopQueryExecution ends a running query', async () => {
    const { QueryExecutionId } = await start(ENDLESS);
    await lake.athena('StopQueryExecution', { QueryExecutionId });
    const { QueryExecution } = await lake.athena('GetQueryExecution', { QueryExecutionId });
    expect(QueryExecution.Status).toMatchObject({ State: 'CANCELLED', StateChangeReason: 'Query cancelled by user' });
    expect(await lake.rows('SELECT 1')).toEqual([['1']]);
  });

  test('GetQueryExecution of a running query waits a moment for its end, so that polling costs little', async () => {
    const { QueryExecutionId } = await start(ENDLESS);
    const asked = performance.now();
    const { QueryExecution } = await lake.athena('GetQueryExecution', { QueryExecutionId });
    expect(QueryExecution.Status.State).toBe('RUNNING');
    expect(performance.now() - asked).toBeGreaterThan(50);
    await lake.athena('StopQueryExecution', { QueryExecutionId });
  });

  test('a query that has ended stays as it is', async () => {
    const { QueryExecutionId } = await lake.run('SELECT 1');
    await lake.athena('StopQueryExecution', { QueryExecutionId });
    const { QueryExecution } = await lake.athena('GetQueryExecution', { QueryExecutionId });
    expect(QueryExecution.Status.State).toBe('SUCCEEDED');
  });

  test('a query that would scan more than its workgroup allows is cancelled', async () => {
    await lake.run("CREATE TABLE wide WITH (format = 'PARQUET') AS SELECT x FROM UNNEST(SEQUENCE(1, 10000)) AS u (x)");
    await lake.athena('CreateWorkGroup', {
      Name: 'small',
      Configuration: { BytesScannedCutoffPerQuery: 10, ResultConfiguration: { OutputLocation: 's3://results/small/' } },
    });
    const { Status, QueryExecutionId } = await lake.run('SELECT sum(x) FROM wide', { WorkGroup: 'small' });
    await expect(lake.athena('GetQueryResults', { QueryExecutionId })).rejects.toMatchObject({
      message: 'Query did not finish successfully. Final query state: CANCELLED',
    });
    for (const statement of [
      'CREATE TABLE copied AS SELECT x FROM wide',
      'INSERT INTO wide SELECT x FROM wide',
      "UNLOAD (SELECT x FROM wide) TO 's3://lake/unloaded/' WITH (format = 'PARQUET')",
    ]) {
      expect(await lake.reason(statement, { WorkGroup: 'small' })).toBe('Bytes scanned limit was exceeded');
    }
    expect(await lake.context.objects.list('results', { prefix: 'small/' })).toEqual([]);
    expect(await lake.context.objects.list('lake', { prefix: 'unloaded/' })).toEqual([]);
    expect(lake.context.catalog.table('db', 'copied')).toBeUndefined();
    expect(await lake.rows('SELECT count(*) FROM wide')).toEqual([['10000']]);
    expect(Status).toMatchObject({
      State: 'CANCELLED',
      StateChangeReason: 'Bytes scanned limit was exceeded',
    });
    expect((await lake.run('SELECT count(*) FROM wide', { WorkGroup: 'small' })).Status.State).toBe('SUCCEEDED');
  });
});

describe('reuse of results', () => {
  test('the same query within the age gets the former file, and says so', async () => {
    const input = {
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 10 } },
    };
    const first = await lake.run('SELECT 1 AS reused', input);
    const second = await lake.run('SELECT 1 AS reused', input);
    expect(first.Statistics.ResultReuseInformation.ReusedPreviousResult).toBe(false);
    expect(second.Statistics.ResultReuseInformation.ReusedPreviousResult).toBe(true);
    expect(second.ResultConfiguration.OutputLocation).toBe(first.ResultConfiguration.OutputLocation);
    expect(second.Statistics.DataScannedInBytes).toBe(0);
    const { ResultSet } = await lake.athena('GetQueryResults', { QueryExecutionId: second.QueryExecutionId });
    expect(ResultSet.Rows).toHaveLength(2);
    await lake.context.clock.wait(11 * 60_000);
    const third = await lake.run('SELECT 1 AS reused', input);
    expect(third.Statistics.ResultReuseInformation.ReusedPreviousResult).toBe(false);
  });
});

describe('workgroups', () => {
  test('an enforced configuration wins over the request', async () => {
    await lake.athena('CreateWorkGroup', {
      Name: 'strict',
      Configuration: { ResultConfiguration: { OutputLocation: 's3://results/strict/' } },
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    const execution = await lake.run('SELECT 1', { WorkGroup: 'strict' });
    expect(execution.ResultConfiguration.OutputLocation).toMatch(/^s3:\/\/results\/strict\//);
    expect(
      await lake.reason("CREATE TABLE x WITH (external_location = 's3://lake/x/') AS SELECT 1 AS a", {
        WorkGroup: 'strict',
      }),
    ).toMatch(/enforces a centralized output location/);
    await lake.athena('UpdateWorkGroup', {
      WorkGroup: 'strict',
      Description: 'new',
      ConfigurationUpdates: {
        EnforceWorkGroupConfiguration: false,
        ResultConfigurationUpdates: { RemoveOutputLocation: true },
      },
    });
    const { WorkGroup } = await lake.athena('GetWorkGroup', { WorkGroup: 'strict' });
    expect(WorkGroup).toMatchObject({ Description: 'new', Configuration: { EnforceWorkGroupConfiguration: false } });
    expect(WorkGroup.Configuration.ResultConfiguration.OutputLocation).toBeUndefined();
    const ResourceARN = 'arn:aws:athena:eu-central-1:123456789012:workgroup/strict';
    expect((await lake.athena('ListTagsForResource', { ResourceARN })).Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    await expect(lake.athena('DeleteWorkGroup', { WorkGroup: 'strict' })).rejects.toMatchObject({
      message: 'WorkGroup strict is not empty',
    });
    await lake.athena('DeleteWorkGroup', { WorkGroup: 'strict', RecursiveDeleteOption: true });
    expect((await lake.athena('ListWorkGroups')).WorkGroups.map((item: ApiShape) => item.Name)).not.toContain('strict');
  });

  test('templates bring workgroups, named queries and prepared statements', async () => {
    await lake.apply(
      resource(
        'AWS::Athena::WorkGroup',
        { Name: 'team', WorkGroupConfiguration: { ResultConfiguration: { OutputLocation: 's3://results/team/' } } },
        'team',
      ),
    );
    await lake.apply(
      resource(
        'AWS::Athena::NamedQuery',
        { Name: 'n', Database: 'db', QueryString: 'SELECT 1', WorkGroup: 'team' },
        'named-1',
      ),
    );
    await lake.apply(
      resource('AWS::Athena::PreparedStatement', {
        StatementName: 'p',
        WorkGroup: 'team',
        QueryStatement: 'SELECT ? + 1',
      }),
    );
    expect((await lake.athena('GetNamedQuery', { NamedQueryId: 'named-1' })).NamedQuery.QueryString).toBe('SELECT 1');
    expect(await lake.rows('EXECUTE p USING 41', { WorkGroup: 'team', ResultConfiguration: undefined })).toEqual([
      ['42'],
    ]);
  });
});

describe('metadata', () => {
  test('tables and databases are described as Athena does', async () => {
    await lake.run(
      "CREATE EXTERNAL TABLE described (a int COMMENT 'key') PARTITIONED BY (p date) LOCATION 's3://lake/d/'",
    );
    const { TableMetadata } = await lake.athena('GetTableMetadata', {
      CatalogName: 'AwsDataCatalog',
      DatabaseName: 'db',
      TableName: 'described',
    });
    expect(TableMetadata).toMatchObject({
      Name: 'described',
      TableType: 'EXTERNAL_TABLE',
      Columns: [{ Name: 'a', Type: 'int', Comment: 'key' }],
      PartitionKeys: [{ Name: 'p', Type: 'date' }],
      Parameters: { location: 's3://lake/d/' },
    });
    const list = await lake.athena('ListTableMetadata', {
      CatalogName: 'awsdatacatalog',
      DatabaseName: 'db',
      Expression: 'desc.*',
    });
    expect(list.TableMetadataList.map((item: ApiShape) => item.Name)).toEqual(['described']);
    expect((await lake.athena('ListDatabases', { CatalogName: 'AwsDataCatalog' })).DatabaseList).toContainEqual(
      expect.objectContaining({ Name: 'db' }),
    );
    await expect(
      lake.athena('GetTableMetadata', { CatalogName: 'AwsDataCatalog', DatabaseName: 'db', TableName: 'nix' }),
    ).rejects.toMatchObject({ code: 'MetadataException', message: expect.stringContaining('EntityNotFoundException') });
  });
});

describe('the task of Step Functions', () => {
  const call = { caller: LOCAL_ADMIN, signal: new AbortController().signal, executionArn: 'arn', stateName: 's' };

  test('.sync waits for the end and measures the work', async () => {
    const task = lake.service('athena').tasks['athena:startQueryExecution.sync'];
    const input = {
      QueryString: 'CREATE TABLE db.made AS SELECT x FROM db.source',
      ResultConfiguration: { OutputLocation: 's3://results/q/' },
    };
    await lake.run('CREATE TABLE source AS SELECT x FROM UNNEST(SEQUENCE(1, 10)) AS u (x)');
    const result: ApiShape = await task?.(input, call);
    expect(result.measures).toEqual({ rowsIn: 10, rowsOut: 10, filesIn: 1, tables: ['db.made'] });
    expect(result.output.QueryExecution.Status.State).toBe('SUCCEEDED');
    await expect(task?.(input, call)).rejects.toMatchObject({
      code: 'States.TaskFailed',
      message: expect.stringContaining('TABLE_ALREADY_EXISTS'),
    });
  });
});

describe('the query history', () => {
  test('is still there in the next session; what was running then has failed', async () => {
    const done = await lake.run('SELECT 1 AS before');
    const file = join(lake.context.workspace.root, 'state/athena/queries.jsonl');
    const record = JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) as string);
    const killed = { ...record, id: 'killed', state: 'RUNNING', completed: undefined, submitted: record.submitted + 1 };
    const old = { ...record, id: 'old', submitted: record.submitted - 46 * 24 * 3600 };
    // The last line is one that a killed process didn't end.
    appendFileSync(file, `${JSON.stringify(killed)}\n${JSON.stringify(old)}\n${JSON.stringify(record).slice(0, 100)}`);
    const next = athena(lake.context);
    const get = async (QueryExecutionId: string): Promise<ApiShape> =>
      (await next.operations.GetQueryExecution?.({ QueryExecutionId }, LOCAL_ADMIN))?.QueryExecution as ApiShape;
    expect((await get(done.QueryExecutionId)).Status.State).toBe('SUCCEEDED');
    expect((await get('killed')).Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: 'The query was running when Lakewright ended',
    });
    await expect(get('old')).rejects.toThrow('QueryExecution old was not found');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(new Set(lines.map((text) => JSON.parse(text).id)).size).toBe(lines.length);
    await next.stop?.();
  });
});

test('each end of a query is an event', async () => {
  await lake.run('SELECT 1 AS event');
  const { detail } = lake.events.filter((event) => event.source === 'aws.athena').at(-1) as { detail: ApiShape };
  expect(detail).toMatchObject({ currentState: 'SUCCEEDED', previousState: 'RUNNING', workgroupName: 'primary' });
});
