import { type IDataset, LakeAccess } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { refuse } from './refuse';

/** What rewriting and removing the files of an Iceberg table takes, under every permission model. */
export function grantMaintenance(scope: Construct, dataset: IDataset, role: iam.IRole): void {
  const { location, permissions } = dataset;
  if (!location) {
    refuse(
      'MaintenanceWithoutLocation',
      `table "${dataset.tableName}" without location`,
      'its files are rewritten and removed',
      'say where the data lies',
    );
    return;
  }
  dataset.grants.write(role);
  if (permissions.usesIam) return;
  // Files of snapshots are listed and removed with the role's own rights on S3.
  location.grants.readWrite(role);
  location.grants.delete(role);
  LakeAccess.of(scope).recordLocation({ location, grantee: role, permissions });
}
