import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { Lake, type RunReport } from 'lakewright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATASETS } from '../src/schemas';

const APP = path.join(__dirname, '..');
const workspace = mkdtempSync(path.join(tmpdir(), 'batch-lake-'));
let lake = new Lake({ directory: APP, workspace });
let first: RunReport;
let second: RunReport;

beforeAll(async () => {
  first = await lake.run();
  await lake.close(); // and the sources with it: a day passes
  lake = new Lake({ directory: APP, workspace });
  second = await lake.run();
}, 900_000);

afterAll(async () => {
  await lake.close();
  rmSync(workspace, { recursive: true, force: true });
});

/** What DuckDB says on the source files themselves, after the one day of changes that the second run brought. */
async function independently(sql: string): Promise<(string | null)[][]> {
  const { AIRPORTS, FLIGHTS, STRIKES, WEATHER } = await import('../services/sources.mjs');
  const { changesOfDay } = await import('../services/day.mjs');
  const duckdb = await (await DuckDBInstance.create()).connect();
  await duckdb.run(`CREATE TABLE flights AS SELECT * FROM ${FLIGHTS}`);
  for (const statement of changesOfDay(1)) await duckdb.run(statement);
  await duckdb.run('DELETE FROM flights WHERE destination IS NULL');
  const result = await duckdb.runAndReadAll(
    sql
      .replaceAll('{flights}', 'flights')
      .replaceAll('{airports}', AIRPORTS)
      .replaceAll('{strikes}', STRIKES)
      .replaceAll('{weather}', WEATHER),
  );
  return result.getRows().map((row) => row.map((cell) => (cell === null ? null : String(cell))));
}

/** Changes that a day brings: see services/day.mjs. */
const CHANGES = 899;

/** The conversion of flights; the tasks of a stage are items of it. */
const conversion = ({ tasks }: RunReport) =>
  tasks.flatMap((task) => [task, ...(task.items ?? [])]).find(({ name }) => name === 'Convert flights');

/** What the conversion of flights set aside. */
function quarantined(): { file: string; reasons: string[]; record: Record<string, unknown> }[] {
  const buckets = path.join(workspace, 'buckets');
  const converted = readdirSync(buckets).find((name) => name.includes('converted')) ?? '';
  const folder = path.join(buckets, converted, '_lakewright', 'flights', 'quarantine');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json.gz'))
    .flatMap((name) =>
      gunzipSync(readFileSync(path.join(folder, name)))
        .toString('utf8')
        .trim()
        .split('\n'),
    )
    .map((line) => JSON.parse(line))
    .map(({ record, ...rest }) => ({ ...rest, record: JSON.parse(record) }));
}

/** Numbers compare as numbers (2.0 and 2), everything else as text. */
function comparable(rows: readonly (readonly (string | null)[])[]): unknown[][] {
  return rows.map((row) => row.map((cell) => (cell !== null && /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell)));
}

async function expectEqual(athena: string, duckdb: string): Promise<void> {
  const { rows } = await lake.query(athena);
  const expected = await independently(duckdb);
  expect(rows.length).toBeGreaterThan(0);
  expect(comparable(rows)).toEqual(comparable(expected));
}

