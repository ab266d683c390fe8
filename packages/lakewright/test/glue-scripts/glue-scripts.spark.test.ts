import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, titled } from '../engines/spark/spark-lake';
import { role, roleArn } from '../services/glue/job-lake';
import { ScriptLake } from './script-lake';

const GLUE = `arn:aws:glue:eu-west-1:111122223333`;
const OUT = { '--output': 's3://lake/out/' };
const CLUB = { '--database': 'club' };

describe.skipIf(missing)(titled('scripts as AWS documents them'), () => {
  let lake: ScriptLake;

  beforeAll(async () => {
    lake = await ScriptLake.open([
      role(
        'Catalog',
        ['glue:GetTable', 's3:GetObject', 's3:ListBucket'],
        [`${GLUE}:catalog`, `${GLUE}:database/club`, `${GLUE}:table/club/payments`, 'arn:aws:s3:::lake*'],
      ),
    ]);
    await lake.table('members', 'json', []);
    await lake.put(
      'club/members/a.json',
      { id: 'm1', name: 'Ann', contacts: [{ type: 'phone', value: '1' }, { type: 'mail' }], harbour_name: 'x' },
      { id: 'm2', name: 'Bo', contacts: [{ type: 'phone', value: '2' }] },
    );
    await lake.table('boats', 'json', []);
    await lake.put(
      'club/boats/a.json',
      { owner: 'm1', boat: 'Gull', berth: 7 },
      { owner: 'm2', boat: 'Tern', berth: 8 },
      { owner: 'm2', boat: 'Auk', berth: 9 },
    );
    await lake.table('harbours', 'json', []);
    await lake.put('club/harbours/a.json', { id: 7, name: 'North', tides: [1, 2] }, { id: 8, name: 'South' });
    await lake.table(
      'payments',
      'csv',
      [
        ['name', 'string'],
        ['provider id', 'bigint'],
        ['total', 'double'],
      ],
      { parameters: { 'skip.header.line.count': '1', delimiter: ',' } },
    );
    await lake.put('club/payments/a.csv', 'Name,Provider Id,Total', 'a,1,1.5', 'b,2,', 'c,x-9,2', 'd,,3');
    await lake.table('events', 'json', [['id', 'int']], {
      keys: [
        ['day', 'date'],
        ['kind', 'string'],
      ],
    });
    for (const [day, kind, id] of [
      ['2026-01-01', 'click', 1],
      ['2026-01-02', 'click', 2],
      ['2026-01-02', 'view', 3],
    ] as const) {
      await lake.put(`club/events/${day}/${kind}/a.json`, { id }, ...(id === 2 ? [{ id: 20 }] : []));
      await lake.partition('events', [day, kind], `${day}/${kind}`);
    }
  });
  afterAll(() => lake?.close());

  test('tables are joined and made relational', async () => {
    const lines = await lake.run('join_and_relationalize', { ...CLUB, '--output': 's3://lake/out/join/' });
    expect(lines).toContain('Count:  2');
    expect(lines.join('\n')).toContain(
      'root\n|-- id: string\n|-- name: string\n|-- contacts: array\n|    |-- element: struct\n|    |    |-- type: string\n|    |    |-- value: string\n|-- harbour_name: string',
    );
    expect(lines).toContain("['history', 'history_contacts']");
    expect(await lake.rows('out/join/history/')).toEqual([
      {
        harbour_id: 7,
        harbour_name: 'North',
        id: 'm1',
        name: 'Ann',
        contacts: expect.anything(),
        '.harbour_name': 'x',
        boat: 'Gull',
      },
      {
        harbour_id: 8,
        harbour_name: 'South',
        id: 'm2',
        name: 'Bo',
        contacts: expect.anything(),
        '.harbour_name': null,
        boat: 'Tern',
      },
    ]);
    const contacts = `SELECT "index", "contacts.val.type" AS type, "contacts.val.value" AS value FROM objects ORDER BY 3, 1`;
    expect(await lake.rows('out/join/history_contacts/', contacts)).toEqual([
      { index: 0, type: 'phone', value: '1' },
      { index: 0, type: 'phone', value: '2' },
      { index: 1, type: 'mail', value: null },
    ]);
    expect(await lake.lines('out/join/berths')).toEqual(['North,Ann', 'South,Bo', 'harbour_name,name']);
    expect(await lake.keys('out/join/tmp')).toEqual([]);
  });

  test('a choice is resolved in each way', async () => {
    const lines = await lake.run('resolve_choice', { ...CLUB, '--output': 's3://lake/out/choice/' });
    expect(lines.slice(0, 6)).toEqual([
      'root',
      '|-- name: string',
      '|-- provider id: choice',
      '|    |-- long',
      '|    |-- string',
      '|-- total: double',
    ]);
    expect(lines.at(-1)).toBe("['x-9']");
    const of = async (name: string) =>
      (await lake.records(`out/choice/${name}`)).map((row) => ({ ...row, total: undefined }));
    expect(await of('cast')).toEqual([
      { name: 'a', 'provider id': 1 },
      { name: 'b', 'provider id': 2 },
      { name: 'c' },
      { name: 'd' },
    ]);
    expect(await of('match_catalog')).toEqual(await of('cast'));
    expect(await of('project')).toEqual([
      { name: 'a' },
      { name: 'b' },
      { name: 'c', 'provider id': 'x-9' },
      { name: 'd' },
    ]);
    expect(await of('make_cols')).toEqual([
      { name: 'a', 'provider id_long': 1 },
      { name: 'b', 'provider id_long': 2 },
      { name: 'c', 'provider id_string': 'x-9' },
      { name: 'd' },
    ]);
    expect((await of('make_struct'))[2]).toEqual({ name: 'c', 'provider id': { string: 'x-9' } });
    expect((await lake.records('out/choice/cast')).map(({ total }) => total)).toEqual([1.5, undefined, 2, 3]);
  });

  test('its role needs the right to see the table', async () => {
    const seen = { Role: roleArn('Catalog'), Name: 'with-role' };
    const refused = await lake.attempt('spark_sql', { ...CLUB, ...OUT }, { ...seen, Name: 'without-right' });
    expect(refused.run.JobRunState).toBe('FAILED');
    expect(refused.run.ErrorMessage).toMatch(/AccessDenied.*glue:Get(Table|Partitions)/);
    const written = await lake.attempt('resolve_choice', { ...CLUB, ...OUT }, seen);
    expect(written.lines[0]).toBe('root');
    expect(written.run.ErrorMessage).toMatch(/s3:PutObject/);
  });

  test('text is cleaned by functions and nested', async () => {
    await lake.put('in/charges/a.csv', 'id;city;charge', '1;Old Town WA;$1,200.50', '2;Rome GA;$7.00');
    await lake.put('in/charges/b.csv', 'charge;id;city', '$3.25;three;Bonn NW');
    await lake.put('in/charges/c.bak', 'not;this;one');
    const lines = await lake.run('data_cleaning', {
      '--input': 's3://lake/in/charges/',
      '--output': 's3://lake/out/clean/',
    });
    expect(lines).toEqual([
      ...['root', '|-- id: long', '|-- place: struct', '|    |-- city: string', '|    |-- state: string'],
      '|-- amount: decimal(10,2)',
    ]);
    expect(await lake.rows('out/clean/')).toEqual([
      { id: '1', place: { city: 'Old Town', state: 'WA' }, amount: '1200.50' },
      { id: '2', place: { city: 'Rome', state: 'GA' }, amount: '7.00' },
    ]);
  });

  test('a bookmark reads what is new, and stays where a run failed', async () => {
    const options = {
      DefaultArguments: { '--job-bookmark-option': 'job-bookmark-enable', ...CLUB, '--output': 's3://lake/out/copy/' },
    };
    const run = async (args = {}) => (await lake.attempt('bookmarked_copy', args, options)).lines[0];
    expect(await run({ '--fail': '' })).toBe('new records: 4');
    expect(await run()).toBe('new records: 4');
    expect(await run()).toBe('new records: 0');
    await lake.put('club/events/2026-01-02/view/b.json', { id: 30 });
    expect(await run({ '--fail': '' })).toBe('new records: 1');
    expect(await run()).toBe('new records: 1');
    expect(await run()).toBe('new records: 0');
    const copied = await lake.records('out/copy/');
    // two runs failed after they had written
    expect(copied.map(({ id }) => id).sort((a, b) => a - b)).toEqual([1, 1, 2, 2, 3, 3, 20, 20, 30, 30]);
    expect(copied.find(({ id }) => id === 20)).toEqual({ id: 20, day: '2026-01-02', kind: 'click' });
    await lake.jobs.lake.objects.delete('lake', 'club/events/2026-01-02/view/b.json');
  });

  test('a sink makes its table, adds partitions and follows the schema, unless it only logs', async () => {
    const given = { ...CLUB, '--output': 's3://lake/club/orders/', '--table': 'orders' };
    const run = (folder: string, behavior: string) =>
      lake.run('catalog_sink', { ...given, '--input': `s3://lake/in/orders/${folder}/`, '--behavior': behavior });
    await lake.put(
      'in/orders/1/a.json',
      { id: 1, total: 2.5, year: '2026', month: '01' },
      { id: 2, total: 1.5, year: '2026', month: '02' },
    );
    await run('1', 'UPDATE_IN_DATABASE');
    expect(await lake.columnsOf('orders')).toEqual(['id int', 'total double']);
    const places = ['01', '02'].map((month) => `2026/${month} s3://lake/club/orders/year=2026/month=${month}/`);
    expect(await lake.partitionsOf('orders')).toEqual(places);
    await lake.put('in/orders/2/a.json', { id: 3, total: 4.5, note: 'n', year: '2026', month: '03' });
    await run('2', 'LOG');
    expect(await lake.columnsOf('orders')).toEqual(['id int', 'total double']);
    expect(await lake.partitionsOf('orders')).toEqual(places);
    await run('2', 'UPDATE_IN_DATABASE');
    expect(await lake.columnsOf('orders')).toEqual(['id int', 'total double', 'note string']);
    expect(await lake.partitionsOf('orders')).toHaveLength(3);
    expect(await lake.rows('club/orders/', 'SELECT count(*)::INT AS n, sum(total) AS total FROM objects')).toEqual([
      { n: 4, total: 13 },
    ]);
  });

  test('partitions are chosen before they are read', async () => {
    await lake.table(
      'late',
      'parquet',
      [
        ['id', 'bigint'],
        ['kind', 'string'],
      ],
      { keys: [['day', 'date']] },
    );
    const lines = await lake.run('push_down_predicate', CLUB);
    expect(lines).toEqual([
      'late 2 asked 1',
      "User's pushdown predicate: id = 1 can not be resolved against partition columns: [day, kind]",
    ]);
    expect(await lake.rows('club/late/', 'SELECT id, kind, day::VARCHAR AS day FROM objects ORDER BY 1')).toEqual([
      { id: '2', kind: 'click', day: '2026-01-02' },
      { id: '20', kind: 'click', day: '2026-01-02' },
    ]);
    expect(await lake.partitionsOf('late')).toEqual(['2026-01-02 s3://lake/club/late/day=2026-01-02/']);
  });

  test('records that fail are kept apart and counted', async () => {
    await lake.put(
      'in/readings/a.json',
      { good: 1, all: 2 },
      '{"good": 1, "all"',
      { good: 1, all: 0 },
      { good: 3, all: 4 },
    );
    const lines = await lake.run('error_records', {
      '--input': 's3://lake/in/readings/',
      '--output': 's3://lake/out/errors/',
    });
    expect(lines).toEqual([
      'read 3 errors 1',
      'mapped 2 stage 1 total 2',
      'Error threshold exceeded: 2 errors in all, totalThreshold is 2',
    ]);
    expect(await lake.records('out/errors/good')).toEqual([
      { good: 1, all: 2, ratio: 0.5 },
      { good: 3, all: 4, ratio: 0.75 },
    ]);
    expect(await lake.records('out/errors/bad')).toEqual([
      { msg: 'division by zero', where: 'map' },
      { msg: expect.stringMatching(/^malformed JSON: /), where: 'json reader' },
    ]);
  });

  test('small transforms work together', async () => {
    const people = [
      ['Ann', 41],
      ['Bo', 17],
      ['Cy', 65],
      ['Di', 20],
      ['Ed', null],
    ];
    await lake.put('in/people/a.json', ...people.map(([name, age]) => ({ 'full.name': name, age, gone: null })));
    const lines = await lake.run('small_transforms', {
      '--input': 's3://lake/in/people/',
      '--output': 's3://lake/out/small/',
    });
    expect(lines).toEqual(["['age', 'name'] Filter ['frame', 'f']"]);
    expect(await lake.lines('out/small/names')).toEqual(['Ann']);
    expect(await lake.lines('out/small/others')).toEqual(['Cy|65', 'Di|20', 'name|age']);
    expect(await lake.records('out/small/sample')).toHaveLength(1);
  });

  test('one frame is written in each format, in folders', async () => {
    await lake.put('in/sales/x/a.csv', 'region,day,amount', 'north,2026-01-02,10.50', 'south west,2026-01-03,1');
    await lake.put('out/formats/old/a.json', '{}');
    const lines = await lake.run('partitioned_write', {
      '--input': 's3://lake/in/sales/',
      '--output': 's3://lake/out/formats/',
    });
    const rows = "[('2026-01-02', '10.50'), ('2026-01-03', '1.00')]";
    expect(lines).toEqual([`parquet ${rows}`, `orc ${rows}`, `avro ${rows}`]);
    const folders = (await lake.keys('out/formats/')).map((key) => key.replace(/part-[^.]*\.c000/, '*'));
    expect(folders.filter((key) => /json|csv|\/parquet/.test(key))).toEqual([
      'out/formats/csv/region=north/*.csv.gz',
      'out/formats/csv/region=south west/*.csv.gz',
      'out/formats/json/region=north/*.json.gz',
      'out/formats/json/region=south west/*.json.gz',
      'out/formats/parquet/region=north/*.snappy.parquet',
      'out/formats/parquet/region=south west/*.snappy.parquet',
    ]);
    expect(
      await lake.rows(
        'out/formats/csv/',
        `SELECT day::VARCHAR AS day, amount, region FROM objects ORDER BY 1`,
        'read_csv',
      ),
    ).toEqual([
      { day: '2026-01-02', amount: 10.5, region: 'north' },
      { day: '2026-01-03', amount: 1, region: 'south west' },
    ]);
  });

  test('strings of JSON become records', async () => {
    await lake.put(
      'in/messages/a.csv',
      'id,body',
      `1,'{"sku": "a", "price": 2}'`,
      `2,'{"sku": "b", "price": 2.5}'`,
      `3,'{broken'`,
    );
    const lines = await lake.run('unbox_and_unnest', {
      '--input': 's3://lake/in/messages/',
      '--output': 's3://lake/out/unboxed/',
    });
    expect(lines).toContain('|    |-- price: choice');
    expect(lines).toContain('|-- body.price: choice');
    expect(lines.at(-1)).toBe('errors 1');
    expect(await lake.records('out/unboxed/')).toEqual([
      { id: '1', 'body.sku': 'a', 'body.price': 2 },
      { id: '2', 'body.sku': 'b', 'body.price': 2.5 },
    ]);
  });

  test('changes are merged into an Iceberg table', async () => {
    const ICEBERG =
      'spark.sql.catalog.glue_catalog=org.apache.iceberg.spark.SparkCatalog --conf spark.sql.catalog.glue_catalog.warehouse=s3://lake/iceberg/ --conf spark.sql.catalog.glue_catalog.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog --conf spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions';
    const options = {
      DefaultArguments: {
        ...CLUB,
        '--datalake-formats': 'iceberg',
        '--conf': ICEBERG,
        '--job-bookmark-option': 'job-bookmark-enable',
        '--changes': 's3://lake/in/changes/',
      },
    };
    await lake.put(
      'in/changes/1.json',
      { sku: 'a', amount: 1, day: '2026-01-01', op: 'I' },
      { sku: 'b', amount: 2, day: '2026-01-01', op: 'I' },
    );
    expect(await lake.run('iceberg_merge', {}, options)).toEqual([
      "[('a', 1, '2026-01-01'), ('b', 2, '2026-01-01')]",
      '3 2',
    ]);
    await lake.put(
      'in/changes/2.json',
      { sku: 'a', amount: 5, day: '2026-01-02', op: 'U' },
      { sku: 'b', amount: 0, day: '2026-01-02', op: 'D' },
    );
    expect(await lake.run('iceberg_merge', {}, options)).toEqual([
      "[('a', 5, '2026-01-02'), ('extra', 9, '2026-03-01')]",
      '3 4',
    ]);
    const { Table } = await lake.jobs.call('GetTable', { DatabaseName: 'club', Name: 'stock' });
    expect(Table.Parameters.table_type).toBe('ICEBERG');
  });

  test('frames are merged by keys and put together', async () => {
    await lake.put('in/merge/state/a.json', { id: 1, v: 'a' }, { id: 1, v: 'b' }, { id: 2, v: 'c' });
    await lake.put('in/merge/changes/a.json', { id: 1, v: 7 }, { id: 3, v: 8, w: true });
    const lines = await lake.run('merge_frames', {
      '--input': 's3://lake/in/merge/',
      '--output': 's3://lake/out/merge/',
    });
    expect(lines).toEqual([
      'root',
      '|-- id: int',
      '|-- v: choice',
      '|    |-- int',
      '|    |-- string',
      '|-- w: boolean',
    ]);
    expect(await lake.records('out/merge/merged')).toEqual([
      { id: 1, v: 7 },
      { id: 2, v: 'c' },
      { id: 3, v: 8, w: true },
    ]);
    expect(await lake.records('out/merge/both')).toHaveLength(5);
  });

  test('DataFrames and SQL stand between frames', async () => {
    const lines = await lake.run('spark_sql', { ...CLUB, '--output': 's3://lake/out/sql/' });
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d .* INFO columns kind,n,share,ingest_year,ingest_month,ingest_day$/);
    expect(await lake.records('out/sql/')).toEqual([
      { kind: 'click', n: 3, share: 0.75 },
      { kind: 'view', n: 1, share: 0.25 },
    ]);
  });
});
