import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { icebergTables } from '../../../src/services/iceberg';
import { type AthenaLake, openAthenaLake } from '../athena/athena-lake';

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

let counter = 0;
let t = '';
beforeEach(() => {
  t = `i${++counter}`;
});

const succeeds = async (statement: string) => {
  const { Status, Statistics } = await lake.run(statement);
  if (Status.State !== 'SUCCEEDED') throw new Error(`${statement}: ${Status.StateChangeReason}`);
  return Statistics;
};
const make = (columns: string, rest = '') =>
  succeeds(`CREATE TABLE ${t} (${columns}) ${rest} LOCATION 's3://lake/${t}/' TBLPROPERTIES ('table_type'='ICEBERG')`);

describe('rows of an Iceberg table', () => {
  test('of every type are the same when they are read', async () => {
    await make(
      'b boolean, i int, l bigint, f float, d double, dec decimal(38,3), dt date, ts timestamp, s string, bin binary, a array<array<int>>, m map<string,struct<x:int>>, r struct<p:timestamp,q:array<string>>',
    );
    await succeeds(`INSERT INTO ${t} SELECT true, 1, 9223372036854775807, REAL '1.5', 2.5e0, DECIMAL '-1.005', DATE '0001-01-01', TIMESTAMP '2024-01-31 10:00:00.123456', 'é', X'00ff',
      ARRAY[ARRAY[1, NULL], NULL], MAP(ARRAY['k'], ARRAY[CAST(ROW(1) AS ROW(x INTEGER))]), CAST(ROW(TIMESTAMP '2024-01-01 00:00:00', ARRAY['z']) AS ROW(p TIMESTAMP(6), q ARRAY(VARCHAR)))`);
    await succeeds(`INSERT INTO ${t} (i) VALUES (2)`);
    expect(await lake.rows(`SELECT * FROM ${t} ORDER BY i`)).toEqual([
      [
        ...[
          'true',
          '1',
          '9223372036854775807',
          '1.5',
          '2.5',
          '-1.005',
          '0001-01-01',
          '2024-01-31 10:00:00.123456',
          'é',
        ],
        ...['00 ff', '[[1, null], null]', '{k={x=1}}', '{p=2024-01-01 00:00:00.000000, q=[z]}'],
      ],
      [null, '2', ...Array(11).fill(null)],
    ]);
  });

  test.each([
    ['month(d), bucket(4, id), truncate(2, s)', 3],
    ['d', 3],
    ['s', 4],
    ['year(d)', 3],
    ['hour(ts)', 3],
    ['day(ts), s', 4],
  ])('partitioned by %s are all found, also by conditions', async (partitioning, partitions) => {
    await make('id bigint, s string, d date, ts timestamp', `PARTITIONED BY (${partitioning})`);
    await succeeds(`INSERT INTO ${t} VALUES (1, 'abc', DATE '2024-01-31', TIMESTAMP '2024-01-31 10:00:00'), (2, '', DATE '1969-12-31', TIMESTAMP '1969-12-31 23:59:59'),
      (3, NULL, NULL, NULL), (4, 'a/b=c %', NULL, NULL)`);
    expect((await lake.rows(`SELECT * FROM "${t}$partitions"`)).length).toBeGreaterThanOrEqual(partitions);
    expect(await lake.rows(`SELECT id, s FROM ${t} ORDER BY id`)).toEqual([
      ['1', 'abc'],
      ['2', ''],
      ['3', null],
      ['4', 'a/b=c %'],
    ]);
    expect(await lake.rows(`SELECT id FROM ${t} WHERE s = '' OR d = DATE '2024-01-31' ORDER BY id`)).toEqual([
      ['1'],
      ['2'],
    ]);
    expect(await lake.rows(`SELECT id FROM ${t} WHERE s IS NULL`)).toEqual([['3']]);
    expect(await lake.rows(`SELECT id FROM ${t} WHERE s = 'a/b=c %'`)).toEqual([['4']]);
  });

  test('change by UPDATE, DELETE and MERGE, and each change is one snapshot', async () => {
    await make('id bigint, name string, n int');
    await succeeds(`INSERT INTO ${t} VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', NULL), (4, 'd', 4)`);
    await succeeds(`UPDATE ${t} SET n = n * 10, name = upper(name) WHERE id <= 2`);
    await succeeds(`DELETE FROM ${t} WHERE n IS NULL`);
    await succeeds(`MERGE INTO ${t} AS x USING (VALUES (1, 'm', true), (2, 'n', false), (9, 'new', false)) AS s (id, name, gone) ON x.id = s.id
      WHEN MATCHED AND s.gone THEN DELETE WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)`);
    const rows = [
      ['2', 'n', '20'],
      ['4', 'd', '4'],
      ['9', 'new', null],
    ];
    expect(await lake.rows(`SELECT * FROM ${t} ORDER BY id`)).toEqual(rows);
    expect(await lake.rows(`SELECT operation FROM "${t}$snapshots" ORDER BY committed_at`)).toHaveLength(4);
    await succeeds(`OPTIMIZE ${t} REWRITE DATA USING BIN_PACK`);
    expect(await lake.rows(`SELECT content, count(*) FROM "${t}$files" GROUP BY content`)).toEqual([['0', '1']]);
    expect(await lake.rows(`SELECT * FROM ${t} ORDER BY id`)).toEqual(rows);
    await succeeds(`DELETE FROM ${t}`);
    expect(await lake.rows(`SELECT count(*) FROM ${t}`)).toEqual([['0']]);
  });

  test('a row that two rows of the source match fails a MERGE, and nothing changes', async () => {
    await make('id int, name string');
    await succeeds(`INSERT INTO ${t} VALUES (1, 'a')`);
    expect(
      await lake.reason(
        `MERGE INTO ${t} USING (VALUES (1, 'x'), (1, 'y')) AS s (id, name) ON ${t}.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name`,
      ),
    ).toMatch(/^MERGE_TARGET_ROW_MULTIPLE_MATCHES/);
    expect(await lake.rows(`SELECT * FROM ${t}`)).toEqual([['1', 'a']]);
  });
});

