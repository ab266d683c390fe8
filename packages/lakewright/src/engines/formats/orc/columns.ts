import type { TrinoType } from '../../sql/types/type';
import { type Cell, MapCell, RowCell } from '../cell';
import {
  fromBoolean,
  fromBytes,
  fromDate,
  fromDecimal,
  fromFloat,
  fromInteger,
  fromTimestamp,
  orcMismatch,
  refuseUnion,
} from './convert';
import { badOrc, type OrcFile, type OrcStripe, type OrcType, STREAM } from './file';
import { BooleanRuns, ByteRuns, ByteSource, type Int, integerRuns } from './run-length';
import { zoneOffset } from './zone';

/** Reads a column of a stripe from front to back. */
export interface ColumnReader {
  read(count: number): Cell[];
}

/** What the readers of a stripe share. */
interface Place {
  readonly file: OrcFile;
  readonly stripe: OrcStripe;
  /** The column as errors name it. */
  readonly path: string;
}

/** The reader of a column and of all that is inside of it. */
export async function columnReader(
  file: OrcFile,
  stripe: OrcStripe,
  type: OrcType,
  to: TrinoType,
  path: string,
): Promise<ColumnReader> {
  const place: Place = { file, stripe, path };
  const values = await valueReader(place, type, to);
  const present = stripe.streams.some(
    (stream) => stream.column === type.id && stream.kind === STREAM.present && stream.length > 0,
  );
  if (!present) return { read: values };
  const bits = new BooleanRuns(await bytesOf(place, type, STREAM.present));
  return {
    read(count) {
      const there = bits.read(count);
      const found = values(there.reduce((sum, bit) => sum + (bit ? 1 : 0), 0));
      let at = 0;
      return there.map((bit) => (bit ? (found[at++] as Cell) : null));
    },
  };
}

type Read<T> = (count: number) => T[];

async function valueReader(place: Place, type: OrcType, to: TrinoType): Promise<Read<Cell>> {
  const converted = <T>(read: Read<T>, convert: ((value: T) => Cell) | undefined): Read<Cell> => {
    if (!convert) throw orcMismatch(type, to, place.path);
    return (count) => read(count).map((value) => convert(value));
  };
  switch (type.kind) {
    case 'boolean': {
      const runs = new BooleanRuns(await bytesOf(place, type, STREAM.data));
      return converted((count) => runs.read(count), fromBoolean(to));
    }
    case 'byte': {
      const runs = new ByteRuns(await bytesOf(place, type, STREAM.data));
      return converted((count) => runs.read(count).map((byte): Int => (byte << 24) >> 24), fromInteger('byte', to));
    }
    case 'short':
    case 'int':
    case 'long':
      return converted(await integers(place, type, STREAM.data, true), fromInteger(type.kind, to));
    case 'date':
      return converted(await integers(place, type, STREAM.data, true), fromDate(to));
    case 'float':
    case 'double':
      return converted(await floats(place, type), fromFloat(type.kind, to));
    case 'decimal':
      return converted(await decimals(place, type), fromDecimal(to));
    case 'string':
    case 'varchar':
    case 'char':
    case 'binary':
      return converted(await texts(place, type), fromBytes(type.kind, to));
    case 'timestamp':
    case 'timestamp_instant':
      return converted(await timestamps(place, type), fromTimestamp(to));
    case 'list':
      return lists(place, type, to);
    case 'map':
      return maps(place, type, to);
    case 'struct':
      return structs(place, type, to);
    default:
      return refuseUnion(type, place.path);
  }
}

async function bytesOf({ file, stripe }: Place, type: OrcType, kind: number): Promise<Buffer> {
  const stream = stripe.streams.find((item) => item.column === type.id && item.kind === kind);
  return stream ? file.read(stream.offset, stream.length) : Buffer.alloc(0);
}

function encodingOf({ stripe }: Place, type: OrcType): { dictionary: boolean; version: 1 | 2; size: number } {
  const encoding = stripe.encodings[type.id];
  if (!encoding || encoding.kind > 3) throw badOrc(`column ${type.id} has no known encoding`);
  return { dictionary: encoding.kind % 2 === 1, version: encoding.kind > 1 ? 2 : 1, size: encoding.dictionarySize };
}

async function integers(place: Place, type: OrcType, stream: number, signed: boolean): Promise<Read<Int>> {
  const runs = integerRuns(await bytesOf(place, type, stream), encodingOf(place, type).version, signed);
  return (count) => runs.read(count);
}

async function floats(place: Place, type: OrcType): Promise<Read<number>> {
  const source = new ByteSource(await bytesOf(place, type, STREAM.data));
  if (type.kind === 'float') return (count) => Array.from({ length: count }, () => source.take(4).readFloatLE(0));
  return (count) => Array.from({ length: count }, () => source.take(8).readDoubleLE(0));
}

