import fs from 'node:fs';
import { isIPv4 } from 'node:net';
import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2';
import { LakewrightError } from '../../../../host/host';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
  'PROTOCOL_CONNECTION_LOST',
]);

const TLS_MODES = ['DISABLED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'];

/** Values come in one form from any server: times with a zone in UTC, quotes in texts doubled. */
const SESSION = `SET time_zone = '+00:00', sql_mode = 'NO_BACKSLASH_ESCAPES', net_write_timeout = 3600, wait_timeout = 86400`;

/** Options of `mysql://user:password@host:port/database?ssl-mode=…`. @throws LakewrightError without the URL's password */
export function connectionOptions(url: string): ConnectionOptions {
  const parsed = parse(url);
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(parsed.port || 3306),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    ...(parsed.pathname.length > 1 && { database: decodeURIComponent(parsed.pathname.slice(1)) }),
    charset: 'utf8mb4',
    connectTimeout: 15_000,
    // A server may not ask for the files of its client.
    flags: ['-LOCAL_FILES'],
    ...tls(parsed),
  };
}

/** A connection that answers in rows of texts. */
export async function connect(url: string): Promise<Connection> {
  const options = connectionOptions(url);
  const { createConnection } = await import('mysql2');
  const connection = createConnection(options);
  // An error of an idle connection comes again as that of the next query.
  connection.on('error', () => {});
  try {
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    await rows(connection, SESSION);
    return connection;
  } catch (error) {
    connection.destroy();
    throw connectFailure(error, url);
  }
}

/** The rows of a statement. */
export function rows(connection: Connection, sql: string): Promise<RowDataPacket[]> {
  return new Promise((resolve, reject) =>
    connection.query<RowDataPacket[]>(sql, (error, result) => (error ? reject(error) : resolve(result))),
  );
}

export const name = (text: string): string => `\`${text.replaceAll('`', '``')}\``;

/** A text in a statement; backslashes are characters as others. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Host, port, database and user: what may be shown of a URL. */
export function shown(url: string): string {
  try {
    const { hostname, port, pathname, username } = new URL(url);
    return `${decodeURIComponent(username)}@${hostname}:${port || 3306}${pathname}`;
  } catch {
    return 'the database';
  }
}