describe('time travel', () => {
  test('shows each snapshot as the table was then, with the columns that it had', async () => {
    await make('id int');
    for (const id of [1, 2, 3]) await succeeds(`INSERT INTO ${t} VALUES (${id})`);
    await succeeds(`ALTER TABLE ${t} ADD COLUMNS (note string)`);
    await succeeds(`INSERT INTO ${t} VALUES (4, 'x')`);
    await succeeds(`DELETE FROM ${t} WHERE id = 1`);
    const history = await lake.rows(
      `SELECT snapshot_id, CAST(made_current_at AS varchar) FROM "${t}$history" ORDER BY made_current_at`,
    );
    expect(history).toHaveLength(5);
    for (const [index, [id, at]] of history.entries()) {
      const expected = index < 4 ? index + 1 : 3;
      expect(await lake.rows(`SELECT count(*) FROM ${t} FOR VERSION AS OF ${id}`)).toEqual([[String(expected)]]);
      expect(await lake.rows(`SELECT count(*) FROM ${t} FOR TIMESTAMP AS OF TIMESTAMP '${at}'`)).toEqual([
        [String(expected)],
      ]);
    }
    expect(await lake.rows(`SELECT * FROM ${t} FOR VERSION AS OF ${history[1]?.[0]} ORDER BY 1`)).toEqual([
      ['1'],
      ['2'],
    ]);
    expect(
      await lake.rows(`SELECT count(*) FROM ${t} FOR TIMESTAMP AS OF current_timestamp + interval '1' day`),
    ).toEqual([['3']]);
    expect(await lake.rows(`SELECT count(*) FROM ${t} FOR VERSION AS OF 'main'`)).toEqual([['3']]);
  });

  test('to what is not there is refused, and a Hive table has no versions', async () => {
    await make('id int');
    expect(await lake.reason(`SELECT * FROM ${t} FOR VERSION AS OF 5`)).toMatch(/^INVALID_ARGUMENTS.*5/);
    expect(await lake.reason(`SELECT * FROM ${t} FOR TIMESTAMP AS OF DATE '2000-01-01'`)).toMatch(
      /No version history table/,
    );
    await succeeds(`CREATE TABLE ${t}h AS SELECT 1 AS a`);
    expect(await lake.reason(`SELECT * FROM ${t}h FOR VERSION AS OF 5`)).toMatch(/does not support versioned tables/);
  });
});

