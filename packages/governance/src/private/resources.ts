import type { DataLocation, IAccessDatabase, IDataset } from '@lakewright/core';

/** A resource of Lake Formation, in the members of its API; wildcards are `'true'`, since CloudFormation drops `{}`. */
export type LakeResource = Readonly<Record<string, unknown>>;

/** What carries permissions: the named thing, or what a link points to. */
interface Named {
  readonly catalog: { readonly CatalogId?: string };
  readonly databaseName: string;
}

export const WHOLE_CATALOG: LakeResource = { Catalog: 'true' };

export function databaseResource(database: IAccessDatabase | IDataset): LakeResource {
  const { catalog, databaseName } = targetOf(database);
  return { Database: { ...catalog, Name: databaseName } };
}

/** A link has permissions of its own: to be seen. */
export function linkResource({ databaseName }: IAccessDatabase | IDataset): LakeResource {
  return { Database: { Name: databaseName } };
}

export function tableResource(dataset: IDataset): LakeResource {
  return { Table: { ...tableName(dataset), Name: dataset.tableName } };
}

export function allTables(database: IAccessDatabase): LakeResource {
  return { Table: { ...tableName(database), TableWildcard: 'true' } };
}

export function columnsResource(dataset: IDataset, columns: string[]): LakeResource {
  return { TableWithColumns: { ...tableName(dataset), Name: dataset.tableName, ColumnNames: columns } };
}

export function otherColumnsResource(dataset: IDataset, excluding: string[]): LakeResource {
  const ColumnWildcard = { ExcludedColumnNames: excluding };
  return { TableWithColumns: { ...tableName(dataset), Name: dataset.tableName, ColumnWildcard } };
}

export function filterResource(dataset: IDataset, name: string): LakeResource {
  const { catalog, databaseName } = targetOf(dataset);
  const TableCatalogId = catalog.CatalogId ? { TableCatalogId: catalog.CatalogId } : {};
  return {
    DataCellsFilter: { ...TableCatalogId, DatabaseName: databaseName, TableName: dataset.tableName, Name: name },
  };
}

/** `arn:aws:s3:::bucket/prefix`: without the slash at the end, as Lake Formation registers it. */
export function locationArn({ bucket, prefix }: DataLocation): string {
  return prefix === '' ? bucket.bucketArn : bucket.arnForObjects(prefix);
}

export function locationResource(location: DataLocation): LakeResource {
  return { DataLocation: { ResourceArn: locationArn(location) } };
}

/** The account whose catalog holds a database; undefined for the own one. */
export function targetOf({ databaseName, linkTarget }: IAccessDatabase | IDataset): Named {
  if (!linkTarget) return { catalog: {}, databaseName };
  return { catalog: { CatalogId: linkTarget.account }, databaseName: linkTarget.databaseName };
}

function tableName(of: IAccessDatabase | IDataset): Record<string, string> {
  const { catalog, databaseName } = targetOf(of);
  return { ...catalog, DatabaseName: databaseName };
}
