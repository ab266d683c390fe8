// A sample lake that has run, for the benchmarks that query one.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const LAKEWRIGHT = resolve('packages/lakewright/bin/lakewright.js');
export const APP = resolve('apps/batch-lake');
export const FLIGHTS = resolve('node_modules/vega-datasets/data/flights-3m.parquet');
export const AIRPORTS = resolve('node_modules/vega-datasets/data/airports.csv');
export const WEATHER = resolve('node_modules/vega-datasets/data/weather.csv');

/** Packages of the workspace's runtime package. */
export const requireRuntime = createRequire(resolve('packages/lakewright/package.json'));

export function scratch() {
  return mkdtempSync(join(tmpdir(), 'lakewright-bench-'));
}

export function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs the sample lake, or the template of another folder, in a workspace; returns its report. */
export function runLake(workspace, app) {
  execFileSync(process.execPath, [LAKEWRIGHT, 'run', '--workspace', workspace, ...appArguments(app)], {
    cwd: app ? dirname(app) : APP,
    env: { ...process.env, OPERATIONS_AT_REST: '1' }, // each run has the same rows
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return JSON.parse(readFileSync(join(workspace, 'runs/latest/report.json'), 'utf8'));
}

/** The folder of the raw zone's bucket. */
export function rawFolder(workspace) {
  const buckets = join(workspace, 'buckets');
  return join(
    buckets,
    readdirSync(buckets).find((name) => /storageraw/i.test(name)),
  );
}

/** Starts `lakewright serve` on a free port; `stop` ends it. */
export async function startServer(workspace, app) {
  const args = [LAKEWRIGHT, 'serve', '--port', '0', '--json', '--workspace', workspace, ...appArguments(app)];
  const child = spawn(process.execPath, args, {
    cwd: app ? dirname(app) : APP,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((done, failed) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const line = text.split('\n').find((one) => one.includes('LW_SERVE_LISTENING'));
      if (line) done(JSON.parse(line).data.url);
    });
    child.once('exit', (code) => failed(new Error(`lakewright serve ended with ${code}`)));
  });
  return {
    url,
    stop: () => new Promise((done) => child.once('exit', done) && child.kill('SIGTERM')),
  };
}

/** Settings of an SDK client for that server. */
export function clientSettings(url) {
  return { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

/** Runs a statement through the SDK and fetches its first page; returns how many requests that took. */
export async function athena(client, sdk, sql, database) {
  const { QueryExecutionId } = await client.send(
    new sdk.StartQueryExecutionCommand({
      QueryString: sql,
      ...(database && { QueryExecutionContext: { Database: database } }),
      ResultConfiguration: { OutputLocation: 's3://lakewright-query-results/' },
    }),
  );
  let polls = 0;
  for (;;) {
    const { QueryExecution } = await client.send(new sdk.GetQueryExecutionCommand({ QueryExecutionId }));
    polls++;
    if (QueryExecution.Status.State === 'SUCCEEDED') break;
    if (!['QUEUED', 'RUNNING'].includes(QueryExecution.Status.State)) {
      throw new Error(QueryExecution.Status.StateChangeReason);
    }
    await new Promise((done) => setTimeout(done, 2));
  }
  const results = await client.send(new sdk.GetQueryResultsCommand({ QueryExecutionId }));
  return { requests: polls + 2, rows: results.ResultSet.Rows };
}

const appArguments = (app) => (app ? ['--app', app] : []);
