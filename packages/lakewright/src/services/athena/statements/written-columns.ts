import type { ResultColumn } from '../../../engines/sql/contract';
import { SqlError, type SqlPosition } from '../../../engines/sql/errors';

/**
 * The names under which a query's columns become a table's: each must have one, and no two the same.
 *
 * @param names given beside the table's name, if they were
 */
export function writtenColumns(
  columns: readonly ResultColumn[],
  names: readonly string[] | undefined,
  position: SqlPosition,
): ResultColumn[] {
  if (names && names.length !== columns.length) {
    const text = `Column alias list has ${names.length} entries but relation has ${columns.length} columns`;
    throw new SqlError('MISMATCHED_COLUMN_ALIASES', text, position);
  }
  const seen = new Set<string>();
  return columns.map((column, index) => {
    const name = (names?.[index] ?? column.name).toLowerCase();
    // The name that the translation makes up for a column without one.
    if (!names && name === `_col${index}`) {
      throw new SqlError('MISSING_COLUMN_NAME', `Column name not specified at position ${index + 1}`, position);
    }
    if (seen.has(name)) {
      throw new SqlError('DUPLICATE_COLUMN_NAME', `Column name '${name}' specified more than once`, position);
    }
    seen.add(name);
    return { name, type: column.type };
  });
}

/**
 * Partition columns must be the last ones, in the order in which they are named.
 *
 * @throws SqlError HIVE_COLUMN_ORDER_MISMATCH, INVALID_TABLE_PROPERTY
 */
export function checkPartitionColumns(
  columns: readonly ResultColumn[],
  partitionedBy: readonly string[],
  position: SqlPosition,
): void {
  const names = columns.map((column) => column.name);
  const missing = partitionedBy.filter((name) => !names.includes(name));
  if (missing.length) {
    throw new SqlError(
      'INVALID_TABLE_PROPERTY',
      `Partition columns ${JSON.stringify(missing)} not present in schema`,
      position,
    );
  }
  if (partitionedBy.length && partitionedBy.length === names.length) {
    throw new SqlError('INVALID_TABLE_PROPERTY', 'Table contains only partition columns', position);
  }
  const last = names.slice(names.length - partitionedBy.length);
  if (partitionedBy.some((name, index) => name !== last[index])) {
    throw new SqlError(
      'HIVE_COLUMN_ORDER_MISMATCH',
      `Partition keys must be the last columns in the table and in the same order as the table properties: [${partitionedBy.join(', ')}]`,
      position,
    );
  }
}
