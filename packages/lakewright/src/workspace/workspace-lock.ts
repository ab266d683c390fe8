import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import { LakewrightError } from '../host/host';
import { readJson } from './atomic-file';

/** Who writes to the workspace. */
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  /** ISO time. */
  readonly since: string;
  readonly host: string;
}

/** A holder that shows no sign of life for so long is gone, whatever its process id says (it may have been reused). */
const STALE_MS = 60_000;
/** How often a holder shows a sign of life, and sees whether its lock was taken away. */
const UPDATE_MS = 2_000;

/**
 * Makes this process the only writer of a workspace until the returned function is called.
 *
 * A lock whose process was killed is taken over at once. `lost` is called if somebody removes the lock under us.
 *
 * @throws LakewrightError LW_WORKSPACE_LOCKED, naming the holder
 */
export async function lockWorkspace(root: string, command: string, lost: () => void): Promise<() => Promise<void>> {
  const lock = path.join(root, '.writer');
  const holderFile = path.join(root, '.writer.json');
  // Only one process at a time may judge whether the holder lives: two that both remove a dead one's lock would both win.
  const leave = await lockfile.lock(path.join(root, '.queue'), {
    realpath: false,
    stale: 5_000,
    retries: { retries: 60, minTimeout: 50, maxTimeout: 150 },
    onCompromised: () => {},
  });
  try {
    const holder = readHolder(holderFile);
    if (holder !== undefined && !isAlive(holder)) fs.rmSync(`${lock}.lock`, { recursive: true, force: true });
    const release = await lockfile.lock(lock, {
      realpath: false,
      stale: STALE_MS,
      update: UPDATE_MS,
      onCompromised: lost,
    });
    const self: LockHolder = { pid: process.pid, command, since: new Date().toISOString(), host: os.hostname() };
    fs.writeFileSync(holderFile, `${JSON.stringify(self)}\n`);
    return async () => {
      fs.rmSync(holderFile, { force: true });
      await release().catch(() => {});
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    throw lockedError(root, readHolder(holderFile));
  } finally {
    await leave().catch(() => {});
  }
}

function readHolder(file: string): LockHolder | undefined {
  try {
    return readJson<LockHolder>(file);
  } catch {
    return undefined;
  }
}

function isAlive(holder: LockHolder): boolean {
  if (holder.host !== os.hostname()) return true;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function lockedError(root: string, holder: LockHolder | undefined): LakewrightError {
  const who =
    holder === undefined
      ? 'another process'
      : `"${holder.command}" (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
  return new LakewrightError(
    'LW_WORKSPACE_LOCKED',
    `${root} is in use by ${who} → one process writes to a workspace at a time → wait for it or end it, or give another folder`,
    1,
    holder,
  );
}
