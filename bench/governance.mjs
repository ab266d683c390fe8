import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FLIGHTS, remove, requireRuntime, scratch } from './lake.mjs';
import { alternate, median } from './measure.mjs';

/** Which rows one filter shows, and where another shows the delay. */
const ROWS = "origin <> 'ATL'";
const CELLS = 'distance < 1500';

const query = (flights) => `
SELECT origin, count(*) AS flights, count(delay) AS delays, avg(CAST(running AS double)) AS average_delay
FROM (
  SELECT origin, delay, sum(delay) OVER (PARTITION BY origin ORDER BY date, distance ROWS BETWEEN 20 PRECEDING AND CURRENT ROW) AS running
  FROM ${flights} f
)
GROUP BY origin
ORDER BY origin`;

/** A persona with row and cell filters, against the same query for DuckDB with the filters written into it, on the same file. */
export async function governance() {
  const { DuckDBInstance } = requireRuntime('@duckdb/node-api');
  const folder = scratch();
  const lake = await openLake(folder);
  try {
    const ask = (principal, sql) => athena(lake, { principal, requestId: 'bench' }, sql);
    await ask('local-admin', 'CREATE DATABASE db');
    await ask('local-admin', CREATE);
    const file = lake.objects.path('flights', 'flights.parquet');
    const rows = `${ROWS} OR ${CELLS}`;
    const cells = `SELECT origin, date, distance, CASE WHEN ${CELLS} THEN delay END AS delay`;
    const native = query(`(${cells} FROM read_parquet('${file}') WHERE ${rows})`);
    const duckdb = await (await DuckDBInstance.create()).connect();
    let own = [];
    let expected = [];
    const [ours, theirs] = await alternate(
      [
        async () => {
          own = await ask('Analyst', query('db.flights'));
        },
        async () => {
          expected = (await duckdb.runAndReadAll(native)).getRows();
        },
      ],
      { rounds: 7, warmUp: 2 },
    );
    const sums = [own.slice(1), expected].map((list) => list.reduce((sum, row) => sum + Number(row[2]), 0));
    if (own.length - 1 !== expected.length || sums[0] !== sums[1]) {
      throw new Error(`${own.length - 1} rows, ${sums[0]} delays; DuckDB has ${expected.length}, ${sums[1]}`);
    }
    return { ratio: median(ours) / median(theirs), detail: { seconds: median(ours), peerSeconds: median(theirs) } };
  } finally {
    await lake.close();
    remove(folder);
  }
}

const CREATE = `CREATE EXTERNAL TABLE db.flights (\`date\` timestamp, delay bigint, distance bigint, origin string, destination string)
STORED AS PARQUET LOCATION 's3://flights/'`;

/** A lake of one table, one role, and the grants of two filters to it. */
async function openLake(folder) {
  const require = createRequire(import.meta.url);
  const inside = (path) => require(`../packages/lakewright/lib/${path}.js`);
  const { FolderWorkspace } = inside('workspace/folder-workspace');
  const { LocalLake } = inside('local-lake');
  const { MemoryHost } = inside('host/host');
  const { EMPTY_CONFIG } = inside('workspace/config');
  const { openLakeFormationStore } = inside('access/lake-formation/index');
  const Statement = [
    { Effect: 'Allow', Action: ['athena:*', 'glue:Get*', 'lakeformation:GetDataAccess', 's3:*'], Resource: '*' },
  ];
  const role = {
    type: 'AWS::IAM::Role',
    logicalId: 'Analyst',
    path: 'Lake/Analyst/Resource',
    stack: 'Lake',
    physicalId: 'Analyst',
    arn: 'arn:aws:iam::000000000000:role/Analyst',
    account: '000000000000',
    region: 'us-east-1',
    partition: 'aws',
    properties: { Policies: [{ PolicyName: 'Queries', PolicyDocument: { Version: '2012-10-17', Statement } }] },
    metadata: {},
    dependsOn: [],
    invented: [],
  };
  const workspace = await FolderWorkspace.open(folder);
  const lake = new LocalLake(workspace, EMPTY_CONFIG, new MemoryHost(), { resources: [role], assets: [] });
  for (const bucket of ['flights', 'results']) lake.objects.createBucket(bucket);
  await lake.objects.write('flights', 'flights.parquet', '');
  copyFileSync(FLIGHTS, lake.objects.path('flights', 'flights.parquet'));
  const store = openLakeFormationStore(lake);
  store.changeApi((api) => ({ ...api, grants: [], settings: {} })); // new tables aren't left to IAM
  const table = { DatabaseName: 'db', TableName: 'flights' };
  const filters = [
    { ...table, Name: 'rows', RowFilter: ROWS, ColumnNames: ['origin', 'date', 'distance'] },
    { ...table, Name: 'cells', RowFilter: CELLS, ColumnNames: ['origin', 'date', 'distance', 'delay'] },
  ];
  const grants = filters.map(({ Name }) => ({
    Principal: role.arn,
    Resource: { DataCellsFilter: { ...table, Name } },
    Permissions: ['SELECT'],
    PermissionsWithGrantOption: [],
  }));
  store.declare('Lake/Grants', { filters, grants, locations: [{ ResourceArn: 'arn:aws:s3:::flights' }] });
  return lake;
}

async function athena(lake, caller, QueryString) {
  const call = (operation, input) => lake.call('athena', operation, input, caller);
  const { QueryExecutionId } = await call('StartQueryExecution', {
    QueryString,
    ResultConfiguration: { OutputLocation: 's3://results/' },
  });
  for (;;) {
    const { State, StateChangeReason } = (await call('GetQueryExecution', { QueryExecutionId })).QueryExecution.Status;
    if (State === 'SUCCEEDED') break;
    if (State === 'FAILED' || State === 'CANCELLED') throw new Error(StateChangeReason);
  }
  const { ResultSet } = await call('GetQueryResults', { QueryExecutionId });
  return ResultSet.Rows.map((row) => row.Data.map((cell) => cell.VarCharValue ?? null));
}
