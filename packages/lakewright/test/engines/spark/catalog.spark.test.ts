import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { missing, SparkLake, titled } from './spark-lake';

const HIVE = { 'spark.sql.catalogImplementation': 'hive' };
const ICEBERG = {
  'spark.sql.extensions': 'org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
  'spark.sql.catalog.glue_catalog': 'org.apache.iceberg.spark.SparkCatalog',
  'spark.sql.catalog.glue_catalog.catalog-impl': 'org.apache.iceberg.aws.glue.GlueCatalog',
  'spark.sql.catalog.glue_catalog.warehouse': 's3://lake/warehouse/',
  'spark.sql.catalog.glue_catalog.io-impl': 'org.apache.iceberg.aws.s3.S3FileIO',
};
const SESSION = `
from pyspark.sql import SparkSession
import json
spark = SparkSession.builder.getOrCreate()
def show(statement):
    print(json.dumps([list(row) for row in spark.sql(statement).collect()], default=str))
`;

describe.skipIf(missing)(titled('the Data Catalog in Spark'), () => {
  let spark: SparkLake;
  const call = (operation: string, input: ApiShape, service = 'glue') =>
    spark.lake.call(service, operation, input) as Promise<ApiShape>;
  const run = async (text: string, conf: Record<string, string> = HIVE, glueVersion: '5.0' | '5.1' = '5.0') => {
    const { error, output } = await spark.run(SESSION + text, { conf, glueVersion });
    expect(error).toBeUndefined();
    return output.map((line) => JSON.parse(line));
  };
  const athena = async (QueryString: string): Promise<string[][]> => {
    const ResultConfiguration = { OutputLocation: 's3://lake/results/' };
    const { QueryExecutionId } = await call('StartQueryExecution', { QueryString, ResultConfiguration }, 'athena');
    for (;;) {
      const { QueryExecution } = await call('GetQueryExecution', { QueryExecutionId }, 'athena');
      const { State, StateChangeReason } = QueryExecution.Status;
      if (State === 'FAILED') throw new Error(StateChangeReason);
      if (State !== 'SUCCEEDED') continue;
      const { ResultSet } = await call('GetQueryResults', { QueryExecutionId }, 'athena');
      return ResultSet.Rows.slice(1).map(({ Data }: ApiShape) => Data.map((cell: ApiShape) => cell.VarCharValue));
    }
  };

  beforeAll(async () => {
    spark = await SparkLake.open();
    await call('CreateDatabase', { DatabaseInput: { Name: 'db', LocationUri: 's3://lake/db/' } });
    await spark.lake.objects.write('lake', 'csv/day=2026-01-01/a.csv', '1,one\n2,two\n');
    await spark.lake.objects.write('lake', 'csv/day=2026-01-02/a.csv', '3,three\n');
    await athena(`CREATE EXTERNAL TABLE db.texts (id int, word string) PARTITIONED BY (day date)
      ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/csv/'`).catch(() => {});
    await athena('MSCK REPAIR TABLE db.texts').catch(() => {});
  });
  afterAll(() => spark?.close());

  test('shows tables that others made, and prunes their partitions', async () => {
    const [databases, tables, rows, partitions] = await run(`
show("SHOW DATABASES")
show("SHOW TABLES IN db")
show("SELECT id, word, day FROM db.texts WHERE day >= date'2026-01-02'")
show("SHOW PARTITIONS db.texts")
`);
    expect(databases).toEqual([['db']]);
    expect(tables).toEqual([['db', 'texts', false]]);
    expect(rows).toEqual([[3, 'three', '2026-01-02']]);
    expect(partitions).toEqual([['day=2026-01-01'], ['day=2026-01-02']]);
  });

  test('keeps tables that Spark makes, which Athena reads', async () => {
    await run(`
spark.range(4).selectExpr("id", "id % 2 as even").write.partitionBy("even").format("parquet").saveAsTable("db.saved")
spark.sql("CREATE TABLE db.external (id bigint, p string) USING parquet PARTITIONED BY (p) LOCATION 's3://lake/external/'")
spark.sql("INSERT INTO db.external PARTITION (p = 'x') VALUES (1), (2)")
spark.sql("INSERT OVERWRITE db.external PARTITION (p = 'x') VALUES (7)")
spark.sql("CREATE TABLE db.hive (id bigint) PARTITIONED BY (p string) STORED AS PARQUET LOCATION 's3://lake/hive/'")
spark.conf.set("hive.exec.dynamic.partition.mode", "nonstrict")
spark.sql("INSERT INTO db.hive SELECT id, 'y' FROM db.saved")
spark.sql("ALTER TABLE db.external ADD COLUMNS (note string)")
`);
    expect(await athena('SELECT id, even FROM db.saved ORDER BY id')).toEqual([
      ['0', '0'],
      ['1', '1'],
      ['2', '0'],
      ['3', '1'],
    ]);
    expect(await athena('SELECT id, p, note FROM db.external')).toEqual([['7', 'x', undefined]]);
    expect(await athena('SELECT count(*), p FROM db.hive GROUP BY p')).toEqual([['4', 'y']]);
    await run('spark.sql("DROP TABLE db.saved"); spark.sql("DROP TABLE db.external")');
    expect(await spark.keys('db/saved/')).toEqual([]);
    expect(await spark.keys('external/')).toHaveLength(1);
  });

  test('knows no table without the argument, as on AWS', async () => {
    const { error } = await spark.run(`${SESSION}show("SELECT * FROM db.texts")`);
    expect(error).toMatch(/^AnalysisException: \[TABLE_OR_VIEW_NOT_FOUND\]/);
  });

  test.each(['5.0', '5.1'] as const)(
    "has Iceberg's tables by the catalog that scripts name on AWS (Glue %s)",
    async (version) => {
      const name = `db.ice${version.replace('.', '')}`;
      const rows = await run(
        `
spark.sql("CREATE TABLE glue_catalog.${name} (id bigint, word string, ts timestamp) USING iceberg PARTITIONED BY (days(ts))")
spark.sql("INSERT INTO glue_catalog.${name} VALUES (1, 'a', timestamp'2026-01-01 00:00:00'), (2, 'b', timestamp'2026-01-02 00:00:00')")
spark.sql("MERGE INTO glue_catalog.${name} t USING (SELECT 2L AS id, 'B' AS word) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET word = s.word")
show("SELECT id, word FROM glue_catalog.${name} ORDER BY id")
`,
        ICEBERG,
        version,
      );
      expect(rows).toEqual([
        [
          [1, 'a'],
          [2, 'B'],
        ],
      ]);
      expect(await athena(`SELECT id, word FROM ${name} ORDER BY id`)).toEqual([
        ['1', 'a'],
        ['2', 'B'],
      ]);
      expect((await call('GetTable', { DatabaseName: 'db', Name: name.slice(3) })).Table).toMatchObject({
        Parameters: { table_type: 'ICEBERG' },
      });
    },
  );
});
