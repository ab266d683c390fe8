import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AthenaLake, openAthenaLake } from './athena-lake';

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

let counter = 0;
let name = '';
/** A table name for each test. */
beforeEach(() => {
  counter++;
  name = `t${counter}`;
});

const keys = async (prefix: string) =>
  (await lake.context.objects.list('lake', { prefix })).map((object) => object.key);

describe('CREATE TABLE AS', () => {
  test('without a location the files are below the results, by the id of the query', async () => {
    const { QueryExecutionId } = await lake.run(`CREATE TABLE ${name} AS SELECT 1 AS id, 'x' AS name`);
    const table = lake.context.catalog.table('db', name);
    expect(table?.StorageDescriptor?.Location).toBe(`s3://results/q/tables/${QueryExecutionId}/`);
    expect(table?.StorageDescriptor?.Columns).toEqual([
      { Name: 'id', Type: 'int' },
      { Name: 'name', Type: 'varchar(1)' },
    ]);
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([['1', 'x']]);
  });

  test.each(['PARQUET', 'JSON', 'TEXTFILE'])('%s gives back what was written', async (format) => {
    await lake.run(`CREATE TABLE ${name} WITH (format = '${format}') AS SELECT * FROM (VALUES
      (BIGINT '9007199254740993', DOUBLE '1.5', DECIMAL '12.30', DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00.123', true, 'a,"b\\c'),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL)) AS v (b, d, dec, day, ts, flag, txt)`);
    expect(await lake.rows(`SELECT * FROM ${name} ORDER BY b`)).toEqual([
      ['9007199254740993', '1.5', '12.30', '2024-01-31', '2024-01-31 10:00:00.123', 'true', 'a,"b\\c'],
      [null, null, null, null, null, null, null],
    ]);
  });

  test('timestamps are marked as milliseconds in Parquet, so that no reader has to look for finer ones', async () => {
    await lake.run(
      `CREATE TABLE ${name} WITH (external_location = 's3://lake/${name}') AS SELECT TIMESTAMP '2024-01-31 10:00:00.123' AS at`,
    );
    await lake.run(`INSERT INTO ${name} SELECT TIMESTAMP '0001-01-01 00:00:00.001'`);
    const duckdb = await (await DuckDBInstance.create()).connect();
    for (const key of await keys(`${name}/`)) {
      const path = lake.context.objects.path('lake', key);
      const schema = await duckdb.runAndReadAll(
        `SELECT converted_type FROM parquet_schema('${path}') WHERE name = 'at'`,
      );
      expect(schema.getRows()).toEqual([['TIMESTAMP_MILLIS']]);
    }
    expect(await lake.rows(`SELECT at FROM ${name} ORDER BY 1`)).toEqual([
      ['0001-01-01 00:00:00.001'],
      ['2024-01-31 10:00:00.123'],
    ]);
  });

  test('structures are kept in Parquet and JSON', async () => {
    for (const format of ['PARQUET', 'JSON']) {
      await lake.run(
        `CREATE TABLE ${name}_${format} WITH (format = '${format}') AS SELECT ARRAY[1, NULL] AS l, MAP(ARRAY['k'], ARRAY[2]) AS m, CAST(ROW(1, 'x') AS ROW(a INTEGER, b VARCHAR)) AS r`,
      );
      expect(await lake.rows(`SELECT l, m, r.b FROM ${name}_${format}`)).toEqual([['[1, null]', '{k=2}', 'x']]);
    }
  });

  test('partition values of any text find their way to folders and back', async () => {
    await lake.run(
      `CREATE TABLE ${name} WITH (external_location = 's3://lake/${name}', partitioned_by = ARRAY['p']) AS SELECT * FROM (VALUES (1, 'a/b=c'), (2, 'é %'), (3, ''), (4, NULL)) AS v (id, p)`,
    );
    expect(await lake.rows(`SELECT id, p FROM ${name} ORDER BY id`)).toEqual([
      ['1', 'a/b=c'],
      ['2', 'é %'],
      ['3', null],
      ['4', null],
    ]);
    expect((await keys(`${name}/`)).some((key) => key.startsWith(`${name}/p=a%2Fb%3Dc/`))).toBe(true);
    expect(await lake.rows(`SELECT id FROM ${name} WHERE p = 'é %'`)).toEqual([['2']]);
  });

  test('WITH NO DATA makes an empty table', async () => {
    await lake.run(`CREATE TABLE ${name} AS SELECT 1 AS id WITH NO DATA`);
    expect(await lake.rows(`SELECT count(*) FROM ${name}`)).toEqual([['0']]);
  });

  test('nothing is written into a place that has data', async () => {
    await lake.put('lake', `${name}/x.parquet`, 'x');
    expect(
      await lake.reason(`CREATE TABLE ${name} WITH (external_location = 's3://lake/${name}/') AS SELECT 1 AS id`),
    ).toMatch(/^HIVE_PATH_ALREADY_EXISTS: Target directory for table 'db\.t\d+' already exists: s3:\/\/lake/);
  });

  test('a failed one leaves neither table nor files', async () => {
    const reason = await lake.reason(
      `CREATE TABLE ${name} WITH (external_location = 's3://lake/${name}/') AS SELECT 1 / (x - 5) AS id FROM UNNEST(SEQUENCE(1, 10)) AS u (x)`,
    );
    expect(reason).toMatch(/^DIVISION_BY_ZERO/);
    expect(lake.context.catalog.table('db', name)).toBeUndefined();
    expect(await keys(`${name}/`)).toEqual([]);
  });

  test('more than 100 partitions are refused, and nothing stays', async () => {
    const query = (count: number) =>
      `CREATE TABLE ${name} WITH (external_location = 's3://lake/${name}/', partitioned_by = ARRAY['p']) AS SELECT x AS id, x AS p FROM UNNEST(SEQUENCE(1, ${count})) AS u (x)`;
    expect(await lake.reason(query(101))).toMatch(
      /^HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/,
    );
    expect(await keys(`${name}/`)).toEqual([]);
    expect((await lake.run(query(100))).Status.State).toBe('SUCCEEDED');
  });

  test.each([
    ['SELECT 1', /^MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1/],
    ['SELECT 1 AS a, 2 AS A', /^DUPLICATE_COLUMN_NAME: line 1:1: Column name 'a' specified more than once/],
    ['SELECT current_timestamp AS t', /^NOT_SUPPORTED: Unsupported Hive type: timestamp\(3\) with time zone/],
    ["SELECT TIMESTAMP '2024-01-01 00:00:00.123456' AS t", /Incorrect timestamp precision for timestamp\(6\)/],
    ['SELECT * FROM nowhere', /^TABLE_NOT_FOUND: line 1:\d+: Table 'awsdatacatalog.db.nowhere' does not exist/],
  ])('%s cannot become a table', async (query, reason) => {
    expect(await lake.reason(`CREATE TABLE ${name} AS ${query}`)).toMatch(reason);
  });

  test.each([
    ["partitioned_by = ARRAY['a']", /^HIVE_COLUMN_ORDER_MISMATCH/],
    ["partitioned_by = ARRAY['x']", /Partition columns \["x"\] not present in schema/],
    ["format = 'ION'", /^NOT_COVERED: .*writing format ION/],
    ["table_type = 'ICEBERG'", /^INVALID_TABLE_PROPERTY: .*is_external = false/],
    ["bucketed_by = ARRAY['a'], bucket_count = 4", /^NOT_COVERED: .*bucketed_by/],
    ["colour = 'blue'", /^INVALID_TABLE_PROPERTY: line 1:\d+: .*'colour' does not exist/],
  ])('WITH (%s) is refused', async (properties, reason) => {
    expect(await lake.reason(`CREATE TABLE ${name} WITH (${properties}) AS SELECT 1 AS a, 2 AS b`)).toMatch(reason);
  });

  test('one that exists is an error, or nothing with IF NOT EXISTS', async () => {
    await lake.run(`CREATE TABLE ${name} AS SELECT 1 AS id`);
    expect(await lake.reason(`CREATE TABLE ${name} AS SELECT 2 AS id`)).toMatch(
      /^TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog\.db\.t\d+' already exists/,
    );
    expect((await lake.run(`CREATE TABLE IF NOT EXISTS ${name} AS SELECT 2 AS id`)).Status.State).toBe('SUCCEEDED');
    expect(await lake.rows(`SELECT id FROM ${name}`)).toEqual([['1']]);
  });
});

