/**
 * One LZ4 block → its bytes.
 *
 * @param size of the result, where it is known; else the most that it may have
 * @throws RangeError for a block that is cut off or points outside of itself
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function lz4Decompress(block: Uint8Array, size: number): Buffer {
  const out = Buffer.allocUnsafe(size);
  let from = 0;
  let to = 0;
  const length = (nibble: number): number => {
    let value = nibble;
    if (nibble < 15) return value;
    for (;;) {
      const byte = block[from++];
      if (byte === undefined) throw new RangeError('LZ4 block ends early');
      value += byte;
      if (byte < 255) return value;
    }
  };
  while (from < block.length) {
    const token = block[from++] as number;
    const literals = length(token >> 4);
    if (from + literals > block.length || to + literals > size) throw new RangeError('LZ4 literals out of bounds');
    out.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has no match.
    if (from >= block.length) break;
    const offset = (block[from] as number) | ((block[from + 1] ?? 0) << 8);
    from += 2;
    const match = length(token & 15) + 4;
    if (offset === 0 || offset > to || to + match > size) throw new RangeError('LZ4 match out of bounds');
    // A match may overlap with what it writes.
    for (let index = 0; index < match; index++, to++) out[to] = out[to - offset] as number;
  }
  return out.subarray(0, to);
}

/** The bytes as an LZ4 block of literals alone: valid everywhere, but no smaller. */
export function lz4Store(bytes: Buffer): Buffer {
  const head: number[] = [];
  if (bytes.length < 15) head.push(bytes.length << 4);
  else {
    head.push(15 << 4);
    let rest = bytes.length - 15;
    for (; rest >= 255; rest -= 255) head.push(255);
    head.push(rest);
  }
  return Buffer.concat([Buffer.from(head), bytes]);
}
