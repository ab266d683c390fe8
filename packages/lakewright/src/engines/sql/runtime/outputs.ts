import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { DuckDBDataChunk, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import type { ResultColumn } from '../contract';
import { csvLine } from '../result/csv';
import { restWriter } from '../result/rest-form';
import { textWriter } from '../result/text-form';
import type { Cell, RunOutput, RunResult } from './protocol';

/** Takes a result chunk by chunk; nothing keeps more than one. */
export interface Output {
  /** @returns false when no more rows are wanted */
  write(chunk: DuckDBDataChunk): Promise<boolean>;
  close(result: DuckDBResult): Promise<RunResult>;
  /** The statement failed: nothing of it stays. */
  abandon(): Promise<void>;
}

export interface OutputContext {
  types(): string[];
  /** Resolves when the receiver has taken the rows. */
  send(rows: readonly (readonly Cell[])[]): Promise<void>;
}

export async function openOutput(output: RunOutput, context: OutputContext): Promise<Output> {
  switch (output.to) {
    case 'rows':
      return new BatchOutput(writers(output.columns, restWriter), output.maxRows, context);
    case 'text':
      return new BatchOutput(writers(output.columns, textWriter), output.maxRows, context);
    case 'csv':
      return CsvOutput.open(output.file, output.columns, output.header);
    default:
      return new CountOutput();
  }
}

type Writers<T> = readonly ((value: DuckDBValue) => T)[];

function writers<T>(
  columns: readonly ResultColumn[],
  of: (type: ResultColumn['type']) => (value: DuckDBValue) => T,
): Writers<T> {
  return columns.map((column) => of(column.type));
}

function cellsOf<T>(chunk: DuckDBDataChunk, write: Writers<T>): T[][] {
  const vectors = write.map((_, i) => chunk.getColumnVector(i));
  return Array.from({ length: chunk.rowCount }, (_, row) =>
    write.map((one, i) => one((vectors[i]?.getItem(row) ?? null) as DuckDBValue)),
  );
}

class BatchOutput implements Output {
  private rows = 0;
  private truncated = false;

  constructor(
    private readonly writers: Writers<Cell>,
    private readonly maxRows: number | undefined,
    private readonly context: OutputContext,
  ) {}

  public async write(chunk: DuckDBDataChunk): Promise<boolean> {
    const left = (this.maxRows ?? Number.POSITIVE_INFINITY) - this.rows;
    const rows = cellsOf(chunk, this.writers).slice(0, left);
    this.truncated = chunk.rowCount > left;
    this.rows += rows.length;
    if (rows.length > 0) await this.context.send(rows);
    return !this.truncated;
  }

  public async close(): Promise<RunResult> {
    return { rows: this.rows, truncated: this.truncated };
  }

  public async abandon(): Promise<void> {}
}

/** Writes beside the file and renames at the end: a reader sees a whole result or none. */
class CsvOutput implements Output {
  private rows = 0;
  private bytes = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly temporary: string,
    private readonly file: string,
    private readonly writers: Writers<string | null>,
  ) {}

  public static async open(file: string, columns: readonly ResultColumn[], header: boolean): Promise<CsvOutput> {
    const temporary = `${file}.${process.pid}-${Date.now()}.tmp`;
    const output = new CsvOutput(await open(temporary, 'w'), temporary, file, writers(columns, textWriter));
    if (header) await output.append(csvLine(columns.map((column) => column.name)));
    return output;
  }

  public async write(chunk: DuckDBDataChunk): Promise<boolean> {
    const lines = cellsOf(chunk, this.writers).map(csvLine);
    this.rows += lines.length;
    await this.append(lines.join(''));
    return true;
  }

  public async close(): Promise<RunResult> {
    await this.handle.close();
    await rename(this.temporary, this.file);
    return { rows: this.rows, bytes: this.bytes };
  }

  public async abandon(): Promise<void> {
    await this.handle.close();
    await rm(this.temporary, { force: true });
  }

  private async append(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    this.bytes += bytes.length;
    await this.handle.appendFile(bytes);
  }
}

/** For COPY, INSERT and DDL. DuckDB gives the number of rows written as the only value of the result. */
class CountOutput implements Output {
  private written: number | undefined;

  public async write(chunk: DuckDBDataChunk): Promise<boolean> {
    const value = chunk.columnCount === 1 ? chunk.getColumnVector(0).getItem(0) : null;
    if (typeof value === 'bigint') this.written ??= Number(value);
    return true;
  }

  public async close(result: DuckDBResult): Promise<RunResult> {
    return { rows: this.written ?? result.rowsChanged };
  }

  public async abandon(): Promise<void> {}
}
