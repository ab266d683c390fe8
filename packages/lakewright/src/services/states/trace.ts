import type { ToolNeed } from '../../host/missing-tool';
import type { Service, TaskMeasures } from '../service';
import type { LeftOutState } from './asl/errors';

/** A state was entered or left: what a run report is made of. */
export interface TraceEvent {
  readonly kind: 'entered' | 'exited';
  readonly executionArn: string;
  readonly stateMachineArn: string;
  /** Names this visit of the state: the same for its entered and exited events. */
  readonly id: string;
  /** The visit of the Map or Parallel state that this one is inside of. */
  readonly parent?: string;
  /** Item of the Map or branch of the Parallel state, from 0. */
  readonly iteration?: number;
  readonly name: string;
  readonly type: string;
  /** A Task's integration (`athena:startQueryExecution.sync`), or its ARN where it has none. */
  readonly resource?: string;
  /** The machine's clock. */
  readonly time: Date;
  /** The lake's clock, which waits move. */
  readonly lakeTime: Date;
  /** Real seconds in the state, retries included; only on exit, like all below. */
  readonly seconds?: number;
  /** SKIPPED: left out since a tool is missing, or not reached since what is before it was; `cause` says so. */
  readonly outcome?: 'SUCCEEDED' | 'CAUGHT' | 'FAILED' | 'ABORTED' | 'SKIPPED';
  readonly error?: string;
  readonly cause?: string;
  /** What the task lacks that was left out. */
  readonly missing?: ToolNeed;
  /** How often the state was tried again. */
  readonly retries?: number;
  readonly measures?: TaskMeasures;
  /** Items of a Map state. */
  readonly items?: number;
}

export type TraceListener = (event: TraceEvent) => void;

/** The room of Step Functions, with what the run report needs beyond `Service`. */
export interface StatesService extends Service {
  onTrace(listener: TraceListener): () => void;
  /** Starts a machine at one of its states, and gives the execution's ARN. @throws ServiceError ValidationException */
  startFrom(stateMachineArn: string, task: string): string;
  /** Runs one of its states alone. @throws ServiceError ValidationException */
  startOnly(stateMachineArn: string, task: string): string;
  /** What an execution's states did, kept also of those of earlier processes. */
  traceOf(executionArn: string): readonly TraceEvent[];
  /** Waits until an execution has ended. */
  finished(executionArn: string): Promise<void>;
  /** What an execution left out since a tool is missing. */
  leftOut(executionArn: string): readonly LeftOutState[];
}

/**
 * Listens to every state of every execution, until the returned function is called.
 *
 * @param service `lake.service('states')`
 */
export function onTrace(service: Service, listener: TraceListener): () => void {
  return (service as StatesService).onTrace(listener);
}
