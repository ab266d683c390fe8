import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, ServiceError } from '../service';
import { validateDefinition } from './asl/validate';
import { describeExecution, pick } from './describe';
import type { Executions } from './executions';
import { describeMapRun, type MapRuns } from './map-runs';
import {
  type ChildRecord,
  checkName,
  type ExecutionRecord,
  type HistoryEvent,
  type MachineRecord,
  type Records,
} from './records';
import type { TaskTokens } from './task-tokens';

/** What all operations work on. */
export interface Room {
  readonly lake: LakeContext;
  readonly records: Records;
  readonly executions: Executions;
  readonly tokens: TaskTokens;
  readonly mapRuns: MapRuns;
}

/** The API's operations. Source: AWS Step Functions API Reference. */
export function operations(room: Room): Readonly<Record<string, Operation>> {
  const { records, executions, tokens, lake, mapRuns } = room;
  const now = (): number => lake.clock.now().getTime() / 1000;
  return {
    async CreateStateMachine(input) {
      const arn = machineArn(lake, checkName(input.name));
      const existing = records.machines()[arn];
      if (existing !== undefined && existing.definition !== input.definition) {
        throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
      }
      const machine = putMachine(room, arn, input);
      return { stateMachineArn: arn, creationDate: machine.creationDate };
    },
    async UpdateStateMachine(input) {
      const machine = records.machine(input.stateMachineArn);
      const updated = putMachine(room, machine.arn, { ...machine, ...input });
      return { updateDate: updated.updateDate, revisionId: updated.revisionId };
    },
    async DescribeStateMachine(input) {
      return describeMachine(records.machine(input.stateMachineArn));
    },
    async DescribeStateMachineForExecution(input) {
      const record = executions.find(String(input.executionArn)) ?? missing(input.executionArn);
      const {
        status: _,
        type: __,
        creationDate: ___,
        ...machine
      } = describeMachine(records.machine(record.stateMachineArn));
      return { ...machine, definition: record.definitionText, updateDate: record.startDate };
    },
    async ListStateMachines(input) {
      const all = Object.values(records.machines()).sort((a, b) => a.name.localeCompare(b.name));
      return page(input, all, 'stateMachines', ({ arn, name, type, creationDate }) => ({
        ...{ stateMachineArn: arn, name, type, creationDate },
      }));
    },
    async DeleteStateMachine(input) {
      records.deleteMachine(String(input.stateMachineArn));
      return {};
    },
    async ValidateStateMachineDefinition(input) {
      const diagnostics = diagnose(input.definition);
      return { result: diagnostics.length === 0 ? 'OK' : 'FAIL', diagnostics, truncated: false };
    },
    async StartExecution(input) {
      const record = executions.start(records.machine(input.stateMachineArn), input.input, input.name);
      return { executionArn: record.executionArn, startDate: record.startDate };
    },
    async StartSyncExecution(input) {
      const machine = records.machine(input.stateMachineArn);
      if (machine.type !== 'EXPRESS') {
        throw new ServiceError(
          'StateMachineTypeNotSupported',
          'This operation is supported by EXPRESS state machines only',
        );
      }
      const started = executions.start(machine, input.input, input.name, true);
      const record = await executions.finished(started.executionArn);
      return {
        ...describeExecution(record, now()),
        billingDetails: { billedDurationInMilliseconds: 0, billedMemoryUsedInMB: 0 },
      };
    },
    async DescribeExecution(input) {
      return describeExecution(executions.get(input.executionArn), now());
    },
    async ListExecutions(input) {
      const all: readonly (ExecutionRecord | ChildRecord)[] =
        input.mapRunArn === undefined
          ? executions.list(records.machine(input.stateMachineArn).arn)
          : mapRuns.get(input.mapRunArn).children.filter((one) => one !== null);
      const redriven = { REDRIVEN: true, NOT_REDRIVEN: false }[String(input.redriveFilter)];
      const chosen = all.filter(
        (one) =>
          (input.statusFilter === undefined || one.status === input.statusFilter) &&
          (redriven === undefined || one.redriveCount > 0 === redriven),
      );
      return page(input, chosen, 'executions', (one) => ({
        ...pick(one as ExecutionRecord & ChildRecord, [
          ...(['executionArn', 'stateMachineArn', 'name', 'status', 'startDate', 'stopDate'] as const),
          ...(['redriveCount', 'redriveDate', 'mapRunArn', 'itemCount'] as const),
        ]),
      }));
    },
    async DescribeMapRun(input) {
      return describeMapRun(mapRuns.get(input.mapRunArn));
    },
    async ListMapRuns(input) {
      const { executionArn } = executions.get(input.executionArn);
      return page(input, mapRuns.list(executionArn), 'mapRuns', (one) =>
        pick(one, ['executionArn', 'mapRunArn', 'stateMachineArn', 'startDate', 'stopDate']),
      );
    },
    async GetExecutionHistory(input) {
      const { events } = executions.get(input.executionArn);
      return page(input, input.reverseOrder === true ? [...events].reverse() : events, 'events', (event) => ({
        ...(input.includeExecutionData === false ? withoutData(event) : event),
      }));
    },
    async StopExecution(input) {
      const record = executions.get(input.executionArn);
      const ended = await executions.abort(record.executionArn, input.error, input.cause);
      return { stopDate: ended.stopDate };
    },
    async RedriveExecution(input) {
      return { redriveDate: executions.redrive(input.executionArn) };
    },
    async SendTaskSuccess(input) {
      tokens.succeed(input.taskToken, input.output);
      return {};
    },
    async SendTaskFailure(input) {
      tokens.fail(input.taskToken, input.error, input.cause);
      return {};
    },
    async SendTaskHeartbeat(input) {
      tokens.heartbeat(input.taskToken);
      return {};
    },
    async ListTagsForResource() {
      return { tags: [] };
    },
    async TagResource() {
      return {};
    },
    async UntagResource() {
      return {};
    },
  };
}