describe('INSERT INTO', () => {
  test('rows are added, columns that are left out are NULL, new partitions are registered', async () => {
    await lake.run(
      `CREATE EXTERNAL TABLE ${name} (id bigint, name string) PARTITIONED BY (dt date) STORED AS PARQUET LOCATION 's3://lake/${name}/'`,
    );
    const first = await lake.run(
      `INSERT INTO ${name} VALUES (1, 'a', DATE '2024-01-01'), (2, NULL, DATE '2024-01-02')`,
    );
    expect(first).toMatchObject({ StatementType: 'DML', SubstatementType: 'INSERT', Status: { State: 'SUCCEEDED' } });
    await lake.run(`INSERT INTO ${name} (dt, id) SELECT DATE '2024-01-02', 3`);
    expect(await lake.rows(`SELECT * FROM ${name} ORDER BY id`)).toEqual([
      ['1', 'a', '2024-01-01'],
      ['2', null, '2024-01-02'],
      ['3', null, '2024-01-02'],
    ]);
    expect(await lake.rows(`SHOW PARTITIONS ${name}`)).toEqual([['dt=2024-01-01'], ['dt=2024-01-02']]);
    const { UpdateCount } = await lake.athena('GetQueryResults', { QueryExecutionId: first.QueryExecutionId });
    expect(UpdateCount).toBe(2);
  });

  test('a registered partition keeps its own place', async () => {
    await lake.run(
      `CREATE EXTERNAL TABLE ${name} (id int) PARTITIONED BY (p string) STORED AS PARQUET LOCATION 's3://lake/${name}/'`,
    );
    await lake.run(`ALTER TABLE ${name} ADD PARTITION (p = 'x') LOCATION 's3://lake/${name}-moved/'`);
    await lake.run(`INSERT INTO ${name} VALUES (1, 'x')`);
    expect((await keys(`${name}-moved/`)).length).toBe(1);
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([['1', 'x']]);
  });

  test('types that do not fit are refused before anything is written', async () => {
    await lake.run(`CREATE EXTERNAL TABLE ${name} (id int) STORED AS PARQUET LOCATION 's3://lake/${name}/'`);
    expect(await lake.reason(`INSERT INTO ${name} VALUES ('x')`)).toMatch(/Insert query has mismatched column types/);
    expect(await lake.reason(`INSERT INTO ${name} (nix) VALUES (1)`)).toMatch(/^COLUMN_NOT_FOUND/);
  });
});

