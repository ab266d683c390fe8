import { NagFindings } from '@lakewright/core';
import type { Duration } from 'aws-cdk-lib';
import { Duration as Span } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Freshness } from './freshness';
import type { LakePipeline } from './lake-pipeline';
import { echoAlarm, hoursOf, levelAlarm, matches, silenceAlarm } from './private/alarm-parts';
import { sendEvents } from './private/bucket-events';
import { FailureNotices } from './private/failure-notices';
import { dataQueue, PipelineFunction } from './private/pipeline-function';
import { refuse } from './private/refuse';
import { runMetric } from './private/run-metric';
import type { RunHistory } from './run-history';
import type { SlackChannel } from './slack-channel';

/** What `PipelineAlarms` watches. */
export interface PipelineAlarmsProps {
  /** The pipeline. */
  readonly pipeline: LakePipeline;

  /** Who is told; subscribe e-mail addresses to it. */
  readonly notify: sns.ITopic;

  /**
   * Tells a channel of Slack as well.
   * @default only the topic
   */
  readonly slack?: SlackChannel;

  /**
   * Alarms when no run has succeeded for so long, also if none has started: whole hours, 1 to 168.
   *
   * It is in alarm from the first deployment to the first success.
   *
   * @default a run that doesn't come isn't noticed
   */
  readonly noSuccessWithin?: Duration;

  /**
   * Alarms when a run takes this many times as long as 90 of the last 100 runs that succeeded did; above 1.
   *
   * Looked at every five minutes, from the fifth run on.
   *
   * @default a run that takes long isn't noticed before the pipeline's timeout
   */
  readonly longerThanUsual?: number;

  /**
   * Alarms when a task of a run puts more than this share of its rows into quarantine: percent, 0 to 100.
   *
   * @default quarantined rows aren't noticed
   */
  readonly quarantinePercent?: number;

  /**
   * Who measures the quarantine.
   * @default none: wanted by `quarantinePercent`
   */
  readonly history?: RunHistory;

  /**
   * Data that must be new.
   * @default none
   */
  readonly freshness?: Freshness[];

  /**
   * Further queues that must be empty.
   * @default the pipeline's dead letters
   */
  readonly deadLetterQueues?: sqs.IQueue[];
}

/**
 * Failure and delay of a pipeline, each incident told once.
 *
 * A run that fails, times out or is stopped is told of at once: which task, why, and where to look. All else goes into one
 * composite alarm, `incident`, which tells when its first part is in alarm and is quiet while more of them follow, and
 * while a failed run has just been told of: no success, runs that take long, dead letters, quarantine, old data, and jobs
 * of the pipeline that fail outside of its runs, by EventBridge's state-change events. A job that fails in a run and then
 * succeeds is told to nobody; `RunHistory` counts it. None of it looks at Spark's own metrics, which a job that fails early
 * never has.
 */
export class PipelineAlarms extends Construct {
  /** In alarm while any part is. */
  public readonly incident: cloudwatch.CompositeAlarm;
  /** The parts of `incident`, without actions of their own. */
  public readonly alarms: cloudwatch.Alarm[] = [];
  /** In alarm for some hours after a run failed: what keeps `incident` from telling of its consequences. */
  public readonly failed: cloudwatch.Alarm;
  /** Matches the events of failed runs, `Pipeline Run Failed` of the source `lakewright.pipeline`: add targets. */
  public readonly failureRule: events.Rule;

