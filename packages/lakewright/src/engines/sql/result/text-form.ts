import type { DuckDBValue } from '@duckdb/node-api';
import { NotCoveredError } from '../errors';
import { ipAddressText } from '../runtime/scalars/ip-address';
import { javaDouble, javaReal } from '../runtime/scalars/java-number';
import type { TrinoType } from '../types/type';
import { asBytes, asDays, asEntries, asFields, asItems, asMicros, asZoned } from './duckdb-values';
import { padCharacters } from './rest-form';
import { dateText, dayIntervalText, timestampText, timeText, yearIntervalText, zonedText } from './time-text';

/**
 * The text that Athena writes into result files and gives in GetQueryResults: `1.0`, `1.2345678E7`,
 * `2024-02-29 00:00:00.000`, `[1, 2]`, `{k=v}`, `{name=value}`, `68 69`. NULL is null here; what it looks like in a file
 * is the file format's matter, inside arrays, maps and rows it's `null`.
 */
export function textWriter(type: TrinoType): (value: DuckDBValue) => string | null {
  const write = writerOf(type);
  return (value) => (value === null ? null : write(value));
}

/** Athena shows milliseconds at least. */
const digits = (precision: number): number => Math.max(3, precision);

function writerOf(type: TrinoType): (value: DuckDBValue) => string {
  switch (type.kind) {
    case 'char':
      return (value) => padCharacters(value as string, type.length);
    case 'double':
      return (value) => javaDouble(value as number);
    case 'real':
      return (value) => javaReal(value as number);
    case 'date':
      return (value) => dateText(asDays(value));
    case 'timestamp':
      return (value) => timestampText(asMicros(value), digits(type.precision));
    case 'timestamp with time zone':
      return (value) => {
        const { micros, zone } = asZoned(value);
        return zonedText(micros, zone, digits(type.precision));
      };
    case 'time':
      return (value) => timeText(asMicros(value), digits(type.precision));
    case 'interval day to second':
      return (value) => dayIntervalText(BigInt(value as bigint));
    case 'interval year to month':
      return (value) => yearIntervalText(Number(value));
    case 'varbinary':
      return (value) => Array.from(asBytes(value), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    case 'ipaddress':
      return (value) => ipAddressText(asBytes(value));
    case 'array': {
      const element = nested(type.element);
      return (value) => `[${asItems(value).map(element).join(', ')}]`;
    }
    case 'map': {
      const [key, item] = [nested(type.key), nested(type.value)];
      return (value) => {
        const entries = asEntries(value).map((entry) => `${key(entry.key)}=${item(entry.value)}`);
        return `{${entries.join(', ')}}`;
      };
    }
    case 'row': {
      const fields = type.fields.map((field, i) => ({ name: field.name ?? `field${i}`, write: nested(field.type) }));
      return (value) => {
        const values = asFields(value);
        return `{${fields.map(({ name, write }, i) => `${name}=${write(values[i] ?? null)}`).join(', ')}}`;
      };
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

function nested(type: TrinoType): (value: DuckDBValue) => string {
  const write = textWriter(type);
  return (value) => write(value) ?? 'null';
}
