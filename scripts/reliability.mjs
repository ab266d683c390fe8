// `npm run reliability [-- --kills 50 --seconds 60 --seed 1 --evidence]`
//
// Kills `lakewright run` at random moments and looks at what is left: every object that is visible must be whole, and the
// next run must complete with the same result. Then writes, reads and queries from 16 sides at once for a while.
// With --evidence the result goes to docs/evidence/reliability.json; interrupted, it goes on where it stopped.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { concurrentClients } from './reliability/concurrent-clients.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    evidence: { type: 'boolean', default: false },
  },
});
const KILLS = Number(values.kills);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(root, 'apps/batch-lake');
const lakewright = join(root, 'packages/lakewright/bin/lakewright.js');
const evidence = join(root, 'docs/evidence/reliability.json');
// The next run can give the same result only if its sources do.
const env = { ...process.env, OPERATIONS_AT_REST: '1' };
const random = seeded(Number(values.seed));

const built = spawnSync('npm', ['run', '--silent', 'lake'], { cwd: root, encoding: 'utf8', shell: true });
if (built.status !== 0) fail(`npm run lake: ${built.stderr}`);

const workspace = mkdtempSync(join(tmpdir(), 'lakewright-reliability-'));
const done =
  values.evidence && existsSync(evidence) ? (JSON.parse(readFileSync(evidence, 'utf8')).inProgress ?? []) : [];
try {
  const { expected, seconds } = reference();
  console.log(`a run takes ${seconds.toFixed(1)} s; killing ${KILLS} of them`);
  const kills = [...done];
  for (let number = kills.length; number < KILLS; number++) {
    const after = random() * seconds;
    const killed = await killedRun(after);
    const objects = checkObjects();
    const result = completeRun();
    if (result !== expected)
      fail(`after kill ${number + 1} (${after.toFixed(2)} s) the result differs:\n${result}\n${expected}`);
    kills.push({ afterSeconds: Number(after.toFixed(2)), killed, wholeObjects: objects });
    console.log(
      `kill ${number + 1} at ${after.toFixed(2)} s: ${objects} objects, all whole; the next run gave the same result`,
    );
    if (values.evidence) write({ inProgress: kills });
  }
  const clients = await concurrentClients({ lakewright, app, seconds: Number(values.seconds) });
  console.log(`16 clients for ${values.seconds} s: ${JSON.stringify(clients)}`);
  if (values.evidence)
    write({ date: new Date().toISOString().slice(0, 10), node: process.versions.node, kills, clients });
  console.log(`${KILLS + 1} passed, 0 failed`);
} finally {
  rmSync(workspace, { recursive: true, force: true });
}

function run(options = {}) {
  return spawn(process.execPath, [lakewright, 'run', '--workspace', workspace], {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
}

function reference() {
  const started = performance.now();
  return { expected: completeRun(), seconds: (performance.now() - started) / 1000 };
}

/** Runs to the end; returns what the user sees of the data, as a text to compare. */
function completeRun() {
  const { status, stderr } = spawnSync(process.execPath, [lakewright, 'run', '--workspace', workspace], {
    cwd: app,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) fail(`the run after a kill ended with ${status}: ${stderr}`);
  const { tables, personas } = JSON.parse(readFileSync(join(workspace, 'runs/latest/report.json'), 'utf8'));
  const named = tables
    // versions have names of their own, each run pulls all customers anew, and adds itself to the history
    .filter(({ name }) => !/_[0-9a-f]{32}$/.test(name))
    .filter(({ database, name }) => !['raw.customers', 'datasets.pipeline_runs'].includes(`${database}.${name}`))
    .map(({ database, name, rows }) => ({ database, name, rows }));
  return JSON.stringify({ named, personas: personas.map(({ check, sample, rows }) => ({ check, sample, rows })) });
}

async function killedRun(afterSeconds) {
  const child = run();
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal === 'SIGKILL')));
  const timer = setTimeout(() => child.kill('SIGKILL'), afterSeconds * 1000);
  const killed = await ended;
  clearTimeout(timer);
  return killed;
}

/** Every visible object is whole: Parquet ends with its magic number, copies equal their source. */
function checkObjects() {
  const buckets = join(workspace, 'buckets');
  if (!existsSync(buckets)) return 0;
  let count = 0;
  for (const entry of readdirSync(buckets, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    count++;
    const file = join(entry.parentPath, entry.name);
    const source = join(root, 'node_modules/vega-datasets/data', entry.name);
    if (existsSync(source)) {
      if (digest(file) !== digest(source)) fail(`${file} is not a whole copy`);
    } else if (/month=/.test(file) || file.endsWith('.parquet')) {
      if (tail(file, 4) !== 'PAR1') fail(`${file} is half a Parquet file`);
    }
  }
  return count;
}

function tail(file, bytes) {
  const buffer = Buffer.alloc(bytes);
  readSync(openSync(file, 'r'), buffer, 0, bytes, Math.max(0, statSync(file).size - bytes));
  return buffer.toString('latin1');
}

function digest(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function write(value) {
  mkdirSync(dirname(evidence), { recursive: true });
  writeFileSync(evidence, `${JSON.stringify(value, null, 2)}\n`);
}

/** A small generator (mulberry32), so that a failing series can be repeated. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function fail(reason) {
  console.error(reason);
  console.log('0 passed, 1 failed');
  rmSync(workspace, { recursive: true, force: true });
  process.exit(1);
}
