import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hasProgram, runProgram } from '../run-program';

/** Whether the Python suites can run at all. */
export const hasPython = hasProgram('python3');

/**
 * A virtual environment with exactly the packages of a requirements file, each checked by its hash; made on first use and
 * kept under the user's cache directory by the file's hash.
 *
 * A file is made of its `.in` by `uv pip compile --universal --generate-hashes --no-header --python-version 3.11`.
 *
 * @param requirements file name in this folder
 * @returns the path of its `python`
 */
export async function pythonVenv(requirements = 'requirements.txt'): Promise<string> {
  const file = path.join(import.meta.dirname, requirements);
  const hash = createHash('sha256').update(fs.readFileSync(file)).digest('hex').slice(0, 16);
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  const folder = path.join(cache, 'lakewright', 'test-venvs', hash);
  const python = path.join(folder, 'bin', 'python');
  const complete = path.join(folder, 'complete');
  if (fs.existsSync(complete)) return python;
  // What an interrupted installation left isn't an environment.
  fs.rmSync(folder, { recursive: true, force: true });
  await must('python3', ['-m', 'venv', folder]);
  const install = ['install', '--quiet', '--disable-pip-version-check', '--require-hashes', '--no-deps', '-r', file];
  await must(python, ['-m', 'pip', ...install]);
  fs.writeFileSync(complete, '');
  return python;
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stderr}`);
}
