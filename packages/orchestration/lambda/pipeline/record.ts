import { costOfTransitions } from './costs';
import type { Execution } from './execution';
import { type TaskRun, taskRuns } from './task-runs';

/** One row of the table of runs: a task's, or with `task` null the run's own. */
export interface RunRow {
  readonly run_id: string;
  readonly pipeline: string;
  readonly task: string | null;
  readonly state: string;
  readonly started: string | null;
  readonly ended: string | null;
  readonly seconds: number | null;
  readonly failures: number;
  readonly rows_in: number | null;
  readonly rows_out: number | null;
  readonly rows_quarantined: number | null;
  readonly cost_usd: number | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly redrives: number;
  readonly execution_arn: string;
}

/** What a task's report counts. */
export interface Counts {
  readonly rowsIn?: number;
  readonly rowsOut?: number;
  readonly rowsQuarantined?: number;
}

/** A pipeline, as the rules that follow it have it. */
export interface Pipeline {
  readonly name: string;
  readonly tasks: readonly string[];
  /** Task → `s3://bucket/prefix/` of its reports. */
  readonly reports?: Readonly<Record<string, string>>;
}

/** Longest error and cause that a row takes. */
const LONGEST = 2000;

/** The rows of a run: its own, and one for each task. */
export function rowsOf(
  execution: Execution,
  pipeline: Pipeline,
  counts: ReadonlyMap<string, Counts>,
): [run: RunRow, ...tasks: RunRow[]] {
  const tasks = taskRuns(execution, pipeline.tasks);
  const common = {
    run_id: execution.runId,
    pipeline: pipeline.name,
    redrives: execution.redrives,
    execution_arn: execution.arn,
  };
  const entered = execution.events.filter(({ stateEnteredEventDetails }) => stateEnteredEventDetails).length;
  const known = tasks.flatMap(({ cost }) => cost ?? []);
  const transitions = costOfTransitions(entered);
  const own: RunRow = {
    ...common,
    task: null,
    state: execution.status,
    ...times(execution.started, execution.ended),
    failures: tasks.reduce((sum, { failures }) => sum + failures, 0),
    ...{ rows_in: null, rows_out: null, rows_quarantined: null },
    cost_usd: round(known.reduce((sum, cost) => sum + cost, transitions)),
    ...texts(execution),
  };
  return [own, ...tasks.map((task) => ({ ...common, ...taskRow(task, counts.get(task.task) ?? {}) }))];
}

function taskRow(task: TaskRun, counts: Counts): Omit<RunRow, 'run_id' | 'pipeline' | 'redrives' | 'execution_arn'> {
  return {
    task: task.task,
    state: task.state,
    ...times(task.started, task.ended),
    failures: task.failures,
    rows_in: counts.rowsIn ?? null,
    rows_out: counts.rowsOut ?? null,
    rows_quarantined: counts.rowsQuarantined ?? null,
    cost_usd: task.cost === undefined ? null : round(task.cost),
    ...texts(task),
  };
}

function times(started?: Date, ended?: Date): Pick<RunRow, 'started' | 'ended' | 'seconds'> {
  const seconds = started && ended ? (ended.getTime() - started.getTime()) / 1000 : null;
  return { started: timestamp(started), ended: timestamp(ended), seconds };
}

/** As Athena's JSON SerDe reads timestamps, in UTC. */
function timestamp(date: Date | undefined): string | null {
  return date ? date.toISOString().replace('T', ' ').replace('Z', '') : null;
}

function texts({ error, cause }: { error?: string; cause?: string }): Pick<RunRow, 'error' | 'cause'> {
  return { error: error?.slice(0, LONGEST) ?? null, cause: cause?.slice(0, LONGEST) ?? null };
}

function round(dollars: number): number {
  return Number(dollars.toFixed(6));
}
