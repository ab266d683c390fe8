import { NotCoveredError } from '../sql/errors';
import { typeText } from '../sql/types/text';
import type { RowField, TrinoType } from '../sql/types/type';
import { type Cell, MapCell, RowCell } from './cell';
import {
  blobText,
  boundedInteger,
  boundedText,
  cursorError,
  epochDate,
  hiveDate,
  hiveTimestamp,
  isoTimestamp,
  javaDecimal,
  javaDouble,
  javaInteger,
} from './hive-scalars';
import { JsonObject, JsonScalar, JsonSyntaxError, type JsonText, jsonTextOf, readJsonText } from './json-text';
import type { LineDecoder, SerdeOptions } from './serde';
import { parseWithFormats, type TimestampFormat, timestampFormats } from './timestamp-formats';

interface Options {
  readonly ignoreMalformed: boolean;
  readonly caseInsensitive: boolean;
  readonly dotsInKeys: boolean;
  /** Column → key in the JSON. */
  readonly mapping: ReadonlyMap<string, string>;
  readonly formats: readonly TimestampFormat[];
}

type Decode = (value: JsonText) => Cell;

/**
 * The OpenX JSON SerDe: one lenient JSON document a line, keys without regard to case, the last of equal keys counts; a
 * line that starts neither with `{` nor `[` is a row of NULLs; a broken document ends the query unless
 * `ignore.malformed.json`.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
 */
export function openxJson({ columns, parameters }: SerdeOptions): LineDecoder {
  const options = optionsOf(parameters);
  const fields = fieldsDecoder(columns, options);
  const nulls = columns.map(() => null);
  return (line) => {
    const text = line.trim();
    if (!text.startsWith('{') && !text.startsWith('[')) return nulls;
    let value: JsonText;
    try {
      value = readJsonText(text, true);
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      if (options.ignoreMalformed) return nulls;
      throw cursorError(`Row is not a valid JSON Object - JSONException: ${error.message}`);
    }
    return fields(value);
  };
}

function optionsOf(parameters: Readonly<Record<string, string>>): Options {
  const isTrue = (key: string, fallback = 'false') => (parameters[key] ?? fallback).toLowerCase() === 'true';
  const mapping = Object.entries(parameters)
    .filter(([key]) => key.startsWith('mapping.'))
    .map(([key, value]) => [key.slice('mapping.'.length).toLowerCase(), value] as const);
  return {
    ignoreMalformed: isTrue('ignore.malformed.json'),
    caseInsensitive: isTrue('case.insensitive', 'true'),
    dotsInKeys: isTrue('dots.in.keys'),
    mapping: new Map(mapping),
    formats: timestampFormats(parameters['timestamp.formats']),
  };
}

function fieldsDecoder(fields: readonly { readonly name?: string; readonly type: TrinoType }[], options: Options) {
  const fold = (name: string) => (options.caseInsensitive ? name.toLowerCase() : name);
  const decoders = fields.map((field) => decoder(field.type, options));
  const names = fields.map((field) => field.name ?? '');
  const keys = names.map((name) => fold(options.mapping.get(name) ?? name));
  return (value: JsonText): Cell[] => {
    if (Array.isArray(value)) return decoders.map((decode, index) => decode(value[index] ?? null));
    if (!(value instanceof JsonObject)) {
      if (value instanceof JsonScalar && value.text.trim() !== '')
        throw cursorError('Primitive can not be coerced to a ROW');
      return decoders.map(() => null);
    }
    const members = new Map(value.members.map(([name, member]) => [fold(name), member]));
    const dotted = options.dotsInKeys
      ? new Map(
          value.members
            .filter(([name]) => name.includes('.'))
            .map(([name, member]) => [fold(name.replace(/\./g, '_')), member]),
        )
      : undefined;
    return decoders.map((decode, index) => {
      const key = keys[index] as string;
      const member = members.has(key) ? members.get(key) : dotted?.get(fold(names[index] as string));
      return decode(member ?? null);
    });
  };
}

function decoder(type: TrinoType, options: Options): Decode {
  const inner = decodeValue(type, options);
  return (value) => (value === null ? null : inner(value));
}

