import { literalValue } from '../analyze/coerce';
import type { Arithmetic, Typed } from '../analyze/typed';
import { type DecimalType, isFloating, isInteger, isInterval, isNumeric } from '../types/build';
import { physicalType } from '../types/physical';
import { MOST_ADDED_YEARS } from '../types/time-range';
import type { TrinoType } from '../types/type';
import type { Operand } from './compare';
import { bindOnce, check, evaluated, raise } from './text';

const DIVISION = ['DIVISION_BY_ZERO', 'Division by zero'] as const;

/** `+ - * / %` on numbers, dates and intervals. */
export function arithmeticSql(node: Arithmetic, left: Operand, right: Operand): string {
  const { operator, type } = node;
  const [a, b] = [node.left.type, node.right.type];
  if (isNumeric(a) && isNumeric(b)) {
    if (a.kind === 'decimal' && b.kind === 'decimal' && type.kind === 'decimal') {
      return decimalArithmetic(operator, type, { type: a, ...left }, { type: b, ...right });
    }
    return isFloating(type) ? floating(operator, type, left, right) : integer(operator, type, left, right);
  }
  if (isInterval(a)) return intervalArithmetic(operator, type, b, left.sql, right.sql);
  if (isInterval(b)) {
    const days = a.kind === 'date' && b.kind === 'interval day to second' ? wholeDays(node.right) : undefined;
    if (days !== undefined) return `(${left.sql} ${operator} ${days})`;
    return addInterval(a, b, left.sql, operator === '-' ? `(-${right.sql})` : right.sql);
  }
  return differenceOf(a, left.sql, right.sql);
}

function integer(operator: string, type: TrinoType, left: Operand, right: Operand): string {
  if (operator !== '/' && operator !== '%') {
    const sql = `(${left.sql} ${operator} ${right.sql})`;
    return left.literal && right.literal ? sql : evaluated(sql);
  }
  const native = operator === '/' ? '//' : '%';
  if (right.literal && /[1-9]/.test(/\d+/.exec(right.sql)?.[0] ?? '')) return `(${left.sql} ${native} ${right.sql})`;
  return bindOnce([left.sql, right.sql], ([l, r]) => {
    const zero = left.literal ? `${r} = 0` : `${r} = 0 AND ${l} IS NOT NULL`;
    return check(zero, ...DIVISION, type, `(${l} ${native} ${r})`);
  });
}

function floating(operator: string, type: TrinoType, left: Operand, right: Operand): string {
  if (operator !== '%') return `(${left.sql} ${operator} ${right.sql})`;
  const nan = `CAST('NaN' AS ${physicalType(type)})`;
  return bindOnce(
    [left.sql, right.sql],
    ([l, r]) => `CASE WHEN ${r} = 0 AND ${l} IS NOT NULL THEN ${nan} ELSE (${l} % ${r}) END`,
  );
}

type DecimalOperand = Operand & { readonly type: DecimalType };

function decimalArithmetic(operator: string, type: DecimalType, left: DecimalOperand, right: DecimalOperand): string {
  const target = physicalType(type);
  switch (operator) {
    case '+':
    case '-': {
      if (type.precision < 38) return `CAST((${left.sql} ${operator} ${right.sql}) AS ${target})`;
      const wide = `DECIMAL(38,${type.scale})`;
      return `CAST((CAST(${left.sql} AS ${wide}) ${operator} CAST(${right.sql} AS ${wide})) AS ${target})`;
    }
    case '*':
      return `CAST((${left.sql} * ${right.sql}) AS ${target})`;
    case '/':
      return bindOnce([left.sql, right.sql], ([l = '', r = '']) =>
        check(`${r} = 0 AND ${l} IS NOT NULL`, ...DIVISION, type, quotient(type, left.type, right.type, l, r)),
      );
    default: {
      const scale = Math.max(left.type.scale, right.type.scale);
      return bindOnce([left.sql, right.sql], ([l = '', r = '']) => {
        const shifts = [scale - left.type.scale, scale - right.type.scale] as const;
        if (left.type.precision + shifts[0] > 38 || right.type.precision + shifts[1] > 38) {
          return check(
            `${r} = 0 AND ${l} IS NOT NULL`,
            ...DIVISION,
            type,
            rescaled(type, wide('lw_wide_remainder', l, r, ...shifts)),
          );
        }
        const dividend = `${unscaled(left.type, l)}${powerOfTen(scale - left.type.scale)}`;
        const divisor = `${unscaled(right.type, r)}${powerOfTen(scale - right.type.scale)}`;
        return check(
          `${r} = 0 AND ${l} IS NOT NULL`,
          ...DIVISION,
          type,
          rescaled(type, `(${dividend} % (${divisor}))`),
        );
      });
    }
  }
}

/** The stored integer of a decimal; by its text where DuckDB's product would have more than 38 digits. */
function unscaled({ precision, scale }: DecimalType, x: string): string {
  if (scale > 0 && precision + scale >= 38) return `CAST(replace(CAST(${x} AS VARCHAR), '.', '') AS HUGEINT)`;
  return scale > 0 ? `CAST(${x} * 1${'0'.repeat(scale)} AS HUGEINT)` : `CAST(${x} AS HUGEINT)`;
}

/** The decimal that an integer stores. */
function rescaled(type: DecimalType, integerSql: string): string {
  const target = physicalType(type);
  if (type.scale === 0) return `CAST(${integerSql} AS ${target})`;
  const unit = `CAST('${smallest(type.scale)}' AS DECIMAL(${type.scale},${type.scale}))`;
  return `CAST(CAST(${integerSql} AS DECIMAL(38,0)) * ${unit} AS ${target})`;
}

