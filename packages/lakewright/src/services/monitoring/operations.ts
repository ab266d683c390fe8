import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, ServiceError } from '../service';
import { type Alarms, nameOf } from './alarms';
import { UnsupportedMath } from './math';
import type { Datapoint, Metrics } from './metrics';
import { keyOf, querySeries, type Series, statSeries } from './queries';

/** Source: Amazon CloudWatch API Reference. */
export function operations(lake: LakeContext, metrics: Metrics, alarms: Alarms): Readonly<Record<string, Operation>> {
  const setActions =
    (enabled: boolean): Operation =>
    async ({ AlarmNames = [] }) => {
      for (const name of AlarmNames) alarms.enableActions(alarms.find(name), enabled);
      return {};
    };
  return {
    async PutMetricData({ Namespace, MetricData = [] }) {
      if (typeof Namespace !== 'string' || Namespace.startsWith('AWS/')) {
        throw new ServiceError('InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.');
      }
      for (const datum of MetricData) {
        const key = keyOf({ ...datum, Namespace });
        metrics.put(key, ...pointsOf(datum, lake.clock.now().getTime()));
      }
      metrics.save();
      lake.background.track(alarms.evaluate());
      return {};
    },
    async GetMetricStatistics(input) {
      const { StartTime, EndTime, Period, Statistics = [], ExtendedStatistics = [], MetricName: Label } = input;
      const wanted: string[] = [...Statistics, ...ExtendedStatistics];
      const series = wanted.map((name) => ({ name, ...statSeries(metrics, keyOf(input), name, Period) }));
      const Datapoints = starts(StartTime, EndTime, Number(Period) * 1000).flatMap((from) => {
        const values = series
          .map(({ name, value }) => [name, value(from)] as const)
          .filter(([, one]) => one !== undefined);
        const plain = values.filter(([name]) => Statistics.includes(name));
        const extended = values.filter(([name]) => !Statistics.includes(name));
        if (values.length === 0) return [];
        return [
          {
            Timestamp: from / 1000,
            Unit: 'None',
            ...Object.fromEntries(plain),
            ...(extended.length > 0 && { ExtendedStatistics: Object.fromEntries(extended) }),
          },
        ];
      });
      return { Label, Datapoints };
    },
    async GetMetricData({ MetricDataQueries = [], StartTime, EndTime, ScanBy = 'TimestampDescending' }) {
      const series = understood(() => querySeries(metrics, MetricDataQueries));
      const returned = MetricDataQueries.filter(({ ReturnData }: ApiShape) => ReturnData !== false);
      const MetricDataResults = returned.map(({ Id, Label, Period, MetricStat }: ApiShape) => {
        const one = series.get(Id) as Series;
        const period = Period === undefined ? one.period : Number(Period) * 1000;
        const found = starts(StartTime, EndTime, period).flatMap((from) => {
          const value = one.value(from);
          return value === undefined ? [] : [{ time: from / 1000, value }];
        });
        if (ScanBy === 'TimestampDescending') found.reverse();
        return {
          Id,
          Label: Label ?? MetricStat?.Metric?.MetricName ?? Id,
          Timestamps: found.map(({ time }) => time),
          Values: found.map(({ value }) => value),
          StatusCode: 'Complete',
        };
      });
      return { MetricDataResults, Messages: [] };
    },
    async ListMetrics({ Namespace, MetricName, Dimensions = [] }) {
      const found = metrics
        .keys()
        .filter(
          ({ namespace, name, dimensions }) =>
            (Namespace === undefined || namespace === Namespace) &&
            (MetricName === undefined || name === MetricName) &&
            Dimensions.every((one: ApiShape) =>
              one.Value === undefined ? one.Name in dimensions : dimensions[one.Name] === one.Value,
            ),
        );
      return {
        Metrics: found.map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
      };
    },
    async DescribeAlarms({ AlarmNames, AlarmNamePrefix = '', StateValue, AlarmTypes = ['MetricAlarm'] }) {
      const chosen = alarms
        .all()
        .filter(
          (alarm) =>
            (AlarmNames === undefined || AlarmNames.includes(nameOf(alarm))) &&
            nameOf(alarm).startsWith(AlarmNamePrefix) &&
            (StateValue === undefined || alarms.state(alarm).value === StateValue),
        );
      const of = (type: string, kind: string) =>
        chosen
          .filter((alarm) => alarm.type === type && (AlarmNames !== undefined || AlarmTypes.includes(kind)))
          .map((alarm) => describe(alarms, alarm));
      return {
        MetricAlarms: of('AWS::CloudWatch::Alarm', 'MetricAlarm'),
        CompositeAlarms: of('AWS::CloudWatch::CompositeAlarm', 'CompositeAlarm'),
      };
    },
    async SetAlarmState({ AlarmName, StateValue, StateReason, StateReasonData }) {
      if (!['OK', 'ALARM', 'INSUFFICIENT_DATA'].includes(StateValue)) {
        throw new ServiceError('InvalidParameterValue', `StateValue is ${StateValue}`);
      }
      const reasonData = StateReasonData === undefined ? {} : { reasonData: StateReasonData };
      await alarms.set(alarms.find(AlarmName), { value: StateValue, reason: String(StateReason), ...reasonData });
      return {};
    },
    EnableAlarmActions: setActions(true),
    DisableAlarmActions: setActions(false),
  };
}

function understood<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UnsupportedMath)) throw error;
    throw new ServiceError('ValidationError', `Lakewright does not evaluate ${error.message}`);
  }
}

function describe(alarms: Alarms, alarm: LakeResource): Record<string, unknown> {
  const { value, reason, reasonData, time, actionsEnabled } = alarms.state(alarm);
  const stamp = time === '' ? {} : { StateUpdatedTimestamp: Date.parse(time) / 1000 };
  return {
    AlarmActions: [],
    OKActions: [],
    InsufficientDataActions: [],
    ...alarm.properties,
    AlarmName: nameOf(alarm),
    AlarmArn: alarm.arn,
    ActionsEnabled: actionsEnabled ?? alarm.properties.ActionsEnabled ?? true,
    StateValue: value,
    StateReason: reason,
    ...(reasonData !== undefined && { StateReasonData: reasonData }),
    ...stamp,
  };
}

function pointsOf({ Timestamp, Value, Values, Counts, StatisticValues }: ApiShape, now: number): Datapoint[] {
  const time = Timestamp === undefined ? now : timeOf(Timestamp);
  if (StatisticValues !== undefined) {
    const { Sum, SampleCount } = StatisticValues;
    return [{ time, value: SampleCount > 0 ? Sum / SampleCount : 0, count: SampleCount }];
  }
  if (Array.isArray(Values)) return Values.map((value, index) => ({ time, value, count: Counts?.[index] ?? 1 }));
  if (typeof Value === 'number') return [{ time, value: Value, count: 1 }];
  throw new ServiceError('MissingParameter', 'A datum needs Value, Values or StatisticValues');
}

/** The beginnings of the periods in `[start, end)`. */
function starts(start: ApiShape, end: ApiShape, period: number): number[] {
  const first = Math.floor(timeOf(start) / period) * period;
  const count = Math.ceil((timeOf(end) - first) / period);
  if (!(count >= 0 && count <= 100_800))
    throw new ServiceError('InvalidParameterValue', 'too many datapoints are asked for');
  return Array.from({ length: count }, (_, index) => first + index * period);
}

/** SDKs give epoch seconds, others ISO texts. */
function timeOf(value: ApiShape): number {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value * 1000 : Date.parse(value);
}
