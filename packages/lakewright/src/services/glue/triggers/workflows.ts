import { randomBytes } from 'node:crypto';
import type { ApiShape } from '../../api-shape';
import { type LakeContext, ServiceError } from '../../service';
import { entityNotFound } from '../errors';
import { StateMap } from '../state-map';

/** One run; times in epoch seconds by the lake's clock. */
export interface WorkflowRun {
  readonly Name: string;
  readonly WorkflowRunId: string;
  readonly Status: 'RUNNING' | 'COMPLETED';
  readonly StartedOn: number;
  readonly CompletedOn?: number;
  readonly WorkflowRunProperties: Readonly<Record<string, string>>;
  readonly Statistics: Readonly<Record<string, number>>;
}

const COUNTED: Readonly<Record<string, string>> = {
  SUCCEEDED: 'SucceededActions',
  FAILED: 'FailedActions',
  TIMEOUT: 'TimeoutActions',
  STOPPED: 'StoppedActions',
};

/** Workflows: triggers that belong together, and the runs of all that they start. */
export class Workflows {
  public readonly stored: StateMap<ApiShape>;
  private readonly history: StateMap<WorkflowRun>;

  public constructor(private readonly lake: LakeContext) {
    this.stored = new StateMap(lake.workspace, 'glue-workflows');
    this.history = new StateMap(lake.workspace, 'glue-workflow-runs');
  }

  public require(name: string): ApiShape {
    const found = this.stored.get(name);
    if (found) return found;
    throw entityNotFound(`Workflow with name ${name} not found.`);
  }

  public run(name: string, id: string): WorkflowRun {
    const found = this.history.get(id);
    if (found?.Name === name) return found;
    throw entityNotFound(`Workflow run ${id} of ${name} not found.`);
  }

  /** The newest first. */
  public runs(name: string): WorkflowRun[] {
    return this.history
      .values()
      .filter((run) => run.Name === name)
      .reverse();
  }

  /** @throws ServiceError ConcurrentRunsExceededException */
  public start(name: string, properties: Readonly<Record<string, string>>): string {
    const workflow = this.require(name);
    const limit = Number(workflow.MaxConcurrentRuns ?? Number.POSITIVE_INFINITY);
    if (this.runs(name).filter(({ Status }) => Status === 'RUNNING').length >= limit) {
      throw new ServiceError('ConcurrentRunsExceededException', `Concurrent runs exceeded for ${name}`);
    }
    const WorkflowRunId = `wr_${randomBytes(32).toString('hex')}`;
    this.history.put(WorkflowRunId, {
      ...{ Name: name, WorkflowRunId, Status: 'RUNNING', StartedOn: this.now(), Statistics: {} },
      WorkflowRunProperties: { ...workflow.DefaultRunProperties, ...properties },
    });
    return WorkflowRunId;
  }

  public setProperties(name: string, id: string, properties: Readonly<Record<string, string>>): void {
    const run = this.run(name, id);
    this.history.put(id, { ...run, WorkflowRunProperties: { ...run.WorkflowRunProperties, ...properties } });
  }

  public began(id: string | undefined): void {
    this.count(id, { TotalActions: 1, RunningActions: 1 });
  }

  public ended(id: string | undefined, state: string): void {
    this.count(id, { RunningActions: -1, [COUNTED[state] ?? 'FailedActions']: 1 });
  }

  /** A run is at its end when nothing of it goes on. */
  public settle(id: string | undefined): void {
    const run = id === undefined ? undefined : this.history.get(id);
    if (run === undefined || run.Status !== 'RUNNING' || (run.Statistics.RunningActions ?? 0) > 0) return;
    this.history.put(run.WorkflowRunId, { ...run, Status: 'COMPLETED', CompletedOn: this.now() });
  }

  private count(id: string | undefined, changes: Readonly<Record<string, number>>): void {
    const run = id === undefined ? undefined : this.history.get(id);
    if (run === undefined) return;
    const Statistics = { ...run.Statistics };
    for (const [name, by] of Object.entries(changes)) Statistics[name] = (Statistics[name] ?? 0) + by;
    this.history.put(run.WorkflowRunId, { ...run, Statistics });
  }

  private now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }
}
