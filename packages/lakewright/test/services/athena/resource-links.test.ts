import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AthenaLake, openAthenaLake } from './athena-lake';

let lake: AthenaLake;
const CatalogId = '123456789012';

beforeAll(async () => {
  lake = await openAthenaLake();
  await lake.run(
    `CREATE TABLE flights WITH (external_location = 's3://lake/flights', partitioned_by = ARRAY['month']) AS SELECT * FROM (VALUES (1, '01'), (2, '02')) AS v (id, month)`,
  );
  const create = (operation: string, input: object) => lake.call(operation, input, 'glue');
  await create('CreateDatabase', {
    DatabaseInput: { Name: 'shared', TargetDatabase: { CatalogId, DatabaseName: 'db' } },
  });
  await create('CreateDatabase', {
    DatabaseInput: { Name: 'far', TargetDatabase: { CatalogId: '999999999999', DatabaseName: 'theirs' } },
  });
  await create('CreateDatabase', { DatabaseInput: { Name: 'links' } });
  for (const [name, target] of [
    ['planes', 'flights'],
    ['broken', 'nothing'],
  ]) {
    const TargetTable = { CatalogId, DatabaseName: 'db', Name: target };
    await create('CreateTable', { DatabaseName: 'links', TableInput: { Name: name, TargetTable } });
  }
}, 60_000);
afterAll(() => lake.close());

describe.each(['links.planes', 'shared.flights'])('%s stands for db.flights', (name) => {
  const [database = '', table = ''] = name.split('.');

  test('its rows are read, and partitions that the query leaves out are not', async () => {
    expect(await lake.rows(`SELECT p.id, p.month FROM ${name} p ORDER BY 1`)).toEqual([
      ['1', '01'],
      ['2', '02'],
    ]);
    const scanned = async (query: string) => (await lake.run(query)).Statistics.DataScannedInBytes;
    expect(await scanned(`SELECT id FROM ${name} WHERE month = '01'`)).toBeLessThan(
      await scanned(`SELECT id FROM ${name}`),
    );
  });

  test('the statements and operations that show a table show what it stands for', async () => {
    expect((await lake.rows(`DESCRIBE ${name}`)).join()).toContain('month');
    expect((await lake.rows(`SHOW PARTITIONS ${name}`)).flat()).toEqual(['month=01', 'month=02']);
    expect((await lake.rows(`SHOW TABLES IN ${database}`)).flat()).toContain(table);
    const columns = `SELECT column_name FROM information_schema.columns WHERE table_schema = '${database}' AND table_name = '${table}' ORDER BY 1`;
    expect((await lake.rows(columns)).flat()).toEqual(['id', 'month']);
    const { TableMetadata } = await lake.athena('GetTableMetadata', {
      CatalogName: 'AwsDataCatalog',
      DatabaseName: database,
      TableName: table,
    });
    expect(TableMetadata).toMatchObject({ Name: table, PartitionKeys: [{ Name: 'month' }] });
  });

  test.each([
    `INSERT INTO ${name} VALUES (3, '03')`,
    `ALTER TABLE ${name} ADD COLUMNS (x int)`,
    `MSCK REPAIR TABLE ${name}`,
  ])('%s is refused, with the name of the target', async (statement) => {
    expect(await lake.reason(statement)).toMatch(/NOT_COVERED.*resource link.*name db/);
  });
});

test('nothing is made or dropped in a database that is a link', async () => {
  for (const statement of [
    'CREATE TABLE shared.t AS SELECT 1 AS a',
    'CREATE VIEW shared.v AS SELECT 1 AS a',
    "CREATE EXTERNAL TABLE shared.t (a int) LOCATION 's3://lake/t/'",
    'DROP TABLE shared.flights',
  ]) {
    expect(await lake.reason(statement)).toMatch(/NOT_COVERED.*resource link database shared/);
  }
});

test('a link to another account, or to nothing, says so', async () => {
  expect(await lake.reason('SELECT * FROM far.t')).toMatch(/999999999999/);
  expect(await lake.reason('SELECT * FROM links.broken')).toMatch(/EntityNotFound/);
});

test('one broken link hides no other table', async () => {
  const query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'links'";
  expect((await lake.rows(query)).flat()).toEqual(['planes']);
  const { TableMetadataList } = await lake.athena('ListTableMetadata', {
    CatalogName: 'AwsDataCatalog',
    DatabaseName: 'links',
  });
  expect(TableMetadataList.map((table: { Name: string }) => table.Name)).toEqual(['broken', 'planes']);
});

test('DROP TABLE drops the link, not what it stands for', async () => {
  await lake.run('DROP TABLE links.planes');
  expect(await lake.rows('SELECT count(*) FROM db.flights')).toEqual([['2']]);
  expect(await lake.reason('SELECT * FROM links.planes')).toMatch(/TABLE_NOT_FOUND/);
});
