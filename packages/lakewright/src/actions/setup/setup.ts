import { ENVIRONMENTS } from '../../engines/python/catalog';
import { ensureEnvironment, environmentKind, findEnvironment } from '../../engines/python/environment';
import type { Host } from '../../host/host';

/** An environment after `setup`. */
export interface SetupResult {
  readonly name: string;
  readonly purpose: string;
  /** `missing` in a listing only. */
  readonly state: 'made' | 'there' | 'missing';
  readonly folder?: string;
  readonly python?: string;
}

/**
 * Makes the Python environments that are named, ahead of their first use; without names it lists which there are.
 *
 * @throws LakewrightError LW_ENVIRONMENT_UNKNOWN before anything is made
 */
export async function setup(names: readonly string[], host: Host): Promise<readonly SetupResult[]> {
  if (names.length === 0) return ENVIRONMENTS.map(({ name }) => state(name));
  for (const name of names) environmentKind(name);
  const results: SetupResult[] = [];
  for (const name of names) {
    const before = findEnvironment(name);
    if (!before) {
      await ensureEnvironment(name, {
        onProgress: (text) => host.notify({ code: 'LW_SETUP_PROGRESS', level: 'info', text }),
      });
    }
    results.push({ ...state(name), state: before ? 'there' : 'made' });
  }
  return results;
}

function state(name: string): SetupResult {
  const { purpose } = environmentKind(name);
  const found = findEnvironment(name);
  if (!found) return { name, purpose, state: 'missing' };
  return { name, purpose, state: 'there', folder: found.folder, python: found.python };
}
