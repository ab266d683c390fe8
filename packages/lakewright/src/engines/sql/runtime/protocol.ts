import type { ResultColumn } from '../contract';

/** Settings of the DuckDB instance. */
export interface DuckDbOptions {
  /** @default - DuckDB's own: all processors */
  readonly threads?: number;
  /** DuckDB's form, `4GB`. @default - DuckDB's own: 80 % of the memory */
  readonly memoryLimit?: string;
  /** Folder for what doesn't fit into memory. @default - DuckDB's own: `.tmp` in the working directory */
  readonly tempDirectory?: string;
  /** Folders that statements may read and write. @default - the whole file system */
  readonly allowedDirectories?: readonly string[];
  /** False: rows of a statement without ORDER BY may come in any order, which takes less memory. @default true */
  readonly preserveInsertionOrder?: boolean;
}

/** What the server asks of the worker process. */
export type WorkerRequest =
  | { readonly kind: 'open'; readonly id: number; readonly options: DuckDbOptions }
  | RunRequest
  | { readonly kind: 'cancel'; readonly id: number }
  /** The receiver of streamed rows has taken one batch: another may be sent. */
  | { readonly kind: 'more'; readonly id: number };

export interface RunRequest {
  readonly kind: 'run';
  readonly id: number;
  readonly sql: string;
  readonly output: RunOutput;
}

export type RunOutput =
  /** Rows in the form of Trino's REST API, in batches. */
  | { readonly to: 'rows'; readonly columns: readonly ResultColumn[]; readonly maxRows: number | undefined }
  /** Rows of texts as Athena prints them, in batches. */
  | { readonly to: 'text'; readonly columns: readonly ResultColumn[]; readonly maxRows: number | undefined }
  /** Athena's CSV in a file. */
  | { readonly to: 'csv'; readonly columns: readonly ResultColumn[]; readonly file: string; readonly header: boolean }
  /** Nothing but the count. */
  | { readonly to: 'nothing' }
  /** The columns' DuckDB types, without running the statement. */
  | { readonly to: 'types' };

/** A cell of a row: JSON. */
export type Cell = string | number | boolean | null | readonly Cell[] | { readonly [key: string]: Cell };

/** What the worker answers. A `batch` comes any number of times, then exactly one of the others. */
export type WorkerReply =
  | { readonly kind: 'batch'; readonly id: number; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'done'; readonly id: number; readonly result: RunResult }
  | { readonly kind: 'failed'; readonly id: number; readonly name: string; readonly message: string };

export interface RunResult {
  /** Rows of the result, or rows that were written. */
  readonly rows: number;
  /** Rows were left out because of `maxRows`. */
  readonly truncated?: boolean;
  /** Size of the file. */
  readonly bytes?: number;
  readonly types?: readonly string[];
}
