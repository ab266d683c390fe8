/**
 * Thrift's binary protocol, as far as Hive's metastore speaks it: structures as field number → value.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md
 */

export type Read = string | number | boolean | bigint | Read[] | Map<Read, Read> | Struct;
export interface Struct {
  readonly [field: number]: Read;
}

enum Type {
  STOP = 0,
  BOOL = 2,
  BYTE = 3,
  DOUBLE = 4,
  I16 = 6,
  I32 = 8,
  I64 = 10,
  STRING = 11,
  STRUCT = 12,
  MAP = 13,
  SET = 14,
  LIST = 15,
}

export interface Call {
  readonly name: string;
  readonly sequence: number;
  /** Nobody waits for an answer. */
  readonly oneway: boolean;
  readonly args: Struct;
}

const VERSION = 0x80010000;
const [CALL, REPLY, EXCEPTION, ONEWAY] = [1, 2, 3, 4];
const MOST_BYTES = 64 * 1024 * 1024;

/** The first call in what has been received, and how many bytes it takes; undefined while it isn't whole. */
export function readCall(bytes: Buffer): { readonly call: Call; readonly length: number } | undefined {
  if (bytes.length > MOST_BYTES) throw new Error(`a call of more than ${MOST_BYTES} bytes`);
  const reader = new Reader(bytes);
  try {
    const head = reader.i32() >>> 0;
    if ((head & 0xffff0000) >>> 0 !== VERSION) throw new Error('not a call of Thrift’s strict binary protocol');
    const kind = head & 0xff;
    if (kind !== CALL && kind !== ONEWAY) throw new Error(`a message of the type ${kind}`);
    const name = reader.text();
    const sequence = reader.i32();
    return { call: { name, sequence, oneway: kind === ONEWAY, args: reader.struct() }, length: reader.at };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class Reader {
  public at = 0;

  public constructor(private readonly bytes: Buffer) {}

  public i32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  public text(): string {
    const length = this.i32();
    if (length < 0 || this.at + length > this.bytes.length) throw new RangeError('not whole');
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  public struct(): Struct {
    const fields: Record<number, Read> = {};
    for (let type = this.byte(); type !== Type.STOP; type = this.byte()) {
      const field = this.i16();
      fields[field] = this.value(type);
    }
    return fields;
  }

  private byte(): number {
    return this.bytes.readInt8(this.at++);
  }

  private i16(): number {
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  private value(type: number): Read {
    switch (type) {
      case Type.BOOL:
        return this.byte() !== 0;
      case Type.BYTE:
        return this.byte();
      case Type.I16:
        return this.i16();
      case Type.I32:
        return this.i32();
      case Type.I64:
        this.at += 8;
        return this.bytes.readBigInt64BE(this.at - 8);
      case Type.DOUBLE:
        this.at += 8;
        return this.bytes.readDoubleBE(this.at - 8);
      case Type.STRING:
        return this.text();
      case Type.STRUCT:
        return this.struct();
      case Type.LIST:
      case Type.SET: {
        const [inner, count] = [this.byte(), this.i32()];
        const items: Read[] = [];
        for (let index = 0; index < count; index++) items.push(this.value(inner));
        return items;
      }
      case Type.MAP: {
        const [key, inner, count] = [this.byte(), this.byte(), this.i32()];
        const map = new Map<Read, Read>();
        for (let index = 0; index < count; index++) map.set(this.value(key), this.value(inner));
        return map;
      }
      default:
        throw new Error(`no type ${type}`);
    }
  }
}

/** A value with its type: what an answer is made of. */
export interface Written {
  readonly type: number;
  readonly bytes: Buffer;
}

const number = (type: Type, bytes: number, write: (buffer: Buffer) => void): Written => {
  const buffer = Buffer.alloc(bytes);
  write(buffer);
  return { type, bytes: buffer };
};
const int = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};

export const i32 = (value: number): Written => number(Type.I32, 4, (buffer) => buffer.writeInt32BE(Math.trunc(value)));
export const bool = (value: boolean): Written => number(Type.BOOL, 1, (buffer) => buffer.writeInt8(value ? 1 : 0));

export function text(value: string): Written {
  const bytes = Buffer.from(value);
  return { type: Type.STRING, bytes: Buffer.concat([int(bytes.length), bytes]) };
}

/** An empty list is one of `empty`'s type. */
export function list(items: readonly Written[], empty: Written = text('')): Written {
  const { type } = items[0] ?? empty;
  return {
    type: Type.LIST,
    bytes: Buffer.concat([Buffer.from([type]), int(items.length), ...items.map((item) => item.bytes)]),
  };
}

export function texts(map: Readonly<Record<string, string>> = {}): Written {
  const entries = Object.entries(map);
  const parts = entries.flatMap(([key, value]) => [text(key).bytes, text(String(value)).bytes]);
  return {
    type: Type.MAP,
    bytes: Buffer.concat([Buffer.from([Type.STRING, Type.STRING]), int(entries.length), ...parts]),
  };
}

/** Fields that are undefined are left out. */
export function struct(fields: Readonly<Record<number, Written | undefined>>): Written {
  const parts = Object.entries(fields).flatMap(([id, value]) => {
    if (value === undefined) return [];
    const head = Buffer.alloc(3);
    head.writeInt8(value.type);
    head.writeInt16BE(Number(id), 1);
    return [head, value.bytes];
  });
  return { type: Type.STRUCT, bytes: Buffer.concat([...parts, Buffer.from([Type.STOP])]) };
}

/** The answer to a call: its result structure. */
export function reply({ name, sequence }: Call, result: Written): Buffer {
  return message(REPLY, name, sequence, result);
}

/** What no exception of the method says: `TApplicationException`, of the kind "internal error" or "unknown method". */
export function failure({ name, sequence }: Call, what: string, unknown = false): Buffer {
  return message(EXCEPTION, name, sequence, struct({ 1: text(what), 2: i32(unknown ? 1 : 6) }));
}

function message(kind: number, name: string, sequence: number, body: Written): Buffer {
  return Buffer.concat([int((VERSION | kind) >> 0), text(name).bytes, int(sequence), body.bytes]);
}
