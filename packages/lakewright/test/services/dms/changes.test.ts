import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { dropCaptures, type PostgresServer, startPostgres } from './postgres-server';
import {
  include,
  openReplicationLake,
  type ReplicationLake,
  S3_SETTINGS,
  SEQUENCE_RULE,
  transform,
} from './replication-lake';

let server: PostgresServer;
let lake: ReplicationLake;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());
beforeEach(async () => {
  await server.query('DROP SCHEMA IF EXISTS s CASCADE; CREATE SCHEMA s');
  lake = await openReplicationLake(server.url);
});
afterEach(async () => {
  await lake.lake.close();
  await dropCaptures(server);
});

const rules = (...more: unknown[]) => ({ tableMappings: { rules: [include('s', '%'), SEQUENCE_RULE, ...more] } });
const changesOf = async (table: string) =>
  (await lake.keys(`raw/s/${table}/`)).filter((key) => !key.includes('LOAD')).sort();

const TYPES = `
  CREATE TYPE s.mood AS ENUM ('sad', 'happy');
  CREATE DOMAIN s.price AS numeric(8,2);
  CREATE TABLE s.types (
    i2 smallint, i4 int PRIMARY KEY, i8 bigint, f4 real, f8 double precision, n numeric(12,3), free numeric, huge numeric(50,2),
    cash money, price s.price, c char(5), v varchar(20), t text, b bytea, flag boolean, d date, ti time, ts timestamp,
    tz timestamptz, iv interval, mood s.mood, u uuid, ip inet, j jsonb, a int[], bits bit(3), p point, twice int GENERATED ALWAYS AS (i4 * 2) STORED)`;
const ROW = `32767, $1, 9223372036854775807, 1.5, 0.1, 123456789.125, 0.611111104488373, 123456789012345678901234567890123456789012345.67,
  '$1,234.50', 19.99, 'ab', 'väl"ue', E'two\\nlines', '\\xdeadbeef', true, '2001-02-03', '04:05:06.789', '2001-02-03 04:05:06.123456',
  '2001-02-03 04:05:06+02', '1 day 02:03:04', 'happy', '11111111-2222-3333-4444-555555555555', '10.0.0.1/24', '{"a": [1, null]}', '{1,2}',
  B'101', '(1,2)'`;

test('types are as DMS documents them, and the log says the same of a row as the load', async () => {
  await server.query(TYPES);
  await server.query(`INSERT INTO s.types VALUES (${ROW.replace('$1', '1')})`);
  await lake.run(rules());
  await server.query(`INSERT INTO s.types VALUES (${ROW.replace('$1', '2')})`);
  await lake.run(rules());
  expect(await lake.types('raw/s/types/LOAD00000001.parquet')).toMatchObject({
    i2: 'SMALLINT',
    i4: 'INTEGER',
    i8: 'BIGINT',
    f4: 'FLOAT',
    f8: 'DOUBLE',
    n: 'DECIMAL(12,3)',
    free: 'DECIMAL(28,6)',
    huge: 'VARCHAR',
    cash: 'DECIMAL(38,4)',
    price: 'DECIMAL(8,2)',
    c: 'VARCHAR',
    t: 'VARCHAR',
    b: 'BLOB',
    flag: 'VARCHAR',
    d: 'DATE',
    ti: 'TIME',
    ts: 'TIMESTAMP',
    tz: 'TIMESTAMP',
    iv: 'VARCHAR',
    mood: 'VARCHAR',
    u: 'VARCHAR',
    j: 'VARCHAR',
    a: 'VARCHAR',
  });
  const [key = ''] = await changesOf('types');
  const columns = '* EXCLUDE (i4, twice, "Op", dms_timestamp, change_sequence)';
  const [loaded] = await lake.rows('raw/s/types/LOAD00000001.parquet', columns);
  const [changed] = await lake.rows(key, columns);
  expect(changed).toEqual(loaded);
  expect(loaded).toMatchObject({
    free: '0.611111',
    cash: '1234.5000',
    flag: 'true',
    tz: '2001-02-03 02:05:06',
    ts: '2001-02-03 04:05:06.123456',
    a: '{1,2}',
    bits: '101',
  });
  // A generated column isn't in the log: it is looked up.
  expect(await lake.rows(key, 'i4, twice')).toEqual([{ i4: '2', twice: '4' }]);
});

test('booleans are BOOLEAN where the endpoint maps them so, in loads and changes', async () => {
  await server.query('CREATE TABLE s.t (id int PRIMARY KEY, flag boolean); INSERT INTO s.t VALUES (1, true)');
  const definition = { ...rules(), sourceSettings: { MapBooleanAsBoolean: true } };
  await lake.run(definition);
  await server.query('INSERT INTO s.t VALUES (2, false), (3, NULL)');
  await lake.run(definition);
  const [key = ''] = await changesOf('t');
  expect(await lake.types('raw/s/t/LOAD00000001.parquet')).toMatchObject({ flag: 'BOOLEAN' });
  expect(await lake.types(key)).toMatchObject({ flag: 'BOOLEAN' });
  expect(await lake.rows(key, 'flag', 'ORDER BY id')).toEqual([{ flag: 'false' }, { flag: null }]);
});

