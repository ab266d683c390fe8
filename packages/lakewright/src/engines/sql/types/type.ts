/** Trino's types, as plain immutable values. Text forms, coercions and DuckDB representations live beside this file. */
export type TrinoType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** `length` undefined = unbounded. */
  | { readonly kind: 'varchar'; readonly length?: number }
  | { readonly kind: 'char'; readonly length: number }
  | {
      readonly kind: 'timestamp' | 'timestamp with time zone' | 'time' | 'time with time zone';
      readonly precision: number;
    }
  | { readonly kind: 'array'; readonly element: TrinoType }
  | { readonly kind: 'map'; readonly key: TrinoType; readonly value: TrinoType }
  | { readonly kind: 'row'; readonly fields: readonly RowField[] };

export type ScalarKind =
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'double'
  | 'date'
  | 'varbinary'
  | 'json'
  | 'uuid'
  | 'ipaddress'
  | 'interval day to second'
  | 'interval year to month'
  /** Inside expressions only, never a result. */
  | 'Geometry'
  | 'BingTile'
  /** Summaries of many values: what aggregates hand to each other, never a result. */
  | 'HyperLogLog'
  | 'SetDigest'
  | 'tdigest'
  | 'qdigest(bigint)'
  | 'qdigest(double)'
  | 'qdigest(real)'
  /** The type of a bare NULL. */
  | 'unknown';

export interface RowField {
  /** Undefined for an anonymous field. */
  readonly name?: string;
  readonly type: TrinoType;
}
