import { type ScalarFunction, scalar } from '../support';

/** MurmurHash3_x86_32 with seed 0 (public domain, Austin Appleby), as a signed 32-bit integer. */
export function murmur3x86(bytes: Uint8Array): number {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = data.length & ~3;
  let hash = 0;
  for (let at = 0; at < whole; at += 4) {
    hash ^= scramble(data.readInt32LE(at));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  if (whole < data.length) {
    let rest = 0;
    for (let at = data.length - 1; at >= whole; at--) rest = (rest << 8) | (data[at] ?? 0);
    hash ^= scramble(rest);
  }
  hash ^= data.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** The shortest big-endian two's complement of an integer: how Iceberg hashes and stores decimals. */
export function shortestBytes(value: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length++;
  const hex = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, '0');
  return Buffer.from(hex, 'hex');
}

const longBytes = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};

const hash = (bytes: Uint8Array): bigint => BigInt(murmur3x86(bytes));

/**
 * What Iceberg's bucket transform hashes with.
 *
 * @see https://iceberg.apache.org/spec/#appendix-b-32-bit-hash-requirements
 */
export const icebergHashScalars: readonly ScalarFunction[] = [
  scalar('lw_iceberg_hash_long', ['BIGINT'], 'BIGINT', (value) => hash(longBytes(value))),
  scalar('lw_iceberg_hash_bytes', ['BLOB'], 'BIGINT', (bytes) => hash(bytes)),
  /** The argument: the decimal's digits without its point. */
  scalar('lw_iceberg_hash_decimal', ['VARCHAR'], 'BIGINT', (digits) => hash(shortestBytes(BigInt(digits)))),
];
