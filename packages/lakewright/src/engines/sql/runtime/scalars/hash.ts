import { notCovered, type ScalarFunction, scalar } from '../support';
import { oneNan } from './java-number';

const MASK = (1n << 64n) - 1n;
const rotate = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & MASK;

const PRIME1 = 0x9e3779b185ebca87n;
const PRIME2 = 0xc2b2ae3d27d4eb4fn;
const PRIME3 = 0x165667b19e3779f9n;
const PRIME4 = 0x85ebca77c2b2ae63n;
const PRIME5 = 0x27d4eb2f165667c5n;

/** XXH64 with seed 0 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). */
export function xxHash64(bytes: Uint8Array): bigint {
  const data = Buffer.from(bytes);
  const round = (accumulator: bigint, lane: bigint): bigint =>
    (rotate((accumulator + lane * PRIME2) & MASK, 31n) * PRIME1) & MASK;
  let at = 0;
  let hash = PRIME5;
  if (data.length >= 32) {
    let lanes = [(PRIME1 + PRIME2) & MASK, PRIME2, 0n, -PRIME1 & MASK];
    for (; at + 32 <= data.length; at += 32) {
      lanes = lanes.map((lane, k) => round(lane, data.readBigUInt64LE(at + 8 * k)));
    }
    const [a = 0n, b = 0n, c = 0n, d = 0n] = lanes;
    hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & MASK;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * PRIME1 + PRIME4) & MASK;
  }
  hash = (hash + BigInt(data.length)) & MASK;
  for (; at + 8 <= data.length; at += 8) {
    hash = (rotate(hash ^ round(0n, data.readBigUInt64LE(at)), 27n) * PRIME1 + PRIME4) & MASK;
  }
  if (at + 4 <= data.length) {
    hash = (rotate(hash ^ ((BigInt(data.readUInt32LE(at)) * PRIME1) & MASK), 23n) * PRIME2 + PRIME3) & MASK;
    at += 4;
  }
  for (; at < data.length; at++) {
    hash = (rotate(hash ^ ((BigInt(data[at] ?? 0) * PRIME5) & MASK), 11n) * PRIME1) & MASK;
  }
  hash ^= hash >> 33n;
  hash = (hash * PRIME2) & MASK;
  hash ^= hash >> 29n;
  hash = (hash * PRIME3) & MASK;
  return hash ^ (hash >> 32n);
}

function finalMix(value: bigint): bigint {
  let k = value ^ (value >> 33n);
  k = (k * 0xff51afd7ed558ccdn) & MASK;
  k ^= k >> 33n;
  k = (k * 0xc4ceb9fe1a85ec53n) & MASK;
  return k ^ (k >> 33n);
}

const MURMUR1 = 0x87c37b91114253d5n;
const MURMUR2 = 0x4cf5ad432745937fn;

/** MurmurHash3_x64_128 with seed 0 (public domain, Austin Appleby), as 16 bytes, little endian. */
function murmur3(bytes: Uint8Array): Uint8Array {
  const blocks = Math.floor(bytes.length / 16);
  const padded = Buffer.alloc((blocks + 1) * 16);
  padded.set(bytes);
  const mix1 = (k: bigint): bigint => (rotate((k * MURMUR1) & MASK, 31n) * MURMUR2) & MASK;
  const mix2 = (k: bigint): bigint => (rotate((k * MURMUR2) & MASK, 33n) * MURMUR1) & MASK;
  let h1 = 0n;
  let h2 = 0n;
  for (let block = 0; block < blocks; block++) {
    h1 = (rotate(h1 ^ mix1(padded.readBigUInt64LE(block * 16)), 27n) + h2) & MASK;
    h1 = (h1 * 5n + 0x52dce729n) & MASK;
    h2 = (rotate(h2 ^ mix2(padded.readBigUInt64LE(block * 16 + 8)), 31n) + h1) & MASK;
    h2 = (h2 * 5n + 0x38495ab5n) & MASK;
  }
  h2 ^= mix2(padded.readBigUInt64LE(blocks * 16 + 8));
  h1 ^= mix1(padded.readBigUInt64LE(blocks * 16));
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  const result = Buffer.alloc(16);
  result.writeBigUInt64LE(h1);
  result.writeBigUInt64LE(h2, 8);
  return result;
}

