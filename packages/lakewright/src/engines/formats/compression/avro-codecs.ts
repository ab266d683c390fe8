import { inflateRaw } from 'node:zlib';
import { decompressBlock } from './blocks';
import { bunzip2 } from './libraries';

type Done = (error: Error | null, bytes?: Buffer) => void;
type Codec = (block: Buffer, done: Done) => void;

/** No block of an Avro file is larger. */
const MOST = 1 << 30;

/**
 * The codecs of Avro's specification but for xz, by the names that container files hold.
 *
 * @see https://avro.apache.org/docs/1.12.0/specification/#required-codecs
 */
export async function avroCodecs(): Promise<Record<string, Codec>> {
  const decode = await bunzip2();
  return {
    null: (block, done) => done(null, block),
    deflate: (block, done) => inflateRaw(block, done),
    // The last four bytes are a checksum of the plain ones.
    snappy: codec((block) => decompressBlock('snappy', block.subarray(0, -4), MOST)),
    zstandard: codec((block) => decompressBlock('zstd', block, MOST)),
    bzip2: codec(decode),
  };
}

/** Errors go to the stream's consumer instead of up its event loop. */
function codec(decode: (block: Buffer) => Buffer): Codec {
  return (block, done) => {
    let bytes: Buffer;
    try {
      bytes = decode(block);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    done(null, bytes);
  };
}
