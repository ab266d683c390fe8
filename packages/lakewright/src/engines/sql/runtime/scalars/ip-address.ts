import { invalidArgument, ScalarFailure, type ScalarFunction, scalar } from '../support';
import { digitValue } from './java-digit';

/**
 * Trino's `ipaddress`: 16 bytes, an IPv4 address as `::ffff:a.b.c.d`. Texts are read as Guava's `InetAddresses` reads
 * them, which Trino uses.
 */

const BYTES = 16;
const MAPPED_PREFIX = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

export interface ReadAddress {
  readonly bytes: Uint8Array;
  /** The name of a network interface behind `%`: whether it's one depends on the machine. */
  readonly scope?: string;
}

/** The address of a text; undefined when it isn't one. */
export function readIpAddress(text: string): ReadAddress | undefined {
  const percent = text.indexOf('%');
  const address = percent < 0 ? text : text.slice(0, percent);
  if (!address.includes(':')) {
    const bytes = percent < 0 ? readIpv4(address) : undefined;
    return bytes && { bytes: mapped(bytes) };
  }
  const bytes = readIpv6(address);
  if (!bytes) return undefined;
  // An IPv4 address has no scope, in whatever form it's written.
  if (percent >= 0 && (address.includes('.') || isMapped(bytes))) return undefined;
  const scope = percent < 0 ? '' : text.slice(percent + 1);
  return scope === '' || isSmallNumber(scope) ? { bytes } : { bytes, scope };
}

const isSmallNumber = (scope: string): boolean => /^\d{1,9}$/.test(scope);

function mapped(ipv4: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  bytes.set(MAPPED_PREFIX);
  bytes.set(ipv4, MAPPED_PREFIX.length);
  return bytes;
}

const isMapped = (bytes: Uint8Array): boolean => MAPPED_PREFIX.every((byte, index) => bytes[index] === byte);

/** Four decimal numbers up to 255 without leading zeros. */
function readIpv4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (part.length > 1 && digitValue(part, 0, 10) === 0 ? -1 : readNumber(part, 10, 3)));
  return bytes.every((byte) => byte >= 0 && byte <= 255) ? bytes : undefined;
}

/** Digits of any script, as Java takes them; -1 for anything else. */
function readNumber(text: string, radix: number, longest: number): number {
  if (text.length === 0 || text.length > longest) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = digitValue(text, i, radix);
    if (digit < 0) return -1;
    value = value * radix + digit;
  }
  return value;
}

/** Eight groups, one run of them abbreviated to `::`; the last two may be an IPv4 address. */
function readIpv6(text: string): Uint8Array | undefined {
  const lastColon = text.lastIndexOf(':');
  const tail = text.slice(lastColon + 1);
  if (tail.includes('.')) {
    const ipv4 = readIpv4(tail);
    if (!ipv4) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = ipv4;
    const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    return readIpv6(`${text.slice(0, lastColon + 1)}${groups}`);
  }
  const [head = '', rest, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const left = head === '' && rest !== undefined ? [] : head.split(':');
  const right = rest === undefined || rest === '' ? [] : rest.split(':');
  const missing = 8 - left.length - right.length;
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...new Array<string>(missing).fill('0'), ...right].map((group) => readNumber(group, 16, 4));
  if (groups.includes(-1)) return undefined;
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** `1.2.3.4` where it's an IPv4 address, otherwise RFC 5952's text: the first longest run of zeros is `::`. */
export function ipAddressText(bytes: Uint8Array): string {
  if (isMapped(bytes)) return bytes.subarray(MAPPED_PREFIX.length).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  const text = groups.join(':');
  const longest = Math.max(...Array.from(text.matchAll(/(?<![^:])0(?::0)+(?![^:])/g), ([run]) => run.length), 0);
  if (longest === 0) return text;
  const run = new RegExp(`(?:^|:)${'0:'.repeat((longest - 1) / 2)}0(?:$|:)`);
  return text.replace(run, '::');
}

function parse(text: string): Uint8Array | null {
  const address = readIpAddress(text);
  if (address?.scope !== undefined) {
    throw new ScalarFailure(
      'NOT_COVERED',
      `not covered by the local SQL engine: address with the scope ${address.scope}`,
    );
  }
  return address?.bytes ?? null;
}

/** A network: `10.0.0.0/8` (no bit may be set behind the prefix), `2001:db8::/32` (any may). */
function contains(cidr: string, address: Uint8Array): boolean {
  const slash = cidr.indexOf('/');
  if (slash < 0) invalidArgument('Invalid CIDR');
  const text = cidr.slice(0, slash);
  const base = parse(text);
  if (!base) invalidArgument('Invalid network IP address');
  const length = prefixLength(cidr.slice(slash + 1));
  if (length < 0) invalidArgument('Invalid prefix length');
  const isIpv4 = !text.includes(':');
  const bits = isIpv4 ? length + 8 * MAPPED_PREFIX.length : length;
  if (bits > 8 * BYTES) invalidArgument('Invalid CIDR');
  const inside = base.map((byte, index) => byte & maskOf(bits, index));
  if (isIpv4 && base.some((byte, index) => byte !== inside[index])) invalidArgument('Invalid CIDR');
  return inside.every((byte, index) => byte === ((address[index] ?? 0) & maskOf(bits, index)));
}

/** The bits of a byte that a prefix of `bits` covers. */
const maskOf = (bits: number, index: number): number => 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - 8 * index)));

/** Java's `Integer.parseInt`; what it doesn't take fails inside Trino. */
function prefixLength(text: string): number {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const digits = text.slice(sign.length);
  const value = readNumber(digits, 10, Number.POSITIVE_INFINITY) * (sign === '-' ? -1 : 1);
  const isNumber = digits !== '' && readNumber(digits, 10, Number.POSITIVE_INFINITY) >= 0;
  if (!isNumber || value > 2_147_483_647 || value < -2_147_483_648) {
    throw new ScalarFailure('GENERIC_INTERNAL_ERROR', `For input string: "${text}"`);
  }
  return value;
}

/** Reading, printing and matching of addresses. A text that is none gives NULL: the cast says what that means. */
export const ipAddressScalars: readonly ScalarFunction[] = [
  scalar('lw_ip', ['VARCHAR'], 'BLOB', parse),
  scalar('lw_ip_text', ['BLOB'], 'VARCHAR', ipAddressText),
  scalar('lw_ip_in', ['VARCHAR', 'BLOB'], 'BOOLEAN', contains),
];
