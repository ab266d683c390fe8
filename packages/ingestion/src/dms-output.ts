import { type DataLocation, LakeError } from '@lakewright/core';
import { Duration, Size } from 'aws-cdk-lib';
import type * as dms from 'aws-cdk-lib/aws-dms';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { LoadFolder } from './load-folder';
import { CHANGE_SEQUENCE } from './private/mapping-rules';
import { refuse } from './private/refuse';

/** When a file of changes is written: as soon as one of the two is reached. */
export interface CdcFiles {
  /**
   * How long changes are gathered.
   * @default Duration.minutes(1)
   */
  readonly interval?: Duration;

  /**
   * How much is gathered.
   * @default Size.mebibytes(32)
   */
  readonly size?: Size;
}

/** How fine the folders of changes are. */
export enum ChangeFolders {
  /** Files of changes lie in the table's folder. */
  NONE = 'NONE',
  /** `2026/01` */
  MONTH = 'YYYYMM',
  /** `2026/01/31` */
  DAY = 'YYYYMMDD',
  /** `2026/01/31/23` */
  HOUR = 'YYYYMMDDHH',
}

/** Which version of the Parquet format is written. */
export enum ParquetVersion {
  /** Read by everything. */
  V1_0 = 'parquet-1-0',
  /** Smaller; read by Athena, Spark and whatever is of this decade. */
  V2_0 = 'parquet-2-0',
}

/** What Parquet and CSV files have in common. */
export interface DmsOutputOptions {
  /**
   * When files of changes are written.
   * @default after a minute, or 32 MiB
   */
  readonly cdcFiles?: CdcFiles;

  /**
   * Folders of changes by the time of their commit, UTC.
   * @default ChangeFolders.DAY
   */
  readonly changeFolders?: ChangeFolders;

  /**
   * The column with the time of each change's commit, or of the load.
   * @default "dms_timestamp"
   */
  readonly timestampColumn?: string;

  /**
   * How large a file of the full load becomes, at most 1 GiB.
   * @default Size.mebibytes(256)
   */
  readonly loadFileSize?: Size;

  /**
   * The folder of this load, between the target's prefix and the schemas.
   * @default LoadFolder.shared(): none
   */
  readonly loadFolder?: LoadFolder;

  /**
   * Encrypts the files.
   * @default the key of the target's bucket; SSE-S3 when it has none
   */
  readonly encryptionKey?: kms.IKey;
}

/** What `DmsOutput.parquet` may decide. */
export interface ParquetOutputOptions extends DmsOutputOptions {
  /**
   * The version of the format.
   * @default ParquetVersion.V2_0
   */
  readonly version?: ParquetVersion;

  /**
   * Rows of a row group.
   * @default 10000, as DMS has it; more makes larger, fewer reads
   */
  readonly rowGroupLength?: number;
}

/** What `DmsOutput.csv` may decide. */
export interface CsvOutputOptions extends DmsOutputOptions {
  /**
   * Between columns.
   * @default ","
   */
  readonly delimiter?: string;

  /**
   * What stands for a column without value, so that it isn't taken for an empty text.
   * @default "NULL"
   */
  readonly nullValue?: string;

  /**
   * Whether files are compressed.
   * @default true: gzip
   */
  readonly compressed?: boolean;
}

/**
 * How replicated rows lie in the lake: `prefix/schema/table/LOAD00000001.parquet` for the full load,
 * `prefix/schema/table/2026/01/31/20260131-235959123.parquet` for changes.
 *
 * Each row has a column `Op` (`I`, `U`, `D`), the time of its commit (`dms_timestamp`), and `change_sequence`, which orders
 * changes and is empty in a full load.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html
 */
export class DmsOutput {
  /**
   * Parquet, gzip inside: typed, small, what Athena and Spark read fastest. The default.
   *
   * @param options what differs
   * @throws `InvalidCdcFiles`, `InvalidFileSize`, `InvalidRowGroup`, `ReservedColumn`
   */
  public static parquet(options: ParquetOutputOptions = {}): DmsOutput {
    const { rowGroupLength } = options;
    if (rowGroupLength !== undefined && !(Number.isInteger(rowGroupLength) && rowGroupLength > 0)) {
      refuse('InvalidRowGroup', `row groups of "${rowGroupLength}" rows`, 'a whole number from 1', 'try 100000');
    }
    return new DmsOutput(options, {
      dataFormat: 'parquet',
      parquetVersion: options.version ?? ParquetVersion.V2_0,
      compressionType: 'GZIP',
      enableStatistics: true,
      rowGroupLength,
    });
  }

