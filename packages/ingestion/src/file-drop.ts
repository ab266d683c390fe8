import { deflateRawSync } from 'node:zlib';
import {
  type DataLocation,
  type IDataset,
  type IPipelineTask,
  LakeEnvironment,
  LakeError,
  type PipelineTaskConfig,
  type PipelineTaskContext,
} from '@lakewright/core';
import { Size } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { FileDropGrants } from './file-drop-grants';
import { FileEncoding, type FileSchema, UnknownColumns } from './file-schema';
import { OnInvalid } from './on-invalid';
import { arrivalRule } from './private/arrival-rule';
import type { FileDropConfig, SheetConfig } from './private/file-drop-config';
import { IngestionFunction } from './private/ingestion-function';
import { invokeTask } from './private/invoke-task';
import { refuseOverlap } from './private/overlap';
import { RunMachine } from './private/run-machine';
import { stateLocation } from './private/state-location';
import type { SheetSelection } from './sheet-selection';

/** What a `FileDrop` is made of. */
export interface FileDropProps {
  /** Where files arrive, in any folder below. They stay there; a lifecycle rule may remove them. */
  readonly inbox: DataLocation;

  /** Where the Parquet files go, each called after the content that it was made of. */
  readonly target: DataLocation;

  /** What the files must look like. */
  readonly schema: FileSchema;

  /**
   * What becomes of files and rows that don't fit.
   * @default OnInvalid.quarantine()
   */
  readonly onInvalid?: OnInvalid;

  /**
   * Whether each file is taken as soon as it was created, by an event of the inbox's bucket through EventBridge.
   *
   * Needs a bucket of the stack's own account and region.
   *
   * @default false: files are taken by runs
   */
  readonly takeOnArrival?: boolean;

  /**
   * When to go through the inbox.
   * @default only when a pipeline runs it, or files arrive
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * The largest object that is taken; larger ones are refused.
   * @default Size.gibibytes(1)
   */
  readonly maxSize?: Size;

  /**
   * How much an object may unpack to, archives in archives and workbooks included.
   * @default Size.gibibytes(4)
   */
  readonly maxUnpackedSize?: Size;

  /**
   * The tables over the target: what a pipeline sees it write.
   * @default no table
   */
  readonly writes?: IDataset[];

  /**
   * Where reports, originals and the quarantine are kept.
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
 * An inbox for files and spreadsheets: what arrives is checked against a schema and becomes Parquet.
 *
 * CSV, TSV, JSON, NDJSON, XLSX, and these in ZIP or GZIP, are known by their content and their name. The same content is taken
 * once, under whatever name it comes; a repeated run replaces its own half-finished work. Originals are kept below
 * `originals/`, what doesn't fit below `quarantine/`, a report of each run below `reports/` of the state location.
 */
export class FileDrop extends Construct implements IPipelineTask {
  /** Gives others the right to bring files, and to have them taken. */
  public readonly grants: FileDropGrants;
  /** The function that takes files. */
  public readonly lambdaFunction: lambda.IFunction;
  /** May read the inbox, write the target, and nothing else. */
  public readonly role: iam.IRole;
  /** Where reports, originals and the quarantine are kept. */
  public readonly state: DataLocation;

