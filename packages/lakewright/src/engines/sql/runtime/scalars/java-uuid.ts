import { type ScalarFunction, scalar } from '../support';
import { digitValue } from './java-digit';

/** Bits that Java's `UUID.fromString` keeps of each part. */
const PART_BITS = [32, 16, 16, 16, 48] as const;
const LONG_MAX = 2n ** 63n - 1n;

/**
 * The canonical text of a UUID, undefined for what isn't one. Trino takes 36 bytes of text and gives them to Java's
 * `UUID.fromString`: the four hyphens may stand anywhere, a part may have a plus, and of each part only the last bits
 * count (`12151fd27-586-…` is `2151fd27-0586-…`).
 */
export function readUuid(text: string): string | undefined {
  if (Buffer.byteLength(text) !== 36) return undefined;
  const parts = text.split('-');
  if (parts.length !== PART_BITS.length) return undefined;
  const values = parts.map(parsePart);
  if (values.includes(undefined)) return undefined;
  return PART_BITS.map((bits, i) =>
    BigInt.asUintN(bits, values[i] ?? 0n)
      .toString(16)
      .padStart(bits / 4, '0'),
  ).join('-');
}

/** `Long.parseLong` of hexadecimal digits; a minus can't be in it. */
function parsePart(part: string): bigint | undefined {
  const digits = part.startsWith('+') ? part.slice(1) : part;
  if (digits === '') return undefined;
  let value = 0n;
  for (let i = 0; i < digits.length; i++) {
    const digit = digitValue(digits, i, 16);
    if (digit < 0) return undefined;
    value = value * 16n + BigInt(digit);
  }
  return value <= LONG_MAX ? value : undefined;
}

/** NULL for a text that is no UUID. */
export const uuidScalars: readonly ScalarFunction[] = [
  scalar('lw_uuid', ['VARCHAR'], 'VARCHAR', (text) => readUuid(text) ?? null),
];
