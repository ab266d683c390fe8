import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { type LakeContext, ServiceError } from '../service';
import { nameOf, type StateRecord } from './alarms';

const ACTIONS = { ALARM: 'AlarmActions', OK: 'OKActions', INSUFFICIENT_DATA: 'InsufficientDataActions' } as const;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export function announce(lake: LakeContext, alarm: LakeResource, before: StateRecord, after: StateRecord): void {
  const shown = ({ value, reason, reasonData, time }: StateRecord) => ({
    ...{ value, reason, timestamp: time },
    ...(reasonData !== undefined && { reasonData }),
  });
  lake.events.publish({
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: nameOf(alarm),
      configuration: configurationOf(alarm.properties),
      previousState: shown(before),
      state: shown(after),
    },
  });
  const text = `alarm     ${alarm.path} ${before.value} → ${after.value}: ${after.reason}`;
  const begins = before.value === 'INSUFFICIENT_DATA' && after.value === 'OK';
  const level = after.value === 'ALARM' ? 'warning' : begins ? 'debug' : 'info';
  lake.host.notify({ code: 'LW_ALARM_STATE', level, text, data: { alarm: alarm.path, state: after.value } });
}

function configurationOf({ AlarmDescription, AlarmRule, Metrics, ...one }: ApiShape): ApiShape {
  const description = AlarmDescription === undefined ? {} : { description: AlarmDescription };
  if (AlarmRule !== undefined) return { alarmRule: AlarmRule, ...description };
  const stat = (metric: ApiShape, period: ApiShape, name: ApiShape) => ({
    metric: {
      namespace: metric?.Namespace,
      name: metric?.MetricName,
      dimensions: Object.fromEntries((metric?.Dimensions ?? []).map((pair: ApiShape) => [pair.Name, pair.Value])),
    },
    period,
    stat: name,
  });
  const metrics = Metrics?.map(({ Id, Expression, MetricStat, ReturnData = true }: ApiShape) => ({
    id: Id,
    ...(Expression !== undefined && { expression: Expression }),
    ...(MetricStat && { metricStat: stat(MetricStat.Metric, MetricStat.Period, MetricStat.Stat) }),
    returnData: ReturnData,
  }));
  const { Period, Statistic, ExtendedStatistic } = one;
  const own = [{ id: 'm1', metricStat: stat(one, Period, Statistic ?? ExtendedStatistic), returnData: true }];
  return { ...description, metrics: metrics ?? own };
}

/** Hands a change to topics and functions; other actions are named. */
export async function act(
  lake: LakeContext,
  alarm: LakeResource,
  before: StateRecord,
  after: StateRecord,
): Promise<void> {
  for (const action of alarm.properties[ACTIONS[after.value]] ?? []) {
    try {
      if (/:sns:/.test(action)) await notifyTopic(lake, alarm, before, after, action);
      else if (/:lambda:/.test(action)) await invoke(lake, alarm, before, after, action);
      else {
        const text = `${alarm.path} → ${action}: recorded, this action has no local form`;
        lake.host.notify({ code: 'LW_ALARM_RECORDED', level: 'info', text, data: { alarm: alarm.path, action } });
      }
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      lake.background.report({ name: alarm.path, type: 'cloudwatch:alarm', seconds: 0, error: error.message });
    }
  }
}

async function notifyTopic(
  lake: LakeContext,
  alarm: LakeResource,
  before: StateRecord,
  after: StateRecord,
  TopicArn: string,
): Promise<void> {
  const { AlarmDescription, AlarmRule, MetricName, Namespace, Threshold, EvaluationPeriods } = alarm.properties;
  const trigger = { MetricName, Namespace, Threshold, EvaluationPeriods };
  const message = {
    AlarmName: nameOf(alarm),
    AlarmDescription: AlarmDescription ?? null,
    AWSAccountId: lake.account,
    NewStateValue: after.value,
    NewStateReason: after.reason,
    StateChangeTime: after.time,
    Region: lake.region,
    AlarmArn: alarm.arn,
    OldStateValue: before.value,
    ...(AlarmRule === undefined ? { Trigger: trigger } : { AlarmRule }),
  };
  const Subject = `${after.value}: "${nameOf(alarm)}" in ${lake.region}`.slice(0, 100);
  await lake.call('sns', 'Publish', { TopicArn, Subject, Message: JSON.stringify(message) });
}

async function invoke(
  lake: LakeContext,
  alarm: LakeResource,
  before: StateRecord,
  after: StateRecord,
  FunctionName: string,
): Promise<void> {
  const shown = ({ value, reason, time }: StateRecord) => ({ value, reason, timestamp: time });
  const Payload = JSON.stringify({
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: lake.account,
    time: after.time,
    region: lake.region,
    alarmData: {
      alarmName: nameOf(alarm),
      state: shown(after),
      previousState: shown(before),
      configuration: configurationOf(alarm.properties),
    },
  });
  await lake.call('lambda', 'Invoke', { FunctionName, InvocationType: 'Event', Payload });
}
