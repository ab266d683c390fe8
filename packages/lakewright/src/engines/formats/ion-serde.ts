import type * as Ion from 'ion-js';
import { NotCoveredError, SqlError } from '../sql/errors';
import { typeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';
import { type Cell, MapCell, RowCell } from './cell';
import { blobText, boundedInteger, boundedText, cursorError, isoTimestamp, javaDecimal } from './hive-scalars';
import type { FormatColumn, SerdeOptions } from './serde';

export const ION_SERDE = 'com.amazon.ionhiveserde.IonHiveSerDe';

type Value = Ion.dom.Value;
type Decode = (value: Value) => Cell;

/** Properties that change what a row is; without them the SerDe's defaults hold. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'ion.fail_on_overflow': 'true',
  'ion.encoding': '',
  'ion.ignore_malformed': 'false',
  'ion.path_extractor.case_sensitive': 'false',
};

/**
 * Amazon Ion, text and binary: each top-level value is a struct, columns are fields without regard to case; a number that
 * doesn't fit its column ends the query.
 *
 * @throws NotCoveredError for path extractors and other properties that aren't at their defaults
 * @see https://docs.aws.amazon.com/athena/latest/ug/ion-serde.html
 */
export async function ionDecoder({ columns, parameters }: SerdeOptions): Promise<(bytes: Buffer) => readonly Cell[][]> {
  for (const [name, value] of Object.entries(parameters)) {
    const lower = name.toLowerCase();
    const usual = DEFAULTS[lower];
    if (lower.startsWith('ion.') && usual !== value.toLowerCase() && usual !== '') {
      throw new NotCoveredError(`Ion SerDe property ${name} = '${value}'`);
    }
  }
  const { load, makeReader, IonTypes } = await import('ion-js');
  const decode = structDecoder(columns);
  return (bytes) => {
    try {
      const rows: Cell[][] = [];
      const reader = makeReader(bytes);
      for (let type = reader.next(); type; type = reader.next()) {
        if (type !== IonTypes.STRUCT) throw cursorError(`Ion value of type ${type.name} where a struct is expected`);
        const value = load(reader);
        if (value) rows.push(decode(value));
      }
      return rows;
    } catch (error) {
      if (error instanceof SqlError) throw error;
      throw cursorError(`Invalid Ion: ${(error as Error).message}`);
    }
  };
}

function structDecoder(columns: readonly FormatColumn[]): (value: Value) => Cell[] {
  const decoders = columns.map((column) => decoder(column.type));
  const positions = new Map(columns.map((column, index) => [column.name, index]));
  return (value) => {
    const cells: Cell[] = columns.map(() => null);
    for (const [name, member] of value.fields()) {
      const position = positions.get(name.toLowerCase());
      if (position !== undefined) cells[position] = (decoders[position] as Decode)(member);
    }
    return cells;
  };
}

function decoder(type: TrinoType): Decode {
  const inner = valueDecoder(type);
  return (value) => (value.isNull() ? null : inner(value));
}

function mismatch(value: Value, type: TrinoType): never {
  throw cursorError(`Ion value of type ${value.getType().name} can not become ${typeText(type)}`);
}

function valueDecoder(type: TrinoType): Decode {
  const kindOf = (value: Value): string => value.getType().name;
  const only =
    (kinds: readonly string[], convert: (value: Value) => Cell | undefined): Decode =>
    (value) => {
      const cell = kinds.includes(kindOf(value)) ? convert(value) : undefined;
      return cell === undefined ? mismatch(value, type) : cell;
    };
  switch (type.kind) {
    case 'boolean':
      return only(['bool'], (value) => String(value.booleanValue()));
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return only(['int'], (value) => boundedInteger(value.bigIntValue() ?? 0n, type.kind));
    case 'real':
    case 'double':
      return only(['float', 'decimal', 'int'], (value) => String(value.numberValue()));
    case 'decimal':
      return only(['decimal', 'int'], (value) =>
        javaDecimal(
          kindOf(value) === 'int' ? String(value.bigIntValue()) : decimalText(value),
          type.precision,
          type.scale,
        ),
      );
    case 'varchar':
    case 'char':
      return only(['string', 'symbol'], (value) => boundedText(value.stringValue() ?? '', type));
    case 'varbinary':
      return only(['blob', 'clob'], (value) => blobText(value.uInt8ArrayValue() ?? new Uint8Array()));
    case 'date':
      return only(['timestamp'], (value) => isoTimestamp(value.dateValue()?.getTime() ?? Number.NaN)?.slice(0, 10));
    case 'timestamp':
      return only(['timestamp'], (value) => isoTimestamp(value.dateValue()?.getTime() ?? Number.NaN));
    case 'array': {
      const element = decoder(type.element);
      return only(['list', 'sexp'], (value) => value.elements().map(element));
    }
    case 'map': {
      if (type.key.kind !== 'varchar') throw new NotCoveredError(`Ion map with keys of type ${typeText(type.key)}`);
      const member = decoder(type.value);
      return only(
        ['struct'],
        (value) => new MapCell([...new Map(value.fields().map(([key, item]) => [key, member(item)]))]),
      );
    }
    case 'row': {
      const fields = structDecoder(
        type.fields.map((field) => ({ name: field.name?.toLowerCase() ?? '', type: field.type })),
      );
      return only(['struct'], (value) => RowCell.of(type.fields, fields(value)));
    }
    default:
      throw new NotCoveredError(`Ion column of type ${typeText(type)}`);
  }
}

/** Ion writes exponents as `1.5d3`. */
const decimalText = (value: Value): string => String(value.decimalValue()).replace(/[dD]/, 'E');
