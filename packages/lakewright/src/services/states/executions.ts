import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { type LakeContext, ServiceError } from '../service';
import type { States } from './asl/definition';
import { LEFT_OUT, LeftOut, StatesError, Stopped, TimedOut } from './asl/errors';
import { type Frame, Interpreter } from './asl/interpreter';
import { failureDetails } from './asl/payload';
import type { Resumption } from './asl/resume';
import type { Surroundings } from './asl/surroundings';
import { announce, redriveStatus } from './describe';
import { contextOf } from './execution-context';
import { addEvent } from './history';
import type { Integrations } from './integrations';
import type { MapRuns } from './map-runs';
import { innermostOf, onlyState, placeOf, resumptionAt } from './partial';
import { type ChildRecord, checkName, type ExecutionRecord, type MachineRecord, type Records } from './records';
import type { TaskTokens } from './task-tokens';
import type { TraceListener } from './trace';

/** Work that a killed process would do again: before it, an execution says where it stands. */
const KEPT = new Set(['Task', 'Map', 'Parallel', 'Wait']);

interface Running {
  readonly record: ExecutionRecord;
  readonly controller: AbortController;
  readonly done: Promise<ExecutionRecord>;
  stopped?: { readonly error?: string; readonly cause?: string };
}

/** Source: API Reference, "RedriveExecution". */
const MAX_REDRIVES = 1000;

/** Runs executions, keeps their records, tells the trace's listeners and the event bus. */
export class Executions {
  public readonly listeners = new Set<TraceListener>();
  private readonly running = new Map<string, Running>();
  /** The lake closes: an event of an ending execution must not start another. */
  private closed = false;

  public constructor(
    private readonly lake: LakeContext,
    private readonly records: Records,
    private readonly integrations: Integrations,
    private readonly tokens: TaskTokens,
    private readonly mapRuns: MapRuns,
  ) {
    this.closeCutOff();
  }

