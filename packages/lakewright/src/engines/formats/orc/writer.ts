import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import type { TrinoType } from '../../sql/types/type';
import { snappyCompress } from '../compression/libraries';
import { lz4Store } from '../compression/lz4';
import type { JsonText } from '../json-text';
import { StructWriter, type WrittenStream } from './column-writers';
import { MessageWriter } from './protobuf';

export type OrcCodec = 'none' | 'zlib' | 'snappy' | 'lz4' | 'zstd';

const CODEC_NUMBERS: Readonly<Record<OrcCodec, number>> = { none: 0, zlib: 1, snappy: 2, lz4: 4, zstd: 5 };
const BLOCK = 262_144;
const STRIPE_ROWS = 50_000;

/** Node has Zstandard from 22.15 on; a block that can't be compressed is stored, as the format allows. */
const zstd = (zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer }).zstdCompressSync;

const COMPRESS: Readonly<Record<OrcCodec, (block: Buffer) => Uint8Array>> = {
  none: (block) => block,
  zlib: (block) => zlib.deflateRawSync(block),
  snappy: snappyCompress,
  lz4: lz4Store,
  zstd: (block) => (zstd ? zstd(block) : block),
};

/**
 * Writes rows as an ORC file: the first version of the encodings, without indexes and statistics, which readers may do
 * without.
 *
 * @param rows each an object whose members are the columns in their order
 */
export async function writeOrc(
  path: string,
  columns: readonly { readonly name: string; readonly type: TrinoType }[],
  codec: OrcCodec,
  rows: AsyncIterable<readonly JsonText[]>,
): Promise<void> {
  const out = createWriteStream(path);
  const done = finished(out);
  done.catch(() => undefined);
  let offset = 0;
  const write = async (bytes: Buffer): Promise<void> => {
    offset += bytes.length;
    if (!out.write(bytes))
      await Promise.race([new Promise<void>((resolve) => out.once('drain', () => resolve())), done]);
  };
  const root = new StructWriter(0, columns);
  const stripes: MessageWriter[] = [];
  let total = 0;
  let pending = 0;
  const flush = async (): Promise<void> => {
    if (pending === 0) return;
    const start = offset;
    const streams = root.flush().map((stream) => ({ ...stream, bytes: compressed(stream.bytes, codec) }));
    for (const stream of streams) await write(stream.bytes);
    const data = offset - start;
    const footer = compressed(stripeFooter(streams, root.types.length), codec);
    await write(footer);
    stripes.push(
      new MessageWriter().number(1, start).number(2, 0).number(3, data).number(4, footer.length).number(5, pending),
    );
    total += pending;
    pending = 0;
  };
  try {
    await write(Buffer.from('ORC'));
    for await (const batch of rows) {
      for (const row of batch) {
        root.add(row);
        if (++pending >= STRIPE_ROWS) await flush();
      }
    }
    await flush();
    const contentLength = offset;
    const footer = new MessageWriter().number(1, 3).number(2, contentLength);
    for (const stripe of stripes) footer.bytes(3, stripe);
    for (const type of root.types) footer.bytes(4, type);
    const footerBytes = compressed(footer.number(6, total).number(8, 0).number(11, 2).finish(), codec);
    await write(footerBytes);
    const script = new MessageWriter()
      .number(1, footerBytes.length)
      .number(2, CODEC_NUMBERS[codec])
      .number(3, BLOCK)
      .packed(4, [0, 12])
      .number(5, 0)
      .number(6, 9)
      .bytes(8000, 'ORC')
      .finish();
    await write(Buffer.concat([script, Buffer.from([script.length])]));
  } finally {
    out.end();
  }
  await done;
}

function stripeFooter(streams: readonly WrittenStream[], columns: number): Buffer {
  const footer = new MessageWriter();
  for (const { kind, column, bytes } of streams) {
    footer.bytes(1, new MessageWriter().number(1, kind).number(2, column).number(3, bytes.length));
  }
  for (let column = 0; column < columns; column++) footer.bytes(2, new MessageWriter().number(1, 0));
  return footer.bytes(3, 'UTC').finish();
}

/** Blocks, each after its length and whether it is stored as it is. */
function compressed(bytes: Buffer, codec: OrcCodec): Buffer {
  if (codec === 'none') return bytes;
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const plain = bytes.subarray(at, at + BLOCK);
    const packed = COMPRESS[codec](plain);
    const stored = packed.length >= plain.length;
    const block = stored ? plain : packed;
    const header = Buffer.alloc(3);
    header.writeUIntLE(block.length * 2 + (stored ? 1 : 0), 0, 3);
    parts.push(header, Buffer.from(block));
  }
  return Buffer.concat(parts);
}
