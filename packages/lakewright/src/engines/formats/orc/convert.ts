import { NotCoveredError, SqlError } from '../../sql/errors';
import { javaDouble, javaReal } from '../../sql/runtime/scalars/java-number';
import { typeText } from '../../sql/types/text';
import type { TrinoType } from '../../sql/types/type';
import type { Cell } from '../cell';
import {
  blobText,
  boundedInteger,
  boundedText,
  epochDate,
  hiveTimestamp,
  isoTimestamp,
  javaDecimal,
  javaInteger,
} from '../hive-scalars';
import { badOrc, type OrcType } from './file';
import type { Int } from './run-length';

/** What the file's value becomes in the table's type. Undefined: the types don't go together. */
export type Conversion<T> = ((value: T) => Cell) | undefined;

const WIDTH: Readonly<Record<string, number>> = { byte: 1, short: 2, int: 3, long: 4 };
const TABLE_WIDTH: Readonly<Record<string, number>> = { tinyint: 1, smallint: 2, integer: 3, bigint: 4 };

/** Trino's words for a column whose type in the file can't become the table's. */
export function orcMismatch(type: OrcType, to: TrinoType, path: string): SqlError {
  const kind = type.kind.toUpperCase();
  return badOrc(`Cannot read SQL type '${typeText(to)}' from ORC stream '${path}' of type ${kind}`);
}

export function fromBoolean(to: TrinoType): Conversion<boolean> {
  if (to.kind === 'boolean') return String;
  // Hive writes it in capitals.
  return to.kind === 'varchar' ? (value) => fitting(value ? 'TRUE' : 'FALSE', to) : undefined;
}

/** Integers widen; a DATE is a number of days. Too large for a decimal is NULL, as in Trino. */
export function fromInteger(kind: string, to: TrinoType): Conversion<Int> {
  switch (to.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint': {
      if ((WIDTH[kind] as number) <= (TABLE_WIDTH[to.kind] as number)) return String;
      return undefined;
    }
    case 'double':
      return (value) => String(Number(value));
    case 'decimal':
      return (value) => javaDecimal(String(value), to.precision, to.scale) ?? null;
    case 'varchar':
      return (value) => fitting(String(value), to);
    case 'date':
      return kind === 'short' || kind === 'int' ? (value) => epochDate(Number(value)) : undefined;
    default:
      return undefined;
  }
}

export function fromFloat(kind: 'float' | 'double', to: TrinoType): Conversion<number> {
  switch (to.kind) {
    case 'real':
    case 'double':
      return String;
    case 'decimal':
      return (value) =>
        castDecimal(kind === 'float' ? javaReal(value) : javaDouble(value), to, kind === 'float' ? 'REAL' : 'DOUBLE');
    case 'varchar':
      return (value) => {
        if (Number.isNaN(value)) return null;
        // Trino's own cast has no negative zero.
        return fitting(kind === 'float' ? javaReal(value || 0) : javaDouble(value || 0), to);
      };
    default:
      return undefined;
  }
}

/** @param text plain digits with the file's scale */
export function fromDecimal(to: TrinoType): Conversion<string> {
  switch (to.kind) {
    case 'decimal':
      return (text) => castDecimal(text, to, 'DECIMAL');
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (text) => boundedInteger(BigInt((text.split('.')[0] as string).replace(/^-0$/, '0')), to.kind) ?? null;
    case 'real':
    case 'double':
      return (text) => text;
    case 'varchar':
      return (text) => fitting(text, to);
    default:
      return undefined;
  }
}

export function fromBytes(kind: string, to: TrinoType): Conversion<Buffer> {
  if (to.kind === 'varbinary') return blobText;
  if (kind === 'binary' && to.kind === 'varchar') {
    // Trino shows bytes as pairs of digits with blanks between them.
    return (bytes) => boundedText(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' '), to);
  }
  if (to.kind === 'varchar' || to.kind === 'char') return (bytes) => boundedText(bytes.toString('utf8'), to);
  if (kind === 'binary' || kind === 'char') return undefined;
  const parse = fromText(to);
  return parse && ((bytes) => parse(bytes.toString('utf8')));
}

/** What isn't a value of the type is NULL, but for dates. */
function fromText(to: TrinoType): ((text: string) => Cell) | undefined {
  switch (to.kind) {
    case 'boolean':
      // Numbers are meant; the words are not known to Trino here.
      return (text) => {
        const number = javaInteger(text, 'bigint');
        return number === undefined ? null : String(number !== '0');
      };
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (text) => {
        const value = javaInteger(text, to.kind);
        return value === undefined ? null : value.replace('+', '');
      };
    case 'real':
    case 'double':
      return (text) => (/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text) ? text.trim() : null);
    case 'date':
      return (text) => {
        if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
        throw new SqlError('GENERIC_INTERNAL_ERROR', `Invalid date value: ${text} is not a valid date`);
      };
    case 'timestamp':
      return (text) => (/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/.test(text) ? (hiveTimestamp(text) ?? null) : null);
    default:
      return undefined;
  }
}

export function fromDate(to: TrinoType): Conversion<Int> {
  switch (to.kind) {
    case 'date':
      return (value) => epochDate(Number(value));
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (value) => {
        const days = boundedInteger(BigInt(value), to.kind);
        if (days === undefined) throw badOrc('Decoded value out of range for a 16bit number');
        return days;
      };
    case 'varchar':
      return (value) => {
        if (value < 0) throw historic();
        return fitting(epochDate(Number(value)), to);
      };
    default:
      return undefined;
  }
}

/** @param value milliseconds and the nanoseconds beyond them */
export function fromTimestamp(to: TrinoType): Conversion<{ readonly millis: number; readonly nanos: number }> {
  switch (to.kind) {
    case 'timestamp':
      return ({ millis, nanos }) => isoTimestamp(millis + Math.round(nanos / 1e6)) ?? null;
    case 'date':
      return ({ millis }) => {
        if (millis < 0) throw historic();
        return epochDate(Math.floor(millis / 86_400_000));
      };
    case 'varchar':
      return ({ millis, nanos }) => {
        if (millis < 0) throw historic();
        const seconds = (isoTimestamp(millis) ?? '').slice(0, 19);
        const fraction = String(nanos).padStart(9, '0').replace(/0+$/, '');
        return boundedText(fraction ? `${seconds}.${fraction}` : seconds, to);
      };
    default:
      return undefined;
  }
}

const historic = (): SqlError =>
  new SqlError('HIVE_INVALID_TIMESTAMP_COERCION', 'Coercion on historical dates is not supported');

function castDecimal(text: string, to: TrinoType & { kind: 'decimal' }, from: string): string {
  const value = javaDecimal(text, to.precision, to.scale);
  if (value !== undefined) return value;
  throw new SqlError('INVALID_CAST_ARGUMENT', `Cannot cast ${from} '${text}' to DECIMAL(${to.precision}, ${to.scale})`);
}

/** Text that stands for a value of another type is never cut. */
function fitting(text: string, to: TrinoType): string {
  if (to.kind !== 'varchar' || to.length === undefined || text.length <= to.length) return text;
  throw new SqlError('INVALID_ARGUMENTS', `Varchar representation of ${text} exceeds ${typeText(to)} bounds`);
}

/** @throws NotCoveredError for what has no place in a table */
export function refuseUnion(type: OrcType, path: string): never {
  throw new NotCoveredError(`ORC ${type.kind} in column ${path}`);
}
