import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StorageDescriptor, Table } from '../../../../src/workspace/catalog-store';
import { type AthenaLake, openAthenaLake } from '../athena-lake';

let lake: AthenaLake;
let count = 0;
afterAll(() => lake.close());
const failures = (query: string) => lake.reason(query);

/** A table with a name of its own over files. */
async function table(columns: string, clauses: string, files: Record<string, string | Buffer> = {}): Promise<string> {
  const name = `t${++count}`;
  for (const [key, bytes] of Object.entries(files)) await lake.context.objects.write('lake', `${name}/${key}`, bytes);
  await lake.rows(`CREATE EXTERNAL TABLE ${name} (${columns}) ${clauses.replace('HERE', `s3://lake/${name}/`)}`);
  return name;
}

const CSV = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 'HERE'";
const OPEN_CSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 'HERE'";
const JSON_LINES = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 'HERE'";

beforeAll(async () => {
  lake = await openAthenaLake();
  const values = "SELECT CAST(1 AS integer) AS id, 'x' AS name, 0.5e0 AS price, DATE '2024-01-31' AS day";
  for (const format of ['PARQUET', 'AVRO']) {
    await lake.rows(
      `CREATE TABLE own_${format.toLowerCase()} WITH (format = '${format}', external_location = 's3://lake/${format}/') AS ${values}`,
    );
  }
});

describe('Parquet', () => {
  const over = (columns: string, more = '') =>
    table(columns, `STORED AS PARQUET LOCATION 's3://lake/PARQUET/' ${more}`);
  const BY_INDEX = "TBLPROPERTIES ('parquet.column.index.access'='true')";

  test('columns may be left out, added anywhere and reordered', async () => {
    const name = await over('day date, added string, id int, later struct<a:int>');
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([['2024-01-31', null, '1', null]]);
  });

  test('a renamed column is NULL, but by index it keeps its values', async () => {
    expect(await lake.rows(`SELECT * FROM ${await over('id int, label string')}`)).toEqual([['1', null]]);
    const byIndex = await over('number int, label string, price double, day date, more int', BY_INDEX);
    expect(await lake.rows(`SELECT * FROM ${byIndex}`)).toEqual([['1', 'x', '0.5', '2024-01-31', null]]);
    expect(await lake.rows(`SELECT day, label FROM ${byIndex}`)).toEqual([['2024-01-31', 'x']]);
  });

  test('by index a column in another place is one of the wrong type', async () => {
    const reordered = await over('name string, id int', BY_INDEX);
    expect(await failures(`SELECT * FROM ${reordered}`)).toMatch(/^HIVE_BAD_DATA: .*Field name's type INT32/);
  });

  test('integers may become wider', async () => {
    expect(await lake.rows(`SELECT id + 3000000000 FROM ${await over('id bigint')}`)).toEqual([['3000000001']]);
  });

  test.each([
    ['id string', "Field id's type INT32"],
    ['name int', "Field name's type BYTE_ARRAY"],
    ['price int', "Field price's type DOUBLE"],
    ['price float', "Field price's type DOUBLE"],
    ['day timestamp', "Field day's type INT32"],
    ['id array<int>', "Field id's type INT32"],
  ])('%s does not fit the file', async (column, message) => {
    const reason = await failures(`SELECT * FROM ${await over(column)}`);
    expect(reason).toMatch(/^HIVE_BAD_DATA: Malformed Parquet file/);
    expect(reason).toContain(message);
  });

  test('text that is called Parquet is an error that names the file', async () => {
    const name = await table('id int', "STORED AS PARQUET LOCATION 'HERE'", { 'a.csv': '1,2\n'.repeat(20) });
    expect(await failures(`SELECT * FROM ${name}`)).toMatch(new RegExp(`^HIVE_BAD_DATA: .*s3://lake/${name}/a\\.csv`));
  });
});

describe('Avro', () => {
  const over = (columns: string) => table(columns, "STORED AS AVRO LOCATION 's3://lake/AVRO/'");

  test('columns go by name: left out, added, reordered', async () => {
    const name = await over('price double, added string, id int');
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([['0.5', null, '1']]);
  });

  test('integers may become wider', async () => {
    expect(await lake.rows(`SELECT id + 3000000000 FROM ${await over('id bigint')}`)).toEqual([['3000000001']]);
  });

  test('text that is called Avro is an error', async () => {
    const name = await table('id int', "STORED AS AVRO LOCATION 'HERE'", { a: 'id\n1\n' });
    expect(await failures(`SELECT * FROM ${name}`)).toMatch(/^HIVE_(?:BAD_DATA|CANNOT_OPEN_SPLIT): /);
  });
});

describe('CSV', () => {
  const FILES = { a: '1,x,0.5\n2,y,1.5\n' };

  test('columns go by position: renamed, added at the end, left out at the end', async () => {
    const more = await table('number int, label string, price double, more string', CSV, FILES);
    expect(await lake.rows(`SELECT * FROM ${more} ORDER BY 1`)).toEqual([
      ['1', 'x', '0.5', null],
      ['2', 'y', '1.5', null],
    ]);
    expect(await lake.rows(`SELECT * FROM ${await table('id int', CSV, FILES)} ORDER BY 1`)).toEqual([['1'], ['2']]);
  });

  test('a column that is left out in the middle moves the others: what does not parse is NULL', async () => {
    const name = await table('id int, price double', CSV, FILES);
    expect(await lake.rows(`SELECT * FROM ${name} ORDER BY 1`)).toEqual([
      ['1', null],
      ['2', null],
    ]);
  });

  test('OpenCSV: what does not parse is an error that names value and file', async () => {
    const name = await table('id int, price double', OPEN_CSV, FILES);
    const reason = await failures(`SELECT * FROM ${name}`);
    expect(reason).toMatch(/^HIVE_BAD_DATA: Error parsing field value 'x' for field 1/);
    expect(reason).toContain(`s3://lake/${name}/a`);
  });

  test('empty and hidden files have no rows', async () => {
    const hidden = { _SUCCESS: '9,z\n', '.x.crc': '9,z\n', '_tmp/0/a': '9,z\n', empty: '', 'sub/b': '3,z,1\n' };
    const name = await table('id int', CSV, { ...FILES, ...hidden });
    expect(await lake.rows(`SELECT id FROM ${name} ORDER BY 1`)).toEqual([['1'], ['2'], ['3']]);
  });

  test('half a gzip file and one that is none are errors that name the file', async () => {
    const packed = gzipSync(Array.from({ length: 40_000 }, (_, row) => `${row},${(row * 7_919) % 1_013}\n`).join(''));
    const half = await table('id int', CSV, { 'a.gz': packed.subarray(0, packed.length / 2) });
    expect(await failures(`SELECT * FROM ${half}`)).toMatch(
      new RegExp(`^HIVE_CURSOR_ERROR: .*s3://lake/${half}/a\\.gz`),
    );
    const none = await table('id int', CSV, { 'a.gz': '1,2\n' });
    expect(await failures(`SELECT * FROM ${none}`)).toMatch(/^HIVE_CANNOT_OPEN_SPLIT: /);
  });
});

describe('JSON', () => {
  test('columns go by name: left out, added, reordered; another type is an error of the file', async () => {
    const files = { a: '{"id":1,"name":"x"}\n{"name":"y","more":[1]}\n' };
    const name = await table('name string, added int, id bigint', JSON_LINES, files);
    expect(await lake.rows(`SELECT * FROM ${name} ORDER BY 1`)).toEqual([
      ['x', null, '1'],
      ['y', null, null],
    ]);
    const broken = await table('id int', JSON_LINES, { a: '{"id":1\n' });
    expect(await failures(`SELECT * FROM ${broken}`)).toMatch(
      new RegExp(`^HIVE_(?:CURSOR_ERROR|BAD_DATA): .*s3://lake/${broken}/a`),
    );
  });
});

describe('a partition', () => {
  /** With columns or a SerDe of its own. */
  function partition(name: string, value: string, own: Partial<StorageDescriptor>): void {
    const { StorageDescriptor } = lake.context.catalog.table('db', name) as Table;
    const Location = `s3://lake/${name}/p=${value}/`;
    lake.context.catalog.putPartitions('db', name, [
      {
        DatabaseName: 'db',
        TableName: name,
        Values: [value],
        StorageDescriptor: { ...StorageDescriptor, Location, ...own },
      },
    ]);
  }
  const partitioned = (columns: string, clauses: string, files: Record<string, string>) =>
    table(columns, `PARTITIONED BY (p string) ${clauses}`, files);

  test('is read by its own SerDe', async () => {
    const name = await partitioned('id int, name string', CSV, { 'p=1/a': '1,x\n', 'p=2/a': '{"name":"y","id":2}\n' });
    partition(name, '1', {});
    partition(name, '2', { SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' } });
    expect(await lake.rows(`SELECT * FROM ${name} ORDER BY 1`)).toEqual([
      ['1', 'x', '1'],
      ['2', 'y', '2'],
    ]);
  });

  test.each([
    ['int', 'bigint', true],
    ['float', 'double', true],
    ['int', 'string', true],
    ['string', 'int', true],
    ['bigint', 'int', false],
    ['boolean', 'int', false],
    ['double', 'date', false],
  ])('with %s for a column of %s: allowed is %s', async (own, type, allowed) => {
    const name = await partitioned(`id ${type}`, CSV, { 'p=1/a': '1\n' });
    partition(name, '1', { Columns: [{ Name: 'id', Type: own }] });
    if (allowed) expect(await lake.rows(`SELECT p FROM ${name}`)).toEqual([['1']]);
    else
      expect(await failures(`SELECT * FROM ${name}`)).toMatch(
        new RegExp(`^HIVE_PARTITION_SCHEMA_MISMATCH: .*declared as type '${type}', but partition 'p=1'.*'${own}'`),
      );
  });

  test('may have fewer columns, and other names at the same places', async () => {
    const name = await partitioned('id int, name string', CSV, { 'p=1/a': '1\n' });
    partition(name, '1', { Columns: [{ Name: 'number', Type: 'int' }] });
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([['1', null, '1']]);
  });

  test('of Parquet is judged by its files', async () => {
    const name = await partitioned('id int', "STORED AS PARQUET LOCATION 'HERE'", {});
    partition(name, '1', { Columns: [{ Name: 'id', Type: 'boolean' }], Location: 's3://lake/PARQUET/' });
    expect(await lake.rows(`SELECT * FROM ${name}`)).toEqual([['1', '1']]);
  });
});
