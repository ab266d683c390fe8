import type { ILakeDatabase } from '@lakewright/catalog';
import type { GrantOptions } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';

/** Gives rights on a database and on all its tables; see `Grants`. */
export class DatabasePermissions {
  /** @internal */
  public constructor(private readonly database: ILakeDatabase) {}

  /**
   * See the database and the definitions of all its tables.
   *
   * @param grantee who may describe
   * @param options whether the right may be passed on
   */
  public describe(grantee: iam.IGrantable, options?: GrantOptions): DatabasePermissions {
    this.database.grants.describe(grantee, options);
    return this;
  }

  /**
   * Read all tables, later ones too.
   *
   * @param grantee who may read
   * @param options whether the right may be passed on
   */
  public read(grantee: iam.IGrantable, options?: GrantOptions): DatabasePermissions {
    this.database.grants.readTables(grantee, options);
    return this;
  }

  /**
   * Make tables and views below the database's location; who makes one may do everything with it.
   *
   * @param grantee who may make tables
   * @param options whether the right may be passed on
   */
  public createTables(grantee: iam.IGrantable, options?: GrantOptions): DatabasePermissions {
    this.database.grants.createTables(grantee, options);
    return this;
  }

  /**
   * Make, read, write, change and drop all tables.
   *
   * @param grantee who may do so
   * @param options whether the rights may be passed on
   */
  public write(grantee: iam.IGrantable, options?: GrantOptions): DatabasePermissions {
    this.database.grants.manageTables(grantee, options);
    return this;
  }

  /**
   * Change the database itself.
   *
   * @param grantee who may alter it
   * @param options whether the right may be passed on
   */
  public alter(grantee: iam.IGrantable, options?: GrantOptions): DatabasePermissions {
    this.database.grants.alter(grantee, options);
    return this;
  }

  /**
   * Drop the database.
   *
   * @param grantee who may drop it
   * @param options whether the right may be passed on
   */
  public drop(grantee: iam.IGrantable, options?: GrantOptions): DatabasePermissions {
    this.database.grants.drop(grantee, options);
    return this;
  }
}
