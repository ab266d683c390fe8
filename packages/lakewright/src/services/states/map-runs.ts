import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import type { ChildExecution, ChildStatus, MapRun, MapRunStart, Surroundings } from './asl/surroundings';
import { addEvent } from './history';
import type { ChildRecord, ExecutionRecord, MapRunRecord, Records } from './records';

/** The runs of Distributed Maps: their child executions are executions of their own. */
export class MapRuns {
  private readonly running = new Map<string, MapRunRecord>();

  public constructor(
    private readonly records: Records,
    private readonly now: () => number,
  ) {}

  /** Begins a map run, or goes on with one that is redriven. */
  public start(parent: ExecutionRecord, around: Surroundings, start: MapRunStart): MapRun {
    const record = start.redriven === undefined ? this.create(parent, start) : this.redriven(start.redriven);
    this.running.set(record.mapRunArn, record);
    this.records.putMapRun(record);
    return {
      arn: record.mapRunArn,
      redriveCount: record.redriveCount,
      child: (index, input) => this.child(record, parent, around, index, input),
      childNames: (index) => {
        const { executionArn: arn, name } = record.children[index] as ChildRecord;
        return { arn, name };
      },
      ended: (status) => {
        record.status = status;
        record.stopDate = this.now();
        this.records.putMapRun(record);
        this.running.delete(record.mapRunArn);
      },
    };
  }

  /** @throws ServiceError ResourceNotFound */
  public get(arn: unknown): MapRunRecord {
    const found = this.find(arn);
    if (found !== undefined) return found;
    throw new ServiceError('ResourceNotFound', `Resource not found: '${String(arn)}'`);
  }

  public list(executionArn: string): MapRunRecord[] {
    const machine = executionArn.split(':')[6] ?? '';
    const kept = this.records.mapRuns(machine).map((one) => this.running.get(one.mapRunArn) ?? cutOff(one));
    return kept.filter((one) => one.executionArn === executionArn).sort((a, b) => b.startDate - a.startDate);
  }

  /** A child execution by its ARN. */
  public execution(arn: string): ChildRecord | undefined {
    const machine = arn.split(':')[6] ?? '';
    if (!machine.includes('/')) return undefined;
    for (const run of this.records.mapRuns(machine)) {
      const { children } = this.running.get(run.mapRunArn) ?? run;
      const found = children.find((one) => one?.executionArn === arn);
      if (found) return found;
    }
    return undefined;
  }

  private find(arn: unknown): MapRunRecord | undefined {
    if (typeof arn !== 'string') return undefined;
    const running = this.running.get(arn);
    if (running !== undefined) return running;
    const found = this.records.mapRuns(arn.split(':')[6] ?? '').find((one) => one.mapRunArn === arn);
    return found && cutOff(found);
  }

  private create(parent: ExecutionRecord, { redriven: _, label, sizes, ...limits }: MapRunStart): MapRunRecord {
    const machine = `${parent.stateMachineArn.split(':').at(-1)}/${label}`;
    return {
      mapRunArn: `${parent.stateMachineArn.split(':').slice(0, 5).join(':')}:mapRun:${machine}:${randomUUID()}`,
      executionArn: parent.executionArn,
      stateMachineArn: `${parent.stateMachineArn}/${label}`,
      status: 'RUNNING',
      startDate: this.now(),
      ...limits,
      redriveCount: 0,
      sizes,
      children: sizes.map(() => null),
    };
  }

  private redriven(arn: string): MapRunRecord {
    const record = this.get(arn);
    record.status = 'RUNNING';
    record.redriveCount += 1;
    record.redriveDate = this.now();
    delete record.stopDate;
    return record;
  }

