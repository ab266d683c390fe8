import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeFileAtomic } from '../../workspace/atomic-file';
import type { Workspace } from '../../workspace/workspace';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import type { States } from './asl/definition';
import type { LeftOutState } from './asl/errors';
import type { Resumption } from './asl/resume';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** A state machine as the workspace keeps it. */
export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  /** The definition's text, as it was given. */
  readonly definition: string;
  readonly roleArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  /** Epoch seconds by the lake's clock. */
  readonly creationDate: number;
  readonly updateDate: number;
  readonly revisionId: string;
  readonly loggingConfiguration?: ApiShape;
  readonly tracingConfiguration?: ApiShape;
}

/** An execution with all that its API calls answer. */
export interface ExecutionRecord {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  status: ExecutionStatus;
  /** Epoch seconds by the lake's clock. */
  readonly startDate: number;
  stopDate?: number;
  readonly input: string;
  output?: string;
  error?: string;
  cause?: string;
  readonly definition: States;
  readonly definitionText: string;
  readonly roleArn: string;
  redriveCount: number;
  redriveDate?: number;
  /** The run of which this one is a part, begun at a state: what that run made has its name, so this one goes by it, too. */
  readonly continues?: { readonly name: string; readonly startDate: number; readonly redriveCount: number };
  /** What a part began with. */
  readonly begun?: Resumption;
  /** One state alone was run: no run of the machine. */
  readonly part?: boolean;
  /** Why it ended early, where a tool of this machine was missing. */
  leftOut?: readonly LeftOutState[];
  /** Where a redrive goes on. */
  resumption?: Resumption;
  readonly events: HistoryEvent[];
}

/** An execution of a Distributed Map; its definition is in its parent's. */
export interface ChildRecord extends Omit<ExecutionRecord, 'definition' | 'definitionText'> {
  readonly mapRunArn: string;
  readonly itemCount: number;
}

/** A run of a Distributed Map, with its child executions. */
export interface MapRunRecord {
  readonly mapRunArn: string;
  /** Of the parent. */
  readonly executionArn: string;
  /** `…:stateMachine:<machine>/<label>` */
  readonly stateMachineArn: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly startDate: number;
  stopDate?: number;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  redriveCount: number;
  redriveDate?: number;
  /** How many items each child has. */
  readonly sizes: readonly number[];
  /** Undefined where a child was never begun. */
  readonly children: (ChildRecord | null)[];
}

export interface HistoryEvent {
  readonly timestamp: number;
  readonly type: string;
  readonly id: number;
  readonly previousEventId: number;
  readonly [details: string]: ApiShape;
}

/**
 * Machines in `state/states-machines.json`, executions in `executions/<state machine>/<name>.json`, map runs in
 * `map-runs/<state machine>/<label>/<id>.json`.
 */
export class Records {
  private readonly folder: string;
  private readonly mapRunFolder: string;

  public constructor(private readonly workspace: Workspace) {
    this.folder = path.join(workspace.root, 'executions');
    this.mapRunFolder = path.join(workspace.root, 'map-runs');
  }

  public machines(): Readonly<Record<string, MachineRecord>> {
    return this.workspace.readState<Record<string, MachineRecord>>('states-machines') ?? {};
  }

  public machine(arn: string): MachineRecord {
    // A version or an alias stands for its machine: there is one revision locally.
    const base = /^arn:[^:]*:states:[^:]*:[^:]*:stateMachine:[^:]+/.exec(arn)?.[0] ?? arn;
    const machines = this.machines();
    const found = Object.hasOwn(machines, base) ? machines[base] : undefined;
    if (found !== undefined) return found;
    throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  public putMachine(machine: MachineRecord): void {
    this.workspace.writeState('states-machines', { ...this.machines(), [machine.arn]: machine });
  }

  public deleteMachine(arn: string): void {
    const { [arn]: _, ...rest } = this.machines();
    this.workspace.writeState('states-machines', rest);
  }

  public execution(arn: string): ExecutionRecord | undefined {
    return readJson<ExecutionRecord>(this.file(arn));
  }

  public putExecution(record: ExecutionRecord): void {
    writeFileAtomic(this.file(record.executionArn), `${JSON.stringify(record)}\n`, { tmp: this.workspace.tmp });
  }

  /** The executions of a machine, the newest first. */
  public executions(machineArn: string): ExecutionRecord[] {
    const folder = path.join(this.folder, fileName(machineArn.split(':').at(-1) ?? ''));
    if (!existsSync(folder)) return [];
    const records = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => readJson<ExecutionRecord>(path.join(folder, name)) ?? []);
    return records.filter((one) => one.stateMachineArn === machineArn).sort((a, b) => b.startDate - a.startDate);
  }

  public putMapRun(record: MapRunRecord): void {
    const [machine = '', id = ''] = record.mapRunArn.split(':').slice(6);
    const file = path.join(this.mapRunFolder, ...machine.split('/').map(fileName), `${fileName(id)}.json`);
    writeFileAtomic(file, `${JSON.stringify(record)}\n`, { tmp: this.workspace.tmp });
  }

  /** The map runs of a state machine, or of one of its Distributed Maps (`<machine>/<label>`). */
  public mapRuns(machine: string): MapRunRecord[] {
    const folder = path.join(this.mapRunFolder, ...machine.split('/').map(fileName));
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => readJson<MapRunRecord>(path.join(folder, name)) ?? []);
  }

  /** ARNs of what runs now: whatever is in here at the next start was cut off. */
  public running(): readonly string[] {
    return this.workspace.readState<string[]>('states-running') ?? [];
  }

  public setRunning(arns: readonly string[]): void {
    this.workspace.writeState('states-running', arns);
  }

  /** `arn:…:execution:<machine>:<name>` and `arn:…:express:<machine>:<name>:<id>`. */
  private file(arn: string): string {
    const [machine = '', ...name] = arn.split(':').slice(6);
    return path.join(this.folder, fileName(machine), `${fileName(name.join(':'))}.json`);
  }
}

/** Names cannot lead out of their folder. */
function fileName(name: string): string {
  return encodeURIComponent(name).replace(/[.*'()~]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
}

const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

/** @throws ServiceError InvalidName */
export function checkName(name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw new ServiceError(
    'InvalidName',
    `Invalid Name: '${String(name)}': 1 to 80 characters, without spaces, brackets, wildcards and other special characters`,
  );
}
