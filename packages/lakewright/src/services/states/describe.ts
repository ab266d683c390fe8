import type { LakeContext } from '../service';
import { MAX_EVENTS } from './history';
import type { ChildRecord, ExecutionRecord } from './records';

type AnyRecord = ExecutionRecord | ChildRecord;

const REDRIVABLE_SECONDS = 14 * 24 * 3600;

/** Source: API Reference, "DescribeExecution", redriveStatus and redriveStatusReason. */
export function redriveStatus(record: AnyRecord, now: number): { readonly status: string; readonly reason?: string } {
  const no = (reason: string) => ({ status: 'NOT_REDRIVABLE', reason });
  const { status, stopDate, events } = record;
  if (status === 'RUNNING' || status === 'SUCCEEDED') return no(`Execution is ${status} and cannot be redriven`);
  if ('mapRunArn' in record) {
    return { status: 'REDRIVABLE_BY_MAP_RUN', reason: 'The execution is redriven with its map run' };
  }
  if (record.executionArn.includes(':express:')) return no('Express executions cannot be redriven');
  if (now - (stopDate ?? now) > REDRIVABLE_SECONDS)
    return no('Execution has exceeded the redrivable period of 14 days');
  if (events.length >= MAX_EVENTS - 1) return no(`Execution history has reached its limit of ${MAX_EVENTS} events`);
  if (record.resumption === undefined) return no('The execution was cut off before its first state');
  return { status: 'REDRIVABLE' };
}

export function describeExecution(record: AnyRecord, now: number): Record<string, unknown> {
  const included = { included: true };
  const { status, reason } = redriveStatus(record, now);
  return {
    ...pick(record as ExecutionRecord & ChildRecord, [
      ...(['executionArn', 'stateMachineArn', 'name', 'status', 'startDate', 'stopDate', 'input', 'output'] as const),
      ...(['error', 'cause', 'redriveCount', 'redriveDate', 'mapRunArn'] as const),
    ]),
    inputDetails: included,
    ...(record.output !== undefined && { outputDetails: included }),
    redriveStatus: status,
    ...(reason !== undefined && { redriveStatusReason: reason }),
  };
}

/** Source: EventBridge Events Reference, "Step Functions Execution Status Change". */
export function announce(lake: LakeContext, record: ExecutionRecord): void {
  if (record.part) return;
  const { executionArn, stateMachineArn, name, status, startDate, stopDate, input, redriveDate } = record;
  const redrive = redriveStatus(record, lake.clock.now().getTime() / 1000);
  const milliseconds = (seconds: number | undefined) => (seconds === undefined ? null : Math.round(seconds * 1000));
  const included = { included: true };
  lake.events.publish({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [executionArn],
    detail: {
      ...{ executionArn, stateMachineArn, name, status, input, inputDetails: included },
      startDate: milliseconds(startDate),
      stopDate: milliseconds(stopDate),
      output: record.output ?? null,
      outputDetails: record.output === undefined ? null : included,
      error: record.error ?? null,
      cause: record.cause ?? null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: record.redriveCount,
      redriveDate: milliseconds(redriveDate),
      redriveStatus: redrive.status,
      redriveStatusReason: redrive.reason ?? null,
    },
  });
}

export function pick<T extends object, K extends keyof T>(value: T, keys: readonly K[]): Partial<T> {
  return Object.fromEntries(
    keys.filter((key) => value[key] !== undefined).map((key) => [key, value[key]]),
  ) as unknown as Partial<T>;
}
