import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Client } from 'pg';
import type { PostgresServer } from './postgres-server';
import { COLUMNS, changed, createTables, KEYS, randomNumbers, TABLES, writeRandomly } from './random-writer';

const TSX = require.resolve('tsx/cjs');

export interface KillOptions {
  readonly server: PostgresServer;
  /** The workspace's folder. */
  readonly root: string;
  readonly rounds: number;
  readonly seed: number;
  tell(text: string): void;
}

export interface KillReport {
  /** Comparisons of source and target, each equal. */
  readonly comparisons: number;
  readonly kills: number;
  /** Rows of changes at the target, each once. */
  readonly changes: number;
  readonly files: number;
}

/**
 * Replicates in a process that is killed at random moments, while another connection writes at random. Each time the process
 * has caught up, the current rows at the target are compared with the source's.
 *
 * @throws Error for the first difference, with the seed
 */
export async function killRounds({ server, root, rounds, seed, tell }: KillOptions): Promise<KillReport> {
  const random = randomNumbers(seed);
  const client = await server.connect();
  await createTables(client);
  const writer = new Writer(client, random);
  const report = { comparisons: 0, kills: 0, changes: 0, files: 0 };
  for (let round = 1; round <= rounds; round++) {
    writer.resume();
    // Anywhere: while it starts, loads, catches up, recovers.
    const early = new Child(root, server.url);
    await early.says('started');
    await Promise.race([pause(random() * 1500), early.failed]);
    await early.kill();
    report.kills++;
    // Again, and this one may finish; then it is killed among small batches.
    const child = new Child(root, server.url);
    await child.says('started');
    await writer.pause();
    child.forget();
    await child.says('caught up');
    await child.says('caught up');
    const found = await compare(client, root).catch((error) => {
      throw new Error(`seed ${seed}, round ${round}: ${error.message}`);
    });
    report.comparisons++;
    Object.assign(report, found);
    writer.resume();
    await pause(random() * 800);
    await child.kill();
    report.kills++;
    await writer.pause();
    tell(`round ${round}: ${found.changes} changes in ${found.files} files, equal`);
  }
  return report;
}

class Writer {
  private going = false;
  private loop: Promise<void> = Promise.resolve();
  private failure: Error | undefined;

  public constructor(
    private readonly client: Client,
    private readonly random: () => number,
  ) {}

  public resume(): void {
    if (this.going) return;
    this.going = true;
    this.loop = this.write().catch((error) => {
      this.failure = error;
    });
  }

  public async pause(): Promise<void> {
    this.going = false;
    await this.loop;
    if (this.failure) throw this.failure;
  }

  private async write(): Promise<void> {
    while (this.going) {
      await writeRandomly(this.client, this.random);
      // As fast as it can, it would make more files than rounds can look at.
      await pause(5);
    }
  }
}

/** A process that replicates. */
class Child {
  public readonly failed: Promise<never>;
  private readonly process: ChildProcess;
  private lines: string[] = [];
  private waiting: (() => void) | undefined;
  private killed = false;

  public constructor(root: string, url: string) {
    const script = path.join(__dirname, 'replication-child.ts');
    const child = spawn(process.execPath, ['--require', TSX, script, root, url, 'killed'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    createInterface(child.stdout).on('line', (line) => {
      this.lines.push(line);
      this.waiting?.();
    });
    this.failed = new Promise((_, reject) => {
      child.once('exit', (code) => {
        if (!this.killed) reject(new Error(`the replication ended with ${code}: ${errors}`));
      });
    });
    this.failed.catch(() => {});
  }

  /** Waits for a line, and takes it. */
  public async says(line: string): Promise<void> {
    while (!this.lines.includes(line)) {
      const next = new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
      await Promise.race([next, this.failed]);
    }
    this.lines.splice(this.lines.indexOf(line), 1);
  }

  /** What it said so far doesn't count. */
  public forget(): void {
    this.lines = [];
  }

  public async kill(): Promise<void> {
    this.killed = true;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

/** @throws Error for what differs */
async function compare(client: Client, root: string): Promise<{ changes: number; files: number }> {
  const duckdb = await (await DuckDBInstance.create()).connect();
  let [changes, files] = [0, 0];
  for (const table of TABLES) {
    const folder = path.join(root, 'buckets', 'lake', 'raw', 'public', table);
    const columns = COLUMNS[table] ?? [];
    const rows = `read_parquet('${folder}/**/*.parquet', union_by_name = true)`;
    const list = columns.map(([name, , sql]) => `${sql} AS "${name}"`).join(', ');
    const current = `SELECT ${list} FROM (SELECT *, row_number() OVER (PARTITION BY ${KEYS[table]} ORDER BY change_sequence DESC NULLS LAST) AS place FROM ${rows}) WHERE place = 1 AND "Op" <> 'D'`;
    const target = (await duckdb.runAndReadAll(current)).getRowObjectsJson().map((row) => JSON.stringify(row));
    const select = columns.map(([name, sql]) => `${sql} AS "${name}"`).join(', ');
    const source = (await client.query(`SELECT ${select} FROM ${table}`)).rows.map((row) => JSON.stringify(row));
    const there = new Set(target);
    const missing = source.filter((row) => !there.has(row));
    const here = new Set(source);
    const surplus = target.filter((row) => !here.has(row));
    if (missing.length + surplus.length > 0 || source.length !== target.length) {
      throw new Error(
        `${table}: ${source.length} rows, ${target.length} at the target; missing ${missing.slice(0, 3)}; too many ${surplus.slice(0, 3)}`,
      );
    }
    const [counts] = (
      await duckdb.runAndReadAll(
        `SELECT count(change_sequence)::INT AS n, count(DISTINCT change_sequence)::INT AS different FROM ${rows}`,
      )
    ).getRowObjectsJson() as { n: number; different: number }[];
    if (counts === undefined || counts.n !== counts.different) throw new Error(`${table}: a change is there twice`);
    changes += counts.n;
    files += fs.readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.parquet')).length;
    if (counts.n > (changed[table] ?? 0)) {
      throw new Error(`${table}: ${counts.n} changes at the target, ${changed[table]} were made`);
    }
  }
  return { changes, files };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
