import { NotCoveredError, SqlError } from '../errors';
import type { BinaryLiteral, IntervalLiteral, NumberLiteral, TypedLiteral } from '../parse/ast';
import { readIpAddress } from '../runtime/scalars/ip-address';
import { readUuid } from '../runtime/scalars/java-uuid';
import * as build from '../types/build';
import { makeType } from '../types/text';
import { LAST_ZONED_YEAR } from '../types/time-range';
import type { TrinoType } from '../types/type';
import { canonicalZone, isInGap } from '../types/zone';
import { textLiteral } from './coerce';
import type { Literal, Typed } from './typed';

const INTEGER_LIMITS: Readonly<Record<string, bigint>> = {
  tinyint: 127n,
  smallint: 32_767n,
  integer: 2_147_483_647n,
  bigint: 9_223_372_036_854_775_807n,
};

const limitOf = (kind: string): bigint => INTEGER_LIMITS[kind] ?? 0n;

/** The text may begin with a minus: it's part of the literal, because the smallest bigint has no positive counterpart. */
export function numberLiteral(node: NumberLiteral): Literal {
  const { position, text } = node;
  switch (node.form) {
    case 'integer': {
      const value = BigInt(text);
      const magnitude = value < 0n ? -value - 1n : value;
      if (magnitude > limitOf('bigint')) {
        throw new SqlError('SYNTAX_ERROR', `Invalid numeric literal: ${node.text}`, position);
      }
      const type = magnitude <= limitOf('integer') ? build.INTEGER : build.BIGINT;
      return { kind: 'literal', type, value, position };
    }
    case 'decimal':
      return decimalLiteral(text, node);
    case 'double':
      return { kind: 'literal', type: build.DOUBLE, value: Number(text), position };
  }
}

function decimalLiteral(text: string, node: NumberLiteral | TypedLiteral): Literal {
  const match = /^\s*([+-]?)(\d*)\.?(\d*)\s*$/.exec(text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (!match || whole + fraction === '') throw invalidLiteral(text, 'decimal', node);
  const digits = whole.replace(/^0+/, '');
  const precision = Math.max(1, digits.length + fraction.length);
  if (precision > 38) {
    throw new SqlError('SYNTAX_ERROR', `DECIMAL literal has more than 38 digits: ${text}`, node.position);
  }
  const value = `${sign === '-' ? '-' : ''}${digits || '0'}${fraction ? `.${fraction}` : ''}`;
  return { kind: 'literal', type: build.decimal(precision, fraction.length), value, position: node.position };
}

export function binaryLiteral({ hex, position }: BinaryLiteral): Literal {
  if (hex.length % 2 !== 0 || /[^0-9a-fA-F]/.test(hex)) {
    throw new SqlError('SYNTAX_ERROR', 'Binary literal must contain an even number of hexadecimal digits', position);
  }
  return { kind: 'literal', type: build.VARBINARY, value: hex, position };
}

const MILLISECONDS: Readonly<Record<string, bigint>> = {
  WEEK: 604_800_000n,
  DAY: 86_400_000n,
  HOUR: 3_600_000n,
  MINUTE: 60_000n,
  SECOND: 1000n,
};
const DAY_UNITS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];
const INTEGER_MAX = 2_147_483_647n;

/** `INTERVAL '2' DAY`, `INTERVAL '-1-3' YEAR TO MONTH`, `INTERVAL '1 02:03:04.5' DAY TO SECOND`. */
export function intervalLiteral(node: IntervalLiteral): Literal {
  const { from, to, position } = node;
  if (to !== undefined && !isQualifier(from, to)) {
    throw new SqlError('INVALID_LITERAL', `Invalid interval qualifier: ${from} TO ${to}`, position);
  }
  const signed = /^([+-]?)(.*)$/s.exec(node.text);
  const sign = (signed?.[1] === '-' ? -1n : 1n) * (node.negative ? -1n : 1n);
  const parts = intervalParts(signed?.[2] ?? '', from, to);
  if (!parts) throw new SqlError('INVALID_LITERAL', `'${node.text}' is not a valid INTERVAL literal`, position);
  if (from === 'YEAR' || from === 'MONTH') {
    const months = from === 'YEAR' ? (parts[0] ?? 0n) * 12n + (parts[1] ?? 0n) : (parts[0] ?? 0n);
    if (months > INTEGER_MAX) {
      throw new SqlError('INVALID_LITERAL', `'${node.text}' is not a valid INTERVAL literal`, position);
    }
    return { kind: 'literal', type: build.YEAR_TO_MONTH, value: sign * months, position };
  }
  const units = unitsOf(from, to);
  const milliseconds = parts.reduce(
    (sum, part, index) => sum + part * (units[index] === undefined ? 1n : (MILLISECONDS[units[index]] ?? 0n)),
    0n,
  );
  return { kind: 'literal', type: build.DAY_TO_SECOND, value: sign * milliseconds, position };
}

