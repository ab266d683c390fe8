import type { RunState, TaskReport } from '../../report/report';
import type { TraceEvent } from '../../services/states/trace';
import { describeFailure } from './cause';

const STATE: Record<NonNullable<TraceEvent['outcome']>, RunState> = {
  SUCCEEDED: 'SUCCEEDED',
  CAUGHT: 'FAILED',
  FAILED: 'FAILED',
  ABORTED: 'CANCELLED',
  SKIPPED: 'SKIPPED',
};

/** States that only steer: they are no tasks of a report. */
const STEERING = new Set(['Choice', 'Succeed', 'Pass']);

/** Builds the report's task tree from a trace. */
export class TaskRecorder {
  /** The outermost states, in the order in which they ended. */
  public readonly tasks: TaskReport[] = [];
  /** `database.table` → the state that wrote it last. */
  public readonly writers = new Map<string, string>();
  private readonly children = new Map<string, TaskReport[]>();

  /** @param done called with each outermost task when it ends */
  public constructor(
    private readonly pipeline: string,
    private readonly done: (task: TaskReport) => void,
  ) {}

  public record(event: TraceEvent): void {
    if (event.kind === 'entered') return;
    for (const table of event.measures?.tables ?? []) this.writers.set(table, event.name);
    if (STEERING.has(event.type)) return;
    const task = this.report(event);
    if (event.parent !== undefined) {
      this.children.set(event.parent, [...(this.children.get(event.parent) ?? []), task]);
      return;
    }
    this.tasks.push(task);
    this.done(task);
  }

  private report({
    id,
    name,
    type,
    resource,
    seconds,
    outcome,
    error,
    cause,
    measures,
    iteration,
    missing,
  }: TraceEvent): TaskReport {
    const parts = measures?.items?.map((item) => ({ ...item, rowsIn: null, filesIn: null })) ?? [];
    const items = [...(this.children.get(id) ?? []), ...parts];
    const problem = error === undefined ? {} : { error: describeFailure(error, cause) };
    return {
      name,
      pipeline: this.pipeline,
      type: resource ?? type,
      state: STATE[outcome ?? 'SUCCEEDED'],
      seconds: seconds ?? null,
      rowsIn: measures?.rowsIn ?? null,
      rowsOut: measures?.rowsOut ?? null,
      filesIn: measures?.filesIn ?? null,
      ...(typeof measures?.rowsQuarantined === 'number' && { rowsQuarantined: measures.rowsQuarantined }),
      ...(iteration !== undefined && { iteration }),
      ...problem,
      ...(outcome === 'SKIPPED' && { reason: cause ?? '' }),
      ...(missing && { missing }),
      ...(items.length > 0 ? { items } : {}),
    };
  }
}
