import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createDeflate } from 'node:zlib';
import { writeAvro } from '../../../engines/formats/avro-writer';
import { snappyCompress } from '../../../engines/formats/compression/libraries';
import { lz4Store } from '../../../engines/formats/compression/lz4';
import { JsonObject, type JsonText, readJsonText } from '../../../engines/formats/json-text';
import { readLines } from '../../../engines/formats/lines';
import { type OrcCodec, writeOrc } from '../../../engines/formats/orc/writer';
import type { TrinoType } from '../../../engines/sql/types/type';
import type { OutputFormat } from './output-format';

/**
 * Turns a file as DuckDB has written it (JSON rows for ORC and Avro, plain text) into what was asked for, in its place.
 * Formats and codecs that DuckDB writes itself are left alone.
 */
export async function finishFile(
  path: string,
  format: OutputFormat,
  columns: readonly { readonly name: string; readonly type: TrinoType }[],
): Promise<void> {
  const finish = finisher(format, columns);
  if (!finish) return;
  const target = `${path}.finished`;
  await finish(path, target);
  await rm(path);
  await rename(target, path);
}

type Finish = (from: string, to: string) => Promise<void>;

function finisher(
  { kind, compression }: OutputFormat,
  columns: readonly { readonly name: string; readonly type: TrinoType }[],
): Finish | undefined {
  if (kind === 'orc') return (from, to) => writeOrc(to, columns, compression as OrcCodec, jsonRows(from));
  if (kind === 'avro') {
    return (from, to) => writeAvro(to, columns, compression === 'none' ? 'null' : 'deflate', jsonRows(from));
  }
  if (kind === 'parquet') return undefined;
  if (compression === 'deflate')
    return (from, to) => pipeline(createReadStream(from), createDeflate(), createWriteStream(to));
  if (compression === 'snappy') return (from, to) => hadoopBlocks(from, to, snappyCompress);
  if (compression === 'lz4') return (from, to) => hadoopBlocks(from, to, lz4Store);
  return undefined;
}

/** What DuckDB writes first for a format. */
export const stagedCompression = ({ kind, compression }: OutputFormat): string =>
  kind === 'orc' || kind === 'avro' || ['deflate', 'snappy', 'lz4'].includes(compression) ? 'none' : compression;

async function* jsonRows(path: string): AsyncGenerator<JsonText[]> {
  const options = { name: '', skipHeader: 0, skipFooter: 0 };
  for await (const lines of readLines(createReadStream(path), options)) {
    yield lines.map((line) => {
      const row = readJsonText(line, true);
      if (!(row instanceof JsonObject)) throw new TypeError('a staged row is no object');
      return row;
    });
  }
}

/** The largest block that every Hadoop reader has room for. */
const BLOCK = 65_536;

async function hadoopBlocks(from: string, to: string, compress: (block: Buffer) => Uint8Array): Promise<void> {
  await pipeline(
    createReadStream(from, { highWaterMark: BLOCK }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        const packed = compress(chunk);
        const head = Buffer.alloc(8);
        head.writeUInt32BE(chunk.length, 0);
        head.writeUInt32BE(packed.length, 4);
        yield Buffer.concat([head, packed]);
      }
    },
    createWriteStream(to),
  );
}
