import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { costOf } from './costs';
import type { Execution } from './execution';

/** What became of one task in one run. */
export interface TaskRun {
  readonly task: string;
  state: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'RUNNING' | 'NOT_STARTED';
  started?: Date;
  ended?: Date;
  /** Attempts that failed, those that were tried again included. */
  failures: number;
  error?: string;
  cause?: string;
  /** In dollars; undefined where no answer told. */
  cost?: number;
}

/** How a task ends that has not ended when the run does. */
const CUT_OFF: Readonly<Record<string, TaskRun['state']>> = {
  TIMED_OUT: 'TIMED_OUT',
  ABORTED: 'ABORTED',
  RUNNING: 'RUNNING',
};

/**
 * The tasks of a run, by its history.
 *
 * Each event names the one that it follows, so the state of a task that an event belongs to is found by going back. Where a
 * redrive has cut the way, in a Parallel state, a task is known by what it was scheduled with, as the only one that had begun, and
 * by its exit.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export function taskRuns(execution: Execution, names: readonly string[]): TaskRun[] {
  const runs = new Map<string, TaskRun>(names.map((task) => [task, { task, state: 'NOT_STARTED', failures: 0 }]));
  const owners = new Map<number, string | undefined>();
  const scheduled = new Map<string, string>();
  const known = (name: string | undefined): string | undefined =>
    name !== undefined && runs.has(name) ? name : undefined;
  let failing: TaskRun | undefined;
  for (const event of execution.events) {
    const before = owners.get(event.previousEventId ?? 0);
    const { name: entered } = event.stateEnteredEventDetails ?? {};
    const { name: exited } = event.stateExitedEventDetails ?? {};
    const work = workOf(event);
    const owner = known(entered) ?? before ?? known(exited) ?? (work && (scheduled.get(work) ?? onlyOneBegun(runs)));
    if (work !== undefined && owner !== undefined) scheduled.set(work, owner);
    owners.set(event.id ?? 0, exited !== undefined && exited === owner ? undefined : owner);
    const run = owner === undefined ? undefined : runs.get(owner);
    if (run) note(run, event, { entered: entered === owner, exited: exited === owner });
    if (event.type === 'ExecutionFailed') failing = run;
  }
  for (const run of runs.values()) {
    if (run.state !== 'RUNNING') continue;
    const failed = failing ? run === failing : run.error !== undefined;
    run.state = CUT_OFF[execution.status] ?? (failed ? 'FAILED' : 'ABORTED');
    if (run.state !== 'RUNNING') run.ended = execution.ended;
    if (failed && execution.status === 'FAILED') {
      // a Fail state and an error of the machine itself show in the end of the execution only
      run.error ??= execution.error;
      run.cause ??= execution.cause;
    }
  }
  return [...runs.values()];
}

function onlyOneBegun(runs: ReadonlyMap<string, TaskRun>): string | undefined {
  const [begun, ...others] = [...runs.values()].filter(({ state }) => state === 'RUNNING');
  return others.length === 0 ? begun?.task : undefined;
}

/** What a task is asked to do: the same in each of its attempts. */
function workOf({ taskScheduledEventDetails: task, lambdaFunctionScheduledEventDetails: call }: HistoryEvent) {
  if (task) return JSON.stringify([task.resourceType, task.resource, task.parameters]);
  return call && JSON.stringify([call.resource, call.input]);
}

function note(run: TaskRun, event: HistoryEvent, at: { entered: boolean; exited: boolean }): void {
  const failure = failureOf(event);
  if (at.entered) {
    run.state = 'RUNNING';
    run.started ??= event.timestamp;
    run.ended = undefined;
  } else if (at.exited) {
    run.state = 'SUCCEEDED';
    run.ended = event.timestamp;
    run.error = undefined;
    run.cause = undefined;
  } else if (failure) {
    // a Parallel or Map state fails with the error of what is in it
    const container = /^(Parallel|Map)/.test(event.type ?? '');
    if (!container) run.failures++;
    if (!container || failure.error !== undefined) {
      run.error = failure.error ?? 'States.TaskFailed';
      run.cause = failure.cause;
    }
    add(run, failure.resourceType, failure.cause);
  } else if (event.taskSucceededEventDetails) {
    add(run, event.taskSucceededEventDetails.resourceType, event.taskSucceededEventDetails.output);
  }
}

function add(run: TaskRun, resourceType: string | undefined, answer: string | undefined): void {
  const cost = costOf(resourceType, parsed(answer));
  if (cost !== undefined) run.cost = (run.cost ?? 0) + cost;
}

/** Error and cause of an event that tells of a failure, whatever its kind; undefined for others, and for the run's own. */
export function failureOf(event: HistoryEvent): Failure | undefined {
  if (!/(Failed|TimedOut)$/.test(event.type ?? '') || event.type?.startsWith('Execution')) return undefined;
  const details = Object.entries(event).find(([member, value]) => member.endsWith('EventDetails') && value)?.[1];
  return (details ?? {}) as Failure;
}

export interface Failure {
  readonly error?: string;
  readonly cause?: string;
  readonly resourceType?: string;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
