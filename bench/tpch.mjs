import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { athena, clientSettings, remove, requireRuntime, runLake, scratch, startServer } from './lake.mjs';
import { alternate, median } from './measure.mjs';
import { TPCH_TABLES, tpchData, tpchLake } from './tpch-data.mjs';

const QUERIES = 'packages/lakewright/test/corpus/recorded/tpch.jsonl';

/**
 * The 22 queries of TPC-H at scale factor 1 through Athena's API, against the same texts in DuckDB on the same files, hot.
 * The ratio is of the sums of the medians.
 */
export async function tpch() {
  const data = await tpchData();
  if (!data) return undefined;
  const scratchFolder = scratch();
  const app = tpchLake(data, join(scratchFolder, 'app'));
  const lake = { app, workspace: join(scratchFolder, 'workspace') };
  runLake(lake.workspace, app);
  const server = await startServer(lake.workspace, app);
  try {
    const sdk = requireRuntime('@aws-sdk/client-athena');
    const client = new sdk.AthenaClient(clientSettings(server.url));
    const { DuckDBInstance } = requireRuntime('@duckdb/node-api');
    const duckdb = await (await DuckDBInstance.create()).connect();
    for (const table of TPCH_TABLES) {
      await duckdb.run(`CREATE VIEW ${table} AS SELECT * FROM read_parquet('${join(data, table)}/*.parquet')`);
    }
    const sums = [0, 0];
    const ratios = {};
    for (const { id, sql } of tpchQueries()) {
      let rows = 0;
      let expected = 0;
      const times = await alternate(
        [
          async () => {
            rows = (await athena(client, sdk, sql, 'tpch')).rows.length - 1;
          },
          async () => {
            expected = (await duckdb.runAndReadAll(sql)).currentRowCount;
          },
        ],
        { rounds: 3 },
      );
      if (rows !== Math.min(expected, 999)) throw new Error(`${id}: ${rows} rows, DuckDB has ${expected}`);
      const [ours, theirs] = times.map(median);
      sums[0] += ours;
      sums[1] += theirs;
      ratios[id] = Number((ours / theirs).toFixed(2));
    }
    return { ratio: sums[0] / sums[1], detail: { seconds: sums[0], peerSeconds: sums[1], ratios } };
  } finally {
    await server.stop();
    remove(scratchFolder);
  }
}

function tpchQueries() {
  return readFileSync(QUERIES, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ id }) => /^tpch-q\d\d$/.test(id));
}
