import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AthenaLake, openAthenaLake } from './athena-lake';

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

let counter = 0;
let name = '';
beforeEach(() => {
  counter++;
  name = `t${counter}`;
});

const succeeds = async (query: string) => {
  const { Status, StatementType } = await lake.run(query);
  if (Status.State !== 'SUCCEEDED') throw new Error(Status.StateChangeReason);
  return StatementType;
};
const table = () => lake.context.catalog.table('db', name);
const lines = async (query: string) => (await lake.rows(query)).map((row) => row[0]);

describe('databases', () => {
  test('are made, listed, changed and dropped', async () => {
    expect(
      await succeeds(
        `CREATE DATABASE ${name} COMMENT 'site' LOCATION 's3://lake/${name}/' WITH DBPROPERTIES ('a'='b')`,
      ),
    ).toBe('DDL');
    expect(lake.context.catalog.database(name)).toMatchObject({
      Description: 'site',
      LocationUri: `s3://lake/${name}/`,
      Parameters: { a: 'b' },
    });
    expect(await lake.reason(`CREATE DATABASE ${name}`)).toMatch(/^FAILED: .*already exists/);
    await succeeds(`CREATE SCHEMA IF NOT EXISTS ${name}`);
    await succeeds(`ALTER DATABASE ${name} SET DBPROPERTIES ('c'='d')`);
    expect(lake.context.catalog.database(name)?.Parameters).toEqual({ a: 'b', c: 'd' });
    expect(await lines(`SHOW DATABASES LIKE '${name}|d*'`)).toEqual(['db', name]);
    await succeeds(`CREATE EXTERNAL TABLE ${name}.x (a int) LOCATION 's3://lake/x/'`);
    expect(await lake.reason(`DROP DATABASE ${name}`)).toMatch(/is not empty/);
    await succeeds(`DROP DATABASE ${name} CASCADE`);
    expect(await lake.reason(`DROP DATABASE ${name}`)).toMatch(/does not exist/);
    await succeeds(`DROP DATABASE IF EXISTS ${name}`);
  });
});

describe('tables', () => {
  test('CREATE EXTERNAL TABLE puts into the catalog what it says', async () => {
    await succeeds(`CREATE EXTERNAL TABLE ${name} (Id bigint COMMENT 'key', tags array<string>) COMMENT 'rows' PARTITIONED BY (dt string)
      ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/${name}/' TBLPROPERTIES ('skip.header.line.count'='1')`);
    expect(table()).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [{ Name: 'dt', Type: 'string' }],
      Parameters: { EXTERNAL: 'TRUE', comment: 'rows', 'skip.header.line.count': '1' },
      StorageDescriptor: {
        Columns: [
          { Name: 'id', Type: 'bigint', Comment: 'key' },
          { Name: 'tags', Type: 'array<string>' },
        ],
        Location: `s3://lake/${name}/`,
        SerdeInfo: { Parameters: { 'field.delim': ',' } },
      },
    });
    expect(await lake.reason(`CREATE EXTERNAL TABLE ${name} (a int) LOCATION 's3://lake/x/'`)).toMatch(
      /AlreadyExistsException/,
    );
  });

  test('a table that is not external, or has no place, is refused', async () => {
    expect(await lake.reason(`CREATE TABLE ${name} (a int) LOCATION 's3://lake/x/'`)).toMatch(/EXTERNAL/);
    expect(await lake.reason(`CREATE EXTERNAL TABLE ${name} (a int)`)).toMatch(/No location/);
  });

  test('DROP TABLE forgets the table and keeps its files', async () => {
    await lake.put('lake', `${name}/a.csv`, '1\n');
    await succeeds(`CREATE EXTERNAL TABLE ${name} (a int) LOCATION 's3://lake/${name}/'`);
    await succeeds(`DROP TABLE ${name}`);
    expect(table()).toBeUndefined();
    expect(await lake.context.objects.head('lake', `${name}/a.csv`)).toBeDefined();
    expect(await lake.reason(`DROP TABLE ${name}`)).toBe(
      `FAILED: SemanticException [Error 10001]: Table not found db.${name}`,
    );
    await succeeds(`DROP TABLE IF EXISTS ${name}`);
  });

  test('SHOW CREATE TABLE gives a statement that makes the same table', async () => {
    await succeeds(`CREATE EXTERNAL TABLE ${name} (a struct<x:int,y:array<string>> COMMENT 'it\\'s', b decimal(10,2)) PARTITIONED BY (p date)
      ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LOCATION 's3://lake/${name}/'`);
    const before = table();
    const statement = (await lines(`SHOW CREATE TABLE ${name}`)).join('\n');
    await succeeds(`DROP TABLE ${name}`);
    await succeeds(statement);
    expect(table()?.StorageDescriptor).toEqual(before?.StorageDescriptor);
    expect(table()?.PartitionKeys).toEqual(before?.PartitionKeys);
  });
});