describe('UNLOAD', () => {
  test('the rows are in files of the format, named by a manifest', async () => {
    const { Statistics, SubstatementType } = await lake.run(
      `UNLOAD (SELECT id, country FROM (VALUES (1, 'DE'), (2, 'FR')) AS v (id, country)) TO 's3://lake/${name}/' WITH (format = 'JSON', compression = 'NONE', partitioned_by = ARRAY['country'])`,
    );
    expect(SubstatementType).toBe('UNLOAD');
    expect(Statistics.DataManifestLocation).toMatch(/^s3:\/\/results\/q\/.*-manifest\.csv$/);
    const found = await keys(`${name}/`);
    expect(found.map((key) => key.split('/')[1])).toEqual(['country=DE', 'country=FR']);
    const chunks: string[] = [];
    for await (const chunk of await lake.context.objects.read('lake', found[0] as string)) chunks.push(String(chunk));
    expect(chunks.join('')).toBe('{"id":1}\n');
    expect(await lake.reason(`UNLOAD (SELECT 1 AS x) TO 's3://lake/${name}/' WITH (format = 'PARQUET')`)).toMatch(
      /^HIVE_PATH_ALREADY_EXISTS/,
    );
  });
});

describe('views', () => {
  test('a view is kept as Athena keeps it, and read in the database in which it was made', async () => {
    await lake.run(`CREATE TABLE ${name} AS SELECT 1 AS id`);
    await lake.run(`CREATE VIEW ${name}_v AS SELECT id, id + 1 AS next FROM ${name}`);
    const stored = lake.context.catalog.table('db', `${name}_v`);
    expect(stored).toMatchObject({ TableType: 'VIRTUAL_VIEW', ViewExpandedText: '/* Presto View */' });
    const encoded = /^\/\* Presto View: (\S+) \*\/$/.exec(stored?.ViewOriginalText ?? '')?.[1] ?? '';
    expect(JSON.parse(Buffer.from(encoded, 'base64').toString())).toMatchObject({
      originalSql: `SELECT id, id + 1 AS next FROM ${name}`,
      schema: 'db',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'next', type: 'integer' },
      ],
    });
    lake.context.catalog.putDatabase({ Name: 'other' });
    const rows = await lake.rows(`SELECT * FROM db.${name}_v`, { QueryExecutionContext: { Database: 'other' } });
    expect(rows).toEqual([['1', '2']]);
    expect(await lake.reason(`CREATE VIEW ${name}_v AS SELECT 1 AS x`)).toMatch(/View already exists/);
    await lake.run(`CREATE OR REPLACE VIEW ${name}_v AS SELECT 5 AS x`);
    expect(await lake.rows(`SELECT * FROM ${name}_v`)).toEqual([['5']]);
    expect((await lake.rows(`SHOW CREATE VIEW ${name}_v`))[0]).toEqual([`CREATE VIEW db.${name}_v AS`]);
    await lake.run(`DROP VIEW ${name}_v`);
    expect(await lake.reason(`SELECT * FROM ${name}_v`)).toMatch(/^TABLE_NOT_FOUND/);
  });
});