test('mappings are applied to the load and to changes', async () => {
  await server.query('CREATE TABLE s.orders (id int PRIMARY KEY, region text, total numeric(8,2), secret text)');
  await server.query("INSERT INTO s.orders VALUES (1, 'eu', 10, 'x'), (2, 'us', 20, 'y'), (3, NULL, 30, 'z')");
  const filters = [
    {
      'filter-type': 'source',
      'column-name': 'region',
      'filter-conditions': [{ 'filter-operator': 'eq', value: 'eu' }, { 'filter-operator': 'null' }],
    },
    {
      'filter-type': 'source',
      'column-name': 'total',
      'filter-conditions': [{ 'filter-operator': 'between', 'start-value': '5', 'end-value': '40' }],
    },
  ];
  const at = { 'schema-name': 's', 'table-name': 'orders' };
  const tableMappings = {
    rules: [
      include('s', 'orders', { filters }),
      SEQUENCE_RULE,
      transform('rename', 'schema', { 'schema-name': 's', 'table-name': undefined }, { value: 'shop' }),
      transform('add-prefix', 'table', at, { value: 'raw_' }),
      transform('convert-uppercase', 'column', { ...at, 'column-name': 'region' }),
      transform('remove-column', 'column', { ...at, 'column-name': 'secret' }),
      transform(
        'change-data-type',
        'column',
        { ...at, 'column-name': 'total' },
        { 'data-type': { type: 'string', length: 20 } },
      ),
      transform('add-column', 'column', at, {
        value: 'origin',
        expression: "$AR_M_SOURCE_SCHEMA||'.'||$AR_M_SOURCE_TABLE_NAME||' '||$id",
        'data-type': { type: 'string', length: 50 },
      }),
      transform('add-column', 'column', at, {
        value: 'done',
        expression: "operation_indicator('deleted', 'updated', 'inserted')",
        'data-type': { type: 'string', length: 10 },
      }),
    ],
  };
  await lake.run({ tableMappings });
  await server.query("INSERT INTO s.orders VALUES (4, 'eu', 40, 'w'), (5, 'us', 5, 'v'), (6, 'eu', 41, 'u')");
  await server.query('DELETE FROM s.orders WHERE id = 1');
  await lake.run({ tableMappings });
  const [changes = '', load = ''] = await lake.keys();
  expect(load).toBe('raw/shop/raw_orders/LOAD00000001.parquet');
  expect(await lake.rows(load, '* EXCLUDE (dms_timestamp)', 'ORDER BY id')).toEqual([
    { Op: 'I', id: '1', REGION: 'eu', total: '10.00', change_sequence: null, origin: 's.orders 1', done: 'inserted' },
    { Op: 'I', id: '3', REGION: null, total: '30.00', change_sequence: null, origin: 's.orders 3', done: 'inserted' },
  ]);
  // Of a deleted row only its key is known: a filter of another column can't leave it out.
  expect(await lake.rows(changes, '"Op", id, REGION, total, done', 'ORDER BY change_sequence')).toEqual([
    { Op: 'I', id: '4', REGION: 'eu', total: '40.00', done: 'inserted' },
    { Op: 'D', id: '1', REGION: null, total: null, done: 'deleted' },
  ]);
});

test('a value that is kept out of its row comes with the change of another column', async () => {
  await server.query('CREATE TABLE s.wide (id int PRIMARY KEY, n int, big text)');
  await server.query('ALTER TABLE s.wide ALTER COLUMN big SET STORAGE EXTERNAL');
  await server.query("INSERT INTO s.wide VALUES (1, 1, repeat('x', 10000)), (2, 1, NULL)");
  await lake.run(rules());
  await server.query('UPDATE s.wide SET n = 2');
  await lake.run(rules());
  const [key = ''] = await changesOf('wide');
  expect(await lake.rows(key, '"Op", id, n, length(big) AS size', 'ORDER BY id')).toEqual([
    { Op: 'U', id: '1', n: '2', size: '10000' },
    { Op: 'U', id: '2', n: '2', size: null },
  ]);
});

test('another key is a deleted row and a new one; sequences grow over restarts', async () => {
  await server.query('CREATE TABLE s.t (id int PRIMARY KEY, v text); INSERT INTO s.t VALUES (1, $$a$$)');
  await lake.run(rules());
  await server.query('UPDATE s.t SET id = 2 WHERE id = 1');
  await lake.run(rules());
  await server.query("UPDATE s.t SET v = 'b' WHERE id = 2");
  await lake.run(rules());
  const rows = await lake.rows('raw/s/t/*/*/*/*.parquet', '"Op", id, v, change_sequence', 'ORDER BY change_sequence');
  expect(rows.map(({ Op, id, v }) => [Op, id, v])).toEqual([
    ['D', '1', null],
    ['I', '2', 'a'],
    ['U', '2', 'b'],
  ]);
  expect(await changesOf('t')).toHaveLength(2);
});