describe('columns', () => {
  beforeEach(() =>
    succeeds(`CREATE EXTERNAL TABLE ${name} (a int, b string, c date) STORED AS PARQUET LOCATION 's3://lake/${name}/'`),
  );
  const columns = () => table()?.StorageDescriptor?.Columns?.map((column) => `${column.Name}:${column.Type}`);

  test('are added, replaced, changed, moved and dropped', async () => {
    await succeeds(`ALTER TABLE ${name} ADD COLUMNS (d struct<x:int>)`);
    expect(columns()).toEqual(['a:int', 'b:string', 'c:date', 'd:struct<x:int>']);
    await succeeds(`ALTER TABLE ${name} CHANGE COLUMN b bb varchar(5) COMMENT 'short' FIRST`);
    await succeeds(`ALTER TABLE ${name} CHANGE a a bigint AFTER c`);
    expect(columns()).toEqual(['bb:varchar(5)', 'c:date', 'a:bigint', 'd:struct<x:int>']);
    await succeeds(`ALTER TABLE ${name} DROP COLUMN c`);
    expect(columns()).toEqual(['bb:varchar(5)', 'a:bigint', 'd:struct<x:int>']);
    await succeeds(`ALTER TABLE ${name} REPLACE COLUMNS (z double)`);
    expect(columns()).toEqual(['z:double']);
    expect(await lake.reason(`ALTER TABLE ${name} DROP COLUMN nix`)).toMatch(/Invalid column reference nix/);
    expect(await lake.reason(`ALTER TABLE ${name} ADD COLUMNS (Z int)`)).toMatch(/Duplicate column name: z/);
  });

  test('DESCRIBE and SHOW COLUMNS have the layout that clients read', async () => {
    await succeeds(`DROP TABLE ${name}`);
    await succeeds(
      `CREATE EXTERNAL TABLE ${name} (a int COMMENT 'key') PARTITIONED BY (p string) LOCATION 's3://lake/${name}/'`,
    );
    const pad = (text: string) => text.padEnd(20);
    expect(await lines(`DESCRIBE ${name}`)).toEqual([
      `${pad('a')}\t${pad('int')}\t${pad('key')}`,
      `${pad('p')}\t${pad('string')}\t${pad('')}`,
      '\t \t ',
      '# Partition Information\t \t ',
      `${pad('# col_name')}\t${pad('data_type')}\t${pad('comment')}`,
      '\t \t ',
      `${pad('p')}\t${pad('string')}\t${pad('')}`,
    ]);
    expect(await lines(`SHOW COLUMNS IN db.${name}`)).toEqual([pad('a'), pad('p')]);
    expect((await lines(`DESCRIBE FORMATTED ${name}`)).join('\n')).toContain(`s3://lake/${name}/`);
    const { QueryExecutionId, ResultConfiguration } = await lake.run(`DESCRIBE db.${name}`);
    const { ResultSet } = await lake.athena('GetQueryResults', { QueryExecutionId });
    expect(ResultSet.ResultSetMetadata.ColumnInfo.map((column: { Name: string }) => column.Name)).toEqual([
      'col_name',
      'data_type',
      'comment',
    ]);
    expect(ResultConfiguration.OutputLocation).toBe(`s3://results/q/${QueryExecutionId}.txt`);
  });
});

describe('properties and place', () => {
  test('are set, shown and taken away', async () => {
    await succeeds(`CREATE EXTERNAL TABLE ${name} (a int) LOCATION 's3://lake/${name}/'`);
    await succeeds(`ALTER TABLE ${name} SET TBLPROPERTIES ('classification' = 'parquet', 'x' = 'y')`);
    expect(await lines(`SHOW TBLPROPERTIES ${name} ('x')`)).toEqual(['y']);
    expect(await lines(`SHOW TBLPROPERTIES ${name}`)).toContain('classification\tparquet');
    await succeeds(`ALTER TABLE ${name} UNSET TBLPROPERTIES ('x')`);
    expect(table()?.Parameters).not.toHaveProperty('x');
    await succeeds(`ALTER TABLE ${name} SET LOCATION 's3://lake/other/'`);
    expect(table()?.StorageDescriptor?.Location).toBe('s3://lake/other/');
  });
});

