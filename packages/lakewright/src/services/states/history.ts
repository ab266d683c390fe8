import type { ApiShape } from '../api-shape';
import { StatesError } from './asl/errors';
import type { HistoryEvent } from './records';

/** Source: Step Functions Developer Guide, "Service quotas": events in one execution's history. */
export const MAX_EVENTS = 25_000;

/**
 * Adds an event that follows the frame's last one.
 *
 * @throws StatesError States.Runtime where the history is full
 */
export function addEvent(
  events: HistoryEvent[],
  timestamp: number,
  frame: { previous: number },
  type: string,
  detailsName: string,
  details: ApiShape,
): void {
  const id = (events.at(-1)?.id ?? 0) + 1;
  if (id > MAX_EVENTS && !type.startsWith('Execution')) {
    throw new StatesError(
      'States.Runtime',
      `The execution reached the maximum number of history events (${MAX_EVENTS}).`,
    );
  }
  events.push({
    timestamp,
    type,
    id,
    previousEventId: frame.previous,
    ...(detailsName !== '' && details !== undefined && { [detailsName]: details }),
  });
  // The first state follows nothing: ExecutionStarted stands beside the chain of states.
  if (type !== 'ExecutionStarted') frame.previous = id;
}
