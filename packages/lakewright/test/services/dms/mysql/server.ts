import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Connection, createConnection } from 'mysql2';
import { freePort } from '../../../../src/host/free-port';

const FOLDERS = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/libexec'];

function program(...names: string[]): string | undefined {
  return names.flatMap((name) => FOLDERS.map((folder) => path.join(folder, name))).find((file) => fs.existsSync(file));
}

const SERVER = program('mariadbd');
const INSTALL = program('mariadb-install-db');

/** Why there is no MariaDB to test against; undefined where there is one. */
export const withoutMariaDb: string | undefined =
  SERVER && INSTALL
    ? undefined
    : 'skipped: this machine has no mariadbd and mariadb-install-db (Debian: mariadb-server)';

/** What changes can be captured with. */
const CAPTURE = ['--log-bin=bin', '--binlog-format=ROW', '--binlog-row-metadata=FULL', '--server-id=1'];

/** A MariaDB of one's own, on a free port of the loopback, in a temporary folder. */
export class MariaDb {
  public static async start(options: readonly string[] = CAPTURE): Promise<MariaDb> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-mariadb-'));
    const data = path.join(folder, 'data');
    const temporary = path.join(folder, 'tmp');
    fs.mkdirSync(data);
    fs.mkdirSync(temporary);
    // MariaDB doesn't run as root.
    const user = process.getuid?.() === 0 ? ['--user=nobody'] : [];
    if (user.length > 0) {
      for (const above of [os.tmpdir(), folder]) fs.chmodSync(above, fs.statSync(above).mode | 0o001);
      execFileSync('chown', ['nobody', data, temporary]);
    }
    execFileSync(
      INSTALL ?? '',
      [
        '--no-defaults',
        `--datadir=${data}`,
        ...user,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--skip-name-resolve',
      ],
      { stdio: 'pipe', env: { ...process.env, TMPDIR: temporary } },
    );
    const server = new MariaDb(folder, user, await freePort());
    await server.run(options);
    return server;
  }

  private process: ChildProcess | undefined;
  private connection: Connection | undefined;

  private constructor(
    private readonly folder: string,
    private readonly user: readonly string[],
    public readonly port: number,
  ) {}

  public url(user = 'root', password = '', query = ''): string {
    return `mysql://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${query}`;
  }

  /** Runs statements one after the other, in one session. */
  public async sql(...statements: string[]): Promise<Record<string, unknown>[]> {
    let result: Record<string, unknown>[] = [];
    for (const statement of statements) {
      result = await new Promise((resolve, reject) =>
        this.root().query(statement, (error, rows) =>
          error ? reject(new Error(`${error.message} in ${statement.slice(0, 200)}`)) : resolve(rows as never),
        ),
      );
    }
    return result;
  }

  /** Another session. */
  public session(): Connection {
    return createConnection({
      host: '127.0.0.1',
      port: this.port,
      user: 'root',
      multipleStatements: true,
      charset: 'utf8mb4',
    });
  }

  public async stop(): Promise<void> {
    await this.halt();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends the server and starts it with other options, on the same data. */
  public async restart(options: readonly string[] = CAPTURE): Promise<void> {
    await this.halt();
    await this.run(options);
  }

  private root(): Connection {
    this.connection ??= this.session();
    return this.connection;
  }

  private async halt(): Promise<void> {
    this.connection?.destroy();
    this.connection = undefined;
    const running = this.process;
    this.process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  }

  private run(options: readonly string[]): Promise<void> {
    const server = spawn(
      SERVER ?? '',
      [
        '--no-defaults',
        `--datadir=${path.join(this.folder, 'data')}`,
        ...this.user,
        `--port=${this.port}`,
        `--socket=${path.join(this.folder, 'data', 's.sock')}`,
        '--bind-address=127.0.0.1',
        '--innodb-flush-log-at-trx-commit=0',
        '--innodb-buffer-pool-size=16M',
        '--innodb-log-file-size=16M',
        '--skip-name-resolve',
        ...options,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: path.join(this.folder, 'tmp') } },
    );
    this.process = server;
    return new Promise((resolve, reject) => {
      let log = '';
      server.stderr?.on('data', (data) => {
        log += data;
        if (log.includes('ready for connections')) resolve();
      });
      server.once('exit', (code) => reject(new Error(`mariadbd ended with ${code}: ${log}`)));
    });
  }
}
