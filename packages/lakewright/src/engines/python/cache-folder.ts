import os from 'node:os';
import path from 'node:path';

/**
 * Where things are kept that are made once a machine: `LAKEWRIGHT_CACHE`, else `lakewright` in the user's cache folder
 * (Linux: `XDG_CACHE_HOME` or `~/.cache`; macOS: `~/Library/Caches`; Windows: `%LOCALAPPDATA%`).
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.LAKEWRIGHT_CACHE) return path.resolve(env.LAKEWRIGHT_CACHE);
  const home = os.homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'lakewright');
  if (platform === 'win32') return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'lakewright');
  return path.join(env.XDG_CACHE_HOME || path.join(home, '.cache'), 'lakewright');
}
