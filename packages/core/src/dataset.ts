import type { DataLocation } from './data-location';
import type { DatasetGrants } from './dataset-grants';
import type { PermissionModel } from './permission-model';

/** What a resource link points to. */
export interface LinkTarget {
  /** The account that owns it. */
  readonly account: string;

  /** The database's name there. */
  readonly databaseName: string;
}

/** A database, as grants see it. */
export interface IAccessDatabase {
  /** The database's name. */
  readonly databaseName: string;

  /** Below which the tables' data lies by default; undefined when nobody said. */
  readonly location?: DataLocation;

  /** Who decides about access to the tables. */
  readonly permissions: PermissionModel;

  /** The database that this one is a link to; undefined when it is none. */
  readonly linkTarget?: LinkTarget;
}

/**
 * A table of the Data Catalog: what the packages read from and write to.
 *
 * It need not exist at synthesis: a crawler, a Glue job, dbt or an Athena CTAS may make it.
 */
export interface IDataset {
  /** The database's name. */
  readonly databaseName: string;

  /** The table's name, lower case. */
  readonly tableName: string;

  /** `arn:aws:glue:region:account:catalog` */
  readonly catalogArn: string;

  /** `arn:aws:glue:region:account:database/name` */
  readonly databaseArn: string;

  /** `arn:aws:glue:region:account:table/database/name` */
  readonly tableArn: string;

  /** Where the data lies; undefined when only the catalog knows. */
  readonly location?: DataLocation;

  /** Who decides about access. */
  readonly permissions: PermissionModel;

  /** The database that `databaseName` is a link to; undefined when it is none. */
  readonly linkTarget?: LinkTarget;

  /** Gives others access: every half of it in one call. */
  readonly grants: DatasetGrants;
}
