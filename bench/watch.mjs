import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { APP, remove, scratch } from './lake.mjs';
import { median } from './measure.mjs';

const EDITS = 3;

/** Each edit gives rows that no other has. */
const KINDS = {
  dbt: {
    environment: 'dbt',
    file: 'dbt/models/marts/worst_routes.sql',
    task: 'Build models',
    edit: (text, number) => text.replace(/>= \d+/, `>= ${200 + 10 * number}`),
    query: 'SELECT min(flights) FROM models.worst_routes',
    isNew: (value, number) => value >= 200 + 10 * number && value < 210 + 10 * number,
  },
  spark: {
    environment: 'glue-5.0',
    file: 'jobs/airport_features/transform.py',
    task: 'Compute features',
    edit: (text, number) => text.replace(/round\(late[^,]*/, `round(late + ${number}`),
    query: 'SELECT min(late_share) FROM datasets.airport_features',
    isNew: (value, number) => Math.floor(value) === number,
  },
};

/** From the save of a dbt model to its table having the new rows. */
export const watchDbt = () => take('dbt');

/** From the save of a Glue job's transform to its table having the new rows. */
export const watchSpark = () => take('spark');

let measured;
const taken = new Set();

/** One lake is for both; a figure that is wanted again is measured again. */
async function take(name) {
  if (measured === undefined || taken.has(name)) {
    measured = measure();
    taken.clear();
  }
  taken.add(name);
  return (await measured)[name];
}

/** What `lakewright run --watch` does, on a copy of the sample, whose files are edited while it waits. */
async function measure() {
  const require = createRequire(import.meta.url);
  const { findEnvironment } = require('../packages/lakewright/lib/engines/python/environment.js');
  const { Lake } = require('../packages/lakewright/lib/index.js');
  process.env.OPERATIONS_AT_REST = '1'; // the sources don't change meanwhile
  const folder = scratch();
  const messages = new Messages();
  const app = copyOfSample(folder);
  const lake = new Lake({ directory: app, workspace: join(folder, 'lake'), host: messages });
  const end = new AbortController();
  const results = {};
  try {
    const watching = lake.watch({ signal: end.signal });
    await Promise.race([messages.next(({ code }) => code === 'LW_WATCHING'), watching]);
    for (const [name, kind] of Object.entries(KINDS)) {
      if (findEnvironment(kind.environment) === undefined) continue;
      const all = [];
      let busy = false;
      for (let number = 1; number <= EDITS; number++) {
        if (!(await idle())) busy = true;
        all.push(await timed(lake, messages, join(app, kind.file), { ...kind, number }));
      }
      results[name] = { ratio: median(all.map(({ result }) => result)), detail: { edits: all }, busy };
    }
    end.abort();
    await watching;
    return results;
  } finally {
    end.abort();
    await lake.close();
    remove(folder);
  }
}

/** Seconds after the save: the pipeline begun, the edited task's result there, all that follows done. */
async function timed(lake, messages, file, { task, edit, query, isNew, number }) {
  const started = performance.now();
  const since = () => Number(((performance.now() - started) / 1000).toFixed(2));
  const hasRun = ({ data }) => data.name === task || data.items?.some(({ name }) => name === task);
  const begun = messages.next(({ code }) => code === 'LW_PIPELINE_STARTED').then(since);
  const result = messages.next(({ code, data }) => code === 'LW_TASK_DONE' && hasRun({ data })).then(since);
  const whole = messages.next(({ code }) => code.startsWith('LW_WATCH_'));
  writeFileSync(file, edit(readFileSync(file, 'utf8'), number));
  const { code, text, data } = await whole;
  if (code !== 'LW_WATCH_RUN' || data.state !== 'SUCCEEDED') throw new Error(text);
  const seconds = since();
  const [[value]] = (await lake.query(query)).rows;
  if (!isNew(Number(value), number)) throw new Error(`${task}: its table has ${value} after edit ${number}`);
  return { begun: await begun, result: await result, whole: seconds };
}

/** A host whose messages can be awaited. */
class Messages {
  waiting = [];

  notify(message) {
    for (const one of this.waiting.filter(({ isWanted }) => isWanted(message))) {
      this.waiting.splice(this.waiting.indexOf(one), 1);
      one.found(message);
    }
  }

  async confirm() {
    return true;
  }

  next(isWanted) {
    return new Promise((found) => this.waiting.push({ isWanted, found }));
  }
}

/** Waits until nothing else runs: these are seconds, not ratios. False if that never was so. */
async function idle() {
  for (let tries = 0; tries < 30; tries++) {
    const before = times();
    await sleep(2000);
    const after = times();
    if (after.idle - before.idle > 0.8 * (after.all - before.all)) return true;
  }
  return false;
}

function times() {
  const all = cpus().map((cpu) => cpu.times);
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  return { idle: sum(all.map(({ idle }) => idle)), all: sum(all.flatMap((one) => Object.values(one))) };
}

/** As it lies in the repository, beside the same modules. */
function copyOfSample(folder) {
  const app = join(folder, 'apps', 'batch-lake');
  mkdirSync(app, { recursive: true });
  cpSync(APP, app, { recursive: true, filter: (source) => !/[/\\](\.lakewright|node_modules)$/.test(source) });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  return app;
}
