import {
  type DataLocation,
  type IDataset,
  type IPipelineTask,
  LakeEnvironment,
  type PipelineTaskConfig,
  type PipelineTaskContext,
} from '@lakewright/core';
import type { Duration, Size } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { IngestionRunGrants } from './ingestion-run-grants';
import { checkExtraction, columnConfiguration } from './private/extraction-checks';
import type { LambdaConfiguration, RestConfiguration } from './private/extraction-configuration';
import { IngestionFunction } from './private/ingestion-function';
import { IngestionSchedule } from './private/ingestion-schedule';
import { invokeTask } from './private/invoke-task';
import { refuseOverlap } from './private/overlap';
import { stateLocation } from './private/state-location';
import type { Watermark } from './watermark';

/** What all extractions are made of. */
export interface ExtractionProps {
  /** Where the Parquet files go. */
  readonly target: DataLocation;

  /** What tells how far the source has been read. */
  readonly watermark: Watermark;

  /**
   * The fields that, with the watermark, tell records from each other; dots lead into nested objects. They must be there in
   * every record.
   *
   * @default records are the same if they are equal in every field: declare a key if the source has one
   */
  readonly key?: string[];

  /**
   * The columns of the files: each is the field of that name, in whatever case. Records with a value that doesn't fit go to
   * the quarantine; objects and lists become JSON in a `string`. About 100 columns are possible.
   *
   * @default learnt from the records, as `boolean`, `bigint`, `double` or `string`, and widened if later ones need it
   */
  readonly columns?: glue.Column[];

  /**
   * Puts the files into folders by the day (UTC) on which their interval ends: with `extracted_on`,
   * `extracted_on=2026-01-31/`.
   *
   * @default the files lie directly in the target
   */
  readonly dateFolder?: string;

  /**
   * The most rows of a file. These, as JSON and as Parquet, have to fit into the function's memory.
   * @default 50000
   */
  readonly rowsPerFile?: number;

  /**
   * When to run. Where the time of an invocation ends between two steps, the next run goes on from there.
   * @default only when a pipeline runs it
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * The tables over the target: what a pipeline sees it write.
   * @default no table
   */
  readonly writes?: IDataset[];

  /**
   * Where the watermark, reports of runs and quarantined records are kept.
   * @default `_lakewright/<target's prefix>` in the target's bucket
   */
  readonly state?: DataLocation;

  /**
   * The network of the function, which needs ways out of it: to the source, Amazon S3, AWS Secrets Manager and AWS Lambda.
   * @default in no VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Where in the VPC.
   * @default its private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * What the function may reach.
   * @default a group of its own that lets everything out
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * In MiB.
   * @default 1024
   */
  readonly memorySize?: number;

  /**
   * The function's temporary storage, which has to take the records of a step as JSON.
   * @default 512 MiB
   */
  readonly ephemeralStorageSize?: Size;

  /**
   * The longest that an invocation may take.
   * @default Duration.minutes(15), the most that AWS Lambda allows
   */
  readonly timeout?: Duration;

  /**
   * How many may run at once: 1 keeps runs from reading the same interval in vain.
   * @default none is reserved; of two at once one is published, and the other one goes on after it
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Told when the function fails or a run was given up.
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
 * An incremental extraction: a function that brings what changed since its last run into the lake, each version of a record
 * once, whatever is late, repeated or broken off.
 *
 * A run stages its files, moves the watermark on by a conditional write, and publishes them. `watermark.json`, the report of
 * each run (`reports/<run>.json`) and bad records with the reason (`quarantine/…ndjson`) are in the state location.
 */
export abstract class ExtractionBase extends Construct implements IPipelineTask {
  /** Gives others the right to run it. */
  public readonly grants: IngestionRunGrants;
  /** The function that extracts. */
  public readonly lambdaFunction: lambda.IFunction;
  /** Its role: may write the target and the state, and read what proves who it is. */
  public readonly role: iam.IRole;
  /** Runs that were given up after all retries, by the schedule or by Lambda. */
  public readonly deadLetterQueue: sqs.IQueue;
  /** Where the watermark, reports and the quarantine are. */
  public readonly state: DataLocation;

  private readonly work: IngestionFunction;
  private readonly writes: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   */
  protected constructor(scope: Construct, id: string, props: ExtractionProps) {
    super(scope, id);
    const { target, watermark } = props;
    const environment = props.environment ?? LakeEnvironment.production();
    if (props.state) refuseOverlap(target, props.state, ['target', 'state']);
    this.state = stateLocation(target, props.state);
    this.writes = props.writes ?? [];
    const { options } = watermark;
    const configuration = checkExtraction({
      name: this.node.path,
      target: { bucket: target.bucket.bucketName, prefix: target.prefix },
      state: { bucket: this.state.bucket.bucketName, prefix: this.state.prefix },
      watermark: {
        field: watermark.field,
        format: watermark.format,
        overlapSeconds: watermark.overlap.toSeconds(),
        lagSeconds: options.lag?.toSeconds() ?? 0,
        stepSeconds: options.step?.toSeconds(),
        initial: options.initial,
      },
      key: props.key,
      columns: props.columns && columnConfiguration(props.columns),
      dateFolder: props.dateFolder,
      rowsPerFile: props.rowsPerFile ?? 50_000,
      source: this._source(props),
    });
    this.work = new IngestionFunction(this, 'Extract', {
      asset: 'extraction',
      description: `extracts what changed to ${target.prefix}`,
      environment,
      variables: { LAKEWRIGHT_EXTRACTION: JSON.stringify(configuration) },
      memorySize: props.memorySize ?? 1024,
      ephemeralStorageSize: props.ephemeralStorageSize,
      timeout: props.timeout,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups,
      alarmAction: props.alarmAction,
      logHolds: 'counts, and of an answer that is an error the beginning',
    });
    this.lambdaFunction = this.work.lambdaFunction;
    this.role = this.work.role;
    this.deadLetterQueue = this.work.deadLetterQueue;
    this.grants = new IngestionRunGrants(this.lambdaFunction);
    target.grants.write(this.role);
    this.state.grants.readWrite(this.role);
    this.state.location('staging').grants.delete(this.role);
    if (props.schedule) {
      new IngestionSchedule(this, 'Runs', {
        lambdaFunction: this.lambdaFunction,
        deadLetterQueue: this.deadLetterQueue,
        schedule: props.schedule,
      });
    }
  }

  /**
   * The states of one run in a pipeline: it ends when everything that changed before its start is in the target.
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
      permanentErrors: ['ExtractionRefused'],
      reports: this.state.location('reports'),
    });
  }

  /**
   * Records that were put into the target; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricRows(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Rows', props);
  }

  /**
   * Records that were put into the quarantine; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricQuarantined(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Quarantined', props);
  }

  /**
   * Invocations that failed; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.work.metricErrors(props);
  }

  /**
   * Runs that were given up after all retries; the maximum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricDeadLetters(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.work.metricDeadLetters(props);
  }

  /**
   * Called by the constructor, with the props of the subclass.
   *
   * @internal
   */
  protected abstract _source(props: ExtractionProps): RestConfiguration | LambdaConfiguration;

  private metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'Lakewright/Ingestion',
      metricName,
      dimensionsMap: { Extraction: this.node.path },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    }).attachTo(this);
  }
}
