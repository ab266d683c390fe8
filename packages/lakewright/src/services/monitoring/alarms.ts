import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { type LakeContext, ServiceError } from '../service';
import { act, announce } from './alarm-actions';
import { ruleHolds } from './alarm-rule';
import { UnsupportedMath } from './math';
import type { Metrics } from './metrics';
import { keyOf, querySeries, type Series, statSeries } from './queries';
import { isMeasured, measureQueues } from './sources';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface StateRecord {
  readonly value: AlarmState;
  readonly reason: string;
  readonly reasonData?: string;
  /** ISO time of the lake's clock. */
  readonly time: string;
  readonly actionsEnabled?: boolean;
}

const STATE = 'monitoring/alarms';
const UNKNOWN: StateRecord = { value: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation', time: '' };

/** The alarms of the template, evaluated when something was measured and when the clock was moved. */
export class Alarms {
  private running: Promise<void> | undefined;
  private again = false;
  private known: Record<string, StateRecord> | undefined;

  public constructor(
    private readonly lake: LakeContext,
    private readonly metrics: Metrics,
  ) {}

  public all(): readonly LakeResource[] {
    return this.lake.resources.filter(({ type }) => /^AWS::CloudWatch::(Composite)?Alarm$/.test(type));
  }

  public state(alarm: LakeResource): StateRecord {
    return this.states()[nameOf(alarm)] ?? UNKNOWN;
  }

  /** @throws ServiceError ResourceNotFound */
  public find(name: unknown): LakeResource {
    const found = this.all().find((alarm) => nameOf(alarm) === name || alarm.arn === name);
    if (found !== undefined) return found;
    throw new ServiceError('ResourceNotFound', `Unknown alarm: ${String(name)}`, 404);
  }

  /** Looks at every alarm; calls that come meanwhile are done by one more look. */
  public evaluate(): Promise<void> {
    if (this.running !== undefined) {
      this.again = true;
      return this.running;
    }
    this.running = this.look().finally(() => {
      this.running = undefined;
      if (!this.again) return;
      this.again = false;
      this.lake.background.track(this.evaluate());
    });
    return this.running;
  }

  /** Sets a state, and does what the change asks for. */
  public async set(alarm: LakeResource, next: Omit<StateRecord, 'time'>): Promise<void> {
    const before = this.state(alarm);
    const time = this.lake.clock.now().toISOString();
    const { actionsEnabled } = before;
    const state: StateRecord = { ...next, time, ...(actionsEnabled !== undefined && { actionsEnabled }) };
    this.keep(alarm, state);
    if (before.value === next.value) return;
    announce(this.lake, alarm, before, state);
    const suppressor = alarm.properties.ActionsSuppressor;
    const quiet = suppressor !== undefined && this.state(this.find(suppressor)).value === 'ALARM';
    if (quiet || !(actionsEnabled ?? alarm.properties.ActionsEnabled ?? true)) return;
    await act(this.lake, alarm, before, state);
  }

  public enableActions(alarm: LakeResource, actionsEnabled: boolean): void {
    this.keep(alarm, { ...this.state(alarm), actionsEnabled });
  }

  private async look(): Promise<void> {
    const single = this.all().filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
    const watched = single.flatMap((alarm) => {
      const series = this.series(alarm);
      return series === undefined ? [] : [{ alarm, series }];
    });
    const queues = watched.flatMap(({ series }) => series.keys.filter(({ namespace }) => namespace === 'AWS/SQS'));
    await measureQueues(this.lake, this.metrics, new Set(queues.map(({ dimensions }) => dimensions.QueueName ?? '')));
    for (const { alarm, series } of watched) {
      const verdict = judge(alarm.properties, series, this.lake.clock.now().getTime(), this.state(alarm).value);
      if (verdict.value !== this.state(alarm).value) await this.set(alarm, verdict);
    }
    for (const alarm of this.all()) {
      if (alarm.type !== 'AWS::CloudWatch::CompositeAlarm') continue;
      const rule = String(alarm.properties.AlarmRule);
      const value = ruleHolds(rule, (name) => this.state(this.find(name)).value) ? 'ALARM' : 'OK';
      const reason = `${this.lake.clock.now().toISOString()}: ${value} by the rule ${rule}`;
      if (value !== this.state(alarm).value) await this.set(alarm, { value, reason });
    }
    this.metrics.save();
  }

  /** Undefined for what isn't evaluated here; the resource's classification says why. */
  private series(alarm: LakeResource): Series | undefined {
    return problemOf(this.metrics, alarm) === undefined ? seriesOf(this.metrics, alarm.properties) : undefined;
  }

  private states(): Record<string, StateRecord> {
    this.known ??= this.lake.workspace.readState<Record<string, StateRecord>>(STATE) ?? {};
    return this.known;
  }

  private keep(alarm: LakeResource, state: StateRecord): void {
    this.known = { ...this.states(), [nameOf(alarm)]: state };
    this.lake.workspace.writeState(STATE, this.known);
  }
}

export function nameOf({ properties, physicalId }: LakeResource): string {
  return String(properties.AlarmName ?? physicalId);
}

/** Why an alarm isn't evaluated here; undefined if it is. */
export function problemOf(metrics: Metrics, { properties }: LakeResource): string | undefined {
  try {
    const { keys } = seriesOf(metrics, properties);
    const unknown = keys.find((key) => !isMeasured(key));
    return unknown && `nothing here measures ${unknown.namespace} ${unknown.name}`;
  } catch (error) {
    if (error instanceof UnsupportedMath || error instanceof ServiceError) return `not evaluated: ${error.message}`;
    throw error;
  }
}

function seriesOf(metrics: Metrics, properties: ApiShape): Series {
  const { Metrics: queries, Statistic, ExtendedStatistic, Period, ThresholdMetricId, ComparisonOperator } = properties;
  if (ThresholdMetricId !== undefined) throw new UnsupportedMath('an anomaly detection band');
  if (!(String(ComparisonOperator) in COMPARISONS)) throw new UnsupportedMath(`${ComparisonOperator}`);
  if (queries === undefined) return statSeries(metrics, keyOf(properties), Statistic ?? ExtendedStatistic, Period);
  const made = querySeries(metrics, queries);
  const asked = queries.find(({ ReturnData }: ApiShape) => ReturnData !== false && ReturnData !== 'false');
  const series = made.get(asked?.Id);
  if (series === undefined) throw new UnsupportedMath('metrics of which none is returned');
  const own = queries.flatMap(({ MetricStat }: ApiShape) => (MetricStat ? [Number(MetricStat.Period) * 1000] : []));
  return asked.Period === undefined ? series : { ...series, period: Math.max(Number(asked.Period) * 1000, ...own) };
}

const COMPARISONS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/**
 * An alarm's state by its last periods. The one that goes on counts as soon as it has data.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function judge(
  properties: ApiShape,
  { period, value }: Series,
  now: number,
  before: AlarmState,
): Omit<StateRecord, 'time'> {
  const periods = Number(properties.EvaluationPeriods);
  const needed = Number(properties.DatapointsToAlarm ?? periods);
  const threshold = Number(properties.Threshold);
  const missing = properties.TreatMissingData ?? 'missing';
  const current = Math.floor(now / period) * period;
  const last = value(current) === undefined ? current - period : current;
  const slots = Array.from({ length: periods }, (_, index) => value(last - index * period));
  const known = slots.filter((one) => one !== undefined);
  const breaches = COMPARISONS[properties.ComparisonOperator] as (value: number, threshold: number) => boolean;
  const gaps = missing === 'breaching' ? slots.length - known.length : 0;
  const count = known.filter((one) => breaches(one, threshold)).length + gaps;
  const reasonData = JSON.stringify({ version: '1.0', period: period / 1000, recentDatapoints: known, threshold });
  const text = `${count} of the last ${periods} datapoints [${known.join(', ')}] crossed the threshold (${threshold}), ${needed} are needed to alarm`;
  const reason = `Threshold ${count >= needed ? 'Crossed' : 'not crossed'}: ${text}.`;
  if (count >= needed) return { value: 'ALARM', reason, reasonData };
  if (known.length === 0 && missing === 'missing') {
    return {
      value: 'INSUFFICIENT_DATA',
      reason: `Insufficient Data: no datapoints in ${periods} periods.`,
      reasonData,
    };
  }
  if (known.length === 0 && missing === 'ignore') return { value: before, reason, reasonData };
  return { value: 'OK', reason, reasonData };
}
