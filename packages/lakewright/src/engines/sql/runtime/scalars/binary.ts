import { isUtf8 } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import { invalidArgument, ParseCache, type ScalarFunction, scalar } from '../support';
import { oneNan } from './java-number';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(buffer >> bits) & 31];
    }
  }
  if (bits > 0) text += BASE32[(buffer << (5 - bits)) & 31];
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

function fromBase32(text: string): Uint8Array {
  const digits = text.replace(/=+$/, '');
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const digit of digits) {
    const value = BASE32.indexOf(digit);
    if (value < 0) invalidArgument(`Invalid input character: ${digit}`);
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((buffer >> bits) & 0xff);
  }
  if ([1, 3, 6].includes(digits.length % 8)) invalidArgument(`Invalid input length ${digits.length}`);
  return Uint8Array.from(bytes);
}

function fromBase64(text: string, urlSafe: boolean): Uint8Array {
  const alphabet = urlSafe ? /^[A-Za-z0-9_-]*={0,2}$/ : /^[A-Za-z0-9+/]*={0,2}$/;
  const digits = text.replace(/=+$/, '');
  const padded = digits.length < text.length && text.length % 4 !== 0;
  if (!alphabet.test(text) || digits.length % 4 === 1 || padded)
    invalidArgument(`Invalid base64: ${text.slice(0, 100)}`);
  return Buffer.from(text, urlSafe ? 'base64url' : 'base64');
}

function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) invalidArgument('Hex input length must be even');
  if (/[^0-9a-fA-F]/.test(text)) invalidArgument(`Not a valid hex string: ${text.slice(0, 100)}`);
  return Buffer.from(text, 'hex');
}

/** UTF-8 with each wrong sequence replaced. */
function fromUtf8(bytes: Uint8Array, replacement: string): string {
  const buffer = Buffer.from(bytes);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  for (let at = 0; at < buffer.length; ) {
    const { length, valid } = sequenceAt(buffer, at);
    text += valid ? buffer.toString('utf8', at, at + length) : replacement;
    at += length;
  }
  return text;
}

/**
 * The sequence at a byte. What's replaced as one is what airlift's `SliceUtf8` takes for one: an overlong form, a
 * surrogate and the withdrawn forms of five and six bytes count as one character.
 */
function sequenceAt(bytes: Buffer, at: number): { readonly length: number; readonly valid: boolean } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { length: 1, valid: true };
  const expected =
    first < 0xc0 || first >= 0xfe ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : first < 0xfc ? 5 : 6;
  let length = 1;
  while (length < expected && ((bytes[at + length] ?? 0) & 0xc0) === 0x80) length++;
  return { length, valid: length > 1 && isUtf8(bytes.subarray(at, at + length)) };
}

function bigEndian(bytes: Uint8Array, length: bigint): bigint {
  if (BigInt(bytes.length) !== length) {
    invalidArgument(`expected ${length}-byte input, but got instead: ${bytes.length}`);
  }
  return BigInt.asIntN(Number(length) * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

function ieee(value: number, length: bigint): Uint8Array {
  const buffer = Buffer.alloc(Number(length));
  if (length === 4n) buffer.writeFloatBE(value);
  else buffer.writeDoubleBE(oneNan(value));
  return buffer;
}

function fromIeee(bytes: Uint8Array, length: bigint): number {
  if (BigInt(bytes.length) !== length) {
    invalidArgument(`Input floating-point value must be exactly ${length} bytes long`);
  }
  const buffer = Buffer.from(bytes);
  return length === 4n ? buffer.readFloatBE() : buffer.readDoubleBE();
}

function padBytes(bytes: Uint8Array, target: bigint, padding: Uint8Array, left: boolean): Uint8Array {
  if (target < 0n || target > 2_147_483_647n) invalidArgument('Target length must be in the range [0..2147483647]');
  if (padding.length === 0) invalidArgument('Padding bytes must not be empty');
  if (target > 1_000_000n) invalidArgument(`Length of padded binary is too long: ${target}`);
  const length = Number(target);
  if (bytes.length >= length) return bytes.slice(0, length);
  const fill = Uint8Array.from({ length: length - bytes.length }, (_, i) => padding[i % padding.length] ?? 0);
  return Buffer.concat(left ? [fill, bytes] : [bytes, fill]);
}

function slice(bytes: Uint8Array, start: bigint, length: bigint): Uint8Array {
  const size = BigInt(bytes.length);
  if (start === 0n || length <= 0n || start > size || -start > size) return new Uint8Array();
  const from = start > 0n ? start - 1n : size + start;
  const to = length > size ? size : from + length;
  return bytes.slice(Number(from), Number(to));
}

const crcTable = new ParseCache(() =>
  Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    return c >>> 0;
  }),
);

function crc32(bytes: Uint8Array): bigint {
  const table = crcTable.get('');
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return BigInt((crc ^ 0xffffffff) >>> 0);
}

/** Encodings and digests of bytes. */
export const binaryScalars: readonly ScalarFunction[] = [
  scalar('lw_hash', ['VARCHAR', 'BLOB'], 'BLOB', (algorithm, bytes) => createHash(algorithm).update(bytes).digest()),
  scalar('lw_hmac', ['VARCHAR', 'BLOB', 'BLOB'], 'BLOB', (algorithm, bytes, key) =>
    createHmac(algorithm, key).update(bytes).digest(),
  ),
  scalar('lw_crc32', ['BLOB'], 'BIGINT', crc32),
  scalar('lw_from_hex', ['VARCHAR'], 'BLOB', fromHex),
  scalar('lw_from_base64', ['VARCHAR', 'BOOLEAN'], 'BLOB', fromBase64),
  scalar('lw_to_base32', ['BLOB'], 'VARCHAR', toBase32),
  scalar('lw_from_base32', ['VARCHAR'], 'BLOB', fromBase32),
  scalar('lw_from_utf8', ['BLOB', 'VARCHAR'], 'VARCHAR', fromUtf8),
  scalar('lw_from_be', ['BLOB', 'BIGINT'], 'BIGINT', bigEndian),
  scalar('lw_to_be', ['BIGINT'], 'BLOB', (value) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64BE(value);
    return buffer;
  }),
  scalar('lw_ieee', ['DOUBLE', 'BIGINT'], 'BLOB', ieee),
  scalar('lw_from_ieee', ['BLOB', 'BIGINT'], 'DOUBLE', fromIeee),
  scalar('lw_bpad', ['BLOB', 'BIGINT', 'BLOB', 'BOOLEAN'], 'BLOB', padBytes),
  scalar('lw_bsubstr', ['BLOB', 'BIGINT', 'BIGINT'], 'BLOB', slice),
];
