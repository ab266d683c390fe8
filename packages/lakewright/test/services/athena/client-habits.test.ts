import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { type AthenaLake, openAthenaLake } from './athena-lake';

/**
 * What PyAthena, the AWS SDK for pandas, dbt-athena and Superset rely on beyond the API's reference: each was found by
 * running those clients, and is a law here so that it stays. P1 to P13 are the numbers under which they were found. The
 * clients themselves run in `npm run clients`.
 */

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

async function results(
  query: string,
): Promise<{ execution: ApiShape; columns: ApiShape[]; rows: (string | null)[][] }> {
  const execution = await lake.run(query);
  expect(execution.Status.StateChangeReason).toBeUndefined();
  const { ResultSet } = await lake.athena('GetQueryResults', { QueryExecutionId: execution.QueryExecutionId });
  return {
    execution,
    columns: ResultSet.ResultSetMetadata.ColumnInfo,
    rows: ResultSet.Rows.map((row: ApiShape) => row.Data.map((cell: ApiShape) => cell.VarCharValue ?? null)),
  };
}

/** The result file's text. */
async function csv(query: string): Promise<string> {
  const { execution } = await results(query);
  const key = String(execution.ResultConfiguration.OutputLocation).replace('s3://results/', '');
  const chunks: string[] = [];
  for await (const chunk of await lake.context.objects.read('results', key)) chunks.push(String(chunk));
  return chunks.join('');
}

describe('tables of text', () => {
  test('P1: OpenCSVSerde separates by commas and quotes by double quotes when nothing is said (dbt seeds)', async () => {
    await lake.put('lake', 'p1/a.csv', 'id,name\n1,"Cy, Jr"\n2,\n');
    await lake.run(`create external table \`db\`.\`p1\` (\`id\` string, \`name\` string)
      row format serde 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
      location 's3://lake/p1/' tblproperties ('skip.header.line.count'='1')`);
    expect(await lake.rows('SELECT id, name FROM p1 ORDER BY id')).toEqual([
      ['1', 'Cy, Jr'],
      ['2', ''],
    ]);
  });

  test('a blank line of a TSV is a row of NULLs, not nothing', async () => {
    await lake.put('lake', 'blank/a.tsv', '1\ta\n\n3\tc\n');
    await lake.run(
      `CREATE EXTERNAL TABLE blank (id int, name string) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' LOCATION 's3://lake/blank/'`,
    );
    expect(await lake.rows('SELECT count(*), count(id) FROM blank')).toEqual([['3', '2']]);
  });
});

describe('result sets', () => {
  test('P2: columns without a name are _col0, _col1 by position, those of VALUES as well', async () => {
    const { columns, rows } = await results(`SELECT count(*), 1 AS one, 'x' FROM (VALUES 1) AS v (a)`);
    expect(columns.map(({ Name }) => Name)).toEqual(['_col0', 'one', '_col2']);
    expect(rows[0]).toEqual(['_col0', 'one', '_col2']);
    expect((await results(`VALUES (1, 'a')`)).columns.map(({ Name }) => Name)).toEqual(['_col0', '_col1']);
    expect((await results(`SELECT * FROM (VALUES (1, 'a'))`)).columns.map(({ Name }) => Name)).toEqual([
      '_col0',
      '_col1',
    ]);
  });

  test('P6: columns are described with the precision that drivers show', async () => {
    const { columns } = await results(`SELECT TINYINT '1' AS a, SMALLINT '1' AS b, 1 AS c, BIGINT '1' AS d,
      REAL '1' AS e, DOUBLE '1' AS f, 'x' AS g, CAST('2024-01-01' AS timestamp) AS h, DECIMAL '1.50' AS i, true AS j`);
    expect(columns.map(({ Type, Precision, Scale }) => [Type, Precision, Scale])).toEqual([
      ['tinyint', 3, 0],
      ['smallint', 5, 0],
      ['integer', 10, 0],
      ['bigint', 19, 0],
      ['float', 17, 0],
      ['double', 17, 0],
      ['varchar', 1, 0],
      ['timestamp', 3, 0],
      ['decimal', 3, 2],
      ['boolean', 0, 0],
    ]);
    const [text] = (await results(`SELECT CAST('x' AS varchar)`)).columns;
    expect(text?.Precision).toBe(2147483647);
  });

  test('P8: CREATE TABLE AS and INSERT give a column of rows, a count and no rows', async () => {
    for (const statement of ['CREATE TABLE p8 AS SELECT 1 AS x', 'INSERT INTO p8 VALUES 2']) {
      const { columns, rows } = await results(statement);
      expect(columns).toEqual([expect.objectContaining({ Name: 'rows', Type: 'bigint' })]);
      expect(rows).toEqual([]);
    }
  });

  test('P10: a TIME has milliseconds; REAL has the shortest digits that mean it', async () => {
    expect(await lake.rows(`SELECT TIME '01:02:03', REAL '3.1415927', REAL '0.1', ARRAY[REAL '0.1']`)).toEqual([
      ['01:02:03.000', '3.1415927', '0.1', '[0.1]'],
    ]);
  });

  test('NULL and the empty text stay apart, in the result file as in the pages', async () => {
    expect(await csv(`SELECT NULL AS a, '' AS b, 'x"y' AS c`)).toBe('"a","b","c"\n,"","x""y"\n');
    expect(await lake.rows(`SELECT NULL AS a, '' AS b`)).toEqual([[null, '']]);
  });

  test('EXPLAIN has the one column Query Plan', async () => {
    expect((await results('EXPLAIN SELECT 1')).columns.map(({ Name }) => Name)).toEqual(['Query Plan']);
  });
});