/** A failed statement in words of what to do. */
export function queryFailure(error: unknown, doing: string): unknown {
  if (error instanceof LakewrightError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (/^ER_.*ACCESS.?DENIED|^ER_TABLEACCESS/.test(code)) {
    return new LakewrightError(
      'LW_DMS_SOURCE_RIGHTS',
      `${doing}: ${error.message} → the user needs SELECT on the tables, for changes REPLICATION CLIENT and REPLICATION SLAVE on *.*, and with MySQL LOCK TABLES for the moment of the snapshot → GRANT it, or connect as another user`,
    );
  }
  if (code === 'ER_TABLE_DEF_CHANGED') {
    return new LakewrightError(
      'LW_DMS_SOURCE_CHANGED',
      `${doing}: ${error.message} → a table can't be altered while it is loaded → start the replication again`,
    );
  }
  if (UNREACHABLE.has(code) || ('fatal' in error && error.fatal === true)) {
    return new LakewrightError(
      'LW_DMS_SOURCE_UNREACHABLE',
      `${doing}: the connection to the server was lost (${code || error.message}) → see that it runs, and run it again`,
    );
  }
  return 'sqlState' in error ? new LakewrightError('LW_DMS_SOURCE_FAILED', `${doing}: ${error.message}`) : error;
}

export function connectFailure(error: unknown, url: string): unknown {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const where = shown(url);
  const config = '"connections" of lakewright.config.json leads to';
  if (code === 'ER_ACCESS_DENIED_ERROR' || code === 'AUTH_SWITCH_PLUGIN_ERROR') {
    return new LakewrightError(
      'LW_DMS_SOURCE_LOGIN',
      `the server refuses ${where}: ${text} → user and password of the connection must be the database's → correct the URL that ${config}`,
    );
  }
  if (code === 'ER_BAD_DB_ERROR' || code === 'ER_DBACCESS_DENIED_ERROR') {
    return new LakewrightError(
      'LW_DMS_SOURCE_DATABASE',
      `${where}: ${text} → the URL's path names a database that the user may use → correct it`,
    );
  }
  if (/^HANDSHAKE_|CERT|^ERR_TLS/.test(code)) {
    return new LakewrightError(
      'LW_DMS_SOURCE_TLS',
      `${where}: ${text} → with ssl-mode=REQUIRED any certificate is taken, with VERIFY_CA and VERIFY_IDENTITY that of an authority in ssl-ca → correct ssl-mode or ssl-ca of the URL that ${config}`,
    );
  }
  if (UNREACHABLE.has(code)) {
    return new LakewrightError(
      'LW_DMS_SOURCE_UNREACHABLE',
      `no MySQL or MariaDB answers at ${where} (${code}) → the server must run and accept this connection → start it, or correct host and port of the URL that ${config}`,
    );
  }
  return error instanceof LakewrightError ? error : new LakewrightError('LW_DMS_SOURCE_FAILED', `${where}: ${text}`);
}

export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // A slash in the password ends the host, and what follows of it would be the path.
  const given = parsed?.hostname && parsed.username && !parsed.pathname.includes('@');
  if (given && /^(mysql|mariadb):$/.test(parsed.protocol)) return parsed;
  throw new LakewrightError(
    'LW_DMS_SOURCE_URL',
    `the URL of the source isn't one of MySQL → mysql://user:password@host:port/database, characters like @ and / of the password percent-encoded → correct the URL that "connections" of lakewright.config.json leads to`,
    2,
  );
}

function tls({ searchParams, hostname }: URL): Pick<ConnectionOptions, 'ssl'> {
  for (const key of searchParams.keys()) {
    if (['ssl-mode', 'ssl-ca', 'ssl-cert', 'ssl-key'].includes(key)) continue;
    throw new LakewrightError(
      'LW_DMS_SOURCE_URL',
      `parameter "${key}" of the source's URL → ssl-mode, ssl-ca, ssl-cert and ssl-key are known → remove it`,
      2,
    );
  }
  const file = (key: string) => (searchParams.has(key) ? readFile(key, searchParams.get(key) ?? '') : undefined);
  const mode = (searchParams.get('ssl-mode') ?? (searchParams.has('ssl-ca') ? 'VERIFY_CA' : 'DISABLED')).toUpperCase();
  if (!TLS_MODES.includes(mode)) {
    throw new LakewrightError(
      'LW_DMS_SOURCE_URL',
      `ssl-mode "${mode}" of the source's URL → one of ${TLS_MODES.join(', ')} → correct it`,
      2,
    );
  }
  if (mode === 'DISABLED') return {};
  if (mode === 'VERIFY_IDENTITY' && (isIPv4(hostname) || hostname.startsWith('['))) {
    // The driver would look for "localhost" in the certificate of an address.
    throw new LakewrightError(
      'LW_DMS_SOURCE_URL',
      `ssl-mode=VERIFY_IDENTITY with the address ${hostname} → a name that the certificate has → write the server's name, or VERIFY_CA`,
      2,
    );
  }
  return {
    ssl: {
      ca: file('ssl-ca'),
      cert: file('ssl-cert'),
      key: file('ssl-key'),
      rejectUnauthorized: mode !== 'REQUIRED',
      verifyIdentity: mode === 'VERIFY_IDENTITY',
    },
  };
}

function readFile(key: string, file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new LakewrightError(
      'LW_DMS_SOURCE_URL',
      `${key} of the source's URL: ${error instanceof Error ? error.message : error} → a readable PEM file → correct it`,
      2,
    );
  }
}
