import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inside, one } from './cases/case';
import { TestLake } from './harness';

let lake: TestLake;
beforeAll(async () => {
  lake = await TestLake.open();
  await lake.objects.write('lake-raw', 'tables/none.txt', 'x');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const file = lake.objects.path('lake-raw', 'tables/a.parquet');
  await connection.run(`COPY (SELECT i AS n, 'row ' || i AS name, [i] AS list FROM range(1, 4) t(i)) TO '${file}'`);
  connection.closeSync();
  instance.closeSync();
  const manifest = ['s3://lake-raw/tables/a.parquet', 's3://lake-raw/tables/a.parquet'].join('\n');
  await lake.objects.write('lake-raw', 'unload-manifest.csv', `${manifest}\n`);
});
afterAll(async () => await lake.close());

const read = (ReaderConfig: object, Key: string): object =>
  one({
    Type: 'Map',
    ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Parameters: { Bucket: 'lake-raw', Key } },
    ItemProcessor: inside({ Type: 'Pass' }, 'I', {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    }),
  });
const ROWS = [1, 2, 3].map((n) => ({ n, name: `row ${n}`, list: [n] }));

it('the rows of a Parquet object', async () => {
  const { output } = await lake.run(read({ InputType: 'PARQUET' }, 'tables/a.parquet'));
  expect(output).toEqual(ROWS);
});

it('the rows of what Athena unloaded, by its manifest', async () => {
  const { output } = await lake.run(read({ ManifestType: 'ATHENA_DATA', InputType: 'PARQUET' }, 'unload-manifest.csv'));
  expect(output).toEqual([...ROWS, ...ROWS]);
});

it.each([
  ['tables/none.txt', /Parquet object can't be read/],
  ['tables/gone.parquet', /NoSuchKey: s3:\/\/lake-raw\/tables\/gone.parquet/],
])('%s fails by name', async (key, cause) => {
  const ended = await lake.run(read({ InputType: 'PARQUET' }, key));
  expect(ended).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
  expect(ended.cause).toMatch(cause);
});