/** Only from a larger to a smaller unit, months apart from days. */
function isQualifier(from: string, to: string): boolean {
  if (from === 'YEAR') return to === 'MONTH';
  const start = DAY_UNITS.indexOf(from);
  return start >= 0 && DAY_UNITS.indexOf(to) > start;
}

function unitsOf(from: string, to: string | undefined): string[] {
  if (from === 'WEEK') return [from];
  return DAY_UNITS.slice(DAY_UNITS.indexOf(from), DAY_UNITS.indexOf(to ?? from) + 1);
}

/** The amounts of the units, and milliseconds last; units may be missing at the end. Undefined: not such a text. */
function intervalParts(text: string, from: string, to: string | undefined): bigint[] | undefined {
  const units =
    from === 'YEAR' ? ['YEAR', 'MONTH'].slice(0, to ? 2 : 1) : from === 'MONTH' ? [from] : unitsOf(from, to);
  const separators: Readonly<Record<string, string>> = { MONTH: '-', HOUR: ' ', MINUTE: ':', SECOND: ':' };
  const pattern = units.reduceRight((rest, unit, index) => {
    const separator = index === 0 ? '' : (separators[unit] ?? '');
    const amount = unit === 'SECOND' ? '(\\d*)(?:\\.(\\d*))?' : '(\\d*)';
    return index === 0 ? `${amount}${rest}` : `(?:${separator}${amount}${rest})?`;
  }, '');
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (!match) return undefined;
  const amounts = units.map((_unit, index) => BigInt(match[index + 1] || '0'));
  if (amounts.some((amount) => amount > INTEGER_MAX)) return undefined;
  const fraction = match[units.length + 1];
  return fraction === undefined ? amounts : [...amounts, BigInt(fraction.padEnd(3, '0').slice(0, 3))];
}

/** `DATE '…'`, `TIMESTAMP '…'`, `DECIMAL '…'`, `JSON '…'` …: checked now, not when it runs. */
export function typedLiteral(node: TypedLiteral): Typed {
  const { text, position } = node;
  switch (node.type) {
    case 'date':
      return { kind: 'literal', type: build.DATE, value: dateText(node), position };
    case 'timestamp':
      return timestampLiteral(node);
    case 'time':
      return timeLiteral(node);
    case 'decimal':
      return decimalLiteral(text, node);
    case 'varchar':
      // Of no length, unlike a plain text literal.
      return { ...textLiteral(text, position), type: build.VARCHAR };
    case 'char':
      return { kind: 'literal', type: build.char([...text].length), value: text.replace(/ +$/, ''), position };
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'int':
    case 'bigint':
      return integerLiteral(node);
    case 'json':
    case 'double':
    case 'real':
    case 'boolean':
    case 'uuid':
    case 'ipaddress': {
      const type = makeType(node.type, []);
      if (node.type === 'json') {
        return { kind: 'special', form: 'json literal', type, args: [textLiteral(text)], options: {}, position };
      }
      if (!isLiteralOf(type, text, position)) throw invalidLiteral(text, node.type.toUpperCase(), node);
      // A text that is known to be one needs no guard.
      const lenient = node.type === 'uuid' || node.type === 'ipaddress';
      return { kind: 'cast', type, operand: textLiteral(text), lenient, implicit: false, position };
    }
    default: {
      const type = makeType(node.type, [], position);
      throw new NotCoveredError(`literal of type ${type.kind}`, position);
    }
  }
}

/** Whether the text of a typed literal is one of a UUID or an address. */
function isLiteralOf({ kind }: TrinoType, text: string, position: Literal['position']): boolean {
  if (kind === 'uuid') return readUuid(text) !== undefined;
  if (kind !== 'ipaddress') return true;
  const address = readIpAddress(text);
  if (address?.scope !== undefined) throw new NotCoveredError(`address with the scope ${address.scope}`, position);
  return address !== undefined;
}

function invalidLiteral(text: string, type: string, node: { position: Literal['position'] }): SqlError {
  return new SqlError('INVALID_LITERAL', `'${text}' is not a valid ${type} literal`, node.position);
}

