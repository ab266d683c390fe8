import type { DdlStatement } from '../../../engines/sql/ddl/statement';
import { SqlError } from '../../../engines/sql/errors';
import type { Column, Table } from '../../../workspace/catalog-store';
import { isIceberg } from '../tables/lake-catalog';
import { selectPartitions } from './alter';
import { icebergDescription } from './iceberg-ddl';
import { ddlName, readTable } from './names';
import { lines, type StatementOutcome, type StatementRun } from './run';

type Describe = DdlStatement & { kind: 'describe' };

const COLUMNS = ['col_name', 'data_type', 'comment'];

/** DESCRIBE in Hive's layout: three columns between tabs, padded to 20; the partition keys once more below. */
export function describeTable(run: StatementRun, statement: Describe): StatementOutcome {
  const table = readTable(run, ddlName(statement.table, run.database));
  if (isIceberg(table) && !statement.column) return lines('DESCRIBE', COLUMNS, icebergDescription(run, table));
  const columns = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
  if (statement.column) {
    const column = columns.find((item) => item.Name.toLowerCase() === statement.column);
    if (!column)
      throw new SqlError('FAILED', `SemanticException [Error 10002]: Invalid column reference ${statement.column}`);
    return lines('DESCRIBE', COLUMNS, [columnLine(column)]);
  }
  if (statement.partition) {
    run.guard?.requirePartitions(table);
    const partitions = run.lake.catalog.partitions(table.DatabaseName, table.Name);
    if (!selectPartitions(table, partitions, statement.partition).length) {
      throw new SqlError('FAILED', 'SemanticException [Error 10006]: Partition not found');
    }
  }
  if (statement.detail === 'formatted') return lines('DESCRIBE', COLUMNS, formatted(table));
  const detail = statement.detail === 'extended' ? ['', `Detailed Table Information\t${JSON.stringify(table)}`] : [];
  return lines('DESCRIBE', COLUMNS, [...columns.map(columnLine), ...partitionBlock(table), ...detail]);
}

const line = (...cells: string[]): string => cells.map((cell) => cell.padEnd(20)).join('\t');

const columnLine = (column: Column): string => line(column.Name, column.Type ?? 'string', column.Comment ?? '');

function partitionBlock(table: Table): string[] {
  if (!table.PartitionKeys?.length) return [];
  return [
    '\t \t ',
    '# Partition Information\t \t ',
    line('# col_name', 'data_type', 'comment'),
    '\t \t ',
    ...table.PartitionKeys.map(columnLine),
  ];
}

function formatted(table: Table): string[] {
  const storage = table.StorageDescriptor ?? {};
  const date = (seconds: number | undefined) =>
    seconds === undefined ? 'UNKNOWN' : new Date(seconds * 1_000).toUTCString();
  const property = ([key, value]: [string, string]) => `\t${line(key, value)}`;
  return [
    line('# col_name', 'data_type', 'comment'),
    '\t \t ',
    ...(storage.Columns ?? []).map(columnLine),
    ...partitionBlock(table),
    '\t \t ',
    '# Detailed Table Information\t \t ',
    `${line('Database:', table.DatabaseName)}\t `,
    `${line('Owner:', String(table.Owner ?? ''))}\t `,
    `${line('CreateTime:', date(table.CreateTime))}\t `,
    `${line('LastAccessTime:', 'UNKNOWN')}\t `,
    `${line('Protect Mode:', 'None')}\t `,
    `${line('Retention:', String(table.Retention ?? 0))}\t `,
    `${line('Location:', storage.Location ?? '')}\t `,
    `${line('Table Type:', table.TableType ?? 'EXTERNAL_TABLE')}\t `,
    'Table Parameters:\t \t ',
    ...Object.entries(table.Parameters ?? {}).map(property),
    '\t \t ',
    '# Storage Information\t \t ',
    `${line('SerDe Library:', storage.SerdeInfo?.SerializationLibrary ?? '')}\t `,
    `${line('InputFormat:', storage.InputFormat ?? '')}\t `,
    `${line('OutputFormat:', storage.OutputFormat ?? '')}\t `,
    `${line('Compressed:', storage.Compressed ? 'Yes' : 'No')}\t `,
    `${line('Num Buckets:', String(storage.NumberOfBuckets ?? -1))}\t `,
    'Storage Desc Params:\t \t ',
    ...Object.entries(storage.SerdeInfo?.Parameters ?? {}).map(property),
  ];
}
