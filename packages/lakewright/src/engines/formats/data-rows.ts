import type { Readable } from 'node:stream';
import { SqlError } from '../sql/errors';
import { AVRO_SERDE, readAvro } from './avro';
import type { Cell } from './cell';
import { CLOUDTRAIL_INPUT, readCloudTrail } from './cloudtrail';
import { decompressed } from './compression/stream';
import { ION_SERDE, ionDecoder } from './ion-serde';
import { readLines } from './lines';
import { ORC_SERDE, readOrc } from './orc/reader';
import type { SerdeOptions } from './serde';
import { textSerde } from './text-serdes';

/** How a file's rows are read. */
export interface RowFormat extends SerdeOptions {
  readonly serde: string;
  readonly inputFormat: string;
}

/** A file on disk; `open` gives its bytes from the start. */
export interface RowSource {
  readonly path: string;
  /** Its ending says how text is compressed. */
  readonly name: string;
  open(): Promise<Readable>;
}

/**
 * The rows of a file in any format but Parquet, some at a time, as cells of the table's columns.
 *
 * @throws NotCoveredError for formats that aren't read here, SqlError HIVE_… for files that can't be read
 */
export async function* dataRows(file: RowSource, format: RowFormat): AsyncGenerator<(readonly Cell[])[]> {
  if (format.serde === AVRO_SERDE) yield* readAvro(file.path, format.columns);
  else if (format.serde === ORC_SERDE) yield* readOrc(file.path, format);
  else if (format.serde === ION_SERDE) yield* ionRows(file, format);
  else yield* textRows(file, format);
}

async function* ionRows(file: RowSource, format: RowFormat): AsyncGenerator<(readonly Cell[])[]> {
  const decode = await ionDecoder(format);
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompressed(await file.open(), file.name)) chunks.push(chunk);
  yield [...decode(Buffer.concat(chunks))];
}

async function* textRows(file: RowSource, format: RowFormat): AsyncGenerator<(readonly Cell[])[]> {
  const cloudTrail = format.inputFormat === CLOUDTRAIL_INPUT;
  const decode = textSerde(format.serde, cloudTrail ? '' : format.inputFormat, format);
  const options = {
    name: file.name,
    skipHeader: count(format, 'skip.header.line.count'),
    skipFooter: count(format, 'skip.footer.line.count'),
  };
  const lines = cloudTrail ? readCloudTrail : readLines;
  for await (const batch of lines(await file.open(), options)) yield batch.map(decode);
}

function count({ parameters }: RowFormat, property: string): number {
  const text = parameters[property];
  if (text === undefined) return 0;
  if (!/^\s*\d+\s*$/.test(text)) {
    throw new SqlError('HIVE_INVALID_METADATA', `Invalid value for ${property} property: ${text}`);
  }
  return Number(text);
}
