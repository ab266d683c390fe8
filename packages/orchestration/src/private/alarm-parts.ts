import { type Duration, Duration as Span } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { refuse } from './refuse';

/**
 * Whole hours that an alarm can look back.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export function hoursOf(what: string, within: Duration): number {
  const hours = within.toHours({ integral: false });
  if (!Number.isInteger(hours) || hours < 1 || hours > 168) {
    refuse(
      'InvalidInterval',
      `${what} ${hours} hours`,
      'whole hours, 1 to 168: the most that a CloudWatch alarm looks back',
      'round it, or measure with another tool',
    );
  }
  return hours;
}

/** In alarm when a count was zero in each of the last hours; an hour without data counts as zero, too. */
export function silenceAlarm(
  scope: Construct,
  id: string,
  metric: cloudwatch.Metric,
  hours: number,
  alarmDescription: string,
): cloudwatch.Alarm {
  const counted = hourly(metric);
  return new cloudwatch.Alarm(scope, id, {
    metric: counted,
    threshold: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: hours,
    datapointsToAlarm: hours,
    // FILL has no points for a metric that never had any: the pipeline that never started
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    alarmDescription,
  });
}

/** In alarm for so many hours after something happened. */
export function echoAlarm(
  scope: Construct,
  id: string,
  metrics: cloudwatch.Metric[],
  hours: number,
  alarmDescription: string,
): cloudwatch.Alarm {
  const names = metrics.map((_, index) => `m${index + 1}`);
  return new cloudwatch.Alarm(scope, id, {
    metric: new cloudwatch.MathExpression({
      expression: names.map((name) => `FILL(${name}, 0)`).join(' + '),
      usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index + 1}`, metric])),
      period: Span.hours(1),
      label: id,
    }),
    threshold: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: hours,
    datapointsToAlarm: 1,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    alarmDescription,
  });
}

/** In alarm while a metric is above a threshold. */
export function levelAlarm(
  scope: Construct,
  id: string,
  metric: cloudwatch.IMetric,
  threshold: number,
  alarmDescription: string,
): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, id, {
    metric,
    threshold,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    alarmDescription,
  });
}

function hourly(metric: cloudwatch.Metric): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    expression: 'FILL(m1, 0)',
    usingMetrics: { m1: metric.with({ statistic: 'Sum', period: Span.hours(1) }) },
    period: Span.hours(1),
    label: 'count',
  });
}

/**
 * How often a rule matched.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export function matches(ruleName: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/Events',
    metricName: 'TriggeredRules',
    dimensionsMap: { RuleName: ruleName },
    statistic: cloudwatch.Stats.SUM,
    period: Span.hours(1),
  });
}
