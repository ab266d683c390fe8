import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AIRPORTS, FLIGHTS, remove, requireRuntime, runLake, scratch, WEATHER } from './lake.mjs';
import { median } from './measure.mjs';

/** A lake that makes data sets by Athena's SQL from raw files, against a DuckDB script that writes the same files. */
export async function lakeData() {
  const folder = scratch();
  try {
    const source = await rawFiles(join(folder, 'source'));
    const app = join(folder, 'cdk.out');
    execFileSync(process.execPath, [join('bench', 'lakes', 'lake-data.cjs'), app]);
    writeFileSync(join(folder, 'lakewright.config.json'), JSON.stringify({ buckets: { source: 'source' } }));
    const ours = [];
    const theirs = [];
    for (let round = 0; round < 5; round++) {
      const { tasks } = runLake(join(folder, 'workspace'), app);
      ours.push(tasks.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0));
      const out = join(folder, `by-hand-${round}`);
      mkdirSync(out);
      const script = [join('bench', 'by-hand', 'lake-data.mjs'), source, out];
      theirs.push(Number(execFileSync(process.execPath, script, { encoding: 'utf8' })));
      remove(out);
    }
    return { ratio: median(ours) / median(theirs), detail: { seconds: median(ours), peerSeconds: median(theirs) } };
  } finally {
    remove(folder);
  }
}

/** Flights, airports and weather as Parquet files; returns the folder. */
async function rawFiles(folder) {
  const { DuckDBInstance } = requireRuntime('@duckdb/node-api');
  const duckdb = await (await DuckDBInstance.create()).connect();
  const tables = {
    flights: `read_parquet('${FLIGHTS}')`,
    airports: `read_csv('${AIRPORTS}', header = true, all_varchar = true)`,
    weather: `(SELECT * REPLACE (CAST(date AS timestamp) AS date) FROM read_csv('${WEATHER}', header = true))`,
  };
  for (const [name, rows] of Object.entries(tables)) {
    mkdirSync(join(folder, name), { recursive: true });
    await duckdb.run(`COPY (FROM ${rows}) TO '${folder}/${name}/${name}.parquet' (FORMAT parquet, COMPRESSION snappy)`);
  }
  return folder;
}