const smallest = (scale: number): string => `0.${'0'.repeat(scale - 1)}1`;
const powerOfTen = (digits: number): string => (digits > 0 ? ` * CAST('1${'0'.repeat(digits)}' AS HUGEINT)` : '');

/** Of the stored integers, each with zeros added, in as many digits as it takes. */
function wide(name: string, l: string, r: string, leftZeros: number, rightZeros: number): string {
  const digits = (x: string) => `CAST(${x} AS VARCHAR)`;
  return `CAST(${name}(${digits(l)}, ${digits(r)}, ${leftZeros}::BIGINT, ${rightZeros}::BIGINT) AS DECIMAL(38,0))`;
}

/** HALF_UP on the stored integers; in 64 bits where every intermediate fits, which is ten times faster. */
function quotient(type: DecimalType, a: DecimalType, b: DecimalType, l: string, r: string): string {
  const shift = type.scale - a.scale + b.scale;
  // Trino can't add so many zeros, whatever the dividend.
  if (shift > 38) {
    const overflow = raise('NUMERIC_VALUE_OUT_OF_RANGE', 'Decimal overflow', type);
    return `CASE WHEN ${l} IS NOT NULL AND ${r} IS NOT NULL THEN ${overflow} END`;
  }
  if (a.precision + shift > 38) return rescaled(type, wide('lw_wide_quotient', l, r, shift, 0));
  if (a.precision + shift > 17 || b.precision > 17) {
    return rescaled(type, `lw_divh(${unscaled(a, l)}${powerOfTen(shift)}, ${unscaled(b, r)})`);
  }
  const small = (value: string, scale: number) => `CAST(${value} * 1${'0'.repeat(scale)} AS BIGINT)`;
  const n = `${small(l, a.scale)}${shift > 0 ? ` * 1${'0'.repeat(shift)}` : ''}`;
  const d = small(r, b.scale);
  const half = `CASE WHEN (${l} < 0) = (${r} < 0) THEN abs(${d}) ELSE -abs(${d}) END * sign(${d})`;
  const whole = `CAST((2 * (${n}) + ${half}) // (2 * (${d})) AS DECIMAL(18,0))`;
  if (type.scale === 0) return `CAST(${whole} AS ${physicalType(type)})`;
  return `CAST(${whole} * CAST('${smallest(type.scale)}' AS DECIMAL(${type.scale},${type.scale})) AS ${physicalType(type)})`;
}

/** Interval with interval, or times a number. */
function intervalArithmetic(operator: string, type: TrinoType, other: TrinoType, l: string, r: string): string {
  if (operator === '+' || operator === '-') return `(${l} ${operator} ${r})`;
  const target = physicalType(type);
  if (operator === '*') {
    return isInteger(other) ? `CAST(${l} * ${r} AS ${target})` : `CAST(trunc(${l} * ${r}) AS ${target})`;
  }
  const divided = `CAST(trunc(${l} / CAST(${r} AS DOUBLE)) AS ${target})`;
  return check(`${r} = 0 AND ${l} IS NOT NULL`, ...DIVISION, type, divided);
}

const DAY = 86_400_000n;

/** The days of a constant interval, which DuckDB needn't work out again. */
function wholeDays(interval: Typed): string | undefined {
  const value = literalValue(interval);
  if (typeof value !== 'bigint' || value % DAY !== 0n) return undefined;
  return value < 0n ? `(${value / DAY})` : String(value / DAY);
}

/** Days and shorter are added to the instant of a zoned timestamp, months to its local time. */
function addInterval(type: TrinoType, interval: TrinoType, value: string, amount: string): string {
  const months = interval.kind === 'interval year to month';
  switch (type.kind) {
    case 'date':
      if (months) return `CAST(${value} + to_months(${amount}) AS DATE)`;
      return bindOnce([amount], ([ms = '']) =>
        check(
          `${ms} % 86400000 <> 0`,
          'INVALID_FUNCTION_ARGUMENT',
          'Cannot add hour, minutes or seconds to a date',
          type,
          `(${value} + CAST(${ms} // 86400000 AS INTEGER))`,
        ),
      );
    case 'timestamp with time zone':
      return bindOnce([value, amount], ([zoned, n]) =>
        check(
          `abs(${n}) > ${months ? MOST_ADDED_YEARS * 12 : BigInt(MOST_ADDED_YEARS) * 365n * DAY}`,
          'GENERIC_INTERNAL_ERROR',
          'Millis overflow',
          type,
          months
            ? `lw_from_local(lw_local(${zoned}) + to_months(${n}), (${zoned}).z)`
            : `lw_mk_tz((${zoned}).i + lw_millis(${n}), (${zoned}).z)`,
        ),
      );
    default:
      return `(${value} + ${months ? 'to_months' : 'lw_millis'}(${amount}))`;
  }
}

/** The milliseconds between two values of one type. */
function differenceOf(type: TrinoType, l: string, r: string): string {
  if (type.kind === 'date') return `(CAST(${l} - ${r} AS BIGINT) * 86400000)`;
  const clock = (x: string) =>
    type.kind === 'time' ? `(DATE '2000-01-01' + ${x})` : type.kind === 'timestamp with time zone' ? `(${x}).i` : x;
  const micros = `epoch_us(${clock(l)}) - epoch_us(${clock(r)})`;
  return 'precision' in type && type.precision > 3 ? `lw_half_up(${micros})` : `((${micros}) // 1000)`;
}
