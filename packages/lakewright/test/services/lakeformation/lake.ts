import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import type { LakeResource } from '../../../src/assembly/resource';
import { glue } from '../../../src/services/glue';
import { lakeformation } from '../../../src/services/lakeformation';
import { ACCOUNT, resource } from '../../server/temporary-lake';
import { sdkClient } from '../sdk-client';

export { ACCOUNT };

export const arn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
/** IAM allows it everything: what is refused is so by Lake Formation. */
const role = (name: string) => {
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const Policies = [{ PolicyName: 'All', PolicyDocument: { Version: '2012-10-17', Statement } }];
  return resource('AWS::IAM::Role', name, { arn: arn(name), properties: { RoleName: name, Policies } });
};

/** `Admin`, an administrator, and `Analyst`, nobody yet, in front of the tables `sales.orders` and `sales.items`. */
export async function governedLake(resources: readonly LakeResource[] = []) {
  const { client, lake, as } = await sdkClient(LakeFormationClient, {
    services: [glue, lakeformation],
    resources: [role('Admin'), role('Analyst'), role('Engineer'), ...resources],
  });
  await lake.call('lakeformation', 'PutDataLakeSettings', {
    DataLakeSettings: { DataLakeAdmins: [{ DataLakePrincipalIdentifier: arn('Admin') }] },
  });
  lake.catalog.putDatabase({ Name: 'sales', LocationUri: 's3://lake/sales/' });
  for (const Name of ['orders', 'items']) {
    lake.catalog.putTable({
      DatabaseName: 'sales',
      Name,
      StorageDescriptor: {
        Columns: [{ Name: 'id' }, { Name: 'email' }, { Name: 'region' }],
        Location: `s3://lake/sales/${Name}/`,
      },
    });
  }
  return { client, lake, admin: as('Admin'), analyst: as('Analyst'), as };
}

export const principal = (name: string) => ({ DataLakePrincipalIdentifier: arn(name) });
export const ORDERS = { Table: { DatabaseName: 'sales', Name: 'orders' } };
export const columns = (...ColumnNames: string[]) => ({
  TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames },
});
