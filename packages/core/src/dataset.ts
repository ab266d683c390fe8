import type { DataLocation } from './data-location';
import type { DatasetGrants } from './dataset-grants';
import type { PermissionModel } from './permission-model';

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

  /** Gives others access: every half of it in one call. */
  readonly grants: DatasetGrants;
}
