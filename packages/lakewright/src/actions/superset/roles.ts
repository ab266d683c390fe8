import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { LakewrightError } from '../../host/host';
import { endChild, hasEnded, startChild } from '../../programs/child';

/** How a role of the image is run on this machine. */
export interface RoleOptions {
  /** The image's build folder, and its entry point. */
  readonly folder: string;
  readonly entryPoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where its output goes; begun anew. */
  readonly log: string;
  readonly signal?: AbortSignal;
  /** Told each line of its output. */
  readonly onLine?: (line: string) => void;
}

/** A role that runs. */
export interface RunningRole {
  readonly child: ChildProcess;
  /** Resolves when it has ended and its output is written. */
  readonly ended: Promise<void>;
  /** Ends it and what it has started. */
  stop(): Promise<void>;
}

const LAST_LINES = 12;
const END = { inputMs: 0, termMs: 8_000 };
const HEALTH_SECONDS = 180;

function startRole(role: string, { folder, entryPoint, env, log, onLine }: RoleOptions): RunningRole {
  const file = openSync(log, 'w', 0o600);
  const child = startChild([...entryPoint, role], { cwd: folder, env, inherit: false });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      writeSync(file, `${line}\n`);
      onLine?.(line);
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  }).then(() => closeSync(file));
  return {
    child,
    ended,
    async stop() {
      await endChild(child, END);
      await ended;
    },
  };
}

/** Runs a role to its end. @throws LakewrightError LW_SUPERSET_FAILED, LW_SUPERSET_INTERRUPTED */
export async function runRole(role: string, options: RoleOptions): Promise<void> {
  const running = startRole(role, options);
  const { child } = running;
  let abort: (() => void) | undefined;
  try {
    const code = await new Promise<number | string | null>((resolve) => {
      abort = () => resolve('interrupted');
      if (options.signal?.aborted) abort();
      options.signal?.addEventListener('abort', abort, { once: true });
      child.once('error', (error) => resolve(error.message));
      child.once('close', resolve);
    });
    if (code === 'interrupted') throw interrupted();
    if (code !== 0) throw failed(role, options.log, `ended with ${code ?? 'a signal'}`);
  } finally {
    if (abort) options.signal?.removeEventListener('abort', abort);
    await running.stop();
  }
}

/** Starts the web server, and waits until it answers. @throws LakewrightError LW_SUPERSET_FAILED, LW_SUPERSET_INTERRUPTED */
export async function startWeb(url: string, options: RoleOptions): Promise<RunningRole> {
  const web = startRole('web', options);
  try {
    await healthy(url, web, options);
    return web;
  } catch (error) {
    await web.stop();
    throw error;
  }
}

async function healthy(url: string, { child }: RunningRole, options: RoleOptions): Promise<void> {
  for (const until = Date.now() + HEALTH_SECONDS * 1000; Date.now() < until; ) {
    if (options.signal?.aborted) throw interrupted();
    if (hasEnded(child)) throw failed('web', options.log, 'ended');
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw failed('web', options.log, `didn't answer within ${HEALTH_SECONDS} s`);
}

const interrupted = () => new LakewrightError('LW_SUPERSET_INTERRUPTED', 'Superset was ended before it was ready');

function failed(role: string, log: string, what: string): LakewrightError {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  return new LakewrightError('LW_SUPERSET_FAILED', `Superset's ${role} ${what} → its whole output: ${log}\n${lines}`);
}
