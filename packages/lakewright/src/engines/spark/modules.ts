import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../python/cache-folder';
import type { PythonEnvironment } from '../python/environment';
import { program } from '../python/install';

/**
 * `--additional-python-modules`, installed by pip into a folder that later runs with the same ones take as it is.
 *
 * @throws MissingTool LW_ENVIRONMENT_OFFLINE; LakewrightError LW_ENVIRONMENT_FAILED, LW_ENVIRONMENT_DISK
 */
export async function installModules(
  environment: PythonEnvironment,
  modules: readonly string[],
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  if (modules.length === 0) return undefined;
  const hash = createHash('sha256').update(JSON.stringify([environment.folder, ...modules.map(identity)]));
  const folder = path.join(cacheFolder(), 'python-modules', hash.digest('hex').slice(0, 16));
  if (fs.existsSync(folder)) return folder;
  const temporary = `${folder}-${randomUUID()}`;
  const options = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off', '--target', temporary];
  try {
    const tools = { name: '--additional-python-modules', pinned: false, env: process.env, onProgress };
    await program(environment.python, ['-m', 'pip', 'install', ...options, ...modules], tools);
    try {
      fs.renameSync(temporary, folder);
    } catch (error) {
      // Another run was first.
      if (!fs.existsSync(folder)) throw error;
    }
    return folder;
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** A wheel of this machine is known by its content. */
function identity(module: string): string {
  if (!fs.existsSync(module) || !fs.statSync(module).isFile()) return module;
  return createHash('sha256').update(fs.readFileSync(module)).digest('hex');
}