describe('columns of an Iceberg table', () => {
  test('are added, renamed, widened and dropped without touching a file', async () => {
    await make('id int, name string, f float');
    await succeeds(`INSERT INTO ${t} VALUES (1, 'a', REAL '1.5')`);
    const files = await lake.rows(`SELECT file_path FROM "${t}$files"`);
    await succeeds(`ALTER TABLE ${t} CHANGE COLUMN id id bigint`);
    await succeeds(`ALTER TABLE ${t} CHANGE COLUMN name title string FIRST`);
    await succeeds(`ALTER TABLE ${t} DROP COLUMN f`);
    await succeeds(`ALTER TABLE ${t} ADD COLUMNS (f string, name string)`);
    expect(await lake.rows(`SELECT * FROM ${t}`)).toEqual([['a', '1', null, null]]);
    expect(await lake.rows(`SELECT file_path FROM "${t}$files"`)).toEqual(files);
    expect(
      lake.context.catalog.table('db', t)?.StorageDescriptor?.Columns?.map(({ Name, Type }) => [Name, Type]),
    ).toEqual([
      ['title', 'string'],
      ['id', 'bigint'],
      ['f', 'string'],
      ['name', 'string'],
    ]);
    expect(await lake.reason(`ALTER TABLE ${t} CHANGE COLUMN id id int`)).toMatch(/Cannot change column type/);
    expect(await lake.reason(`ALTER TABLE ${t} ADD COLUMNS (id int)`)).toMatch(/Duplicate column name/);
    expect(await lake.reason(`ALTER TABLE ${t} REPLACE COLUMNS (x int)`)).toMatch(/^NOT_SUPPORTED/);
  });
});

