import { createWriteStream, statSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { cellJson, cellType } from '../../../engines/formats/cell';
import { decompressed, isCompressed } from '../../../engines/formats/compression/stream';
import { dataRows, type RowFormat, type RowSource } from '../../../engines/formats/data-rows';
import { delimitedRead } from '../../../engines/formats/native/delimited-read';
import { DelimitedScan, type DelimitedShape } from '../../../engines/formats/native/delimited-scan';
import { physicalType, quoteName } from '../../../engines/sql/types/physical';
import { literal, type TableEngine } from './table-engine';

/** A file to copy into Parquet: `target` is written anew, `scratch` may be used on the way. */
export interface TextCopy {
  readonly source: RowSource;
  readonly format: RowFormat;
  readonly target: string;
  readonly scratch: string;
}

const toParquet = (query: string, target: string): string =>
  `COPY (${query}) TO ${literal(target)} (FORMAT parquet, COMPRESSION zstd)`;

/** By the SerDe's own reader, row by row: every format, every file. */
export async function copyByRows(engine: TableEngine, { source, format, target, scratch }: TextCopy): Promise<void> {
  await written(scratch, rowsJson(source, format));
  const columns = format.columns.map((column, index) => ({ ...column, field: `c${index}` }));
  const read = columns.map((column) => `${column.field}: ${literal(cellType(column.type))}`).join(', ');
  const casts = columns.map(
    (column) => `CAST(${column.field} AS ${physicalType(column.type)}) AS ${quoteName(column.name)}`,
  );
  const rows = `read_json(${literal(scratch)}, format = 'newline_delimited', columns = {${read}}, maximum_object_size = 268435456)`;
  await engine.execute(toParquet(`SELECT ${casts.join(', ')} FROM ${rows}`, target));
}

/**
 * By DuckDB's CSV reader, many times faster: only delimited files that it reads as the SerDe does.
 *
 * @returns false for every other file; then `target` means nothing
 * @throws SqlError HIVE_… for bytes that can't be decompressed
 */
export async function copyNatively(engine: TableEngine, copy: TextCopy): Promise<boolean> {
  const { source, format, target, scratch } = copy;
  const read = delimitedRead(format);
  if (!read) return false;
  const packed = isCompressed(source.name);
  // DuckDB would take the path for a pattern.
  if (!packed && /[*?[\]{}]/.test(source.path)) return false;
  const before = packed ? '' : stateOf(source.path);
  const scan = new DelimitedScan(read.delimiters);
  const bytes = scanned(decompressed(await source.open(), source.name), scan);
  if (packed) await written(scratch, bytes);
  else for await (const _ of bytes);
  const shape: DelimitedShape | undefined = scan.finish();
  if (!shape) return false;
  try {
    await engine.execute(toParquet(read.select(packed ? scratch : source.path, shape), target));
  } catch {
    return false;
  }
  // What was scanned must be what was read.
  return packed || stateOf(source.path) === before;
}

async function* scanned(chunks: AsyncIterable<Uint8Array>, scan: DelimitedScan): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (!scan.push(chunk)) return;
    yield chunk;
  }
}

function stateOf(path: string): string {
  const { ino, size, mtimeMs } = statSync(path);
  return `${ino}-${size}-${mtimeMs}`;
}

async function* rowsJson(source: RowSource, format: RowFormat): AsyncGenerator<string> {
  for await (const batch of dataRows(source, format)) {
    const lines = batch.map((row) => `{${row.map((cell, index) => `"c${index}":${cellJson(cell)}`).join(',')}}\n`);
    yield lines.join('');
  }
}

async function written(path: string, chunks: AsyncIterable<Uint8Array | string>): Promise<void> {
  const out = createWriteStream(path);
  const done = finished(out);
  // A write error is reported by `done`; without this it would also be an unhandled rejection before the await.
  done.catch(() => undefined);
  try {
    for await (const chunk of chunks) {
      if (!out.write(chunk))
        await Promise.race([new Promise<void>((resolve) => out.once('drain', () => resolve())), done]);
    }
  } finally {
    out.end();
  }
  await done;
}
