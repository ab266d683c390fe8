// ../lakes/lake-data.cjs as somebody would write it for DuckDB alone: the same files, no catalog, no history.
// node lake-data.mjs <raw files> <folder>; prints seconds.
import { resolve } from 'node:path';
import process from 'node:process';
import { requireRuntime } from '../lake.mjs';

const [raw, out] = process.argv.slice(2).map((path) => resolve(path));
const { DuckDBInstance } = requireRuntime('@duckdb/node-api');
const started = performance.now();
const duckdb = await (await DuckDBInstance.create()).connect();

await duckdb.run(`COPY (
  SELECT date AS departed_at, delay AS delay_minutes, distance AS distance_miles, origin, destination,
    strftime(date, '%Y-%m') AS month
  FROM read_parquet('${raw}/flights/*.parquet')
) TO '${out}/flights' (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (month))`);
await duckdb.run(
  `CREATE VIEW flights AS SELECT * FROM read_parquet('${out}/flights/*/*.parquet', hive_partitioning = true)`,
);
await duckdb.run(`CREATE VIEW airports AS SELECT * FROM read_parquet('${raw}/airports/*.parquet')`);
await duckdb.run(`CREATE VIEW weather AS SELECT * FROM read_parquet('${raw}/weather/*.parquet')`);
await duckdb.run(`COPY (
  SELECT origin, name, city, state, month, count(*), sum(delay_minutes), round(avg(delay_minutes), 2),
    count_if(delay_minutes > 15), round(100.0 * count_if(delay_minutes > 15) / count(*), 2)
  FROM flights LEFT JOIN airports ON iata = origin GROUP BY ALL
) TO '${out}/delays_by_airport_month.parquet' (COMPRESSION snappy)`);
await duckdb.run(`COPY (
  SELECT rank() OVER (ORDER BY late DESC), * FROM (
    SELECT origin, destination, count(*), max(distance_miles), sum(delay_minutes), round(avg(delay_minutes), 2) AS late,
      max(delay_minutes) FROM flights GROUP BY origin, destination HAVING count(*) >= 181)
) TO '${out}/worst_routes.parquet' (COMPRESSION snappy)`);
await duckdb.run(`COPY (
  WITH climate AS (
    SELECT location, month(date) AS m, round(avg(precipitation), 2) AS p, round(avg(wind), 2) AS w,
      round(100.0 * count_if(weather IN ('rain', 'snow')) / count(*), 1) AS wet FROM weather GROUP BY ALL),
  served(location, airport) AS (VALUES ('Seattle', 'SEA'), ('New York', 'JFK'), ('New York', 'LGA'), ('New York', 'EWR'))
  SELECT s.location, airport, m, p, w, wet, count(*), sum(delay_minutes), round(avg(delay_minutes), 2)
  FROM flights JOIN served s ON airport = origin JOIN climate c ON c.location = s.location AND m = month(departed_at)
  GROUP BY ALL
) TO '${out}/weather_delay.parquet' (COMPRESSION snappy)`);
console.log((performance.now() - started) / 1000);
