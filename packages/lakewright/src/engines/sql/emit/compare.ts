import { NotCoveredError, SqlError } from '../errors';
import type { ComparisonOperator } from '../parse/ast';
import * as build from '../types/build';
import { containsFloating, isFloating, someType } from '../types/build';
import { physicalFields, quoteName } from '../types/physical';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { bindOnce, fresh, raise } from './text';

export interface Operand {
  readonly sql: string;
  /** Literals aren't NaN. */
  readonly literal: boolean;
  /** The comparison keeps or drops a row: NULL is as good as false. */
  readonly inCondition?: boolean;
}

/**
 * Two values of one type, by Trino's rules: NaN equals nothing and is neither smaller nor greater, zoned timestamps
 * are instants, NULL inside arrays, maps and rows makes the answer NULL, an order that depends on one fails.
 */
export function compareSql(operator: ComparisonOperator, type: TrinoType, left: Operand, right: Operand): string {
  const [l, r] = [left.sql, right.sql];
  if (type.kind === 'unknown') return 'CAST(NULL AS BOOLEAN)';
  if (type.kind === 'timestamp with time zone') return `((${l}).i ${operator} (${r}).i)`;
  if (isFloating(type)) return compareFloating(operator, left, right);
  if (!build.isStructural(type)) return `(${l} ${operator} ${r})`;
  switch (operator) {
    case '=':
      return bindOnce([l, r], ([a = '', b = '']) => equalParts(type, a, b));
    case '<>':
      return `(NOT ${compareSql('=', type, left, right)})`;
    default: {
      if (type.kind === 'map') {
        throw new SqlError('TYPE_MISMATCH', `Cannot apply operator: ${typeText(type)} ${operator}`);
      }
      const [smaller, greater] = operator.startsWith('<') ? [l, r] : [r, l];
      return bindOnce([smaller, greater], ([a = '', b = '']) => {
        const less = operator.endsWith('=') ? `NOT ${lessThan(type, b, a)}` : lessThan(type, a, b);
        return `CASE WHEN ${a} IS NOT NULL AND ${b} IS NOT NULL THEN ${less} END`;
      });
    }
  }
}

/** A value that is no literal. */
export const operandOf = (sql: string): Operand => ({ sql, literal: false });

/** Three-valued `=`; the operands are short. */
function equalParts(type: build.ArrayType | build.MapType | build.RowType, a: string, b: string): string {
  const present = `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL`;
  switch (type.kind) {
    case 'array': {
      if (isNative(type.element)) return `lw_eq_list(${a}, ${b})`;
      const k = fresh('k');
      const equal = compareSql('=', type.element, operandOf(`${a}[${k}]`), operandOf(`${b}[${k}]`));
      const items = `list_transform(range(1, len(${a}) + 1), lambda ${k}: ${equal})`;
      return `${present} WHEN len(${a}) <> len(${b}) THEN false ELSE lw_all(${items}) END`;
    }
    case 'map': {
      if (someType(type.key, ({ kind }) => kind === 'timestamp with time zone')) {
        throw new NotCoveredError(`comparison of values of type ${typeText(type)}`);
      }
      const e = fresh('e');
      const equal = compareSql('=', type.value, operandOf(`${e}.value`), operandOf(`${b}[${e}.key]`));
      const entry = `CASE WHEN map_contains(${b}, ${e}.key) THEN ${equal} ELSE false END`;
      const items = `list_transform(map_entries(${a}), lambda ${e}: ${entry})`;
      return `${present} WHEN cardinality(${a}) <> cardinality(${b}) THEN false ELSE lw_all(${items}) END`;
    }
    case 'row': {
      const fields = type.fields.map((field, index) => {
        const side = (value: string) => operandOf(`struct_extract_at(${value}, ${index + 1})`);
        return compareSql('=', field.type, side(a), side(b));
      });
      return `${present} ELSE (${fields.join(' AND ')}) END`;
    }
  }
}

/**
 * `a < b` of two values that aren't NULL. Inside arrays and rows NaN is the greatest number (as for DuckDB); a NULL that
 * the comparison comes to is an error.
 */
function lessThan(type: TrinoType, a: string, b: string): string {
  if (type.kind === 'timestamp with time zone') return `((${a}).i < (${b}).i)`;
  if (type.kind === 'unknown') return 'CAST(NULL AS BOOLEAN)';
  if (type.kind === 'array') {
    const [k, at] = [fresh('k'), fresh('k')];
    const [x, y] = [`${a}[${at}]`, `${b}[${at}]`];
    const differs = `list_filter(range(1, least(len(${a}), len(${b})) + 1), lambda ${k}: ${differ(type.element, `${a}[${k}]`, `${b}[${k}]`)})`;
    const refused = raise('NOT_SUPPORTED', 'ARRAY comparison not supported for arrays with null elements', {
      kind: 'boolean',
    });
    const decided = `CASE WHEN ${at} IS NULL THEN len(${a}) < len(${b}) WHEN ${x} IS NULL OR ${y} IS NULL THEN ${refused} ELSE ${lessThan(type.element, x, y)} END`;
    return `list_transform([${differs}[1]], lambda ${at}: ${decided})[1]`;
  }
  if (type.kind === 'row') {
    const refused = raise('NOT_SUPPORTED', 'ROW comparison not supported for fields with null elements', {
      kind: 'boolean',
    });
    const branches = type.fields.map((field, index) => {
      const [x, y] = [`struct_extract_at(${a}, ${index + 1})`, `struct_extract_at(${b}, ${index + 1})`];
      return `WHEN ${x} IS NULL OR ${y} IS NULL THEN ${refused} WHEN ${differ(field.type, x, y)} THEN ${lessThan(field.type, x, y)}`;
    });
    return `CASE ${branches.join(' ')} ELSE false END`;
  }
  return `(${a} < ${b})`;
}

