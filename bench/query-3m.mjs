import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AIRPORTS, athena, clientSettings, remove, requireRuntime, runLake, scratch, startServer } from './lake.mjs';
import { alternate, median } from './measure.mjs';

const ATHENA = `
SELECT state, origin, route_rank, flights, average_delay
FROM (
  SELECT a.state, f.origin, count(*) AS flights, avg(CAST(f.running AS double)) AS average_delay,
    rank() OVER (PARTITION BY a.state ORDER BY avg(CAST(f.running AS double)) DESC) AS route_rank
  FROM (
    SELECT origin, sum(delay_minutes) OVER (PARTITION BY origin ORDER BY departed_at ROWS BETWEEN 20 PRECEDING AND CURRENT ROW) AS running
    FROM converted.flights
  ) f
  JOIN raw.airports a ON a.iata = f.origin
  GROUP BY a.state, f.origin
)
WHERE route_rank <= 3
ORDER BY state, route_rank, origin`;

/** A join with windows over all flights, against the same query written for DuckDB on the same files. */
export async function query3m() {
  const sdk = requireRuntime('@aws-sdk/client-athena');
  const { DuckDBInstance } = requireRuntime('@duckdb/node-api');
  const workspace = scratch();
  runLake(workspace);
  const server = await startServer(workspace);
  try {
    const files = parquetFiles(join(workspace, 'buckets'));
    const native = ATHENA.replace(
      'converted.flights',
      `read_parquet([${files.map((file) => `'${file}'`).join(', ')}])`,
    ).replace('raw.airports', `read_csv('${AIRPORTS}', header = true)`);
    const client = new sdk.AthenaClient(clientSettings(server.url));
    const duckdb = await (await DuckDBInstance.create()).connect();
    let rows = [];
    let expected = [];
    const [ours, theirs] = await alternate(
      [
        async () => {
          rows = (await athena(client, sdk, ATHENA)).rows;
        },
        async () => {
          expected = (await duckdb.runAndReadAll(native)).getRows();
        },
      ],
      { rounds: 7, warmUp: 2 },
    );
    if (rows.length - 1 !== expected.length) throw new Error(`${rows.length - 1} rows, DuckDB has ${expected.length}`);
    return { ratio: median(ours) / median(theirs), detail: { seconds: median(ours), peerSeconds: median(theirs) } };
  } finally {
    await server.stop();
    remove(workspace);
  }
}

/** The converted flights' files: the same that Athena reads. */
function parquetFiles(buckets) {
  return readdirSync(buckets, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /storageconverted[^/\\]*[/\\]flights[/\\]month=/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name));
}
