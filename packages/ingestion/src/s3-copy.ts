import {
  type DataLocation,
  type IDataset,
  type IPipelineTask,
  LakeEnvironment,
  LakeError,
  type PipelineTaskConfig,
  type PipelineTaskContext,
} from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { IngestionRunGrants } from './ingestion-run-grants';
import { arrivalRule } from './private/arrival-rule';
import { IngestionFunction } from './private/ingestion-function';
import { invokeTask } from './private/invoke-task';
import { refuseOverlap } from './private/overlap';
import { RunMachine } from './private/run-machine';
import { stateLocation } from './private/state-location';

/** What an `S3Copy` is made of. */
export interface S3CopyProps {
  /** What to copy: a prefix of any bucket, also of another account or region. */
  readonly source: DataLocation;

  /** Where to: `source/2024/a.csv` becomes `target/2024/a.csv`. */
  readonly target: DataLocation;

  /**
   * Globs, relative to the source's prefix, of what to copy.
   *
   * `*` and `?` stay within a folder, `**` crosses folders; a glob without a slash is asked of names in all folders:
   * `*.csv`, `2024/**`.
   *
   * @default everything is copied
   */
  readonly include?: string[];

  /**
   * Globs of what to leave out, also of what `include` takes.
   * @default nothing is left out
   */
  readonly exclude?: string[];

  /**
   * When to bring the target up to the source.
   * @default only when a pipeline runs it, or objects arrive
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * Whether to copy each object as soon as it was created, by an event of the source's bucket through EventBridge.
   *
   * Needs a bucket of the stack's own account and region. An event that is lost is caught up by the next whole run, so a
   * schedule beside it is sensible.
   *
   * @default false: objects are copied by whole runs
   */
  readonly copyOnArrival?: boolean;

  /**
   * The tables over the target: what a pipeline sees it write.
   * @default no table
   */
  readonly writes?: IDataset[];

  /**
   * Where reports of runs and open multipart uploads are kept.
   * @default `_lakewright/<target's prefix>` in the target's bucket
   */
  readonly state?: DataLocation;

  /**
   * Told when the function fails or an event was given up.
   * @default no alarms
   */
  readonly alarmAction?: cloudwatch.IAlarmAction;

  /**
   * Retention of logs.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * Copies what is new or changed from one bucket to another, with the keys' structure, metadata and tags.
 *
 * S3 moves the bytes: nothing passes through the function. New is what the target has not, or has with another length or
 * another ETag than the copy noted of its source. Objects above 1 GiB are copied in parts. A run goes through the listing in
 * pages; where the time of an invocation ends the next one goes on, and one that dies is repeated from its last page. An
 * object that can't be copied doesn't stop the others: the run fails at its end and names it, in `reports/<run>.json` of
 * the state location as well.
 *
 * It never deletes in the target: what vanishes from the source stays.
 */
export class S3Copy extends Construct implements IPipelineTask {
  /** Gives others the right to run it. */
  public readonly grants: IngestionRunGrants;
  /** The function that copies. */
  public readonly lambdaFunction: lambda.IFunction;
  /** May read the source, write the target, and nothing else. */
  public readonly role: iam.IRole;
  /** Where reports of runs are kept. */
  public readonly state: DataLocation;

  private readonly work: IngestionFunction;
  private readonly writes: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidGlob`, `LocationsOverlap`, `ArrivalsFromElsewhere`
   */
  public constructor(scope: Construct, id: string, props: S3CopyProps) {
    super(scope, id);
    const { source, target, include = [], exclude = [] } = props;
    refuseOverlap(source, target, ['source', 'target']);
    checkGlobs([...include, ...exclude]);
    this.state = stateLocation(target, props.state);
    this.writes = props.writes ?? [];
    const environment = props.environment ?? LakeEnvironment.production();
    this.work = new IngestionFunction(this, 'Copy', {
      asset: 's3-copy',
      description: `copies new objects to ${target.prefix}`,
      environment,
      alarmAction: props.alarmAction,
      logHolds: 'keys of objects and counts',
      variables: {
        SOURCE_BUCKET: source.bucket.bucketName,
        SOURCE_PREFIX: source.prefix,
        SOURCE_REGION: source.bucket.env.region,
        TARGET_BUCKET: target.bucket.bucketName,
        TARGET_PREFIX: target.prefix,
        STATE_BUCKET: this.state.bucket.bucketName,
        STATE_PREFIX: this.state.prefix,
        FILTER: JSON.stringify({ include, exclude }),
      },
    });
    this.lambdaFunction = this.work.lambdaFunction;
    this.role = this.work.role;
    this.grants = new IngestionRunGrants(this.lambdaFunction);

    source.grants.read(this.role);
    // without it S3 refuses to copy an object that has tags
    iam.Grant.addToPrincipalOrResource({
      grantee: this.role,
      actions: ['s3:GetObjectTagging'],
      resourceArns: [source.objectsArn],
      resource: source.bucket,
    });
    target.grants.readWrite(this.role);
    this.state.grants.readWrite(this.role);

    if (props.copyOnArrival) arrivalRule(this, 'Arrivals', source, this.work);
    if (props.schedule) {
      new RunMachine(this, 'Runs', {
        environment,
        schedule: props.schedule,
        states: (machine, context) => this.bind(machine, 'Run', context),
      });
    }
  }

  /**
   * The states of one run in a pipeline: it ends when the target has all that the source had.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    return invokeTask(scope, id, {
      lambdaFunction: this.lambdaFunction,
      context,
      loop: true,
      writes: this.writes,
      permanentErrors: ['CopyFailed', 'AccessDenied', 'NoSuchBucket'],
    });
  }

  /**
   * Invocations that failed: runs with objects that couldn't be copied, and events; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.work.metricErrors(props);
  }

  /**
   * Events that were given up after all retries; the maximum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricDeadLetters(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.work.metricDeadLetters(props);
  }
}

function checkGlobs(globs: string[]): void {
  const written = globs.filter((glob) => !Token.isUnresolved(glob));
  const bad = written.find((glob) => glob === '' || glob.startsWith('/') || glob.startsWith('s3:'));
  const long = written.join().length > 2000;
  if (bad === undefined && !long) return;
  throw new Error(
    LakeError.message(
      'InvalidGlob',
      long ? `globs of ${written.join().length} characters` : `glob "${bad}"`,
      'globs are relative to the prefix of the source, without a slash before them, and have 2,000 characters together',
      'write them like "*.csv" or "2024/**"',
    ),
  );
}
