import type { ApiShape } from '../../api-shape';
import { StatesError } from './errors';
import { json, MAX_PAYLOAD } from './payload';

/** Source: Step Functions Developer Guide, "Passing data between states with variables", "Variable limits". */
const MAX_ALL = 10 * 1024 * 1024;

/**
 * The variables after an Assign.
 *
 * @throws StatesError States.DataLimitExceeded for 256 KiB in one Assign, 10 MiB in all
 */
export function assign(
  before: Readonly<Record<string, ApiShape>>,
  assigned: Readonly<Record<string, ApiShape>>,
): Readonly<Record<string, ApiShape>> {
  if (Object.keys(assigned).length === 0) return before;
  check(assigned, MAX_PAYLOAD, 'of one Assign');
  const after = { ...before, ...assigned };
  check(after, MAX_ALL, 'of an execution');
  return after;
}

function check(variables: ApiShape, most: number, which: string): void {
  const size = Buffer.byteLength(json(variables));
  if (size <= most) return;
  throw new StatesError('States.DataLimitExceeded', `The variables ${which} have ${size} bytes, more than ${most}.`);
}
