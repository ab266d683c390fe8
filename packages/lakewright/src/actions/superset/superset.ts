import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Assembly } from '../../assembly/resource';
import { ensureEnvironment, type PythonEnvironment } from '../../engines/python/environment';
import { freePort } from '../../host/free-port';
import { type Host, LakewrightError } from '../../host/host';
import { DEFAULT_REGION } from '../../local-lake';
import { LOCAL_ADMIN } from '../../services/service';
import { readJson, writeFileAtomic } from '../../workspace/atomic-file';
import { declaredWorkgroupOf, requirePersona } from '../query/persona';
import { RESULTS_URI } from '../query/results-bucket';
import { type DeclaredSuperset, declaredSuperset } from './declared';
import { type RoleOptions, runRole, startWeb } from './roles';

/** The port that Superset takes if none is given: the one of its image. */
export const SUPERSET_PORT = 8088;

export interface SupersetOptions {
  /**
   * The role or user as which Superset asks Athena: construct id or name.
   *
   * @default - the role of the app's Superset; `local-admin` if it has none
   */
  readonly as?: string;
  /**
   * A folder with dashboards as Superset exports them.
   *
   * @default - those of the app's Superset
   */
  readonly bundle?: string;
  /**
   * The Athena workgroup.
   *
   * @default - the one that the role may use
   */
  readonly workgroup?: string;
  /**
   * A TCP port on loopback; 0 takes a free one.
   *
   * @default 8088
   */
  readonly port?: number;
  readonly signal?: AbortSignal;
}

