import type { DataFormat } from '../../../engines/spool';
import type { ApiShape } from '../../api-shape';
import { type DateFolders, readDateFolders } from './date-folders';
import { refuseTarget as refuse } from './refuse';

/** Where and how rows are written: `S3Settings` of the target endpoint. */
export interface S3Target {
  readonly bucket: string;
  /** Without slashes at its ends; '' without one. */
  readonly folder: string;
  readonly format: DataFormat;
  /** `parquet`, `csv` or `csv.gz`. */
  readonly extension: string;
  readonly opInFullLoad: boolean;
  /** Operations of changes that are written. */
  readonly operations: ReadonlySet<'I' | 'U' | 'D'>;
  /** Whether files of changes have the column `Op`. */
  readonly opInChanges: boolean;
  readonly timestampColumn: string | undefined;
  readonly millisecondTimestamps: boolean;
  /** Folders of changes by the date of their commit. */
  readonly dateFolders: DateFolders | undefined;
  /** Bytes of a full load's file. */
  readonly maxFileBytes: number;
  /** Bytes of changes that are enough for files. */
  readonly cdcFileBytes: number;
}

/** Settings that change what is written, and that the runtime doesn't do. */
const REFUSED: Readonly<Record<string, string>> = {
  CdcPath: 'changes of all tables in one folder',
  PreserveTransactions: 'files by transaction',
  AddTrailingPaddingCharacter: 'padding',
};

/**
 * Reads the settings with DMS's own defaults.
 *
 * @throws LakewrightError LW_DMS_TARGET
 * @see https://docs.aws.amazon.com/dms/latest/APIReference/API_S3Settings.html
 */
export function readS3Target(settings: ApiShape): S3Target {
  const given = settings ?? {};
  if (typeof given.BucketName !== 'string') throw refuse('S3Settings without BucketName', 'a bucket', 'add it');
  for (const [name, what] of Object.entries(REFUSED)) {
    const value = given[name];
    if (value === undefined || value === '' || String(value) === 'false') continue;
    throw refuse(`${name} (${what})`, 'not done locally', `leave ${name} out`);
  }
  const insertsOnly = isTrue(given.CdcInsertsOnly);
  const opInFullLoad = isTrue(given.IncludeOpForFullLoad);
  const kind = String(given.DataFormat ?? 'csv').toLowerCase();
  if (kind !== 'csv' && kind !== 'parquet')
    throw refuse(`DataFormat "${given.DataFormat}"`, 'csv or parquet', 'mend it');
  const gzip = String(given.CompressionType ?? 'none').toLowerCase() === 'gzip';
  return {
    bucket: given.BucketName,
    folder: String(given.BucketFolder ?? '').replaceAll(/^\/+|\/+$/g, ''),
    format: kind === 'parquet' ? { kind, compression: gzip ? 'gzip' : 'uncompressed' } : csv(given, gzip),
    extension: kind === 'parquet' ? kind : gzip ? 'csv.gz' : 'csv',
    opInFullLoad,
    operations: new Set(insertsOnly ? ['I'] : isTrue(given.CdcInsertsAndUpdates) ? ['I', 'U'] : ['I', 'U', 'D']),
    opInChanges: !insertsOnly || opInFullLoad,
    timestampColumn: given.TimestampColumnName || undefined,
    millisecondTimestamps: isTrue(given.ParquetTimestampInMillisecond),
    dateFolders: isTrue(given.DatePartitionEnabled) ? readDateFolders(given) : undefined,
    maxFileBytes: Number(given.MaxFileSize ?? 1_048_576) * 1024,
    cdcFileBytes: Number(given.CdcMinFileSize ?? 32_000) * 1024,
  };
}

function csv(given: ApiShape, gzip: boolean): DataFormat {
  const rows = given.CsvRowDelimiter ?? '\\n';
  if (rows !== '\\n' && rows !== '\n')
    throw refuse(`CsvRowDelimiter ${JSON.stringify(rows)}`, 'locally \\n', 'leave it out');
  if (given.Rfc4180 !== undefined && !isTrue(given.Rfc4180))
    throw refuse('Rfc4180 false', 'locally true', 'leave it out');
  return {
    kind: 'csv',
    compression: gzip ? 'gzip' : 'none',
    header: isTrue(given.AddColumnName),
    delimiter: given.CsvDelimiter ?? ',',
    nullText: given.CsvNullValue ?? 'NULL',
  };
}

const isTrue = (value: unknown): boolean => String(value) === 'true';
