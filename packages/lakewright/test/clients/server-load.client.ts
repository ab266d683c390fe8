import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, athenaClient, ended } from './athena-rows';
import { type ServedLake, serveLake } from './served-lake';

/**
 * What a server must bear: many queries at once, one that never ends, a result of millions of rows. Each measures what it
 * proves; with LAKEWRIGHT_EVIDENCE=1 the figures go to docs/evidence/server.json.
 */

const EVIDENCE = path.join(__dirname, '../../../../docs/evidence/server.json');
const MB = 1024 * 1024;
const figures: Record<string, unknown> = {};

let lake: ServedLake;
let athena: AthenaClient;
beforeAll(async () => {
  lake = await serveLake();
  athena = athenaClient(lake.url);
  await ask(athena, 'SELECT 1');
});
afterAll(async () => {
  athena?.destroy();
  await lake?.stop();
  process.stdout.write(`  ${JSON.stringify(figures)}\n`);
  if (!process.env.LAKEWRIGHT_EVIDENCE) return;
  mkdirSync(path.dirname(EVIDENCE), { recursive: true });
  const about = { date: new Date().toISOString().slice(0, 10), node: process.versions.node };
  writeFileSync(EVIDENCE, `${JSON.stringify({ ...about, ...figures }, null, 2)}\n`);
});

/** Memory of the server's process and of its engine's, in MB. */
function memory(): { server: number; engine: number } {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const sum = (test: (row: [number, number, number]) => boolean) =>
    Math.round(rows.filter(test).reduce((total, [, , kilobytes]) => total + kilobytes, 0) / 1024);
  return { server: sum(([pid]) => pid === lake.pid), engine: sum(([, parent]) => parent === lake.pid) };
}

/** The most that was seen while some work went on. */
async function peak<T>(work: () => Promise<T>): Promise<{ result: T; server: number; engine: number }> {
  const most = memory();
  const timer = setInterval(() => {
    const now = memory();
    most.server = Math.max(most.server, now.server);
    most.engine = Math.max(most.engine, now.engine);
  }, 200);
  try {
    return { result: await work(), ...most };
  } finally {
    clearInterval(timer);
  }
}

async function start(QueryString: string): Promise<string> {
  const ResultConfiguration = { OutputLocation: `s3://${lake.bucket}/results/` };
  const { QueryExecutionId } = await athena.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration }));
  return QueryExecutionId as string;
}

describe('a served lake', () => {
  it('answers 20 queries at once, each with its own rows', async () => {
    await ask(athena, 'CREATE DATABASE busy');
    await ask(
      athena,
      `CREATE TABLE busy.numbers WITH (external_location = 's3://${lake.bucket}/numbers/') AS
       SELECT n, n % 20 AS bucket FROM UNNEST(sequence(1, 10000)) AS t (n)`,
    );
    const query = (bucket: number) =>
      `SELECT ${bucket} AS bucket, count(*), sum(a.n) FROM busy.numbers a JOIN busy.numbers b ON b.n = a.n WHERE a.bucket = ${bucket}`;
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, bucket) => ask(athena, query(bucket))));
    const seconds = (performance.now() - began) / 1000;
    for (const [bucket, { rows }] of answers.entries()) {
      // 500 numbers from `bucket` (or 20) on in steps of 20.
      const sum = 500 * (bucket || 20) + (20 * 499 * 500) / 2;
      expect(rows).toEqual([[String(bucket), '500', String(sum)]]);
    }
    figures.concurrent = { queries: 20, seconds: Number(seconds.toFixed(2)) };
  });

  it('stops a query that would never end while others are answered, and goes on', async () => {
    const runaway = await start(
      `SELECT count(*) FROM UNNEST(sequence(1, 10000)) a (x), UNNEST(sequence(1, 10000)) b (y),
       UNNEST(sequence(1, 10000)) c (z) WHERE x * y + z = 17`,
    );
    const others = await Promise.all([1, 2, 3].map((n) => ask(athena, `SELECT ${n}`)));
    expect(others.map(({ rows }) => rows)).toEqual([[['1']], [['2']], [['3']]]);
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: runaway }));
    expect(QueryExecution?.Status?.State).toBe('RUNNING');
    const began = performance.now();
    await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: runaway }));
    const milliseconds = Math.round(performance.now() - began);
    expect((await ended(athena, runaway)).Status?.State).toBe('CANCELLED');
    expect((await ask(athena, 'SELECT count(*) FROM busy.numbers')).rows).toEqual([['10000']]);
    figures.stopped = { milliseconds };
  });

  it('writes and streams 5,000,000 rows with less than 300 MB of memory', async () => {
    const began = performance.now();
    const { result, server, engine } = await peak(async () => {
      const id = await start(
        `SELECT x * 1000 + y AS n, 'row ' || CAST(x AS varchar) AS label, CAST(y AS decimal(10,2)) / 7 AS amount
         FROM UNNEST(sequence(1, 5000)) a (x) CROSS JOIN UNNEST(sequence(1, 1000)) b (y)`,
      );
      const execution = await ended(athena, id);
      expect(execution.Status?.StateChangeReason).toBeUndefined();
      const written = (performance.now() - began) / 1000;
      const file = await streamed(`results/${id}.csv`);
      return { id, written, file };
    });
    expect(result.file.lines).toBe(5_000_001);
    expect(server).toBeLessThan(300);
    figures.large = {
      rows: result.file.lines - 1,
      megabytes: Math.round(result.file.bytes / MB),
      secondsToWrite: Number(result.written.toFixed(1)),
      secondsToRead: Number(((performance.now() - began) / 1000 - result.written).toFixed(1)),
      serverMegabytes: server,
      engineMegabytes: engine,
    };
    const pages = await peak(() => firstPages(result.id, 100));
    expect(pages.result).toBe(100_000);
    expect(pages.server).toBeLessThan(300);
  });
});

/** Reads an object to its end, keeping nothing. */
async function streamed(Key: string): Promise<{ lines: number; bytes: number }> {
  const s3 = new S3Client({
    endpoint: lake.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'any' },
  });
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: lake.bucket, Key }));
    let lines = 0;
    let bytes = 0;
    for await (const chunk of Body as Readable) {
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    }
    return { lines, bytes };
  } finally {
    s3.destroy();
  }
}

/** Rows of the first pages of 1,000, as a cursor reads them. */
async function firstPages(QueryExecutionId: string, count: number): Promise<number> {
  let rows = 0;
  let NextToken: string | undefined;
  for (let page = 0; page < count; page++) {
    const answer = await athena.send(new GetQueryResultsCommand({ QueryExecutionId, MaxResults: 1_000, NextToken }));
    rows += answer.ResultSet?.Rows?.length ?? 0;
    NextToken = answer.NextToken;
  }
  return rows;
}
