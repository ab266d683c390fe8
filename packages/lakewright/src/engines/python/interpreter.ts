import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MissingTool } from '../../host/missing-tool';

const run = promisify(execFile);

/** A Python 3 of this machine. */
export interface Interpreter {
  /** Absolute path. */
  readonly path: string;
  /** `3.11.8` */
  readonly version: string;
  readonly minor: number;
}

/** What runs programs that bring their own packages: functions, containers. */
export const ANY_PYTHON: readonly [number, number] = [8, 20];

const PROBE = 'import sys, venv, ensurepip; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])';

/**
 * The first Python 3 whose version fits: `LAKEWRIGHT_PYTHON` alone if it is set, else `python3`, `python3.x` from the
 * newest down, `python`.
 *
 * @throws MissingTool LW_PYTHON_MISSING that says what was found instead
 */
export async function findPython(
  [lowest, highest]: readonly [number, number],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Interpreter> {
  const numbered = Array.from({ length: highest - lowest + 1 }, (_, index) => `python3.${highest - index}`);
  const candidates = env.LAKEWRIGHT_PYTHON ? [env.LAKEWRIGHT_PYTHON] : ['python3', ...numbered, 'python'];
  const others: string[] = [];
  for (const candidate of candidates) {
    const found = await probe(candidate, env);
    if (found && found.minor >= lowest && found.minor <= highest) return found;
    if (found) others.push(`${candidate} is Python ${found.version}`);
    else if (env.LAKEWRIGHT_PYTHON) others.push(`LAKEWRIGHT_PYTHON="${candidate}" is no Python 3 with the module venv`);
  }
  const wanted = `Python 3.${lowest} ${highest - lowest === 1 ? 'or' : 'to'} 3.${highest} with the module venv`;
  const seen = others.length ? others.join(', ') : 'no Python 3 with the module venv was found';
  throw new MissingTool(
    'LW_PYTHON_MISSING',
    `${seen} → ${wanted} is needed → install it (Debian and Ubuntu: also python3-venv), or set LAKEWRIGHT_PYTHON to one`,
    { tool: 'python', python: [lowest, highest] },
  );
}

async function probe(command: string, env: NodeJS.ProcessEnv): Promise<Interpreter | undefined> {
  try {
    const { stdout } = await run(command, ['-c', PROBE], { timeout: 20_000, env });
    const [path = '', version = ''] = stdout.trim().split(/\r?\n/);
    const [major, minor] = version.split('.').map(Number);
    return major === 3 && minor !== undefined ? { path, version, minor } : undefined;
  } catch {
    return undefined;
  }
}
