import { ServiceError } from '../../services/service';

/**
 * CBOR (RFC 8949) as far as Smithy's RPC protocol uses it, which SDKs speak with CloudWatch and some other services.
 *
 * Values have the JSON protocols' shapes, so that operations needn't know the difference: bytes are base64 and
 * timestamps epoch seconds. The way back needs a `Date` for a timestamp, since CBOR marks them.
 *
 * https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export function decodeCbor(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  try {
    return reader.value(0);
  } catch (error) {
    if (error instanceof RangeError) throw malformed('it is cut off');
    throw error;
  }
}

const BREAK = Symbol('break');
const INDEFINITE = 31;
/** Deeper than any API's shapes, and shallow enough for the stack. */
const MAX_DEPTH = 100;

class Reader {
  private offset = 0;

  public constructor(private readonly bytes: Buffer) {}

  public value(depth: number): unknown {
    const value = this.item(depth);
    if (value === BREAK) throw malformed('a break is out of place');
    return value;
  }

  private item(depth: number): unknown {
    if (depth > MAX_DEPTH) throw malformed('it is nested too deeply');
    const head = this.bytes.readUInt8(this.offset++);
    const [major, info] = [head >> 5, head & 31];
    switch (major) {
      case 0:
        return this.length(info);
      case 1:
        return -1 - this.length(info);
      case 2:
        return Buffer.concat(this.strings(info, 2)).toString('base64');
      case 3:
        return Buffer.concat(this.strings(info, 3)).toString('utf8');
      case 4:
        return this.list(info, depth);
      case 5:
        return this.map(info, depth);
      case 6:
        this.length(info);
        return this.value(depth + 1);
      default:
        return this.simple(info);
    }
  }

  private length(info: number): number {
    if (info < 24) return info;
    const size = 1 << (info - 24);
    if (size > 8) throw malformed('a length is missing');
    const start = this.offset;
    this.offset += size;
    return size === 8 ? Number(this.bytes.readBigUInt64BE(start)) : this.bytes.readUIntBE(start, size);
  }

  private strings(info: number, major: number): Buffer[] {
    if (info !== INDEFINITE) return [this.take(this.length(info))];
    const parts: Buffer[] = [];
    for (;;) {
      const head = this.bytes.readUInt8(this.offset++);
      if (head === 0xff) return parts;
      if (head >> 5 !== major || (head & 31) === INDEFINITE) throw malformed('a string has a part of another kind');
      parts.push(this.take(this.length(head & 31)));
    }
  }

  private take(length: number): Buffer {
    if (length > this.bytes.length - this.offset) throw malformed('it is cut off');
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  private list(info: number, depth: number): unknown[] {
    const count = info === INDEFINITE ? Number.POSITIVE_INFINITY : this.length(info);
    const items: unknown[] = [];
    while (items.length < count) {
      const item = this.item(depth + 1);
      if (item === BREAK) return this.ended(info, items);
      items.push(item);
    }
    return items;
  }

  private map(info: number, depth: number): Record<string, unknown> {
    const count = info === INDEFINITE ? Number.POSITIVE_INFINITY : this.length(info);
    const entries: [string, unknown][] = [];
    while (entries.length < count) {
      const name = this.item(depth + 1);
      if (name === BREAK) return Object.fromEntries(this.ended(info, entries));
      entries.push([String(name), this.value(depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  private ended<T>(info: number, found: T): T {
    if (info !== INDEFINITE) throw malformed('a break is out of place');
    return found;
  }

  private simple(info: number): unknown {
    const start = this.offset;
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return null;
      case 25:
        this.offset += 2;
        return half(this.bytes.readUInt16BE(start));
      case 26:
        this.offset += 4;
        return this.bytes.readFloatBE(start);
      case 27:
        this.offset += 8;
        return this.bytes.readDoubleBE(start);
      case INDEFINITE:
        return BREAK;
      default:
        throw malformed(`it has the simple value ${info}`);
    }
  }
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: unknown, parts: Buffer[]): void {
  if (value === null || value === undefined) parts.push(Buffer.of(0xf6));
  else if (typeof value === 'boolean') parts.push(Buffer.of(value ? 0xf5 : 0xf4));
  else if (typeof value === 'string') writeBytes(3, Buffer.from(value), parts);
  else if (typeof value === 'number' || typeof value === 'bigint') writeNumber(Number(value), parts);
  else if (value instanceof Uint8Array) writeBytes(2, Buffer.from(value), parts);
  else if (value instanceof Date) {
    // Tag 1: epoch seconds.
    parts.push(Buffer.of(0xc1));
    writeDouble(value.getTime() / 1000, parts);
  } else if (Array.isArray(value)) {
    writeHead(4, value.length, parts);
    for (const item of value) write(item, parts);
  } else {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    writeHead(5, entries.length, parts);
    for (const [name, member] of entries) {
      writeBytes(3, Buffer.from(name), parts);
      write(member, parts);
    }
  }
}

function writeNumber(value: number, parts: Buffer[]): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) writeDouble(value, parts);
  else if (value < 0) writeHead(1, -1 - value, parts);
  else writeHead(0, value, parts);
}

function writeDouble(value: number, parts: Buffer[]): void {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(0xfb, 0);
  bytes.writeDoubleBE(value, 1);
  parts.push(bytes);
}

function writeBytes(major: number, bytes: Buffer, parts: Buffer[]): void {
  writeHead(major, bytes.length, parts);
  parts.push(bytes);
}

function writeHead(major: number, length: number, parts: Buffer[]): void {
  const kind = major << 5;
  if (length < 24) {
    parts.push(Buffer.of(kind | length));
    return;
  }
  const size = length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x100000000 ? 4 : 8;
  const bytes = Buffer.alloc(1 + size);
  bytes.writeUInt8(kind | (24 + Math.log2(size)), 0);
  if (size === 8) bytes.writeBigUInt64BE(BigInt(length), 1);
  else bytes.writeUIntBE(length, 1, size);
  parts.push(bytes);
}

function malformed(reason: string): ServiceError {
  return new ServiceError('SerializationException', `the body of the request is no CBOR: ${reason}`, 400);
}
