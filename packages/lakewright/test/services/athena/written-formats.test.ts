import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AthenaLake, openAthenaLake } from './athena-lake';

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

/** Rows with each type's edges, twice NULL, and enough of them for runs and several blocks. */
const SCALARS = `
  SELECT n, CAST(n % 2 = 0 AS boolean) b, CAST(n % 256 - 128 AS tinyint) i8, CAST(n * 7 - 5000 AS smallint) i16,
    CAST(n * 1000003 AS integer) i32, 9223372036854775807 - n * n i64, CAST(n AS real) / 3 f, CAST(n AS double) / 7 d,
    CAST(n * 1000 - 1 AS decimal(12,3)) / 8 dec, 'text ' || CAST(n AS varchar) s, CAST('v' AS varchar(3)) v3,
    CAST('c' AS char(4)) c4, date_add('day', n - 1500, DATE '1970-01-01') day,
    date_add('millisecond', n * 123, date_add('day', n, TIMESTAMP '1970-01-01 00:00:00.000')) ts
  FROM UNNEST(sequence(0, 1999)) AS t(n)
  UNION ALL SELECT 2000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  UNION ALL SELECT 2001, true, TINYINT '-128', SMALLINT '-32768', -2147483648, -9223372036854775807, REAL '-Infinity',
    double 'NaN', DECIMAL '-0.001', '', '', CAST('' AS char(4)), DATE '0001-01-01', TIMESTAMP '1969-12-31 00:00:00.000'`;

const NESTED = `
  SELECT n, sequence(0, n % 3) l, CAST(NULL AS array(integer)) nl, MAP(ARRAY['a', 'b'], ARRAY[n, NULL]) m,
    CAST(ROW(n, ARRAY[ROW('x' || CAST(n AS varchar))]) AS row(a bigint, l array(row(z varchar)))) r,
    CAST(to_utf8('bytes' || chr(n % 256)) AS varbinary) bin
  FROM UNNEST(sequence(0, 99)) AS t(n)`;

const counter = { next: 0 };
const fresh = (): string => `w${counter.next++}`;

async function ctas(name: string, properties: string, query: string): Promise<void> {
  const { Status } = await lake.run(
    `CREATE TABLE ${name} WITH (external_location = 's3://lake/${name}/', ${properties}) AS ${query}`,
  );
  expect(Status, JSON.stringify(Status)).toMatchObject({ State: 'SUCCEEDED' });
}

describe('CREATE TABLE AS: what is written is what is read', () => {
  test.each([
    ['ORC', undefined],
    ['ORC', 'NONE'],
    ['ORC', 'SNAPPY'],
    ['ORC', 'LZ4'],
    ['ORC', 'ZSTD'],
    ['AVRO', undefined],
    ['AVRO', 'NONE'],
    ['PARQUET', 'GZIP'],
    ['PARQUET', 'SNAPPY'],
    ['TEXTFILE', undefined],
    ['TEXTFILE', 'NONE'],
    ['TEXTFILE', 'ZSTD'],
    ['TEXTFILE', 'DEFLATE'],
    ['TEXTFILE', 'SNAPPY'],
    ['TEXTFILE', 'LZ4'],
    ['JSON', 'GZIP'],
    ['JSON', 'ZSTD'],
    ['JSON', 'SNAPPY'],
  ])('%s, compressed as %s: scalars', async (format, codec) => {
    const name = fresh();
    const without =
      format === 'JSON' ? `SELECT n, b, i8, i16, i32, i64, dec, s, day, ts FROM (${SCALARS}) WHERE n < 2000` : SCALARS;
    await ctas(name, `format = '${format}'${codec ? `, write_compression = '${codec}'` : ''}`, without);
    expect(await lake.rows(`SELECT * FROM ${name} ORDER BY n`)).toEqual(
      await lake.rows(`SELECT * FROM (${without}) ORDER BY n`),
    );
  });

  test.each(['ORC', 'AVRO', 'PARQUET'])('%s: structures and bytes', async (format) => {
    const name = fresh();
    await ctas(name, `format = '${format}'`, NESTED);
    expect(await lake.rows(`SELECT * FROM ${name} ORDER BY n`)).toEqual(
      await lake.rows(`SELECT * FROM (${NESTED}) ORDER BY n`),
    );
  });

  test.each(['ORC', 'AVRO'])('%s: partitions, INSERT, and UNLOAD', async (format) => {
    const name = fresh();
    await ctas(
      name,
      `format = '${format}', partitioned_by = ARRAY['k']`,
      "SELECT 1 AS n, 'a' AS k UNION ALL SELECT 2, 'b'",
    );
    const { Status } = await lake.run(`INSERT INTO ${name} SELECT 3, 'c'`);
    expect(Status, JSON.stringify(Status)).toMatchObject({ State: 'SUCCEEDED' });
    expect(await lake.rows(`SELECT n, k FROM ${name} ORDER BY n`)).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c'],
    ]);
    const unloaded = await lake.run(
      `UNLOAD (SELECT n FROM ${name}) TO 's3://lake/${name}-out/' WITH (format = '${format}')`,
    );
    expect(unloaded.Status).toMatchObject({ State: 'SUCCEEDED' });
    const files = await lake.context.objects.list('lake', { prefix: `${name}-out/` });
    expect(files.map((file) => file.key)).toEqual([expect.stringMatching(new RegExp(`\\.${format.toLowerCase()}$`))]);
  });

  test.each([
    ["format = 'ION'", /NOT_COVERED: .*writing format ION/],
    ["format = 'TEXTFILE', write_compression = 'BZIP2'", /NOT_COVERED: .*BZIP2 for TEXTFILE/],
    ["format = 'ORC', write_compression = 'BROTLI'", /NOT_COVERED: .*BROTLI for ORC/],
  ])('%s is refused by name', async (properties, message) => {
    expect(await lake.reason(`CREATE TABLE ${fresh()} WITH (${properties}) AS SELECT 1 AS n`)).toMatch(message);
  });
});
