import type { SqlPosition } from '../errors';
import type { Expression, Query, Relation } from './ast';

interface Node {
  readonly position: SqlPosition;
}

export type Statement =
  | QueryStatement
  | InsertStatement
  | CreateTableAsStatement
  | CreateViewStatement
  | DropViewStatement
  | UnloadStatement
  | ExplainStatement
  | PrepareStatement
  | ExecuteStatement
  | ExecuteImmediateStatement
  | DeallocateStatement
  | DeleteStatement
  | UpdateStatement
  | MergeStatement
  | ShowStatement;

interface StatementNode extends Node {
  /** How many `?` it has. */
  readonly parameters: number;
}
export interface QueryStatement extends StatementNode {
  readonly kind: 'query statement';
  readonly query: Query;
}
export interface InsertStatement extends StatementNode {
  readonly kind: 'insert';
  readonly table: readonly string[];
  readonly columns?: readonly string[];
  readonly query: Query;
}
export interface PropertyItem extends Node {
  /** Lower case. */
  readonly name: string;
  readonly value: Expression;
}
export interface CreateTableAsStatement extends StatementNode {
  readonly kind: 'create table as';
  readonly table: readonly string[];
  readonly ifNotExists: boolean;
  readonly columns?: readonly string[];
  readonly comment?: string;
  readonly properties: readonly PropertyItem[];
  readonly withData: boolean;
  readonly query: Query;
}
export interface CreateViewStatement extends StatementNode {
  readonly kind: 'create view';
  readonly view: readonly string[];
  readonly orReplace: boolean;
  readonly comment?: string;
  readonly security?: 'DEFINER' | 'INVOKER';
  /** The view's query as it stands in the statement. */
  readonly text: string;
  readonly query: Query;
}
export interface DropViewStatement extends StatementNode {
  readonly kind: 'drop view';
  readonly view: readonly string[];
  readonly ifExists: boolean;
}
/** `UNLOAD (query) TO 's3://…' WITH (format = 'PARQUET', …)`. */
export interface UnloadStatement extends StatementNode {
  readonly kind: 'unload';
  readonly location: string;
  readonly properties: readonly PropertyItem[];
  readonly query: Query;
}
export interface ExplainStatement extends StatementNode {
  readonly kind: 'explain';
  readonly analyze: boolean;
  readonly verbose: boolean;
  /** Upper case; default DISTRIBUTED. */
  readonly type: string;
  /** Upper case; default TEXT. */
  readonly format: string;
  readonly statement: Statement;
}
export interface PrepareStatement extends StatementNode {
  readonly kind: 'prepare';
  readonly name: string;
  /** The statement as it stands in the text. */
  readonly text: string;
  readonly statement: Statement;
}
export interface ExecuteStatement extends StatementNode {
  readonly kind: 'execute';
  readonly name: string;
  readonly args: readonly Expression[];
}
export interface ExecuteImmediateStatement extends StatementNode {
  readonly kind: 'execute immediate';
  readonly text: string;
  readonly args: readonly Expression[];
}
export interface DeallocateStatement extends StatementNode {
  readonly kind: 'deallocate';
  readonly name: string;
}
export interface DeleteStatement extends StatementNode {
  readonly kind: 'delete';
  readonly table: readonly string[];
  readonly where?: Expression;
}
export interface Assignment {
  readonly column: string;
  readonly value: Expression;
  readonly position: SqlPosition;
}
export interface UpdateStatement extends StatementNode {
  readonly kind: 'update';
  readonly table: readonly string[];
  readonly assignments: readonly Assignment[];
  readonly where?: Expression;
}
export type MergeCase =
  | {
      readonly kind: 'insert';
      readonly condition?: Expression;
      readonly columns?: readonly string[];
      readonly values: readonly Expression[];
    }
  | { readonly kind: 'update'; readonly condition?: Expression; readonly assignments: readonly Assignment[] }
  | { readonly kind: 'delete'; readonly condition?: Expression };
export interface MergeStatement extends StatementNode {
  readonly kind: 'merge';
  readonly target: readonly string[];
  readonly alias?: string;
  readonly source: Relation;
  readonly on: Expression;
  readonly cases: readonly MergeCase[];
}
/** The forms that the Trino grammar knows; Athena's own SHOW statements are DDL and go to the Hive side. */
export interface ShowStatement extends StatementNode {
  readonly kind: 'show';
  readonly what: 'tables' | 'schemas' | 'columns';
  readonly name?: readonly string[];
  readonly like?: string;
}
