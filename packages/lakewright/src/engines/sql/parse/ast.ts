import type { SqlPosition } from '../errors';
import type { TrinoType } from '../types/type';
import type { Query, SortItem, WindowReference } from './ast-query';

export type * from './ast-query';
export type * from './ast-statement';

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
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
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
/** A value that a SQL/JSON function takes; `format`: a text that is JSON (`FORMAT JSON`). */
export interface JsonItem {
  readonly value: Expression;
  readonly format: boolean;
}
interface JsonPathCall extends Node {
  readonly input: JsonItem;
  readonly path: string;
  readonly passing: readonly (JsonItem & { readonly name: string })[];
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
  readonly quotes?: 'KEEP' | 'OMIT';
  readonly type?: TrinoType;
  readonly onEmpty: JsonQueryBehaviour;
  readonly onError: JsonQueryBehaviour;
}
export type JsonQueryBehaviour = 'NULL' | 'ERROR' | 'EMPTY ARRAY' | 'EMPTY OBJECT';
export interface JsonArray extends Node {
  readonly kind: 'json_array';
  readonly items: readonly JsonItem[];
  readonly absentOnNull: boolean;
  readonly type?: TrinoType;
}
export interface JsonObject extends Node {
  readonly kind: 'json_object';
  readonly members: readonly (JsonItem & { readonly key: Expression })[];
  readonly absentOnNull: boolean;
  readonly uniqueKeys: boolean;
  readonly type?: TrinoType;
}
