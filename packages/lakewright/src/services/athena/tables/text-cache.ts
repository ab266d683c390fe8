import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { cellJson, cellType } from '../../../engines/formats/cell';
import { dataRows, type RowFormat } from '../../../engines/formats/data-rows';
import { SqlError } from '../../../engines/sql/errors';
import { physicalType, quoteName } from '../../../engines/sql/types/physical';
import type { ObjectStore } from '../../../workspace/object-store';
import type { DataFile } from './data-files';
import { literal, type TableEngine } from './table-engine';

/** Raised when rows are read in another way than before. */
const FORMAT_VERSION = 3;
const PARALLEL = 3;

/**
 * Text, Avro and ORC files as Parquet: each is read once by our own readers, and again only when it or the table's
 * definition has changed. The copies are a cache (`cache/tables/`): deleting them loses nothing.
 */
export class TextCache {
  private readonly running = new Map<string, Promise<string>>();
  private active = 0;
  private readonly waiting: (() => void)[] = [];

  public constructor(
    private readonly folder: string,
    private readonly objects: ObjectStore,
    private readonly engine: TableEngine,
  ) {}

  /** The Parquet copy of a file. Its columns are the table's, in DuckDB's representation. */
  public async parquetOf(file: DataFile, format: RowFormat): Promise<string> {
    const key = createHash('sha256')
      .update(JSON.stringify([FORMAT_VERSION, file.uri, file.version, format]))
      .digest('hex')
      .slice(0, 32);
    const path = join(this.folder, `${key}.parquet`);
    if (existsSync(path)) return path;
    const running = this.running.get(key);
    if (running) return running;
    const conversion = this.limited(() => this.convert(file, format, path)).finally(() => this.running.delete(key));
    this.running.set(key, conversion);
    return conversion;
  }

  private async limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.active >= PARALLEL) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.active++;
    try {
      return await work();
    } finally {
      this.active--;
      this.waiting.shift()?.();
    }
  }

  private async convert(file: DataFile, format: RowFormat, path: string): Promise<string> {
    mkdirSync(this.folder, { recursive: true });
    const scratch = join(this.folder, `${randomUUID()}.tmp`);
    const rows = `${scratch}.ndjson`;
    try {
      await this.writeRows(file, format, rows);
      const columns = format.columns.map((column, index) => ({ ...column, field: `c${index}` }));
      const read = columns.map((column) => `${column.field}: ${literal(cellType(column.type))}`).join(', ');
      const casts = columns.map(
        (column) => `CAST(${column.field} AS ${physicalType(column.type)}) AS ${quoteName(column.name)}`,
      );
      const source = `read_json(${literal(rows)}, format = 'newline_delimited', columns = {${read}}, maximum_object_size = 268435456)`;
      await this.engine.execute(
        `COPY (SELECT ${casts.join(', ')} FROM ${source}) TO ${literal(scratch)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      renameSync(scratch, path);
      return path;
    } catch (error) {
      if (error instanceof SqlError && error.errorName.startsWith('HIVE_') && !error.message.includes(file.uri)) {
        throw new SqlError(error.errorName, `${error.message} [${file.uri}]`);
      }
      throw error;
    } finally {
      rmSync(rows, { force: true });
      rmSync(scratch, { force: true });
    }
  }

  private async writeRows(file: DataFile, format: RowFormat, path: string): Promise<void> {
    const out = createWriteStream(path);
    const done = finished(out);
    // A write error is reported by `done`; without this it would also be an unhandled rejection before the await.
    done.catch(() => undefined);
    const source = { path: file.path, name: file.key, open: () => this.objects.read(file.bucket, file.key) };
    try {
      for await (const batch of dataRows(source, format)) {
        const text = batch.map((row) => `{${row.map((cell, index) => `"c${index}":${cellJson(cell)}`).join(',')}}\n`);
        if (!out.write(text.join('')))
          await Promise.race([new Promise<void>((resolve) => out.once('drain', () => resolve())), done]);
      }
    } finally {
      out.end();
    }
    await done;
  }
}