  /**
   * Starts an execution; it goes on in the background.
   *
   * @param express makes an `express` ARN, as StartSyncExecution does
   * @throws ServiceError InvalidName, InvalidExecutionInput, ExecutionAlreadyExists
   */
  public start(machine: MachineRecord, input: unknown, name: unknown, express = false): ExecutionRecord {
    const text =
      typeof input === 'string' && input !== ''
        ? input
        : input === undefined || input === ''
          ? '{}'
          : JSON.stringify(input);
    if (this.closed) throw new ServiceError('ServiceUnavailable', 'the lake was closed', 503);
    const value = parseInput(text);
    const checked = checkName(name ?? randomUUID());
    const kind = express ? 'express' : 'execution';
    const base = machine.arn.replace(':stateMachine:', `:${kind}:`);
    const executionArn = `${base}:${checked}${express ? `:${randomUUID()}` : ''}`;
    const existing = express ? undefined : this.find(executionArn);
    if (existing !== undefined) {
      if (existing.status === 'RUNNING' && existing.input === text) return existing;
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const record = { ...this.newRecord(machine, text, checked), executionArn };
    this.launch(record, value);
    return record;
  }

  /**
   * Runs an execution that didn't succeed again, from the states that didn't end well: of a Parallel or inline Map only the
   * branches and iterations that failed or were aborted, of a Distributed Map only such child executions.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
   * @throws ServiceError ExecutionNotRedrivable, ExecutionLimitExceeded
   */
  public redrive(arn: unknown): number {
    const record = this.get(arn);
    const { status, reason } = redriveStatus(record, this.now());
    if (status !== 'REDRIVABLE')
      throw new ServiceError('ExecutionNotRedrivable', reason ?? 'Execution is not redrivable');
    if (record.redriveCount >= MAX_REDRIVES) {
      throw new ServiceError('ExecutionLimitExceeded', `The execution was redriven ${MAX_REDRIVES} times`);
    }
    const again: ExecutionRecord = {
      ...(record as ExecutionRecord),
      status: 'RUNNING',
      redriveCount: record.redriveCount + 1,
      redriveDate: this.now(),
    };
    for (const field of ['stopDate', 'output', 'error', 'cause', 'leftOut'] as const) delete again[field];
    this.launch(again, JSON.parse(record.input), true);
    return again.redriveDate as number;
  }

  /**
   * Starts at a state, with the input and variables that the newest run which came there had. The context object says that
   * it is a redrive of that run: tables and files that its states named by the run are found, or made again.
   *
   * @throws ServiceError ValidationException where no state is called so, or none has come there
   */
  public startFrom(machine: MachineRecord, task: string): ExecutionRecord {
    const { run, from } = resumptionAt(definitionOf(machine), task, this.whole(machine));
    const record: ExecutionRecord = {
      ...this.newRecord(machine, run.input, `from-${randomUUID()}`),
      resumption: from,
      begun: from,
      continues: this.continued(machine, run),
    };
    this.launch(record, JSON.parse(run.input), false, from);
    return record;
  }

  /** Runs one state alone, likewise. Nobody is told of it: it is no run of the pipeline. */
  public startOnly(machine: MachineRecord, task: string): ExecutionRecord {
    const definition = definitionOf(machine);
    const { run, from } = resumptionAt(definition, task, this.whole(machine), true);
    const place = placeOf(definition, task);
    const innermost = innermostOf(from);
    if (innermost === undefined) {
      const text = `"${place.name}" runs once for each item of a Map → name the Map`;
      throw new ServiceError('ValidationException', text);
    }
    const record = this.newRecord(machine, run.input, `only-${randomUUID()}`);
    const continues = this.continued(machine, run);
    const alone: ExecutionRecord = { ...record, definition: onlyState(place), part: true, continues };
    this.launch(alone, JSON.parse(run.input), false, innermost);
    return alone;
  }

  /** A run, seen from a part of it that begins now: each part is one more redrive of it. */
  private continued(machine: MachineRecord, run: ExecutionRecord): ExecutionRecord['continues'] {
    const { name, startDate } = run.continues ?? run;
    const parts = this.list(machine.arn).filter((one) => (one.continues ?? one).name === name);
    const counts = parts.map((one) => (one.continues?.redriveCount ?? 0) + one.redriveCount);
    return { name, startDate, redriveCount: Math.max(...counts) + 1 };
  }

  /** The runs of a machine that weren't of one state, the newest first. */
  private whole(machine: MachineRecord): ExecutionRecord[] {
    return this.list(machine.arn).filter(({ part }) => part !== true);
  }

  /** Waits until an execution has ended. */
  public async finished(arn: string): Promise<ExecutionRecord | ChildRecord> {
    return (await this.running.get(arn)?.done) ?? this.get(arn);
  }

  public find(arn: string): ExecutionRecord | undefined {
    return this.running.get(arn)?.record ?? this.records.execution(arn);
  }

  /** @throws ServiceError ExecutionDoesNotExist */
  public get(arn: unknown): ExecutionRecord | ChildRecord {
    const record = typeof arn === 'string' ? (this.find(arn) ?? this.mapRuns.execution(arn)) : undefined;
    if (record !== undefined) return record;
    throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(arn)}'`);
  }

  public list(machineArn: string): ExecutionRecord[] {
    return this.records.executions(machineArn).map((record) => this.running.get(record.executionArn)?.record ?? record);
  }

  public async abort(arn: string, error?: string, cause?: string): Promise<ExecutionRecord | ChildRecord> {
    const running = this.running.get(arn);
    if (running === undefined) return this.get(arn);
    running.stopped = { error, cause };
    running.controller.abort(new Stopped());
    return await running.done;
  }

