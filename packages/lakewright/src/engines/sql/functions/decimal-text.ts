import type { TrinoType } from '../types/type';
import type { CallText } from './entry';

/** A decimal as the exact integer it's stored as, in 128 bits: `12.34` → 1234. */
export function unscaled(type: TrinoType, sql: string): string {
  const { precision, scale } = asDecimal(type);
  // DuckDB's product would have more than 38 digits.
  if (scale > 0 && precision + scale >= 38) return `CAST(replace(CAST(${sql} AS VARCHAR), '.', '') AS HUGEINT)`;
  return scale > 0 ? `CAST(${sql} * ${powerOfTen(scale)} AS HUGEINT)` : `CAST(${sql} AS HUGEINT)`;
}

/** The decimal whose stored integer is `sql`: 1234 → `12.34`. Fails when the integer needs more digits than `type` has. */
export function rescaled(call: CallText, type: TrinoType, sql: string): string {
  const { scale } = asDecimal(type);
  if (scale === 0) return `CAST(${sql} AS ${call.physical(type)})`;
  const unit = `CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale},${scale}))`;
  return `CAST(CAST(${sql} AS DECIMAL(38,0)) * ${unit} AS ${call.physical(type)})`;
}

/** The digits of a decimal type. Anything else is a wrong signature: our bug. */
export function asDecimal(type: TrinoType | undefined): { readonly precision: number; readonly scale: number } {
  if (type?.kind !== 'decimal') throw new Error(`not a decimal: ${type?.kind}`);
  return type;
}

function powerOfTen(exponent: number): string {
  return `1${'0'.repeat(exponent)}`;
}