const SPOOKY = 0xdeadbeefdeadbeefn;

/** SpookyHash V2 (public domain, Bob Jenkins) with seed 0, for inputs below 192 bytes: its "short" form. */
function spooky(bytes: Uint8Array): bigint {
  if (bytes.length >= 192) notCovered('spooky_hash_v2 of 192 bytes or more');
  const data = Buffer.alloc(Math.ceil((bytes.length + 1) / 32) * 32 + 32);
  data.set(bytes);
  const word = (at: number): bigint => data.readBigUInt64LE(at);
  let [a, b, c, d] = [0n, 0n, SPOOKY, SPOOKY];
  let at = 0;
  const mix = (): void => {
    c = (rotate(c, 50n) + d) & MASK;
    a ^= c;
    d = (rotate(d, 52n) + a) & MASK;
    b ^= d;
    a = (rotate(a, 30n) + b) & MASK;
    c ^= a;
    b = (rotate(b, 41n) + c) & MASK;
    d ^= b;
    c = (rotate(c, 54n) + d) & MASK;
    a ^= c;
    d = (rotate(d, 48n) + a) & MASK;
    b ^= d;
    a = (rotate(a, 38n) + b) & MASK;
    c ^= a;
    b = (rotate(b, 37n) + c) & MASK;
    d ^= b;
    c = (rotate(c, 62n) + d) & MASK;
    a ^= c;
    d = (rotate(d, 34n) + a) & MASK;
    b ^= d;
    a = (rotate(a, 5n) + b) & MASK;
    c ^= a;
    b = (rotate(b, 36n) + c) & MASK;
    d ^= b;
  };
  for (; bytes.length - at >= 32; at += 32) {
    c = (c + word(at)) & MASK;
    d = (d + word(at + 8)) & MASK;
    mix();
    a = (a + word(at + 16)) & MASK;
    b = (b + word(at + 24)) & MASK;
  }
  if (bytes.length - at >= 16) {
    c = (c + word(at)) & MASK;
    d = (d + word(at + 8)) & MASK;
    mix();
    at += 16;
  }
  const remaining = bytes.length - at;
  // Up to 15 bytes, little endian, and the length in the highest byte.
  d = (d + (BigInt(bytes.length) << 56n)) & MASK;
  if (remaining > 0) {
    c = (c + word(at)) & MASK;
    d = (d + word(at + 8)) & MASK;
  } else {
    c = (c + SPOOKY) & MASK;
    d = (d + SPOOKY) & MASK;
  }
  const end = (shifts: readonly bigint[]): void => {
    for (const [i, shift] of shifts.entries()) {
      if (i % 4 === 0) {
        d ^= c;
        c = rotate(c, shift);
        d = (d + c) & MASK;
      } else if (i % 4 === 1) {
        a ^= d;
        d = rotate(d, shift);
        a = (a + d) & MASK;
      } else if (i % 4 === 2) {
        b ^= a;
        a = rotate(a, shift);
        b = (b + a) & MASK;
      } else {
        c ^= b;
        b = rotate(b, shift);
        c = (c + b) & MASK;
      }
    }
  };
  end([15n, 52n, 26n, 51n, 28n, 9n, 47n, 54n, 32n, 25n, 63n]);
  return a;
}

function bigEndian(value: bigint, length: 4 | 8): Uint8Array {
  const buffer = Buffer.alloc(length);
  if (length === 8) buffer.writeBigUInt64BE(value);
  else buffer.writeUInt32BE(Number(value & 0xffffffffn));
  return buffer;
}

const signed = (hash: bigint): bigint => BigInt.asIntN(64, hash);

/** Trino's hash of what is a 64-bit integer inside. */
function hashLong(value: bigint): bigint {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(BigInt.asIntN(64, value));
  return signed(xxHash64(buffer));
}

/** The hash by which Trino groups and joins 64-bit integers. */
const hashOfKey = (value: bigint): bigint => signed((rotate((value * PRIME2) & MASK, 31n) * PRIME1) & MASK);

/** One zero and one NaN. */
const canonical = (value: number): number => (value === 0 ? 0 : oneNan(value));

