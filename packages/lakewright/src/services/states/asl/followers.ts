import type { ApiShape } from '../../api-shape';
import type { State, States } from './definition';

/** States that do something: what only steers, waits or fails isn't told of where it isn't reached. */
const WORKING = new Set(['Task', 'Parallel', 'Map']);

/**
 * The states that may come after one, or from the start on, in the order in which they are reached; what a Catch leads to
 * isn't among them.
 */
export function followers(
  { StartAt, States }: States,
  after: string | undefined,
  except: ReadonlySet<string>,
): readonly string[] {
  const found: string[] = [];
  const seen = new Set(except);
  const queue = after === undefined ? [StartAt] : nextOf(States[after]);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const state = States[name];
    if (state === undefined || seen.has(name)) continue;
    seen.add(name);
    if (WORKING.has(state.Type)) found.push(name);
    queue.push(...nextOf(state));
  }
  return found;
}

function nextOf(state: State | undefined): string[] {
  const rules: ApiShape[] = state?.Choices ?? [];
  return [state?.Next, ...rules.map(({ Next }) => Next), state?.Default].filter((name) => typeof name === 'string');
}
