import * as build from './build';
import { asDecimal, superDecimal } from './decimal';
import { typeText } from './text';
import type { TrinoType } from './type';

/** Same kind, parameters and (for rows) field names. */
export function sameType(a: TrinoType, b: TrinoType): boolean {
  return a === b || (a.kind === b.kind && typeText(a) === typeText(b));
}

const NUMERIC_RANK: Readonly<Record<string, number>> = {
  tinyint: 0,
  smallint: 1,
  integer: 2,
  bigint: 3,
  decimal: 4,
  real: 5,
  double: 6,
};

const DATETIME_RANK: Readonly<Record<string, number>> = { date: 0, timestamp: 1, 'timestamp with time zone': 2 };

/** The narrowest type that both coerce to, or undefined. */
export function commonSuperType(a: TrinoType, b: TrinoType): TrinoType | undefined {
  if (sameType(a, b)) return a;
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown') return a;
  if (build.isNumeric(a) && build.isNumeric(b)) return commonNumeric(a, b);
  if (build.isText(a) && build.isText(b)) return commonText(a, b);
  if (a.kind in DATETIME_RANK && b.kind in DATETIME_RANK) return commonDatetime(a, b);
  if ((a.kind === 'time' && b.kind === 'time') || (a.kind === 'time with time zone' && b.kind === a.kind)) {
    return { kind: a.kind, precision: Math.max(a.precision, b.precision) };
  }
  if (a.kind === 'array' && b.kind === 'array') {
    const element = commonSuperType(a.element, b.element);
    return element && build.array(element);
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = commonSuperType(a.key, b.key);
    const value = commonSuperType(a.value, b.value);
    return key && value && build.map(key, value);
  }
  if (a.kind === 'row' && b.kind === 'row') return commonRow(a, b);
  return undefined;
}

function commonNumeric(a: TrinoType, b: TrinoType): TrinoType {
  if (a.kind === 'decimal' || b.kind === 'decimal') {
    if (build.isFloating(a)) return a;
    if (build.isFloating(b)) return b;
    return superDecimal(asDecimal(a), asDecimal(b));
  }
  return rank(a) > rank(b) ? a : b;
}

const rank = (type: TrinoType): number => NUMERIC_RANK[type.kind] ?? -1;

/** The greatest length of a char: what an unbounded varchar has when it meets one. */
const MAX_CHAR = 65_536;

/** char and varchar meet in a char (Trino's `TypeCoercion`). */
function commonText(a: build.VarcharType | build.CharType, b: build.VarcharType | build.CharType): TrinoType {
  const bothVarchar = a.kind === 'varchar' && b.kind === 'varchar';
  if (bothVarchar && (a.length === undefined || b.length === undefined)) return build.VARCHAR;
  const length = Math.max(a.length ?? MAX_CHAR, b.length ?? MAX_CHAR);
  return bothVarchar ? build.varchar(length) : build.char(Math.min(length, MAX_CHAR));
}

function commonDatetime(a: TrinoType, b: TrinoType): TrinoType {
  const precision = Math.max('precision' in a ? a.precision : 0, 'precision' in b ? b.precision : 0);
  const higher = (DATETIME_RANK[a.kind] ?? 0) > (DATETIME_RANK[b.kind] ?? 0) ? a : b;
  if (higher.kind === 'timestamp') return build.timestamp(precision);
  return higher.kind === 'timestamp with time zone' ? build.zonedTimestamp(precision) : higher;
}

function commonRow(a: build.RowType, b: build.RowType): TrinoType | undefined {
  if (a.fields.length !== b.fields.length) return undefined;
  const fields = [];
  for (const [index, left] of a.fields.entries()) {
    const right = b.fields[index];
    const type = right && commonSuperType(left.type, right.type);
    if (!right || !type) return undefined;
    const agreed = left.name !== undefined && left.name.toLowerCase() === right.name?.toLowerCase();
    fields.push(agreed ? { name: left.name, type } : { type });
  }
  return build.row(fields);
}

/** May a value become the other type without a CAST? The cost (0 = it's the same type), or undefined when it may not. */
export function coercionCost(from: TrinoType, to: TrinoType): number | undefined {
  if (sameType(from, to)) return 0;
  if (from.kind === 'unknown') return 1;
  if (from.kind === 'row' && to.kind === 'row') return rowCoercionCost(from, to);
  if (from.kind === 'array' && to.kind === 'array') return coercionCost(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map') {
    const key = coercionCost(from.key, to.key);
    const value = coercionCost(from.value, to.value);
    return key === undefined || value === undefined ? undefined : key + value;
  }
  const common = commonSuperType(from, to);
  if (!common || !sameType(common, to)) return undefined;
  if (build.isNumeric(from)) return Math.max(1, 10 * (rank(to) - rank(from)));
  return from.kind === to.kind ? 1 : 10;
}

function rowCoercionCost(from: build.RowType, to: build.RowType): number | undefined {
  if (from.fields.length !== to.fields.length) return undefined;
  let cost = 0;
  for (const [index, field] of from.fields.entries()) {
    const target = to.fields[index];
    const one = target && coercionCost(field.type, target.type);
    if (one === undefined) return undefined;
    cost += one;
  }
  return cost;
}

/** Has `=`: what GROUP BY, DISTINCT, IN and joins need. */
export function isComparable(type: TrinoType): boolean {
  switch (type.kind) {
    case 'array':
      return isComparable(type.element);
    case 'map':
      return isComparable(type.value);
    case 'row':
      return type.fields.every((field) => isComparable(field.type));
    default:
      return true;
  }
}

/** Has `<`: what ORDER BY, min and max need. */
export function isOrderable(type: TrinoType): boolean {
  switch (type.kind) {
    case 'array':
      return isOrderable(type.element);
    case 'row':
      return type.fields.every((field) => isOrderable(field.type));
    case 'map':
    case 'json':
      return false;
    default:
      return true;
  }
}
