import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KillSource } from './kill-source';
import { replay } from './replica';

/** A process is killed up to so many milliseconds after it began. */
const LONGEST_LIFE = 2500;
const MOST_KILLS = 3;

/**
 * Sessions write to a database at random while a process replicates it; the process is killed (SIGKILL) at random moments and
 * started again. After each round the files, played back in the order of their changes, must be the source's tables.
 *
 * @throws Error for a change that is missing or there twice
 */
export async function killRounds(source: KillSource, count: number, tell: (text: string) => void): Promise<void> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-kills-'));
  let [kills, transactions] = [0, 0];
  try {
    for (let round = 1; round <= count; round++) {
      source.resume();
      const times = 1 + Math.floor(Math.random() * MOST_KILLS);
      for (let kill = 0; kill < times; kill++) await lifeAndDeath(source, root);
      const written = await source.pause();
      kills += times;
      transactions += written;
      await finished(start(source, root, 'once'));
      const rows = await compare(source, root);
      tell(`round ${round}: ${times} kills, ${written} transactions, ${rows} rows equal`);
    }
    tell(`${count} rounds, ${kills} kills, ${transactions} transactions: the files are the tables each time`);
  } finally {
    await source.stop();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

function start(source: KillSource, root: string, mode: 'loop' | 'once'): ChildProcess {
  const script = path.join(__dirname, 'replicate.ts');
  const args = [script, root, source.engine, source.url, source.schema, mode];
  return spawn(process.execPath, ['--import', 'tsx', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The process mustn't end by itself. */
async function lifeAndDeath(source: KillSource, root: string): Promise<void> {
  const child = start(source, root, 'loop');
  const ended = exit(child);
  await Promise.race([new Promise((resolve) => child.stdout?.once('data', resolve)), ended]);
  await Promise.race([sleep(Math.random() * LONGEST_LIFE), ended]);
  child.kill('SIGKILL');
  const { signal, log } = await ended;
  if (signal !== 'SIGKILL') throw new Error(`the replication ended by itself:\n${log}`);
}

async function finished(child: ChildProcess): Promise<void> {
  const { code, log } = await exit(child);
  if (code !== 0) throw new Error(`the replication failed:\n${log}`);
}

function exit(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly signal: string | null; readonly log: string }> {
  let log = '';
  child.stderr?.on('data', (data) => {
    log += data;
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, log })));
}

/** @returns the number of rows */
async function compare(source: KillSource, root: string): Promise<number> {
  let count = 0;
  for (const table of source.tables) {
    const replica = await replay(path.join(root, 'buckets', 'lake'), source.schema, table);
    const rows = await source.rows(table.name);
    count += rows.length;
    const sorted = (all: Iterable<object>) => [...all].map((row) => JSON.stringify(row)).sort();
    const [is, should] = [sorted(replica.values()), sorted(rows)];
    const index = should.findIndex((row, at) => row !== is[at]);
    if (index === -1 && is.length === should.length) continue;
    throw new Error(
      `${table.name}: ${is.length} rows, ${should.length} in the source; first difference: ${is[index]} instead of ${should[index]}`,
    );
  }
  return count;
}
