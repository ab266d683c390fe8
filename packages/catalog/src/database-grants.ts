import { LakeError } from '@lakewright/core';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ILakeDatabase } from './lake-database';

/**
 * Gives rights on a database as a whole: for pipelines that make tables whose names nobody knows beforehand.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
 */
export class DatabaseGrants {
  /** @internal */
  public constructor(
    private readonly database: ILakeDatabase,
    /** ARNs of catalogs, databases and tables, where they aren't those of the database's own stack. */
    private readonly elsewhere?: string[],
  ) {}

  /**
   * See the database and the definitions of all its tables.
   *
   * @param grantee who may describe
   */
  public describe(grantee: iam.IGrantable): iam.Grant {
    return this.onCatalog(grantee, DESCRIBE);
  }

  /**
   * Make, change and drop any table and view of the database; read, write and delete everything below its location.
   *
   * @param grantee who makes tables
   * @throws `DatabaseGrantNeedsIam` where Lake Formation decides: its grants on databases come with @lakewright/governance
   */
  public manageTables(grantee: iam.IGrantable): iam.Grant {
    const { permissions, location } = this.database;
    if (permissions.usesLakeFormation) {
      throw new Error(
        LakeError.message(
          'DatabaseGrantNeedsIam',
          `manageTables on "${this.database.node.path}" with PermissionModel "${permissions.name}"`,
          'possible with PermissionModel.iam()',
          'grant on single data sets, or use PermissionModel.iam() for this database',
        ),
      );
    }
    const catalog = this.onCatalog(grantee, [...DESCRIBE, ...MANAGE]);
    return location
      ? catalog.combine(location.grants.readWrite(grantee)).combine(location.grants.delete(grantee))
      : catalog;
  }

  private onCatalog(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const stack = Stack.of(this.database);
    const { databaseName, databaseArn } = this.database;
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: this.elsewhere ?? [
        stack.formatArn({ service: 'glue', resource: 'catalog', arnFormat: ArnFormat.NO_RESOURCE_NAME }),
        databaseArn,
        stack.formatArn({ service: 'glue', resource: 'table', resourceName: `${databaseName}/*` }),
      ],
    });
  }
}

const DESCRIBE = [
  'glue:GetDatabase',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:BatchGetPartition',
];

const MANAGE = [
  'glue:CreateTable',
  'glue:UpdateTable',
  'glue:DeleteTable',
  'glue:BatchDeleteTable',
  'glue:CreatePartition',
  'glue:BatchCreatePartition',
  'glue:UpdatePartition',
  'glue:DeletePartition',
  'glue:BatchDeletePartition',
];
