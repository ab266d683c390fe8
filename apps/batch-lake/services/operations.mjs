// The airline's operations database: three million flights and their airports in PostgreSQL. Each start after the first
// brings one day of changes, which DMS replicates; none with OPERATIONS_AT_REST=1, for those who compare runs.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { changesOfDay } from './day.mjs';
import { startPostgres } from './postgres.mjs';
import { AIRPORTS, FLIGHTS } from './sources.mjs';

const TABLES = {
  airports: {
    columns: `iata varchar(4) PRIMARY KEY, name text NOT NULL, city text, state varchar(4), country varchar(60) NOT NULL,
      latitude double precision NOT NULL, longitude double precision NOT NULL`,
    rows: `SELECT iata, name, city, state, country, latitude, longitude FROM ${AIRPORTS}`,
  },
  flights: {
    columns: `flight_id bigint PRIMARY KEY, departed_at timestamp NOT NULL, delay_minutes integer NOT NULL,
      distance_miles integer NOT NULL, origin varchar(4) NOT NULL, destination varchar(4)`,
    rows: `SELECT flight_id, departed_at, delay_minutes, distance_miles, origin, destination FROM ${FLIGHTS}`,
  },
};

const folder = process.env.LAKEWRIGHT_SERVICE_FOLDER;
if (!folder) throw new Error('LAKEWRIGHT_SERVICE_FOLDER must name the folder in which the database lies');
const server = await startPostgres(folder);
process.once('SIGTERM', stop);
process.stdin.once('end', stop).resume(); // also when the program that started this one was killed

const client = new pg.Client({ connectionString: server.url });
await client.connect();
const { rows } = await client.query("SELECT to_regclass('public.days') IS NOT NULL AS loaded");
if (!rows[0].loaded) await load(client);
else if (!process.env.OPERATIONS_AT_REST) await nextDay(client);
await client.end();
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);

/** All tables or none: the transaction is what a killed start leaves nothing of. */
async function load(database) {
  const duckdb = await (await DuckDBInstance.create()).connect();
  await database.query('BEGIN');
  for (const [name, { columns, rows: select }] of Object.entries(TABLES)) {
    const file = path.join(folder, `${name}.csv`);
    await duckdb.run(`COPY (${select}) TO '${file.replaceAll("'", "''")}' (FORMAT csv, HEADER false)`);
    await database.query(`CREATE TABLE ${name} (${columns})`);
    // a deletion tells the whole row: its month of departure, too
    await database.query(`ALTER TABLE ${name} REPLICA IDENTITY FULL`);
    const into = database.query(copyFrom(`COPY ${name} FROM STDIN (FORMAT csv)`));
    await pipeline(fs.createReadStream(file, { highWaterMark: 1 << 20 }), into);
    fs.rmSync(file);
  }
  await database.query('CREATE TABLE days (day integer PRIMARY KEY)');
  await database.query('COMMIT');
}

async function nextDay(database) {
  await database.query('BEGIN');
  const { rows: days } = await database.query(
    'INSERT INTO days SELECT coalesce(max(day), 0) + 1 FROM days RETURNING day',
  );
  for (const statement of changesOfDay(days[0].day)) await database.query(statement);
  await database.query('COMMIT');
}

async function stop() {
  await server.stop();
  process.exit(0);
}
