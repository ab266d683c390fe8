// The two libraries come without types.
/// <reference path="./untyped.d.ts" />
import { compress, uncompress } from 'snappyjs';

/** A plain Snappy block, without frames. */
export const snappyCompress = (bytes: Uint8Array): Uint8Array => compress(bytes);

/** @param most bytes that the result may have */
export const snappyDecompress = (block: Uint8Array, most?: number): Uint8Array => uncompress(block, most);

/** All streams of a bzip2 file. */
export async function bunzip2(): Promise<(bytes: Uint8Array) => Buffer> {
  const { decode } = (await import('seek-bzip')).default;
  return (bytes) => decode(bytes, undefined, true);
}