  /**
   * CSV with a line of column names, quoted by RFC 4180.
   *
   * @param options what differs
   * @throws `InvalidCdcFiles`, `InvalidFileSize`, `ReservedColumn`
   */
  public static csv(options: CsvOutputOptions = {}): DmsOutput {
    return new DmsOutput(options, {
      dataFormat: 'csv',
      addColumnName: true,
      rfc4180: true,
      csvDelimiter: options.delimiter ?? ',',
      csvNullValue: options.nullValue ?? 'NULL',
      compressionType: options.compressed === false ? 'NONE' : 'GZIP',
    });
  }

  /** The column with the time of each change's commit. */
  public readonly timestampColumn: string;
  /** The folder of this load. */
  public readonly loadFolder: LoadFolder;
  /** Encrypts the files, when it isn't the bucket's key. */
  public readonly encryptionKey?: kms.IKey;

  private readonly common: dms.CfnEndpoint.S3SettingsProperty;

  private constructor(
    options: DmsOutputOptions,
    private readonly format: dms.CfnEndpoint.S3SettingsProperty,
  ) {
    this.timestampColumn = options.timestampColumn ?? 'dms_timestamp';
    if (['op', CHANGE_SEQUENCE, ''].includes(this.timestampColumn.toLowerCase())) {
      refuse(
        'ReservedColumn',
        `timestampColumn "${this.timestampColumn}"`,
        `a name other than Op and ${CHANGE_SEQUENCE}`,
        'leave it out: it is dms_timestamp then',
      );
    }
    this.loadFolder = options.loadFolder ?? LoadFolder.shared();
    this.encryptionKey = options.encryptionKey;
    const folders = options.changeFolders ?? ChangeFolders.DAY;
    const partitioned = folders !== ChangeFolders.NONE;
    this.common = {
      includeOpForFullLoad: true,
      timestampColumnName: this.timestampColumn,
      useTaskStartTimeForFullLoadTimestamp: true,
      datePartitionEnabled: partitioned,
      ...(partitioned
        ? { datePartitionSequence: folders, datePartitionDelimiter: 'SLASH', datePartitionTimezone: 'UTC' }
        : {}),
      ...cdcFiles(options.cdcFiles ?? {}),
      maxFileSize: loadFileSize(options.loadFileSize ?? Size.mebibytes(256)),
    };
  }

  /** @internal */
  public _render(target: DataLocation): dms.CfnEndpoint.S3SettingsProperty {
    const key = this.encryptionKey ?? target.bucket.encryptionKey;
    return {
      bucketName: target.bucket.bucketName,
      bucketFolder: this.loadFolder._folder(target.prefix),
      expectedBucketOwner: target.bucket.env.account,
      ...this.common,
      ...this.format,
      ...(key ? { encryptionMode: 'SSE_KMS', serverSideEncryptionKmsKeyId: key.keyArn } : { encryptionMode: 'SSE_S3' }),
    };
  }
}

function cdcFiles({ interval, size }: CdcFiles): { cdcMaxBatchInterval: number; cdcMinFileSize: number } {
  const seconds = (interval ?? Duration.minutes(1)).toSeconds();
  const kilobytes = (size ?? Size.mebibytes(32)).toKibibytes();
  if (seconds < 1 || seconds > 3600 || kilobytes < 1 || kilobytes > 1_048_576) {
    throw new Error(
      LakeError.message(
        'InvalidCdcFiles',
        `files of changes after "${seconds} s" or "${kilobytes} KiB"`,
        'from 1 s to 1 h, and from 1 KiB to 1 GiB',
        'the defaults, a minute and 32 MiB, suit most',
      ),
    );
  }
  return { cdcMaxBatchInterval: seconds, cdcMinFileSize: kilobytes };
}

function loadFileSize(size: Size): number {
  const kilobytes = size.toKibibytes();
  if (kilobytes < 1 || kilobytes > 1_048_576) {
    refuse('InvalidFileSize', `files of "${kilobytes} KiB"`, 'from 1 KiB to 1 GiB', 'try Size.mebibytes(256)');
  }
  return kilobytes;
}
