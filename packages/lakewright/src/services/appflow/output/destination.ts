import type { ApiShape } from '../../api-shape';
import { invalid } from '../connectors';
import { isTrue } from '../flow';

export type FileType = 'CSV' | 'JSON' | 'PARQUET';

/** Where and how a flow writes. */
export interface Destination {
  readonly bucket: string;
  /** Of all that the flow writes: `crm/contacts-flow/`. */
  readonly root: string;
  readonly fileType: FileType;
  /** Parquet columns in the types of the data; texts otherwise. */
  readonly typed: boolean;
  /** Begins another file after about so many bytes. */
  readonly targetBytes?: number;
  readonly prefixType: 'FILENAME' | 'PATH' | 'PATH_AND_FILENAME';
  /** How much of the time the prefix has: 1 = year … 5 = minute; 0 = none. */
  readonly timeParts: number;
  readonly hierarchy: readonly ('EXECUTION_ID' | 'SCHEMA_VERSION')[];
}

const FORMATS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE'];
const PREFIX_TYPES = ['FILENAME', 'PATH', 'PATH_AND_FILENAME'] as const;
const HIERARCHY = ['EXECUTION_ID', 'SCHEMA_VERSION'] as const;

/**
 * The S3 destination of a flow.
 *
 * @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_S3OutputFormatConfig.html
 * @throws ServiceError ValidationException for another destination, and for settings that aren't known
 */
export function destinationOf(flowName: string, list: readonly ApiShape[]): Destination {
  const [config, ...others] = list;
  if (others.length > 0 || config?.connectorType !== 'S3') {
    const given = list.map((one) => one?.connectorType).join(', ');
    throw invalid(`the flow's destination is "${given}" → Lakewright runs flows with one destination, S3`);
  }
  const { bucketName, bucketPrefix = '', s3OutputFormatConfig = {} } = config.destinationConnectorProperties?.S3 ?? {};
  if (!bucketName) throw invalid("the flow's S3 destination has no bucketName");
  const {
    fileType = 'CSV',
    preserveSourceDataTyping,
    aggregationConfig = {},
    prefixConfig = {},
  } = s3OutputFormatConfig;
  const { prefixType = 'PATH', prefixFormat, pathPrefixHierarchy = [] } = prefixConfig;
  const { aggregationType = 'None', targetFileSize } = aggregationConfig;
  check('fileType', fileType, ['CSV', 'JSON', 'PARQUET']);
  check('prefixType', prefixType, PREFIX_TYPES);
  check('aggregationType', aggregationType, ['None', 'SingleFile']);
  if (prefixFormat !== undefined) check('prefixFormat', prefixFormat, FORMATS);
  for (const part of pathPrefixHierarchy) check('pathPrefixHierarchy', part, HIERARCHY);
  const prefix = String(bucketPrefix).replace(/^\/+|\/+$/g, '');
  const size = targetFileSize === undefined || aggregationType === 'SingleFile' ? undefined : Number(targetFileSize);
  if (size !== undefined && !(size >= 1))
    throw invalid(`targetFileSize is "${targetFileSize}" → megabytes, at least 1`);
  return {
    bucket: String(bucketName),
    root: [prefix, flowName]
      .filter((part) => part !== '')
      .map((part) => `${part}/`)
      .join(''),
    fileType,
    typed: isTrue(preserveSourceDataTyping),
    targetBytes: size === undefined ? undefined : size * 1024 * 1024,
    prefixType,
    timeParts: prefixFormat === undefined ? 0 : FORMATS.indexOf(prefixFormat) + 1,
    hierarchy: pathPrefixHierarchy,
  };
}

function check(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(String(value))) return;
  throw invalid(`${name} of the S3 destination is "${String(value)}" → one of ${allowed.join(', ')}`);
}

/** What the names of a run's files are made of. */
export interface RunNames {
  readonly executionId: string;
  readonly schemaVersion: number;
  /** When the run began. */
  readonly time: Date;
}

const ENDINGS: Readonly<Record<FileType, string>> = { CSV: '.csv', JSON: '.json', PARQUET: '.parquet' };

/**
 * The key of a run's file: `<prefix>/<flow>/[<key>=<value>/][schemaVersion_<n>/][<YYYY/MM/DD>/][<execution id>/]<name>`,
 * the name being `[<YYYY-MM-DD>-]<execution id>-<5 digits>.<ending>`. AWS documents the parts, not how they are written.
 *
 * @param partition folders of the partition keys, with a slash at the end
 * @param index of the file among the run's, from 0
 */
export function keyOf(destination: Destination, run: RunNames, partition: string, index: number): string {
  const { root, hierarchy, prefixType, timeParts, fileType } = destination;
  const time = run.time.toISOString().split(/[-T:]/).slice(0, timeParts);
  const folders = [
    ...(hierarchy.includes('SCHEMA_VERSION') ? [`schemaVersion_${run.schemaVersion}`] : []),
    ...(prefixType === 'FILENAME' ? [] : time),
    ...(hierarchy.includes('EXECUTION_ID') ? [run.executionId] : []),
  ];
  const before = prefixType === 'PATH' || time.length === 0 ? '' : `${time.join('-')}-`;
  const name = `${before}${run.executionId}-${String(index).padStart(5, '0')}${ENDINGS[fileType]}`;
  return `${root}${partition}${folders.map((folder) => `${folder}/`).join('')}${name}`;
}
