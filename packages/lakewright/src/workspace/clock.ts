/**
 * The lake's one clock: it stands in for AWS's wherever time is part of the result (`current_date`, schedules, watermarks,
 * Step Functions waits). Work takes real time; waits, backoff and schedules jump.
 */
export interface Clock {
  now(): Date;
  /** Passes at once for the caller, and the clock is later by that much. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Moves the clock; never backwards. */
  advanceTo(time: Date): void;
}
