import fs from 'node:fs';
import type { ResultColumn } from '../sql/contract';
import { SqlError } from '../sql/errors';
import { DuckDbEngine } from '../sql/runtime';
import { copyStatement, type DataFileRequest, LONGER_LINES, lineLimit } from './data-file';

export interface SpoolEngineOptions {
  /** Folder for what doesn't fit into memory. */
  readonly tempDirectory: string;
  /** DuckDB's form. @default 256MB */
  readonly memoryLimit?: string;
}

/**
 * Turns spool files into data files (Parquet, CSV) by DuckDB, in a process of its own with little memory: rows go from file
 * to file. Opened by the first file, and kept for the next ones.
 */
export class SpoolEngine {
  private opening: Promise<DuckDbEngine> | undefined;

  public constructor(private readonly options: SpoolEngineOptions) {}

  /** Begins what the first file would wait for. */
  public warmUp(): void {
    this.open().catch(() => {});
  }

  /**
   * Writes a data file. A failed one leaves no file.
   *
   * @returns its rows
   * @throws SqlError for a text that isn't of its column's type, and for a full disk
   */
  public async write(request: DataFileRequest, signal?: AbortSignal): Promise<number> {
    const lines = [lineLimit(request.longestRow), ...(request.longestRow === undefined ? LONGER_LINES : [])];
    for (const line of lines) {
      try {
        const rows = await this.writeOnce(copyStatement(request, line), request, signal);
        // DuckDB may leave out a line that is longer than its buffer, without a word.
        if (request.rows === undefined || rows === request.rows) return rows;
        fs.rmSync(request.to, { recursive: true, force: true });
        const text = `CSV Error on Line: ${rows} of ${request.rows} rows were read from ${request.spools.join(', ')}`;
        throw new SqlError('LOCAL_ENGINE_ERROR', text);
      } catch (error) {
        // A line may be longer than DuckDB was told.
        if (line === lines.at(-1) || !/CSV Error on Line/.test(String(error))) throw error;
      }
    }
    return 0;
  }

  /** The rows of a query, as texts; for counts and the like. */
  public async texts(sql: string, columns: readonly string[]): Promise<readonly (readonly (string | null)[])[]> {
    const types = columns.map((name): ResultColumn => ({ name, type: { kind: 'varchar' } }) as ResultColumn);
    return (await (await this.open()).text(sql, types)).rows;
  }

  public async close(): Promise<void> {
    const opening = this.opening;
    this.opening = undefined;
    await (await opening?.catch(() => undefined))?.close();
  }

  private async writeOnce(sql: string, { to, maxBytes }: DataFileRequest, signal?: AbortSignal): Promise<number> {
    const engine = await this.open();
    if (maxBytes !== undefined) fs.mkdirSync(to, { recursive: true });
    try {
      return (await engine.execute(sql, { signal })).rows;
    } catch (error) {
      fs.rmSync(to, { recursive: true, force: true });
      throw error;
    }
  }

  private open(): Promise<DuckDbEngine> {
    this.opening ??= this.start().catch((error) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  private async start(): Promise<DuckDbEngine> {
    fs.mkdirSync(this.options.tempDirectory, { recursive: true });
    return DuckDbEngine.open({
      memoryLimit: this.options.memoryLimit ?? '256MB',
      tempDirectory: this.options.tempDirectory,
      preserveInsertionOrder: false,
    });
  }
}
