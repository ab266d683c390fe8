import type { SqlPosition } from '../errors';
import type { Expression, Parameter } from './ast';

interface Node {
  readonly position: SqlPosition;
}

export interface SortItem {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** `OVER w` or `OVER (…)`. */
export type WindowReference = { readonly name: string; readonly position: SqlPosition } | WindowSpec;

export interface WindowSpec extends Node {
  /** The named window that it starts from. */
  readonly base?: string;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
  readonly frame?: WindowFrame;
}

export interface WindowFrame extends Node {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly start: FrameBound;
  readonly end?: FrameBound;
}

export type FrameBound =
  | { readonly kind: 'current row' }
  | { readonly kind: 'unbounded'; readonly direction: 'PRECEDING' | 'FOLLOWING' }
  | { readonly kind: 'offset'; readonly direction: 'PRECEDING' | 'FOLLOWING'; readonly offset: Expression };

export interface Query extends Node {
  readonly kind: 'query';
  readonly with?: With;
  readonly body: QueryBody;
  readonly orderBy: readonly SortItem[];
  readonly offset?: RowCount;
  readonly limit?: RowCount;
  /** `FETCH FIRST …`: the limit is its count. */
  readonly fetch?: { readonly withTies: boolean; readonly position: SqlPosition };
}

export type RowCount = { readonly kind: 'count'; readonly value: string; readonly position: SqlPosition } | Parameter;

export interface With {
  readonly recursive: boolean;
  readonly items: readonly CommonTable[];
}

export interface CommonTable extends Node {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly query: Query;
}

export type QueryBody = Select | SetOperation | Values | TableQuery | Query;

export interface Select extends Node {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: readonly Relation[];
  readonly where?: Expression;
  readonly groupBy?: readonly GroupingElement[];
  /** `GROUP BY DISTINCT`: equal grouping sets count once. */
  readonly distinctGroups?: boolean;
  readonly having?: Expression;
  readonly windows: readonly { readonly name: string; readonly spec: WindowSpec; readonly position: SqlPosition }[];
}

export type SelectItem =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly alias?: string }
  /** `*`, `t.*`, `expression.*`. */
  | {
      readonly kind: 'star';
      readonly of?: Expression;
      readonly aliases?: readonly string[];
      readonly position: SqlPosition;
    };

export type GroupingElement =
  | { readonly kind: 'simple'; readonly terms: readonly Expression[] }
  | { readonly kind: 'rollup' | 'cube' | 'sets'; readonly sets: readonly (readonly Expression[])[] };

export interface SetOperation extends Node {
  readonly kind: 'set operation';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

export interface Values extends Node {
  readonly kind: 'values';
  readonly rows: readonly Expression[];
}

/** `TABLE t`. */
export interface TableQuery extends Node {
  readonly kind: 'table query';
  readonly name: readonly string[];
}

export type Relation = TableReference | AliasedRelation | SubqueryRelation | Unnest | Join | TableFunction | Sample;

export interface TableReference extends Node {
  readonly kind: 'table';
  readonly name: readonly string[];
  /** `FOR TIMESTAMP | VERSION AS OF`. */
  readonly asOf?: { readonly kind: 'timestamp' | 'version'; readonly value: Expression };
}
export interface AliasedRelation extends Node {
  readonly kind: 'alias';
  readonly relation: Relation;
  readonly name: string;
  readonly columns?: readonly string[];
}
export interface SubqueryRelation extends Node {
  readonly kind: 'subquery';
  readonly query: Query;
  readonly lateral: boolean;
}
export interface Unnest extends Node {
  readonly kind: 'unnest';
  readonly expressions: readonly Expression[];
  readonly withOrdinality: boolean;
}
export interface Join extends Node {
  readonly kind: 'join';
  readonly type: 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly left: Relation;
  readonly right: Relation;
  readonly using?: readonly string[];
  readonly on?: Expression;
}
/** `TABLE(f(…))`; `name` in lower case, without the schema `system.builtin`. */
export interface TableFunction extends Node {
  readonly kind: 'table function';
  readonly name: string;
  /** Without a value where it is a table or a descriptor. */
  readonly args: readonly { readonly name?: string; readonly value?: Expression }[];
  readonly argumentsPosition: SqlPosition;
}
export interface Sample extends Node {
  readonly kind: 'sample';
  readonly relation: Relation;
  readonly method: 'BERNOULLI' | 'SYSTEM';
  readonly percentage: Expression;
}