  /** Ends what still runs: the lake closes. */
  public async stop(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.running.keys()].map((arn) => this.abort(arn, undefined, 'the lake was closed')));
  }

  private newRecord(machine: MachineRecord, input: string, name: string): ExecutionRecord {
    return {
      executionArn: `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`,
      stateMachineArn: machine.arn,
      name,
      status: 'RUNNING',
      startDate: this.now(),
      input,
      definition: definitionOf(machine),
      definitionText: machine.definition,
      roleArn: machine.roleArn,
      redriveCount: 0,
      events: [],
    };
  }

  private launch(record: ExecutionRecord, input: ApiShape, redriven = false, from?: Resumption): void {
    const controller = new AbortController();
    const entry = { record, controller } as {
      record: ExecutionRecord;
      controller: AbortController;
      done: Promise<ExecutionRecord>;
    };
    this.records.putExecution(record);
    this.running.set(record.executionArn, entry);
    this.records.setRunning([...this.running.keys()]);
    announce(this.lake, record);
    entry.done = this.execute(record, input, controller.signal, { redriven, from });
    this.lake.background.track(entry.done);
  }

  private async execute(
    record: ExecutionRecord,
    input: ApiShape,
    signal: AbortSignal,
    { redriven, from }: { readonly redriven: boolean; readonly from?: Resumption },
  ): Promise<ExecutionRecord> {
    // The caller gets its answer before the first state runs.
    await Promise.resolve();
    const interpreter = new Interpreter(this.surroundings(record));
    const seconds = record.definition.TimeoutSeconds;
    const frame: Frame = {
      context: contextOf(record, this.lake),
      language: record.definition.QueryLanguage ?? 'JSONPath',
      signal,
      variables: {},
      previous: record.events.at(-1)?.id ?? 0,
      deadline: seconds === undefined ? undefined : this.lake.clock.now().getTime() + seconds * 1000,
    };
    const event = (type: string, details: string, body: ApiShape): void =>
      interpreter.around.record(frame, type, details, body);
    try {
      if (redriven) event('ExecutionRedriven', 'executionRedrivenEventDetails', { redriveCount: record.redriveCount });
      else {
        const { input, roleArn } = record;
        event('ExecutionStarted', 'executionStartedEventDetails', {
          ...{ input, inputDetails: { truncated: false }, roleArn },
        });
      }
      const output = await interpreter.runStates(record.definition, input, frame, redriven ? record.resumption : from);
      record.status = 'SUCCEEDED';
      record.output = JSON.stringify(output);
      const body = { output: record.output, outputDetails: { truncated: false } };
      event('ExecutionSucceeded', 'executionSucceededEventDetails', body);
    } catch (error) {
      this.close(record, error, event);
    }
    record.resumption = record.status === 'SUCCEEDED' ? undefined : frame.stoppedAt;
    record.stopDate = this.now();
    this.records.putExecution(record);
    this.running.delete(record.executionArn);
    this.records.setRunning([...this.running.keys()]);
    announce(this.lake, record);
    return record;
  }

  private close(
    record: ExecutionRecord,
    error: unknown,
    event: (type: string, details: string, body: ApiShape) => void,
  ): void {
    const stopped = this.running.get(record.executionArn)?.stopped;
    if (error instanceof TimedOut) {
      record.status = 'TIMED_OUT';
      event('ExecutionTimedOut', 'executionTimedOutEventDetails', {});
    } else if (error instanceof LeftOut) {
      const why = failureDetails(new StatesError(LEFT_OUT, error.message));
      Object.assign(record, { status: 'ABORTED', ...why, leftOut: error.states });
      event('ExecutionAborted', 'executionAbortedEventDetails', why);
    } else if (error instanceof Stopped) {
      Object.assign(record, { status: 'ABORTED', ...stopped });
      event('ExecutionAborted', 'executionAbortedEventDetails', { ...stopped });
    } else {
      const failure =
        error instanceof StatesError
          ? error
          : new StatesError('States.Runtime', `Lakewright: ${error instanceof Error ? error.message : String(error)}`);
      Object.assign(record, { status: 'FAILED', ...failureDetails(failure) });
      event('ExecutionFailed', 'executionFailedEventDetails', failureDetails(failure));
    }
  }

  private surroundings(record: ExecutionRecord): Surroundings {
    const { executionArn, stateMachineArn } = record;
    const around: Surroundings = {
      executionArn,
      region: this.lake.region,
      clock: this.lake.clock,
      objects: this.lake.objects,
      runTask: (request) => this.integrations.run(request, record),
      newToken: (attempt) => this.tokens.tokenFor(attempt),
      record: (...event) => addEvent(record.events, this.now(), ...event),
      trace: (event) => {
        for (const listener of [...this.listeners]) listener({ ...event, executionArn, stateMachineArn });
      },
      mapRun: (start) => this.mapRuns.start(record, around, start),
      checkpoint: (type, at) => {
        if (!KEPT.has(type)) return;
        record.resumption = at;
        this.records.putExecution(record);
      },
    };
    return around;
  }

  /** What ran when the process ended goes on when it is redriven, with the state that it was in. */
  private closeCutOff(): void {
    const cut = this.records.running();
    if (cut.length === 0) return;
    for (const arn of cut) {
      const record = this.records.execution(arn);
      if (record?.status !== 'RUNNING') continue;
      const cause = 'the process that ran the execution ended before it did';
      this.records.putExecution({
        ...record,
        status: 'ABORTED',
        stopDate: this.now(),
        error: 'Lakewright.CutOff',
        cause,
      });
    }
    this.records.setRunning([]);
  }

  private now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }
}

function definitionOf(machine: MachineRecord): States {
  return JSON.parse(machine.definition) as States;
}

function parseInput(text: string): ApiShape {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServiceError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${(error as Error).message}'`,
    );
  }
}
