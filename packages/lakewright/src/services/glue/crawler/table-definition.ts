import { createHash } from 'node:crypto';
import type { Column, StorageDescriptor } from '../../../workspace/catalog-store';
import type { Classification } from './classification';
import { type Field, hiveType, mergeFields } from './field-type';
import type { ClassifiedFile, TableGroup } from './grouping';

/** What a crawl found, as the catalog will hold it. */
export interface FoundTable {
  /** Before the prefix and the check for duplicates. */
  readonly baseName: string;
  /** The table that is there already and gets new partitions. */
  readonly existing?: string;
  readonly location: string;
  readonly table: FoundDefinition;
  readonly partitions: readonly FoundPartition[];
  readonly warnings: readonly string[];
}

export interface FoundDefinition {
  readonly TableType: string;
  readonly Owner: string;
  readonly Retention: number;
  readonly PartitionKeys: Column[];
  readonly Parameters: Record<string, string>;
  readonly StorageDescriptor: StorageDescriptor;
}

export interface FoundPartition {
  readonly Values: string[];
  readonly Parameters: Record<string, string>;
  readonly StorageDescriptor: StorageDescriptor;
}

export interface CrawlIdentity {
  readonly crawler: string;
  readonly crawlId: string;
  /** Exclude patterns of the target, which the table keeps for its readers. */
  readonly exclusions?: readonly string[];
}

/**
 * The table of a group of files: columns in lower case, SerDe and formats of the classifier, and the parameters that Glue
 * sets (`sizeKey`, `recordCount` …). Partition keys are strings: "When you define a crawler, the partitionKey type is
 * created as a STRING" (GetPartitions).
 */
export function defineTable(bucket: string, group: TableGroup, identity: CrawlIdentity): FoundTable {
  const main = majority(group.files);
  const location = `s3://${bucket}/${group.root}`;
  const { columns, warnings } = tableColumns(group, main);
  const parameters = tableParameters(group.files, main, identity);
  const PartitionKeys = group.partitionKeys.map((Name) => ({ Name, Type: 'string' }));
  const clash = group.partitionKeys.filter((key) => columns.some(({ Name }) => Name === key));
  if (clash.length > 0) {
    warnings.push(
      `${location}: ${clash.join(', ')} is a column of the files and a partition key: Athena refuses the table`,
    );
  }
  if (group.singleFile) {
    warnings.push(
      `${location}: the table's location is one file among others, and Athena reads folders only: it finds no rows`,
    );
  }
  return {
    baseName: cleanName(lastSegment(group.root) || bucket),
    location,
    table: {
      TableType: 'EXTERNAL_TABLE',
      Owner: 'owner',
      Retention: 0,
      PartitionKeys,
      Parameters: parameters,
      StorageDescriptor: descriptor(main, columns, location, parameters),
    },
    partitions:
      group.partitionKeys.length === 0 ? [] : group.partitions.map((part) => partition(bucket, part, identity)),
    warnings,
  };
}

/** A folder in which no file was recognized: Glue catalogs it as UNKNOWN, without columns. */
export function defineUnknown(
  bucket: string,
  folder: string,
  sizes: readonly number[],
  identity: CrawlIdentity,
): FoundTable {
  const location = `s3://${bucket}/${folder}`;
  const Parameters = {
    ...crawlerParameters(identity),
    classification: 'UNKNOWN',
    objectCount: String(sizes.length),
    sizeKey: String(sizes.reduce((sum, size) => sum + size, 0)),
    typeOfData: 'file',
  };
  return {
    baseName: cleanName(lastSegment(folder) || bucket),
    location,
    table: {
      TableType: 'EXTERNAL_TABLE',
      Owner: 'owner',
      Retention: 0,
      PartitionKeys: [],
      Parameters,
      StorageDescriptor: { ...DESCRIPTOR_DEFAULTS, Columns: [], Location: location, Parameters },
    },
    partitions: [],
    warnings: [],
  };
}

/** "Only alphanumeric characters and underscore (_) are allowed", at most 128 of them. */
export const cleanName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_')
    .slice(0, 128);

