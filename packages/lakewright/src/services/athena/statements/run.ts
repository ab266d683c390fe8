import type { SqlSession } from '../../../engines/sql/contract';
import type { Expression } from '../../../engines/sql/parse/ast';
import type { DuckDbEngine } from '../../../engines/sql/runtime';
import type { TrinoType } from '../../../engines/sql/types/type';
import type { LakeContext } from '../../service';
import type { LakeGuard } from '../access/guard';
import type { IcebergReader } from '../tables/iceberg-scan';
import type { ScanMeter } from '../tables/lake-catalog';
import type { TableEngine } from '../tables/table-engine';

/** What a statement runs in. */
export interface StatementRun {
  readonly lake: LakeContext;
  readonly engine: DuckDbEngine;
  readonly tables: TableEngine;
  readonly icebergReader: IcebergReader;
  readonly session: SqlSession;
  /** The rights of whoever asks; undefined for `local-admin`, who may do everything. */
  readonly guard?: LakeGuard;
  /** What the statement's scans read; known as soon as it is translated. */
  readonly meter: ScanMeter;
  /** Default database; `default` where the request named none. */
  readonly database: string;
  readonly queryId: string;
  readonly workGroup: string;
  /** Folder for results, with a slash at its end; undefined when Athena keeps them. */
  readonly output?: string;
  /** The workgroup says where results go, not the caller. */
  readonly outputEnforced: boolean;
  /** Values for `?`. */
  readonly parameters: readonly Expression[];
  readonly signal: AbortSignal;
  /** Where the result may be written before it is published. */
  stageResult(): string;
  /** Called between translation and execution: notes approximations, ends a query that would read too much. */
  onTranslated(translated: { readonly approximate: readonly string[] }): void;
}

export type StatementType = 'DDL' | 'DML' | 'UTILITY';

export interface ResultColumnText {
  readonly name: string;
  readonly type: TrinoType;
}

/** What came of a statement. */
export interface StatementOutcome {
  readonly type: StatementType;
  readonly substatement: string;
  readonly result: StatementResult;
  /** Rows that CREATE TABLE AS and INSERT wrote. */
  readonly updateCount?: number;
  /** Files that it wrote, for the manifest. */
  readonly written?: readonly string[];
  /** `database.table` */
  readonly tables?: readonly string[];
  readonly rowsOut?: number;
  readonly bytesOut?: number;
}

export type StatementResult =
  /** A finished CSV in a stage folder. */
  | { readonly kind: 'csv'; readonly file: string; readonly columns: readonly ResultColumnText[] }
  /** Lines of a `.txt`. */
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly columns: readonly ColumnText[] }
  /** Files elsewhere: CREATE TABLE AS, INSERT, UNLOAD. */
  | { readonly kind: 'written'; readonly columns: readonly ResultColumnText[] };

/** Utility statements describe their columns as Hive does: `string`. */
export interface ColumnText {
  readonly name: string;
  readonly type: string;
}

/** DDL without rows. */
export const done = (substatement: string): StatementOutcome => ({
  type: 'DDL',
  substatement,
  result: { kind: 'lines', lines: [], columns: [] },
});

/** Lines of a SHOW or DESCRIBE. */
export const lines = (
  substatement: string,
  columns: readonly string[],
  text: readonly string[],
  type: StatementType = 'UTILITY',
): StatementOutcome => ({
  type,
  substatement,
  result: { kind: 'lines', lines: text, columns: columns.map((name) => ({ name, type: 'string' })) },
});

/** `SubstatementType` of ALTER TABLE's changes of columns: AWS's names, in the singular. */
export const COLUMN_SUBSTATEMENTS = {
  'add columns': 'ALTER_TABLE_ADD_COLUMN',
  'replace columns': 'ALTER_TABLE_REPLACE_COLUMN',
  'change column': 'ALTER_TABLE_CHANGE_COLUMN',
  'drop column': 'ALTER_TABLE_DROP_COLUMN',
} as const;