describe('a table', () => {
  test('is made by CREATE TABLE AS, with its partitions', async () => {
    await succeeds(
      `CREATE TABLE ${t} WITH (table_type = 'ICEBERG', is_external = false, location = 's3://lake/${t}/', partitioning = ARRAY['day(ts)']) AS SELECT 1 AS id, TIMESTAMP '2024-01-31 10:00:00.000001' AS ts`,
    );
    expect(await lake.rows(`SELECT * FROM ${t}`)).toEqual([['1', '2024-01-31 10:00:00.000001']]);
    expect(await lake.rows(`SELECT partition.ts_day FROM "${t}$partitions"`)).toEqual([['2024-01-31']]);
  });

  test.each([
    ["TIMESTAMP '2024-01-01 00:00:00'", /^NOT_SUPPORTED: Timestamp precision \(0\) not supported for Iceberg/],
    ["SMALLINT '1'", /^NOT_SUPPORTED: Type not supported for Iceberg: smallint/],
  ])('with a column %s is refused as on Athena, and is not there', async (value, reason) => {
    const properties = `table_type = 'ICEBERG', is_external = false, location = 's3://lake/${t}/'`;
    expect(await lake.reason(`CREATE TABLE ${t} WITH (${properties}) AS SELECT ${value} AS c`)).toMatch(reason);
    expect(lake.context.catalog.table('db', t)).toBeUndefined();
  });

  test('says how it was made, in a form that makes it again', async () => {
    await make('id bigint, ts timestamp, c string', 'PARTITIONED BY (day(ts), bucket(16, id), c)');
    const text = (await lake.rows(`SHOW CREATE TABLE ${t}`)).map(([line]) => line).join('\n');
    expect(text).toContain('PARTITIONED BY (day(`ts`), bucket(16, `id`), `c`)');
    await succeeds(`DROP TABLE ${t}`);
    expect(await lake.context.objects.list('lake', { prefix: `${t}/` })).toEqual([]);
    await succeeds(text);
    expect((await lake.rows(`SHOW CREATE TABLE ${t}`)).map(([line]) => line).join('\n')).toBe(text);
    expect((await lake.rows(`DESCRIBE ${t}`)).map(([line]) => line)).toContain('id_bucket\tbucket[16]\tid');
  });

  test('VACUUM forgets old snapshots and their files, and keeps the rows', async () => {
    await make('id int');
    for (const id of [1, 2, 3]) await succeeds(`INSERT INTO ${t} VALUES (${id})`);
    await succeeds(`OPTIMIZE ${t} REWRITE DATA USING BIN_PACK`);
    const before = (await lake.context.objects.list('lake', { prefix: `${t}/data/` })).length;
    await succeeds(`ALTER TABLE ${t} SET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds'='0')`);
    await succeeds(`VACUUM ${t}`);
    expect(before).toBe(4);
    expect(await lake.context.objects.list('lake', { prefix: `${t}/data/` })).toHaveLength(1);
    expect(await lake.rows(`SELECT count(*) FROM "${t}$snapshots"`)).toEqual([['1']]);
    expect(await lake.rows(`SELECT id FROM ${t} ORDER BY id`)).toEqual([['1'], ['2'], ['3']]);
  });

  test.each([
    [`OPTIMIZE x REWRITE DATA USING BIN_PACK WHERE a = 1`, /OPTIMIZE … WHERE/],
    [`ALTER TABLE x SET TBLPROPERTIES ('colour'='blue')`, /^INVALID_TABLE_PROPERTY/],
    [`ALTER TABLE x SET TBLPROPERTIES ('format'='orc')`, /Iceberg tables with orc files/],
  ])('%s is refused by name', async (statement, reason) => {
    await make('a int');
    expect(await lake.reason(statement.replace(' x ', ` ${t} `)).catch((error) => String(error))).toMatch(reason);
  });
});

describe('writers at once', () => {
  test('INSERTs lose no row', async () => {
    await make('id int');
    await Promise.all(Array.from({ length: 12 }, (_, id) => succeeds(`INSERT INTO ${t} VALUES (${id})`)));
    expect(await lake.rows(`SELECT count(DISTINCT id), count(*) FROM ${t}`)).toEqual([['12', '12']]);
    expect(await lake.rows(`SELECT count(*) FROM "${t}$snapshots"`)).toEqual([['12']]);
  });

  test('a commit on an old state is refused, and leaves nothing', async () => {
    await make('id int');
    await succeeds(`INSERT INTO ${t} VALUES (1)`);
    const tables = icebergTables(lake.context);
    const { metadata } = tables.load('db', t);
    await expect(
      tables.commit('db', t, [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null }], []),
    ).rejects.toMatchObject({ code: 'CommitFailedException', status: 409 });
    expect(tables.load('db', t).metadata).toEqual(metadata);
  });

  test('a statement that has read the table fails when another one was faster, and may be run again', async () => {
    await make('id int, n int');
    await succeeds(`INSERT INTO ${t} VALUES (1, 0)`);
    const all = await Promise.all([1, 2, 3].map(() => lake.run(`UPDATE ${t} SET n = n + 1 WHERE id = 1`)));
    const done = all.filter(({ Status }) => Status.State === 'SUCCEEDED');
    for (const { Status } of all.filter((item) => !done.includes(item))) {
      expect(Status.StateChangeReason).toMatch(/^ICEBERG_COMMIT_ERROR/);
    }
    expect(await lake.rows(`SELECT n FROM ${t}`)).toEqual([[String(done.length)]]);
  });
});