/** "If duplicate table names are encountered, the crawler adds a hash string suffix to the name." */
export function uniqueName(name: string, location: string): string {
  const suffix = `_${createHash('md5').update(location).digest('hex')}`;
  return name.slice(0, 128 - suffix.length) + suffix;
}

const lastSegment = (root: string): string => root.replace(/\/$/, '').split('/').at(-1) ?? '';

/** The classification that most files have. */
function majority(files: readonly ClassifiedFile[]): Classification {
  const counts = new Map<string, { classification: Classification; count: number }>();
  for (const { classification } of files) {
    const key = JSON.stringify(classification.fields.map(({ name }) => name));
    const known = counts.get(key) ?? { classification, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0].classification;
}

/** CSV columns are positions: the majority's header counts. In the other formats a column is its name, and all are united. */
function tableColumns(group: TableGroup, main: Classification): { columns: Column[]; warnings: string[] } {
  const names = namesOf(main.fields);
  const deviating =
    main.format === 'csv' ? group.files.filter(({ classification }) => namesOf(classification.fields) !== names) : [];
  const warnings = deviating.map(
    (file) =>
      `s3://${file.bucket}/${file.key}: its columns differ from most files of the table, whose columns it is read with`,
  );
  const alike = group.files.filter((file) => !deviating.includes(file));
  return { columns: toColumns(unite(alike)), warnings };
}

const namesOf = (fields: readonly Field[]): string => JSON.stringify(fields.map(({ name }) => name.toLowerCase()));

const unite = (files: readonly ClassifiedFile[]): Field[] =>
  files.reduce<Field[]>((fields, { classification }) => mergeFields(fields, classification.fields), []);

const toColumns = (fields: readonly Field[]): Column[] =>
  fields.map(({ name, type }) => ({ Name: name.toLowerCase(), Type: hiveType(type) }));

function partition(bucket: string, part: TableGroup['partitions'][number], identity: CrawlIdentity): FoundPartition {
  const main = majority(part.files);
  const parameters = tableParameters(part.files, main, identity);
  const columns = toColumns(unite(part.files));
  return {
    Values: [...part.values],
    Parameters: parameters,
    StorageDescriptor: descriptor(main, columns, `s3://${bucket}/${part.folder}`, parameters),
  };
}

const DESCRIPTOR_DEFAULTS = {
  NumberOfBuckets: -1,
  BucketColumns: [],
  SortColumns: [],
  StoredAsSubDirectories: false,
  Compressed: false,
};

function descriptor(
  { storage, compression }: Classification,
  Columns: Column[],
  Location: string,
  Parameters: Record<string, string>,
): StorageDescriptor {
  return {
    ...DESCRIPTOR_DEFAULTS,
    Columns,
    Location,
    InputFormat: storage.inputFormat,
    OutputFormat: storage.outputFormat,
    Compressed: compression !== 'none',
    SerdeInfo: { SerializationLibrary: storage.serde, Parameters: { ...storage.serdeParameters } },
    Parameters,
  };
}

const crawlerParameters = ({ crawler, crawlId, exclusions }: CrawlIdentity): Record<string, string> => ({
  ...(exclusions?.length ? { exclusions: JSON.stringify(exclusions) } : {}),
  CRAWL_RUN_ID: crawlId,
  CrawlerSchemaDeserializerVersion: '1.0',
  CrawlerSchemaSerializerVersion: '1.0',
  UPDATED_BY_CRAWLER: crawler,
});

function tableParameters(
  files: readonly ClassifiedFile[],
  main: Classification,
  identity: CrawlIdentity,
): Record<string, string> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const records = files.reduce((sum, file) => sum + file.classification.records, 0);
  const bytes = files.reduce((sum, { classification: c }) => sum + c.records * c.recordSize, 0);
  return {
    ...crawlerParameters(identity),
    averageRecordSize: String(records === 0 ? 0 : Math.max(1, Math.round(bytes / records))),
    classification: main.format,
    compressionType: main.compression,
    objectCount: String(files.length),
    recordCount: String(records),
    sizeKey: String(size),
    typeOfData: 'file',
    ...main.parameters,
  };
}
