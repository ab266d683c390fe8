import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { CreateTableAsStatement } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import { BIGINT } from '../../../engines/sql/types/build';
import type { Column, Partition, Table } from '../../../workspace/catalog-store';
import { folderOf, listDataFiles } from '../tables/data-files';
import { CATALOG } from '../tables/lake-catalog';
import { catalogFormat, type OutputFormat, outputFormat, storedType } from '../write/output-format';
import { partitionFolder, type Written, writeFiles } from '../write/writer';
import { createIcebergAs } from './iceberg-create-as';
import { fullName, requireSchema } from './names';
import { StatementProperties } from './properties';
import type { StatementOutcome, StatementRun } from './run';
import { checkPartitionColumns, writtenColumns } from './written-columns';

const KNOWN: ReadonlySet<string> = new Set([
  ...['format', 'write_compression', 'parquet_compression', 'orc_compression', 'compression_level', 'field_delimiter'],
  ...['partitioned_by', 'bucketed_by', 'bucket_count', 'external_location', 'is_external', 'table_type', 'location'],
  ...[
    'partitioning',
    'vacuum_min_snapshots_to_keep',
    'vacuum_max_snapshot_age_seconds',
    'vacuum_max_metadata_files_to_keep',
  ],
  ...['optimize_rewrite_data_file_threshold', 'optimize_rewrite_delete_file_threshold'],
  ...['optimize_rewrite_min_data_file_size_bytes', 'optimize_rewrite_max_data_file_size_bytes'],
]);

/**
 * CREATE TABLE AS: the files are written and in place before the table is; a failed or killed statement leaves no table.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
 */
export async function createTableAs(run: StatementRun, statement: CreateTableAsStatement): Promise<StatementOutcome> {
  const { catalog } = run.lake;
  const { position } = statement;
  const name = fullName(statement.table, run.database, position);
  const properties = new StatementProperties(statement.properties, KNOWN);
  const iceberg = properties.text('table_type')?.toUpperCase() === 'ICEBERG';
  if (properties.has('bucketed_by') || properties.has('bucket_count')) {
    throw new NotCoveredError(
      'bucketed_by',
      statement.position,
      "leave out bucketed_by and bucket_count, the rows are the same; or write an Iceberg table with partitioning = ARRAY['bucket(…)']",
    );
  }
  run.guard?.requireDatabase('CREATE_TABLE', name.database, 'glue:CreateTable');
  requireSchema(catalog, name.database, position);
  if (catalog.table(name.database, name.table)) {
    if (statement.ifNotExists) return outcome(0, []);
    throw new SqlError(
      'TABLE_ALREADY_EXISTS',
      `Destination table '${CATALOG}.${name.database}.${name.table}' already exists`,
      position,
    );
  }
  const translated = await translate(statement.query, run.session, {
    parameterCount: statement.parameters,
    parameters: run.parameters,
  });
  const columns = writtenColumns(translated.columns, statement.columns, position);
  run.onTranslated(translated);
  if (iceberg) return createIcebergAs(run, statement, name, properties, translated.sql, columns);
  const partitionedBy = properties.list('partitioned_by').map((key) => key.toLowerCase());
  checkPartitionColumns(columns, partitionedBy, position);
  const stored = columns.map((column): Column => ({ Name: column.name, Type: storedType(column) }));
  const format = outputFormat(
    properties.text('format') ?? 'PARQUET',
    properties.text('write_compression') ??
      properties.text('parquet_compression') ??
      properties.text('orc_compression'),
    properties.text('field_delimiter') ?? '\u0001',
  );
  const location = await targetLocation(run, properties.text('external_location'), name);
  const written: Written = statement.withData
    ? await writeFiles(run.lake.objects, run.tables, {
        sql: translated.sql,
        columns,
        partitionedBy,
        format,
        location: (values) => (values.length ? partitionFolder(location, partitionedBy, values) : location),
        signal: run.signal,
      })
    : { rows: 0, bytes: 0, files: [] };
  register(run, { name, stored, partitionedBy, format, location, comment: statement.comment }, written);
  return {
    ...outcome(written.rows, [`${name.database}.${name.table}`]),
    written: written.files.map((file) => file.uri),
    bytesOut: written.bytes,
  };
}

