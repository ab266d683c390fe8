import { DataLocation, DatasetGrants, type IDataset, PermissionModel } from '@lakewright/core';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type { IConstruct } from 'constructs';
import type { ILakeDatabase } from './lake-database';
import { checkTableName } from './private/names';

/** What is known about a data set besides its name. */
export interface DatasetOptions {
  /**
   * Where the data lies.
   * @default only the catalog knows: grants then give the catalog entry, and no permission on objects
   */
  readonly location?: DataLocation;

  /**
   * Who decides about access.
   * @default PermissionModel.iam()
   */
  readonly permissions?: PermissionModel;
}

/**
 * A table of the Data Catalog, made by whatever: a crawler, a Glue job, dbt, an Athena CTAS, an upstream `glue.S3Table`.
 *
 * Creates nothing.
 */
export class Dataset implements IDataset {
  /**
   * A table in any database, Lakewright's (the same as `database.dataset`) or not.
   *
   * @param database the database, in the account's own catalog
   * @param tableName lower case
   * @param options where the data lies, who decides about access
   * @throws `InvalidTableName`
   */
  public static of(database: glue.IDatabase, tableName: string, options: DatasetOptions = {}): IDataset {
    if (isLakeDatabase(database)) return database.dataset(tableName, options);
    return new Dataset(database, database.databaseName, tableName, options);
  }

  /**
   * A table that is declared in the same app.
   *
   * @param table the table; its bucket and prefix are the data set's location
   * @param permissions who decides about access: `PermissionModel.iam()` if left out
   */
  public static ofTable(table: glue.S3Table, permissions?: PermissionModel): Dataset {
    return new Dataset(table, table.database.databaseName, table.tableName, {
      location: DataLocation.of(table.bucket, table.s3Prefix),
      permissions,
    });
  }

  /** @internal */
  public static _named(scope: IConstruct, databaseName: string, tableName: string, options: DatasetOptions): Dataset {
    return new Dataset(scope, databaseName, tableName, options);
  }

  /** `arn:aws:glue:region:account:catalog` */
  public readonly catalogArn: string;
  /** `arn:aws:glue:region:account:database/name` */
  public readonly databaseArn: string;
  /** `arn:aws:glue:region:account:table/database/name` */
  public readonly tableArn: string;
  /** The table's name. */
  public readonly tableName: string;
  /** Where the data lies; undefined when only the catalog knows. */
  public readonly location?: DataLocation;
  /** Who decides about access. */
  public readonly permissions: PermissionModel;
  /** Gives others access: every half of it in one call. */
  public readonly grants: DatasetGrants;

  private constructor(
    scope: IConstruct,
    /** The database's name. */
    public readonly databaseName: string,
    tableName: string,
    options: DatasetOptions,
  ) {
    const stack = Stack.of(scope);
    const arn = (resource: string, resourceName?: string) =>
      stack.formatArn({
        service: 'glue',
        resource,
        resourceName,
        arnFormat: resourceName ? ArnFormat.SLASH_RESOURCE_NAME : ArnFormat.NO_RESOURCE_NAME,
      });
    this.tableName = checkTableName(tableName);
    this.catalogArn = arn('catalog');
    this.databaseArn = arn('database', databaseName);
    this.tableArn = arn('table', `${databaseName}/${tableName}`);
    this.location = options.location;
    this.permissions = options.permissions ?? PermissionModel.iam();
    this.grants = new DatasetGrants(scope, this);
  }
}

function isLakeDatabase(database: glue.IDatabase): database is ILakeDatabase {
  return 'dataset' in database;
}
