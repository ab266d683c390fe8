import type { SqlPosition } from '../errors';
import type { TrinoType } from '../types/type';

/**
 * The syntax tree of Athena's query language: what a statement says, before any name or type is known.
 *
 * Every node has the position that Trino would name in an error about it (for operators, that of the operator).
 */
interface Node {
  readonly position: SqlPosition;
}

export type Expression =
  | NullLiteral
  | BooleanLiteral
  | StringLiteral
  | NumberLiteral
  | BinaryLiteral
  | IntervalLiteral
  | TypedLiteral
  | Parameter
  | Name
  | Dereference
  | Subscript
  | Arithmetic
  | Sign
  | Concatenation
  | Comparison
  | QuantifiedComparison
  | Between
  | InList
  | InSubquery
  | Exists
  | Like
  | IsNull
  | DistinctFrom
  | Logical
  | Not
  | Cast
  | Case
  | RowConstructor
  | ArrayConstructor
  | Lambda
  | ScalarSubquery
  | Extract
  | FunctionCall
  | CurrentTime
  | Grouping
  | AtTimeZone
  | JsonExists
  | JsonValue
  | JsonQuery
  | JsonArray
  | JsonObject;

export interface NullLiteral extends Node {
  readonly kind: 'null';
}
export interface BooleanLiteral extends Node {
  readonly kind: 'boolean';
  readonly value: boolean;
}
export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}
/** `form` decides the type: `1` integer or bigint, `1.5` decimal, `1E0` double. */
export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly form: 'integer' | 'decimal' | 'double';
  readonly text: string;
}
/** Hexadecimal digits. */
export interface BinaryLiteral extends Node {
  readonly kind: 'binary';
  readonly hex: string;
}
export interface IntervalLiteral extends Node {
  readonly kind: 'interval';
  readonly text: string;
  readonly negative: boolean;
  readonly from: IntervalUnit;
  readonly to?: IntervalUnit;
}
export type IntervalUnit = 'YEAR' | 'MONTH' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND' | 'WEEK';
/** `DATE '2024-01-31'`, `decimal '1.5'`; `type` in lower case. */
export interface TypedLiteral extends Node {
  readonly kind: 'typed literal';
  readonly type: string;
  readonly text: string;
}
/** `?`; `index` from 0 in the order of the text. */
export interface Parameter extends Node {
  readonly kind: 'parameter';
  readonly index: number;
}
/** `a`, `t.a`, `s.t.a.field`: only the scope knows which part is what. */
export interface Name extends Node {
  readonly kind: 'name';
  readonly parts: readonly string[];
}
export interface Dereference extends Node {
  readonly kind: 'dereference';
  readonly base: Expression;
  readonly field: string;
}
export interface Subscript extends Node {
  readonly kind: 'subscript';
  readonly base: Expression;
  readonly index: Expression;
}
export interface Arithmetic extends Node {
  readonly kind: 'arithmetic';
  readonly operator: '+' | '-' | '*' | '/' | '%';
  readonly left: Expression;
  readonly right: Expression;
}
export interface Sign extends Node {
  readonly kind: 'sign';
  readonly operator: '+' | '-';
  readonly operand: Expression;
}
export interface Concatenation extends Node {
  readonly kind: 'concatenation';
  readonly left: Expression;
  readonly right: Expression;
}
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export interface Comparison extends Node {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface QuantifiedComparison extends Node {
  readonly kind: 'quantified comparison';
  readonly operator: ComparisonOperator;
  readonly quantifier: 'ALL' | 'ANY';
  readonly left: Expression;
  readonly query: Query;
}
export interface Between extends Node {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}
export interface InList extends Node {
  readonly kind: 'in list';
  readonly operand: Expression;
  readonly list: readonly Expression[];
}
export interface InSubquery extends Node {
  readonly kind: 'in subquery';
  readonly operand: Expression;
  readonly query: Query;
}
export interface Exists extends Node {
  readonly kind: 'exists';
  readonly query: Query;
}
export interface Like extends Node {
  readonly kind: 'like';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape?: Expression;
}
export interface IsNull extends Node {
  readonly kind: 'is null';
  readonly operand: Expression;
}
export interface DistinctFrom extends Node {
  readonly kind: 'distinct from';
  readonly left: Expression;
  readonly right: Expression;
}
export interface Logical extends Node {
  readonly kind: 'logical';
  readonly operator: 'AND' | 'OR';
  readonly terms: readonly Expression[];
}
export interface Not extends Node {
  readonly kind: 'not';
  readonly operand: Expression;
}
export interface Cast extends Node {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: TrinoType;
  readonly lenient: boolean;
}
export interface Case extends Node {
  readonly kind: 'case';
  /** Of the simple form. */
  readonly operand?: Expression;
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise?: Expression;
}
export interface RowConstructor extends Node {
  readonly kind: 'row';
  readonly items: readonly Expression[];
}
export interface ArrayConstructor extends Node {
  readonly kind: 'array';
  readonly items: readonly Expression[];
}
export interface Lambda extends Node {
  readonly kind: 'lambda';
  readonly parameters: readonly string[];
  readonly body: Expression;
}
export interface ScalarSubquery extends Node {
  readonly kind: 'scalar subquery';
  readonly query: Query;
}
export interface Extract extends Node {
  readonly kind: 'extract';
  readonly field: string;
  readonly operand: Expression;
}
export interface FunctionCall extends Node {
  readonly kind: 'call';
  /** Lower case. */
  readonly name: string;
  readonly args: readonly Expression[];
  /** `count(*)`. */
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly SortItem[];
  readonly filter?: Expression;
  readonly over?: WindowReference;
  readonly nulls?: 'ignore' | 'respect';
}
export interface CurrentTime extends Node {
  readonly kind: 'current time';
  readonly what: 'current_timestamp' | 'localtimestamp' | 'current_time' | 'localtime';
  readonly precision: number;
}
export interface Grouping extends Node {
  readonly kind: 'grouping';
  readonly columns: readonly Name[];
}
export interface AtTimeZone extends Node {
  readonly kind: 'at time zone';
  readonly operand: Expression;
  readonly zone: Expression;
}
interface JsonPathCall extends Node {
  readonly input: Expression;
  readonly path: string;
}
export interface JsonExists extends JsonPathCall {
  readonly kind: 'json_exists';
  readonly onError: 'TRUE' | 'FALSE' | 'UNKNOWN' | 'ERROR';
}
export interface JsonBehaviour {
  readonly kind: 'NULL' | 'ERROR' | 'DEFAULT';
  readonly value?: Expression;
}
export interface JsonValue extends JsonPathCall {
  readonly kind: 'json_value';
  readonly type: TrinoType;
  readonly onEmpty: JsonBehaviour;
  readonly onError: JsonBehaviour;
}
export interface JsonQuery extends JsonPathCall {
  readonly kind: 'json_query';
  readonly wrapper: 'WITHOUT' | 'CONDITIONAL' | 'UNCONDITIONAL';
}
export interface JsonArray extends Node {
  readonly kind: 'json_array';
  readonly items: readonly Expression[];
  readonly absentOnNull: boolean;
}
export interface JsonObject extends Node {
  readonly kind: 'json_object';
  readonly members: readonly { readonly key: Expression; readonly value: Expression }[];
  readonly absentOnNull: boolean;
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
  /** `FETCH FIRST … WITH TIES`. */
  readonly withTies?: boolean;
}

export type RowCount = { readonly kind: 'count'; readonly value: string } | Parameter;

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
  readonly having?: Expression;
  readonly windows: readonly { readonly name: string; readonly spec: WindowSpec }[];
}

export type SelectItem =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly alias?: string }
  /** `*`, `t.*`, `expression.*`. */
  | { readonly kind: 'star'; readonly of?: Expression; readonly aliases?: readonly string[]; readonly position: SqlPosition };

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

export type Relation = TableReference | AliasedRelation | SubqueryRelation | Unnest | Join;

export interface TableReference extends Node {
  readonly kind: 'table';
  readonly name: readonly string[];
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
