import type {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBValue,
} from '@duckdb/node-api';

/** The values of DuckDB's client by what they carry. The column's type says which one it is (checked: `drift.ts`). */
export const asBytes = (value: DuckDBValue): Uint8Array => (value as DuckDBBlobValue).bytes;
export const asDays = (value: DuckDBValue): number => (value as DuckDBDateValue).days;
export const asItems = (value: DuckDBValue): readonly DuckDBValue[] => (value as DuckDBListValue).items;
export const asMicros = (value: DuckDBValue): bigint => (value as DuckDBTimestampValue | DuckDBTimeValue).micros;
export const asFields = (value: DuckDBValue): DuckDBValue[] => Object.values((value as DuckDBStructValue).entries);
export const asEntries = (value: DuckDBValue): readonly { key: DuckDBValue; value: DuckDBValue }[] =>
  (value as DuckDBMapValue).entries;

/** A zoned timestamp is the struct {i: instant, z: zone}. */
export function asZoned(value: DuckDBValue): { readonly micros: bigint; readonly zone: string } {
  const { i, z } = (value as DuckDBStructValue).entries as { i: DuckDBTimestampValue; z: string };
  return { micros: i.micros, zone: z };
}
