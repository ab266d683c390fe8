import type { Workspace } from '../../../workspace/workspace';
import type { ApiShape } from '../../api-shape';
import { StateMap } from '../state-map';
import type { JobDefinition } from './job-definition';

export type JobRunState = 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED' | 'SUCCEEDED' | 'FAILED' | 'TIMEOUT';

/** One run of a job; times in epoch seconds by the lake's clock. */
export interface JobRun {
  readonly Id: string;
  readonly JobName: string;
  readonly Attempt: number;
  readonly PreviousRunId?: string;
  readonly TriggerName?: string;
  readonly PredecessorRuns?: readonly { readonly JobName: string; readonly RunId: string }[];
  readonly JobRunState: JobRunState;
  readonly Arguments: Readonly<Record<string, string>>;
  readonly StartedOn: number;
  readonly LastModifiedOn: number;
  readonly CompletedOn?: number;
  /** Real seconds. */
  readonly ExecutionTime: number;
  /** Minutes. */
  readonly Timeout: number;
  readonly ErrorMessage?: string;
  readonly [member: string]: unknown;
}

/** Where a job's bookmark stands. */
export interface Bookmark {
  readonly Version: number;
  readonly Run: number;
  readonly Attempt: number;
  readonly RunId: string;
  readonly PreviousRunId?: string;
  /** What the script's `Job` reads and writes. */
  readonly JobBookmark: string;
}

const KEPT_RUNS = 200;

/** Jobs, their runs and bookmarks, kept in the workspace. */
export class JobStore {
  public readonly jobs: StateMap<{
    readonly definition: JobDefinition;
    readonly created: number;
    readonly modified: number;
  }>;
  public readonly bookmarks: StateMap<Bookmark>;
  private readonly history: StateMap<readonly JobRun[]>;

  public constructor(workspace: Workspace) {
    this.jobs = new StateMap(workspace, 'glue-jobs');
    this.bookmarks = new StateMap(workspace, 'glue-bookmarks');
    this.history = new StateMap(workspace, 'glue-job-runs');
  }

  /** The newest first. */
  public runs(job: string): readonly JobRun[] {
    return this.history.get(job) ?? [];
  }

  public run(job: string, id: string): JobRun | undefined {
    return this.runs(job).find((run) => run.Id === id);
  }

  public putRun(run: JobRun): JobRun {
    const others = this.runs(run.JobName);
    const known = others.some(({ Id }) => Id === run.Id);
    const all = known ? others.map((one) => (one.Id === run.Id ? run : one)) : [run, ...others];
    this.history.put(run.JobName, all.slice(0, KEPT_RUNS));
    return run;
  }

  public forget(job: string): void {
    this.jobs.delete(job);
    this.bookmarks.delete(job);
    this.history.delete(job);
  }
}

export const isFinal = ({ JobRunState: state }: JobRun): boolean =>
  state === 'SUCCEEDED' || state === 'FAILED' || state === 'STOPPED' || state === 'TIMEOUT';

/** As the API answers it, times as numbers of seconds. */
export const shownRun = (run: JobRun): ApiShape => ({ ...run });
