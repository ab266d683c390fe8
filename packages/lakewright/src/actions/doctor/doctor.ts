import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ClassifiedResource } from '../../assembly/classify';
import { findJava, JAVA_VERSION } from '../../engines/python/java';
import { freePort } from '../../host/free-port';
import { setup } from '../setup/setup';
import { leftOutAhead, pythons } from './python';

const run = promisify(execFile);

/** One thing that the runtime needs or can use. */
export interface Check {
  readonly name: string;
  /** `missing` = something doesn't work without it; `optional` = not there, and only a part needs it. */
  readonly state: 'ok' | 'optional' | 'missing';
  /** What was found. */
  readonly found: string;
  /** What it enables, or what to do. */
  readonly meaning: string;
}

const NODE_FLOOR = [20, 19] as const;
const DISK_FLOOR = 2 * 1024 ** 3;

/**
 * Looks at this machine; changes nothing.
 *
 * @param classified the resources of a lake: what it would leave out here is told, too
 */
export async function doctor(
  workspace: string,
  port: number,
  classified?: readonly ClassifiedResource[],
): Promise<readonly Check[]> {
  const checks = await Promise.all([
    node(),
    engine(),
    java(),
    program('uv', 'uv', ['--version'], 'faster Python environments; venv and pip do without it'),
    serverPort(port),
    disk(workspace),
    holder(workspace),
  ]);
  const own = classified && (await leftOutAhead(classified));
  return [...checks, ...(await pythons()), ...(await environments()), ...(own ? [own] : [])];
}

/** Python environments: made when a lake needs them, or ahead of time. */
async function environments(): Promise<Check[]> {
  const states = await setup([], { notify: () => {}, confirm: async () => false });
  return states.map(({ name, purpose, folder }) => ({
    name: `Python: ${name}`,
    state: folder ? 'ok' : 'optional',
    found: folder ?? `not made yet (lakewright setup ${name})`,
    meaning: purpose,
  }));
}

async function node(): Promise<Check> {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fine = major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1]);
  return {
    name: 'Node.js',
    state: fine ? 'ok' : 'missing',
    found: process.versions.node,
    meaning: fine ? 'runs everything' : `install Node.js ${NODE_FLOOR.join('.')} or newer`,
  };
}

async function engine(): Promise<Check> {
  try {
    const { version } = await import('@duckdb/node-api');
    return { name: 'DuckDB', state: 'ok', found: version(), meaning: 'Athena SQL' };
  } catch (error) {
    return {
      name: 'DuckDB',
      state: 'missing',
      found: error instanceof Error ? error.message.split('\n')[0] : String(error),
      meaning: 'reinstall: its binary comes as an optional dependency for this platform',
    };
  }
}

async function java(): Promise<Check> {
  const home = await findJava();
  return {
    name: 'Java',
    state: home ? 'ok' : 'optional',
    found: home ?? `no Java ${JAVA_VERSION}`,
    meaning: home
      ? 'Glue jobs on Spark'
      : 'Glue jobs on Spark fetch one when they first run (lakewright setup java-17)',
  };
}

async function program(name: string, command: string, args: string[], meaning: string): Promise<Check> {
  try {
    const { stdout, stderr } = await run(command, args, { timeout: 10_000 });
    return { name, state: 'ok', found: (stdout || stderr).split('\n')[0].trim(), meaning };
  } catch {
    return { name, state: 'optional', found: 'not found', meaning };
  }
}

async function serverPort(port: number): Promise<Check> {
  const free = await freePort(port).then(
    () => true,
    () => false,
  );
  return {
    name: `Port ${port}`,
    state: free ? 'ok' : 'optional',
    found: free ? 'free' : 'in use',
    meaning: free ? 'lakewright serve' : 'lakewright serve --port N with another one',
  };
}

async function disk(workspace: string): Promise<Check> {
  let folder = path.resolve(workspace);
  while (!existsSync(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  return {
    name: 'Disk',
    state: free >= DISK_FLOOR ? 'ok' : 'missing',
    found: `${(free / 1024 ** 3).toFixed(1)} GiB free at ${folder}`,
    meaning:
      free >= DISK_FLOOR ? 'buckets and results' : 'free some space: a lake needs its data and a copy of each result',
  };
}

async function holder(workspace: string): Promise<Check> {
  const file = path.join(workspace, '.lock-holder.json');
  if (!existsSync(file)) return { name: 'Workspace', state: 'ok', found: 'free', meaning: path.resolve(workspace) };
  const { command, pid } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    name: 'Workspace',
    state: 'optional',
    found: `held by "${command}" (process ${pid})`,
    meaning: 'one writer at a time; query goes through a running serve',
  };
}
