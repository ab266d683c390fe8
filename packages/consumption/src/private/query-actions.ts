import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { AthenaWorkgroupBase } from '../athena-workgroup-base';

/** What every client calls: start, watch and stop queries, read results, and find what was saved. */
export const QUERY = [
  'athena:GetWorkGroup',
  'athena:StartQueryExecution',
  'athena:StopQueryExecution',
  'athena:GetQueryExecution',
  'athena:BatchGetQueryExecution',
  'athena:ListQueryExecutions',
  'athena:GetQueryResults',
  'athena:GetQueryResultsStream',
  'athena:GetQueryRuntimeStatistics',
  'athena:GetNamedQuery',
  'athena:BatchGetNamedQuery',
  'athena:ListNamedQueries',
  'athena:GetPreparedStatement',
  'athena:BatchGetPreparedStatement',
  'athena:ListPreparedStatements',
];

/** PREPARE and DEALLOCATE, and the API's calls: the statements are everybody's who uses the workgroup. */
export const PREPARE = [
  'athena:CreatePreparedStatement',
  'athena:UpdatePreparedStatement',
  'athena:DeletePreparedStatement',
];

/** Metadata calls of drivers and of the console; what they show is decided by the rights on the Glue catalog. */
const ON_CATALOG = [
  'athena:GetDataCatalog',
  'athena:GetDatabase',
  'athena:ListDatabases',
  'athena:GetTableMetadata',
  'athena:ListTableMetadata',
];

/** Actions that take no resource. */
const ON_ACCOUNT = ['athena:ListDataCatalogs', 'athena:ListEngineVersions', 'athena:ListWorkGroups'];

/** As the console and AWS's drivers call it, and as PyAthena does: IAM compares the ARN with what the client wrote. */
const CATALOG_NAMES = ['AwsDataCatalog', 'awsdatacatalog'];

/** Lets a grantee call `actions` on the workgroup, and gives it its results. */
export function grantQuery(workgroup: AthenaWorkgroupBase, grantee: iam.IGrantable, actions: string[]): iam.Grant {
  const results = workgroup._admit(grantee);
  const catalogs = CATALOG_NAMES.map((resourceName) =>
    Stack.of(workgroup).formatArn({ service: 'athena', resource: 'datacatalog', resourceName }),
  );
  const allow = (which: string[], resourceArns: string[]) =>
    iam.Grant.addToPrincipal({ grantee, actions: which, resourceArns });
  return [
    allow(actions, [workgroup.workgroupArn]),
    allow(ON_CATALOG, catalogs),
    allow(ON_ACCOUNT, ['*']),
    ...results,
  ].reduce((all, grant) => all.combine(grant));
}
