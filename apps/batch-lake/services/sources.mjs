// Where the real data come from (npm package vega-datasets: US Government records), as DuckDB reads them.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** The folder with the data files. */
export const DATA = path.join(path.dirname(require.resolve('vega-datasets')), '..', 'data');

const quoted = (file) => `'${path.join(DATA, file).replaceAll("'", "''")}'`;

/**
 * Flights, each with a number: its place in the file. Of one in half a million the operations database forgot where it
 * went, which the data don't have: so that there is something for a conversion to set aside.
 */
export const FLIGHTS = `(SELECT file_row_number + 1 AS flight_id, date AS departed_at, delay AS delay_minutes,
  distance AS distance_miles, origin, CASE WHEN file_row_number % 500000 <> 77 THEN destination END AS destination FROM read_parquet(${quoted('flights-3m.parquet')}, file_row_number = true))`;

export const AIRPORTS = `read_csv(${quoted('airports.csv')}, header = true, all_varchar = true)`;

export const WEATHER = `read_csv(${quoted('weather.csv')}, header = true)`;

/** Bird strikes, each with a number, under names that an API would use, and a time at which the record was last changed. */
export const STRIKES = `(SELECT row_number() OVER () AS strike_id, "Airport Name" AS airport_name,
  "Aircraft Make Model" AS aircraft, "Effect Amount of damage" AS damage, "Flight Date" AS flight_date,
  "Aircraft Airline Operator" AS operator, "Origin State" AS state, "Phase of flight" AS phase,
  "Wildlife Size" AS wildlife_size, "Wildlife Species" AS species, "Time of day" AS time_of_day,
  CAST("Cost Total $" AS double) AS total_cost_dollars, CAST(nullif("Speed IAS in knots", '') AS double) AS speed_knots,
  strftime(CAST("Flight Date" AS date) + INTERVAL 30 DAY, '%Y-%m-%dT12:00:00Z') AS last_modified
  FROM read_csv(${quoted('birdstrikes.csv')}, header = true, all_varchar = true))`;
