import { NotCoveredError } from '../../sql/errors';
import { physicalFields } from '../../sql/types/physical';
import { typeText } from '../../sql/types/text';
import type { TrinoType } from '../../sql/types/type';
import { type JsonObject, JsonScalar, type JsonText } from '../json-text';
import { ORC_KINDS, STREAM } from './file';
import { MessageWriter } from './protobuf';
import { booleanRuns, byteRuns, integerRuns, varint } from './run-length-writer';

export interface WrittenStream {
  readonly column: number;
  readonly kind: number;
  readonly bytes: Buffer;
}

/** A column of a stripe that is being written; its numbers are given depth first. */
export interface ColumnWriter {
  /** `null` is a NULL. Rows are objects, maps too; bytes are DuckDB's `\x41` text. */
  add(value: JsonText): void;
  /** What was added since the last time: own streams, then those of the columns inside. */
  flush(): WrittenStream[];
  /** ORC's description of the column and of those inside. */
  readonly types: readonly MessageWriter[];
}

/** @param id the column's number; those inside follow */
export function columnWriter(type: TrinoType, id: number): ColumnWriter {
  switch (type.kind) {
    case 'array': {
      const items = columnWriter(type.element, id + 1);
      return new ListWriter(typeMessage('list', [id + 1]), id, [items], (value) => {
        for (const item of value as readonly JsonText[]) items.add(item);
        return (value as readonly JsonText[]).length;
      });
    }
    case 'map': {
      const keys = columnWriter(type.key, id + 1);
      const values = columnWriter(type.value, id + 1 + keys.types.length);
      return new ListWriter(typeMessage('map', [id + 1, id + 1 + keys.types.length]), id, [keys, values], (value) => {
        for (const [key, member] of (value as JsonObject).members) {
          keys.add(new JsonScalar(key, true));
          values.add(member);
        }
        return (value as JsonObject).members.length;
      });
    }
    case 'row':
      return new StructWriter(id, physicalFields(type.fields));
    default:
      return new ScalarWriter(type, id);
  }
}

function typeMessage(kind: string, children: readonly number[] = []): MessageWriter {
  return new MessageWriter().number(1, (ORC_KINDS as readonly string[]).indexOf(kind)).packed(2, children);
}

abstract class NullableWriter implements ColumnWriter {
  private present: boolean[] = [];

  protected constructor(protected readonly id: number) {}

  public abstract readonly types: readonly MessageWriter[];
  protected abstract addValue(value: Exclude<JsonText, null>): void;
  protected abstract flushValues(): WrittenStream[];

  public add(value: JsonText): void {
    this.present.push(value !== null);
    if (value !== null) this.addValue(value);
  }

  public flush(): WrittenStream[] {
    const streams = this.flushValues();
    const present = this.present;
    this.present = [];
    if (present.every((there) => there)) return streams;
    return [this.stream(STREAM.present, booleanRuns(present)), ...streams];
  }

  protected stream(kind: number, bytes: Buffer): WrittenStream {
    return { column: this.id, kind, bytes };
  }
}

/** The columns of the file themselves are such a struct, without NULLs. */
export class StructWriter extends NullableWriter {
  public readonly types: readonly MessageWriter[];
  private readonly fields: readonly { readonly name: string; readonly writer: ColumnWriter }[];

  public constructor(id: number, fields: readonly { readonly name: string; readonly type: TrinoType }[]) {
    super(id);
    let next = id + 1;
    const children: number[] = [];
    this.fields = fields.map(({ name, type }) => {
      const writer = columnWriter(type, next);
      children.push(next);
      next += writer.types.length;
      return { name, writer };
    });
    const own = typeMessage('struct', children);
    for (const { name } of fields) own.bytes(3, name);
    this.types = [own, ...this.fields.flatMap((field) => field.writer.types)];
  }

  protected override addValue(value: Exclude<JsonText, null>): void {
    const { members } = value as JsonObject;
    this.fields.forEach(({ writer }, index) => {
      writer.add(members[index]?.[1] ?? null);
    });
  }

  protected override flushValues(): WrittenStream[] {
    return this.fields.flatMap((field) => field.writer.flush());
  }
}

class ListWriter extends NullableWriter {
  public readonly types: readonly MessageWriter[];
  private lengths: bigint[] = [];

  public constructor(
    own: MessageWriter,
    id: number,
    private readonly inner: readonly ColumnWriter[],
    private readonly addAll: (value: Exclude<JsonText, null>) => number,
  ) {
    super(id);
    this.types = [own, ...inner.flatMap((writer) => writer.types)];
  }

  protected override addValue(value: Exclude<JsonText, null>): void {
    this.lengths.push(BigInt(this.addAll(value)));
  }

  protected override flushValues(): WrittenStream[] {
    const lengths = integerRuns(this.lengths, false);
    this.lengths = [];
    return [this.stream(STREAM.length, lengths), ...this.inner.flatMap((writer) => writer.flush())];
  }
}

class ScalarWriter extends NullableWriter {
  public readonly types: readonly MessageWriter[];
  private texts: string[] = [];

  public constructor(
    private readonly type: TrinoType,
    id: number,
  ) {
    super(id);
    this.types = [scalarType(type)];
  }

  protected override addValue(value: Exclude<JsonText, null>): void {
    this.texts.push((value as JsonScalar).text);
  }

