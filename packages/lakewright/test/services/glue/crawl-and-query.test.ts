import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { athena } from '../../../src/services/athena';
import { glue } from '../../../src/services/glue';
import { s3 } from '../../../src/services/s3';
import { openLake, type TestLake, VEGA } from './test-lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await openLake([s3, glue, athena]);
  await lake.call('CreateDatabase', { DatabaseInput: { Name: 'raw' } });
  await lake.copy('lake', 'raw/flights/flights.parquet', path.join(VEGA, 'flights-3m.parquet'));
  await lake.copy('lake', 'raw/birdstrikes/birdstrikes.csv', path.join(VEGA, 'birdstrikes.csv'));
  await lake.copy('lake', 'raw/rates/unemployment.tsv', path.join(VEGA, 'unemployment.tsv'));
  await lake.copy('lake', 'quoted/airports/airports.csv', path.join(VEGA, 'airports.csv'));
  await lake.put('lake', 'raw/events/y=2023/m=02/a.json', '{"Id":1,"at":{"Place":"x","n":[1,2]}}\n');
  await lake.put('lake', 'raw/events/y=2024/m=01/a.json', '{"Id":2,"at":{"Place":"y","n":[]}}\n');
  await lake.put('results', 'folder', 'x');
  await lake.call('CreateClassifier', { CsvClassifier: { Name: 'quoted', QuoteSymbol: '"' } });
  await crawl({ Name: 'raw', Targets: { S3Targets: [{ Path: 's3://lake/raw/' }] } });
  await crawl({ Name: 'q', Classifiers: ['quoted'], Targets: { S3Targets: [{ Path: 's3://lake/quoted/airports' }] } });
});
afterAll(() => lake.close());

async function crawl(crawler: ApiShape): Promise<void> {
  await lake.call('CreateCrawler', { Role: 'r', DatabaseName: 'raw', ...crawler });
  await lake.call('StartCrawler', { Name: crawler.Name });
  let state: string;
  do state = (await lake.call('GetCrawler', { Name: crawler.Name })).Crawler.State;
  while (state !== 'READY');
}

async function rows(QueryString: string): Promise<string[][]> {
  const input = {
    QueryString,
    QueryExecutionContext: { Database: 'raw' },
    ResultConfiguration: { OutputLocation: 's3://results/' },
  };
  const { QueryExecutionId } = await lake.call('StartQueryExecution', input, 'athena');
  for (;;) {
    const { QueryExecution } = await lake.call('GetQueryExecution', { QueryExecutionId }, 'athena');
    const { State, StateChangeReason } = QueryExecution.Status;
    if (State === 'FAILED') throw new Error(StateChangeReason);
    if (State === 'SUCCEEDED') break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { ResultSet } = await lake.call('GetQueryResults', { QueryExecutionId }, 'athena');
  return ResultSet.Rows.slice(1).map((row: ApiShape) => row.Data.map((cell: ApiShape) => cell.VarCharValue));
}

/** The same figures, counted by DuckDB straight on the source file. */
async function onSource(select: string, file: string): Promise<string[][]> {
  const connection = await (await DuckDBInstance.create()).connect();
  const result = await connection.runAndReadAll(`SELECT ${select} FROM '${path.join(VEGA, file)}'`);
  connection.closeSync();
  return result.getRows().map((row) => row.map(String));
}

test.each([
  ['count(*), sum(distance), max(delay)', 'flights', 'flights-3m.parquet'],
  ['count(*), sum("cost total $"), count("speed ias in knots")', 'birdstrikes', 'birdstrikes.csv'],
  ['count(*), count(rate), max(id)', 'rates', 'unemployment.tsv'],
  ['count(*), count(latitude), count(DISTINCT name)', 'airports', 'airports.csv'],
])('what a crawl catalogs, Athena reads: %s of %s', async (select, table, file) => {
  expect(await rows(`SELECT ${select} FROM ${table}`)).toEqual(await onSource(select, file));
});

test('partitions and nested JSON are read by their crawled names', async () => {
  const found = await rows("SELECT id, at.place, at.n FROM events WHERE y = '2023' AND m = '02'");
  expect(found).toEqual([['1', 'x', '[1, 2]']]);
});
