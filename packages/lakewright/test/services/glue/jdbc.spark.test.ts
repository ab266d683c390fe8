import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, titled } from '../../engines/spark/spark-lake';
import { type PostgresServer, startPostgres } from '../dms/postgres-server';
import { JobLake } from './job-lake';

const SCRIPT = fs.readFileSync(path.resolve(__dirname, '../../../../ingestion/glue/jdbc_ingestion.py'), 'utf8');
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:operations-AbCdEf';

describe.skipIf(missing)(titled('the job of a JdbcIngestion'), () => {
  let server: PostgresServer;
  let jobs: JobLake;

  beforeAll(async () => {
    server = await startPostgres();
    await server.query('CREATE TABLE flights (id int PRIMARY KEY, origin text)');
    await server.query("INSERT INTO flights SELECT n, 'SFO' || n FROM generate_series(1, 50) n");
    process.env.LAKEWRIGHT_TEST_DATABASE = server.url;
    jobs = await JobLake.open([], { connections: { operations: 'env:LAKEWRIGHT_TEST_DATABASE' } });
    const connection = (Name: string, SECRET_ID: string) =>
      jobs.call('CreateConnection', {
        ConnectionInput: {
          Name,
          ConnectionType: 'JDBC',
          ConnectionProperties: {
            JDBC_CONNECTION_URL: 'jdbc:postgresql://db.example.com:5432/operations',
            JDBC_ENFORCE_SSL: 'true',
            SECRET_ID,
          },
        },
      });
    await connection('operations-db', SECRET);
    await connection('foreign', SECRET.replace('operations', 'foreign'));
  });
  afterAll(async () => {
    await jobs?.close();
    await server?.stop();
  });

  const job = (name: string, connection: string) =>
    jobs.job(name, SCRIPT, {
      Connections: { Connections: [connection] },
      DefaultArguments: {
        '--connection': connection,
        '--target': 's3://lake/raw/',
        '--state': 's3://lake/state/',
        '--settings': JSON.stringify({
          format: 'parquet',
          tables: [{ name: 'public.flights', partitions: 2, watermark: { column: 'id', kind: 'number' } }],
        }),
      },
    });

  test('reads the database that the configuration names for its secret, once', async () => {
    await job('ingest', 'operations-db');
    expect((await jobs.run('ingest', { '--run_id': 'one' })).ErrorMessage).toBeUndefined();
    expect(JSON.parse(await jobs.text('state/reports/one.json'))).toMatchObject({ status: 'SUCCEEDED', rows: 50 });
    await server.query("INSERT INTO flights VALUES (51, 'JFK')");
    expect((await jobs.run('ingest', { '--run_id': 'two' })).ErrorMessage).toBeUndefined();
    expect(JSON.parse(await jobs.text('state/reports/two.json'))).toMatchObject({ status: 'SUCCEEDED', rows: 1 });
    const folders = new Set((await jobs.spark.keys('raw/')).map((key) => path.posix.dirname(key)));
    expect([...folders]).toEqual(['raw/public/flights/load=51_52', 'raw/public/flights/load=start_51']);
  });

  test('is not run where the configuration names no database: it would go to the real one', async () => {
    await job('elsewhere', 'foreign');
    expect(await jobs.run('elsewhere')).toMatchObject({
      JobRunState: 'FAILED',
      ErrorMessage: expect.stringMatching(/"foreign" → "connections" of lakewright\.config\.json .* add/),
    });
  });
});
