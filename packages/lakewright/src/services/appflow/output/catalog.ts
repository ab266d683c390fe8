import type { ApiShape } from '../../api-shape';
import { type LakeContext, ServiceError } from '../../service';
import type { Flow } from '../flow';
import type { Kind } from '../tasks/values';
import type { OutputColumn } from './columns';
import type { Destination, FileType } from './destination';

/** Hive's type of a column; JSON files have times as ISO texts, which Hive doesn't read as such. */
const TYPES: Readonly<Record<Kind, string>> = {
  text: 'string',
  integer: 'bigint',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp',
};

const TEXT_FILES = {
  InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
};

const FORMATS: Readonly<Record<FileType, ApiShape>> = {
  PARQUET: {
    InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    SerdeInfo: {
      SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
      Parameters: { 'serialization.format': '1' },
    },
  },
  JSON: {
    ...TEXT_FILES,
    SerdeInfo: {
      SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
      Parameters: { 'case.insensitive': 'TRUE' },
    },
  },
  CSV: {
    ...TEXT_FILES,
    SerdeInfo: {
      SerializationLibrary: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
      Parameters: { separatorChar: ',', quoteChar: '"', escapeChar: '\\' },
    },
  },
};

/** Folders that a run wrote by its partition keys: `country=DE/` and its values. */
export interface Partitions {
  readonly keys: readonly string[];
  readonly folders: readonly { readonly folder: string; readonly values: readonly string[] }[];
}

/** What a run left in the catalog, as the execution record says it. */
export type CatalogDetails = ApiShape;

/**
 * The table of a flow's data, `<table prefix>_<flow name>`: made, or given the columns that are new, at its folder; a
 * partition for each folder of partition keys.
 *
 * @returns undefined where the flow has no catalog
 */
export async function register(
  lake: LakeContext,
  flow: Flow,
  destination: Destination,
  columns: readonly OutputColumn[],
  partitions: Partitions,
): Promise<CatalogDetails | undefined> {
  const config = flow.metadataCatalogConfig?.glueDataCatalog;
  if (config === undefined) return undefined;
  const DatabaseName = String(config.databaseName);
  const Name = tableName(String(config.tablePrefix ?? ''), flow.flowName);
  const Location = `s3://${destination.bucket}/${destination.root}`;
  const former = await find(lake, DatabaseName, Name);
  const StorageDescriptor = {
    Columns: columnsOf(columns, destination.fileType, former?.StorageDescriptor?.Columns ?? []),
    Location,
    ...FORMATS[destination.fileType],
  };
  const TableInput = {
    Name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {
      classification: destination.fileType.toLowerCase(),
      ...(destination.fileType === 'CSV' && { 'skip.header.line.count': '1' }),
    },
    PartitionKeys: partitions.keys.map((key) => ({ Name: key.toLowerCase(), Type: 'string' })),
    StorageDescriptor,
  };
  await lake.call('glue', former ? 'UpdateTable' : 'CreateTable', { DatabaseName, TableInput });
  for (const { folder, values } of partitions.folders) {
    const PartitionInput = {
      Values: values,
      StorageDescriptor: { ...StorageDescriptor, Location: `${Location}${folder}` },
    };
    await addPartition(lake, { DatabaseName, TableName: Name, PartitionInput });
  }
  const output = (result: string) => ({ status: 'Successful', result, message: '' });
  return {
    catalogType: 'GLUE',
    tableName: Name,
    tableRegistrationOutput: output('1'),
    partitionRegistrationOutput: output(String(partitions.folders.length)),
  };
}

/** Lower case letters, digits and underscores; one between prefix and name. */
export function tableName(prefix: string, flowName: string): string {
  return `${prefix === '' || /[_-]$/.test(prefix) ? prefix : `${prefix}_`}${flowName}`
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_');
}

async function find(lake: LakeContext, DatabaseName: string, Name: string): Promise<ApiShape | undefined> {
  try {
    return (await lake.call('glue', 'GetTable', { DatabaseName, Name })).Table;
  } catch (error) {
    if (
      error instanceof ServiceError &&
      error.code === 'EntityNotFoundException' &&
      (await hasDatabase(lake, DatabaseName))
    ) {
      return undefined;
    }
    throw error;
  }
}

async function hasDatabase(lake: LakeContext, Name: string): Promise<boolean> {
  try {
    return (await lake.call('glue', 'GetDatabase', { Name })) !== undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(
      error.code,
      `metadataCatalogConfig names the database "${Name}": ${error.message} → a database of the Data Catalog that exists`,
    );
  }
}

/** Columns that earlier runs wrote stay; a type that changed is the new one. */
function columnsOf(columns: readonly OutputColumn[], fileType: FileType, former: readonly ApiShape[]): ApiShape[] {
  const typeOf = (kind: Kind) =>
    fileType === 'CSV' || (fileType === 'JSON' && (kind === 'date' || kind === 'datetime')) ? 'string' : TYPES[kind];
  const now = columns.map(({ name, kind }) => ({ Name: name.toLowerCase(), Type: typeOf(kind) }));
  const names = new Set(now.map(({ Name }) => Name));
  const twice = now.find(({ Name }, index) => now.findIndex((one) => one.Name === Name) !== index);
  if (twice) {
    throw new ServiceError(
      'ValidationException',
      `two fields are the column "${twice.Name}" of the catalog, which knows no upper case → other destination fields`,
    );
  }
  // CSV files are read by position: only what this run wrote can be said of them.
  return fileType === 'CSV' ? now : [...now, ...former.filter(({ Name }) => !names.has(Name))];
}

async function addPartition(lake: LakeContext, input: ApiShape): Promise<void> {
  try {
    await lake.call('glue', 'CreatePartition', input);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'AlreadyExistsException') throw error;
  }
}