function integerLiteral(node: TypedLiteral): Literal {
  const type: TrinoType = makeType(node.type, []);
  if (!/^\s*[+-]?\d+\s*$/.test(node.text)) throw invalidLiteral(node.text, node.type, node);
  const value = BigInt(node.text.trim().replace(/^\+/, ''));
  const limit = limitOf(type.kind);
  if (value > limit || value < -limit - 1n) throw invalidLiteral(node.text, node.type, node);
  return { kind: 'literal', type, value, position: node.position };
}

const pad = (text: string | undefined): string => (text ?? '0').padStart(2, '0');

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const last = new Date(Date.UTC(2000, month, 0));
  last.setUTCFullYear(year, month, 0);
  return day <= last.getUTCDate();
}

/** As DuckDB reads it: at least four digits, no plus. */
const yearText = (year: string): string => {
  const digits = year.replace(/^[+-]/, '').replace(/^0+(?=\d{4})/, '');
  return `${year.startsWith('-') ? '-' : ''}${digits.padStart(4, '0')}`;
};

/** DuckDB's timestamps end there. */
const LAST_YEAR = 290_000;

function dateText(node: TypedLiteral): string {
  const [, year = '', month, day] = /^\s*([+-]?\d+)-(\d{1,2})-(\d{1,2})\s*$/.exec(node.text) ?? [];
  if (year === '' || !isDate(Number(year), Number(month), Number(day))) throw invalidLiteral(node.text, 'DATE', node);
  if (Math.abs(Number(year)) > LAST_YEAR) throw new NotCoveredError(`the year ${year}`, node.position);
  return `${yearText(year)}-${pad(month)}-${pad(day)}`;
}

const TIMESTAMP =
  /^([+-]?\d{4,})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?)?(?:\s*([A-Za-z+-][A-Za-z0-9/_+:-]*))?$/;

function timestampLiteral(node: TypedLiteral): Literal {
  const text = node.text.trimEnd();
  const [, year = '', month, day, hour, minute, second, fraction = '', zone] = TIMESTAMP.exec(text) ?? [];
  if (year === '' || !isDate(Number(year), Number(month), Number(day)) || !isTime(hour, minute, second)) {
    throw invalidLiteral(node.text, 'TIMESTAMP', node);
  }
  const { position } = node;
  if (Math.abs(Number(year)) > LAST_YEAR) throw new NotCoveredError(`the year ${year}`, position);
  const precision = fraction.length;
  if (precision > 6) throw new NotCoveredError(`type timestamp(${precision})`, position);
  const value = `${yearText(year)}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}${fraction ? `.${fraction}` : ''}`;
  if (!zone) return { kind: 'literal', type: build.timestamp(precision), value, position };
  const canonical = canonicalZone(zone);
  if (!canonical && /^[+-]/.test(zone) && !/[A-Za-z]/.test(zone)) {
    throw new SqlError('NOT_SUPPORTED', `Time zone not supported: ${zone}`, position);
  }
  if (!canonical || Math.abs(Number(year)) > LAST_ZONED_YEAR) throw invalidLiteral(node.text, 'TIMESTAMP', node);
  checkLocalTime(node, canonical, Number(year), Date.parse(`2000-01-01T${value.split(' ')[1]?.slice(0, 8)}Z`), [
    Number(month),
    Number(day),
  ]);
  return { kind: 'literal', type: build.zonedTimestamp(precision), value, zone: canonical, position };
}

/** A local time that a change of clocks left out is no literal. */
function checkLocalTime(node: TypedLiteral, zone: string, year: number, clock: number, [month, day]: [number, number]) {
  if (zone === 'UTC' || /^[+-]/.test(zone)) return;
  // Java's history of zones isn't ICU's: it has forgotten some that ICU still tells apart, and the other way round.
  if (year < 1946) throw new NotCoveredError(`time zone ${zone} in the year ${year}`, node.position);
  const date = new Date(0).setUTCFullYear(year, month - 1, day);
  const local = (date + (clock - Date.UTC(2000, 0, 1))) / 1000;
  if (isInGap(local, zone)) throw invalidLiteral(node.text, 'TIMESTAMP', node);
}

const isTime = (hour = '0', minute = '0', second = '0'): boolean =>
  Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 59;

function timeLiteral(node: TypedLiteral): Literal {
  const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?( ?[+-].*)?$/.exec(node.text.trimEnd());
  const [, hour, minute, second, fraction = '', zone] = match ?? [];
  if (!match || !isTime(hour, minute, second)) throw invalidLiteral(node.text, 'TIME', node);
  if (zone) throw new NotCoveredError('type time with time zone', node.position);
  const value = `${pad(hour)}:${pad(minute)}:${pad(second)}${fraction ? `.${fraction}` : ''}`;
  return { kind: 'literal', type: build.time(fraction.length), value, position: node.position };
}
