import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import { Lake } from '../../src';

export const APP = path.join(__dirname, '../../../../apps/batch-lake');

/** The data sets of the sample, from the source files; its own pipeline makes them in minutes, with Spark and dbt. */
const DATASETS = ({ FLIGHTS, AIRPORTS, WEATHER }: Record<string, string>): Record<string, string> => ({
  delays_by_airport_month: `SELECT f.origin AS airport, a.name AS airport_name, a.city, a.state,
      strftime(f.departed_at, '%Y-%m') AS month, count(*) AS flights, CAST(sum(f.delay_minutes) AS bigint) AS total_delay_minutes,
      avg(f.delay_minutes) AS average_delay_minutes, count(*) FILTER (f.delay_minutes > 15) AS delayed_flights,
      100.0 * count(*) FILTER (f.delay_minutes > 15) / count(*) AS delayed_percent
    FROM ${FLIGHTS} f LEFT JOIN ${AIRPORTS} a ON a.iata = f.origin GROUP BY ALL`,
  worst_routes: `SELECT rank() OVER (ORDER BY late DESC) AS route_rank, * EXCLUDE (late), late AS average_delay_minutes, worst AS worst_delay_minutes
    FROM (SELECT origin, destination, count(*) AS flights, CAST(max(distance_miles) AS integer) AS distance_miles,
        CAST(sum(delay_minutes) AS bigint) AS total_delay_minutes, round(avg(delay_minutes), 2) AS late, CAST(max(delay_minutes) AS integer) AS worst
      FROM ${FLIGHTS} WHERE destination IS NOT NULL GROUP BY ALL HAVING count(*) >= 181)`,
  weather_delay: `SELECT w.location, s.airport, w.month_of_year, w.wet_days_percent, count(*) AS flights,
      CAST(sum(f.delay_minutes) AS bigint) AS total_delay_minutes, avg(f.delay_minutes) AS average_delay_minutes
    FROM ${FLIGHTS} f
    JOIN (VALUES ('Seattle', 'SEA'), ('New York', 'JFK'), ('New York', 'LGA'), ('New York', 'EWR')) s (location, airport) ON s.airport = f.origin
    JOIN (SELECT location, month(date) AS month_of_year, 100.0 * count(*) FILTER (weather IN ('rain', 'snow')) / count(*) AS wet_days_percent
      FROM ${WEATHER} GROUP BY ALL) w ON w.location = s.location AND w.month_of_year = month(f.departed_at)
    GROUP BY ALL`,
  customers: `SELECT CAST(i AS varchar) AS customer_id, 'Ada' AS first_name, 'Example' AS last_name, 'ada' || i || '@example.com' AS email,
      '555' AS phone, DATE '1980-01-01' AS birth_date, CASE WHEN i % 3 = 0 THEN 'EU' ELSE 'NA' END AS region,
      ['ATL', 'JFK', 'SEA'][1 + i % 3] AS home_airport, CAST(i * 10 AS bigint) AS miles, i % 2 = 0 AS newsletter
    FROM range(300) t (i)`,
});

export interface SampleLake {
  readonly lake: Lake;
  readonly workspace: string;
  /** What DuckDB says on the files that were put into the lake; `{name}` is a data set. */
  independently(sql: string): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** The sample's declared lake, with rows in its data sets. Its grants are those of the template. */
export async function sampleLake(): Promise<SampleLake> {
  if (!existsSync(path.join(APP, 'cdk.out', 'manifest.json')))
    throw new Error(`${APP} isn't synthesized: npm run synth there`);
  const workspace = mkdtempSync(path.join(tmpdir(), 'lakewright-superset-'));
  const lake = new Lake({ directory: APP, workspace });
  const server = await lake.serve({ port: 0 });
  const client = {
    endpoint: server.url,
    region: server.region,
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const [glue, s3] = [new GlueClient(client), new S3Client(client)];
  const sources = await import(path.join(APP, 'services', 'sources.mjs'));
  const duckdb = await (await DuckDBInstance.create()).connect();
  const files = mkdtempSync(path.join(tmpdir(), 'lakewright-datasets-'));
  for (const [name, sql] of Object.entries(DATASETS(sources))) {
    const file = path.join(files, `${name}.parquet`);
    await duckdb.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`);
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'datasets', Name: name }));
    const { host, pathname } = new URL(Table?.StorageDescriptor?.Location ?? '');
    const Key = `${pathname.slice(1).replace(/\/?$/, '/')}part-0.parquet`;
    await s3.send(new PutObjectCommand({ Bucket: host, Key, Body: readFileSync(file) }));
  }
  return {
    lake,
    workspace,
    async independently(sql) {
      const text = sql.replace(/\{(\w+)\}/g, (_, name) => `read_parquet('${path.join(files, `${name}.parquet`)}')`);
      return (await duckdb.runAndReadAll(text)).getRows() as unknown[][];
    },
    async close() {
      await server.close();
      await lake.close();
      for (const folder of [workspace, files]) rmSync(folder, { recursive: true, force: true });
    },
  };
}