function decodeValue(type: TrinoType, options: Options): Decode {
  switch (type.kind) {
    case 'boolean':
      return (value) => String(jsonText(value).toLowerCase() === 'true');
    case 'varchar':
    case 'char':
      return (value) => boundedText(jsonText(value), type);
    case 'array': {
      const element = decoder(type.element, options);
      return (value) => {
        if (value instanceof JsonScalar && value.text === '') return null;
        return Array.isArray(value) ? value.map(element) : [element(value)];
      };
    }
    case 'map':
      return mapDecoder(decoder(type.key, options), decoder(type.value, options), options);
    case 'row': {
      const fields = fieldsDecoder(type.fields as readonly RowField[], options);
      return (value) => RowCell.of(type.fields, fields(value));
    }
    default:
      return scalarDecoder(type, options);
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** A number in a text column is shown as Java's BigDecimal shows it, whatever its form in the file. */
function jsonText(value: JsonText): string {
  if (!(value instanceof JsonScalar)) return jsonTextOf(value);
  return value.quoted ? value.text : (bigDecimalText(value.text) ?? value.text);
}

function bigDecimalText(text: string): string | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match || !(match[2] || match[3])) return undefined;
  const fraction = match[3] ?? '';
  const digits = `${match[2]}${fraction}`.replace(/^0+(?=\d)/, '');
  const sign = match[1] === '-' && /[1-9]/.test(digits) ? '-' : '';
  const scale = fraction.length - Number(match[4] ?? 0);
  const exponent = digits.length - 1 - scale;
  if (scale === 0) return sign + digits;
  if (scale > 0 && exponent >= -6) {
    const padded = digits.padStart(scale + 1, '0');
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${sign}${mantissa}E${exponent >= 0 ? '+' : ''}${exponent}`;
}

function mapDecoder(key: Decode, value: Decode, options: Options): Decode {
  return (json) => {
    if (json instanceof JsonScalar && json.text.trim() === '') return null;
    if (!(json instanceof JsonObject)) throw cursorError('Primitive can not be coerced to a MAP');
    // Of names that differ in case alone the last one counts.
    const entries = new Map<string, readonly [string, Cell]>();
    for (const [name, member] of json.members) {
      const decoded = key(new JsonScalar(name, true));
      if (typeof decoded !== 'string') continue;
      const folded = options.caseInsensitive ? decoded.toLowerCase() : decoded;
      entries.delete(folded);
      entries.set(folded, [decoded, value(member)]);
    }
    return new MapCell([...entries.values()]);
  };
}

function scalarDecoder(type: TrinoType, options: Options): Decode {
  const parse = scalarParser(type, options);
  return (value) => {
    if (type.kind === 'varbinary' && value instanceof JsonScalar && !value.quoted) {
      throw cursorError(`${value.text} can not be coerced to a VARBINARY`);
    }
    if (!(value instanceof JsonScalar)) {
      throw cursorError(
        `${Array.isArray(value) ? 'Array' : 'Object'} can not be coerced to a ${typeText(type).toUpperCase()}`,
      );
    }
    return parse(value.text) ?? null;
  };
}

function scalarParser(type: TrinoType, options: Options): (text: string) => string | undefined {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (text) => openxInteger(text, type.kind);
    case 'real':
    case 'double':
      return javaDouble;
    case 'decimal':
      return (text) => javaDecimal(text, type.precision, type.scale);
    case 'date':
      return (text) => {
        const days = /[.eE]/.test(text) && !/^0x/i.test(text) ? undefined : openxInteger(text, 'integer');
        if (days === undefined) return hiveDate(text.replace(/[Tt]\d.*$/, ''));
        if (Math.abs(Number(days)) > 99_999_999) throw cursorError(`date ${text} is out of range`);
        return epochDate(Number(days));
      };
    case 'timestamp':
      return (text) => openxTimestamp(text, options.formats);
    case 'varbinary':
      return (text) => {
        if (!BASE64.test(text)) throw cursorError(`'${text}' is not Base64`);
        return blobText(Buffer.from(text, 'base64'));
      };
    default:
      throw new NotCoveredError(`OpenX JSON column of type ${typeText(type)}`);
  }
}

/** Decimal, `0x` hexadecimal, `0` octal, or a decimal number whose fraction is cut off. */
function openxInteger(text: string, kind: string): string | undefined {
  if (/^0x[0-9a-f]+$/i.test(text)) return boundedInteger(BigInt(text), kind);
  if (/^0[0-7]+$/.test(text)) return boundedInteger(BigInt(`0o${text.slice(1)}`), kind);
  const plain = javaInteger(text, kind);
  if (plain !== undefined) return plain;
  const fraction = /^([+-]?\d*)\.\d*$/.exec(text);
  if (fraction && /\d/.test(text))
    return boundedInteger(BigInt((fraction[1] ?? '').replace(/^\+/, '').replace(/^-?$/, '0')), kind);
  const decimal = javaDecimal(text, 38, 10);
  return decimal === undefined ? undefined : boundedInteger(BigInt(decimal.split('.')[0] as string), kind);
}

/** Custom formats, ISO with an offset, Hive's form, decimal seconds, milliseconds (13 digits or more), seconds. */
function openxTimestamp(text: string, formats: readonly TimestampFormat[]): string | undefined {
  const formatted = parseWithFormats(text, formats);
  if (formatted !== undefined) return isoTimestamp(formatted);
  if (text.indexOf(':') > 0) {
    const zoned = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:[zZ]|([+-]\d{2}):?(\d{2}))$/.exec(text);
    if (!zoned) return hiveTimestamp(text);
    const local = hiveTimestamp(zoned[1] as string);
    if (local === undefined) return undefined;
    const sign = zoned[2]?.startsWith('-') ? -1 : 1;
    const minutes = zoned[2] ? sign * (Math.abs(Number(zoned[2])) * 60 + Number(zoned[3])) : 0;
    return isoTimestamp(Date.parse(`${local.replace(' ', 'T')}Z`) - minutes * 60_000);
  }
  if (!/^[-+.0-9]+$/.test(text)) return undefined;
  if (text.includes('.')) {
    const seconds = javaDecimal(text, 38, 9);
    return seconds === undefined ? undefined : isoTimestamp(Math.trunc(Number(seconds) * 1_000));
  }
  const number = javaInteger(text, 'bigint');
  if (number === undefined) return undefined;
  return isoTimestamp(text.length >= 13 ? Number(number) : Number(number) * 1_000);
}
