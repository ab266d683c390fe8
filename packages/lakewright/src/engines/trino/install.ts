import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { LakewrightError } from '../../host/host';
import { cacheFolder } from '../python/cache-folder';

const run = promisify(execFile);

/** The version that the corpora were recorded on: Athena engine 3 lies between Trino 368 and later ones. */
export const TRINO_VERSION = '476';
const COORDINATES = `io.trino:trino-server:${TRINO_VERSION}:tar.gz`;
const SHA256 = 'cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f';
/** Of 60 plugins those that a lake can use. */
const PLUGINS = ['hive', 'iceberg', 'memory', 'geospatial', 'ml'];

export interface InstallOptions {
  /** @default - `cacheFolder()` */
  readonly cache?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: (text: string) => void;
}

const home = (cache: string): string => path.join(cache, `trino-${TRINO_VERSION}`);

/** The folder of an installed Trino. Starts nothing. */
export function findTrino({ cache = cacheFolder() }: InstallOptions = {}): string | undefined {
  return existsSync(home(cache)) ? home(cache) : undefined;
}

/**
 * Unpacks the server into the user's cache folder, 480 MB. Its archive (820 MB) is fetched by Maven, with the user's own settings,
 * or lies in the cache folder already, put there by hand.
 *
 * @throws LakewrightError LW_TRINO_ARCHIVE_MISSING, LW_TRINO_ARCHIVE_DAMAGED
 */
export async function installTrino(options: InstallOptions = {}): Promise<string> {
  const { cache = cacheFolder(), onProgress = () => {} } = options;
  const known = findTrino({ cache });
  if (known) return known;
  mkdirSync(cache, { recursive: true });
  const archive = path.join(cache, `trino-server-${TRINO_VERSION}.tar.gz`);
  if (!existsSync(archive)) await fetchArchive(archive, options);
  onProgress('checking the archive');
  const sum = await sha256(archive);
  if (sum !== SHA256) {
    throw new LakewrightError(
      'LW_TRINO_ARCHIVE_DAMAGED',
      `${archive} has the SHA-256 ${sum} → ${COORDINATES} has ${SHA256} → delete the file, and try again`,
    );
  }
  onProgress('unpacking');
  const work = `${home(cache)}.${process.pid}`;
  mkdirSync(work);
  try {
    // Everything, for plugins share their files by hard links; then what isn't needed goes.
    await run('tar', ['-xzf', archive, '-C', work]);
    const server = path.join(work, `trino-server-${TRINO_VERSION}`);
    for (const name of readdirSync(path.join(server, 'plugin'))) {
      if (!PLUGINS.includes(name)) rmSync(path.join(server, 'plugin', name), { recursive: true });
    }
    rmSync(path.join(server, 'secrets-plugin'), { recursive: true, force: true });
    if (!findTrino({ cache })) renameSync(server, home(cache));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  rmSync(archive);
  return home(cache);
}

async function fetchArchive(
  archive: string,
  { env = process.env, onProgress = () => {} }: InstallOptions,
): Promise<void> {
  const folder = path.dirname(archive);
  onProgress(`fetching ${COORDINATES} with Maven (820 MB)`);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
  const args = ['--batch-mode', '--quiet', goal, `-Dartifact=${COORDINATES}`, `-DoutputDirectory=${folder}`];
  try {
    await run(process.platform === 'win32' ? 'mvn.cmd' : 'mvn', args, { env, maxBuffer: 1 << 24 });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'Maven (mvn) is not there' : firstLine(error);
    throw new LakewrightError(
      'LW_TRINO_ARCHIVE_MISSING',
      `${reason} → ${COORDINATES} of Maven Central is needed → install Maven, or put the archive at ${archive}`,
    );
  }
}

const firstLine = (error: unknown): string =>
  ((error as { stdout?: string }).stdout || String(error)).trim().split('\n')[0]?.slice(0, 300) ?? '';

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
