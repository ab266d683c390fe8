import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { Decompress } from 'fzstd';
import { NotCoveredError, SqlError } from '../../sql/errors';
import { bunzip2, snappyDecompress } from './libraries';
import { lz4Decompress } from './lz4';

type Chunks = AsyncIterable<Uint8Array>;

const ENDING = /\.(gz|deflate|bz2|snappy|lz4|lzo|lzo_deflate|zst)$/;

/** Whether a text object of this name isn't plain. */
export const isCompressed = (name: string): boolean => ENDING.test(name);

/**
 * The plain bytes of a text object. As in Athena its ending says how it is compressed: `.gz`, `.bz2`, `.zst`, `.deflate`,
 * and `.snappy` and `.lz4` in Hadoop's blocks; every other ending, `.gzip` and `.zstd` too, is plain text.
 *
 * @throws NotCoveredError for `.lzo`
 * @throws SqlError HIVE_CANNOT_OPEN_SPLIT for bytes that aren't what the ending says, HIVE_CURSOR_ERROR for half a file
 */
export async function* decompressed(stream: Readable, name: string): Chunks {
  const ending = ENDING.exec(name)?.[1];
  const decoder = ending && DECODERS[ending];
  if (ending && !decoder) throw new NotCoveredError(`text file compressed as .${ending}`);
  let begun = false;
  try {
    for await (const chunk of decoder ? decoder(stream) : stream) {
      begun = true;
      yield chunk;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (begun || (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') {
      throw new SqlError('HIVE_CURSOR_ERROR', `Failed to read file: ${message}`);
    }
    throw new SqlError('HIVE_CANNOT_OPEN_SPLIT', `Error opening Hive split: ${message}`);
  } finally {
    stream.destroy();
  }
}

const DECODERS: Readonly<Record<string, (stream: Readable) => Chunks>> = {
  gz: (stream) => pipe(stream, createGunzip()),
  deflate: (stream) => pipe(stream, createInflate()),
  bz2: bzip2,
  zst: zstandard,
  snappy: (stream) => hadoopBlocks(stream, snappyDecompress),
  lz4: (stream) => hadoopBlocks(stream, lz4Decompress),
};

function pipe(stream: Readable, target: Readable & NodeJS.WritableStream): Readable {
  stream.on('error', (error) => target.destroy(error));
  stream.pipe(target);
  return target;
}

async function* zstandard(stream: Readable): Chunks {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((chunk) => ready.push(chunk));
  for await (const chunk of stream) {
    decoder.push(chunk as Buffer);
    yield* ready;
    ready = [];
  }
  decoder.push(new Uint8Array(0), true);
  yield* ready;
}

/** The library wants the whole file. */
async function* bzip2(stream: Readable): Chunks {
  const decode = await bunzip2();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  yield decode(Buffer.concat(chunks));
}

/**
 * Hadoop's BlockCompressorStream: the length of a block's plain bytes, then chunks, each after its own length, until the
 * block is full; lengths are big-endian.
 */
async function* hadoopBlocks(stream: Readable, decode: (chunk: Buffer, most: number) => Uint8Array): Chunks {
  let held: Buffer = Buffer.alloc(0);
  let missing = 0;
  for await (const chunk of stream) {
    held = held.length ? Buffer.concat([held, chunk as Buffer]) : (chunk as Buffer);
    let at = 0;
    while (at + 4 <= held.length) {
      const length = held.readUInt32BE(at);
      if (missing === 0) {
        missing = length;
        at += 4;
        continue;
      }
      if (at + 4 + length > held.length) break;
      const plain = decode(held.subarray(at + 4, at + 4 + length), missing);
      if (plain.length > missing) throw new RangeError('a chunk is longer than its block');
      missing -= plain.length;
      at += 4 + length;
      yield plain;
    }
    held = held.subarray(at);
  }
  if (held.length || missing) throw new RangeError('unexpected end of file');
}
