import { type FileHandle, open } from 'node:fs/promises';
import { NotCoveredError, SqlError } from '../../sql/errors';
import { type BlockCodec, decompressBlock } from '../compression/blocks';
import { Message } from './protobuf';

/** The kinds of ORC types, in the order of their numbers. */
export const ORC_KINDS = [
  ...['boolean', 'byte', 'short', 'int', 'long', 'float', 'double', 'string', 'binary', 'timestamp'],
  ...['list', 'map', 'struct', 'union', 'decimal', 'date', 'varchar', 'char', 'timestamp_instant'],
] as const;

/** A column of the file, at any depth. */
export interface OrcType {
  /** The number under which streams name the column. */
  readonly id: number;
  readonly kind: string;
  /** The name in its struct. */
  readonly name: string;
  readonly scale: number;
  readonly children: readonly OrcType[];
}

export interface OrcStream {
  readonly kind: number;
  readonly column: number;
  /** Place in the file. */
  readonly offset: number;
  readonly length: number;
}

export interface OrcStripe {
  readonly rows: number;
  readonly streams: readonly OrcStream[];
  /** By column. */
  readonly encodings: readonly { readonly kind: number; readonly dictionarySize: number }[];
  /** Where its timestamps are wall time; '' when the file doesn't say. */
  readonly zone: string;
}

/** Streams by their kinds. */
export const STREAM = { present: 0, data: 1, length: 2, dictionary: 3, secondary: 5 } as const;

const CODECS: Readonly<Record<number, BlockCodec | undefined>> = {
  0: undefined,
  1: 'zlib',
  2: 'snappy',
  4: 'lz4',
  5: 'zstd',
};
const REFUSED_CODECS: Readonly<Record<number, string>> = { 3: 'LZO', 6: 'Brotli' };

const TAIL = 16_384;
const MAGIC = 'ORC';

interface StripePlace {
  readonly offset: number;
  readonly index: number;
  readonly data: number;
  readonly footer: number;
  readonly rows: number;
}

/**
 * An ORC file: what its tail says, and the bytes of its streams.
 *
 * @see https://orc.apache.org/specification/ORCv1/
 */
export class OrcFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly codec: BlockCodec | undefined,
    private readonly blockSize: number,
    public readonly root: OrcType,
    public readonly rows: number,
    private readonly places: readonly StripePlace[],
  ) {}

  /** @throws SqlError HIVE_BAD_DATA for what is no ORC file or only half of one */
  public static async open(path: string): Promise<OrcFile> {
    const handle = await open(path, 'r');
    try {
      return await OrcFile.read(handle);
    } catch (error) {
      await handle.close();
      throw orcError(error);
    }
  }

  private static async read(handle: FileHandle): Promise<OrcFile> {
    const { size } = await handle.stat();
    if (size < 4) throw badOrc('not an ORC file: too small');
    let tail = await bytesAt(handle, Math.max(0, size - TAIL), Math.min(size, TAIL));
    const scriptLength = tail[tail.length - 1] as number;
    const script = Message.parse(tail.subarray(tail.length - 1 - scriptLength, -1));
    if (scriptLength + 1 > size || script.text(8000) !== MAGIC)
      throw badOrc('not an ORC file: no ORC magic at its end');
    const compression = script.number(2);
    if (!(compression in CODECS)) {
      throw new NotCoveredError(`ORC compression ${REFUSED_CODECS[compression] ?? compression}`);
    }
    const footerLength = script.number(1);
    const whole = footerLength + scriptLength + 1;
    if (whole > size) throw badOrc('the footer is longer than the file');
    if (whole > tail.length) tail = await bytesAt(handle, size - whole, whole);
    const codec = CODECS[compression];
    const blockSize = script.number(3, 262_144);
    const end = tail.length - 1 - scriptLength;
    const footer = Message.parse(decompressed(tail.subarray(end - footerLength, end), codec, blockSize));
    if (footer.messages(10).length) throw new NotCoveredError('encrypted ORC file');
    const types = footer.messages(4);
    if (!types.length) throw badOrc('no types');
    const places = footer.messages(3).map((stripe) => ({
      offset: stripe.number(1),
      index: stripe.number(2),
      data: stripe.number(3),
      footer: stripe.number(4),
      rows: stripe.number(5),
    }));
    if (places.some((place) => place.offset + place.index + place.data + place.footer > size)) {
      throw badOrc('a stripe lies beyond the end of the file');
    }
    return new OrcFile(handle, codec, blockSize, typeAt(types, 0, ''), footer.number(6), places);
  }

  public async close(): Promise<void> {
    await this.handle.close();
  }

  /** The stripes one after the other. */
  public async *stripes(): AsyncGenerator<OrcStripe> {
    for (const place of this.places) {
      const end = place.offset + place.index + place.data;
      const footer = Message.parse(await this.read(end, place.footer));
      let offset = place.offset;
      const streams = footer.messages(1).map((stream): OrcStream => {
        const length = stream.number(3);
        offset += length;
        return { kind: stream.number(1), column: stream.number(2), offset: offset - length, length };
      });
      const encodings = footer
        .messages(2)
        .map((encoding) => ({ kind: encoding.number(1), dictionarySize: encoding.number(2) }));
      yield { rows: place.rows, streams, encodings, zone: footer.text(3) };
    }
  }

  /** Bytes of the file, decompressed. */
  public async read(offset: number, length: number): Promise<Buffer> {
    return decompressed(await bytesAt(this.handle, offset, length), this.codec, this.blockSize);
  }
}

async function bytesAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
    if (bytesRead === 0) throw badOrc('the file ends early');
    at += bytesRead;
  }
  return bytes;
}

/** Chunks with a header of three bytes: length, and whether the chunk is stored as it is. */
function decompressed(bytes: Buffer, codec: BlockCodec | undefined, blockSize: number): Buffer {
  if (!codec) return bytes;
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 3 > bytes.length) throw badOrc('a compressed chunk ends early');
    const header = bytes.readUIntLE(at, 3);
    const end = at + 3 + (header >> 1);
    if (end > bytes.length) throw badOrc('a compressed chunk ends early');
    const chunk = bytes.subarray(at + 3, end);
    chunks.push(header & 1 ? chunk : decompressBlock(codec, chunk, blockSize));
    at = end;
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

function typeAt(types: readonly Message[], id: number, name: string): OrcType {
  const type = types[id];
  if (!type) throw badOrc(`no type ${id}`);
  const names = type.texts(3);
  const kind = ORC_KINDS[type.number(1)] as string | undefined;
  if (!kind) throw new NotCoveredError(`ORC type ${type.number(1)}`);
  const children = type.numbers(2).map((child, index) => {
    if (child <= id) throw badOrc('a type that holds itself');
    return typeAt(types, child, names[index] ?? '');
  });
  return { id, kind, name, scale: type.number(6), children };
}

/** As Trino words it. */
export const badOrc = (message: string): SqlError => new SqlError('HIVE_BAD_DATA', `Malformed ORC file. ${message}`);

/** Whatever goes wrong inside of a file: the file is bad. */
export function orcError(error: unknown): unknown {
  if (error instanceof SqlError) return error;
  if ((error as NodeJS.ErrnoException).syscall) return error;
  return badOrc(error instanceof Error ? error.message : String(error));
}