  private child(
    run: MapRunRecord,
    parent: ExecutionRecord,
    around: Surroundings,
    index: number,
    input: ApiShape,
  ): ChildExecution {
    const before = run.children[index];
    const record = before === null || before === undefined ? this.newChild(run, parent, index, input) : before;
    run.children[index] = record;
    const own: Surroundings = {
      ...around,
      executionArn: record.executionArn,
      checkpoint: undefined,
      record: (frame, type, name, details) => addEvent(record.events, this.now(), frame, type, name, details),
    };
    const frame = { previous: 0 };
    const note = (type: string, body: ApiShape): void =>
      addEvent(record.events, this.now(), frame, type, `e${type.slice(1)}EventDetails`, body);
    if (before) {
      Object.assign(record, { status: 'RUNNING', redriveCount: record.redriveCount + 1, redriveDate: this.now() });
      for (const field of ['stopDate', 'error', 'cause'] as const) delete record[field];
      frame.previous = record.events.at(-1)?.id ?? 0;
      note('ExecutionRedriven', { redriveCount: record.redriveCount });
    } else {
      const inputDetails = { truncated: false };
      note('ExecutionStarted', { input: record.input, inputDetails, roleArn: record.roleArn });
    }
    return {
      arn: record.executionArn,
      name: record.name,
      around: own,
      context: {
        Execution: {
          Id: record.executionArn,
          Input: input,
          Name: record.name,
          RoleArn: record.roleArn,
          StartTime: new Date(record.startDate * 1000).toISOString(),
          RedriveCount: record.redriveCount,
        },
        StateMachine: { Id: run.stateMachineArn, Name: run.stateMachineArn.split(':').at(-1) },
      },
      ended: ({ previous }, status, output, failure) => {
        frame.previous = previous;
        Object.assign(record, { status, stopDate: this.now(), ...failure });
        if (status === 'SUCCEEDED') record.output = JSON.stringify(output);
        note(...closing(status, record));
      },
    };
  }

  private newChild(run: MapRunRecord, parent: ExecutionRecord, index: number, input: ApiShape): ChildRecord {
    const name = randomUUID();
    return {
      executionArn: `${run.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
      stateMachineArn: run.stateMachineArn,
      name,
      status: 'RUNNING',
      startDate: this.now(),
      input: JSON.stringify(input),
      roleArn: parent.roleArn,
      redriveCount: 0,
      events: [],
      mapRunArn: run.mapRunArn,
      itemCount: run.sizes[index] ?? 1,
    };
  }
}

function closing(status: ChildStatus, { output, error, cause }: ChildRecord): [type: string, body: ApiShape] {
  if (status === 'SUCCEEDED') return ['ExecutionSucceeded', { output, outputDetails: { truncated: false } }];
  const type = { FAILED: 'ExecutionFailed', ABORTED: 'ExecutionAborted', TIMED_OUT: 'ExecutionTimedOut' }[status];
  return [type, { ...(error && { error }), ...(cause && { cause }) }];
}

/** What ran when the process ended runs no longer. */
function cutOff(record: MapRunRecord): MapRunRecord {
  return record.status === 'RUNNING' ? { ...record, status: 'ABORTED' } : record;
}

const STATES = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  ABORTED: 'aborted',
  TIMED_OUT: 'timedOut',
};

/** In the API's shape. Source: API Reference, "DescribeMapRun". */
export function describeMapRun(record: MapRunRecord): Record<string, unknown> {
  const { sizes, children, stateMachineArn: _, ...rest } = record;
  const counts = (sizeOf: (index: number) => number): Record<string, number> => {
    const found = {
      ...{ pending: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0, total: 0, resultsWritten: 0 },
      ...{ failuresNotRedrivable: 0, pendingRedrive: 0 },
    } as Record<string, number>;
    sizes.forEach((_, index) => {
      const state = children[index] ? STATES[children[index].status] : 'pending';
      found[state] = (found[state] ?? 0) + sizeOf(index);
      found.total = (found.total ?? 0) + sizeOf(index);
    });
    if (record.status !== 'RUNNING') found.resultsWritten = found.succeeded as number;
    return found;
  };
  return { ...rest, itemCounts: counts((index) => sizes[index] ?? 1), executionCounts: counts(() => 1) };
}
