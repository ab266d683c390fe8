import { inflateRawSync } from 'node:zlib';
import { decompress as zstd } from 'fzstd';
import { snappyDecompress } from './libraries';
import { lz4Decompress } from './lz4';

/** How a block inside of a file is compressed. */
export type BlockCodec = 'zlib' | 'snappy' | 'lz4' | 'zstd';

/**
 * One block → its bytes. `zlib` is a raw deflate stream, the others are their plain block (Zstandard: frame) formats.
 *
 * @param most bytes that the result may have
 * @throws an error of the codec for bytes that are none of it
 */
export function decompressBlock(codec: BlockCodec, block: Buffer, most: number): Buffer {
  switch (codec) {
    case 'zlib':
      return inflateRawSync(block, { maxOutputLength: Math.max(most, 1) });
    case 'snappy':
      return Buffer.from(snappyDecompress(block, most));
    case 'lz4':
      return lz4Decompress(block, most);
    case 'zstd': {
      const bytes = zstd(block);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
  }
}
