import type { TableColumn } from '../../../engines/sql/contract';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import { BIGINT, VARCHAR, zonedTimestamp } from '../../../engines/sql/types/build';
import { parseHiveType } from '../../../engines/sql/types/hive';
import type { Table } from '../../../workspace/catalog-store';

/** Columns that every table has without declaring them. */
export const HIDDEN_COLUMNS: readonly TableColumn[] = [
  { name: '$path', type: VARCHAR, hidden: true },
  { name: '$file_size', type: BIGINT, hidden: true },
  { name: '$file_modified_time', type: zonedTimestamp(3), hidden: true },
];

/**
 * A catalog table's columns: data, partition keys, hidden ones.
 *
 * @throws NotCoveredError for a column type that isn't Hive's (`uniontype<…>`)
 */
export function columnsOf(table: Table): TableColumn[] {
  return [
    ...declaredColumns(table, (column, type) => {
      throw new NotCoveredError(`column type '${type}' of ${table.DatabaseName}.${table.Name}.${column}`);
    }),
    ...HIDDEN_COLUMNS,
  ];
}

/** The same for listings: columns that can't be understood are left out. */
export function listedColumns(table: Table): TableColumn[] {
  return declaredColumns(table, () => undefined);
}

function declaredColumns(table: Table, unknown: (column: string, type: string) => void): TableColumn[] {
  const convert = (column: { Name: string; Type?: string }, partitionKey: boolean): TableColumn[] => {
    const type = column.Type ?? 'string';
    try {
      const name = column.Name.toLowerCase();
      return [{ name, type: parseHiveType(type), ...(partitionKey && { partitionKey }) }];
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      unknown(column.Name, type);
      return [];
    }
  };
  return [
    ...(table.StorageDescriptor?.Columns ?? []).flatMap((column) => convert(column, false)),
    ...(table.PartitionKeys ?? []).flatMap((column) => convert(column, true)),
  ];
}
