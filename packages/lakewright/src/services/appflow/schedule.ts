import type { ApiShape } from '../api-shape';
import { runsBetween } from '../events/due';
import { invalid } from './connectors';
import type { Flow, FlowDefinition } from './flow';

const UNITS: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  minute: ['minute', 1],
  hour: ['hour', 1],
  day: ['day', 1],
  week: ['day', 7],
};

/** AppFlow's own default: the first incremental run takes the last 30 days. */
const FIRST_DAYS = 30;

/** A schedule-triggered flow's settings; times are epoch milliseconds. */
export interface FlowSchedule {
  /** As EventBridge writes it: `rate(5 minutes)`, where AppFlow has `rate(5minutes)`. */
  readonly expression: string;
  readonly incremental: boolean;
  readonly start?: number;
  readonly end?: number;
  readonly firstFrom?: number;
  /** By how much runs are later than the schedule says. */
  readonly offset: number;
  /** Failures one after the other that suspend the flow. */
  readonly threshold?: number;
}

/** One time at which a flow runs: what was changed before `time` is taken at `fires`. */
export interface FlowTime {
  readonly time: Date;
  readonly fires: Date;
}

/** Undefined for a flow that is started in another way. */
export function scheduleOf({ flowName, triggerConfig }: FlowDefinition): FlowSchedule | undefined {
  if (triggerConfig?.triggerType !== 'Scheduled') return undefined;
  const scheduled = triggerConfig.triggerProperties?.scheduled ?? {};
  const {
    scheduleExpression,
    dataPullMode = 'Complete',
    scheduleOffset = 0,
    flowErrorDeactivationThreshold,
  } = scheduled;
  if (dataPullMode !== 'Complete' && dataPullMode !== 'Incremental') {
    throw invalid(`the flow "${flowName}" has the dataPullMode "${dataPullMode}" → Complete or Incremental`);
  }
  return {
    expression: expressionOf(flowName, String(scheduleExpression ?? '')),
    incremental: dataPullMode === 'Incremental',
    start: milliseconds(scheduled.scheduleStartTime),
    end: milliseconds(scheduled.scheduleEndTime),
    firstFrom: milliseconds(scheduled.firstExecutionFrom),
    offset: Number(scheduleOffset) * 1000,
    threshold: flowErrorDeactivationThreshold === undefined ? undefined : Number(flowErrorDeactivationThreshold),
  };
}

/** @throws ServiceError ValidationException */
export function checkSchedule(flow: FlowDefinition): void {
  const type = flow.triggerConfig?.triggerType;
  if (type === 'OnDemand') return;
  const schedule = scheduleOf(flow);
  if (schedule === undefined) {
    throw invalid(
      `the flow "${flow.flowName}" has the trigger "${type}" → OnDemand or Scheduled: no application sends events to a lake on this machine`,
    );
  }
  const field = flow.sourceFlowConfig?.incrementalPullConfig?.datetimeTypeFieldName;
  if (schedule.incremental && flow.sourceFlowConfig?.connectorType !== 'S3' && !field) {
    throw invalid(
      `the flow "${flow.flowName}" is Incremental without incrementalPullConfig.datetimeTypeFieldName → the field that tells when a record was changed`,
    );
  }
  flowTimes(schedule, new Date(0), new Date(0), { activatedAt: 0, first: false });
}

/**
 * Times after `from`, up to and including `to`. A rate's first time is its start time or, without one, when the flow became
 * active: that one is also due if `from` is later and the flow never ran.
 */
export function flowTimes(
  { expression, start, end, offset }: FlowSchedule,
  from: Date,
  to: Date,
  { activatedAt, first }: { readonly activatedAt: number; readonly first: boolean },
): FlowTime[] {
  const [after, until] = [from.getTime() - offset, to.getTime() - offset];
  const anchor = start ?? activatedAt;
  const times = runsBetween(expression, new Date(after), new Date(until), { anchor: new Date(anchor) });
  const missed = start === undefined && first;
  if (expression.startsWith('rate') && anchor <= until && (anchor > after || missed)) times.unshift(new Date(anchor));
  return times
    .filter((time) => time.getTime() >= anchor && time.getTime() <= (end ?? Number.POSITIVE_INFINITY))
    .map((time) => ({ time, fires: new Date(time.getTime() + offset) }));
}

/** Where the first window of an incremental flow begins. */
export function firstWindowStart({ firstFrom }: FlowSchedule, end: number): number {
  return firstFrom ?? end - FIRST_DAYS * 86_400_000;
}

/** The milliseconds at which an active flow's own clock began. */
export function activation(flow: Flow): number {
  return (flow.activatedAt ?? flow.createdAt) * 1000;
}

function expressionOf(flowName: string, given: string): string {
  const [, amount, unit = ''] = /^rate\(\s*(\d+)\s*(minute|hour|day|week)s?\s*\)$/.exec(given.trim()) ?? [];
  if (amount === undefined) {
    if (/^cron\(/.test(given)) return given;
    throw invalid(
      `the flow "${flowName}" has the scheduleExpression "${given}" → rate(5minutes), rate(1hours), rate(1days), rate(1weeks) or cron(…)`,
    );
  }
  const [name, factor] = UNITS[unit] as readonly [string, number];
  const count = Number(amount) * factor;
  return `rate(${count} ${name}${count === 1 ? '' : 's'})`;
}

/** Epoch seconds, a Date or ISO text. */
function milliseconds(value: ApiShape): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) && !(value instanceof Date) ? number * 1000 : new Date(value).getTime();
}
