// A wildlife agency's REST API: GET /strikes?updated_from=…&updated_to=…&cursor=…, a thousand records a page.
import { DuckDBInstance } from '@duckdb/node-api';
import { serveJson } from './serve-http.mjs';
import { STRIKES } from './sources.mjs';

const PAGE = 1000;
const duckdb = await (await DuckDBInstance.create()).connect();
const select = `SELECT * REPLACE (CAST(strike_id AS integer) AS strike_id) FROM ${STRIKES} ORDER BY last_modified, strike_id`;
const strikes = (await duckdb.runAndReadAll(select)).getRowObjectsJson();

serveJson(({ pathname, searchParams }) => {
  if (pathname !== '/strikes') return { status: 404, body: { error: `there is no ${pathname}` } };
  const [from, to] = [searchParams.get('updated_from') ?? '', searchParams.get('updated_to') ?? '9999'];
  const start = Number(searchParams.get('cursor') ?? 0);
  if (!Number.isInteger(start) || start < 0)
    return { status: 400, body: { error: 'cursor is a number that was given' } };
  const found = strikes.filter(({ last_modified: at }) => at >= from && at < to);
  const next = start + PAGE < found.length ? String(start + PAGE) : null;
  return { body: { strikes: found.slice(start, start + PAGE), total: found.length, next } };
});
