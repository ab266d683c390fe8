import type { Clock } from '../../../workspace/clock';
import type { ObjectStore } from '../../../workspace/object-store';
import type { ApiShape } from '../../api-shape';
import type { TaskResult } from '../../service';
import type { TraceEvent } from '../trace';
import type { StateType } from './definition';
import type { Frame } from './interpreter';
import type { Resumption } from './resume';

/** A task that a Task state wants done. */
export interface TaskRequest {
  readonly resource: string;
  readonly parameters: ApiShape;
  readonly stateName: string;
  readonly signal: AbortSignal;
  /** The role of `Credentials`; the machine's own where there are none. */
  readonly roleArn?: string;
  /** Of `.waitForTaskToken` tasks. */
  readonly token?: string;
  /** Milliseconds of real time without a heartbeat after which the task has failed. */
  readonly heartbeat?: number;
  /** Told what the service answered at first, where the task goes on after that. */
  submitted(output: ApiShape): void;
}

/** What a Distributed Map says of itself when it begins. */
export interface MapRunStart {
  readonly label: string;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  /** How many items each child execution has. */
  readonly sizes: readonly number[];
  /** The map run that a redrive goes on with. */
  readonly redriven?: string;
}

export type ChildStatus = 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

/** An execution of a Distributed Map: its own ARN, context object and history. */
export interface ChildExecution {
  readonly arn: string;
  readonly name: string;
  readonly around: Surroundings;
  readonly context: Readonly<Record<string, ApiShape>>;
  ended(frame: Frame, status: ChildStatus, output?: ApiShape, failure?: { error: string; cause: string }): void;
}

export interface MapRun {
  readonly arn: string;
  readonly redriveCount: number;
  child(index: number, input: ApiShape): ChildExecution;
  /** Of a child that isn't run again. */
  childNames(index: number): { readonly arn: string; readonly name: string };
  ended(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void;
}

/** What the interpreter needs of the world: the service gives the real one, tests their own. */
export interface Surroundings {
  readonly executionArn: string;
  readonly region: string;
  readonly clock: Clock;
  readonly objects: ObjectStore;
  /** Rejects with StatesError. */
  runTask(request: TaskRequest): Promise<TaskResult>;
  /** A task token for an attempt of a visit. */
  newToken(attempt: string): string;
  /** Adds an event to the history; `frame.previous` becomes its id. */
  record(frame: Frame, type: string, detailsName: string, details: ApiShape): void;
  trace(event: Omit<TraceEvent, 'executionArn' | 'stateMachineArn'>): void;
  /** Begins or continues a map run. */
  mapRun(start: MapRunStart): MapRun;
  /** Told where the outermost states stand, before each of them. */
  checkpoint?(type: StateType, at: Resumption): void;
}
