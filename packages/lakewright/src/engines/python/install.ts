import { spawn } from 'node:child_process';
import path from 'node:path';
import { LakewrightError } from '../../host/host';
import type { Interpreter } from './interpreter';

export interface InstallOptions {
  readonly name: string;
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
    child.on('exit', (exit, signal) => resolve(exit ?? String(signal)));
  });
  if (code !== 0) throw installError(options.name, `${path.basename(command)} ended with ${code}`, said.join('\n'));
}

/** What can be done about it, where its cause is known. */
export function installError(name: string, what: string, said: string): LakewrightError {
  const tail = said.split('\n').slice(-12).join('\n');
  if (/No space left|ENOSPC|os error 28|Disk quota/i.test(said)) {
    return new LakewrightError(
      'LW_ENVIRONMENT_DISK',
      `the environment "${name}" doesn't fit on the disk → free some space, or set LAKEWRIGHT_CACHE to a folder on another one\n${tail}`,
    );
  }
  if (/HASHES? (?:ARE|DO|FROM)|Hash mismatch|hash mismatch/i.test(said)) {
    return new LakewrightError(
      'LW_ENVIRONMENT_HASH',
      `a package of the environment "${name}" isn't the one that was pinned → nothing was installed → look at where pip gets its packages from\n${tail}`,
    );
  }
  const offline =
    /NewConnectionError|Temporary failure in name resolution|Name or service not known|ConnectTimeout|dns error|error sending request|Network is unreachable|Connection refused|No matching distribution found|Max retries exceeded/i;
  if (offline.test(said)) {
    return new LakewrightError(
      'LW_ENVIRONMENT_OFFLINE',
      `the packages of the environment "${name}" couldn't be fetched → a network, or a package index in pip's settings, is needed once → then: lakewright setup ${name}\n${tail}`,
    );
  }
  return new LakewrightError('LW_ENVIRONMENT_FAILED', `the environment "${name}" couldn't be made: ${what}\n${tail}`);
}
