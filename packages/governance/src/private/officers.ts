import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * IAM's half of being an administrator. Without PutDataLakeSettings, as AWS recommends: administrators make no others.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/permissions-reference.html
 */
export function grantAdministration(grantee: iam.IGrantable): void {
  iam.Grant.addToPrincipal({ grantee, actions: [...CHANGE, ...SEE], resourceArns: ['*'] });
}

/** IAM's half of being a read-only administrator. */
export function grantReading(grantee: iam.IGrantable): void {
  iam.Grant.addToPrincipal({ grantee, actions: SEE, resourceArns: ['*'] });
}

/** IAM's half of making databases. */
export function grantCreation(scope: IConstruct, grantee: iam.IGrantable): void {
  const stack = Stack.of(scope);
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['glue:CreateDatabase', 'glue:GetDatabase', 'glue:GetDatabases'],
    resourceArns: ['catalog', 'database/*'].map((resource) => stack.formatArn({ service: 'glue', resource })),
  });
}

/** Lake Formation knows no ARNs. */
const SEE = [
  ...[
    'DescribeResource',
    'GetDataCellsFilter',
    'GetDataLakePrincipal',
    'GetDataLakeSettings',
    'GetEffectivePermissionsForPath',
    'GetLFTag',
    'GetLFTagExpression',
    'GetResourceLFTags',
    'ListDataCellsFilter',
    'ListLFTagExpressions',
    'ListLFTags',
    'ListLakeFormationOptIns',
    'ListPermissions',
    'ListResources',
    'SearchDatabasesByLFTags',
    'SearchTablesByLFTags',
  ].map((action) => `lakeformation:${action}`),
  ...['GetDatabase', 'GetDatabases', 'GetTable', 'GetTables', 'GetPartitions', 'SearchTables'].map(
    (action) => `glue:${action}`,
  ),
];

const CHANGE = [
  'AddLFTagsToResource',
  'BatchGrantPermissions',
  'BatchRevokePermissions',
  'CreateDataCellsFilter',
  'CreateLFTag',
  'CreateLFTagExpression',
  'CreateLakeFormationOptIn',
  'DeleteDataCellsFilter',
  'DeleteLFTag',
  'DeleteLFTagExpression',
  'DeleteLakeFormationOptIn',
  'GrantPermissions',
  'RemoveLFTagsFromResource',
  'RevokePermissions',
  'UpdateDataCellsFilter',
  'UpdateLFTag',
  'UpdateLFTagExpression',
].map((action) => `lakeformation:${action}`);
