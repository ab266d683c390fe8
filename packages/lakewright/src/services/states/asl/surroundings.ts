import type { Clock } from '../../../workspace/clock';
import type { ObjectStore } from '../../../workspace/object-store';
import type { ApiShape } from '../../api-shape';
import type { TaskResult } from '../../service';
import type { TraceEvent } from '../trace';
import type { Frame } from './interpreter';

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
}

/** What the interpreter needs of the world: the service gives the real one, tests their own. */
export interface Surroundings {
  readonly executionArn: string;
  readonly clock: Clock;
  readonly objects: ObjectStore;
  /** Rejects with StatesError. */
  runTask(request: TaskRequest): Promise<TaskResult>;
  /** A task token for a visit. */
  newToken(visit: string): string;
  /** Adds an event to the history; `frame.previous` becomes its id. */
  record(frame: Frame, type: string, detailsName: string, details: ApiShape): void;
  trace(event: Omit<TraceEvent, 'executionArn' | 'stateMachineArn'>): void;
}
