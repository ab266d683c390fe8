// How many rows each source has, counted at the source itself: what `lakewright run` expects to find in the raw zone.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { DuckDBInstance } from '@duckdb/node-api';
import { strFromU8, unzipSync } from 'fflate';
import pg from 'pg';
import { WEATHER } from './sources.mjs';

const services = JSON.parse(process.env.LAKEWRIGHT_SERVICES ?? '{}');
const database = new pg.Client({ connectionString: services.operations });
await database.connect();
const duckdb = await (await DuckDBInstance.create()).connect();

const rows = [
  { name: 'airports', rows: await inDatabase('airports') },
  { name: 'birdstrikes', rows: (await json(`${services.wildlife}/strikes`)).total },
  { name: 'customers', rows: (await json(soql('SELECT COUNT() FROM Contact'))).totalSize },
  { name: 'delay_targets', rows: inSpreadsheet('delay_targets.xlsx') },
  { name: 'flights', rows: await inDatabase('flights') },
  { name: 'weather', rows: Number((await duckdb.runAndReadAll(`SELECT count(*) FROM ${WEATHER}`)).getRows()[0][0]) },
];
await database.end();
process.stdout.write(JSON.stringify(rows));

async function inDatabase(table) {
  return Number((await database.query(`SELECT count(*) AS rows FROM ${table}`)).rows[0].rows);
}

async function json(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

function soql(query) {
  return `${services.salesforce}/services/data/v60.0/query?q=${encodeURIComponent(query)}`;
}

/** The rows of the first sheet below its three rows of headings. */
function inSpreadsheet(name) {
  const files = unzipSync(fs.readFileSync(path.join(import.meta.dirname, '..', 'files', name)));
  return strFromU8(files['xl/worksheets/sheet1.xml']).match(/<row [^>]*r="(?:[4-9]|\d{2,})"/g).length;
}
