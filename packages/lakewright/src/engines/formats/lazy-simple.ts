import { NotCoveredError } from '../sql/errors';
import { typeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';
import { type Cell, MapCell, RowCell } from './cell';
import { blobText, boundedText, hiveDate, hiveTimestamp, javaDecimal, javaDouble, lazyInteger } from './hive-scalars';
import type { LineDecoder, SerdeOptions } from './serde';
import { type TimestampFormat, timestampFormats } from './timestamp-formats';

interface Layout {
  /** By nesting level: fields, collection items, map keys, then \u0004 … */
  readonly separators: readonly string[];
  readonly nullText: string;
  readonly escapeWith: string | undefined;
  readonly lastTakesRest: boolean;
  readonly formats: readonly TimestampFormat[];
}

type Decode = (text: string) => Cell;

/**
 * LazySimpleSerDe, Athena's default for text: no quotes; `\N` is NULL; what doesn't parse is NULL; extra fields are
 * ignored and missing ones are NULL.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
 */
export function lazySimple({ columns, parameters }: SerdeOptions): LineDecoder {
  const layout = layoutOf(parameters);
  const decoders = columns.map((column) => decoder(column.type, layout, 1));
  const separator = layout.separators[0] as string;
  return (line) => {
    const fields = split(line, separator, layout.escapeWith, layout.lastTakesRest ? decoders.length : undefined);
    return decoders.map((decode, index) => {
      const field = fields[index];
      return field === undefined || field === layout.nullText ? null : decode(field);
    });
  };
}

function layoutOf(parameters: Readonly<Record<string, string>>): Layout {
  const separators = [
    fieldSeparator(parameters),
    // Hive 1 really spells it like this, and so does the Glue Data Catalog.
    delimiter(parameters['collection.delim'] ?? parameters['colelction.delim'], '\u0002'),
    delimiter(parameters['mapkey.delim'], '\u0003'),
    ...['\u0004', '\u0005', '\u0006', '\u0007', '\b'],
  ];
  const lines = parameters['line.delim'];
  if (lines !== undefined && !['\n', '10', '\\n'].includes(lines)) throw new NotCoveredError(`line.delim '${lines}'`);
  const escapeWith = parameters['escape.delim'];
  return {
    separators,
    nullText: parameters['serialization.null.format'] ?? '\\N',
    escapeWith: escapeWith === undefined ? undefined : delimiter(escapeWith, '\\'),
    lastTakesRest: parameters['serialization.last.column.takes.rest']?.toLowerCase() === 'true',
    formats: timestampFormats(parameters['timestamp.formats']),
  };
}

/** The character between fields. */
export const fieldSeparator = (parameters: Readonly<Record<string, string>>): string =>
  delimiter(parameters['field.delim'] ?? parameters['serialization.format'], '\u0001');

/** One character, or the decimal code of one. */
function delimiter(text: string | undefined, fallback: string): string {
  if (!text) return fallback;
  return /^-?\d{1,3}$/.test(text) ? String.fromCharCode(Number(text)) : text.charAt(0);
}

/** An escape character protects what follows it; it is taken away only from strings, at the end. */
function split(text: string, separator: string, escapeWith: string | undefined, limit?: number): string[] {
  if (limit === undefined && (escapeWith === undefined || !text.includes(escapeWith))) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (parts.length + 1 === limit) break;
    if (text[at] === escapeWith) at++;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unescaped(text: string, escapeWith: string | undefined): string {
  if (escapeWith === undefined || !text.includes(escapeWith)) return text;
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character !== escapeWith || at + 1 === text.length) result += character;
    else {
      const next = text[++at];
      result += next === 'n' ? '\n' : next === 'r' ? '\r' : next;
    }
  }
  return result;
}

function decoder(type: TrinoType, layout: Layout, level: number): Decode {
  const { escapeWith, nullText } = layout;
  const orNull =
    (decode: Decode): Decode =>
    (text) =>
      text === nullText ? null : decode(text);
  switch (type.kind) {
    case 'boolean':
      return (text) => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() : null);
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (text) => lazyInteger(text, type.kind) ?? null;
    case 'real':
    case 'double':
      return (text) => javaDouble(text) ?? null;
    case 'decimal':
      return (text) => javaDecimal(text, type.precision, type.scale) ?? null;
    case 'date':
      return (text) => hiveDate(text) ?? null;
    case 'timestamp':
      return (text) => hiveTimestamp(text, layout.formats) ?? null;
    case 'varchar':
    case 'char':
      return (text) => boundedText(unescaped(text, escapeWith), type);
    case 'varbinary':
      return (text) => blobText(lazyBinary(unescaped(text, escapeWith)));
    case 'array': {
      const separator = separatorAt(layout, level);
      const element = orNull(decoder(type.element, layout, level + 1));
      return (text) => (text === '' ? [] : split(text, separator, escapeWith).map(element));
    }
    case 'map': {
      const separator = separatorAt(layout, level);
      const colon = separatorAt(layout, level + 1);
      const key = decoder(type.key, layout, level + 2);
      const value = orNull(decoder(type.value, layout, level + 2));
      return (text) => mapCell(text === '' ? [] : split(text, separator, escapeWith), colon, key, value, escapeWith);
    }
    case 'row': {
      const separator = separatorAt(layout, level);
      const fields = type.fields.map((field) => orNull(decoder(field.type, layout, level + 1)));
      return (text) => {
        const parts = text === '' ? [] : split(text, separator, escapeWith);
        return RowCell.of(
          type.fields,
          fields.map((decode, index) => (parts[index] === undefined ? null : decode(parts[index]))),
        );
      };
    }
    default:
      throw new NotCoveredError(`LazySimpleSerDe column of type ${typeText(type)}`);
  }
}

/** Of keys that come twice, the first counts. */
function mapCell(parts: string[], colon: string, key: Decode, value: Decode, escapeWith: string | undefined): MapCell {
  const entries = new Map<string, Cell>();
  for (const part of parts) {
    const [name = '', ...rest] = split(part, colon, escapeWith, 2);
    const decoded = key(name);
    if (typeof decoded !== 'string' || entries.has(decoded)) continue;
    entries.set(decoded, rest.length ? value(rest[0] as string) : null);
  }
  return new MapCell([...entries]);
}

function separatorAt(layout: Layout, level: number): string {
  const separator = layout.separators[level];
  if (separator === undefined) throw new NotCoveredError('LazySimpleSerDe column nested more than 7 levels');
  return separator;
}

/** Base64 where it looks like it, else the bytes as they are, as Hive reads them. */
function lazyBinary(text: string): Uint8Array {
  return /^[A-Za-z0-9+/=_\s-]*$/.test(text) ? Buffer.from(text, 'base64') : Buffer.from(text, 'utf8');
}
