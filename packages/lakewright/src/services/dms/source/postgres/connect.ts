import type { Client, ClientConfig, DatabaseError } from 'pg';
import { LakewrightError } from '../../../../host/host';

/** What makes PostgreSQL print values in one form, on any server. */
const SETTINGS =
  '-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=1 -c bytea_output=hex -c lc_monetary=C -c statement_timeout=0 -c idle_in_transaction_session_timeout=0';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
]);

/** Opens a connection; with `replication`, one that speaks the replication protocol. */
export async function connect(url: string, replication = false): Promise<Client> {
  const config = {
    connectionString: url,
    options: SETTINGS,
    client_encoding: 'UTF8',
    application_name: 'lakewright',
    connectionTimeoutMillis: 15_000,
    ...(replication && { replication: 'database' }),
  } satisfies ClientConfig & { replication?: string };
  const pg = await import('pg');
  const client = new pg.Client(config);
  // An error of an idle connection comes again as that of the next query.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw connectFailure(error, url);
  }
}

/** Host, port, database and user: what may be shown of a URL. */
export function shown(url: string): string {
  try {
    const { hostname, port, pathname, username } = new URL(url);
    return `${decodeURIComponent(username) || 'postgres'}@${hostname}:${port || 5432}${pathname}`;
  } catch {
    return 'the database';
  }
}

function connectFailure(error: unknown, url: string): LakewrightError {
  const code = codeOf(error);
  const where = shown(url);
  if (code === '28P01' || code === '28000') {
    return new LakewrightError(
      'LW_DMS_SOURCE_LOGIN',
      `PostgreSQL refuses ${where}: ${textOf(error)} → user and password of the connection must be the database's → correct the URL that "connections" of lakewright.config.json leads to`,
    );
  }
  if (code === '3D000') {
    return new LakewrightError(
      'LW_DMS_SOURCE_DATABASE',
      `${where}: ${textOf(error)} → the URL's path names the database → correct it`,
    );
  }
  if (UNREACHABLE.has(code) || /timeout/i.test(textOf(error))) {
    return new LakewrightError(
      'LW_DMS_SOURCE_UNREACHABLE',
      `no PostgreSQL answers at ${where} (${code || textOf(error)}) → the server must run and accept this connection → start it, or correct host and port of the URL that "connections" of lakewright.config.json leads to`,
    );
  }
  return new LakewrightError('LW_DMS_SOURCE_FAILED', `${where}: ${textOf(error)}`);
}

export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A failed statement in words of what to do. */
export function queryFailure(error: unknown, doing: string): unknown {
  if (!isDatabaseError(error)) return error;
  switch (error.code) {
    case '42501':
      return new LakewrightError(
        'LW_DMS_SOURCE_RIGHTS',
        `${doing}: ${error.message} → the role of the connection needs SELECT on the tables, and for changes REPLICATION and the ownership of the tables (or superuser) → grant it, or connect as another role`,
      );
    case '55006':
      return new LakewrightError(
        'LW_DMS_SLOT_IN_USE',
        `${doing}: ${error.message} → one process at a time reads a replication's slot → end the other lakewright run of this lake`,
      );
    case '53400':
      return new LakewrightError(
        'LW_DMS_NO_FREE_SLOT',
        `${doing}: ${error.message} → the server needs a free replication slot → raise max_replication_slots and restart it, or drop a slot that isn't used (pg_drop_replication_slot)`,
      );
    case '53300':
      return new LakewrightError(
        'LW_DMS_SOURCE_FAILED',
        `${doing}: ${error.message} → raise max_wal_senders or max_connections`,
      );
    default:
      return new LakewrightError(
        'LW_DMS_SOURCE_FAILED',
        `${doing}: ${error.message}${error.hint ? ` (${error.hint})` : ''}`,
      );
  }
}

/** An error that the server sent. */
export const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error && 'severity' in error && 'code' in error;
