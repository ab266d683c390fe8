import { createHash } from 'node:crypto';
import type { Retrier, State } from './definition';
import { matches, type StatesError } from './errors';

/** Milliseconds until the next attempt; undefined = no retrier takes the error, or it has used its attempts up. */
export function retryDelay(
  state: State,
  failure: StatesError,
  counts: Map<Retrier, number>,
  seed: string,
): number | undefined {
  const retrier = state.Retry?.find((one) => matches(one.ErrorEquals, failure.error));
  if (retrier === undefined) return undefined;
  const count = (counts.get(retrier) ?? 0) + 1;
  if (count > (retrier.MaxAttempts ?? 3)) return undefined;
  counts.set(retrier, count);
  const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** (count - 1);
  const capped = Math.min(seconds, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  // Full jitter, but the same on each run of the same execution.
  const share = retrier.JitterStrategy === 'FULL' ? fraction(`${seed}/${count}`) : 1;
  return capped * share * 1000;
}

function fraction(seed: string): number {
  return createHash('sha256').update(seed).digest().readUInt32BE(0) / 2 ** 32;
}
