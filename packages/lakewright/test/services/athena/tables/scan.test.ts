import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScanRequest, TableScan } from '../../../../src/engines/sql/contract';
import { parseDdl } from '../../../../src/engines/sql/ddl/parse';
import type { CreateTable } from '../../../../src/engines/sql/ddl/statement';
import { DuckDbEngine } from '../../../../src/engines/sql/runtime';
import { TableReader } from '../../../../src/services/athena/tables/lake-catalog';
import { tableEngine } from '../../../../src/services/athena/tables/table-engine';
import { CatalogLinks } from '../../../../src/services/glue/catalog/resource-links';
import type { Table } from '../../../../src/workspace/catalog-store';
import { FolderCatalogStore } from '../../../../src/workspace/folder-catalog-store';
import { LocalObjectStore } from '../../../../src/workspace/local-object-store';
import { temporaryWorkspace } from '../../../workspace/temporary-workspace';

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open();
});
afterAll(() => engine.close());

const NOW = new Date('2024-04-01T12:00:00Z');

/** A lake with one bucket and one database, and ways to put files and tables into it. */
async function lake() {
  const workspace = await temporaryWorkspace();
  const objects = new LocalObjectStore(workspace);
  const catalog = new FolderCatalogStore(workspace, { now: () => NOW });
  objects.createBucket('bucket');
  catalog.putDatabase({ Name: 'db' });
  const reader = new TableReader(
    catalog,
    new CatalogLinks(catalog, '123456789012'),
    objects,
    workspace,
    tableEngine(engine),
  );
  let splits: TableScan['oneSplit'];
  const meter = { bytes: 0, files: 0, rows: 0 };
  return {
    objects,
    catalog,
    meter,
    async parquet(key: string, query: string): Promise<void> {
      const folder = await objects.stage('bucket');
      const file = join(folder, 'x.parquet');
      await engine.execute(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
      await objects.publish(file, 'bucket', key);
    },
    table(ddl: string): void {
      const parsed = parseDdl(ddl) as CreateTable;
      const column = ({ name, type }: { name: string; type: string }) => ({ Name: name, Type: type });
      const table: Table = {
        DatabaseName: 'db',
        Name: parsed.table.name,
        Parameters: { ...parsed.properties },
        PartitionKeys: parsed.partitionKeys.map(column),
        StorageDescriptor: {
          Columns: parsed.columns.map(column),
          Location: parsed.location,
          InputFormat: parsed.format.inputFormat,
          SerdeInfo: { SerializationLibrary: parsed.format.serde, Parameters: { ...parsed.format.serdeParameters } },
        },
      };
      catalog.putTable(table);
    },
    partition(table: string, values: string[], location: string): void {
      const { StorageDescriptor } = catalog.table('db', table) as Table;
      catalog.putPartitions('db', table, [
        {
          DatabaseName: 'db',
          TableName: table,
          Values: values,
          StorageDescriptor: { ...StorageDescriptor, Location: location },
        },
      ]);
    },
    /** Of the last read. */
    oneSplit: () => splits,
    async read(table: string, columns?: string[], constraints: ScanRequest['constraints'] = []): Promise<unknown[]> {
      const session = reader.session(NOW, meter);
      const resolved = session.resolve({ catalog: 'awsdatacatalog', schema: 'db', table });
      if (resolved?.kind !== 'table') throw new Error(`no table ${table}`);
      const wanted = columns ?? resolved.columns.filter((column) => !column.hidden).map((column) => column.name);
      const { sql, oneSplit } = await session.scan(resolved, { columns: wanted, constraints });
      splits = oneSplit;
      const types = wanted.map((name) => resolved.columns.find((column) => column.name === name)?.type);
      if (!wanted.length) return [await engine.execute(`SELECT count(*) FROM ${sql}`)];
      const result = await engine.text(
        `SELECT * FROM ${sql} ORDER BY ALL`,
        wanted.map((name, index) => ({ name, type: types[index] as NonNullable<(typeof types)[0]> })),
      );
      return result.rows.map((row) => [...row]);
    },
  };
}

describe('Parquet', () => {
  test('columns go by name without regard to case; a column that a file lacks is NULL', async () => {
    const { parquet, table, read } = await lake();
    await parquet('t/a.parquet', `SELECT 1::INTEGER AS "ID", 'x' AS name`);
    await parquet('t/b.parquet', `SELECT 'y' AS name, 2::BIGINT AS id, 0.5::DOUBLE AS ratio`);
    table(
      "CREATE EXTERNAL TABLE t (id bigint, name string, ratio double, later date) STORED AS PARQUET LOCATION 's3://bucket/t'",
    );
    expect(await read('t')).toEqual([
      ['1', 'x', null, null],
      ['2', 'y', '0.5', null],
    ]);
  });

  test('one file of one row group is one split, in order; several are not', async () => {
    const { parquet, table, read, oneSplit } = await lake();
    table("CREATE EXTERNAL TABLE t (n bigint) STORED AS PARQUET LOCATION 's3://bucket/t'");
    await parquet('t/a.parquet', 'SELECT range AS n FROM range(5000)');
    await read('t');
    expect(oneSplit()).toEqual({ rows: 5000 });
    await parquet('t/b.parquet', 'SELECT 1::BIGINT AS n');
    await read('t');
    expect(oneSplit()).toBeUndefined();
    table("CREATE EXTERNAL TABLE u (n bigint) STORED AS PARQUET LOCATION 's3://bucket/u'");
    await parquet('u/a.parquet', 'SELECT range AS n FROM range(130000)');
    await read('u');
    expect(oneSplit()).toBeUndefined();
  });

  test('nested columns are read by field name, and timestamps are rounded to milliseconds', async () => {
    const { parquet, table, read } = await lake();
    await parquet(
      't/a.parquet',
      `SELECT {'B': 1::BIGINT, 'a': ['x', NULL]} AS s, [{'q': 1::INTEGER}] AS l, MAP {'k': 1::INTEGER} AS m, TIMESTAMP '2024-01-31 10:00:00.123567' AS ts`,
    );
    table(
      "CREATE EXTERNAL TABLE t (s struct<a:array<string>,b:bigint,c:int>, l array<struct<q:bigint>>, m map<string,bigint>, ts timestamp) STORED AS PARQUET LOCATION 's3://bucket/t/'",
    );
    expect(await read('t')).toEqual([['{a=[x, null], b=1, c=null}', '[{q=1}]', '{k=1}', '2024-01-31 10:00:00.124']]);
  });

  test('a type that does not fit is an error that names column, file and types', async () => {
    const { parquet, table, read } = await lake();
    await parquet('t/a.parquet', 'SELECT 1::BIGINT AS price');
    table("CREATE EXTERNAL TABLE t (price string) STORED AS PARQUET LOCATION 's3://bucket/t/'");
    await expect(read('t')).rejects.toMatchObject({
      errorName: 'HIVE_BAD_DATA',
      message: expect.stringMatching(
        /Field price's type INT64 in parquet file s3:\/\/bucket\/t\/a.parquet is incompatible with type varchar/,
      ),
    });
  });

  test('half a file is an error that names the file', async () => {
    const { objects, parquet, table, read } = await lake();
    await parquet('t/good.parquet', 'SELECT range AS n FROM range(1000)');
    const whole = readFileSync(objects.path('bucket', 't/good.parquet'));
    await objects.write('bucket', 't/half.parquet', whole.subarray(0, whole.length / 2));
    table("CREATE EXTERNAL TABLE t (n bigint) STORED AS PARQUET LOCATION 's3://bucket/t/'");
    await expect(read('t')).rejects.toMatchObject({
      errorName: 'HIVE_BAD_DATA',
      message: expect.stringContaining('s3://bucket/t/half.parquet'),
    });
  });

  test('hidden and empty files are left out, a table without files has no rows', async () => {
    const { objects, parquet, table, read } = await lake();
    table("CREATE EXTERNAL TABLE t (n bigint) STORED AS PARQUET LOCATION 's3://bucket/t/'");
    expect(await read('t')).toEqual([]);
    await objects.write('bucket', 't/_SUCCESS', 'x');
    await objects.write('bucket', 't/.part.crc', 'x');
    await objects.write('bucket', 't/_temporary/0/part', 'x');
    await objects.write('bucket', 't/zero', '');
    await parquet('t/sub/a.parquet', 'SELECT 1::BIGINT AS n');
    expect(await read('t')).toEqual([['1']]);
  });

  test('$path, $file_size and $file_modified_time tell of the file', async () => {
    const { objects, parquet, table, read } = await lake();
    await parquet('t/a.parquet', 'SELECT 1::BIGINT AS n');
    await parquet('t/b.parquet', 'SELECT 2::BIGINT AS n');
    const info = await objects.head('bucket', 't/a.parquet');
    table("CREATE EXTERNAL TABLE t (n bigint) STORED AS PARQUET LOCATION 's3://bucket/t/'");
    expect(await read('t', ['n', '$path'])).toEqual([
      ['1', 's3://bucket/t/a.parquet'],
      ['2', 's3://bucket/t/b.parquet'],
    ]);
    const [[size, modified]] = (await read('t', ['$file_size', '$file_modified_time'])) as [[string, string]];
    expect(size).toBe(String(info?.size));
    expect(modified).toBe(`${info?.lastModified.toISOString().replace('T', ' ').replace('Z', '')} UTC`);
  });

  test('what is counted as scanned are the columns that are read', async () => {
    const { objects, parquet, table, read, meter } = await lake();
    await parquet('t/a.parquet', `SELECT range AS n, repeat('x', 50) || range AS long FROM range(5000)`);
    table("CREATE EXTERNAL TABLE t (n bigint, long string) STORED AS PARQUET LOCATION 's3://bucket/t/'");
    await read('t', []);
    expect(meter).toMatchObject({ bytes: 0, files: 1, rows: 5000 });
    await read('t', ['n']);
    const narrow = meter.bytes;
    await read('t', ['n', 'long']);
    expect(narrow).toBeGreaterThan(0);
    expect(meter.bytes).toBeGreaterThan(narrow * 3);
    expect(meter.bytes).toBeLessThan(2 * ((await objects.head('bucket', 't/a.parquet'))?.size ?? 0));
  });
});

describe('partitions', () => {
  const DDL =
    "CREATE EXTERNAL TABLE t (n bigint) PARTITIONED BY (dt date, k string) STORED AS PARQUET LOCATION 's3://bucket/t/'";

  test('only registered partitions are read, wherever they are', async () => {
    const { parquet, table, partition, read } = await lake();
    table(DDL);
    await parquet('t/dt=2024-01-01/k=a/x.parquet', 'SELECT 1::BIGINT AS n');
    await parquet('t/dt=2024-01-02/k=a/x.parquet', 'SELECT 2::BIGINT AS n');
    await parquet('elsewhere/x.parquet', 'SELECT 3::BIGINT AS n');
    partition('t', ['2024-01-01', 'a'], 's3://bucket/t/dt=2024-01-01/k=a/');
    expect(await read('t')).toEqual([['1', '2024-01-01', 'a']]);
    partition('t', ['2024-02-01', "it's"], 's3://bucket/elsewhere');
    partition('t', ['__HIVE_DEFAULT_PARTITION__', 'b'], 's3://bucket/t/dt=2024-01-02/k=a');
    expect(await read('t')).toEqual([
      ['1', '2024-01-01', 'a'],
      ['2', null, 'b'],
      ['3', '2024-02-01', "it's"],
    ]);
  });

  test("folders in Hive's layout give the same values", async () => {
    const { parquet, table, partition, read } = await lake();
    table(DDL);
    for (const [dt, k, n] of [
      ['2024-01-01', 'a', 1],
      ['2024-01-02', 'b', 2],
    ] as const) {
      await parquet(`t/dt=${dt}/k=${k}/x.parquet`, `SELECT ${n}::BIGINT AS n`);
      partition('t', [dt, k], `s3://bucket/t/dt=${dt}/k=${k}/`);
    }
    expect(await read('t')).toEqual([
      ['1', '2024-01-01', 'a'],
      ['2', '2024-01-02', 'b'],
    ]);
    expect(await read('t', ['k', '$path'])).toEqual([
      ['a', 's3://bucket/t/dt=2024-01-01/k=a/x.parquet'],
      ['b', 's3://bucket/t/dt=2024-01-02/k=b/x.parquet'],
    ]);
  });

  test('partitions that the query rules out are not read', async () => {
    const { parquet, table, partition, read, meter } = await lake();
    table(DDL);
    for (const day of ['01', '02', '03']) {
      await parquet(`t/dt=2024-01-${day}/k=a/x.parquet`, `SELECT ${Number(day)}::BIGINT AS n`);
      partition('t', [`2024-01-${day}`, 'a'], `s3://bucket/t/dt=2024-01-${day}/k=a/`);
    }
    expect(await read('t', ['n'], [{ column: 'dt', operator: '>=', values: ['2024-01-02'] }])).toEqual([['2'], ['3']]);
    expect(meter.files).toBe(2);
  });

  test('a value that the key cannot have is an error', async () => {
    const { parquet, table, partition, read } = await lake();
    table(DDL);
    await parquet('t/x.parquet', 'SELECT 1::BIGINT AS n');
    partition('t', ['yesterday', 'a'], 's3://bucket/t/');
    await expect(read('t')).rejects.toMatchObject({ errorName: 'HIVE_INVALID_PARTITION_VALUE' });
  });

  test("a partition's schema that cannot become the table's is an error", async () => {
    const { objects, catalog, table, read } = await lake();
    table("CREATE EXTERNAL TABLE t (a bigint) PARTITIONED BY (p string) STORED AS TEXTFILE LOCATION 's3://bucket/t/'");
    await objects.write('bucket', 't/p=1/x', 'x');
    const descriptor = (catalog.table('db', 't') as Table).StorageDescriptor;
    catalog.putPartitions('db', 't', [
      {
        DatabaseName: 'db',
        TableName: 't',
        Values: ['1'],
        StorageDescriptor: { ...descriptor, Columns: [{ Name: 'a', Type: 'boolean' }], Location: 's3://bucket/t/p=1/' },
      },
    ]);
    await expect(read('t')).rejects.toMatchObject({
      errorName: 'HIVE_PARTITION_SCHEMA_MISMATCH',
      message: expect.stringContaining("partition 'p=1' declared column 'a' as type 'boolean'"),
    });
  });
});

describe('text', () => {
  test('values arrive in DuckDB as the SerDe reads them', async () => {
    const { objects, table, read } = await lake();
    await objects.write('bucket', 't/a.csv', 'id,name\n1,\\N\nx,"q"\n\n3\n');
    table(
      "CREATE EXTERNAL TABLE t (id int, name string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://bucket/t/' TBLPROPERTIES ('skip.header.line.count'='1')",
    );
    expect(await read('t')).toEqual([
      ['1', null],
      ['3', null],
      [null, '"q"'],
      [null, null],
    ]);
  });

  test('a changed file is read again, an unchanged one is not', async () => {
    const { objects, table, read } = await lake();
    table(
      "CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://bucket/t/'",
    );
    await objects.write('bucket', 't/a.json', '{"a":"one"}\n');
    expect(await read('t')).toEqual([['one']]);
    await objects.write('bucket', 't/a.json', '{"a":"two\\u0000\\ud800"}\n');
    expect(await read('t')).toEqual([['two\u0000�']]);
  });

  test('structures, bytes, and wrong encoding survive the way', async () => {
    const { objects, table, read } = await lake();
    table(
      "CREATE EXTERNAL TABLE t (l array<int>, m map<string,double>, s struct<`Key`:string,n:decimal(5,2)>, b binary, c string) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' COLLECTION ITEMS TERMINATED BY ',' MAP KEYS TERMINATED BY ':' LOCATION 's3://bucket/t/'",
    );
    await objects.write('bucket', 't/a', Buffer.from('1,x,3|b:1.5,a:NaN|k,2.345|aGk=|caf\xe9\n', 'latin1'));
    expect(await read('t')).toEqual([['[1, null, 3]', '{b=1.5, a=NaN}', '{key=k, n=2.35}', '68 69', 'caf�']]);
  });

  test.each([
    ["STORED AS RCFILE LOCATION 's3://bucket/t/'", /LazyBinaryColumnarSerDe/],
    ["ROW FORMAT SERDE 'com.example.OwnSerDe' LOCATION 's3://bucket/t/'", /OwnSerDe/],
  ])('%s is refused by name', async (clauses, name) => {
    const { objects, table, read } = await lake();
    await objects.write('bucket', 't/a', 'x');
    table(`CREATE EXTERNAL TABLE t (a string) ${clauses}`);
    await expect(read('t')).rejects.toMatchObject({ errorName: 'NOT_COVERED', message: expect.stringMatching(name) });
  });
});

test('many partitions are listed together, and read as each one alone', async () => {
  const { objects, catalog, table, partition, read } = await lake();
  table("CREATE EXTERNAL TABLE t (n int) PARTITIONED BY (p string) LOCATION 's3://bucket/t/'");
  const values = Array.from({ length: 40 }, (_, index) => String(index).padStart(2, '0'));
  for (const value of values) {
    await objects.write('bucket', `t/p=${value}/a`, `${Number(value)}\n`);
    partition('t', [value], `s3://bucket/t/p=${value}/`);
  }
  await objects.write('bucket', 't/p=unknown/a', '99\n');
  expect(await read('t')).toHaveLength(40);
  // One place outside of the table, or hidden from above, and all are listed one by one again.
  await objects.write('bucket', 't/_old/a', '41\n');
  partition('t', ['41'], 's3://bucket/t/_old/');
  await objects.write('bucket', 'elsewhere/a', '42\n');
  partition('t', ['42'], 's3://bucket/elsewhere');
  expect((await read('t')).length).toBe(42);
  expect(catalog.partitions('db', 't')).toHaveLength(42);
});
