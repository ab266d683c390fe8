import type { ActionRequest, TableAccess, TablePermission } from '../../access/contract';
import type { LakeContext } from '../../services/service';
import type { Table } from '../../workspace/catalog-store';

const GLUE: Partial<Record<TablePermission, string>> = {
  SELECT: 'glue:GetTable',
  DESCRIBE: 'glue:GetTable',
  ALTER: 'glue:UpdateTable',
  DROP: 'glue:DeleteTable',
};
const S3: Partial<Record<TablePermission, string>> = {
  SELECT: 's3:GetObject',
  INSERT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

/**
 * What IAM must allow beside a permission of Lake Formation: the Data Catalog's actions, and the data, by Lake Formation's
 * credentials in a registered location and else by S3's own actions.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
 */
export function iamNeeds(
  lake: LakeContext,
  table: Table,
  permission: TablePermission,
  given: TableAccess,
): readonly ActionRequest[] {
  const { DatabaseName, Name, StorageDescriptor } = table;
  const glue = (resource: string) => `arn:${lake.partition}:glue:${lake.region}:${lake.account}:${resource}`;
  const action = GLUE[permission];
  const needs: ActionRequest[] = [];
  if (action !== undefined) {
    const resources = [glue('catalog'), glue(`database/${DatabaseName}`), glue(`table/${DatabaseName}/${Name}`)];
    needs.push({ action, resources });
  }
  const data = S3[permission];
  const location = StorageDescriptor?.Location?.replace(/\/+$/, '');
  if (data === undefined || !location) return needs;
  if (lake.access.permissions.isRegistered(location, given)) {
    needs.push({ action: 'lakeformation:GetDataAccess', resources: ['*'] });
  } else {
    needs.push({ action: data, resources: [`arn:${lake.partition}:s3:::${location.replace(/^s3[an]?:\/\//, '')}/*`] });
  }
  return needs;
}