describe('statements', () => {
  test('P3: comments are anywhere, also before the query of CREATE TABLE AS', async () => {
    await results(`-- /* {"app": "dbt"} */
      create table "awsdatacatalog"."db"."p3" with (table_type='hive', is_external=true,
        external_location='s3://lake/p3/', partitioned_by=ARRAY['p'], write_compression='snappy', format='parquet')
      as -- a model begins with a comment
      select 1 as id /* and another */, 'a' as p;`);
    expect(await lake.rows('SELECT id, p FROM p3')).toEqual([['1', 'a']]);
    await results(`-- first\n/* second */ create schema if not exists \`db\` -- last`);
  });

  test('P4: a query that would give 100,000,000 rows is stopped, and the next one is answered', async () => {
    const { QueryExecutionId } = await lake.athena('StartQueryExecution', {
      QueryString: 'SELECT a.x, b.x FROM UNNEST(sequence(1, 10000)) a (x), UNNEST(sequence(1, 10000)) b (x)',
      ResultConfiguration: { OutputLocation: 's3://results/q/' },
    });
    await lake.athena('StopQueryExecution', { QueryExecutionId });
    const { QueryExecution } = await lake.athena('GetQueryExecution', { QueryExecutionId });
    expect(QueryExecution.Status.State).toBe('CANCELLED');
    expect(await lake.rows('SELECT 1')).toEqual([['1']]);
  });

  test('P9: times are never zero, scanned bytes are counted for queries and zero for DDL; reuse is told', async () => {
    await lake.run('CREATE TABLE p9 AS SELECT x FROM UNNEST(sequence(1, 1000)) AS t (x)');
    const { Statistics } = (await results('SELECT sum(x) FROM p9')).execution;
    for (const name of ['EngineExecutionTimeInMillis', 'TotalExecutionTimeInMillis', 'QueryQueueTimeInMillis'])
      expect(Statistics[name]).toBeGreaterThan(0);
    expect(Statistics.DataScannedInBytes).toBeGreaterThan(0);
    expect(Statistics.ResultReuseInformation).toEqual({ ReusedPreviousResult: false });
    const ddl = (await results(`ALTER TABLE p9 SET TBLPROPERTIES ('classification' = 'parquet')`)).execution;
    expect(ddl.Statistics.DataScannedInBytes).toBe(0);
  });

  test('P12: columns are dropped, replaced and changed (on_schema_change of dbt)', async () => {
    await lake.run(`CREATE EXTERNAL TABLE p12 (a int, b string, c date) STORED AS PARQUET LOCATION 's3://lake/p12/'`);
    const names = async () => (await lake.rows('SHOW COLUMNS IN p12')).map(([name]) => name?.trim());
    const dropped = await results('alter table `db`.`p12` drop column b');
    expect(dropped.execution.SubstatementType).toBe('ALTER_TABLE_DROP_COLUMN');
    expect(await names()).toEqual(['a', 'c']);
    await results('alter table `db`.`p12` change column c d string');
    expect(await names()).toEqual(['a', 'd']);
    await results('alter table `db`.`p12` replace columns (x bigint)');
    expect(await names()).toEqual(['x']);
  });

  test('P13: the answer to StartQueryExecution of a short query waits for its end, so that one poll is enough', async () => {
    await lake.rows('SELECT 1');
    const { QueryExecutionId } = await lake.athena('StartQueryExecution', {
      QueryString: 'SELECT 1',
      ResultConfiguration: { OutputLocation: 's3://results/q/' },
    });
    const { QueryExecution } = await lake.athena('GetQueryExecution', { QueryExecutionId });
    expect(QueryExecution.Status.State).toBe('SUCCEEDED');
  });

  test('a table may stand in parentheses', async () => {
    await lake.run('CREATE TABLE parenthesised AS SELECT 1 AS x');
    expect(await lake.rows('select distinct x from ("awsdatacatalog"."db"."parenthesised") order by x;')).toEqual([
      ['1'],
    ]);
  });

  test.each([
    [`TIMESTAMP '2020-01-04 00:00:00-0'`, '2020-01-04 00:00:00.000 UTC'],
    [`TIMESTAMP '2020-01-04 00:00:00 -00:30'`, '2020-01-04 00:00:00.000 -00:30'],
    [`TIMESTAMP '2020-01-04 00:00:00+02'`, '2020-01-04 00:00:00.000 +02:00'],
    [`TIMESTAMP '2020-01-04 00:00:00 Europe/Berlin'`, '2020-01-04 00:00:00.000 Europe/Berlin'],
    [`IPADDRESS '10.0.0.1'`, '10.0.0.1'],
    [`JSON '{"a": [1, 2]}'`, '{"a":[1,2]}'],
    ["DATE '2024-02-29'", '2024-02-29'],
    [`ARRAY[DECIMAL '1.10', DECIMAL '22.05']`, '[1.10, 22.05]'],
  ])('%s is written %s', async (expression, text) => {
    expect(await lake.rows(`SELECT ${expression}`)).toEqual([[text]]);
  });

  test('TABLE(sequence(…)) takes its arguments by name', async () => {
    const rows = await lake.rows('SELECT * FROM TABLE(sequence(start => 1, stop => 5, step => 2)) ORDER BY 1');
    expect(rows).toEqual([['1'], ['3'], ['5']]);
  });

  test('more than 100 partitions are refused with the error by which dbt goes over to batches', async () => {
    const query = `CREATE TABLE many WITH (partitioned_by = ARRAY['p']) AS SELECT x AS id, x AS p FROM UNNEST(sequence(1, 101)) AS t (x)`;
    expect(await lake.reason(query)).toContain('TOO_MANY_OPEN_PARTITIONS');
  });

  test("text that isn't SQL is refused with the word that doesn't fit", async () => {
    const start = lake.athena('StartQueryExecution', {
      QueryString: "THIS ISN'T SQL",
      ResultConfiguration: { OutputLocation: 's3://results/q/' },
    });
    await expect(start).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: expect.stringContaining("mismatched input 'THIS'"),
    });
  });
});

