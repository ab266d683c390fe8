import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rawFolder, remove, runLake, scratch } from './lake.mjs';

/** Behind the raw zone: ingestion and crawlers have benchmarks of their own. */
const INGESTION = /^(Replicate|Extract|Pull|Copy|Take|Crawl)/;

/** What the sample lake's pipeline does behind the raw zone, against one PySpark script; both begin with nothing started. */
export async function pipeline() {
  const require = createRequire(import.meta.url);
  const { findEnvironment } = require('../packages/lakewright/lib/engines/python/environment.js');
  const workspace = scratch();
  const folder = scratch();
  try {
    const { tasks } = runLake(workspace);
    const spark = findEnvironment('glue-5.0');
    if (spark === undefined) return undefined;
    const seconds = secondsOf(tasks);
    const started = performance.now();
    execFileSync(spark.python, [join('bench', 'by-hand', 'pipeline.py'), rawFolder(workspace), folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const peerSeconds = (performance.now() - started) / 1000;
    return { ratio: seconds / peerSeconds, detail: { seconds, peerSeconds } };
  } finally {
    remove(workspace);
    remove(folder);
  }
}

/** Stages run one after another, and a stage's tasks side by side: it takes as long as what is measured of it. */
function secondsOf(tasks) {
  return tasks
    .flatMap((task) => (task.items?.some(({ name }) => INGESTION.test(name)) ? behind(task) : [task]))
    .filter(({ name }) => !INGESTION.test(name))
    .reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
}

const behind = ({ items }) => items.filter(({ name }) => !INGESTION.test(name));
