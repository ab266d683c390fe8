import type { SqlSession, TableName } from '../contract';
import type { SqlError } from '../errors';
import type { FunctionTable } from '../functions/table';
import type { WindowSpec } from '../parse/ast';
import type { Captures, Scope } from './scope';
import type { OutputField, Scan, Typed } from './typed';

/** What one analysis shares: the session, the tables read, generated names. */
export interface Analysis {
  readonly session: SqlSession;
  readonly functions: FunctionTable;
  /** Tables and views read, with the names of the columns read. */
  readonly reads: Map<string, { readonly name: TableName; readonly columns: Set<string> }>;
  readonly scans: Scan[];
  /** What Trino's planner refuses, after all else is found right. */
  readonly unplannable: SqlError[];
  /** `r1`, `r2` …: aliases are unique in the statement. */
  alias(prefix: string): string;
}

/** A WITH item that names may refer to. */
export interface CommonTableDefinition {
  readonly name: string;
  readonly fields: readonly OutputField[];
  /** It's being defined by the query that reads it. */
  readonly recursive: boolean;
}

/** Where an expression or a query stands. */
export interface Context {
  readonly analysis: Analysis;
  /** Names of columns are looked up from here outwards. */
  readonly scope: Scope | undefined;
  readonly commonTables: ReadonlyMap<string, CommonTableDefinition>;
  /** Schema of unqualified tables. */
  readonly schema: string | undefined;
  /** Values of the `?`. */
  readonly parameters: readonly Typed[];
  readonly captures: Captures | undefined;
  readonly windows: ReadonlyMap<string, WindowSpec>;
  /** The clause that may hold no aggregation (`WHERE clause`). */
  readonly scalarOnly?: string;
  /** The aggregation whose argument this is. */
  readonly insideAggregate?: string;
  readonly insideWindow?: boolean;
  /** In ORDER BY: the names of the SELECT's columns, which `grouping` may not refer to. */
  readonly outputNames?: ReadonlySet<string>;
  readonly lambdaDepth: number;
  /** Views being expanded, against cycles. */
  readonly viewPath: readonly string[];
}
