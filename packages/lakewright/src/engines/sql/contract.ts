import type { TrinoType } from './types/type';

/** A column of a table, as the Glue Data Catalog declares it. */
export interface TableColumn {
  /** Lower case. */
  readonly name: string;
  readonly type: TrinoType;
  readonly partitionKey?: boolean;
  /** Not part of `SELECT *`: `$path`, `$file_size`, `$file_modified_time`. */
  readonly hidden?: boolean;
}

export interface TableName {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
}

export interface ResolvedTable {
  readonly kind: 'table';
  readonly name: TableName;
  readonly columns: readonly TableColumn[];
  /** The caller sees a part of its rows or cells: it isn't read through a view then. */
  readonly partial?: boolean;
}

export interface ResolvedView {
  readonly kind: 'view';
  readonly name: TableName;
  /** The view's query, and the schema in which its unqualified names are looked up. */
  readonly sql: string;
  readonly schema: string;
  readonly columns: readonly TableColumn[];
}

/** `FOR TIMESTAMP AS OF`, `FOR VERSION AS OF`: a moment, a snapshot, or a branch or tag. */
export type TableVersion =
  | { readonly kind: 'timestamp'; readonly milliseconds: number }
  | { readonly kind: 'snapshot'; readonly id: bigint }
  | { readonly kind: 'ref'; readonly name: string };

/** What the analyzer asks of the Glue Data Catalog. Synchronous: a lookup reads one small file. */
export interface SqlCatalog {
  /** `name.table` may name a metadata table (`t$snapshots`). @throws SqlError for a version that the table doesn't have */
  resolve(name: TableName, version?: TableVersion): ResolvedTable | ResolvedView | undefined;
  hasSchema(catalog: string, schema: string): boolean;
  schemas(catalog: string): readonly string[];
  tables(catalog: string, schema: string): readonly (ResolvedTable | ResolvedView)[];
  scan(table: ResolvedTable, request: ScanRequest): Promise<TableScan>;
}

/** How the files of a table are read. */
export interface TableScan {
  /** The DuckDB relation (a SELECT in parentheses) that yields `request.columns`, in the representation of `types/physical.ts`. */
  readonly sql: string;
  /**
   * Set if Trino surely reads the files as one split, and DuckDB in one thread: both see all rows in the order of the
   * file. `rows`: how many those are.
   */
  readonly oneSplit?: { readonly rows: number };
}

/** Which part of a table a statement reads. */
export interface ScanRequest {
  /** Names, hidden ones included, in the order wanted; may be empty (`count(*)`). */
  readonly columns: readonly string[];
  /**
   * Conjuncts on partition keys with literals that every row of interest satisfies: the scan may leave out
   * partitions by them. The statement still filters for itself.
   */
  readonly constraints: readonly ScanConstraint[];
}

export interface ScanConstraint {
  readonly column: string;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'in' | 'like' | 'is null' | 'is not null';
  /** Literal values as Trino would print them (dates `2024-01-31`). `like`: one value, the pattern. */
  readonly values: readonly string[];
}

/** What a statement is run in. */
export interface SqlSession {
  readonly catalog: SqlCatalog;
  /** Catalog of names without one, lower case. Default `awsdatacatalog`. */
  readonly catalogName?: string;
  /** Default schema for unqualified names; undefined = names must be qualified. */
  readonly schema?: string;
  /** IANA name or offset; Athena's is UTC. */
  readonly timeZone: string;
  /** `current_timestamp` and friends: the lake's clock, not the machine's. */
  readonly now: Date;
  readonly queryId: string;
  readonly user: string;
  /**
   * Lets `approx_percentile` and the like answer over many values, where Trino's own answer varies with the split of
   * the work; the result says so (`TranslatedQuery.approximate`). Default false: they're refused (NOT_COVERED).
   */
  readonly acceptApproximation?: boolean;
  /** Called before each table or view is read: Lake Formation's hook. Throws to refuse. */
  readonly authorize?: (name: TableName, columns: readonly string[]) => void;
}

/** A column of a result, as GetQueryResults describes it. */
export interface ResultColumn {
  readonly name: string;
  readonly type: TrinoType;
}

/** A query, translated: DuckDB SQL whose columns are in the representation of `types/physical.ts`. */
export interface TranslatedQuery {
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  readonly ordered: boolean;
  /** Functions whose answer may be another than Athena's, because `acceptApproximation` is set. */
  readonly approximate: readonly string[];
  /** Tables read, for reports, lineage and result reuse. */
  readonly reads: readonly TableName[];
}