describe('the catalog', () => {
  test('P7: SHOW COLUMNS pads the names to 20 characters, as Hive does', async () => {
    await lake.run(`CREATE EXTERNAL TABLE p7 (id int) PARTITIONED BY (day date) LOCATION 's3://lake/p7/'`);
    expect(await lake.rows('SHOW COLUMNS IN db.p7')).toEqual([['id'.padEnd(20)], ['day'.padEnd(20)]]);
  });

  test('P11: the comment of a table is its parameter "comment", quotes and all', async () => {
    await lake.run(
      `CREATE EXTERNAL TABLE p11 (id int COMMENT 'the \\'key\\'') COMMENT 'it\\'s "all"' LOCATION 's3://lake/p11/'`,
    );
    const table = lake.context.catalog.table('db', 'p11');
    expect(table?.Parameters?.comment).toBe(`it's "all"`);
    expect(table?.StorageDescriptor?.Columns?.[0]?.Comment).toBe("the 'key'");
    const { TableMetadata } = await lake.athena('GetTableMetadata', {
      CatalogName: 'AwsDataCatalog',
      DatabaseName: 'db',
      TableName: 'p11',
    });
    expect(TableMetadata.Parameters.comment).toBe(`it's "all"`);
  });

  test('names that need quotes are found again, by views and by SHOW CREATE VIEW', async () => {
    await lake.run(`CREATE VIEW "2024-report" AS SELECT 1 AS "total amount"`);
    expect(await lake.rows('SELECT "total amount" FROM "2024-report"')).toEqual([['1']]);
    expect((await lake.rows('SHOW CREATE VIEW "2024-report"')).length).toBeGreaterThan(1);
  });
});
