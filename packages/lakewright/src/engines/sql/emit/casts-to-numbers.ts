import * as build from '../types/build';
import { physicalType } from '../types/physical';
import type { TrinoType } from '../types/type';
import { notCovered, orFail } from './casts-of-text';
import { evaluated, raise } from './text';

export function toNumber(x: string, from: TrinoType, to: TrinoType): string {
  const target = physicalType(to);
  if (from.kind === 'varchar') return orFail(x, from, to);
  // DuckDB makes true the smallest step of the decimal type, Trino a number that the type has no room for.
  if (from.kind === 'boolean' && to.kind === 'decimal' && to.scale === to.precision) throw notCovered(from, to);
  if (build.isFloating(from)) {
    if (build.isInteger(to)) return floatingToInteger(x, from, to);
    if (to.kind === 'decimal') return floatingToDecimal(x, target);
    if (to.kind === 'real') return doubleToReal(x);
  }
  const cast = `CAST(${x} AS ${target})`;
  return mostDigits(from) > sureDigits(to) ? evaluated(cast) : cast;
}

const INTEGER_DIGITS: Readonly<Record<string, number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 };

/** Before the point; none of other numbers, whose casts don't fail for their size. */
const mostDigits = (type: TrinoType): number =>
  type.kind === 'decimal' ? type.precision - type.scale : (INTEGER_DIGITS[type.kind] ?? 0);

/** Any number of so many digits has room in the type. */
const sureDigits = (type: TrinoType): number => (type.kind === 'decimal' ? mostDigits(type) : mostDigits(type) - 1);

/** Half away from zero. A real beyond every bigint is the nearest bigint; other numbers out of range fail. */
function floatingToInteger(x: string, from: TrinoType, to: TrinoType): string {
  const target = physicalType(to);
  const limit = `${2n ** BigInt(build.integerBits(to) - 1)}`;
  const rounded = `CAST(round(${x}) AS ${target})`;
  const outside = `NOT (round(${x}) >= -${limit}::DOUBLE AND round(${x}) < ${limit}::DOUBLE)`;
  const nan = `isnan(${x})`;
  const notANumber = raise('INVALID_CAST_ARGUMENT', `Cannot cast ${from.kind} NaN to ${to.kind}`, to);
  if (to.kind !== 'bigint') {
    const outOfRange = raise('NUMERIC_VALUE_OUT_OF_RANGE', `Out of range for ${to.kind}`, to);
    return `CASE WHEN ${nan} THEN ${notANumber} WHEN ${outside} THEN ${outOfRange} ELSE ${rounded} END`;
  }
  if (from.kind === 'double') return `CASE WHEN ${outside} THEN ${notANumber} ELSE ${rounded} END`;
  const nearest = `CASE WHEN ${x} > 0 THEN 9223372036854775807 ELSE -9223372036854775807 - 1 END`;
  return `CASE WHEN ${nan} THEN ${notANumber} WHEN ${outside} THEN ${nearest} ELSE ${rounded} END`;
}

/** By the shortest text that stands for the number: 0.1 is 0.1. DuckDB misreads what's too small for any decimal. */
const floatingToDecimal = (x: string, target: string): string =>
  `CASE WHEN abs(${x}) < 1e-40 THEN CAST(0 AS ${target}) ELSE CAST(CAST(${x} AS VARCHAR) AS ${target}) END`;

/** DuckDB fails where Java gives an infinity. */
function doubleToReal(x: string): string {
  const infinity = `CASE WHEN ${x} > 0 THEN 'Infinity'::DOUBLE ELSE '-Infinity'::DOUBLE END`;
  const tooLarge = `abs(${x}) > 3.4028235677973366e38 AND isfinite(${x})`;
  return `CAST(CASE WHEN ${tooLarge} THEN ${infinity} ELSE ${x} END AS FLOAT)`;
}