describe('partitions', () => {
  beforeEach(() =>
    succeeds(
      `CREATE EXTERNAL TABLE ${name} (n int) PARTITIONED BY (dt string, k int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/${name}/'`,
    ),
  );
  const shown = () => lines(`SHOW PARTITIONS ${name}`);

  test('are added, dropped by a part of their key or a comparison, renamed and moved', async () => {
    await succeeds(
      `ALTER TABLE ${name} ADD PARTITION (dt='2024-01-01', k=1) LOCATION 's3://lake/${name}-x/' PARTITION (dt='2024-01-01', k=2) PARTITION (dt='2024-01-02', k=10)`,
    );
    expect(await lake.reason(`ALTER TABLE ${name} ADD PARTITION (dt='2024-01-01', k=1)`)).toMatch(
      /AlreadyExistsException/,
    );
    await succeeds(`ALTER TABLE ${name} ADD IF NOT EXISTS PARTITION (dt='2024-01-01', k=1)`);
    await lake.put('lake', `${name}-x/a.csv`, '7\n');
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([['7', '2024-01-01', '1']]);
    await succeeds(`ALTER TABLE ${name} PARTITION (dt='2024-01-01', k=1) RENAME TO PARTITION (dt='2024-01-09', k=9)`);
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([['7', '2024-01-09', '9']]);
    await succeeds(`ALTER TABLE ${name} PARTITION (dt='2024-01-09', k=9) SET LOCATION 's3://lake/nothing/'`);
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([]);
    expect(await shown()).toEqual(['dt=2024-01-01/k=2', 'dt=2024-01-02/k=10', 'dt=2024-01-09/k=9']);
    await succeeds(`ALTER TABLE ${name} DROP PARTITION (dt='2024-01-01'), PARTITION (k > '9')`);
    expect(await shown()).toEqual(['dt=2024-01-09/k=9']);
    expect(await lake.reason(`ALTER TABLE ${name} DROP PARTITION (dt='nix')`)).toMatch(/Partition not found/);
    await succeeds(`ALTER TABLE ${name} DROP IF EXISTS PARTITION (dt='nix')`);
    expect(await lake.reason(`ALTER TABLE ${name} ADD PARTITION (dt='x')`)).toMatch(
      /doesn't contain all \(2\) partition columns/,
    );
  });

  test("MSCK REPAIR TABLE registers the folders in Hive's layout, once", async () => {
    await lake.put('lake', `${name}/dt=2024-01-01/K=1/a.csv`, '1\n');
    await lake.put('lake', `${name}/dt=a%2Fb/k=2/a.csv`, '2\n');
    await lake.put('lake', `${name}/other/a.csv`, '3\n');
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([]);
    expect(await succeeds(`MSCK REPAIR TABLE ${name}`)).toBe('DDL');
    expect(await lake.rows(`SELECT * FROM ${name} ORDER BY n`)).toEqual([
      ['1', '2024-01-01', '1'],
      ['2', 'a/b', '2'],
    ]);
    expect(await lines(`MSCK REPAIR TABLE ${name}`)).toEqual([]);
  });
});

test('SHOW TABLES and SHOW VIEWS take patterns', async () => {
  await succeeds(`CREATE DATABASE ${name}`);
  await succeeds(`CREATE EXTERNAL TABLE ${name}.alpha (a int) LOCATION 's3://lake/x/'`);
  await succeeds(`CREATE VIEW ${name}.beta AS SELECT 1 AS x`);
  expect(await lines(`SHOW TABLES IN ${name}`)).toEqual(['alpha', 'beta']);
  expect(await lines(`SHOW TABLES IN ${name} 'al*'`)).toEqual(['alpha']);
  expect(await lines(`SHOW VIEWS IN ${name} LIKE 'b.*'`)).toEqual(['beta']);
  expect(await lake.reason('SHOW TABLES IN nowhere')).toMatch(/Database does not exist: nowhere/);
});

test('projected partitions need no registration, and the clock of the lake says what NOW is', async () => {
  await succeeds(`CREATE EXTERNAL TABLE ${name} (n int) PARTITIONED BY (region string, dt string) LOCATION 's3://lake/${name}/'
    TBLPROPERTIES ('projection.enabled'='true', 'projection.region.type'='enum', 'projection.region.values'='eu,us',
      'projection.dt.type'='date', 'projection.dt.format'='yyyy/MM/dd', 'projection.dt.range'='NOW-3DAYS,NOW',
      'storage.location.template'='s3://lake/${name}/\${region}/\${dt}')`);
  const day = (back: number) =>
    new Date(lake.context.clock.now().getTime() - back * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/');
  for (const [back, n] of [
    [5, 5],
    [2, 2],
    [0, 0],
  ] as const)
    await lake.put('lake', `${name}/eu/${day(back)}/a`, `${n}\n`);
  expect(await lake.rows(`SELECT n, region, dt FROM ${name} ORDER BY n`)).toEqual([
    ['0', 'eu', day(0)],
    ['2', 'eu', day(2)],
  ]);
  expect(await lake.rows(`SELECT n FROM ${name} WHERE dt = '${day(2)}'`)).toEqual([['2']]);
});
