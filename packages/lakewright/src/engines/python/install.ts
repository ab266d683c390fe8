import { spawn } from 'node:child_process';
import path from 'node:path';
import { LakewrightError } from '../../host/host';
import { MissingTool } from '../../host/missing-tool';
import type { Interpreter } from './interpreter';

export interface InstallOptions {
  readonly name: string;
  /** It is an environment of the catalog, whose packages are pinned: one that isn't found wasn't reached. */
  readonly pinned: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (text: string) => void;
}

/**
 * Makes a virtual environment in a folder and puts exactly the required packages into it, each checked by its hash: with
 * `uv` where it is there (some ten times faster), else with `venv` and `pip`. Both use the user's own settings for where
 * packages come from.
 *
 * @returns the environment's Python
 */
export async function installPackages(
  interpreter: Interpreter,
  folder: string,
  requirements: string,
  options: InstallOptions,
): Promise<string> {
  const python =
    process.platform === 'win32' ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python');
  const uv = await hasUv(options.env);
  if (uv) {
    await program('uv', ['venv', '--quiet', '--allow-existing', '--python', interpreter.path, folder], options);
    // pip compiles as it installs, uv only when it is told: else each start of a program would compile
    const install = ['pip', 'install', '--compile-bytecode', '--python', python, '--require-hashes', '--no-deps'];
    await program('uv', [...install, '-r', requirements], options);
  } else {
    await program(interpreter.path, ['-m', 'venv', folder], options);
    const install = [
      '--disable-pip-version-check',
      '--no-input',
      '--require-hashes',
      '--no-deps',
      '--progress-bar',
      'off',
    ];
    await program(python, ['-m', 'pip', 'install', ...install, '-r', requirements], options);
  }
  return python;
}

async function hasUv(env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = spawn('uv', ['--version'], { env, stdio: 'ignore' });
    probe.on('error', () => resolve(false));
    probe.on('exit', (code) => resolve(code === 0));
  });
}

/** Runs a program to its end; what it says goes to the progress, and into the error if it fails. */
export async function program(command: string, args: readonly string[], options: InstallOptions): Promise<void> {
  const said: string[] = [];
  const code = await new Promise<number | string>((resolve, reject) => {
    const child = spawn(command, args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        for (const line of text.split(/\r?\n/).map((item) => item.trim())) {
          if (line === '') continue;
          said.push(line);
          const step = /^(?:Collecting|Downloading|Installing|Prepared|Resolved|Installed|Successfully) .*/.exec(
            line,
          )?.[0];
          if (step) options.onProgress(`${options.name}: ${step.slice(0, 100)}`);
        }
      });
    }
    child.on('error', reject);
    // Not `exit`: what it said last, its error, may still be on its way.
    child.on('close', (exit, signal) => resolve(exit ?? String(signal)));
  });
  if (code !== 0) throw installError(options, `${path.basename(command)} ended with ${code}`, said.join('\n'));
}

/** How uv, pip, and Spark's resolver say that they reached nobody. */
const OFFLINE =
  /NewConnectionError|name resolution|Name or service not known|nodename nor servname|ConnectTimeout|ReadTimeout|timed out|dns error|error sending request|Network is (?:unreachable|down)|No route to host|Connection (?:refused|reset)|Max retries exceeded|ProxyError|Tunnel connection failed|UnknownHostException|Server access error/i;

/** What can be done about it, where its cause is known. */
export function installError(
  { name, pinned }: Pick<InstallOptions, 'name' | 'pinned'>,
  what: string,
  said: string,
): LakewrightError {
  const tail = said.split('\n').slice(-12).join('\n');
  const subject = pinned ? `the environment "${name}"` : name;
  if (/No space left|ENOSPC|os error 28|Disk quota/i.test(said)) {
    return new LakewrightError(
      'LW_ENVIRONMENT_DISK',
      `${subject} doesn't fit on the disk → free some space, or set LAKEWRIGHT_CACHE to a folder on another one\n${tail}`,
    );
  }
  if (/HASHES? (?:ARE|DO|FROM)|Hash mismatch|hash mismatch/i.test(said)) {
    return new LakewrightError(
      'LW_ENVIRONMENT_HASH',
      `a package of ${subject} isn't the one that was pinned → nothing was installed → look at where pip gets its packages from\n${tail}`,
    );
  }
  if (OFFLINE.test(said) || (pinned && said.includes('No matching distribution found'))) {
    const then = pinned ? ` → then: lakewright setup ${name}` : '';
    return new MissingTool(
      'LW_ENVIRONMENT_OFFLINE',
      `the packages of ${subject} couldn't be fetched → a network, or a package index in pip's settings, is needed once${then}\n${tail}`,
      { tool: 'network', ...(pinned && { environment: name }) },
    );
  }
  return new LakewrightError('LW_ENVIRONMENT_FAILED', `${subject} couldn't be made: ${what}\n${tail}`);
}
