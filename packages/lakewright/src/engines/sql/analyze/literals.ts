import { NotCoveredError, SqlError } from '../errors';
import type { BinaryLiteral, IntervalLiteral, NumberLiteral, TypedLiteral } from '../parse/ast';
import * as build from '../types/build';
import { makeType } from '../types/text';
import type { TrinoType } from '../types/type';
import { canonicalZone } from '../types/zone';
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

const MILLISECONDS: Readonly<Record<string, number>> = {
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
};
const DAY_UNITS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];

/** `INTERVAL '2' DAY`, `INTERVAL '-1-3' YEAR TO MONTH`, `INTERVAL '1 02:03:04.5' DAY TO SECOND`. */
export function intervalLiteral(node: IntervalLiteral): Literal {
  const { from, to, position } = node;
  const signed = /^\s*([+-]?)(.*?)\s*$/.exec(node.text);
  const sign = (signed?.[1] === '-' ? -1n : 1n) * (node.negative ? -1n : 1n);
  const text = signed?.[2] ?? '';
  const invalid = (): never => {
    throw new SqlError('INVALID_LITERAL', `'${node.text}' is not a valid INTERVAL literal`, position);
  };
  if (from === 'YEAR' || from === 'MONTH') {
    const pattern = to && to !== from ? /^(\d+)-(\d+)$/ : /^(\d+)$/;
    const [, first = '0', second = '0'] = pattern.exec(text) ?? invalid();
    const months = BigInt(first) * (from === 'YEAR' ? 12n : 1n) + BigInt(second);
    return { kind: 'literal', type: build.YEAR_TO_MONTH, value: sign * months, position };
  }
  const units = from === 'WEEK' ? [from] : DAY_UNITS.slice(DAY_UNITS.indexOf(from), DAY_UNITS.indexOf(to ?? from) + 1);
  const pattern = units
    .map((unit, index) => {
      const separator = index === 0 ? '' : unit === 'HOUR' ? ' ' : ':';
      return separator + (unit === 'SECOND' ? '(\\d+(?:\\.\\d+)?)' : '(\\d+)');
    })
    .join('');
  const parts = new RegExp(`^${pattern}$`).exec(text) ?? invalid();
  const milliseconds = units.reduce(
    (sum, unit, index) => sum + Number(parts[index + 1]) * (MILLISECONDS[unit] ?? 0),
    0,
  );
  return { kind: 'literal', type: build.DAY_TO_SECOND, value: sign * BigInt(Math.round(milliseconds)), position };
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
      return textLiteral(text, position);
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
    case 'uuid': {
      const type = makeType(node.type, []);
      if (node.type === 'json') {
        return { kind: 'special', form: 'json literal', type, args: [textLiteral(text)], options: {}, position };
      }
      return { kind: 'cast', type, operand: textLiteral(text), lenient: false, implicit: false, position };
    }
    default: {
      const type = makeType(node.type, [], position);
      throw new NotCoveredError(`literal of type ${type.kind}`, position);
    }
  }
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

function dateText(node: TypedLiteral): string {
  const [, year = '', month, day] = /^\s*(\d{4,})-(\d{1,2})-(\d{1,2})\s*$/.exec(node.text) ?? [];
  if (!isDate(Number(year), Number(month), Number(day))) throw invalidLiteral(node.text, 'DATE', node);
  return `${year}-${pad(month)}-${pad(day)}`;
}

const TIMESTAMP =
  /^(\d{4,})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?)?(?: ?([A-Za-z+-][A-Za-z0-9/_+:-]*))?$/;

function timestampLiteral(node: TypedLiteral): Literal {
  const [, year = '', month, day, hour, minute, second, fraction = '', zone] = TIMESTAMP.exec(node.text.trim()) ?? [];
  if (!isDate(Number(year), Number(month), Number(day)) || !isTime(hour, minute, second)) {
    throw invalidLiteral(node.text, 'TIMESTAMP', node);
  }
  const precision = fraction.length;
  if (precision > 6) throw new NotCoveredError(`type timestamp(${precision})`, node.position);
  const value = `${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}${fraction ? `.${fraction}` : ''}`;
  const { position } = node;
  if (!zone) return { kind: 'literal', type: build.timestamp(precision), value, position };
  const canonical = canonicalZone(zone);
  if (!canonical) throw invalidLiteral(node.text, 'TIMESTAMP', node);
  return { kind: 'literal', type: build.zonedTimestamp(precision), value, zone: canonical, position };
}

const isTime = (hour = '0', minute = '0', second = '0'): boolean =>
  Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 59;

function timeLiteral(node: TypedLiteral): Literal {
  const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?( ?[+-].*)?$/.exec(node.text.trim());
  const [, hour, minute, second, fraction = '', zone] = match ?? [];
  if (!match || !isTime(hour, minute, second)) throw invalidLiteral(node.text, 'TIME', node);
  if (zone) throw new NotCoveredError('type time with time zone', node.position);
  const value = `${pad(hour)}:${pad(minute)}:${pad(second)}${fraction ? `.${fraction}` : ''}`;
  return { kind: 'literal', type: build.time(fraction.length), value, position: node.position };
}
