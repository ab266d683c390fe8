import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { type LakeContext, ServiceError } from '../service';
import type { States } from './asl/definition';
import { StatesError, Stopped } from './asl/errors';
import { type Frame, Interpreter, TimedOut } from './asl/interpreter';
import type { Integrations } from './integrations';
import { checkName, type ExecutionRecord, type MachineRecord, type Records } from './records';
import type { TaskTokens } from './task-tokens';
import type { TraceListener } from './trace';

/** Source: Step Functions Developer Guide, "Service quotas": events in one execution's history. */
const MAX_EVENTS = 25_000;

interface Running {
  readonly record: ExecutionRecord;
  readonly controller: AbortController;
  readonly done: Promise<ExecutionRecord>;
  stopped?: { readonly error?: string; readonly cause?: string };
}

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
    const record: ExecutionRecord = {
      executionArn,
      stateMachineArn: machine.arn,
      name: checked,
      status: 'RUNNING',
      startDate: this.now(),
      input: text,
      definition: JSON.parse(machine.definition) as States,
      definitionText: machine.definition,
      roleArn: machine.roleArn,
      redriveCount: 0,
      events: [],
    };
    this.launch(record, value);
    return record;
  }

  /**
   * Runs a failed execution again from the state that failed.
   *
   * A Map or Parallel state runs again as a whole; AWS runs only the items and branches that failed.
   */
  public redrive(arn: string): number {
    const record = this.get(arn);
    if (record.status === 'RUNNING' || record.status === 'SUCCEEDED') {
      throw new ServiceError('ExecutionNotRedrivable', `Execution is ${record.status} and cannot be redriven`);
    }
    if (record.resumption === undefined) {
      throw new ServiceError(
        'ExecutionNotRedrivable',
        'The execution was cut off: it is not known which state it was in',
      );
    }
    const again: ExecutionRecord = {
      ...record,
      status: 'RUNNING',
      redriveCount: record.redriveCount + 1,
      redriveDate: this.now(),
    };
    for (const field of ['stopDate', 'output', 'error', 'cause'] as const) delete again[field];
    this.launch(again, JSON.parse(record.input), true);
    return again.redriveDate as number;
  }

  /** Waits until an execution has ended. */
  public async finished(arn: string): Promise<ExecutionRecord> {
    return (await this.running.get(arn)?.done) ?? this.get(arn);
  }

  public find(arn: string): ExecutionRecord | undefined {
    return this.running.get(arn)?.record ?? this.records.execution(arn);
  }

  /** @throws ServiceError ExecutionDoesNotExist */
  public get(arn: unknown): ExecutionRecord {
    const record = typeof arn === 'string' ? this.find(arn) : undefined;
    if (record !== undefined) return record;
    throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(arn)}'`);
  }

  public list(machineArn: string): ExecutionRecord[] {
    return this.records.executions(machineArn).map((record) => this.running.get(record.executionArn)?.record ?? record);
  }

  public async abort(arn: string, error?: string, cause?: string): Promise<ExecutionRecord> {
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

  private launch(record: ExecutionRecord, input: ApiShape, redriven = false): void {
    const controller = new AbortController();
    const entry = { record, controller } as {
      record: ExecutionRecord;
      controller: AbortController;
      done: Promise<ExecutionRecord>;
    };
    this.records.putExecution(record);
    this.running.set(record.executionArn, entry);
    this.records.setRunning([...this.running.keys()]);
    this.publish(record);
    entry.done = this.execute(record, input, controller.signal, redriven);
    this.lake.background.track(entry.done);
  }

  private async execute(
    record: ExecutionRecord,
    input: ApiShape,
    signal: AbortSignal,
    redriven: boolean,
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
      else event('ExecutionStarted', 'executionStartedEventDetails', { input: record.input, roleArn: record.roleArn });
      const output = await interpreter.runStates(
        record.definition,
        input,
        frame,
        redriven ? record.resumption : undefined,
      );
      record.status = 'SUCCEEDED';
      record.output = JSON.stringify(output);
      event('ExecutionSucceeded', 'executionSucceededEventDetails', { output: record.output });
    } catch (error) {
      this.close(record, error, frame, event);
    }
    record.resumption = record.status === 'SUCCEEDED' ? undefined : interpreter.failedAt;
    record.stopDate = this.now();
    this.records.putExecution(record);
    this.running.delete(record.executionArn);
    this.records.setRunning([...this.running.keys()]);
    this.publish(record);
    return record;
  }

  private close(
    record: ExecutionRecord,
    error: unknown,
    frame: Frame,
    event: (type: string, details: string, body: ApiShape) => void,
  ): void {
    const late = frame.deadline !== undefined && this.lake.clock.now().getTime() >= frame.deadline;
    const stopped = this.running.get(record.executionArn)?.stopped;
    if (
      error instanceof TimedOut ||
      (late && !stopped && error instanceof StatesError && error.error === 'States.Timeout')
    ) {
      record.status = 'TIMED_OUT';
      event('ExecutionTimedOut', 'executionTimedOutEventDetails', {});
    } else if (error instanceof Stopped) {
      Object.assign(record, { status: 'ABORTED', ...stopped });
      event('ExecutionAborted', 'executionAbortedEventDetails', { ...stopped });
    } else {
      const failure =
        error instanceof StatesError
          ? error
          : new StatesError('States.Runtime', `Lakewright: ${error instanceof Error ? error.message : String(error)}`);
      Object.assign(record, { status: 'FAILED', error: failure.error, cause: failure.causeText });
      event('ExecutionFailed', 'executionFailedEventDetails', { error: failure.error, cause: failure.causeText });
    }
  }

  private surroundings(record: ExecutionRecord): Interpreter['around'] {
    const { executionArn, stateMachineArn } = record;
    return {
      executionArn,
      clock: this.lake.clock,
      objects: this.lake.objects,
      runTask: (request) => this.integrations.run(request, record),
      newToken: (visit) => this.tokens.tokenFor(visit),
      record: (frame, type, name, details) => {
        const id = (record.events.at(-1)?.id ?? 0) + 1;
        if (id > MAX_EVENTS && !type.startsWith('Execution')) {
          throw new StatesError(
            'States.Runtime',
            `The execution reached the maximum number of history events (${MAX_EVENTS}).`,
          );
        }
        record.events.push({
          timestamp: this.now(),
          type,
          id,
          previousEventId: frame.previous,
          ...(name !== '' && details !== undefined && { [name]: details }),
        });
        frame.previous = id;
      },
      trace: (event) => {
        for (const listener of [...this.listeners]) listener({ ...event, executionArn, stateMachineArn });
      },
    };
  }

  /** What ran when the process ended can't go on: it says so. */
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

  /** Source: Step Functions Developer Guide, "Automating Step Functions event delivery". */
  private publish(record: ExecutionRecord): void {
    const { executionArn, stateMachineArn, name, status, startDate, stopDate, input, output, error, cause } = record;
    this.lake.events.publish({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      resources: [executionArn],
      detail: {
        ...{ executionArn, stateMachineArn, name, status, input },
        startDate: Math.round(startDate * 1000),
        stopDate: stopDate === undefined ? null : Math.round(stopDate * 1000),
        output: output ?? null,
        error: error ?? null,
        cause: cause ?? null,
      },
    });
  }

  private now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }
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

function contextOf(record: ExecutionRecord, lake: LakeContext): Readonly<Record<string, ApiShape>> {
  return {
    Execution: {
      Id: record.executionArn,
      Input: JSON.parse(record.input),
      Name: record.name,
      RoleArn: record.roleArn,
      StartTime: new Date(record.startDate * 1000).toISOString(),
      RedriveCount: record.redriveCount,
      ...(record.redriveCount > 0 && { RedriveTime: lake.clock.now().toISOString() }),
    },
    StateMachine: { Id: record.stateMachineArn, Name: record.stateMachineArn.split(':').at(-1) },
  };
}
