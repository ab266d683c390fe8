import type { ResolvedTable, ScanConstraint } from '../contract';
import type { TrinoType } from '../types/type';
import type { Typed, TypedSort } from './typed';

/** A column that a relation offers to names. */
export interface Field {
  /** As declared or given; undefined can't be named. */
  readonly name?: string;
  readonly type: TrinoType;
  /** Names that may stand before the column's: catalog, schema, table, or the alias alone. */
  readonly qualifier?: readonly string[];
  /** Where the value comes from: a column of a relation in the text, or an expression (the column of a USING). */
  readonly source: { readonly relation: string; readonly column: string } | { readonly expression: Typed };
  readonly hidden: boolean;
  /** An alias has its name: it's found below a qualifier alone. */
  readonly qualifiedOnly?: boolean;
  /** Of a table: what reads of the column are counted on. */
  readonly scan?: Scan;
}

export type TypedRelation = Scan | Derived | CommonTableRead | TypedUnnest | TypedJoin | Inline | Sequence | Sampled;

/** A table of the catalog. `used` grows as columns are resolved; nothing else may be asked of the table. */
export interface Scan {
  readonly kind: 'scan';
  readonly alias: string;
  readonly table: ResolvedTable;
  readonly used: Set<string>;
  readonly constraints: ScanConstraint[];
}
/** Its columns are `c1`, `c2` …, in the order of the query's fields. */
export interface Derived {
  readonly kind: 'derived';
  readonly alias: string;
  readonly query: TypedQuery;
  readonly lateral: boolean;
}
export interface CommonTableRead {
  readonly kind: 'common table';
  readonly alias: string;
  /** The generated name of the WITH item. */
  readonly name: string;
}
export interface TypedUnnest {
  readonly kind: 'unnest';
  readonly alias: string;
  readonly items: readonly { readonly value: Typed; readonly expandRow: boolean }[];
  readonly withOrdinality: boolean;
  readonly lateral: boolean;
}
export interface TypedJoin {
  readonly kind: 'join';
  readonly type: 'CROSS' | 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly left: TypedRelation;
  readonly right: TypedRelation;
  readonly on?: Typed;
}
/** The numbers from `start` to `stop` at most, as `c1`. */
export interface Sequence {
  readonly kind: 'sequence';
  readonly alias: string;
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
}
/** A part of the rows: BERNOULLI row by row, SYSTEM block by block (Trino's blocks are splits, DuckDB's 2,048 rows). */
export interface Sampled {
  readonly kind: 'sample';
  readonly alias: string;
  readonly relation: Exclude<TypedRelation, TypedJoin>;
  readonly method: 'BERNOULLI' | 'SYSTEM';
  readonly percentage: number;
}
/** Rows known at analysis: information_schema. Columns are `c1` …; cells are text, integers or NULL. */
export interface Inline {
  readonly kind: 'inline';
  readonly alias: string;
  readonly columns: readonly { readonly name: string; readonly type: TrinoType }[];
  readonly rows: readonly (readonly (string | bigint | null)[])[];
}

export interface OutputField {
  readonly name: string;
  readonly type: TrinoType;
  /** False for a generated name (`_col0`): it can't be referred to. */
  readonly named: boolean;
}

export interface TypedQuery {
  readonly kind: 'query';
  readonly with: readonly TypedCommonTable[];
  readonly recursive: boolean;
  readonly body: TypedBody;
  /** Of a body that isn't a SELECT: over its output, columns `c1` … of the relation `orderAlias`. */
  readonly orderBy: readonly TypedSort[];
  readonly orderAlias: string;
  readonly limit?: string;
  readonly offset?: string;
  /** Rows that sort as the last one within the limit count too. */
  readonly withTies: boolean;
  readonly fields: readonly OutputField[];
}

export type TypedBody = TypedSelect | TypedSetOperation | TypedValues | TypedQuery;

export interface TypedCommonTable {
  readonly name: string;
  readonly query: TypedQuery;
  /** `WITH RECURSIVE`: the step, which reads the table under its name. */
  readonly step?: TypedQuery;
  /** `anchor UNION step`: each row once, after all steps. */
  readonly distinct?: boolean;
}

export interface TypedSelect {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly Typed[];
  readonly from: readonly TypedRelation[];
  readonly where?: Typed;
  readonly groupBy?: readonly TypedGrouping[];
  readonly having?: Typed;
  readonly orderBy: readonly TypedSort[];
  readonly fields: readonly OutputField[];
  /** The alias under which a recursive table is read: its depth goes up by one. */
  readonly recursionAlias?: string;
}

export type TypedGrouping =
  | { readonly kind: 'simple'; readonly keys: readonly Typed[] }
  | { readonly kind: 'rollup' | 'cube' | 'sets'; readonly sets: readonly (readonly Typed[])[] };

export interface TypedSetOperation {
  readonly kind: 'set operation';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  readonly left: TypedBody;
  readonly right: TypedBody;
  readonly fields: readonly OutputField[];
}

export interface TypedValues {
  readonly kind: 'values';
  readonly rows: readonly (readonly Typed[])[];
  readonly fields: readonly OutputField[];
}
