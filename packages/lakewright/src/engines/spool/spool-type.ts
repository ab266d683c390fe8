/** The type of a column of a spool file: how its text is read. */
export type SpoolType =
  | { readonly kind: SimpleType }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number };

/**
 * `binary` is hexadecimal text, with or without `\x` before it. `timestamp` is ISO text without a zone, in microseconds.
 */
export type SimpleType =
  | 'varchar'
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'utinyint'
  | 'usmallint'
  | 'uinteger'
  | 'ubigint'
  | 'float'
  | 'double'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamp_ms'
  | 'binary';

/** The DuckDB type of a column's values. */
export function duckDbType(type: SpoolType): string {
  if (type.kind === 'decimal') return `DECIMAL(${type.precision},${type.scale})`;
  return type.kind === 'binary' ? 'BLOB' : type.kind.toUpperCase();
}

/** The value of a column that was read as text. `column` is quoted. A text of another type is named by the failure. */
export function readValue(type: SpoolType, column: string): string {
  if (type.kind === 'varchar') return column;
  return type.kind === 'binary'
    ? `unhex(regexp_replace(${column}, '^\\\\x', ''))`
    : `CAST(${column} AS ${duckDbType(type)})`;
}
