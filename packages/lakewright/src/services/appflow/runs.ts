import type { LakeContext } from '../service';
import type { CatalogDetails, Partitions } from './output/catalog';
import type { OutputColumn } from './output/columns';

const STATE = 'appflow-runs';
/** Runs that are remembered for each flow. */
const MOST_RUNS = 200;

export type RunStatus = 'InProgress' | 'Successful' | 'Error' | 'CancelStarted' | 'Canceled';

export interface RunResult {
  readonly bytesProcessed: number;
  readonly bytesWritten: number;
  readonly recordsProcessed: number;
  /** Records that validations left out. */
  readonly recordsDropped: number;
}

/** What is left to do of a run whose files are finished: it is done at the next start if the process ends meanwhile. */
export interface Publication {
  readonly bucket: string;
  readonly files: readonly { readonly file: string; readonly key: string }[];
  readonly columns: readonly OutputColumn[];
  readonly partitions: Partitions;
  readonly result: RunResult;
  readonly position?: Position;
}

/** How far an incremental flow has come: after a run that succeeded only. */
export interface Position {
  /** Records that were changed before it are there; epoch milliseconds. */
  readonly windowEnd?: number;
  /** Objects of an S3 source that were read: key → ETag. */
  readonly objects?: Readonly<Record<string, string>>;
}

/** A run; times are epoch milliseconds of the lake's clock. */
export interface Run {
  readonly executionId: string;
  readonly clientToken?: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly lastUpdatedAt: number;
  readonly pullStart?: number;
  readonly pullEnd?: number;
  readonly result?: RunResult;
  readonly message?: string;
  readonly catalog?: CatalogDetails;
  readonly publication?: Publication;
  /** The process ended while it ran: the same token starts it again. */
  readonly interrupted?: boolean;
}

/** What is known of a flow's runs. */
export interface RunHistory {
  /** Newest first. */
  readonly runs: readonly Run[];
  readonly position?: Position;
  /** Failures since the last success. */
  readonly failures: number;
}

/** The runs of all flows, in `state/appflow-runs.json`: a run's end and the new position are one write. */
export class Runs {
  public constructor(private readonly lake: LakeContext) {}

  public flows(): readonly string[] {
    return Object.keys(this.read());
  }

  public of(flowName: string): RunHistory {
    return this.read()[flowName] ?? { runs: [], failures: 0 };
  }

  /** Adds a run, or puts it in the place of the former one of its id. */
  public put(flowName: string, run: Run, more: Partial<Pick<RunHistory, 'position' | 'failures'>> = {}): void {
    const history = this.of(flowName);
    const known = history.runs.some(({ executionId }) => executionId === run.executionId);
    const runs = known
      ? history.runs.map((one) => (one.executionId === run.executionId ? run : one))
      : [run, ...history.runs].slice(0, MOST_RUNS);
    this.lake.workspace.writeState(STATE, { ...this.read(), [flowName]: { ...history, ...more, runs } });
  }

  public forget(flowName: string): void {
    const { [flowName]: _, ...others } = this.read();
    this.lake.workspace.writeState(STATE, others);
  }

  private read(): Readonly<Record<string, RunHistory>> {
    return this.lake.workspace.readState<Record<string, RunHistory>>(STATE) ?? {};
  }
}
