import { NotCoveredError } from '../sql/errors';
import { typeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';
import { type Cell, MapCell, RowCell } from './cell';
import {
  blobText,
  boundedInteger,
  boundedText,
  cursorError,
  hiveDate,
  hiveTimestamp,
  javaDecimal,
  javaDouble,
  javaInteger,
} from './hive-scalars';
import { JsonObject, JsonScalar, JsonSyntaxError, type JsonText, readJsonText } from './json-text';
import type { LineDecoder, SerdeOptions } from './serde';
import { type TimestampFormat, timestampFormats } from './timestamp-formats';

type Decode = (value: JsonText) => Cell;

/**
 * Hive's JSON SerDe: one strict JSON object a line, keys without regard to case; a key that comes twice, what
 * isn't JSON, or isn't of the column's type, ends the query.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
 */
export function hiveJson({ columns, parameters }: SerdeOptions): LineDecoder {
  const fields = fieldsDecoder(columns, timestampFormats(parameters['timestamp.formats']), true);
  return (line) => {
    try {
      return fields(readJsonText(line, false));
    } catch (error) {
      if (error instanceof JsonSyntaxError) throw cursorError(`Invalid JSON: ${error.message}`);
      throw error;
    }
  };
}

function fieldsDecoder(
  fields: readonly { readonly name?: string; readonly type: TrinoType }[],
  formats: readonly TimestampFormat[],
  top = false,
) {
  const decoders = fields.map((field) => decoder(field.type, formats));
  const positions = new Map(fields.map((field, index) => [field.name?.toLowerCase() ?? '', index]));
  return (value: JsonText): Cell[] => {
    if (!(value instanceof JsonObject)) throw cursorError('Invalid JSON: start of object expected');
    const found: JsonText[] = decoders.map(() => null);
    const seen = new Set<number>();
    for (const [name, member] of value.members) {
      // Hive also takes its internal names, `_col0`.
      const position = positions.get(name.toLowerCase()) ?? Number(/^_col(\d+)$/.exec(name)?.[1] ?? -1);
      if (position < 0 || position >= found.length) continue;
      // The reader of the line refuses what the readers of structures inside of it let pass.
      if (top && seen.has(position)) throw cursorError(`Invalid JSON: Duplicate field '${name}'`);
      seen.add(position);
      found[position] = member;
    }
    return decoders.map((decode, index) => decode(found[index] as JsonText));
  };
}

function decoder(type: TrinoType, formats: readonly TimestampFormat[]): Decode {
  const inner = decodeValue(type, formats);
  return (value) => (value === null ? null : inner(value));
}

function decodeValue(type: TrinoType, formats: readonly TimestampFormat[]): Decode {
  switch (type.kind) {
    case 'array': {
      const element = decoder(type.element, formats);
      return (value) => {
        if (!Array.isArray(value)) throw cursorError('Invalid JSON: start of array expected');
        return value.map(element);
      };
    }
    case 'map': {
      const key = scalarParser(type.key, formats);
      const member = decoder(type.value, formats);
      return (value) => mapCell(value, (name) => key(new JsonScalar(name, false)), member);
    }
    case 'row': {
      const fields = fieldsDecoder(type.fields, formats);
      return (value) => RowCell.of(type.fields, fields(value));
    }
    default: {
      const parse = scalarParser(type, formats);
      return (value) => {
        if (!(value instanceof JsonScalar)) {
          throw cursorError(`Invalid JSON: ${typeText(type)} value must be a scalar json value`);
        }
        const cell = parse(value);
        // Text that is no number at all is NULL; a number that doesn't fit is an error.
        if (cell === undefined && type.kind === 'decimal' && javaDecimal(value.text, 1_000, 500) === undefined)
          return null;
        if (cell === undefined) throw cursorError(`Invalid JSON: '${value.text}' is not a ${typeText(type)}`);
        return cell;
      };
    }
  }
}

function mapCell(value: JsonText, key: (name: string) => string | undefined, member: Decode): MapCell {
  if (!(value instanceof JsonObject)) throw cursorError('Invalid JSON: start of object expected');
  const entries = new Map<string, Cell>();
  for (const [name, item] of value.members) {
    const decoded = key(name);
    if (decoded === undefined) throw cursorError(`Invalid JSON: map key '${name}'`);
    entries.delete(decoded);
    entries.set(decoded, member(item));
  }
  return new MapCell([...entries]);
}

function scalarParser(type: TrinoType, formats: readonly TimestampFormat[]): (value: JsonScalar) => string | undefined {
  switch (type.kind) {
    case 'boolean':
      return ({ text }) => String(text.toLowerCase() === 'true');
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (value) => (isNumber(value) ? truncated(value.text, type.kind) : undefined);
    case 'real':
    case 'double':
      return (value) => (isNumber(value) ? javaDouble(value.text) : undefined);
    case 'decimal':
      return ({ text }) => javaDecimal(text, type.precision, type.scale);
    case 'date':
      return ({ text }) => hiveDate(text);
    case 'timestamp':
      return ({ text }) => hiveTimestamp(text, formats);
    case 'varchar':
    case 'char':
      return ({ text }) => boundedText(text, type);
    case 'varbinary':
      return ({ text }) => blobText(Buffer.from(text, 'utf8'));
    default:
      throw new NotCoveredError(`Hive JSON column of type ${typeText(type)}`);
  }
}

/** Text in quotes is no number for this SerDe. */
const isNumber = (value: JsonScalar): boolean => !value.quoted && /^[-\d]/.test(value.text);

function truncated(text: string, kind: string): string | undefined {
  const plain = javaInteger(text, kind);
  if (plain !== undefined) return plain;
  const decimal = javaDecimal(text, 38, 10);
  return decimal === undefined ? undefined : boundedInteger(BigInt(decimal.split('.')[0] as string), kind);
}
