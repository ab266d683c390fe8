import zlib from 'node:zlib';

/** A running checksum; `digest` gives its bytes, big-endian, as S3 does. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

export class Crc32 implements Checksum {
  private value = 0;

  public update(bytes: Uint8Array): void {
    this.value = zlib.crc32(bytes, this.value);
  }

  public digest(): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.value >>> 0);
    return bytes;
  }
}

/** Castagnoli's polynomial, reflected. */
export class Crc32c implements Checksum {
  private static readonly table = table32(0x82f63b78);
  private value = 0xffffffff;

  public update(bytes: Uint8Array): void {
    const table = Crc32c.table;
    let value = this.value;
    for (let index = 0; index < bytes.length; index++) {
      value = table[(value ^ bytes[index]) & 0xff] ^ (value >>> 8);
    }
    this.value = value;
  }

  public digest(): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE((this.value ^ 0xffffffff) >>> 0);
    return bytes;
  }
}

function table32(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
}

/** CRC-64/NVME, reflected; in two 32-bit halves, since BigInt is some fifty times slower. */
export class Crc64Nvme implements Checksum {
  private static readonly table = table64(0x9a6c9329ac4bc9b5n);
  private high = 0xffffffff;
  private low = 0xffffffff;

  public update(bytes: Uint8Array): void {
    const { highs, lows } = Crc64Nvme.table;
    let { high, low } = this;
    for (let index = 0; index < bytes.length; index++) {
      const entry = (low ^ bytes[index]) & 0xff;
      low = lows[entry] ^ ((low >>> 8) | (high << 24));
      high = highs[entry] ^ (high >>> 8);
    }
    this.high = high;
    this.low = low;
  }

  public digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE((this.high ^ 0xffffffff) >>> 0, 0);
    bytes.writeUInt32BE((this.low ^ 0xffffffff) >>> 0, 4);
    return bytes;
  }
}

function table64(polynomial: bigint): { highs: Int32Array; lows: Int32Array } {
  const highs = new Int32Array(256);
  const lows = new Int32Array(256);
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    highs[index] = Number(value >> 32n);
    lows[index] = Number(BigInt.asIntN(32, value));
  }
  return { highs, lows };
}
