/** A 64-bit integer: a number where it is safe, else a bigint. */
export type Int = number | bigint;

/** The streams of a column end before its values do, or hold what the encoding doesn't allow. */
export class OrcDataError extends Error {}

const BIG_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Wraps at 64 bits, and gives a number where that is exact. */
function narrow(value: bigint): Int {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped <= BIG_SAFE && wrapped >= -BIG_SAFE ? Number(wrapped) : wrapped;
}

function add(left: Int, right: Int): Int {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return narrow(BigInt(left) + BigInt(right));
}

function zigzag(value: Int): Int {
  if (typeof value === 'number') return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  return narrow((value & 1n) === 0n ? value >> 1n : -((value + 1n) >> 1n));
}

/** Bytes that are read from front to back. */
export class ByteSource {
  public at = 0;

  public constructor(public readonly bytes: Buffer) {}

  public byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new OrcDataError('stream ends early');
    return byte;
  }

  public take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) throw new OrcDataError('stream ends early');
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  /** Base 128, unsigned. */
  public varint(): Int {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 7; count++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    return this.bigVarint(BigInt(value), 49n);
  }

  /** Of any length, as decimals are kept; zigzag. */
  public signedBig(): bigint {
    const value = this.varint();
    const big = BigInt(value);
    return (big & 1n) === 0n ? big >> 1n : -((big + 1n) >> 1n);
  }

  private bigVarint(low: bigint, bits: bigint): bigint {
    let value = low;
    for (let shift = bits; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  /** Big-endian, unsigned. */
  public bigEndian(length: number): Int {
    let value = 0n;
    if (length <= 6) return length === 0 ? 0 : this.take(length).readUIntBE(0, length);
    for (const byte of this.take(length)) value = (value << 8n) | BigInt(byte);
    return value;
  }

  /** `count` unsigned values of `width` bits each, from the high bits of a byte to the low ones. */
  public bits(count: number, width: number): Int[] {
    const bytes = this.take(Math.ceil((count * width) / 8));
    const values: Int[] = new Array(count);
    if (width > 48) return wideBits(bytes, values, width);
    let held = 0;
    let heldBits = 0;
    let at = 0;
    for (let index = 0; index < count; index++) {
      let value = 0;
      let wanted = width;
      while (wanted > 0) {
        if (heldBits === 0) {
          held = bytes[at++] as number;
          heldBits = 8;
        }
        const taken = Math.min(wanted, heldBits);
        value = value * (1 << taken) + ((held >> (heldBits - taken)) & ((1 << taken) - 1));
        heldBits -= taken;
        wanted -= taken;
      }
      values[index] = value;
    }
    return values;
  }
}

/** More than 48 bits: ORC has 56 and 64, and 49 to 64 in patch lists, none of which need to end at a byte. */
function wideBits(bytes: Buffer, values: Int[], width: number): Int[] {
  let held = 0n;
  let heldBits = 0;
  let at = 0;
  for (let index = 0; index < values.length; index++) {
    while (heldBits < width) {
      held = (held << 8n) | BigInt(bytes[at++] as number);
      heldBits += 8;
    }
    heldBits -= width;
    const value = held >> BigInt(heldBits);
    held &= (1n << BigInt(heldBits)) - 1n;
    values[index] = value <= BIG_SAFE ? Number(value) : value;
  }
  return values;
}

/** Reads a stream run by run and hands out as many values as are asked for. */
abstract class RunReader<T> {
  private run: readonly T[] = [];
  private at = 0;

  protected constructor(protected readonly source: ByteSource) {}

  protected abstract nextRun(): readonly T[];

  public read(count: number): T[] {
    const values: T[] = new Array(count);
    for (let index = 0; index < count; ) {
      if (this.at === this.run.length) {
        this.run = this.nextRun();
        this.at = 0;
      }
      const end = Math.min(count, index + this.run.length - this.at);
      while (index < end) values[index++] = this.run[this.at++] as T;
    }
    return values;
  }
}

/** Runs of equal bytes, and bytes as they are. */
export class ByteRuns extends RunReader<number> {
  public constructor(bytes: Buffer) {
    super(new ByteSource(bytes));
  }

  protected override nextRun(): readonly number[] {
    const control = this.source.byte();
    if (control < 128) return new Array(control + 3).fill(this.source.byte());
    return [...this.source.take(256 - control)];
  }
}

/** Bits in byte runs, the high bit first. */
export class BooleanRuns extends RunReader<boolean> {
  private readonly inner: ByteRuns;

  public constructor(bytes: Buffer) {
    super(new ByteSource(bytes));
    this.inner = new ByteRuns(bytes);
  }

  protected override nextRun(): readonly boolean[] {
    const [byte = 0] = this.inner.read(1);
    return [128, 64, 32, 16, 8, 4, 2, 1].map((bit) => (byte & bit) !== 0);
  }
}

export type IntegerRuns = RunReader<Int>;

/** @param version 2 for the encodings DIRECT_V2 and DICTIONARY_V2 */
export const integerRuns = (bytes: Buffer, version: 1 | 2, signed: boolean): IntegerRuns =>
  version === 1 ? new IntegerRuns1(bytes, signed) : new IntegerRuns2(bytes, signed);

class IntegerRuns1 extends RunReader<Int> {
  public constructor(
    bytes: Buffer,
    private readonly signed: boolean,
  ) {
    super(new ByteSource(bytes));
  }

  protected override nextRun(): readonly Int[] {
    const control = this.source.byte();
    if (control >= 128) return Array.from({ length: 256 - control }, () => this.varint());
    const delta = (this.source.byte() << 24) >> 24;
    const base = this.varint();
    return Array.from({ length: control + 3 }, (_, index) => add(base, delta * index));
  }

  private varint(): Int {
    const value = this.source.varint();
    return this.signed ? zigzag(value) : normal(value);
  }
}

/** Unsigned 64 bits as Java's long has them. */
const normal = (value: Int): Int => (typeof value === 'number' ? value : narrow(value));

/** The widths that five bits stand for. */
const widthOf = (code: number): number =>
  code < 24 ? code + 1 : ([26, 28, 30, 32, 40, 48, 56, 64][code - 24] as number);

/** The next width that is in use, as patch lists are packed. */
const closestWidth = (bits: number): number => {
  for (let code = 0; code < 32; code++) if (widthOf(code) >= bits) return widthOf(code);
  return 64;
};

class IntegerRuns2 extends RunReader<Int> {
  public constructor(
    bytes: Buffer,
    private readonly signed: boolean,
  ) {
    super(new ByteSource(bytes));
  }

  protected override nextRun(): readonly Int[] {
    const first = this.source.byte();
    switch (first >> 6) {
      case 0:
        return new Array((first & 7) + 3).fill(this.value(this.source.bigEndian(((first >> 3) & 7) + 1)));
      case 1:
        return this.source.bits(this.length(first), widthOf((first >> 1) & 31)).map((value) => this.value(value));
      case 2:
        return this.patched(first);
      default:
        return this.delta(first);
    }
  }

  private length(first: number): number {
    return (((first & 1) << 8) | this.source.byte()) + 1;
  }

  private value(value: Int): Int {
    return this.signed ? zigzag(value) : normal(value);
  }

  /** Few bits for most values; the high bits of the others follow in a list of (gap, patch). */
  private patched(first: number): readonly Int[] {
    const width = widthOf((first >> 1) & 31);
    const count = this.length(first);
    const third = this.source.byte();
    const fourth = this.source.byte();
    const patchWidth = widthOf(third & 31);
    const base = this.signedMagnitude((third >> 5) + 1);
    const values = this.source.bits(count, width);
    const patches = this.source.bits(fourth & 31, closestWidth((fourth >> 5) + 1 + patchWidth));
    let at = 0;
    for (const entry of patches) {
      const patch = BigInt(entry) & ((1n << BigInt(patchWidth)) - 1n);
      at += Number(BigInt(entry) >> BigInt(patchWidth));
      // A gap that doesn't fit is split by entries without a patch.
      if (patch === 0n) continue;
      if (at >= count) throw new OrcDataError('patch beyond its run');
      values[at] = BigInt(values[at] as Int) | (patch << BigInt(width));
    }
    return values.map((value) => add(base, normal(value)));
  }

  private signedMagnitude(length: number): Int {
    const value = BigInt(this.source.bigEndian(length));
    const sign = 1n << BigInt(length * 8 - 1);
    return narrow((value & sign) === 0n ? value : -(value & (sign - 1n)));
  }

  private delta(first: number): readonly Int[] {
    const code = (first >> 1) & 31;
    const count = this.length(first);
    const base = this.value(this.source.varint());
    const step = zigzag(this.source.varint());
    const values: Int[] = [base];
    if (count > 1) values.push(add(base, step));
    if (code === 0) {
      while (values.length < count) values.push(add(values.at(-1) as Int, step));
      return values;
    }
    const down = step < 0;
    for (const difference of this.source.bits(Math.max(0, count - 2), widthOf(code))) {
      values.push(add(values.at(-1) as Int, down ? -(normal(difference) as number) : normal(difference)));
    }
    return values;
  }
}