/** The bits of a double as an integer. */
function doubleBits(value: number): bigint {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(canonical(value));
  return buffer.readBigInt64LE();
}

function realBits(value: number): bigint {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(canonical(value));
  return BigInt(buffer.readInt32LE());
}

/** 128 bits: the hashes of both halves. */
const hashHalves = (high: bigint, low: bigint): bigint => hashLong(high) ^ hashLong(low);

/** The hashes of elements or fields one after the other; that of NULL is 0. */
function combine(hashes: readonly (bigint | null)[], start: bigint): bigint {
  return signed(hashes.reduce<bigint>((sum, hash) => (sum * 31n + (hash ?? 0n)) & MASK, start));
}

/** The first 64 bits of murmur3, which `approx_set` and the set digest use. */
const murmurLow = (bytes: Uint8Array): bigint => Buffer.from(murmur3(bytes)).readBigInt64LE();

function murmurLong(value: bigint): bigint {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(value);
  return murmurLow(buffer);
}

/**
 * Hashes that aren't in Node; Trino's hash of a value of each type (`lw_hash_…`, which `checksum` and `approx_distinct`
 * use); and `checksum`.
 */
export const hashScalars: readonly ScalarFunction[] = [
  scalar('lw_xxhash64', ['BLOB'], 'BLOB', (bytes) => bigEndian(xxHash64(bytes), 8)),
  scalar('lw_murmur3', ['BLOB'], 'BLOB', murmur3),
  scalar('lw_spooky32', ['BLOB'], 'BLOB', (bytes) => bigEndian(spooky(bytes), 4)),
  scalar('lw_spooky64', ['BLOB'], 'BLOB', (bytes) => bigEndian(spooky(bytes), 8)),
  scalar('lw_hash_text', ['VARCHAR'], 'BIGINT', (text) => signed(xxHash64(Buffer.from(text, 'utf8')))),
  scalar('lw_hash_bytes', ['BLOB'], 'BIGINT', (bytes) => signed(xxHash64(bytes))),
  scalar('lw_hash_long', ['BIGINT'], 'BIGINT', hashLong),
  scalar('lw_hash_field', ['BIGINT'], 'BIGINT', hashOfKey),
  scalar('lw_hash_double', ['DOUBLE'], 'BIGINT', (value) => hashLong(doubleBits(value))),
  scalar('lw_hash_real', ['FLOAT'], 'BIGINT', (value) => hashLong(realBits(value))),
  scalar('lw_hash_decimal', ['VARCHAR'], 'BIGINT', (unscaled) => hashHalves(BigInt(unscaled) >> 64n, BigInt(unscaled))),
  scalar('lw_hash_uuid', ['VARCHAR'], 'BIGINT', (text) => {
    const bytes = Buffer.from(text.replace(/-/g, ''), 'hex');
    return hashHalves(bytes.readBigInt64LE(0), bytes.readBigInt64LE(8));
  }),
  scalar('lw_hash_list', ['BIGINT[]'], 'BIGINT', (hashes) => combine(hashes, 0n)),
  scalar('lw_hash_row', ['BIGINT[]'], 'BIGINT', (hashes) => combine(hashes, 1n)),
  scalar('lw_hash_map', ['BIGINT[]', 'BIGINT[]'], 'BIGINT', (keys, values) =>
    signed(keys.reduce<bigint>((sum, key, i) => sum + ((key ?? 0n) ^ (values[i] ?? 0n)), 0n)),
  ),
  scalar('lw_hash_murmur_long', ['BIGINT'], 'BIGINT', murmurLong),
  scalar('lw_hash_murmur_double', ['DOUBLE'], 'BIGINT', (value) => murmurLong(doubleBits(value))),
  scalar('lw_hash_murmur_text', ['VARCHAR'], 'BIGINT', (text) => murmurLow(Buffer.from(text, 'utf8'))),
  scalar('lw_hash_murmur_bytes', ['BLOB'], 'BIGINT', murmurLow),
  // Each hash times a prime; the sum of the hashes comes as text, because it may pass 64 bits.
  scalar('lw_checksum', ['VARCHAR'], 'BLOB', (sum) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64LE((BigInt(sum) * PRIME1) & MASK);
    return buffer;
  }),
];
