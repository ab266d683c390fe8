import { LakewrightError } from '../../../../host/host';
import type { ColumnType } from './column-type';

/**
 * How a type's values become texts, from a row of a query and from a row of the binlog: both give the same text for the same
 * value.
 */
export interface ValueTexts {
  /** The column in a query. */
  select(column: string): string;
  /** A value of a query, as the server sends it. */
  loaded(bytes: Buffer): string | null;
  /** A value of the binlog, as `@vlasky/zongji` decodes it; never NULL. */
  logged(value: unknown, column: string): string | null;
}

const plain = (column: string): string => column;
const utf8 = (bytes: Buffer): string => bytes.toString('utf8');

const TEXT: ValueTexts = {
  select: plain,
  loaded: utf8,
  logged: (value, column) => {
    if (typeof value === 'string') return value;
    throw new LakewrightError(
      'LW_DMS_CHARSET',
      `the character set of the column "${column}" can't be decoded from the binlog → utf8mb4, latin1 and most others can → ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4, or exclude the column`,
    );
  },
};

const NUMBER: ValueTexts = { select: plain, loaded: utf8, logged: String };

const ZERO_FILLED: ValueTexts = { ...NUMBER, loaded: (bytes) => utf8(bytes).replace(/^0+(?=\d)/, '') };

const FLOATING: ValueTexts = {
  // FLOAT is printed with six digits, and with decimals of its own where it has (M,D): a sum is printed in full.
  select: (column) => `(${column} + 0e0)`,
  loaded: (bytes) => String(Number(utf8(bytes))),
  logged: (value) => String(Number(value)),
};

const YEAR: ValueTexts = {
  select: plain,
  loaded: (bytes) => String(Number(utf8(bytes))),
  // The year 0000 is stored as 0, the others as what is over 1900; 1900 itself can't be stored.
  logged: (value) => (value === 1900 ? '0' : String(value)),
};

const BINARY: ValueTexts = {
  select: plain,
  loaded: (bytes) => bytes.toString('hex'),
  logged: (value) => (value as Buffer).toString('hex'),
};

const bitText = (bytes: Buffer): string => String(bytes.some((byte) => byte !== 0));
const BIT: ValueTexts = { select: plain, loaded: bitText, logged: (value) => bitText(value as Buffer) };

const DATE: ValueTexts = {
  select: plain,
  loaded: (bytes) => dateText(utf8(bytes)),
  logged: (value) => dateText(value as string),
};

const TIME: ValueTexts = { select: plain, loaded: utf8, logged: (value) => timeText(value as string) };

const ENUM: ValueTexts = {
  select: plain,
  loaded: utf8,
  // The value that MySQL takes for one that isn't in the list has the number 0 and the text ''.
  logged: (value, column) => (value === undefined ? '' : TEXT.logged(value, column)),
};

const JSON_TEXT: ValueTexts = {
  select: plain,
  loaded: (bytes) => jsonText(utf8(bytes)),
  logged: (value) => jsonText(value as string),
};

/** The texts of a type's values. Types without a DMS type have texts, too: those of their bytes. */
export function valueTexts(type: ColumnType): ValueTexts {
  switch (type.name) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'decimal':
      return type.zeroFill ? ZERO_FILLED : NUMBER;
    case 'float':
    case 'double':
      return FLOATING;
    case 'year':
      return YEAR;
    case 'date':
    case 'datetime':
    case 'timestamp':
      return DATE;
    case 'time':
      return TIME;
    case 'bit':
      return (type.arguments[0] ?? '1') === '1' ? BIT : BINARY;
    case 'enum':
      return ENUM;
    case 'char':
    case 'varchar':
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
    case 'set':
      return TEXT;
    case 'json':
      return JSON_TEXT;
    default:
      return BINARY;
  }
}

/**
 * A date as it is; null for one that isn't in the calendar, as MySQL allows: 0000-00-00, 2024-00-10, 2024-02-31. DMS writes
 * them as NULL where the target hasn't such dates.
 */
export function dateText(text: string): string | null {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (year === 0 || month === 0 || day === 0) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return day <= date.getUTCDate() ? text : null;
}

/**
 * Carries over what the decoder doesn't: of negative times on a whole minute or hour it says `-00:00:64` for -00:01:00 and
 * `-00:63:64` for -01:00:00, since it adds one to the seconds of a number in three fields of bits.
 */
export function timeText(text: string): string {
  const match = /^-(\d+):(\d+):64(.*)$/.exec(text);
  if (match === null) return text;
  const bits = Number(match[1]) * 4096 + Number(match[2]) * 64 + 64;
  const two = (value: number) => String(value).padStart(2, '0');
  return `-${two(bits >> 12)}:${two((bits >> 6) & 63)}:${two(bits & 63)}${match[3]}`;
}

/** JSON without blanks between its parts, numbers with a point as JavaScript prints them. */
export function jsonText(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\s+|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return JSON.stringify(JSON.parse(token));
    if (/^\s/.test(token)) return '';
    return /[.eE]/.test(token) ? String(Number(token)) : token;
  });
}
