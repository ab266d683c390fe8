import type { DuckDBValue } from '@duckdb/node-api';
import { NotCoveredError } from '../errors';
import type { Cell } from '../runtime/protocol';
import { ipAddressText } from '../runtime/scalars/ip-address';
import { javaDouble, javaReal, shortestReal } from '../runtime/scalars/java-number';
import type { TrinoType } from '../types/type';
import { asBytes, asDays, asEntries, asFields, asItems, asMicros, asZoned } from './duckdb-values';
import { dateText, dayIntervalText, timestampText, timeText, yearIntervalText, zonedText } from './time-text';

/** Writes a value that isn't NULL. */
type Writer = (value: DuckDBValue) => Cell;

/**
 * The form of Trino's REST API: integers and floating-point numbers as numbers (beyond 2^53 as text; `"NaN"`,
 * `"Infinity"`), decimals, dates and times as text, varbinary in base64, arrays as arrays, rows as arrays by position,
 * maps as objects with the keys' text.
 */
export function restWriter(type: TrinoType): (value: DuckDBValue) => Cell {
  const write = writerOf(type);
  return (value) => (value === null ? null : write(value));
}

function writerOf(type: TrinoType): Writer {
  switch (type.kind) {
    case 'boolean':
    case 'varchar':
    case 'json':
      return (value) => value as string | boolean;
    case 'char':
      return (value) => padCharacters(value as string, type.length);
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (value) => integer(BigInt(value as bigint | number));
    case 'double':
      return (value) => finite(value as number, value as number);
    case 'real':
      return (value) => finite(value as number, Number(shortestReal(value as number)));
    case 'date':
      return (value) => dateText(asDays(value));
    case 'timestamp':
      return (value) => timestampText(asMicros(value), type.precision);
    case 'timestamp with time zone':
      return (value) => {
        const { micros, zone } = asZoned(value);
        return zonedText(micros, zone, type.precision);
      };
    case 'time':
      return (value) => timeText(asMicros(value), type.precision);
    case 'interval day to second':
      return (value) => dayIntervalText(BigInt(value as bigint));
    case 'interval year to month':
      return (value) => yearIntervalText(Number(value));
    case 'varbinary':
      return (value) => Buffer.from(asBytes(value)).toString('base64');
    case 'ipaddress':
      return (value) => ipAddressText(asBytes(value));
    case 'array': {
      const element = restWriter(type.element);
      return (value) => asItems(value).map(element);
    }
    case 'row': {
      const fields = type.fields.map((field) => restWriter(field.type));
      return (value) => asFields(value).map((item, i) => fields[i]?.(item) ?? null);
    }
    case 'map': {
      const key = keyWriter(type.key);
      const item = restWriter(type.value);
      return (value) => Object.fromEntries(asEntries(value).map((entry) => [key(entry.key), item(entry.value)]));
    }
    case 'Geometry':
    case 'BingTile':
    case 'HyperLogLog':
    case 'SetDigest':
    case 'tdigest':
    case 'qdigest(bigint)':
    case 'qdigest(double)':
    case 'qdigest(real)':
      throw new NotCoveredError(`a result of type ${type.kind}`);
    default:
      return (value) => String(value);
  }
}

function integer(value: bigint): Cell {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function finite(value: number, shown: number): Cell {
  return Number.isFinite(value) ? shown : String(value);
}

export function padCharacters(text: string, length: number): string {
  return text + ' '.repeat(Math.max(0, length - [...text].length));
}

/** The key of a map as Java prints the value: lists `[a, b]`, maps `{k=v}`, texts without quotes. */
function keyWriter(type: TrinoType): (value: DuckDBValue) => string {
  const part = (of: TrinoType): ((value: DuckDBValue) => string) => {
    const write = keyWriter(of);
    return (value) => (value === null ? 'null' : write(value));
  };
  switch (type.kind) {
    case 'double':
      return (value) => javaDouble(value as number);
    case 'real':
      return (value) => javaReal(value as number);
    case 'array': {
      const element = part(type.element);
      return (value) => `[${asItems(value).map(element).join(', ')}]`;
    }
    case 'row': {
      const fields = type.fields.map((field) => part(field.type));
      return (value) =>
        `[${asFields(value)
          .map((item, i) => fields[i]?.(item) ?? 'null')
          .join(', ')}]`;
    }
    case 'map': {
      const [key, item] = [part(type.key), part(type.value)];
      return (value) => {
        const entries = asEntries(value).map((entry) => `${key(entry.key)}=${item(entry.value)}`);
        return `{${entries.join(', ')}}`;
      };
    }
    default: {
      const write = restWriter(type);
      return (value) => String(write(value));
    }
  }
}
