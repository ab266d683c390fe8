import type { DmsType } from './dms-type';

/**
 * A database that DMS reads from. One folder beside this file for each engine; `openSource` knows which engine name of an
 * endpoint is which.
 *
 * Values are texts in the form that `engines/spool` reads for the column's type: `true`/`false`, ISO dates and times, times
 * with a zone in UTC and without it, binary as hexadecimal digits. NULL is null.
 *
 * Failures are `LakewrightError`s or `ServiceError`s that say what to do; no password is ever part of one.
 */
export interface SourceDatabase {
  /** All tables that a mapping may choose, by schema and name. Of those that aren't the user's (system schemas) none. */
  tables(): Promise<readonly SourceTable[]>;

  /**
   * Refuses what would keep changes of these tables from being captured (log settings, rights, missing keys).
   *
   * Called before anything is made in the database or written to the target.
   */
  checkCapture(tables: readonly SourceTable[]): Promise<void>;

  /**
   * All tables as they are at one moment. With `capture`, the database keeps its changes from exactly this moment on under
   * that name (a replication slot, a binlog position); a capture of that name that was left over is replaced.
   */
  snapshot(tables: readonly SourceTable[], capture: string | undefined): Promise<SourceSnapshot>;

  /** Where the log ends now: what was committed before this call is before it. */
  currentPosition(): Promise<string>;

  /**
   * Hands over the committed changes after `from`, in commit order, until all that was committed before `until` has been
   * handed over. Changes of tables that aren't listed may come, too.
   */
  changes(request: ChangesRequest): Promise<void>;

  /**
   * Rows as they are now, by primary key, for values that the log doesn't have (see `RowChange.values`). A row that isn't
   * there any more is left out, as is a column.
   *
   * @returns rows with the key's columns first, then `columns`
   */
  lookUp(
    table: SourceTable,
    columns: readonly SourceColumn[],
    keys: readonly (readonly (string | null)[])[],
  ): Promise<readonly (readonly (string | null)[])[]>;

  /** Ends the capture in the database: its changes aren't kept any more. No error where there is none. */
  release(capture: string): Promise<void>;

  close(): Promise<void>;
}

export interface SourceTable {
  readonly schema: string;
  readonly name: string;
  /** In the table's order. */
  readonly columns: readonly SourceColumn[];
  /** Column names; empty without a primary key. */
  readonly primaryKey: readonly string[];
  /** Why the table can't be replicated at all (a partitioned table, a foreign table). */
  readonly unsupported?: string;
}

export interface SourceColumn {
  readonly name: string;
  /** Undefined where DMS has no type for it: the table is refused, unless the column is removed. */
  readonly type: DmsType | undefined;
  /** As the database writes it: `character varying(40)`. */
  readonly sourceType: string;
  /** Worked out by the database (a generated column): rows of the log don't have it. */
  readonly computed?: boolean;
}

export interface SourceSnapshot {
  /** The moment in the log, where changes are captured. */
  readonly position: string | undefined;
  /**
   * Writes a table's rows into a spool file (see `TextSpool`), the columns in this order. A failure rejects, that of the
   * disk as well.
   *
   * @param where a condition in the source's SQL (see `SourceDialect`)
   * @returns how many rows were written
   */
  load(table: SourceTable, columns: readonly SourceColumn[], where: string | undefined, file: string): Promise<number>;
  /** How conditions are written in this database's SQL. */
  readonly dialect: SourceDialect;
  close(): Promise<void>;
}

export interface SourceDialect {
  name(column: string): string;
  text(value: string): string;
}

export interface ChangesRequest {
  readonly capture: string;
  /** What was already taken, from `snapshot` or `Change.position`. */
  readonly from: string;
  readonly until: string;
  readonly tables: readonly SourceTable[];
  /**
   * Called for each transaction's begin, its changes and its end, in this order. It is synchronous, and writes to disk:
   * while it runs, nothing more arrives.
   */
  onChange(change: Change): void;
  readonly signal?: AbortSignal;
}

export type Change =
  | { readonly kind: 'begin' /** Of the transaction's commit. */; readonly time: Date }
  | RowChange
  | { readonly kind: 'truncate'; readonly schema: string; readonly table: string }
  /** A table's columns as they are from here on: sent before the first row that has them. */
  | {
      readonly kind: 'columns';
      readonly schema: string;
      readonly table: string;
      readonly columns: readonly SourceColumn[];
    }
  /** Everything up to this position has been handed over. */
  | { readonly kind: 'commit'; readonly position: string };

export interface RowChange {
  readonly kind: 'row';
  readonly op: 'I' | 'U' | 'D';
  readonly schema: string;
  readonly table: string;
  /**
   * The new row, or for a delete what is known of the old one. By column name; a missing column's value isn't known (an
   * unchanged value out of the row, a column that is no key).
   */
  readonly values: ReadonlyMap<string, string | null>;
  /** The primary key before, where an update changed it. */
  readonly formerKey?: ReadonlyMap<string, string | null>;
}
