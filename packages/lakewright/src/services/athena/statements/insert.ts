import type { TableColumn } from '../../../engines/sql/contract';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { InsertStatement } from '../../../engines/sql/parse/ast';
import { translateInto } from '../../../engines/sql/translate';
import { BIGINT } from '../../../engines/sql/types/build';
import { physicalType } from '../../../engines/sql/types/physical';
import type { Table } from '../../../workspace/catalog-store';
import { columnsOf } from '../tables/glue-columns';
import { isIceberg } from '../tables/lake-catalog';
import { isProjected } from '../tables/projection/projection';
import { type OutputFormat, outputFormat } from '../write/output-format';
import { partitionFolder, writeFiles } from '../write/writer';
import { partitionsOf } from './create-table-as';
import { insertIceberg } from './iceberg-insert';
import { fullName, requireWritable } from './names';
import type { StatementOutcome, StatementRun } from './run';

/** INSERT INTO: new files beside the old ones, new partitions registered. */
export async function insert(run: StatementRun, statement: InsertStatement): Promise<StatementOutcome> {
  const { catalog } = run.lake;
  const name = fullName(statement.table, run.database, statement.position);
  run.guard?.requireTable('INSERT', name, 'glue:GetTable');
  const table = requireWritable(catalog, name, statement.position);
  run.guard?.requireColumns(name);
  if (isIceberg(table)) {
    return insertIceberg(run, statement, name, table, (columns) => targetColumns(statement, columns));
  }
  const columns = columnsOf(table).filter((column) => !column.hidden);
  const target = targetColumns(statement, columns);
  const translated = await translateInto(statement.query, target, run.session, {
    parameterCount: statement.parameters,
    parameters: run.parameters,
  });
  const keys = columns.filter((column) => column.partitionKey).map((column) => column.name);
  const values = columns.map((column, index) => {
    const given = target.indexOf(column);
    return `${given < 0 ? `CAST(NULL AS ${physicalType(column.type)})` : `c${given + 1}`} AS c${index + 1}`;
  });
  const location = locator(run, table, keys);
  run.guard?.requireInsertAt(location([]), table);
  run.onTranslated(translated);
  const written = await writeFiles(run.lake.objects, run.tables, {
    sql: `SELECT ${values.join(', ')} FROM (${translated.sql})`,
    columns,
    partitionedBy: keys,
    format: formatOf(table),
    location,
    signal: run.signal,
  });
  if (!isProjected(table)) {
    const known = new Set(catalog.partitions(name.database, name.table).map((item) => JSON.stringify(item.Values)));
    const added = partitionsOf(table, written, location).filter((item) => !known.has(JSON.stringify(item.Values)));
    if (added.length) catalog.putPartitions(name.database, name.table, added);
  }
  return {
    type: 'DML',
    substatement: 'INSERT',
    result: { kind: 'written', columns: [{ name: 'rows', type: BIGINT }] },
    updateCount: written.rows,
    written: written.files.map((file) => file.uri),
    tables: [`${name.database}.${name.table}`],
    rowsOut: written.rows,
    bytesOut: written.bytes,
  };
}

function targetColumns(statement: InsertStatement, columns: readonly TableColumn[]): TableColumn[] {
  if (!statement.columns) return [...columns];
  const names = statement.columns.map((name) => name.toLowerCase());
  return names.map((name, index) => {
    const column = columns.find((item) => item.name === name);
    if (!column) {
      throw new SqlError(
        'COLUMN_NOT_FOUND',
        `Insert column name does not exist in target table: ${name}`,
        statement.position,
      );
    }
    if (names.indexOf(name) !== index) {
      throw new SqlError(
        'DUPLICATE_COLUMN_NAME',
        `Insert column name is specified more than once: ${name}`,
        statement.position,
      );
    }
    return column;
  });
}

/** A registered partition keeps its own place. */
function locator(run: StatementRun, table: Table, keys: readonly string[]): (values: readonly string[]) => string {
  const root = table.StorageDescriptor?.Location;
  if (!root) throw new SqlError('HIVE_INVALID_METADATA', `Table location cannot be null: ${table.Name}`);
  const registered = new Map(
    run.lake.catalog
      .partitions(table.DatabaseName, table.Name)
      .map((partition) => [JSON.stringify(partition.Values), partition.StorageDescriptor?.Location]),
  );
  const template = isProjected(table) ? table.Parameters?.['storage.location.template'] : undefined;
  return (values) => {
    if (!values.length) return root;
    if (template) {
      return template.replace(/\$\{([^}]+)\}/g, (all, key: string) => values[keys.indexOf(key.toLowerCase())] ?? all);
    }
    return registered.get(JSON.stringify(values)) ?? partitionFolder(root, keys, values);
  };
}

/** @throws NotCoveredError for a table whose format isn't written here */
function formatOf(table: Table): OutputFormat {
  const { SerdeInfo: serde, InputFormat: input = '' } = table.StorageDescriptor ?? {};
  const library = serde?.SerializationLibrary ?? input;
  const parameters = { ...table.Parameters, ...serde?.Parameters };
  // As on Athena: https://docs.aws.amazon.com/athena/latest/ug/insert-into.html
  if ((table.StorageDescriptor?.BucketColumns as unknown[] | undefined)?.length) {
    throw new SqlError(
      'NOT_SUPPORTED',
      `Inserting into the bucketed table ${table.DatabaseName}.${table.Name} is not supported`,
    );
  }
  if (/parquet/i.test(library)) return outputFormat('PARQUET', parquetCodec(parameters['parquet.compression']), '');
  if (/OrcSerde$/.test(library)) return outputFormat('ORC', orcCodec(parameters['orc.compress']), '');
  if (/AvroSerDe$/.test(library)) return outputFormat('AVRO', undefined, '');
  if (/JsonSerDe$/.test(library)) return outputFormat('JSON', undefined, '');
  if (/LazySimpleSerDe$/.test(library)) {
    if (parameters['escape.delim'])
      throw new NotCoveredError(
        'INSERT into a table with ESCAPED BY',
        undefined,
        'use a format with types, as Parquet',
      );
    const delimiter = parameters['field.delim'] ?? '\u0001';
    const nullText = parameters['serialization.null.format'] ?? '\\N';
    if (parameters['skip.header.line.count'] && parameters['skip.header.line.count'] !== '0') {
      throw new SqlError(
        'NOT_SUPPORTED',
        'Inserting into Hive table with skip.header.line.count property not supported',
      );
    }
    return { ...outputFormat('TEXTFILE', undefined, delimiter), nullText };
  }
  throw new NotCoveredError(
    `INSERT into a table with SerDe ${library}`,
    undefined,
    'tables of Parquet, ORC, Avro, JSON and LazySimpleSerDe are written',
  );
}

const parquetCodec = (codec: string | undefined): string | undefined =>
  codec && ['SNAPPY', 'GZIP', 'ZSTD', 'NONE', 'UNCOMPRESSED', 'LZ4'].includes(codec.toUpperCase()) ? codec : undefined;

const orcCodec = (codec: string | undefined): string | undefined =>
  codec && ['NONE', 'ZLIB', 'SNAPPY', 'LZ4', 'ZSTD'].includes(codec.toUpperCase()) ? codec : undefined;