/** The two parts are what decides an order: they differ, or one is NULL or holds one. */
function differ(type: TrinoType, a: string, b: string): string {
  if (type.kind === 'unknown') return 'true';
  const [x, y] = [identityOf(a, type), identityOf(b, type)];
  const nested = build.isStructural(type) ? ` OR ${holdsNull(type, a)} OR ${holdsNull(type, b)}` : '';
  return `(${a} IS NULL OR ${b} IS NULL OR ${x} <> ${y}${nested})`;
}

/** Whether a NULL is somewhere inside a value (which itself isn't NULL). */
export function holdsNull(type: TrinoType, x: string): string {
  switch (type.kind) {
    case 'array': {
      const missing = `list_count(${x}) < len(${x})`;
      if (!build.isStructural(type.element)) return `(${missing})`;
      const e = fresh('e');
      return `(${missing} OR list_contains(list_transform(${x}, lambda ${e}: ${holdsNull(type.element, e)}), true))`;
    }
    case 'row': {
      const fields = type.fields.map((field, index) => {
        const value = `struct_extract_at(${x}, ${index + 1})`;
        return `${value} IS NULL${build.isStructural(field.type) ? ` OR ${holdsNull(field.type, value)}` : ''}`;
      });
      return `(${fields.join(' OR ')})`;
    }
    case 'map':
      return holdsNull(build.array(type.value), `map_values(${x})`);
    default:
      return 'false';
  }
}

/**
 * A form whose DuckDB equality (NULL is NULL, NaN is NaN) is Trino's identity: what DISTINCT, GROUP BY and
 * `IS DISTINCT FROM` go by. Zoned timestamps are their instants, maps have no order.
 */
export function identityOf(x: string, type: TrinoType): string {
  if (!needsIdentity(type)) return x;
  switch (type.kind) {
    case 'timestamp with time zone':
      return `(${x}).i`;
    case 'array': {
      const e = fresh('e');
      return `list_transform(${x}, lambda ${e}: ${identityOf(e, type.element)})`;
    }
    case 'map': {
      const e = fresh('e');
      const entry = `{'k': ${identityOf(`${e}.key`, type.key)}, 'v': ${identityOf(`${e}.value`, type.value)}}`;
      return `list_sort(list_transform(map_entries(${x}), lambda ${e}: ${entry}))`;
    }
    case 'row': {
      const fields = physicalFields(type.fields).map((field, index) => {
        return `${quoteName(field.name)}: ${identityOf(`struct_extract_at(${x}, ${index + 1})`, field.type)}`;
      });
      return `CASE WHEN ${x} IS NOT NULL THEN {${fields.join(', ')}} END`;
    }
    default:
      return x;
  }
}

/** DuckDB's own equality isn't Trino's identity. */
export const needsIdentity = (type: TrinoType): boolean =>
  someType(type, ({ kind }) => kind === 'timestamp with time zone' || kind === 'map');

/**
 * DuckDB takes NaN for the greatest number, equal to itself: a guard where that would show. In a condition it is of one
 * side only: with one of both beside an equality, DuckDB would join by comparing every pair of rows.
 */
function compareFloating(operator: ComparisonOperator, left: Operand, right: Operand): string {
  const [l, r] = [left.sql, right.sql];
  const plain = `${l} ${operator} ${r}`;
  if (operator === '<>')
    return left.literal || right.literal ? `(${plain})` : `(${plain} OR (isnan(${l}) AND ${r} IS NOT NULL))`;
  // NULL on the other side makes the answer NULL, whether this one is NaN or not.
  const guard = (x: string, other: Operand) =>
    other.literal || other.inCondition ? `NOT isnan(${x})` : `(NOT isnan(${x}) OR ${other.sql} IS NULL)`;
  const guarded: string[] = [];
  if (operator === '=' && !left.literal && !right.literal) guarded.push(guard(l, right));
  if ((operator === '<' || operator === '<=') && !right.literal) guarded.push(guard(r, left));
  if ((operator === '>' || operator === '>=') && !left.literal) guarded.push(guard(l, right));
  return `(${[plain, ...guarded].join(' AND ')})`;
}

/** DuckDB's own comparison gives Trino's answer. */
export function isNative(type: TrinoType): boolean {
  return !isFloating(type) && !['timestamp with time zone', 'row', 'array', 'map', 'unknown'].includes(type.kind);
}

/** The order of DuckDB and Trino agree on values without NULLs inside. */
export const hasNativeOrder = (type: TrinoType): boolean => !needsIdentity(type) && !containsFloating(type);
