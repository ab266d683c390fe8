import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../host/free-port';
import { LakewrightError } from '../../host/host';
import { runOnTrino } from './client';
import type { Java } from './java';

/** The catalog of the lake's Hive tables; Iceberg tables are redirected to a second one. */
export const LAKE_CATALOG = 'awsdatacatalog';

/** `Server` says that it is ready this long after its start at most; 15 to 40 s are usual. */
const START_MS = 600_000;

export interface TrinoServerOptions {
  readonly java: Java;
  /** The unpacked server. */
  readonly trino: string;
  /** Configuration, log and working files of this start; emptied before and after. */
  readonly folder: string;
  /** Lakewright's own server: Glue and S3 of the lake. */
  readonly lake: { readonly url: string; readonly region: string };
}

export interface TrinoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a real Trino on the lake's folders and catalog, through Lakewright's own Glue and S3 APIs. Bound to loopback.
 *
 * It knows nothing of Lake Formation: it is for callers who may see everything.
 *
 * @throws LakewrightError LW_TRINO_FAILED with the last lines of its log
 */
export async function startTrino(options: TrinoServerOptions): Promise<TrinoServer> {
  const { folder, java, trino } = options;
  rmSync(folder, { recursive: true, force: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  writeConfiguration(options, port);
  const log = path.join(folder, 'server.log');
  const child = spawn(java.command, javaArguments(folder, trino), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(log);
  child.stdout?.pipe(output);
  child.stderr?.pipe(output);
  let tail = '';
  child.stdout?.on('data', (chunk) => {
    tail = (tail + chunk).slice(-1_500);
  });
  child.stderr?.on('data', (chunk) => {
    tail = (tail + chunk).slice(-1_500);
  });
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const stop = async (): Promise<void> => {
    process.off('exit', onExit);
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(url, child, () => tail);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** As the server's own launcher starts it, with the compiler that is ready first: statements are short here. */
function javaArguments(folder: string, trino: string): string[] {
  return [
    '-cp',
    path.join(trino, 'lib', '*'),
    '-Xmx2G',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '--add-modules=jdk.incubator.vector',
    '--enable-native-access=ALL-UNNAMED',
    '-Djdk.attach.allowAttachSelf=true',
    `-Dnode.data-dir=${path.join(folder, 'data')}`,
    `-Dconfig=${path.join(folder, 'etc', 'config.properties')}`,
    '-Dnode.internal-address=127.0.0.1',
    '-Dnode.bind-ip=127.0.0.1',
    '-Dnode.environment=lakewright',
    '-Dnode.id=lakewright',
    'io.trino.server.TrinoServer',
  ];
}

function writeConfiguration({ folder, trino, lake }: TrinoServerOptions, port: number): void {
  const etc = path.join(folder, 'etc');
  mkdirSync(path.join(etc, 'catalog'), { recursive: true });
  const properties = (file: string, values: Record<string, string | number | boolean>): void =>
    writeFileSync(
      path.join(etc, file),
      Object.entries(values)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
  properties('config.properties', {
    coordinator: true,
    'node-scheduler.include-coordinator': true,
    'http-server.http.port': port,
    'discovery.uri': `http://127.0.0.1:${port}`,
    'plugin.dir': path.join(trino, 'plugin'),
    'catalog.config-dir': path.join(etc, 'catalog'),
    'query.max-memory': '1GB',
    'query.max-memory-per-node': '1GB',
  });
  const lakeAccess = {
    'hive.metastore.glue.region': lake.region,
    'hive.metastore.glue.endpoint-url': lake.url,
    'hive.metastore.glue.aws-access-key': 'local',
    'hive.metastore.glue.aws-secret-key': 'local',
    'fs.native-s3.enabled': true,
    's3.endpoint': lake.url,
    's3.region': lake.region,
    's3.path-style-access': true,
    's3.aws-access-key': 'local',
    's3.aws-secret-key': 'local',
  };
  properties(`catalog/${LAKE_CATALOG}.properties`, {
    'connector.name': 'hive',
    'hive.metastore': 'glue',
    'hive.iceberg-catalog-name': 'iceberg',
    'hive.non-managed-table-writes-enabled': true,
    ...lakeAccess,
  });
  properties('catalog/iceberg.properties', {
    'connector.name': 'iceberg',
    'iceberg.catalog.type': 'glue',
    ...lakeAccess,
  });
}

async function untilReady(url: string, child: ChildProcess, tail: () => string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const info = await fetch(`${url}/v1/info`)
      .then((response) => response.json() as Promise<{ starting: boolean }>)
      .catch(() => undefined);
    if (info?.starting === false && (await hasActiveNode(url))) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const what = child.exitCode === null ? `was not ready after ${START_MS / 1000} s` : `ended with ${child.exitCode}`;
  throw new LakewrightError('LW_TRINO_FAILED', `Trino ${what} → its log ends with:\n${tail().trim()}`);
}

/** It takes statements a few seconds before it knows of itself as a node; until then they fail with NO_NODES_AVAILABLE. */
async function hasActiveNode(url: string): Promise<boolean> {
  const sql = "SELECT count(*) FROM system.runtime.nodes WHERE state = 'active'";
  const answer = await runOnTrino(url, sql, { catalog: 'system' }).catch(() => undefined);
  return answer !== undefined && 'rows' in answer && Number(answer.rows[0]?.[0]) > 0;
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const impatient = setTimeout(() => child.kill('SIGKILL'), 15_000);
    child.once('exit', () => {
      clearTimeout(impatient);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
