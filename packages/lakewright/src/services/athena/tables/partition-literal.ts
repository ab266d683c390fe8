import { SqlError } from '../../../engines/sql/errors';
import { physicalType } from '../../../engines/sql/types/physical';
import { typeText } from '../../../engines/sql/types/text';
import type { TrinoType } from '../../../engines/sql/types/type';
import { HIVE_DEFAULT_PARTITION } from './partition-filter';
import { literal } from './table-engine';

const VALID: Readonly<Record<string, RegExp>> = {
  boolean: /^(?:true|false)$/i,
  tinyint: /^[+-]?\d+$/,
  smallint: /^[+-]?\d+$/,
  integer: /^[+-]?\d+$/,
  bigint: /^[+-]?\d+$/,
  date: /^\d{4}-\d{1,2}-\d{1,2}$/,
  decimal: /^[+-]?(?:\d+\.?\d*|\.\d+)$/,
};

/**
 * A partition's value as a DuckDB literal of its type.
 *
 * @throws SqlError HIVE_INVALID_PARTITION_VALUE in Athena's words
 */
export function partitionLiteral(value: string, key: { readonly name: string; readonly type: TrinoType }): string {
  const type = physicalType(key.type);
  if (value === HIVE_DEFAULT_PARTITION || (value === '\\N' && key.type.kind !== 'varchar'))
    return `CAST(NULL AS ${type})`;
  const valid = VALID[key.type.kind];
  if (valid && !valid.test(value)) {
    throw new SqlError(
      'HIVE_INVALID_PARTITION_VALUE',
      `Invalid partition value '${value}' for ${typeText(key.type).toUpperCase()} partition key: ${key.name}`,
    );
  }
  return type === 'VARCHAR' ? literal(value) : `CAST(${literal(value)} AS ${type})`;
}
