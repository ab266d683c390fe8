import { currentSchema, type PartitionSpec, specOf, type TableMetadata } from '../../../engines/iceberg/metadata';
import {
  checkTransform,
  parsePartitionTerm,
  partitionFieldName,
  partitionTermText,
} from '../../../engines/iceberg/transforms';
import { FieldIds, fromTrinoType, type NestedField, type Schema, toHiveType } from '../../../engines/iceberg/types';
import type { TableUpdate } from '../../../engines/iceberg/updates';
import type { ColumnDefinition, CreateTable } from '../../../engines/sql/ddl/statement';
import { SqlError } from '../../../engines/sql/errors';
import { timestamp } from '../../../engines/sql/types/build';
import { parseHiveType } from '../../../engines/sql/types/hive';
import type { TrinoType } from '../../../engines/sql/types/type';
import type { Table } from '../../../workspace/catalog-store';
import { knows } from '../../glue/catalog/shown-table';
import { icebergTables } from '../../iceberg';
import type { LoadedTable } from '../../iceberg/tables';
import { listDataFiles } from '../tables/data-files';
import { athenaProperties, metadataProperties } from './iceberg-properties';
import type { FullName } from './names';
import type { StatementRun } from './run';

/** What a new table is made of. */
export interface NewIcebergTable {
  readonly fields: readonly NestedField[];
  /** `day(ts)`, `bucket(16, id)`, `category` */
  readonly partitioning: readonly string[];
  readonly location: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly comment?: string;
}

/** CREATE TABLE … TBLPROPERTIES ('table_type' = 'ICEBERG'). The caller has seen that there is none yet. */
export async function createIceberg(run: StatementRun, statement: CreateTable, name: FullName): Promise<void> {
  if (statement.external) {
    throw new SqlError(
      'FAILED',
      'SemanticException: CREATE EXTERNAL TABLE is not for Iceberg tables: write CREATE TABLE',
    );
  }
  if (!statement.location) {
    throw new SqlError('FAILED', 'SemanticException: No location provided: an Iceberg table needs LOCATION');
  }
  if (statement.partitionKeys.length) {
    const [key] = statement.partitionKeys;
    throw new SqlError(
      'FAILED',
      `SemanticException: partition column ${key?.name} has a type: Iceberg tables are PARTITIONED BY columns of the table or transforms of them`,
    );
  }
  const ids = new FieldIds(statement.columns.length);
  const fields = statement.columns.map((column, index) => fieldOf(column, index + 1, ids));
  await makeIceberg(run, name, {
    fields,
    partitioning: statement.transforms.map((item) => item.transform),
    location: statement.location,
    properties: statement.properties,
    comment: statement.comment,
  });
}

/** Makes the table without rows. @throws SqlError for a location that has files */
export async function makeIceberg(run: StatementRun, name: FullName, table: NewIcebergTable): Promise<LoadedTable> {
  const location = table.location.replace(/\/+$/, '');
  // Athena writes the metadata with the caller's own rights, on a registered location too:
  // https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html
  run.guard?.requireLocation(location, name.database);
  run.guard?.requireWrite(`${location}/`);
  if ((await listDataFiles(run.lake.objects, location)).length > 0) {
    throw new SqlError(
      'ICEBERG_FILESYSTEM_ERROR',
      `Cannot create a table on a non-empty location: ${location}, set 'iceberg.unique-table-location=true' in your Iceberg catalog properties to use unique table locations for every table.`,
    );
  }
  const schema: Schema = { type: 'struct', 'schema-id': 0, fields: table.fields };
  const updates: TableUpdate[] = [
    { action: 'upgrade-format-version', 'format-version': 2 },
    { action: 'add-schema', schema },
    { action: 'set-current-schema', 'schema-id': -1 },
    { action: 'add-spec', spec: { 'spec-id': 0, fields: specFields(schema, table.partitioning) } },
    { action: 'set-default-spec', 'spec-id': -1 },
    { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    {
      action: 'set-properties',
      updates: {
        'write.format.default': 'parquet',
        'write.parquet.compression-codec': 'zstd',
        ...metadataProperties(table.properties),
        ...(table.comment !== undefined && { comment: table.comment }),
      },
    },
  ];
  return icebergTables(run.lake).create(name.database, name.table, location, updates);
}

function specFields(schema: Schema, partitioning: readonly string[]): PartitionSpec['fields'] {
  return partitioning.map((text, index) => {
    const { column, transform } = parsePartitionTerm(text);
    const source = schema.fields.find((field) => field.name === column);
    if (!source) throw new SqlError('COLUMN_NOT_FOUND', `Column '${column}' of PARTITIONED BY is not in the table`);
    checkTransform(transform, column, source.type);
    return {
      'source-id': source.id,
      'field-id': 1000 + index,
      name: partitionFieldName(transform, column),
      transform,
    };
  });
}

/** A column of DDL. Hive's timestamp has milliseconds, Iceberg's microseconds. */
export function fieldOf(column: ColumnDefinition, id: number, ids: FieldIds): NestedField {
  const type = fromTrinoType(precise(parseHiveType(column.type)), ids);
  return {
    id,
    name: column.name,
    required: false,
    type,
    ...(column.comment !== undefined && { doc: column.comment }),
  };
}

function precise(type: TrinoType): TrinoType {
  switch (type.kind) {
    case 'timestamp':
      return timestamp(6);
    case 'array':
      return { ...type, element: precise(type.element) };
    case 'map':
      return { ...type, key: precise(type.key), value: precise(type.value) };
    case 'row':
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: precise(field.type) })) };
    default:
      return type;
  }
}

