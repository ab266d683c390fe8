import type { ILakeDatabase } from '@lakewright/catalog';
import { type DataLocation, type IDataset, LakeAccess } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { DatabasePermissions } from './database-permissions';
import { DatasetPermissions } from './dataset-permissions';
import type { LfTagExpression } from './lf-tag-expression';
import { LocationPermissions } from './location-permissions';
import { TagPermissions } from './tag-permissions';

/**
 * Who may do what: each call gives every half of an access, in the right order, and can be followed by the next.
 *
 * - IAM: the catalog's entries, `lakeformation:GetDataAccess`; objects and their key where the permission model says so
 * - Lake Formation: permissions, data cells filters, opt-ins with `PermissionModel.hybrid()`
 *
 * All of a stack's grants are one custom resource. The order of lines in an app doesn't matter, and saying something twice
 * is saying it once.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
 */
export class Grants {
  /**
   * On a table or view, which need not exist yet.
   *
   * @param dataset the data set
   */
  public static on(dataset: IDataset): DatasetPermissions {
    return new DatasetPermissions(dataset);
  }

  /**
   * On a database, and on all its tables.
   *
   * @param database the database
   */
  public static onDatabase(database: ILakeDatabase): DatabasePermissions {
    return new DatabasePermissions(database);
  }

  /**
   * On a registered location, or a place below one.
   *
   * @param location the location
   */
  public static onLocation(location: DataLocation): LocationPermissions {
    return new LocationPermissions(location);
  }

  /**
   * On all databases and tables whose LF-Tags match, later ones too.
   *
   * @param expression which tags and values
   */
  public static onTags(expression: LfTagExpression): TagPermissions {
    return new TagPermissions(expression);
  }

  /**
   * Makes a construct wait for Lake Formation's grants of a principal, as `iam.Grant.applyBefore` does for IAM's: for custom
   * resources that query while a stack is deployed.
   *
   * @param grantee who needs its rights then
   * @param construct in the grantee's stack
   */
  public static applyBefore(grantee: iam.IGrantable, construct: IConstruct): void {
    LakeAccess.of(construct).applyBefore(grantee, construct);
  }

  private constructor() {}
}
