import type { SpoolType } from '../../../engines/spool';

/**
 * The data types between a source and a target.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Reference.DataTypes.html
 */
export type DmsType =
  | { readonly kind: SimpleDmsType }
  | { readonly kind: 'string' | 'wstring' | 'bytes'; readonly length?: number }
  | { readonly kind: 'numeric'; readonly precision: number; readonly scale: number };

export type SimpleDmsType =
  | 'boolean'
  | 'int1'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'uint1'
  | 'uint2'
  | 'uint4'
  | 'uint8'
  | 'real4'
  | 'real8'
  | 'date'
  | 'time'
  | 'datetime'
  | 'clob'
  | 'nclob'
  | 'blob';

const SPOOL_KINDS = {
  boolean: 'boolean',
  int1: 'tinyint',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  uint1: 'utinyint',
  uint2: 'usmallint',
  uint4: 'uinteger',
  uint8: 'ubigint',
  real4: 'float',
  real8: 'double',
  date: 'date',
  time: 'time',
  datetime: 'timestamp',
  string: 'varchar',
  wstring: 'varchar',
  clob: 'varchar',
  nclob: 'varchar',
  blob: 'binary',
  bytes: 'binary',
} as const;

/** How a source writes a value of the type into a spool file, and what it is in a data file. */
export function spoolType(type: DmsType): SpoolType {
  return type.kind === 'numeric'
    ? { kind: 'decimal', precision: type.precision, scale: type.scale }
    : { kind: SPOOL_KINDS[type.kind] };
}

/** Large objects: DMS cuts them at `LobMaxSize` in limited LOB mode. */
export const isLob = ({ kind }: DmsType): boolean => kind === 'clob' || kind === 'nclob' || kind === 'blob';

/** As AWS writes it: `NUMERIC(28,6)`, `WSTRING(40)`. */
export function dmsTypeText(type: DmsType): string {
  const name = type.kind.toUpperCase();
  if (type.kind === 'numeric') return `${name}(${type.precision},${type.scale})`;
  return 'length' in type && type.length !== undefined ? `${name}(${type.length})` : name;
}
