import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { VEGA } from '../glue/test-lake';
import { type AthenaLake, openAthenaLake } from './athena-lake';

/** What the sample lake does: crawled tables → CTAS by month → aggregates. */
describe('three million flights', () => {
  let lake: AthenaLake;

  beforeAll(async () => {
    lake = await openAthenaLake();
    await lake.copy('lake', 'raw/flights/flights.parquet', join(VEGA, 'flights-3m.parquet'));
    await lake.copy('lake', 'raw/airports/airports.csv', join(VEGA, 'airports.csv'));
    await lake.call('CreateCrawler', {
      Name: 'c',
      Role: 'arn:aws:iam::123456789012:role/crawler',
      DatabaseName: 'db',
      Targets: { S3Targets: [{ Path: 's3://lake/raw/' }] },
    });
    await lake.call('StartCrawler', { Name: 'c' });
    for (;;) {
      const { Crawler } = await lake.call('GetCrawler', { Name: 'c' });
      if (Crawler.State === 'READY') break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, 60_000);
  afterAll(() => lake.close());

  test('the crawled tables can be queried at once', async () => {
    expect(await lake.rows('SELECT count(*) FROM flights')).toEqual([['3000000']]);
    expect(await lake.rows("SELECT iata, city, latitude FROM airports WHERE iata = 'ORD'")).toEqual([
      ['ORD', 'Chicago', expect.stringMatching(/^41\.97/)],
    ]);
  });

  test('CREATE TABLE AS by month makes seven partitions that hold every row', async () => {
    const execution = await lake.run(`
      CREATE TABLE flights_by_month
      WITH (format = 'PARQUET', external_location = 's3://lake/converted/flights/', partitioned_by = ARRAY['month'])
      AS -- all of them
      SELECT date, delay, distance, origin, destination, date_format(date, '%Y-%m') AS month FROM flights`);
    expect(execution.Status).toMatchObject({ State: 'SUCCEEDED' });
    expect(execution).toMatchObject({ StatementType: 'DDL', SubstatementType: 'CREATE_TABLE_AS_SELECT' });
    expect(execution.Statistics.DataScannedInBytes).toBeGreaterThan(10_000_000);
    const partitions = await lake.rows('SHOW PARTITIONS flights_by_month');
    expect(partitions.flat()).toEqual(['01', '02', '03', '04', '05', '06', '07'].map((month) => `month=2001-${month}`));
    expect(await lake.rows('SELECT month, count(*) FROM flights_by_month GROUP BY 1 ORDER BY 1 LIMIT 2')).toEqual([
      ['2001-01', '508239'],
      ['2001-02', '458170'],
    ]);
    const manifest = await text(lake, execution.Statistics.DataManifestLocation);
    expect(manifest.trim().split('\n').length).toBeGreaterThanOrEqual(7);
    expect(manifest).toMatch(/^s3:\/\/lake\/converted\/flights\/month=2001-01\//m);
  });

  test('a partition that the query leaves out is not scanned', async () => {
    const all = await lake.run('SELECT avg(delay) FROM flights_by_month');
    const one = await lake.run("SELECT avg(delay) FROM flights_by_month WHERE month = '2001-03'");
    expect(one.Statistics.DataScannedInBytes).toBeLessThan(all.Statistics.DataScannedInBytes / 4);
  });

  test('aggregates with a join are made by CTAS and grow by INSERT', async () => {
    const created = await lake.run(`
      CREATE TABLE delays AS
      SELECT f.origin, a.city, f.month, count(*) AS flights, avg(f.delay) AS delay
      FROM flights_by_month f JOIN airports a ON a.iata = f.origin
      WHERE f.month = '2001-01' GROUP BY 1, 2, 3`);
    expect(created.Status).toMatchObject({ State: 'SUCCEEDED' });
    const inserted = await lake.run(`
      INSERT INTO delays
      SELECT f.origin, a.city, f.month, count(*), avg(f.delay)
      FROM flights_by_month f JOIN airports a ON a.iata = f.origin
      WHERE f.month = '2001-02' GROUP BY 1, 2, 3`);
    expect(inserted.Status).toMatchObject({ State: 'SUCCEEDED' });
    expect(await lake.rows('SELECT month, sum(flights) FROM delays GROUP BY 1 ORDER BY 1')).toEqual([
      ['2001-01', expect.stringMatching(/^50\d{4}$/)],
      ['2001-02', expect.stringMatching(/^4[56]\d{4}$/)],
    ]);
  });

  test('the whole path took less than Athena would', async () => {
    const { QueryExecutionIds } = await lake.athena('ListQueryExecutions');
    const { QueryExecutions } = await lake.athena('BatchGetQueryExecution', { QueryExecutionIds });
    const slowest = Math.max(...QueryExecutions.map((item: ApiShape) => item.Statistics.TotalExecutionTimeInMillis));
    expect(slowest).toBeLessThan(30_000);
  });
});

async function text(lake: AthenaLake, uri: string): Promise<string> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) as unknown as [string, string, string];
  const chunks: Buffer[] = [];
  for await (const chunk of await lake.context.objects.read(bucket, key)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