export function machineArn(lake: LakeContext, name: string): string {
  return `arn:${lake.partition}:states:${lake.region}:${lake.account}:stateMachine:${name}`;
}

/**
 * Creates or replaces a machine.
 *
 * @throws ServiceError InvalidDefinition, naming each state that is wrong
 */
export function putMachine({ lake, records }: Room, arn: string, input: ApiShape): MachineRecord {
  const errors = diagnose(input.definition);
  if (errors.length > 0) {
    const lines = errors.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
    throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${lines.join(', ')}'`);
  }
  const now = lake.clock.now().getTime() / 1000;
  const existing = records.machines()[arn];
  const same = existing?.definition === input.definition && existing?.roleArn === (input.roleArn ?? '');
  const machine: MachineRecord = {
    arn,
    name: arn.split(':').at(-1) as string,
    definition: String(input.definition),
    roleArn: input.roleArn ?? '',
    type: input.type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
    creationDate: existing?.creationDate ?? now,
    updateDate: same && existing !== undefined ? existing.updateDate : now,
    revisionId: same && existing !== undefined ? existing.revisionId : randomUUID(),
    loggingConfiguration: input.loggingConfiguration,
    tracingConfiguration: input.tracingConfiguration,
  };
  records.putMachine(machine);
  return machine;
}

function diagnose(definition: unknown): ReturnType<typeof validateDefinition> {
  try {
    return validateDefinition(JSON.parse(String(definition)));
  } catch (error) {
    // RangeError: nested so deeply that the call stack ends.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return [{ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message: error.message, location: '/' }];
  }
}

function describeMachine(machine: MachineRecord) {
  const { arn, name, definition, roleArn, type, creationDate, revisionId } = machine;
  return {
    ...{ stateMachineArn: arn, name, status: 'ACTIVE', definition, roleArn, type, creationDate, revisionId },
    loggingConfiguration: machine.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: machine.tracingConfiguration ?? { enabled: false },
  };
}

/** `includeExecutionData: false` leaves inputs and outputs out. */
function withoutData(event: HistoryEvent): ApiShape {
  const bare = ([key, value]: [string, ApiShape]): [string, ApiShape] => {
    if (typeof value !== 'object' || value === null) return [key, value];
    const { input: _, output: __, parameters: ___, assignedVariables: ____, ...rest } = value;
    return [key, rest];
  };
  return Object.fromEntries(Object.entries(event).map(bare));
}

function missing(arn: unknown): never {
  throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(arn)}'`);
}

/** One page of a list; the token is the position of the next one. */
function page<T>(
  input: ApiShape,
  all: readonly T[],
  member: string,
  shape: (entry: T) => unknown,
): Record<string, unknown> {
  const start = input.nextToken === undefined ? 0 : Number(input.nextToken);
  if (!Number.isInteger(start) || start < 0)
    throw new ServiceError('InvalidToken', `Invalid Token: '${input.nextToken}'`);
  const size = input.maxResults > 0 ? Math.min(input.maxResults, 1000) : member === 'events' ? 1000 : 100;
  const end = start + size;
  return { [member]: all.slice(start, end).map(shape), ...(end < all.length && { nextToken: String(end) }) };
}