  private readonly work: IngestionFunction;
  private readonly writes: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `LocationsOverlap`, `ArrivalsFromElsewhere`, `InvalidFileSize`, `SchemaTooLarge`
   */
  public constructor(scope: Construct, id: string, props: FileDropProps) {
    super(scope, id);
    const { inbox, target } = props;
    this.state = stateLocation(target, props.state);
    refuseOverlap(inbox, target, ['inbox', 'target']);
    refuseOverlap(inbox, this.state, ['inbox', 'state']);
    refuseOverlap(target, this.state, ['target', 'state']);
    this.writes = props.writes ?? [];
    const environment = props.environment ?? LakeEnvironment.production();
    this.work = new IngestionFunction(this, 'Take', {
      asset: 'file-drop',
      description: `takes files of ${inbox.prefix}`,
      environment,
      alarmAction: props.alarmAction,
      logHolds: 'names of files and counts',
      memorySize: 3008,
      ephemeralStorageSize: Size.gibibytes(10),
      variables: {
        INBOX_BUCKET: inbox.bucket.bucketName,
        INBOX_PREFIX: inbox.prefix,
        TARGET_BUCKET: target.bucket.bucketName,
        TARGET_PREFIX: target.prefix,
        STATE_BUCKET: this.state.bucket.bucketName,
        STATE_PREFIX: this.state.prefix,
        CONFIG: packed(config(props)),
      },
    });
    this.lambdaFunction = this.work.lambdaFunction;
    this.role = this.work.role;
    this.grants = new FileDropGrants(inbox, this.lambdaFunction);

    inbox.grants.read(this.role);
    // without it S3 refuses to copy an original that has tags
    iam.Grant.addToPrincipalOrResource({
      grantee: this.role,
      actions: ['s3:GetObjectTagging'],
      resourceArns: [inbox.objectsArn],
      resource: inbox.bucket,
    });
    target.grants.write(this.role);
    this.state.grants.readWrite(this.role);

    if (props.takeOnArrival) arrivalRule(this, 'Arrivals', inbox, this.work);
    if (props.schedule) {
      new RunMachine(this, 'Runs', {
        environment,
        schedule: props.schedule,
        states: (machine, context) => this.bind(machine, 'Run', context),
      });
    }
  }

  /**
   * The states of one run in a pipeline: it ends when all files of the inbox are taken or refused.
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
      permanentErrors: ['FilesRefused', 'AccessDenied', 'NoSuchBucket'],
      reports: this.state.location('reports'),
    });
  }

  /**
   * Invocations that failed; the sum of five minutes. Files that were refused don't fail one, except with `OnInvalid.stop()`.
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

function config(props: FileDropProps): FileDropConfig {
  const { schema, maxSize = Size.gibibytes(1), maxUnpackedSize = Size.gibibytes(4) } = props;
  const largest = Size.gibibytes(4).toBytes();
  for (const size of [maxSize, maxUnpackedSize]) {
    if (size.toBytes() >= 1 && size.toBytes() <= largest) continue;
    throw new Error(
      LakeError.message(
        'InvalidFileSize',
        `maxSize or maxUnpackedSize "${size.toBytes()}" bytes`,
        'from 1 byte to 4 GiB: the function has 10 GiB of disk for the object, what it unpacks to, and the Parquet files',
        'split larger files before they are sent',
      ),
    );
  }
  const { _props } = schema;
  return {
    columns: schema.columns.map(({ _config }) => _config),
    headerRow: _props.headerRow ?? 1,
    ignoreUnknown: _props.unknownColumns === UnknownColumns.IGNORE,
    decimalComma: _props.decimalComma ?? false,
    nulls: _props.nullTexts ?? [],
    encoding: _props.encoding ?? FileEncoding.UTF_8,
    delimiter: _props.delimiter,
    sheets: (_props.sheets as SheetSelection)._config as SheetConfig,
    stop: (props.onInvalid ?? OnInvalid.quarantine())._stops,
    maxBytes: maxSize.toBytes(),
    maxUnpackedBytes: maxUnpackedSize.toBytes(),
  };
}

/** Environment variables have 4 KB together: a long schema is packed. */
function packed(written: FileDropConfig): string {
  const text = JSON.stringify(written);
  if (text.length <= 2000) return text;
  const small = deflateRawSync(text, { level: 9 }).toString('base64');
  if (small.length <= 3000) return small;
  throw new Error(
    LakeError.message(
      'SchemaTooLarge',
      `a schema of ${written.columns.length} columns, ${small.length} characters when packed`,
      'up to 3,000 characters when packed: environment variables of functions have 4 KB together',
      'shorten headers and texts',
    ),
  );
}
