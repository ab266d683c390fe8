import { SqlError } from '../errors';
import { type DecimalType, decimal } from './build';
import type { TrinoType } from './type';

/** Precision and scale of decimal results; https://trino.io/docs/current/functions/decimal.html. */

const INTEGER_PRECISION: Readonly<Record<string, number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 };

/** The decimal that holds every value of an integer type; a decimal is itself. */
export function asDecimal(type: TrinoType): DecimalType {
  if (type.kind === 'decimal') return type;
  const precision = INTEGER_PRECISION[type.kind];
  if (precision === undefined) throw new Error(`no decimal for ${type.kind}`);
  return decimal(precision, 0);
}

const bounded = (precision: number, scale: number): DecimalType => decimal(Math.min(38, precision), scale);

export function superDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  return bounded(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}

/** `+` and `-`. */
export function sumType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  return bounded(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
}

export function productType(a: DecimalType, b: DecimalType): DecimalType {
  if (a.scale + b.scale > 38) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'DECIMAL scale must be in range [0, precision (38)]');
  }
  return bounded(a.precision + b.precision, a.scale + b.scale);
}

export function quotientType(a: DecimalType, b: DecimalType): DecimalType {
  return bounded(a.precision + b.scale + Math.max(0, b.scale - a.scale), Math.max(a.scale, b.scale));
}

export function remainderType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  return bounded(Math.min(b.precision - b.scale, a.precision - a.scale) + scale, scale);
}
