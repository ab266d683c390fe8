import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { rawFolder, remove, runLake, scratch } from './lake.mjs';
import { median } from './measure.mjs';

/** What the sample lake's pipeline takes once data is in the raw zone, against a DuckDB script that writes the same files. */
export async function lakeData() {
  const workspace = scratch();
  try {
    const ours = [];
    const theirs = [];
    for (let round = 0; round < 5; round++) {
      const { tasks } = runLake(workspace);
      const afterIngestion = tasks.filter(({ name }) => name !== 'Ingest');
      ours.push(afterIngestion.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0));
      const folder = scratch();
      const script = [join('bench', 'lake-by-hand.mjs'), rawFolder(workspace), folder];
      theirs.push(Number(execFileSync(process.execPath, script, { encoding: 'utf8' })));
      remove(folder);
    }
    return { ratio: median(ours) / median(theirs), detail: { seconds: median(ours), peerSeconds: median(theirs) } };
  } finally {
    remove(workspace);
  }
}
