import { type DataLocation, type IAccessDatabase, LakeAccess } from '@lakewright/core';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

const BROWSE = [
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
  'glue:GetTableVersions',
  'glue:DeleteTableVersion',
  'glue:CreatePartition',
  'glue:BatchCreatePartition',
  'glue:UpdatePartition',
  'glue:DeletePartition',
  'glue:BatchDeletePartition',
];

/** All that Lake Formation knows of tables. */
const ALL_ON_TABLES = ['ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'];

/** Rights on the Data Catalog and what lies below its databases, for one principal. */
export class CatalogRights {
  public constructor(
    private readonly scope: Construct,
    private readonly grantee: iam.IGrantable,
  ) {}

  /** Lists databases, and sees what is in some of them: definitions, no data. */
  public browse(databases: IAccessDatabase[]): void {
    // a list of databases is asked of the whole catalog; with Lake Formation it shows what is granted
    this.allow(['glue:GetDatabases'], [this.catalog, this.arn('database', '*')]);
    this.allow(['glue:GetDatabase'], [this.catalog, this.arn('database', 'default')]);
    for (const database of databases) this.allow(BROWSE, this.arns(database));
  }

  /** Lake Formation gives the credentials for data, by its own grants; the action takes no resource. */
  public dataAccess(): void {
    this.allow(['lakeformation:GetDataAccess'], ['*']);
  }

  /** Makes, changes and drops tables of a database, and writes and deletes below its location. */
  public manage(database: IAccessDatabase, location: DataLocation): void {
    const { grantee } = this;
    const access = LakeAccess.of(this.scope);
    access.recordDatabase({
      database,
      grantee,
      databasePermissions: ['CREATE_TABLE', 'DESCRIBE'],
      tablePermissions: ALL_ON_TABLES,
    });
    access.recordLocation({ location, grantee, permissions: database.permissions });
    this.allow([...BROWSE, ...MANAGE], this.arns(database));
    location.grants.readWrite(grantee);
    location.grants.delete(grantee);
  }

  /** Reads a database's tables, later ones too. */
  public read(database: IAccessDatabase): void {
    const { grantee } = this;
    LakeAccess.of(this.scope).recordDatabase({
      database,
      grantee,
      databasePermissions: ['DESCRIBE'],
      tablePermissions: ['DESCRIBE', 'SELECT'],
    });
    this.allow(BROWSE, this.arns(database));
    if (database.permissions.usesIam) database.location?.grants.read(grantee);
  }

  /** Objects that the principal can't reach by itself, whatever else it is given; Athena reads governed ones in its own name. */
  public deny(locations: DataLocation[]): void {
    if (locations.length === 0) return;
    this.grantee.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:DeleteObject'],
        resources: locations.map((location) => location.objectsArn),
      }),
    );
  }

  private allow(actions: string[], resourceArns: string[]): void {
    iam.Grant.addToPrincipal({ grantee: this.grantee, actions, resourceArns });
  }

  private arns({ databaseName }: IAccessDatabase): string[] {
    return [this.catalog, this.arn('database', databaseName), this.arn('table', `${databaseName}/*`)];
  }

  private get catalog(): string {
    return Stack.of(this.scope).formatArn({
      service: 'glue',
      resource: 'catalog',
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
  }

  private arn(resource: string, resourceName: string): string {
    return Stack.of(this.scope).formatArn({ service: 'glue', resource, resourceName });
  }
}
