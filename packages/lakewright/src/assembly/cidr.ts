import { Unresolved } from './unresolved';

/**
 * `Fn::Cidr`: the first `count` blocks of `bits` host bits inside of an address block, IPv4 or IPv6.
 *
 * @param bits host bits of each block; default 8 as for a /24
 */
export function addressBlocks(block: string, count: number, bits = 8): string[] {
  const [address = '', length] = block.split('/');
  const six = address.includes(':');
  const width = six ? 128 : 32;
  const base = six ? parseSix(address) : parseFour(address);
  if (base === undefined || !Number.isInteger(Number(length)) || length === undefined) {
    throw new Unresolved(`Fn::Cidr wants an address block such as '10.0.0.0/16', got '${block.slice(0, 60)}'`);
  }
  if (!Number.isInteger(count) || count < 1 || count > 256 || !Number.isInteger(bits) || bits < 0 || bits > width) {
    throw new Unresolved(`Fn::Cidr wants 1 to 256 blocks of 0 to ${width} host bits, got ${count} of ${bits}`);
  }
  const size = 1n << BigInt(bits);
  if (size * BigInt(count) > 1n << BigInt(width - Number(length))) {
    throw new Unresolved(`Fn::Cidr can't cut ${count} blocks of ${bits} host bits out of '${block}'`);
  }
  return Array.from({ length: count }, (_, index) => {
    const start = base + size * BigInt(index);
    return `${six ? formatSix(start) : formatFour(start)}/${width - bits}`;
  });
}

function parseFour(address: string): bigint | undefined {
  const bytes = address.split('.').map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255)) return undefined;
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function parseSix(address: string): bigint | undefined {
  const [head = '', tail] = address.split('::');
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [left, right] = [words(head), tail === undefined ? [] : words(tail)];
  const gap = 8 - left.length - right.length;
  if (gap < 0 || (tail === undefined && gap > 0)) return undefined;
  const all = [...left, ...Array.from({ length: gap }, () => '0'), ...right];
  if (all.some((word) => !/^[0-9a-fA-F]{1,4}$/.test(word))) return undefined;
  return all.reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n);
}

const formatFour = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');

function formatSix(value: bigint): string {
  const words = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return words.join(':').replace(/(?:^|:)0(?::0)+(?::|$)/, '::');
}