  protected override flushValues(): WrittenStream[] {
    const { texts } = this;
    this.texts = [];
    const data = (bytes: Buffer) => [this.stream(STREAM.data, bytes)];
    switch (this.type.kind) {
      case 'boolean':
        return data(booleanRuns(texts.map((text) => text === 'true')));
      case 'tinyint':
        return data(byteRuns(texts.map((text) => Number(text) & 255)));
      case 'smallint':
      case 'integer':
      case 'bigint':
        return data(integerRuns(texts.map(BigInt), true));
      case 'date':
        return data(
          integerRuns(
            texts.map((text) => BigInt(Math.floor(instant(text) / 86_400_000))),
            true,
          ),
        );
      case 'real':
      case 'double':
        return data(floats(texts, this.type.kind === 'real' ? 4 : 8));
      case 'decimal':
        return this.decimals(texts, this.type.scale);
      case 'timestamp':
        return this.timestamps(texts.map(instant));
      default:
        return this.lengthAndData(
          texts.map((text) => (this.type.kind === 'varbinary' ? blobBytes(text) : Buffer.from(text))),
        );
    }
  }

  private decimals(texts: readonly string[], scale: number): WrittenStream[] {
    const unscaled = texts.flatMap((text) => varint(unscaledValue(text, scale), true));
    return [
      this.stream(STREAM.data, Buffer.from(unscaled)),
      this.stream(
        STREAM.secondary,
        integerRuns(
          texts.map(() => BigInt(scale)),
          true,
        ),
      ),
    ];
  }

  private lengthAndData(values: readonly Buffer[]): WrittenStream[] {
    return [
      this.stream(STREAM.data, Buffer.concat(values)),
      this.stream(
        STREAM.length,
        integerRuns(
          values.map((value) => BigInt(value.length)),
          false,
        ),
      ),
    ];
  }

  /** Seconds since 2015, cut off towards 1970 as all writers do, and nanoseconds without their zeros. */
  private timestamps(instants: readonly number[]): WrittenStream[] {
    const seconds: bigint[] = [];
    const nanos: bigint[] = [];
    for (const time of instants) {
      const millis = ((time % 1_000) + 1_000) % 1_000;
      const floor = (time - millis) / 1_000;
      seconds.push(BigInt(floor + (time < 0 && millis > 0 ? 1 : 0)) - 1_420_070_400n);
      nanos.push(withoutZeros(millis * 1_000_000));
    }
    return [
      this.stream(STREAM.data, integerRuns(seconds, true)),
      this.stream(STREAM.secondary, integerRuns(nanos, false)),
    ];
  }
}

/** The low three bits are the zeros taken away, less one; from two on. */
function withoutZeros(nanos: number): bigint {
  if (nanos === 0) return 0n;
  let zeros = 0;
  let digits = nanos;
  while (digits % 10 === 0 && zeros < 8) {
    digits /= 10;
    zeros++;
  }
  return zeros < 2 ? BigInt(nanos) << 3n : (BigInt(digits) << 3n) | BigInt(zeros - 1);
}

function scalarType(type: TrinoType): MessageWriter {
  switch (type.kind) {
    case 'decimal':
      return typeMessage('decimal').number(5, type.precision).number(6, type.scale);
    case 'varchar':
      return type.length === undefined ? typeMessage('string') : typeMessage('varchar').number(4, type.length);
    case 'char':
      return typeMessage('char').number(4, type.length);
    default: {
      const kind = SCALARS[type.kind];
      if (!kind) throw new NotCoveredError(`writing a column of type ${typeText(type)} to ORC`);
      return typeMessage(kind);
    }
  }
}

const SCALARS: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  tinyint: 'byte',
  smallint: 'short',
  integer: 'int',
  bigint: 'long',
  real: 'float',
  double: 'double',
  date: 'date',
  timestamp: 'timestamp',
  varbinary: 'binary',
};

function floats(texts: readonly string[], width: 4 | 8): Buffer {
  const bytes = Buffer.allocUnsafe(texts.length * width);
  texts.forEach((text, index) => {
    const value = numberOf(text);
    if (width === 4) bytes.writeFloatLE(value, index * 4);
    else bytes.writeDoubleLE(value, index * 8);
  });
  return bytes;
}

/** DuckDB's words for what JSON has no numbers for. */
export function numberOf(text: string): number {
  if (/^-?inf/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

/** `2024-01-31[ 10:00:00.123]`, years of more digits and `(BC)` → milliseconds since 1970. */
export function instant(text: string): number {
  const match = /^(\d+)-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?( \(BC\))?$/.exec(text);
  if (!match) throw new RangeError(`no date or timestamp: ${text}`);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as number[];
  const date = new Date(0);
  date.setUTCFullYear(match[8] ? 1 - (year as number) : (year as number), (month as number) - 1, day);
  date.setUTCHours(hour as number, minute, second, Number((match[7] ?? '').padEnd(3, '0').slice(0, 3)));
  return date.getTime();
}

export function unscaledValue(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(scale, '0').slice(0, scale)}`);
}

/** DuckDB's text of a BLOB: printable characters as they are, others as `\x00`. */
export const blobBytes = (text: string): Buffer =>
  Buffer.from(
    text.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
