import { open } from 'node:fs/promises';
import zlib from 'node:zlib';
import type { Unrecognized } from './classification';

/** The first bytes of a file, decompressed. */
export interface Sample {
  readonly bytes: Buffer;
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** Whether `bytes` is the whole content. */
  readonly whole: boolean;
  /** Size of the content, decompressed; estimated where the sample isn't the whole. */
  readonly contentSize: number;
}

/** Glue reads the first megabyte, or the first 1,000 records. */
export const SAMPLE_BYTES = 1024 * 1024;

/** A sample that would be larger decompressed is shortened: a megabyte of gzip can hold a gigabyte of zeros. */
const LARGEST_CONTENT = 32 * SAMPLE_BYTES;

/** The start of a file, decompressed by its magic bytes: at most `limit` bytes of its content. */
export async function readSample(path: string, size: number, limit = SAMPLE_BYTES): Promise<Sample | Unrecognized> {
  const raw = await readRange(path, 0, Math.min(size, limit));
  const complete = raw.length >= size;
  const compression = compressionOf(raw);
  if (compression === 'none') return { bytes: raw, compression, whole: complete, contentSize: size };
  if (compression === 'bzip2') return { reason: "it is compressed with bzip2, which the local crawler doesn't read" };
  const content = decompress(raw, compression, complete);
  if ('reason' in content) return content;
  const { bytes, taken } = content;
  const known = complete && taken === raw.length;
  const contentSize = known ? bytes.length : Math.round((size * bytes.length) / Math.max(1, taken));
  return { bytes: bytes.subarray(0, limit), compression, whole: known && bytes.length <= limit, contentSize };
}

/** Bytes from `start`, fewer at the end of the file. */
export async function readRange(path: string, start: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await file.close();
  }
}

function compressionOf(bytes: Buffer): Sample['compression'] | 'bzip2' {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  return /^BZh[1-9]/.test(bytes.toString('latin1', 0, 4)) ? 'bzip2' : 'none';
}

/** The content, and how many bytes of the stream it is made of. */
function decompress(
  raw: Buffer,
  compression: 'gzip' | 'zstd',
  complete: boolean,
): { bytes: Buffer; taken: number } | Unrecognized {
  // Node 22.15 and later can read zstd.
  const zstd = (zlib as { zstdDecompressSync?: (bytes: Buffer, options: object) => Buffer }).zstdDecompressSync;
  const options = { maxOutputLength: LARGEST_CONTENT };
  try {
    if (compression === 'zstd') {
      if (!zstd)
        return { reason: `it is compressed with zstd, which Node ${process.versions.node} can't read (22.15 can)` };
      if (!complete)
        return { reason: `it is compressed with zstd and larger than the sample of ${SAMPLE_BYTES} bytes` };
      return { bytes: zstd(raw, options), taken: raw.length };
    }
    // A sample ends in the middle of the stream; a whole file must not.
    const finish = complete ? {} : { finishFlush: zlib.constants.Z_SYNC_FLUSH };
    return { bytes: zlib.gunzipSync(raw, { ...options, ...finish }), taken: raw.length };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE' && compression === 'gzip' && raw.length > 1024) {
      return decompress(raw.subarray(0, raw.length >> 3), compression, false);
    }
    return { reason: `its ${compression} stream is damaged (${message})` };
  }
}

/** The sample as text, or why it is none. A character cut at the sample's end is left out. */
export function decodeText(sample: Sample): string | Unrecognized {
  const { bytes } = sample;
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { reason: 'it is UTF-16; Glue reads text as UTF-8' };
  }
  if (bytes.includes(0)) return { reason: 'it has NUL bytes' };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !sample.whole });
  } catch {
    return { reason: 'it is not UTF-8 text' };
  }
}
