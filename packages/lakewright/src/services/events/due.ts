import { LakewrightError } from '../../host/host';
import type { LakeContext, Service } from '../service';
import { nextRuns, type ScheduleOptions } from './schedule';

/** One time at which a schedule fires. */
export interface DueRun {
  readonly time: Date;
  /** The rule's or schedule's name. */
  readonly name: string;
  readonly expression: string;
  /** Delivers to its targets, and waits until what they started has ended. */
  fire(): Promise<void>;
}

/** A service that has schedules: events, scheduler. */
export interface ScheduledService extends Service {
  /** What fires after `from`, up to and including `to`. */
  due(from: Date, to: Date): readonly DueRun[];
}

/** Runs of one schedule in one move of the clock. */
const MAX_RUNS = 1000;

/** The times of an expression after `from`, up to and including `to`. */
export function runsBetween(expression: string, from: Date, to: Date, options: ScheduleOptions): Date[] {
  const runs = nextRuns(expression, from, MAX_RUNS + 1, options).filter((time) => time <= to);
  if (runs.length <= MAX_RUNS) return runs;
  throw new LakewrightError(
    'LW_SCHEDULE_TOO_MANY_RUNS',
    `'${expression}' fires more than ${MAX_RUNS} times between ${from.toISOString()} and ${to.toISOString()}: move the clock in smaller steps`,
    2,
  );
}

/** What is due after `from`, up to and including `to`, in the order of time. */
export function dueRuns(lake: LakeContext, from: Date, to: Date): readonly DueRun[] {
  const services = ['events', 'scheduler', 'appflow', 'glue'].map((name) => lake.service(name) as ScheduledService);
  return services.flatMap((service) => service.due(from, to)).sort((a, b) => a.time.getTime() - b.time.getTime());
}

export interface FireOptions {
  readonly signal?: AbortSignal;
  /** Told before each run. */
  onFire?(run: DueRun): void;
}

/**
 * Fires every schedule that is due between two clock times, in the order of time, each when all that the one before has
 * started is at its end. The clock is at each run's time (or later, where the one before took the clock further) when it
 * fires, and at `to` in the end.
 */
export async function fireDue(
  lake: LakeContext,
  from: Date,
  to: Date,
  options: FireOptions = {},
): Promise<readonly DueRun[]> {
  const runs = dueRuns(lake, from, to);
  for (const run of runs) {
    if (options.signal?.aborted) return runs;
    lake.clock.advanceTo(run.time);
    options.onFire?.(run);
    await run.fire();
    await lake.background.settled(options.signal);
  }
  lake.clock.advanceTo(to);
  return runs;
}
