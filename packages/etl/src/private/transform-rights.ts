import type { ILakeDatabase } from '@lakewright/catalog';
import { type DataLocation, type IDataset, LakeAccess } from '@lakewright/core';
import * as iam from 'aws-cdk-lib/aws-iam';

/** Make, read and drop `<name>_<run>` on its own prefix, and move `<name>`. */
export function grantVersions(
  database: ILakeDatabase,
  dataset: IDataset,
  location: DataLocation,
  kind: 'view' | 'table',
  role: iam.IRole,
): void {
  const { permissions } = dataset;
  allow(role, [...READ, ...MAKE, ...ALTER, ...DROP], versionArns(dataset));
  location.grants.write(role);
  // Retiring lists and deletes as the role itself, under every permission model.
  location.grants.delete(role);
  LakeAccess.of(database).recordDatabase({
    database,
    grantee: role,
    databasePermissions: ['CREATE_TABLE', 'DESCRIBE'],
  });
  LakeAccess.of(database).recordLocation({ location, grantee: role, permissions });
  if (kind === 'table') dataset.grants.write(role);
  else if (permissions.usesIam) location.grants.read(role);
  if (permissions.usesLakeFormation) allow(role, ['lakeformation:GetDataAccess'], ['*']);
}

/** Read `<name>_<run>`. */
export function grantVersion(database: ILakeDatabase, dataset: IDataset, grantee: iam.IGrantable): void {
  allow(grantee, READ, versionArns(dataset));
  if (dataset.permissions.usesIam) dataset.location?.grants.read(grantee);
  // Lake Formation knows no patterns of names.
  if (dataset.permissions.usesLakeFormation) database.grants.readTables(grantee);
}

/** Change the table in place; UNLOAD writes below its location. */
export function grantStatement(dataset: IDataset, location: DataLocation, role: iam.IRole): void {
  dataset.grants.write(role);
  location.grants.write(role);
}

function versionArns({ catalogArn, databaseArn, tableArn }: IDataset): string[] {
  return [catalogArn, databaseArn, tableArn, `${tableArn}_*`];
}

function allow(grantee: iam.IGrantable, actions: string[], resourceArns: string[]): void {
  iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
}

const READ = [
  'glue:GetDatabase',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:BatchGetPartition',
];
const MAKE = ['glue:CreateTable', 'glue:CreatePartition', 'glue:BatchCreatePartition'];
const ALTER = ['glue:UpdateTable'];
const DROP = ['glue:DeleteTable', 'glue:BatchDeleteTable', 'glue:DeletePartition', 'glue:BatchDeletePartition'];
