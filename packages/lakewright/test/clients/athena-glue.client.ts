import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  ListWorkGroupsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import {
  CreateDatabaseCommand,
  EntityNotFoundException,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
  paginateGetTables,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../workspace/temporary-workspace';
import { clientEnvironment, hasProgram, runProgram } from './run-program';
import { type ServedLake, serveLake } from './served-lake';

let lake: ServedLake;
beforeAll(async () => {
  lake = await serveLake();
});
afterAll(() => lake?.stop());

const TABLE = (name: string) => `
  CREATE TABLE shop.${name} WITH (format = 'PARQUET', partitioned_by = ARRAY['day'],
    external_location = 's3://client-bucket/${name}/') AS
  SELECT n AS id, CAST(n AS decimal(10,2)) AS price, '2024-05-0' || CAST(1 + n % 3 AS varchar) AS day
  FROM UNNEST(sequence(1, 30)) AS t(n)`;

describe('AWS SDK for JavaScript v3', () => {
  const settings = () => ({
    endpoint: lake.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'any' },
  });

  async function query(sql: string) {
    const athena = new AthenaClient(settings());
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        ResultConfiguration: { OutputLocation: 's3://client-bucket/results/' },
      }),
    );
    for (;;) {
      const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
      const { State, StateChangeReason } = QueryExecution?.Status ?? {};
      if (State === 'SUCCEEDED') break;
      if (State === 'FAILED' || State === 'CANCELLED') throw new Error(StateChangeReason);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
    return ResultSet;
  }

  it('makes a table with Athena and finds it in Glue', async () => {
    const glue = new GlueClient(settings());
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'shop' } }));
    await query(TABLE('orders'));
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'shop', Name: 'orders' }));
    expect(Table?.StorageDescriptor?.Columns?.map(({ Name, Type }) => [Name, Type])).toEqual([
      ['id', 'bigint'],
      ['price', 'decimal(10,2)'],
    ]);
    const { Partitions } = await glue.send(
      new GetPartitionsCommand({ DatabaseName: 'shop', TableName: 'orders', Expression: "day > '2024-05-01'" }),
    );
    expect(Partitions?.map(({ Values }) => Values)).toEqual([['2024-05-02'], ['2024-05-03']]);
    const names: (string | undefined)[] = [];
    for await (const { TableList } of paginateGetTables({ client: glue }, { DatabaseName: 'shop' })) {
      names.push(...(TableList ?? []).map(({ Name }) => Name));
    }
    expect(names).toContain('orders');
  });

  it('gets rows with their types', async () => {
    const result = await query(
      'SELECT day, count(*) AS orders, sum(price) AS total FROM shop.orders GROUP BY day ORDER BY day',
    );
    expect(result?.ResultSetMetadata?.ColumnInfo?.map(({ Name, Type }) => [Name, Type])).toEqual([
      ['day', 'varchar'],
      ['orders', 'bigint'],
      ['total', 'decimal'],
    ]);
    expect(result?.Rows?.map(({ Data }) => Data?.map(({ VarCharValue }) => VarCharValue))).toEqual([
      ['day', 'orders', 'total'],
      ['2024-05-01', '10', '165.00'],
      ['2024-05-02', '10', '145.00'],
      ['2024-05-03', '10', '155.00'],
    ]);
  });

  it('gets the errors of the services as its own classes', async () => {
    const glue = new GlueClient(settings());
    await expect(glue.send(new GetTableCommand({ DatabaseName: 'shop', Name: 'none' }))).rejects.toThrow(
      EntityNotFoundException,
    );
    await expect(query('SELECT nothing FROM shop.orders')).rejects.toThrow(/COLUMN_NOT_FOUND: line 1:8/);
    const { WorkGroups } = await new AthenaClient(settings()).send(new ListWorkGroupsCommand({}));
    expect(WorkGroups?.map(({ Name }) => Name)).toContain('primary');
  });
});

describe.skipIf(!hasProgram('aws'))('AWS CLI', () => {
  async function aws(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runProgram('aws', args, {
      env: clientEnvironment(lake.url, temporaryFolder()),
    });
    if (code !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  it('athena: starts, watches and reads a query', async () => {
    const started = await aws(
      ...['athena', 'start-query-execution', '--query-string', 'SELECT 6 * 7 AS answer'],
      ...['--result-configuration', 'OutputLocation=s3://client-bucket/results/', '--output', 'json'],
    );
    const id = JSON.parse(started).QueryExecutionId;
    let state = 'QUEUED';
    while (state === 'QUEUED' || state === 'RUNNING') {
      const seen = await aws('athena', 'get-query-execution', '--query-execution-id', id, '--output', 'json');
      state = JSON.parse(seen).QueryExecution.Status.State;
    }
    expect(state).toBe('SUCCEEDED');
    const results = await aws('athena', 'get-query-results', '--query-execution-id', id, '--output', 'json');
    expect(JSON.parse(results).ResultSet.Rows[1].Data).toEqual([{ VarCharValue: '42' }]);
    expect(await aws('s3', 'cp', `s3://client-bucket/results/${id}.csv`, '-')).toBe('"answer"\n"42"\n');
  });

  it('glue: makes and lists databases and tables', async () => {
    await aws('glue', 'create-database', '--database-input', '{"Name": "warehouse"}');
    await aws(
      ...['glue', 'create-table', '--database-name', 'warehouse', '--table-input'],
      '{"Name": "stock", "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": "s3://client-bucket/stock/"}}',
    );
    const names = await aws(
      ...['glue', 'get-tables', '--database-name', 'warehouse', '--query', 'TableList[].Name', '--output', 'text'],
    );
    expect(names.trim()).toBe('stock');
    await aws('glue', 'delete-table', '--database-name', 'warehouse', '--name', 'stock');
    await aws('glue', 'delete-database', '--name', 'warehouse');
  });
});
