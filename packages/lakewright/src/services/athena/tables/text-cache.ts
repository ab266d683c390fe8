import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RowFormat } from '../../../engines/formats/data-rows';
import { SqlError } from '../../../engines/sql/errors';
import type { ObjectStore } from '../../../workspace/object-store';
import type { DataFile } from './data-files';
import type { TableEngine } from './table-engine';
import { copyByRows, copyNatively } from './text-copy';

/** Raised when rows are read in another way than before. */
const FORMAT_VERSION = 3;
const PARALLEL = 3;

/**
 * Text, Avro and ORC files as Parquet: each is read once, by DuckDB where it is sure to agree, else by our own readers, and again only when it or the table's
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
    const target = join(this.folder, `${randomUUID()}.tmp`);
    const scratch = `${target}.rows`;
    const source = { path: file.path, name: file.key, open: () => this.objects.read(file.bucket, file.key) };
    const copy = { source, format, target, scratch };
    try {
      if (!(await copyNatively(this.engine, copy))) await copyByRows(this.engine, copy);
      renameSync(target, path);
      return path;
    } catch (error) {
      if (error instanceof SqlError && error.errorName.startsWith('HIVE_') && !error.message.includes(file.uri)) {
        throw new SqlError(error.errorName, `${error.message} [${file.uri}]`);
      }
      throw error;
    } finally {
      rmSync(scratch, { force: true });
      rmSync(target, { force: true });
    }
  }
}