test('columns that come and go are in the files from there on, and told', async () => {
  await server.query('CREATE TABLE s.t (id int PRIMARY KEY, old text); INSERT INTO s.t VALUES (1, $$a$$)');
  await lake.run(rules());
  await server.query("INSERT INTO s.t VALUES (2, 'b')");
  await server.query('ALTER TABLE s.t ADD COLUMN fresh numeric(6,1)');
  await server.query("INSERT INTO s.t VALUES (3, 'c', 1.5)");
  await server.query('ALTER TABLE s.t DROP COLUMN old');
  await server.query('INSERT INTO s.t VALUES (4, 2.5)');
  await lake.run(rules());
  const keys = await changesOf('t');
  expect(keys).toHaveLength(3);
  expect(await lake.rows(keys[0] ?? '', '* EXCLUDE (dms_timestamp, change_sequence)')).toEqual([
    { Op: 'I', id: '2', old: 'b' },
  ]);
  expect(await lake.rows(keys[1] ?? '', '* EXCLUDE (dms_timestamp, change_sequence)')).toEqual([
    { Op: 'I', id: '3', old: 'c', fresh: '1.5' },
  ]);
  expect(await lake.rows(keys[2] ?? '', '* EXCLUDE (dms_timestamp, change_sequence)')).toEqual([
    { Op: 'I', id: '4', fresh: '2.5' },
  ]);
  expect(lake.warnings.join('\n')).toMatch(/the columns of s\.t changed \(\+fresh NUMERIC\(6,1\)\)/);
});

test('a truncated table, and one that came later, are told and change nothing', async () => {
  await server.query('CREATE TABLE s.t (id int PRIMARY KEY); INSERT INTO s.t VALUES (1)');
  await lake.run(rules());
  await server.query('TRUNCATE s.t; CREATE TABLE s.later (id int PRIMARY KEY)');
  await lake.run(rules());
  expect(await changesOf('t')).toEqual([]);
  expect(lake.warnings.join('\n')).toMatch(/s\.t was truncated/);
  expect(lake.warnings.join('\n')).toMatch(/s\.later came after the replication began.*reload-target/);
});

test('reload-target loads again, by the preparation that the settings say', async () => {
  await server.query('CREATE TABLE s.t (id int PRIMARY KEY); INSERT INTO s.t VALUES (1)');
  await lake.run(rules());
  await server.query('INSERT INTO s.t VALUES (2)');
  await lake.run(rules());
  await lake.run(rules(), { reload: true });
  expect(await changesOf('t')).toHaveLength(1);
  expect(lake.warnings.join('\n')).toMatch(/has files already.*DO_NOTHING/);
  const settings = { FullLoadSettings: { TargetTablePrepMode: 'TRUNCATE_BEFORE_LOAD' } };
  await lake.run({ ...rules(), settings }, { reload: true });
  expect(await changesOf('t')).toEqual([]);
  expect(await lake.rows('raw/s/t/LOAD00000001.parquet', 'id', 'ORDER BY id')).toEqual([{ id: '1' }, { id: '2' }]);
});

test('large values are cut with a warning, or fail the load, as the endpoint says', async () => {
  await server.query("CREATE TABLE s.t (id int PRIMARY KEY, v text); INSERT INTO s.t VALUES (1, repeat('x', 5000))");
  const settings = { TargetMetadata: { LimitedSizeLobMode: true, LobMaxSize: 1 } };
  await expect(lake.run({ ...rules(), settings, sourceSettings: { FailTasksOnLobTruncation: true } })).rejects.toThrow(
    /column v: a value is longer than the limit of 512/,
  );
  expect(await lake.keys()).toEqual([]);
  await lake.run({ ...rules(), settings });
  expect(await lake.rows('raw/s/t/LOAD00000001.parquet', 'length(v) AS n')).toEqual([{ n: '512' }]);
  expect(lake.warnings.join('\n')).toMatch(/s\.t\.v: 1 values have the limit of 512/);
});

test('CSV, several files, and changes of some kinds only', async () => {
  await server.query(
    'CREATE TABLE s.t (id int PRIMARY KEY, v text); INSERT INTO s.t SELECT g, md5(g::text) FROM generate_series(1, 200000) g',
  );
  const s3Settings = {
    ...S3_SETTINGS,
    DataFormat: 'csv',
    AddColumnName: true,
    CdcInsertsAndUpdates: true,
    MaxFileSize: 2048,
  };
  await lake.run({ ...rules(), s3Settings });
  const loads = await lake.keys('raw/s/t/');
  expect(loads.length).toBeGreaterThan(1);
  expect(loads[0]).toBe('raw/s/t/LOAD00000001.csv');
  await server.query("DELETE FROM s.t WHERE id = 1; UPDATE s.t SET v = 'a,b' WHERE id = 2");
  await lake.run({ ...rules(), s3Settings });
  const [key = ''] = await changesOf('t');
  const text = await new Response((await lake.lake.context.objects.read('lake', key)) as never).text();
  expect(text).toMatch(/^Op,dms_timestamp,id,v,change_sequence\nU,[^,]+,2,"a,b",\d{35}\n$/);
}, 30_000);
