import { SqlError } from '../sql/errors';
import type { TrinoType } from '../sql/types/type';
import { parseWithFormats, type TimestampFormat } from './timestamp-formats';

/**
 * Text → scalar cell by Hive's rules, which Athena's readers share. Each function gives undefined for text that isn't
 * a value of the type; the SerDe decides whether that is NULL or an error.
 */
export type Parsed = string | undefined;

const LIMITS: Readonly<Record<string, bigint>> = {
  tinyint: 128n,
  smallint: 32_768n,
  integer: 2_147_483_648n,
  bigint: 9_223_372_036_854_775_808n,
};

/** An integer within the bounds of its type. */
export function boundedInteger(value: bigint, kind: string): Parsed {
  const limit = LIMITS[kind] as bigint;
  return value >= -limit && value < limit ? String(value) : undefined;
}

/** What almost every value is: few enough digits to be in bounds without counting. */
const PLAIN: Readonly<Record<string, RegExp>> = {
  tinyint: /^-?\d{1,2}$/,
  smallint: /^-?\d{1,4}$/,
  integer: /^-?\d{1,9}$/,
  bigint: /^-?\d{1,18}$/,
};
const isPlainInteger = (text: string, kind: string): boolean => (PLAIN[kind] as RegExp).test(text);

/** LazySimpleSerDe: a well-formed fraction is cut off (`.5` is 0), blanks are not allowed. */
export function lazyInteger(text: string, kind: string): Parsed {
  if (isPlainInteger(text, kind)) return text;
  const match = /^([+-]?)(\d+(?=\.?)|(?=\.\d))(?:\.\d*)?$/.exec(text);
  return match ? boundedInteger(BigInt(`${match[1] === '-' ? '-' : ''}${match[2] || '0'}`), kind) : undefined;
}

/** Java's `Long.parseLong`. */
export function javaInteger(text: string, kind: string): Parsed {
  if (isPlainInteger(text, kind)) return text;
  return /^[+-]?\d+$/.test(text) ? boundedInteger(BigInt(text.replace('+', '')), kind) : undefined;
}

/** Java's `Double.parseDouble`: blanks around, a type suffix, NaN, Infinity. Hexadecimal floats are not read. */
export function javaDouble(text: string): Parsed {
  const trimmed = text.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) return trimmed.replace(/[dDfF]$/, '');
  const special = /^([+-]?)(NaN|Infinity)$/.exec(trimmed);
  if (!special) return undefined;
  return special[2] === 'NaN' ? 'NaN' : `${special[1] === '-' ? '-' : ''}Infinity`;
}

/** Java's `BigDecimal`, rounded half up to the scale; undefined when it has too many digits. */
export function javaDecimal(text: string, precision: number, scale: number): Parsed {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match || !(match[2] || match[3])) return undefined;
  const exponent = Number(match[4] ?? 0);
  if (Math.abs(exponent) > 1_000) return undefined;
  const digits = `${match[2]}${match[3] ?? ''}`;
  const shift = exponent - (match[3]?.length ?? 0) + scale;
  const unscaled =
    shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : divideHalfUp(BigInt(digits), 10n ** BigInt(-shift));
  if (unscaled >= 10n ** BigInt(precision)) return undefined;
  const padded = String(unscaled).padStart(scale + 1, '0');
  const whole = scale ? `${padded.slice(0, -scale)}.${padded.slice(-scale)}` : padded;
  return match[1] === '-' ? `-${whole}` : whole;
}

const divideHalfUp = (value: bigint, divisor: bigint): bigint => (value * 2n + divisor) / (divisor * 2n);

/** Dates and times that are the same in every reading. */
const PLAIN_DATE = /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/;
const PLAIN_TIMESTAMP =
  /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?$/;

/** `y-M-d`, lenient: month 13 is January of the next year; what follows a blank is ignored. */
export function hiveDate(text: string): Parsed {
  if (PLAIN_DATE.test(text)) return text;
  const match = /^([+-]?\d{1,10})-(\d{1,2})-(\d{1,2})$/.exec(text.trim().split(' ')[0] as string);
  if (!match) return undefined;
  const time = utc(Number(match[1]), Number(match[2]), Number(match[3]));
  return Number.isNaN(time) ? undefined : isoDate(time);
}

/** `y-M-d H:m:s[.f]` or ISO with `T`, lenient; rounded to milliseconds, Athena's precision. A date alone is none. */
export function hiveTimestamp(text: string, formats: readonly TimestampFormat[] = []): Parsed {
  if (formats.length === 0 && PLAIN_TIMESTAMP.test(text)) return text.length === 19 ? `${text}.000` : text;
  const trimmed = text.trim();
  const formatted = parseWithFormats(trimmed, formats);
  if (formatted !== undefined) return isoTimestamp(formatted);
  const match =
    /^([+-]?\d{1,10})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?$/.exec(trimmed) ??
    /^([+-]?\d{4,10})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9}))?)?$/.exec(trimmed);
  if (!match) return undefined;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const time = utc(year as number, month as number, day as number) + ((hour * 60 + minute) * 60 + second) * 1_000;
  return Number.isNaN(time) ? undefined : isoTimestamp(time + fractionMillis(match[7] ?? ''));
}

/** `.1235` seconds → milliseconds, half up. */
export const fractionMillis = (digits: string): number => Math.round(Number(digits.padEnd(9, '0')) / 1e6);

function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

const isoDate = (time: number): string => {
  const date = new Date(time);
  const pad = (value: number) => String(value).padStart(2, '0');
  const year = date.getUTCFullYear();
  const text = `${String(Math.abs(year <= 0 ? year - 1 : year)).padStart(4, '0')}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  return year <= 0 ? `${text} (BC)` : text;
};

/** Milliseconds since 1970 → text for DuckDB. */
export function isoTimestamp(time: number): Parsed {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return undefined;
  return `${isoDate(time).replace(' (BC)', '')} ${date.toISOString().slice(-13, -1)}${date.getUTCFullYear() <= 0 ? ' (BC)' : ''}`;
}

/** Days since 1970 → text for DuckDB. */
export const epochDate = (days: number): string => isoDate(days * 86_400_000);

/** `varchar(n)` and `char(n)` hold n characters; char's trailing blanks mean nothing. */
export function boundedText(text: string, type: TrinoType): string {
  if (type.kind !== 'varchar' && type.kind !== 'char') return text;
  const length = type.length;
  const cut = length !== undefined && text.length > length ? [...text].slice(0, length).join('') : text;
  return type.kind === 'char' ? cut.replace(/ +$/, '') : cut;
}

/** Bytes → the text that DuckDB casts to BLOB. */
export const blobText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

/** A row can't be read: Athena ends the query. */
export const cursorError = (message: string): SqlError => new SqlError('HIVE_CURSOR_ERROR', message);
