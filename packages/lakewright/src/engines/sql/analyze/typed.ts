import type { SqlPosition } from '../errors';
import type { Overload } from '../functions/table';
import type { ComparisonOperator } from '../parse/ast';
import type { TrinoType } from '../types/type';
import type { Field, TypedQuery } from './typed-query';

export type * from './typed-query';

/**
 * The typed tree: every expression with its Trino type, every name resolved to the column of a relation. The analyzer
 * makes it, `emit/` writes DuckDB SQL from it. Operands are coerced already: implicit casts are nodes.
 */
export type Typed =
  | Literal
  | Column
  | LambdaParameter
  | Logical
  | Not
  | Comparison
  | DistinctFrom
  | IsNull
  | Between
  | InList
  | Like
  | Arithmetic
  | Negation
  | Cast
  | Case
  | Coalesce
  | NullIf
  | Try
  | RowConstructor
  | ArrayConstructor
  | FieldAccess
  | Subscript
  | FunctionCall
  | AggregateCall
  | GroupingCall
  | SpecialForm
  | ScalarSubquery
  | InSubquery
  | Exists
  | Quantified;

interface Node {
  readonly type: TrinoType;
  readonly position?: SqlPosition;
}

/**
 * A constant. `value` by type: integers and intervals (milliseconds, months) bigint, double and real number, boolean
 * boolean, varbinary hex digits, the others text (dates `2024-01-31`, timestamps `2024-01-31 10:00:00.000`); null for
 * NULL of any type.
 */
export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: LiteralValue;
  /** Of a zoned timestamp; the value is its local time. */
  readonly zone?: string;
}
export type LiteralValue = string | bigint | number | boolean | null;

export interface Column extends Node {
  readonly kind: 'column';
  readonly field: Field;
}
export interface LambdaParameter extends Node {
  readonly kind: 'lambda parameter';
  /** Unique along the nesting of lambdas. */
  readonly name: string;
}
export interface Logical extends Node {
  readonly kind: 'logical';
  readonly operator: 'AND' | 'OR';
  readonly terms: readonly Typed[];
}
export interface Not extends Node {
  readonly kind: 'not';
  readonly operand: Typed;
}
/** Both sides have one type. */
export interface Comparison extends Node {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Typed;
  readonly right: Typed;
}
export interface DistinctFrom extends Node {
  readonly kind: 'distinct from';
  readonly left: Typed;
  readonly right: Typed;
}
export interface IsNull extends Node {
  readonly kind: 'is null';
  readonly operand: Typed;
}
export interface Between extends Node {
  readonly kind: 'between';
  readonly operand: Typed;
  readonly low: Typed;
  readonly high: Typed;
}
export interface InList extends Node {
  readonly kind: 'in list';
  readonly operand: Typed;
  readonly list: readonly Typed[];
}
export interface Like extends Node {
  readonly kind: 'like';
  readonly operand: Typed;
  readonly pattern: Typed;
  readonly escape?: Typed;
}
/** On numbers, both of one type (decimals keep their own precision and scale), or on intervals and dates. */
export interface Arithmetic extends Node {
  readonly kind: 'arithmetic';
  readonly operator: '+' | '-' | '*' | '/' | '%';
  readonly left: Typed;
  readonly right: Typed;
}
export interface Negation extends Node {
  readonly kind: 'negation';
  readonly operand: Typed;
}
export interface Cast extends Node {
  readonly kind: 'cast';
  readonly operand: Typed;
  /** TRY_CAST. */
  readonly lenient: boolean;
  /** A coercion: not written in the statement. */
  readonly implicit: boolean;
}
export interface Case extends Node {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Typed; readonly result: Typed }[];
  readonly otherwise?: Typed;
}
export interface Coalesce extends Node {
  readonly kind: 'coalesce';
  readonly items: readonly Typed[];
}
export interface NullIf extends Node {
  readonly kind: 'nullif';
  readonly equal: Typed;
  readonly value: Typed;
}
export interface Try extends Node {
  readonly kind: 'try';
  readonly operand: Typed;
}
export interface RowConstructor extends Node {
  readonly kind: 'row';
  readonly items: readonly Typed[];
}
export interface ArrayConstructor extends Node {
  readonly kind: 'array';
  readonly items: readonly Typed[];
}
/** Field of a row, from 0. */
export interface FieldAccess extends Node {
  readonly kind: 'field';
  readonly base: Typed;
  readonly index: number;
}
/** Of an array or a map; fails out of range. */
export interface Subscript extends Node {
  readonly kind: 'subscript';
  readonly base: Typed;
  readonly index: Typed;
}
export interface TypedLambda {
  readonly kind: 'lambda';
  readonly parameters: readonly LambdaParameter[];
  readonly body: Typed;
}
export type Argument = Typed | TypedLambda;

export interface FunctionCall extends Node {
  readonly kind: 'call';
  readonly overload: Overload;
  readonly args: readonly Argument[];
}
/** An aggregate or window function; with `window` it's evaluated per row. */
export interface AggregateCall extends Node {
  readonly kind: 'aggregate';
  readonly name: string;
  /** Absent for `count(*)`. */
  readonly overload?: Overload;
  readonly args: readonly Argument[];
  readonly distinct: boolean;
  readonly orderBy: readonly TypedSort[];
  readonly filter?: Typed;
  readonly ignoreNulls: boolean;
  readonly window?: TypedWindow;
}
export interface GroupingCall extends Node {
  readonly kind: 'grouping';
  readonly columns: readonly Typed[];
}
/** What is neither an operator nor in the function table; `form` names its writer in `emit/special.ts`. */
export interface SpecialForm extends Node {
  readonly kind: 'special';
  readonly form: string;
  readonly args: readonly Argument[];
  readonly options: Readonly<Record<string, string | number | boolean>>;
}
/** `captures` are the columns of enclosing queries that the subquery reads. */
interface SubqueryNode extends Node {
  readonly query: TypedQuery;
  readonly captures: readonly Column[];
}
export interface ScalarSubquery extends SubqueryNode {
  readonly kind: 'scalar subquery';
}
export interface InSubquery extends SubqueryNode {
  readonly kind: 'in subquery';
  readonly operand: Typed;
}
export interface Exists extends SubqueryNode {
  readonly kind: 'exists';
}
export interface Quantified extends SubqueryNode {
  readonly kind: 'quantified';
  readonly operator: ComparisonOperator;
  readonly quantifier: 'ALL' | 'ANY';
  readonly operand: Typed;
}

export interface TypedSort {
  readonly expression: Typed;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface TypedWindow {
  readonly partitionBy: readonly Typed[];
  readonly orderBy: readonly TypedSort[];
  readonly frame?: {
    readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
    readonly start: TypedBound;
    readonly end?: TypedBound;
  };
}

export type TypedBound =
  | { readonly kind: 'current row' }
  | { readonly kind: 'unbounded'; readonly direction: 'PRECEDING' | 'FOLLOWING' }
  | { readonly kind: 'offset'; readonly direction: 'PRECEDING' | 'FOLLOWING'; readonly offset: Typed };
