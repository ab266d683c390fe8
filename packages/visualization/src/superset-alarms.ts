import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Superset } from './superset';

/** What `SupersetAlarms` is made of. */
export interface SupersetAlarmsProps {
  /** What is watched. */
  readonly superset: Superset;

  /**
   * Who is told when an alarm begins and ends.
   * @default nobody: whoever looks at CloudWatch
   */
  readonly notify?: sns.ITopic;

  /**
   * Errors of the server in five minutes that are too many.
   * @default 10
   */
  readonly serverErrors?: number;

  /**
   * How slow nineteen of twenty requests may be, for a quarter of an hour.
   * @default Duration.seconds(30)
   */
  readonly responseTime?: Duration;
}

/** Alarms on what makes Superset useless for people: nobody answers, errors, slowness, a database or cache that runs full. */
export class SupersetAlarms extends Construct {
  /** The alarms by their ids. */
  public readonly alarms: Record<string, cloudwatch.Alarm> = {};

  private readonly notify?: sns.ITopic;

  /**
   * @param scope where they are created
   * @param id unique in `scope`
   * @param props what is watched, who is told
   */
  public constructor(scope: Construct, id: string, props: SupersetAlarmsProps) {
    super(scope, id);
    const { superset } = props;
    this.notify = props.notify;
    const minute = Duration.minutes(1);
    const { BREACHING, NOT_BREACHING } = cloudwatch.TreatMissingData;
    const { LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
    this.add('NobodyAnswers', {
      alarmDescription: 'No web server of Superset is healthy',
      metric: superset.targetGroup.metrics.healthyHostCount({ statistic: 'Minimum', period: minute }),
      threshold: 1,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 5,
      treatMissingData: BREACHING,
    });
    this.add('ServerErrors', {
      alarmDescription: 'Superset answers with errors',
      metric: superset.metricServerErrors(),
      threshold: props.serverErrors ?? 10,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
    });
    this.add('SlowAnswers', {
      alarmDescription: 'Superset answers slowly',
      metric: superset.metricResponseTime({ statistic: 'p95' }),
      threshold: (props.responseTime ?? Duration.seconds(30)).toSeconds(),
      evaluationPeriods: 3,
      treatMissingData: NOT_BREACHING,
    });
    this.add('DatabaseFull', {
      alarmDescription: 'Less than 2 GB of the metadata database are free',
      metric: superset.database.metricFreeStorageSpace({ statistic: 'Minimum' }),
      threshold: 2 * 1024 ** 3,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
    });
    this.add('DatabaseBusy', {
      alarmDescription: 'The metadata database uses more than 90 % of its CPU',
      metric: superset.database.metricCPUUtilization(),
      threshold: 90,
      evaluationPeriods: 6,
      treatMissingData: NOT_BREACHING,
    });
    this.add('CacheFull', {
      alarmDescription: 'The cache, which has the queue of work in it, uses more than 90 % of its memory',
      metric: new cloudwatch.Metric({
        namespace: 'AWS/ElastiCache',
        metricName: 'DatabaseMemoryUsagePercentage',
        // of the first node: the name is that of the group with its number
        dimensionsMap: { CacheClusterId: `${superset.cacheId}-001` },
        statistic: 'Maximum',
      }),
      threshold: 90,
      evaluationPeriods: 2,
      treatMissingData: NOT_BREACHING,
    });
  }

  private add(id: string, props: cloudwatch.AlarmProps): void {
    const alarm = new cloudwatch.Alarm(this, id, props);
    this.alarms[id] = alarm;
    if (!this.notify) return;
    const action = new actions.SnsAction(this.notify);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
