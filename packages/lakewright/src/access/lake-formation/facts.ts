/** Lake Formation's API shapes, names in lower case, without catalog ids: there is one catalog. */
export interface LfTag {
  readonly TagKey: string;
  readonly TagValues: readonly string[];
}

/** Exactly one member is set, as in the API. */
export interface LfResource {
  readonly Catalog?: object;
  readonly Database?: { readonly Name: string };
  /** Without a name: the wildcard. */
  readonly Table?: { readonly DatabaseName: string; readonly Name?: string; readonly TableWildcard?: object };
  /** Without a name: the columns of all tables. */
  readonly TableWithColumns?: {
    readonly DatabaseName: string;
    readonly Name?: string;
    readonly ColumnNames?: readonly string[];
    readonly ColumnWildcard?: { readonly ExcludedColumnNames?: readonly string[] };
  };
  readonly DataLocation?: { readonly ResourceArn: string };
  readonly DataCellsFilter?: { readonly DatabaseName: string; readonly TableName: string; readonly Name: string };
  readonly LFTag?: LfTag;
  readonly LFTagPolicy?: { readonly ResourceType: 'DATABASE' | 'TABLE'; readonly Expression: readonly LfTag[] };
}

export interface Grant {
  /** An ARN, an account's id, `IAM_ALLOWED_PRINCIPALS` or `<account>:IAMPrincipals`. */
  readonly Principal: string;
  readonly Resource: LfResource;
  /** `ALL` stands beside what it comes to, except for `IAM_ALLOWED_PRINCIPALS`. */
  readonly Permissions: readonly string[];
  readonly PermissionsWithGrantOption: readonly string[];
}

/** A data cells filter. */
export interface Filter {
  readonly DatabaseName: string;
  readonly TableName: string;
  readonly Name: string;
  /** A PartiQL predicate; absent: all rows. */
  readonly RowFilter?: string;
  /** Neither: all columns. */
  readonly ColumnNames?: readonly string[];
  readonly ExcludedColumnNames?: readonly string[];
  readonly VersionId?: string;
}

/** The LF-Tags of a database, table or column: one value for each key. */
export interface TagAssignment {
  readonly DatabaseName: string;
  readonly TableName?: string;
  readonly ColumnName?: string;
  readonly Tags: Readonly<Record<string, string>>;
}

export interface OptIn {
  readonly Principal: string;
  readonly Resource: LfResource;
  /** Epoch seconds. */
  readonly LastModified?: number;
  readonly LastUpdatedBy?: string;
}

/** A registered location. */
export interface Location {
  readonly ResourceArn: string;
  readonly RoleArn?: string;
  readonly HybridAccessEnabled?: boolean;
  readonly WithFederation?: boolean;
  readonly WithPrivilegedAccess?: boolean;
  /** Epoch seconds. */
  readonly LastModified?: number;
}

export interface TableFacts {
  /** Lower case, partition keys last. */
  readonly columns: readonly string[];
  /** Where a resource link leads. */
  readonly target?: { readonly database: string; readonly table: string };
}

export interface DatabaseFacts {
  readonly location?: string;
  readonly tables: readonly string[];
  /** Where a resource link leads. */
  readonly target?: string;
  /** Whether new tables are left to IAM. */
  readonly newTablesByIam: boolean;
}

/** All that a decision rests on. Decisions are pure functions of it. */
export interface Facts {
  readonly account: string;
  readonly administrators: readonly string[];
  readonly readOnlyAdministrators: readonly string[];
  readonly grants: readonly Grant[];
  readonly filters: readonly Filter[];
  readonly assignments: readonly TagAssignment[];
  readonly optIns: readonly OptIn[];
  readonly locations: readonly Location[];
  database(name: string): DatabaseFacts | undefined;
  table(database: string, name: string): TableFacts | undefined;
}

/** The virtual group of all who have the rights by IAM. */
export const IAM_ALLOWED_PRINCIPALS = 'IAM_ALLOWED_PRINCIPALS';
