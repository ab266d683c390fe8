// One full load, in a process of its own: `node dms-run.mjs URL TABLE WORKSPACE` prints {seconds, rows, peak}.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';

const require = createRequire(import.meta.url);
const inside = (path) => require(`../packages/lakewright/lib/${path}.js`);
const { FolderWorkspace } = inside('workspace/folder-workspace');
const { LakeClock } = inside('workspace/lake-clock');
const { LocalObjectStore } = inside('workspace/local-object-store');
const { runReplication } = inside('services/dms/run/replication-run');

const [url, table, root] = process.argv.slice(2);
const workspace = await FolderWorkspace.open(root);
const objects = new LocalObjectStore(workspace);
objects.createBucket('lake');

let peak = 0;
/** Of this process and its children, in bytes; Linux only. */
function sample() {
  let sum = 0;
  for (const pid of [process.pid, ...children()]) {
    try {
      sum += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    } catch {
      // It has ended meanwhile.
    }
  }
  peak = Math.max(peak, sum || process.memoryUsage().rss);
}
function children() {
  try {
    return readdirSync(`/proc/${process.pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${process.pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}
const sampler = setInterval(sample, 20);

let rows = 0;
const started = performance.now();
await runReplication(
  {
    id: 'bench',
    type: 'full-load',
    engine: 'postgres',
    sourceSettings: {},
    s3Settings: {
      BucketName: 'lake',
      DataFormat: 'parquet',
      IncludeOpForFullLoad: true,
      TimestampColumnName: 'dms_timestamp',
    },
    tableMappings: {
      rules: [
        {
          'rule-type': 'selection',
          'rule-id': '1',
          'rule-action': 'include',
          'object-locator': { 'schema-name': 'public', 'table-name': table },
        },
      ],
    },
    settings: {},
  },
  {
    lake: { workspace, objects, clock: LakeClock.open(workspace) },
    url,
    reload: false,
    signal: new AbortController().signal,
    warn: (text) => console.error(text),
    progress: (text) => {
      rows = Number(/: (\d+) rows/.exec(text)?.[1] ?? rows);
    },
  },
);
const seconds = (performance.now() - started) / 1000;
clearInterval(sampler);
await workspace.close();
console.log(JSON.stringify({ seconds, rows, peak }));