/** Each value has its own scale. */
async function decimals(place: Place, type: OrcType): Promise<Read<string>> {
  const source = new ByteSource(await bytesOf(place, type, STREAM.data));
  const scales = await integers(place, type, STREAM.secondary, true);
  return (count) =>
    scales(count).map((scale) => {
      const unscaled = source.signedBig();
      const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(Number(scale) + 1, '0');
      const cut = digits.length - Number(scale);
      const text = cut < digits.length ? `${digits.slice(0, cut)}.${digits.slice(cut)}` : digits;
      return unscaled < 0n ? `-${text}` : text;
    });
}

async function texts(place: Place, type: OrcType): Promise<Read<Buffer>> {
  const { dictionary, version, size } = encodingOf(place, type);
  const data = await bytesOf(place, type, STREAM.data);
  const lengths = integerRuns(await bytesOf(place, type, STREAM.length), version, false);
  if (!dictionary) {
    const source = new ByteSource(data);
    return (count) => lengths.read(count).map((length) => source.take(Number(length)));
  }
  const source = new ByteSource(await bytesOf(place, type, STREAM.dictionary));
  const words = lengths.read(size).map((length) => source.take(Number(length)));
  const indexes = integerRuns(data, version, false);
  return (count) =>
    indexes.read(count).map((index) => {
      const word = words[Number(index)];
      if (!word) throw badOrc(`no entry ${index} in the dictionary of column ${place.path}`);
      return word;
    });
}

/** Timestamps count from here, in the writer's time zone. */
const EPOCH = Date.UTC(2015, 0, 1);

async function timestamps(place: Place, type: OrcType): Promise<Read<{ millis: number; nanos: number }>> {
  const seconds = await integers(place, type, STREAM.data, true);
  const fractions = await integers(place, type, STREAM.secondary, false);
  const offset = zoneOffset(type.kind === 'timestamp_instant' ? '' : place.stripe.zone);
  // The base is midnight of the wall clock there.
  const base = EPOCH - offset(EPOCH);
  return (count) => {
    const nanos = fractions(count).map(nanosOf);
    return seconds(count).map((second, index) => {
      const fraction = nanos[index] as number;
      let instant = base + Number(second) * 1_000;
      // Writers cut seconds off towards 1970; before it that is one too many.
      if (instant < 0 && fraction > 999_999) instant -= 1_000;
      return { millis: instant + offset(instant), nanos: fraction };
    });
  };
}

/** The low three bits say how many zeros were taken away, less one. */
function nanosOf(value: Int): number {
  const number = Number(value);
  const zeros = number % 8;
  const digits = Math.floor(number / 8);
  return zeros === 0 ? digits : digits * 10 ** (zeros + 1);
}

async function lists(place: Place, type: OrcType, to: TrinoType): Promise<Read<Cell>> {
  const [child] = type.children;
  if (to.kind !== 'array' || !child) throw orcMismatch(type, to, place.path);
  const lengths = await integers(place, type, STREAM.length, false);
  const items = await columnReader(place.file, place.stripe, child, to.element, `${place.path}.item`);
  return (count) => {
    const sizes = lengths(count).map(Number);
    const all = items.read(sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    return sizes.map((size) => {
      at += size;
      return all.slice(at - size, at);
    });
  };
}

async function maps(place: Place, type: OrcType, to: TrinoType): Promise<Read<Cell>> {
  const [key, value] = type.children;
  if (to.kind !== 'map' || !key || !value) throw orcMismatch(type, to, place.path);
  const lengths = await integers(place, type, STREAM.length, false);
  const keys = await columnReader(place.file, place.stripe, key, to.key, `${place.path}.key`);
  const values = await columnReader(place.file, place.stripe, value, to.value, `${place.path}.value`);
  return (count) => {
    const sizes = lengths(count).map(Number);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const names = keys.read(total);
    const cells = values.read(total);
    let at = 0;
    return sizes.map((size) => {
      const entries = new Map<string, Cell>();
      for (const end = at + size; at < end; at++) {
        const name = names[at];
        // An entry without a key is left out, as Trino does.
        if (typeof name === 'string') entries.set(name, cells[at] as Cell);
      }
      return new MapCell([...entries]);
    });
  };
}

/** Fields go by name, also in tables whose columns go by position. */
async function structs(place: Place, type: OrcType, to: TrinoType): Promise<Read<Cell>> {
  if (to.kind !== 'row') throw orcMismatch(type, to, place.path);
  const readers = await Promise.all(
    to.fields.map((field) => {
      const name = field.name?.toLowerCase();
      const child = type.children.find((item) => item.name.toLowerCase() === name);
      return child && columnReader(place.file, place.stripe, child, field.type, `${place.path}.${child.name}`);
    }),
  );
  return (count) => {
    const columns = readers.map((reader) => reader?.read(count));
    return Array.from({ length: count }, (_, row) =>
      RowCell.of(
        to.fields,
        columns.map((column) => column?.[row] ?? null),
      ),
    );
  };
}