describe('the lake, run on this machine', () => {
  test('ends well, twice', () => {
    expect(first.error).toBeNull();
    expect(first.state).toBe('SUCCEEDED');
    expect(second.error).toBeNull();
    expect(second.state).toBe('SUCCEEDED');
  });

  test('has all rows of the five sources in the raw zone, those of the second run, too', () => {
    const rows = [first, second].map(({ personas }) => personas[0]?.expected);
    expect(rows.map((expected) => expected?.outcome)).toEqual(['equal', 'equal']);
    expect(Object.fromEntries((first.personas[0]?.sample ?? []) as [string, string][])).toEqual({
      airports: '3376',
      birdstrikes: '10000',
      customers: '2000',
      delay_targets: '12',
      flights: '3000000',
      weather: '2922',
    });
  });

  test('keeps the published version of each data set, and the one before it', () => {
    const versions = second.tables
      .filter(({ name }) => /_[0-9a-f]{32}$/.test(name))
      .map(({ name }) => name.slice(0, -33));
    const names = ['customers', 'delays_by_airport_month', 'weather_delay', 'worst_routes'];
    expect(versions.sort()).toEqual(names.flatMap((name) => [name, name]));
  });

  test('converts every flight, by month', async () => {
    await expectEqual(
      `SELECT month, count(*), sum(delay_minutes), sum(distance_miles), sum(flight_id), min(departed_at), max(departed_at)
       FROM models.stg_flights GROUP BY month ORDER BY month`,
      `SELECT strftime(departed_at, '%Y-%m') AS month, count(*), sum(delay_minutes), sum(distance_miles), sum(flight_id),
         strftime(min(departed_at), '%Y-%m-%d %H:%M:%S.%g'), strftime(max(departed_at), '%Y-%m-%d %H:%M:%S.%g')
       FROM {flights} GROUP BY 1 ORDER BY 1`,
    );
  });

  test('sets flights aside that go nowhere, with the reason, and converts no file twice', () => {
    const [one, two] = [first, second].map(conversion);
    expect(one).toMatchObject({ state: 'SUCCEEDED', filesIn: 1, rowsIn: 3_000_000, rowsOut: 2_999_994 });
    expect(two).toMatchObject({ state: 'SUCCEEDED', filesIn: 1, rowsIn: CHANGES, rowsOut: CHANGES });
    const records = quarantined();
    expect(records.map(({ record }) => record.flight_id).sort()).toEqual(
      [78, 500_078, 1_000_078, 1_500_078, 2_000_078, 2_500_078].sort(),
    );
    for (const { reasons, file } of records) {
      expect(reasons).toEqual(['destination: a value is required']);
      expect(file).toMatch(/operations\/public\/flights\/LOAD\d+\.parquet$/);
    }
  });

  test('converts nothing when nothing is new, and says so', async () => {
    const before = await lake.query('SELECT count(*), max(change_sequence) FROM converted.flights');
    const report = await lake.run({ pipeline: 'Nightly', only: 'Convert flights' });
    expect(report.state).toBe('SUCCEEDED');
    expect(conversion(report)).toMatchObject({ filesIn: 0, rowsOut: 0 });
    expect((await lake.query('SELECT count(*), max(change_sequence) FROM converted.flights')).rows).toEqual(
      before.rows,
    );
  });

  test('computes delays_by_day as an independent query does, after a run that made it anew in parts', async () => {
    await expectEqual(
      `SELECT CAST(day AS varchar), airport, flights, total_delay_minutes, delayed_flights, month
       FROM models.delays_by_day ORDER BY day, airport`,
      `SELECT strftime(departed_at, '%Y-%m-%d') AS day, origin, count(*), sum(delay_minutes),
         count(*) FILTER (delay_minutes > 15), strftime(departed_at, '%Y-%m')
       FROM {flights} GROUP BY ALL ORDER BY day, origin`,
    );
  });

  test('computes the features as an independent query does', async () => {
    await expectEqual(
      `SELECT airport, month, month_of_year, flights, flights_change, late_share, late_share_before
       FROM datasets.airport_features ORDER BY airport, month`,
      `SELECT origin, month, CAST(month[6:] AS integer), flights, flights - lag(flights) OVER w, late, lag(late) OVER w
       FROM (SELECT origin, strftime(departed_at, '%Y-%m') AS month, count(*) AS flights,
               round(count(*) FILTER (delay_minutes > 15) / count(*), 6) AS late
             FROM {flights} GROUP BY ALL)
       WINDOW w AS (PARTITION BY origin ORDER BY month) ORDER BY origin, month`,
    );
  });

  test("keeps the planners' targets as they were: those of today are open", async () => {
    const { rows } = await lake.query(
      'SELECT count(*), count_if(dbt_valid_to IS NULL) FROM models.delay_targets_history',
    );
    expect(rows).toEqual([['12', '12']]);
  });

  test('writes its runs down, with the rows of each task', async () => {
    const { rows } = await lake.query(
      `SELECT state, rows_in, rows_out, rows_quarantined FROM datasets.pipeline_runs
       WHERE task = 'Convert flights' ORDER BY started LIMIT 2`,
    );
    expect(rows).toEqual([
      ['SUCCEEDED', '3000000', '2999994', '6'],
      ['SUCCEEDED', String(CHANGES), String(CHANGES), '0'],
    ]);
  });

  test('computes delays_by_airport_month as an independent query does', async () => {
    await expectEqual(
      `SELECT airport, airport_name, city, state, month, flights, total_delay_minutes, average_delay_minutes, delayed_flights,
         delayed_percent FROM datasets.delays_by_airport_month ORDER BY airport, month`,
      `SELECT f.origin, a.name, a.city, a.state, strftime(f.departed_at, '%Y-%m') AS month, count(*), sum(f.delay_minutes),
         round(avg(f.delay_minutes), 2), count(*) FILTER (f.delay_minutes > 15),
         round(100.0 * count(*) FILTER (f.delay_minutes > 15) / count(*), 2)
       FROM {flights} f LEFT JOIN {airports} a ON a.iata = f.origin
       GROUP BY ALL ORDER BY f.origin, month`,
    );
  });

  test('computes worst_routes as an independent query does', async () => {
    await expectEqual(
      `SELECT route_rank, origin, destination, flights, distance_miles, total_delay_minutes, average_delay_minutes,
         worst_delay_minutes FROM datasets.worst_routes ORDER BY route_rank, origin, destination`,
      `SELECT rank() OVER (ORDER BY late DESC) AS place, origin, destination, flights, distance, total, late, worst FROM (
         SELECT origin, destination, count(*) AS flights, max(distance_miles) AS distance, sum(delay_minutes) AS total,
           round(avg(delay_minutes), 2) AS late, max(delay_minutes) AS worst
         FROM {flights} GROUP BY origin, destination HAVING count(*) >= 181)
       ORDER BY place, origin, destination`,
    );
  });

  test('computes weather_delay as an independent query does', async () => {
    await expectEqual(
      `SELECT location, airport, month_of_year, average_precipitation_mm, average_wind_metres_per_second, wet_days_percent,
         flights, total_delay_minutes, average_delay_minutes FROM datasets.weather_delay ORDER BY airport, month_of_year`,
      `SELECT c.location, f.origin, c.m, c.rain, c.wind, c.wet, count(*), sum(f.delay_minutes), round(avg(f.delay_minutes), 2)
       FROM {flights} f
       JOIN (SELECT location, month(date) AS m, round(avg(precipitation), 2) AS rain, round(avg(wind), 2) AS wind,
               round(100.0 * count(*) FILTER (weather IN ('rain', 'snow')) / count(*), 1) AS wet
             FROM {weather} GROUP BY location, month(date)) c
         ON c.m = month(f.departed_at)
         AND c.location = CASE f.origin WHEN 'SEA' THEN 'Seattle' WHEN 'JFK' THEN 'New York' WHEN 'LGA' THEN 'New York' WHEN 'EWR' THEN 'New York' END
       GROUP BY ALL ORDER BY f.origin, c.m`,
    );
  });

  test('has each bird strike once, with its values', async () => {
    await expectEqual(
      `SELECT strike_id, airport_name, damage, CAST(flight_date AS varchar), species, total_cost_dollars, speed_knots
       FROM raw.birdstrikes ORDER BY strike_id`,
      `SELECT strike_id, airport_name, damage, flight_date, species, total_cost_dollars, speed_knots
       FROM {strikes} ORDER BY strike_id`,
    );
  });

  test('has the cells of the spreadsheet with their types', async () => {
    const { rows } = await lake.query(
      `SELECT airport, target_minutes, valid_from, on_time_share, owner FROM raw.delay_targets WHERE airport IN ('DFW', 'LGA')
       ORDER BY airport`,
    );
    expect(rows).toEqual([
      ['DFW', '8.5', '2001-04-01', '0.82', 'Operations South'],
      ['LGA', '10.0', '2001-04-01', '0.79', null],
    ]);
  });

  test('prints in its checks what the tables hold', async () => {
    const answered = second.personas.filter(({ outcome }) => outcome === 'succeeded');
    for (const { check, name, query, sample, rows } of answered) {
      const again = await lake.query(query, name === 'local-admin' ? {} : { as: name });
      expect(again.rows.length, check).toBe(rows);
      expect(again.rows.slice(0, 20), check).toEqual(sample);
    }
    expect(answered).toHaveLength(6);
  });

  test('reports of each table as many rows as an independent query counts', async () => {
    const [[whole, airports, strikes, weather, months, days, routes] = []] = await independently(
      `SELECT count(*), (FROM {airports} SELECT count(*)), (FROM {strikes} SELECT count(*)), (FROM {weather} SELECT count(*)),
         count(DISTINCT (origin, departed_at.strftime('%Y-%m'))), count(DISTINCT (origin, departed_at::DATE)),
         (SELECT count(*) FROM (FROM {flights} SELECT 1 GROUP BY origin, destination HAVING count(*) >= 181)) FROM {flights}`,
    );
    const [customers, targets] = ['customers', 'delay_targets'].map(
      (source) => second.personas[0]?.sample?.find(([name]) => name === source)?.[1],
    );
    const aside = quarantined().length;
    const expected = {
      'raw.airports': airports,
      'raw.birdstrikes': strikes,
      'raw.customers': 2 * Number(customers),
      'raw.delay_targets': targets,
      'raw.flights': 3_000_000 + CHANGES,
      'raw.weather': weather,
      'converted.current_airports': airports,
      'converted.current_customers': customers,
      'converted.current_flights': Number(whole) + aside,
      'converted.flights': 3_000_000 + CHANGES - aside,
      'models.customers': customers,
      'models.delay_targets_history': targets,
      'models.delays_by_airport_month': months,
      'models.delays_by_day': days,
      'models.stg_airports': airports,
      'models.stg_customers': customers,
      'models.stg_flights': whole,
      'models.stg_weather': weather,
      'models.weather_delay': 2 * 12,
      'models.worst_routes': routes,
      'datasets.airport_features': months,
      'datasets.customers': customers,
      'datasets.delays_by_airport_month': months,
      'datasets.weather_delay': 2 * 12,
      'datasets.worst_routes': routes,
    };
    const named = second.tables.filter(({ name }) => !/_[0-9a-f]{32}$/.test(name) && name !== 'pipeline_runs');
    expect(Object.fromEntries(named.map(({ database, name, rows }) => [`${database}.${name}`, rows]))).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, rows]) => [name, Number(rows)])),
    );
  });

  test('shows two analysts different columns and rows by the same SQL, and refuses a third', async () => {
    const [privacy, analyst, guest] = second.personas.filter(({ check }) => check === 'Who are the best customers?');
    expect(privacy?.columns).toEqual(DATASETS.customers?.map(({ name }) => name));
    expect(analyst?.columns).toEqual(['customer_id', 'region', 'home_airport', 'miles', 'newsletter']);
    expect(guest).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/^Insufficient permissions/) });

    const regions = 'SELECT region, count(*) FROM datasets.customers GROUP BY region ORDER BY region';
    const all = await lake.query(regions, { as: 'PrivacyAnalyst' });
    const some = await lake.query(regions, { as: 'Analyst' });
    expect(all.rows.map(([region]) => region)).toEqual(['EU', 'NA']);
    expect(some.rows).toEqual(all.rows.slice(1));
    await expect(lake.query('SELECT email FROM datasets.customers', { as: 'Analyst' })).rejects.toThrow(
      "Column 'email' cannot be resolved",
    );
    await expect(lake.query('SELECT * FROM raw.customers', { as: 'PrivacyAnalyst' })).rejects.toThrow(/permission/i);
  });

  test('executes all that moves data', () => {
    expect(second.resources.unsupported).toEqual([]);
    const types = new Set(second.resources.executed.map(({ type }) => type));
    for (const type of [
      'AWS::S3::Bucket',
      'AWS::Glue::Database',
      'AWS::Glue::Crawler',
      'AWS::DMS::ReplicationConfig',
      'AWS::ECS::TaskDefinition',
      'AWS::Glue::Job',
      'AWS::Lambda::Function',
      'AWS::Athena::WorkGroup',
      'AWS::StepFunctions::StateMachine',
    ]) {
      expect(types).toContain(type);
    }
  });
});