describe('prepared statements and parameters', () => {
  test('EXECUTE puts its arguments in place of the question marks', async () => {
    await lake.run(`PREPARE ${name} FROM SELECT x FROM (VALUES 1, 2, 3) AS v (x) WHERE x > ? ORDER BY x`);
    expect(await lake.rows(`EXECUTE ${name} USING 1`)).toEqual([['2'], ['3']]);
    await lake.run(`DEALLOCATE PREPARE ${name}`);
    expect(await lake.reason(`EXECUTE ${name} USING 1`)).toMatch(/Prepared statement not found/);
  });

  test('ExecutionParameters are literals of SQL', async () => {
    const rows = await lake.rows('SELECT ? AS a, ? AS b', { ExecutionParameters: ["'it''s'", '2'] });
    expect(rows).toEqual([["it's", '2']]);
    expect(await lake.reason('SELECT ?', { ExecutionParameters: [] })).toMatch(/Incorrect number of parameters/);
  });
});

test('EXPLAIN checks the statement and shows a plan under the column Query Plan', async () => {
  const { QueryExecutionId } = await lake.run('EXPLAIN SELECT 1');
  const { ResultSet } = await lake.athena('GetQueryResults', { QueryExecutionId });
  expect(ResultSet.ResultSetMetadata.ColumnInfo).toEqual([expect.objectContaining({ Name: 'Query Plan' })]);
  expect(ResultSet.Rows.length).toBeGreaterThan(1);
  expect(await lake.reason('EXPLAIN SELECT nix')).toMatch(/^COLUMN_NOT_FOUND/);
  expect(await lake.rows('EXPLAIN (TYPE VALIDATE) SELECT 1')).toEqual([['true']]);
});

test.each(['DELETE FROM', 'UPDATE'])('%s on a Hive table is refused as on Athena', async (verb) => {
  await lake.run(`CREATE TABLE ${name} AS SELECT 1 AS id`);
  const statement = verb === 'UPDATE' ? `UPDATE ${name} SET id = 2` : `DELETE FROM ${name}`;
  expect(await lake.reason(statement)).toBe(
    'NOT_SUPPORTED: Modifying Hive table rows is only supported for transactional tables',
  );
});

test('information_schema shows the lake', async () => {
  await lake.run(
    `CREATE EXTERNAL TABLE ${name} (a int, b array<string>) PARTITIONED BY (p date) LOCATION 's3://lake/${name}/'`,
  );
  expect(
    await lake.rows(
      `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'db' AND table_name = '${name}' ORDER BY ordinal_position`,
    ),
  ).toEqual([
    ['a', 'integer'],
    ['b', 'array(varchar)'],
    ['p', 'date'],
  ]);
});