/** A Superset that runs. */
export interface RunningSuperset {
  readonly url: string;
  readonly username: string;
  /** Made for this workspace, and kept in it. */
  readonly password: string;
  /** As whom it asks Athena. */
  readonly persona: string;
  readonly workgroup?: string;
  /** Resolves when it ends by itself. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** The lake that Superset shows. */
export interface SupersetLake {
  readonly assembly: Assembly;
  /** The app's folder. */
  readonly directory: string;
  readonly workspace: string;
  readonly host: Host;
  /** Where the lake's services are. */
  serve(): Promise<{ readonly url: string; close(): Promise<void> }>;
}

const SCRIPTS = path.join(__dirname, '..', '..', '..', 'assets', 'superset');
const ADMIN = LOCAL_ADMIN.principal;

/**
 * Starts Superset on a lake: its database is an SQLite file of the workspace, its scripts are those of the image. What it
 * needs is looked for and made first, so that a failure there starts nothing.
 *
 * @throws LakewrightError LW_SUPERSET_PLATFORM, LW_SUPERSET_BUNDLE, LW_SUPERSET_FAILED, LW_SUPERSET_INTERRUPTED,
 * LW_PORT_IN_USE, LW_NO_SUCH_PERSONA, LW_WHICH_WORKGROUP, and those of `ensureEnvironment`
 */
export async function supersetOn(lake: SupersetLake, options: SupersetOptions): Promise<RunningSuperset> {
  if (process.platform === 'win32') {
    const text = 'Superset on Windows → its web server runs on Linux and macOS → run Lakewright in WSL';
    throw new LakewrightError('LW_SUPERSET_PLATFORM', text);
  }
  const declared = declaredSuperset(lake.assembly);
  const persona =
    options.as === undefined ? (declared?.role ?? ADMIN) : requirePersona(lake.assembly.resources, options.as);
  const given = options.bundle === undefined ? undefined : path.resolve(lake.directory, options.bundle);
  const bundle = given === undefined ? declared?.bundle : checkedBundle(given);
  const workgroup = options.workgroup ?? workgroupFor(lake, persona, declared);
  const port = await webPort(options.port ?? SUPERSET_PORT);
  const say = (code: string, text: string) => lake.host.notify({ code, level: 'info', text });
  const environment = await ensureEnvironment('superset', { onProgress: (text) => say('LW_SETUP_PROGRESS', text) });
  if (persona === ADMIN) {
    const text =
      'Superset asks as local-admin, who sees everything → on AWS it has a role → name that one: --as Analyst, or add a Superset to the app';
    lake.host.notify({ code: 'LW_SUPERSET_ADMIN', level: 'warning', text });
  }

  const folder = path.join(lake.workspace, 'superset');
  const server = await lake.serve();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { key, username, password } = ownSecrets(folder);
    const url = `http://127.0.0.1:${port}`;
    const role = (name: string): RoleOptions => ({
      folder: declared?.folder ?? SCRIPTS,
      entryPoint: declared?.entryPoint ?? ['sh', 'entry.sh'],
      signal: options.signal,
      log: path.join(folder, `${name}.log`),
      onLine: (line) => line.startsWith('init: ') && say('LW_SUPERSET_PROGRESS', line.replace('init:', 'Superset:')),
      env: {
        ...machine(environment, folder),
        ...athena(server.url, lake.assembly.resources[0]?.region ?? DEFAULT_REGION, { persona, workgroup, declared }),
        ...(bundle !== undefined && { BUNDLE_FOLDER: bundle }),
        SUPERSET_SECRET_KEY: key,
        SUPERSET_DATABASE_URL: `sqlite:///${path.join(folder, 'superset.db')}`,
        ADMIN_USERNAME: username,
        ADMIN_PASSWORD: password,
        PUBLIC_URL: url,
        WEB_HOST: '127.0.0.1',
        WEB_PORT: String(port),
        WEB_WORKERS: '1',
      },
    });
    await runRole('init', role('init'));
    say('LW_SUPERSET_PROGRESS', 'Superset: starting');
    const web = await startWeb(url, role('web'));
    const close = async () => {
      await web.stop();
      await server.close();
    };
    return { url, username, password, persona: options.as ?? persona, workgroup, ended: web.ended, close };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** @throws LakewrightError LW_PORT_IN_USE */
async function webPort(wanted: number): Promise<number> {
  return await freePort(wanted).catch(({ code }: NodeJS.ErrnoException) => {
    const what = code === 'EADDRINUSE' ? 'is in use by another program' : `can't be had (${code})`;
    const text = `port ${wanted} of 127.0.0.1 ${what} → a free one is needed → --port N with another one, or 0 for any`;
    throw new LakewrightError('LW_PORT_IN_USE', text);
  });
}

/** The app's word counts for the app's role only. */
function workgroupFor(lake: SupersetLake, persona: string, declared?: DeclaredSuperset): string | undefined {
  const said = persona === declared?.role ? declared.variables.ATHENA_WORKGROUP : undefined;
  return said ?? (persona === ADMIN ? undefined : declaredWorkgroupOf(lake.assembly.resources, persona));
}

function athena(
  url: string,
  region: string,
  asks: { readonly persona: string; readonly workgroup?: string; readonly declared?: DeclaredSuperset },
): Record<string, string> {
  const { persona, workgroup, declared } = asks;
  const results = persona === declared?.role ? declared.variables.ATHENA_RESULTS : undefined;
  return {
    ATHENA_REGION: region,
    ATHENA_POLL_SECONDS: '0.05',
    ...(workgroup === undefined
      ? { ATHENA_WORKGROUP: 'primary', ATHENA_RESULTS: `${RESULTS_URI}superset/` }
      : { ATHENA_WORKGROUP: workgroup, ...(results !== undefined && { ATHENA_RESULTS: results }) }),
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: persona,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Variables of this machine: what a program needs to start, and nothing of the user's AWS settings. */
function machine({ python }: PythonEnvironment, folder: string): Record<string, string> {
  const kept = ['TMPDIR', 'LD_LIBRARY_PATH', 'LANG'].flatMap((name) =>
    process.env[name] ? [[name, process.env[name]]] : [],
  );
  return {
    ...Object.fromEntries(kept),
    PATH: [path.dirname(python), process.env.PATH].filter(Boolean).join(path.delimiter),
    HOME: folder,
    SUPERSET_HOME: folder,
    TZ: 'UTC',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

interface Secrets {
  readonly username: string;
  readonly password: string;
  readonly key: string;
}

/** Made once a workspace: only who reads the workspace knows them. */
function ownSecrets(folder: string): Secrets {
  const file = path.join(folder, 'log-in.json');
  const known = readJson<Secrets>(file);
  if (known) return known;
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  const secrets: Secrets = { username: 'admin', password: random(12), key: random(42) };
  writeFileAtomic(file, `${JSON.stringify(secrets, null, 1)}\n`, { tmp: folder, mode: 0o600 });
  return secrets;
}

function checkedBundle(folder: string): string {
  const isBundle = (name: string) => existsSync(path.join(name, 'metadata.yaml'));
  const isFolder = existsSync(folder) && statSync(folder).isDirectory();
  if (isFolder && (isBundle(folder) || readdirSync(folder).some((name) => isBundle(path.join(folder, name))))) {
    return folder;
  }
  const what = isFolder ? 'it has no metadata.yaml' : 'it is no folder';
  throw new LakewrightError(
    'LW_SUPERSET_BUNDLE',
    `--bundle ${folder}: ${what} → dashboards as Superset exports them, unpacked → export one in Superset, and unzip it`,
    2,
  );
}
