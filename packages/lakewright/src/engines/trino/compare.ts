import { parseTypeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';

/** A JSON value of Trino's REST API. */
export type Value = string | number | boolean | null | undefined | readonly Value[] | { readonly [key: string]: Value };

export interface Column {
  readonly name: string;
  /** Trino's type text. */
  readonly type: string;
}

/** One statement and what Trino answers: rows, or the name of an error. */
export interface CorpusItem {
  readonly id: string;
  readonly area: string;
  readonly sql: string;
  readonly schema?: string;
  readonly catalog?: string;
  readonly prepared?: Readonly<Record<string, string>>;
  readonly columns?: readonly Column[];
  readonly rows?: readonly (readonly Value[])[];
  readonly ordered?: boolean;
  readonly error?: string;
}

export type Answer =
  | { readonly columns: readonly Column[]; readonly rows: readonly (readonly Value[])[] }
  | { readonly error: { readonly name: string; readonly message: string } };

/**
 * - `strict`: values, types and names equal, or the same error name
 * - `error-ok`: Trino fails and so do we, under another name
 * - `type-only`: the values are equal, a type or name differs
 * - `loud`: we fail, Trino answers
 * - `accepted`: Trino fails, we answer
 * - `wrong`: the values differ
 */
export type Verdict = 'strict' | 'error-ok' | 'type-only' | 'loud' | 'accepted' | 'wrong';
export const VERDICTS: readonly Verdict[] = ['strict', 'error-ok', 'type-only', 'loud', 'accepted', 'wrong'];

/**
 * Compares an answer with Trino's. Tolerances:
 *
 * - T1 double and real: equal within 1e-9 (double) or 1e-6 (real) relative, or 1e-12 absolute; NaN = NaN
 * - T2 rows are a multiset unless the statement is ordered
 * - T3 lengths of varchar and precisions of timestamps and times are ignored; precision and scale of decimals, widths of
 *   integers, char(n) and the names of row fields (where Trino names them) count; `unknown` matches anything
 * - T4 zeros at the end of a fraction of a second are ignored; maps have no order
 * - T5 column names are compared without case
 */
export function judge(item: CorpusItem, answer: Answer): Verdict {
  if (item.error !== undefined) {
    if (!('error' in answer)) return 'accepted';
    return answer.error.name === item.error ? 'strict' : 'error-ok';
  }
  if ('error' in answer) return 'loud';
  const { columns = [], rows = [] } = item;
  const types = columns.map((column) => typeOf(column.type));
  if (answer.columns.length !== types.length) return 'wrong';
  const ordered = item.ordered ?? false;
  if (!sameRows(types, rows, answer.rows, ordered, true)) return 'wrong';
  const same = columns.every((column, index) => {
    const own = answer.columns[index];
    const type = types[index];
    if (!own || !type) return false;
    return sameType(type, typeOf(own.type)) && column.name.toLowerCase() === own.name.toLowerCase();
  });
  return same && sameRows(types, rows, answer.rows, ordered, false) ? 'strict' : 'type-only';
}

/** A type that we don't know (a sketch, a geometry) is compared by its text. */
type JudgedType = TrinoType | { readonly kind: 'other'; readonly text: string };

function typeOf(text: string): JudgedType {
  try {
    return parseTypeText(text);
  } catch {
    return { kind: 'other', text: text.toLowerCase() };
  }
}

function sameType(expected: JudgedType, actual: JudgedType): boolean {
  if (expected.kind === 'unknown' || actual.kind === 'unknown') return true;
  switch (expected.kind) {
    case 'other':
      return actual.kind === 'other' && expected.text === actual.text;
    case 'array':
      return actual.kind === 'array' && sameType(expected.element, actual.element);
    case 'map':
      return actual.kind === 'map' && sameType(expected.key, actual.key) && sameType(expected.value, actual.value);
    case 'row':
      return (
        actual.kind === 'row' &&
        expected.fields.length === actual.fields.length &&
        expected.fields.every((field, index) => {
          const own = actual.fields[index];
          const named = field.name === undefined || own?.name?.toLowerCase() === field.name.toLowerCase();
          return own !== undefined && named && sameType(field.type, own.type);
        })
      );
    case 'decimal':
      return actual.kind === 'decimal' && expected.precision === actual.precision && expected.scale === actual.scale;
    case 'char':
      return actual.kind === 'char' && expected.length === actual.length;
    default:
      return expected.kind === actual.kind;
  }
}

function sameRows(
  types: readonly JudgedType[],
  expected: readonly (readonly Value[])[],
  actual: readonly (readonly Value[])[],
  ordered: boolean,
  lenient: boolean,
): boolean {
  if (expected.length !== actual.length) return false;
  const same = (a: readonly Value[], b: readonly Value[] | undefined): boolean =>
    b !== undefined &&
    a.length === b.length &&
    a.every((value, index) => sameValue(types[index] ?? { kind: 'unknown' }, value, b[index], lenient));
  if (ordered) return expected.every((row, index) => same(row, actual[index]));
  const [e, a] = [bySortKey(expected), bySortKey(actual)];
  if (e.every((row, index) => same(row, a[index]))) return true;
  // The keys of numbers that are equal within the tolerance may sort apart.
  if (expected.length > 60) return false;
  const left = [...actual];
  return expected.every((row) => {
    const index = left.findIndex((other) => same(row, other));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** Values only, after a lossless conversion to Trino's type where lenient. */
function sameValue(type: JudgedType, expected: Value, actual: Value, lenient: boolean): boolean {
  if (expected == null || actual == null) return (expected ?? null) === (actual ?? null);
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'decimal':
      if (typeof actual === 'boolean') return false;
      if (lenient && typeof actual === 'number' && type.kind === 'decimal') {
        return isClose(Number(expected), actual, 1e-9);
      }
      return plainDecimal(expected) === plainDecimal(actual);
    case 'double':
    case 'real': {
      if (typeof actual === 'boolean') return false;
      return isClose(numberOf(expected), numberOf(actual), type.kind === 'real' ? 1e-6 : 1e-9);
    }
    case 'boolean':
      return expected === actual;
    case 'array':
      return (
        isList(expected) &&
        isList(actual) &&
        expected.length === actual.length &&
        expected.every((value, index) => sameValue(type.element, value, actual[index], lenient))
      );
    case 'row':
      return (
        isList(expected) &&
        isList(actual) &&
        expected.length === actual.length &&
        expected.every((value, index) =>
          sameValue(type.fields[index]?.type ?? { kind: 'unknown' }, value, actual[index], lenient),
        )
      );
    case 'map':
      return sameMap(type, expected, actual, lenient);
    case 'date':
      return (
        String(expected) === (lenient ? String(actual).replace(/ 00:00:00(\.0+)?( UTC|\+00)?$/, '') : String(actual))
      );
    case 'timestamp':
    case 'timestamp with time zone':
    case 'time':
    case 'time with time zone':
    case 'interval day to second':
    case 'interval year to month':
      return withoutZeros(expected) === withoutZeros(actual);
    case 'json':
      return String(expected) === String(actual) || (lenient && sameJson(String(expected), String(actual)));
    default:
      return typeof actual === 'object'
        ? JSON.stringify(expected) === JSON.stringify(actual)
        : String(expected) === String(actual);
  }
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

function sameMap(type: Extract<TrinoType, { kind: 'map' }>, expected: Value, actual: Value, lenient: boolean): boolean {
  if (typeof expected !== 'object' || typeof actual !== 'object' || isList(expected) || isList(actual)) return false;
  const [e, a] = [expected ?? {}, actual ?? {}];
  const keys = Object.keys(e);
  if (keys.length !== Object.keys(a).length) return false;
  return keys.every((key) => {
    const own = key in a ? key : Object.keys(a).find((other) => sameValue(type.key, key, other, lenient));
    return own !== undefined && sameValue(type.value, e[key], a[own], lenient);
  });
}

function sameJson(a: string, b: string): boolean {
  try {
    return JSON.stringify(sorted(JSON.parse(a))) === JSON.stringify(sorted(JSON.parse(b)));
  } catch {
    return false;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

function isClose(a: number, b: number, relative: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= Math.max(1e-12, relative * Math.max(Math.abs(a), Math.abs(b)));
}

function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  const text = String(value).trim();
  if (/^\+?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf(inity)?$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return text === '' ? Number.NaN : Number(text);
}

/** Without sign of zero, leading zeros and zeros at the end of the fraction. */
function plainDecimal(value: Value): string {
  const text = typeof value === 'number' && Number.isInteger(value) ? BigInt(value).toString() : String(value).trim();
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (!match) return `not a number: ${text}`;
  const whole = (match[2] ?? '').replace(/^0+/, '') || '0';
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  const negative = match[1] === '-' && (whole !== '0' || fraction !== '');
  return `${negative ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}

function withoutZeros(value: Value): string {
  return String(value).replace(/(:\d\d)\.(\d*?)0*(?=$|[^\d])/, (_match, time: string, digits: string) =>
    digits ? `${time}.${digits}` : time,
  );
}

function bySortKey(rows: readonly (readonly Value[])[]): (readonly Value[])[] {
  const keyed = rows.map((row) => ({ row, key: sortKey(row) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ row }) => row);
}

function sortKey(value: Value): string {
  if (value == null) return '~';
  if (typeof value === 'number') return Number.isFinite(value) ? value.toPrecision(9) : String(value);
  if (isList(value)) return `[${value.map(sortKey).join()}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, item]) => `${key}:${sortKey(item)}`).join()}}`;
  }
  const text = String(value);
  const isNumber = /^[+-]?\d*\.?\d+(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
  return isNumber ? Number(text).toPrecision(9) : withoutZeros(text);
}
