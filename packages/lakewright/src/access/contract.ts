import type { Caller } from '../services/service';
import type { Sessions } from './sessions';

/** A role or user of the template, in the name of which a request is made. */
export interface Principal {
  readonly kind: 'role' | 'user';
  /** The physical name. */
  readonly name: string;
  /** `arn:aws:iam::000000000000:role/Analyst` */
  readonly arn: string;
  readonly sessionName?: string;
}

/** One thing that a request wants to do, as IAM sees it. */
export interface ActionRequest {
  /** `glue:GetTable` */
  readonly action: string;
  /** ARNs; each of them must be allowed. `*` for actions without a resource. */
  readonly resources: readonly string[];
  /** Condition keys (any case) that this request has, `s3:prefix`: global ones are added. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Decision {
  readonly allowed: boolean;
  /** Which statement of which policy decided, or that none allows; names condition keys that aren't known. */
  readonly reason: string;
}

/**
 * A part of a table that a grant shows: rows and, of these, columns.
 *
 * Several are united by cell: a cell is seen if one filter shows both its row and its column; a row none of whose cells
 * is seen isn't there.
 */
export interface CellFilter {
  /** The data cells filter's name, or what stands for it: `columns`, `all`. */
  readonly name: string;
  readonly columns: 'all' | ReadonlySet<string>;
  /** The filter's predicate; undefined = all rows. */
  readonly rows?: string;
}

export type TablePermission = 'SELECT' | 'DESCRIBE' | 'INSERT' | 'DELETE' | 'ALTER' | 'DROP';

/** What a caller may do with one table by Lake Formation. */
export interface TableAccess {
  /** False: Lake Formation leaves the table to IAM for this caller (local-admin, IAM_ALLOWED_PRINCIPALS, no opt-in). */
  readonly governed: boolean;
  /** All of them if not governed. SELECT is there as soon as `select` shows anything. */
  readonly permissions: ReadonlySet<TablePermission>;
  /** What SELECT shows; empty: nothing. `[{ columns: 'all' }]`: everything. */
  readonly select: readonly CellFilter[];
  /** Columns (lower case) that the caller may know of: a grant on columns hides the others from DESCRIBE, too. */
  readonly described: 'all' | ReadonlySet<string>;
  /** The chain of grants, tags and filters behind this, a sentence each, for `lakewright access`. */
  readonly reasons: readonly string[];
}

export type DatabasePermission = 'DESCRIBE' | 'CREATE_TABLE' | 'ALTER' | 'DROP';

export interface DatabaseAccess {
  readonly governed: boolean;
  readonly permissions: ReadonlySet<DatabasePermission>;
  readonly reasons: readonly string[];
}

/** A table's name in the account's own catalog, lower case. */
export interface TableId {
  readonly database: string;
  readonly table: string;
}

/** Lake Formation's half: what the grants, tags, filters and settings of the workspace come to. */
export interface LakePermissions {
  /** Also for tables that aren't there (any longer): what would hold for them. */
  table(principal: Principal, table: TableId): TableAccess;
  database(principal: Principal, database: string): DatabaseAccess;
  /** CREATE_DATABASE on the catalog. */
  mayCreateDatabase(principal: Principal): boolean;
  /**
   * DATA_LOCATION_ACCESS; true where no registered location holds the URI (`s3://bucket/key`), and below the location of
   * the database in which a table is made.
   */
  mayPlaceDataAt(principal: Principal, uri: string, database?: string): boolean;
  /**
   * Whether the objects below a URI are Lake Formation's: reading a table there takes no right on S3. Where the
   * `table` is left to IAM, a location in hybrid access mode is not: IAM and S3 decide.
   */
  isRegistered(uri: string, table?: Pick<TableAccess, 'governed'>): boolean;
  isAdministrator(principal: Principal): boolean;
}

/** Who may do what in this lake. `local-admin` may do everything. */
export interface AccessControl {
  /** Role sessions that STS opened. */
  readonly sessions: Sessions;
  /**
   * Who signs with an access key: a role or user by name or construct id, a session of STS, otherwise `local-admin`.
   *
   * @throws ServiceError InvalidClientTokenId, ExpiredToken
   */
  callerOf(accessKeyId: string | undefined, requestId: string): Caller;
  /** Undefined for `local-admin`. */
  principalOf(caller: Caller): Principal | undefined;
  /** By IAM alone: identity and resource policies, boundaries. */
  decide(caller: Caller, request: ActionRequest): Decision;
  /** @throws ServiceError AccessDeniedException in AWS's words for the first request that isn't allowed */
  require(caller: Caller, ...requests: readonly ActionRequest[]): void;
  /** Lake Formation's part for a caller: everything, ungoverned, for `local-admin`. */
  table(caller: Caller, table: TableId): TableAccess;
  database(caller: Caller, database: string): DatabaseAccess;
  /**
   * Whether a role's trust policy lets somebody assume it: a caller, or who an identity provider vouches for.
   *
   * @throws ServiceError AccessDenied
   */
  requireTrust(role: string, by: Caller | FederatedIdentity, request: TrustRequest): void;
  readonly permissions: LakePermissions;
}

/** Somebody that a SAML or OIDC provider knows. */
export interface FederatedIdentity {
  /** The provider's ARN, or its domain: `accounts.google.com`. */
  readonly provider: string;
}

export interface TrustRequest {
  /** `sts:AssumeRole` … */
  readonly action: string;
  readonly context: NonNullable<ActionRequest['context']>;
}
