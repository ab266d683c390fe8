/**
 * The little of Protocol Buffers that ORC's file tail needs: messages of varints and length-delimited fields.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class Message {
  private readonly fields = new Map<number, (number | Buffer)[]>();

  /** @throws RangeError for bytes that are no message */
  public static parse(bytes: Buffer): Message {
    const message = new Message();
    let at = 0;
    const varint = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        if (byte === undefined || scale > 2 ** 63) throw new RangeError('bad varint');
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const tag = varint();
      const kind = tag % 8;
      const values = message.list(Math.floor(tag / 8));
      if (kind === 0) values.push(varint());
      else if (kind === 2) {
        const length = varint();
        if (at + length > bytes.length) throw new RangeError('field beyond the end of its message');
        values.push(bytes.subarray(at, at + length));
        at += length;
      } else if (kind === 1) at += 8;
      else if (kind === 5) at += 4;
      else throw new RangeError(`wire type ${kind}`);
    }
    return message;
  }

  private list(field: number): (number | Buffer)[] {
    const values = this.fields.get(field) ?? [];
    this.fields.set(field, values);
    return values;
  }

  public number(field: number, fallback = 0): number {
    const value = this.fields.get(field)?.at(-1);
    return typeof value === 'number' ? value : fallback;
  }

  public text(field: number): string {
    const value = this.fields.get(field)?.at(-1);
    return Buffer.isBuffer(value) ? value.toString('utf8') : '';
  }

  public texts(field: number): string[] {
    return this.buffers(field).map((value) => value.toString('utf8'));
  }

  public messages(field: number): Message[] {
    return this.buffers(field).map((value) => Message.parse(value));
  }

  /** Repeated numbers, packed or one by one. */
  public numbers(field: number): number[] {
    return (this.fields.get(field) ?? []).flatMap((value) => {
      if (typeof value === 'number') return [value];
      const numbers: number[] = [];
      let number = 0;
      let scale = 1;
      for (const byte of value) {
        number += (byte & 127) * scale;
        scale *= 128;
        if (byte >= 128) continue;
        numbers.push(number);
        number = 0;
        scale = 1;
      }
      return numbers;
    });
  }

  private buffers(field: number): Buffer[] {
    return (this.fields.get(field) ?? []).filter((value) => Buffer.isBuffer(value));
  }
}

/** A message that is being written; fields in the order in which they are added. */
export class MessageWriter {
  private readonly parts: Buffer[] = [];

  public number(field: number, value: number): this {
    this.parts.push(varint(field * 8), varint(value));
    return this;
  }

  public bytes(field: number, value: Buffer | string | MessageWriter): this {
    const bytes = value instanceof MessageWriter ? value.finish() : Buffer.from(value as string);
    this.parts.push(varint(field * 8 + 2), varint(bytes.length), bytes);
    return this;
  }

  public packed(field: number, values: readonly number[]): this {
    return values.length ? this.bytes(field, Buffer.concat(values.map(varint))) : this;
  }

  public finish(): Buffer {
    return Buffer.concat(this.parts);
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
