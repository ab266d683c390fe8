import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { AthenaWorkgroupBase } from '../athena-workgroup-base';
import type { ScannedBytesAlarmOptions } from '../scanned-bytes-alarm-options';
import { refuse } from './refuse';

/** The ends of queries that are billed: the user guide calls the last one CANCELED, the API CANCELLED. */
const BILLED = { succeeded: 'SUCCEEDED', cancelled: 'CANCELLED', canceled: 'CANCELED' };

export function scannedBytesAlarm(
  workgroup: AthenaWorkgroupBase,
  id: string,
  { limit, period = Duration.days(1), notify }: ScannedBytesAlarmOptions,
): cloudwatch.Alarm {
  const seconds = period.toSeconds();
  if (seconds < 60 || seconds > 86_400 || seconds % 60 !== 0) {
    refuse(
      'InvalidAlarmPeriod',
      `period "${period.toHumanString()}"`,
      'whole minutes, a day at most',
      'use Duration.days(1), or alarm on workgroup.metricProcessedBytes() as you like',
    );
  }
  const usingMetrics = Object.fromEntries(
    Object.entries(BILLED).map(([name, QueryState]) => [
      name,
      workgroup.metricProcessedBytes({ period, dimensionsMap: { QueryState } }),
    ]),
  );
  const alarm = new cloudwatch.Alarm(workgroup, id, {
    metric: new cloudwatch.MathExpression({
      // adds what there is: FILL has nothing for an end that no query has had yet
      expression: `SUM([${Object.keys(BILLED).join(', ')}])`,
      usingMetrics,
      period,
      label: 'bytes scanned',
    }),
    threshold: limit.toBytes(),
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    alarmDescription: `Queries of ${workgroup.node.path} scanned more than agreed`,
  });
  if (notify) {
    alarm.addAlarmAction(new actions.SnsAction(notify));
    alarm.addOkAction(new actions.SnsAction(notify));
  }
  return alarm;
}
