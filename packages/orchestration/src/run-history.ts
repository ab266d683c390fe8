import { type DataLocation, LakeEnvironment } from '@lakewright/core';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LakePipeline } from './lake-pipeline';
import { RunEvents } from './private/run-events';
import { runMetric } from './private/run-metric';

/** What a `RunHistory` is made of. */
export interface RunHistoryProps {
  /** Whose runs are kept. */
  readonly pipelines: LakePipeline[];

  /** The database of the table. */
  readonly database: glue.IDatabase;

  /** Where the rows lie. */
  readonly location: DataLocation;

  /**
   * The table's name.
   * @default "pipeline_runs"
   */
  readonly tableName?: string;

  /**
   * Retention of logs.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * A table of runs: a row for each run, and one for each of its tasks, by Step Functions' own history.
 *
 * A function writes one object a run when the run has ended, `run_date=YYYY-MM-DD/<pipeline>/<run>.json`, and the same
 * object again when the event comes twice or the run was redriven. The table has partition projection: nobody adds
 * partitions.
 *
 * `cost_usd` is an estimate by AWS's list prices of us-east-1: Glue DPU hours, Athena bytes scanned, Fargate vCPU and GB
 * hours, and the state transitions in the run's own row. It is null for tasks whose answers don't tell.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export class RunHistory extends Construct {
  /** The table: `run_id`, `pipeline`, `task`, `state`, `started`, `ended`, `seconds` and more. */
  public readonly table: glue.S3Table;
  /** Runs that could not be written. */
  public readonly deadLetterQueue: sqs.IQueue;
  /** What the function acts as: may read the runs and the tasks' reports, and write the rows. */
  public readonly role: iam.IRole;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   */
  public constructor(scope: Construct, id: string, props: RunHistoryProps) {
    super(scope, id);
    const { location, pipelines } = props;
    const { bucket, prefix } = location;
    this.table = new glue.S3Table(this, 'Table', {
      database: props.database,
      tableName: props.tableName ?? 'pipeline_runs',
      description: 'runs of pipelines; task is null in the row of the run itself',
      columns: COLUMNS,
      partitionKeys: [{ name: 'run_date', type: glue.Schema.STRING, comment: 'the day of the start, in UTC' }],
      partitionProjection: {
        run_date: glue.PartitionProjectionConfiguration.date({
          min: 'NOW-3YEARS',
          max: 'NOW+1DAYS',
          format: 'yyyy-MM-dd',
          step: { interval: 1, intervalUnit: glue.DateIntervalUnit.DAYS },
        }),
      },
      dataFormat: glue.DataFormat.JSON,
      storage: glue.S3TableStorage.fromBucket(bucket),
      s3Prefix: prefix === '' ? '' : `${prefix}/`,
    });
    const events = new RunEvents(this, 'Write', {
      handler: 'history',
      description: `writes the runs of ${pipelines.map(({ node }) => node.path).join(', ')}`.slice(0, 256),
      environment: props.environment ?? LakeEnvironment.production(),
      variables: { BUCKET: bucket.bucketName, PREFIX: prefix },
    });
    this.deadLetterQueue = events.deadLetterQueue;
    this.role = events.work.role;
    location.grants.readWrite(this.role);
    for (const [index, pipeline] of pipelines.entries()) {
      for (const reports of Object.values(pipeline._reports)) reports.grants.read(this.role);
      const uris = Object.entries(pipeline._reports).map(([task, reports]) => [task, reports.uri]);
      events.follow(`Ends${index + 1}`, pipeline, ENDS, { reports: Object.fromEntries(uris) });
    }
  }

  /**
   * Rows that a task read, wrote or put into quarantine, where it counts them; the sum of five minutes.
   *
   * @param name `RowsIn`, `RowsOut`, `RowsQuarantined` or `Seconds`
   * @param pipeline whose task
   * @param task the task's name
   * @param props statistic, period and more
   */
  public metricTask(
    name: string,
    pipeline: LakePipeline,
    task: string,
    props?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return runMetric(this, name, { Pipeline: pipeline.node.path, Task: task }, props);
  }

  /**
   * The largest share of rows, in percent, that a task of a run put into quarantine; the maximum of five minutes.
   *
   * @param pipeline whose runs
   * @param props statistic, period and more
   */
  public metricQuarantinePercent(pipeline: LakePipeline, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return runMetric(this, 'QuarantinePercent', { Pipeline: pipeline.node.path }, { statistic: 'Maximum', ...props });
  }

  /**
   * What runs cost by the estimate, in dollars; the sum of five minutes.
   *
   * @param pipeline whose runs
   * @param props statistic, period and more
   */
  public metricCost(pipeline: LakePipeline, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return runMetric(this, 'CostUsd', { Pipeline: pipeline.node.path }, props);
  }
}

const ENDS = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

const { STRING, TIMESTAMP, DOUBLE, BIG_INT, INTEGER } = glue.Schema;
const COLUMNS: glue.Column[] = [
  { name: 'run_id', type: STRING, comment: 'the name of the execution' },
  { name: 'pipeline', type: STRING, comment: 'its path in the app' },
  { name: 'task', type: STRING, comment: 'null in the row of the run itself' },
  { name: 'state', type: STRING, comment: 'SUCCEEDED, FAILED, TIMED_OUT, ABORTED, RUNNING or NOT_STARTED' },
  { name: 'started', type: TIMESTAMP, comment: 'UTC' },
  { name: 'ended', type: TIMESTAMP, comment: 'UTC' },
  { name: 'seconds', type: DOUBLE },
  { name: 'failures', type: INTEGER, comment: 'attempts that failed, those that were tried again included' },
  { name: 'rows_in', type: BIG_INT, comment: 'null where the task does not count' },
  { name: 'rows_out', type: BIG_INT, comment: 'null where the task does not count' },
  { name: 'rows_quarantined', type: BIG_INT, comment: 'null where the task does not count' },
  { name: 'cost_usd', type: DOUBLE, comment: 'an estimate; null where it is not known' },
  { name: 'error', type: STRING },
  { name: 'cause', type: STRING },
  { name: 'redrives', type: INTEGER },
  { name: 'execution_arn', type: STRING },
];
