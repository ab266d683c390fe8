import type { ILakeDatabase } from '@lakewright/catalog';
import type { DataLocation, IAthenaWorkgroup, IDataset } from '@lakewright/core';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { refuse } from './refuse';

export interface DbtWork {
  /** Databases that dbt writes. */
  readonly owned: ILakeDatabase[];
  readonly sources?: ILakeDatabase[];
  readonly reads?: IDataset[];
  readonly workgroup: IAthenaWorkgroup;
  readonly artifacts: DataLocation;
}

/** All below it is dbt's: it deletes there what a new version of a table replaces. */
export function ownLocation(database: ILakeDatabase): DataLocation {
  return (
    database.location ??
    refuse(
      'DatabaseWithoutLocation',
      `database "${database.node.path}"`,
      'dbt writes and deletes below the location of its database',
      'give the database a location',
    )
  );
}

/** The rights of a project: its own databases, its sources read-only, queries, and what a run leaves. */
export function letWork(role: iam.Role, { owned, sources = [], reads = [], workgroup, artifacts }: DbtWork): void {
  workgroup.grants.query(role);
  artifacts.grants.readWrite(role);
  for (const database of sources) database.grants.readTables(role);
  for (const dataset of reads) dataset.grants.read(role);
  for (const database of owned) {
    database.grants.manageTables(role);
    const location = ownLocation(database);
    // dbt-athena deletes by itself what it replaces, whoever decides about the tables
    if (!database.permissions.usesIam) {
      location.grants.read(role);
      location.grants.delete(role);
    }
    keepHouse(role, database);
  }
}

/** dbt looks for its schema among the databases, and ends old versions of a table's definition. */
function keepHouse(role: iam.Role, { databaseArn, databaseName, stack }: ILakeDatabase): void {
  const catalog = stack.formatArn({ service: 'glue', resource: 'catalog', arnFormat: ArnFormat.NO_RESOURCE_NAME });
  const allow = (actions: string[], resources: string[]) =>
    role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
  allow(['glue:GetDatabases'], [catalog, databaseArn]);
  const tables = Stack.of(role).formatArn({ service: 'glue', resource: 'table', resourceName: `${databaseName}/*` });
  allow(['glue:GetTableVersions', 'glue:DeleteTableVersion'], [catalog, databaseArn, tables]);
}
