import type { RowField, ScalarKind, TrinoType } from './type';

const scalar = (kind: ScalarKind): TrinoType => Object.freeze({ kind });

export const BOOLEAN = scalar('boolean');
export const TINYINT = scalar('tinyint');
export const SMALLINT = scalar('smallint');
export const INTEGER = scalar('integer');
export const BIGINT = scalar('bigint');
export const REAL = scalar('real');
export const DOUBLE = scalar('double');
export const DATE = scalar('date');
export const VARBINARY = scalar('varbinary');
export const JSON_TYPE = scalar('json');
export const UUID = scalar('uuid');
export const IPADDRESS = scalar('ipaddress');
export const DAY_TO_SECOND = scalar('interval day to second');
export const YEAR_TO_MONTH = scalar('interval year to month');
export const UNKNOWN = scalar('unknown');
/** Unbounded varchar. */
export const VARCHAR: TrinoType = Object.freeze({ kind: 'varchar' });

export const decimal = (precision: number, scale: number): DecimalType => ({ kind: 'decimal', precision, scale });
export const varchar = (length?: number): TrinoType => (length === undefined ? VARCHAR : { kind: 'varchar', length });
export const char = (length: number): TrinoType => ({ kind: 'char', length });
export const timestamp = (precision: number): TrinoType => ({ kind: 'timestamp', precision });
export const zonedTimestamp = (precision: number): TrinoType => ({ kind: 'timestamp with time zone', precision });
export const time = (precision: number): TrinoType => ({ kind: 'time', precision });
export const zonedTime = (precision: number): TrinoType => ({ kind: 'time with time zone', precision });
export const array = (element: TrinoType): ArrayType => ({ kind: 'array', element });
export const map = (key: TrinoType, value: TrinoType): MapType => ({ kind: 'map', key, value });
export const row = (fields: readonly RowField[]): RowType => ({ kind: 'row', fields });

export type DecimalType = Extract<TrinoType, { kind: 'decimal' }>;
export type ArrayType = Extract<TrinoType, { kind: 'array' }>;
export type MapType = Extract<TrinoType, { kind: 'map' }>;
export type RowType = Extract<TrinoType, { kind: 'row' }>;
export type VarcharType = Extract<TrinoType, { kind: 'varchar' }>;
export type CharType = Extract<TrinoType, { kind: 'char' }>;

const INTEGER_RANKS: Readonly<Record<string, number>> = { tinyint: 0, smallint: 1, integer: 2, bigint: 3 };

export const isInteger = (type: TrinoType): boolean => type.kind in INTEGER_RANKS;
export const isFloating = (type: TrinoType): boolean => type.kind === 'double' || type.kind === 'real';
export const isNumeric = (type: TrinoType): boolean => isInteger(type) || isFloating(type) || type.kind === 'decimal';
export const isText = (type: TrinoType): type is VarcharType | CharType =>
  type.kind === 'varchar' || type.kind === 'char';
export const isInterval = (type: TrinoType): boolean =>
  type.kind === 'interval day to second' || type.kind === 'interval year to month';
export const isStructural = (type: TrinoType): type is ArrayType | MapType | RowType =>
  type.kind === 'array' || type.kind === 'map' || type.kind === 'row';

/** Bits of an integer type. */
export const integerBits = (type: TrinoType): number => 8 << (INTEGER_RANKS[type.kind] ?? 3);

/** A floating-point value is in it somewhere: NaN needs care. */
export function containsFloating(type: TrinoType): boolean {
  return someType(type, isFloating);
}

/** Whether the type or one of its parts satisfies the predicate. */
export function someType(type: TrinoType, predicate: (type: TrinoType) => boolean): boolean {
  if (predicate(type)) return true;
  switch (type.kind) {
    case 'array':
      return someType(type.element, predicate);
    case 'map':
      return someType(type.key, predicate) || someType(type.value, predicate);
    case 'row':
      return type.fields.some((field) => someType(field.type, predicate));
    default:
      return false;
  }
}

/** An index from 0 of the field with this name (case-insensitive), or -1. */
export function fieldIndex(type: RowType, name: string): number {
  return type.fields.findIndex((field) => field.name?.toLowerCase() === name.toLowerCase());
}