const outcome = (rows: number, tables: readonly string[]): StatementOutcome => ({
  type: 'DDL',
  substatement: 'CREATE_TABLE_AS_SELECT',
  result: { kind: 'written', columns: [{ name: 'rows', type: BIGINT }] },
  updateCount: rows,
  written: [],
  tables,
  rowsOut: rows,
});

/** Athena never writes into a place that has data. */
async function targetLocation(
  run: StatementRun,
  external: string | undefined,
  name: { readonly database: string; readonly table: string },
): Promise<string> {
  const location = folderOf(external ?? defaultLocation(run));
  run.guard?.requireLocation(location, name.database);
  run.guard?.requireWrite(location);
  if (external === undefined) return location;
  if (run.outputEnforced) {
    throw new SqlError(
      'INVALID_TABLE_PROPERTY',
      "The CTAS query failed because it was submitted with an 'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the 'external_location' property and resubmit the query.",
    );
  }
  await requireEmpty(run, external, `${name.database}.${name.table}`);
  return location;
}

/** Below the results: a workgroup whose results Athena keeps has no such place. */
function defaultLocation({ output, queryId }: StatementRun): string {
  if (output !== undefined) return `${output}tables/${queryId}/`;
  throw new SqlError(
    'INVALID_TABLE_PROPERTY',
    "Lakewright: CREATE TABLE AS in a WorkGroup with managed query results needs the property 'external_location'",
  );
}

export async function requireEmpty(run: StatementRun, location: string, table: string): Promise<void> {
  if ((await listDataFiles(run.lake.objects, location)).length === 0) return;
  throw new SqlError(
    'HIVE_PATH_ALREADY_EXISTS',
    `Target directory for table '${table}' already exists: ${location}. You may need to manually clean the data at location '${location}' before retrying. Athena will not delete data in your account.`,
  );
}

interface NewTable {
  readonly name: { readonly database: string; readonly table: string };
  readonly stored: readonly Column[];
  readonly partitionedBy: readonly string[];
  readonly format: OutputFormat;
  readonly location: string;
  readonly comment?: string;
}

function register(run: StatementRun, created: NewTable, written: Written): void {
  const { name, stored, partitionedBy, format, location, comment } = created;
  const storage = catalogFormat(format);
  const descriptor = {
    Columns: stored.filter((column) => !partitionedBy.includes(column.Name)),
    Location: location,
    InputFormat: storage.inputFormat,
    OutputFormat: storage.outputFormat,
    Compressed: false,
    NumberOfBuckets: -1,
    SerdeInfo: { SerializationLibrary: storage.serde, Parameters: { ...storage.serdeParameters } },
  };
  const table: Table = {
    DatabaseName: name.database,
    Name: name.table,
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: partitionedBy.map((key) => stored.find((column) => column.Name === key) as Column),
    Parameters: {
      EXTERNAL: 'TRUE',
      has_encrypted_data: 'false',
      classification: format.kind === 'text' ? 'csv' : format.kind,
      ...(format.kind === 'parquet' && { 'parquet.compression': format.compression.toUpperCase() }),
      ...(comment !== undefined && { comment }),
    },
    StorageDescriptor: descriptor,
  };
  const partitions = partitionsOf(table, written, (values) => partitionFolder(location, partitionedBy, values));
  run.lake.catalog.putTable(table);
  if (partitions.length) run.lake.catalog.putPartitions(name.database, name.table, partitions);
}

/** One partition for each combination of values that files were written for. */
export function partitionsOf(
  table: Table,
  written: Written,
  location: (values: readonly string[]) => string,
): Partition[] {
  if (!table.PartitionKeys?.length) return [];
  const byValues = new Map(written.files.map((file) => [JSON.stringify(file.values), file.values]));
  return [...byValues.values()].map((values) => ({
    DatabaseName: table.DatabaseName,
    TableName: table.Name,
    Values: [...values],
    StorageDescriptor: { ...table.StorageDescriptor, Location: location(values) },
    Parameters: {},
  }));
}