  private sink?: sqs.Queue;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what is watched
   * @throws `InvalidInterval`, `InvalidThreshold`, `QuarantineWithoutHistory`
   */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: PipelineAlarmsProps,
  ) {
    super(scope, id);
    const { pipeline, noSuccessWithin } = props;
    checkThresholds(props);
    const notices = new FailureNotices(this, 'Notices', { pipeline, topic: props.notify, slack: props.slack });
    this.failureRule = notices.rule;
    const hours = noSuccessWithin ? hoursOf('noSuccessWithin', noSuccessWithin) : 24;
    const { stateMachine } = pipeline;
    const ends = [stateMachine.metricFailed(), stateMachine.metricTimedOut(), stateMachine.metricAborted()];
    const path = pipeline.node.path;
    this.failed = echoAlarm(
      this,
      'Failed',
      ends.map((metric) => metric.with({ period: Span.hours(1), statistic: 'Sum' })),
      hours,
      `a run of ${path} failed`,
    );

    if (noSuccessWithin) {
      const text = `no run of ${path} succeeded in ${hours} hours`;
      this.add(silenceAlarm(this, 'NoSuccess', pipeline.metricSucceeded(), hours, text));
    }
    if (props.longerThanUsual !== undefined) this.watchTime(props.longerThanUsual);
    if (props.quarantinePercent !== undefined && props.history) {
      const metric = props.history.metricQuarantinePercent(pipeline);
      const text = `a task of ${path} put more than ${props.quarantinePercent} % of its rows into quarantine`;
      this.add(levelAlarm(this, 'Quarantine', metric, props.quarantinePercent, text));
    }
    this.watchQueues([...(props.deadLetterQueues ?? []), pipeline.deadLetterQueue, notices.deadLetterQueue]);
    for (const freshness of props.freshness ?? []) this.watchFreshness(freshness);
    this.watchTasks(notices.deadLetterQueue);

    this.incident = new cloudwatch.CompositeAlarm(this, 'Incident', {
      alarmDescription: `something is wrong with ${path}: see which of its alarms`,
      alarmRule: cloudwatch.AlarmRule.anyOf(
        ...this.alarms.map((alarm) => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM)),
      ),
      actionsSuppressor: this.failed,
      actionsSuppressorWaitPeriod: Span.minutes(2),
      actionsSuppressorExtensionPeriod: Span.minutes(2),
    });
    const reason = 'the composite alarm acts for it, so that one incident is one message';
    for (const part of [this.failed, ...this.alarms]) {
      NagFindings.acknowledge(part, ['CloudWatchAlarmAction'], reason);
    }
    for (const topic of [props.notify, notices.slackTopic]) {
      if (topic) this.incident.addAlarmAction(new SnsAction(topic));
    }
  }

  private add(alarm: cloudwatch.Alarm): void {
    this.alarms.push(alarm);
  }

  private watchTime(factor: number): void {
    const { pipeline } = this.props;
    const work = new PipelineFunction(this, 'Watch', {
      handler: 'watch',
      description: `measures how long runs of ${pipeline.node.path} take`.slice(0, 256),
      environment: pipeline.environment,
      timeout: Span.minutes(1),
      variables: { STATE_MACHINE_ARN: pipeline.stateMachine.stateMachineArn, PIPELINE: pipeline.node.path },
      wildcards: 'it has none but those of its log',
    });
    work.allow(['states:ListExecutions'], pipeline.stateMachine.stateMachineArn);
    new events.Rule(this, 'Every5Minutes', {
      schedule: events.Schedule.rate(Span.minutes(5)),
      targets: [new targets.LambdaFunction(work.lambdaFunction, { retryAttempts: 0 })],
    });
    const metric = runMetric(this, 'RunningTimeRatio', { Pipeline: pipeline.node.path }, { statistic: 'Maximum' });
    const text = `a run of ${pipeline.node.path} takes more than ${factor} times as long as usual`;
    this.add(levelAlarm(this, 'TakesLong', metric, factor, text));
  }

  /** A rule counts what it hands to a target: this one keeps nothing. */
  private countedBy(): targets.SqsQueue {
    if (!this.sink) {
      this.sink = dataQueue(this, 'Counted', { retentionPeriod: Span.minutes(1) });
      NagFindings.acknowledge(this.sink, ['AwsSolutions-SQS3'], 'nobody reads it: its messages are only counted');
    }
    return new targets.SqsQueue(this.sink);
  }

  private watchQueues(queues: sqs.IQueue[]): void {
    for (const [index, queue] of queues.entries()) {
      const metric = queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' });
      const text = `messages were given up: ${queue.node.path}`;
      this.add(levelAlarm(this, `DeadLetters${index + 1}`, metric, 0, text));
    }
  }

  private watchFreshness({ name, location, within }: Freshness): void {
    const { bucket, prefix } = location;
    sendEvents(bucket);
    const key = prefix === '' ? {} : { object: { key: [{ prefix: `${prefix}/` }] } };
    const rule = new events.Rule(this, `Arrivals${name}`, {
      description: `counts new objects of ${name}`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [bucket.bucketName] }, ...key },
      },
      targets: [this.countedBy()],
    });
    const hours = hoursOf(`freshness of ${name}:`, within);
    const text = `no new objects of ${name} in ${hours} hours`;
    this.add(silenceAlarm(this, `Stale${name}`, matches(rule.ruleName), hours, text));
  }

  /** Jobs, queries, replications and containers that failed outside of runs: what fails in one is its to tell. */
  private watchTasks(deadLetterQueue: sqs.IQueue): void {
    const { pipeline } = this.props;
    const patterns = new Map(pipeline.failurePatterns.map((pattern) => [JSON.stringify(pattern), pattern]));
    if (patterns.size === 0) return;
    const work = new PipelineFunction(this, 'Outside', {
      handler: 'outside',
      description: `counts failures of tasks of ${pipeline.node.path} outside of its runs`.slice(0, 256),
      environment: pipeline.environment,
      timeout: Span.minutes(1),
      variables: { STATE_MACHINE_ARN: pipeline.stateMachine.stateMachineArn, PIPELINE: pipeline.node.path },
      deadLetterQueue,
      wildcards: 'it has none but those of its log',
    });
    work.allow(['states:ListExecutions'], pipeline.stateMachine.stateMachineArn);
    for (const [index, eventPattern] of [...patterns.values()].entries()) {
      new events.Rule(this, `TaskFails${index + 1}`, {
        description: 'failures of a task',
        eventPattern,
        targets: [new targets.LambdaFunction(work.lambdaFunction, { deadLetterQueue })],
      });
    }
    const metric = runMetric(
      this,
      'FailuresOutsideOfRuns',
      { Pipeline: pipeline.node.path },
      { period: Span.hours(1) },
    );
    this.add(echoAlarm(this, 'TaskFailed', [metric], 1, `a task of ${pipeline.node.path} failed outside of its runs`));
  }
}

function checkThresholds({ longerThanUsual, quarantinePercent, history }: PipelineAlarmsProps): void {
  if (longerThanUsual !== undefined && !(longerThanUsual > 1)) {
    refuse('InvalidThreshold', `longerThanUsual ${longerThanUsual}`, 'a factor above 1', 'give for example 3');
  }
  if (quarantinePercent === undefined) return;
  if (!(quarantinePercent >= 0 && quarantinePercent < 100)) {
    refuse('InvalidThreshold', `quarantinePercent ${quarantinePercent}`, '0 to 100, without 100', 'give for example 1');
  }
  if (!history) {
    refuse(
      'QuarantineWithoutHistory',
      `quarantinePercent ${quarantinePercent} without a history`,
      'the rows of tasks are counted by a RunHistory',
      'give the RunHistory of the pipeline as history',
    );
  }
}