/** What SHOW CREATE TABLE prints of an Iceberg table. */
export function icebergTableText(run: StatementRun, table: Table): string {
  const { metadata } = icebergTables(run.lake).loaded(table);
  const schema = currentSchema(metadata);
  const columns = shownFields(run, table, schema).map(
    (field) =>
      `  ${field.name} ${toHiveType(field.type)}${field.doc ? ` COMMENT '${field.doc.replace(/'/g, "\\'")}'` : ''}`,
  );
  const terms = shownParts(run, table, metadata).map((field) => {
    const source = schema.fields.find((item) => item.id === field['source-id']);
    return partitionTermText(field.transform, source?.name ?? field.name);
  });
  const properties = Object.entries(athenaProperties(metadata.properties));
  return [
    `CREATE TABLE ${table.DatabaseName}.${table.Name} (`,
    `${columns.join(',\n')})`,
    ...(metadata.properties.comment ? [`COMMENT '${metadata.properties.comment.replace(/'/g, "\\'")}'`] : []),
    ...(terms.length ? [`PARTITIONED BY (${terms.join(', ')}) `] : []),
    `LOCATION '${metadata.location}'`,
    'TBLPROPERTIES (',
    `${properties.map(([key, value]) => `  '${key}'='${value}'`).join(',\n')}`,
    ')',
  ].join('\n');
}

function shownFields({ guard }: StatementRun, table: Table, { fields }: Schema): readonly NestedField[] {
  if (!guard) return fields;
  const access = guard.rights.ofTable(table);
  return fields.filter(({ name }) => knows(access, name));
}

/** The parts of the partition spec whose columns the caller may know of. */
function shownParts(run: StatementRun, table: Table, metadata: TableMetadata): PartitionSpec['fields'] {
  const ids = new Set(shownFields(run, table, currentSchema(metadata)).map(({ id }) => id));
  return specOf(metadata, metadata['default-spec-id']).fields.filter((field) => ids.has(field['source-id']));
}

/** What DESCRIBE prints of an Iceberg table. */
export function icebergDescription(run: StatementRun, table: Table): string[] {
  const { metadata } = icebergTables(run.lake).loaded(table);
  const schema = currentSchema(metadata);
  return [
    '# Table schema:\t\t',
    '# col_name\tdata_type\tcomment',
    ...shownFields(run, table, schema).map((field) => `${field.name}\t${toHiveType(field.type)}\t${field.doc ?? ''}`),
    '\t\t',
    '# Partition spec:\t\t',
    '# field_name\tfield_transform\tcolumn_name',
    ...shownParts(run, table, metadata).map((field) => {
      const source = schema.fields.find((item) => item.id === field['source-id']);
      return `${field.name}\t${field.transform}\t${source?.name ?? ''}`;
    }),
  ];
}
