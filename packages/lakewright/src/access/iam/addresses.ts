import { BlockList, isIP } from 'node:net';

/** `203.0.113.0/24`, `2001:DB8::/32`, or one address. */
export function parseRange(text: string): BlockList | undefined {
  const [address, prefix] = text.split('/');
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  const range = new BlockList();
  range.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  return range;
}

export function addressIn(address: string, range: BlockList): boolean {
  const version = isIP(address);
  return version !== 0 && range.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
