import { type DataLocation, type GrantOptions, LakeAccess, LakeError } from '@lakewright/core';
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
   * @param options whether the right may be passed on
   * @throws `GrantOptionNeedsLakeFormation`
   */
  public describe(grantee: iam.IGrantable, options: GrantOptions = {}): iam.Grant {
    this.record(grantee, options, ['DESCRIBE'], ['DESCRIBE']);
    return this.onCatalog(grantee, DESCRIBE);
  }

  /**
   * Read all tables, later ones too.
   *
   * @param grantee who may read
   * @param options whether the right may be passed on
   * @throws `GrantOptionNeedsLakeFormation`
   */
  public readTables(grantee: iam.IGrantable, options: GrantOptions = {}): iam.Grant {
    this.record(grantee, options, ['DESCRIBE'], ['DESCRIBE', 'SELECT']);
    const { permissions, location } = this.database;
    const grants = [this.onCatalog(grantee, DESCRIBE)];
    if (permissions.usesIam && location) grants.push(location.grants.read(grantee));
    return this.combined(grantee, grants);
  }

  /**
   * Make tables and views, and put files for them below the database's location.
   *
   * With Lake Formation, who makes a table may do everything with it; with IAM, give `manageTables` for that. Athena's CTAS
   * writes with the caller's own rights on S3, so that the grantee may put objects below the location under every permission
   * model, and read and delete none.
   *
   * @param grantee who may make tables
   * @param options whether the right may be passed on
   * @throws `GrantOptionNeedsLakeFormation`
   * @see https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html
   */
  public createTables(grantee: iam.IGrantable, options: GrantOptions = {}): iam.Grant {
    this.record(grantee, options, ['CREATE_TABLE', 'DESCRIBE']);
    const { location } = this.database;
    const grants = [this.onCatalog(grantee, [...DESCRIBE, ...CREATE])];
    if (location) grants.push(this.placeData(grantee, location, options));
    return this.combined(grantee, grants);
  }

  /**
   * Change the database itself: its description, location and properties.
   *
   * @param grantee who may alter it
   * @param options whether the right may be passed on
   * @throws `GrantOptionNeedsLakeFormation`
   */
  public alter(grantee: iam.IGrantable, options: GrantOptions = {}): iam.Grant {
    this.record(grantee, options, ['ALTER', 'DESCRIBE']);
    return this.onCatalog(grantee, ['glue:GetDatabase', 'glue:UpdateDatabase']);
  }

  /**
   * Drop the database.
   *
   * @param grantee who may drop it
   * @param options whether the right may be passed on
   * @throws `GrantOptionNeedsLakeFormation`
   */
  public drop(grantee: iam.IGrantable, options: GrantOptions = {}): iam.Grant {
    this.record(grantee, options, ['DESCRIBE', 'DROP']);
    return this.onCatalog(grantee, ['glue:GetDatabase', 'glue:DeleteDatabase']);
  }

  /**
   * Make, change and drop any table and view of the database; read, write and delete everything below its location.
   *
   * Where Lake Formation decides alone, it reads and deletes for the grantee, who may put objects below the location (see
   * `createTables`).
   *
   * @param grantee who makes tables
   * @param options whether the rights may be passed on
   * @throws `GrantOptionNeedsLakeFormation`
   */
  public manageTables(grantee: iam.IGrantable, options: GrantOptions = {}): iam.Grant {
    this.record(grantee, options, ['CREATE_TABLE', 'DESCRIBE'], ALL_ON_TABLES);
    const { permissions, location } = this.database;
    const grants = [this.onCatalog(grantee, [...DESCRIBE, ...MANAGE])];
    if (location) {
      grants.push(this.placeData(grantee, location, options));
      if (permissions.usesIam) grants.push(location.grants.read(grantee), location.grants.delete(grantee));
    }
    return this.combined(grantee, grants);
  }

  /** What Lake Formation renders of it. */
  private record(
    grantee: iam.IGrantable,
    { grantable }: GrantOptions,
    databasePermissions: string[],
    tablePermissions?: string[],
  ): void {
    const { database } = this;
    if (grantable && !database.permissions.usesLakeFormation) {
      throw new Error(
        LakeError.message(
          'GrantOptionNeedsLakeFormation',
          `a grantable right on "${database.node.path}" with PermissionModel "${database.permissions.name}"`,
          'IAM knows no grant option',
          'use PermissionModel.lakeFormation() or hybrid()',
        ),
      );
    }
    LakeAccess.of(database).recordDatabase({ database, grantee, databasePermissions, tablePermissions, grantable });
  }

  private placeData(grantee: iam.IGrantable, location: DataLocation, { grantable }: GrantOptions): iam.Grant {
    const { permissions } = this.database;
    LakeAccess.of(this.database).recordLocation({ location, grantee, permissions, grantable });
    return location.grants.write(grantee);
  }

  private combined(grantee: iam.IGrantable, grants: iam.Grant[]): iam.Grant {
    if (this.database.permissions.usesLakeFormation) {
      grants.push(iam.Grant.addToPrincipal({ grantee, actions: ['lakeformation:GetDataAccess'], resourceArns: ['*'] }));
    }
    return grants.reduce((all, grant) => all.combine(grant));
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

const CREATE = ['glue:CreateTable', 'glue:CreatePartition', 'glue:BatchCreatePartition'];

/** All that Lake Formation knows of tables. */
const ALL_ON_TABLES = ['ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'];

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
