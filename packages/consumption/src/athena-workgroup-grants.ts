import type { IAthenaWorkgroupGrants } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { AthenaWorkgroupBase } from './athena-workgroup-base';

/** Gives others the right to use a workgroup. */
export class AthenaWorkgroupGrants implements IAthenaWorkgroupGrants {
  /** @internal */
  public constructor(private readonly workgroup: AthenaWorkgroupBase) {}

  /**
   * Start, watch and stop queries, and read, write and delete results below the grantee's own prefix.
   *
   * That is all that the console, the SDKs, JDBC and ODBC drivers, PyAthena, aws-sdk-pandas, dbt and BI tools need besides
   * the data: give that with `dataset.grants`. Query texts and run statistics are the workgroup's, not the grantee's: all
   * who use it see them.
   *
   * @param grantee a role, user or group
   * @throws `PrincipalUnknown` for a principal that is no construct
   */
  public query(grantee: iam.IGrantable): iam.Grant {
    const results = this.workgroup._admit(grantee);
    const stack = Stack.of(this.workgroup);
    const allow = (actions: string[], resourceArns: string[]) =>
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
    return [
      allow(ON_WORKGROUP, [this.workgroup.workgroupArn]),
      allow(ON_CATALOG, [
        stack.formatArn({ service: 'athena', resource: 'datacatalog', resourceName: 'AwsDataCatalog' }),
      ]),
      allow(ON_ACCOUNT, ['*']),
      results.grants.readWrite(grantee),
      results.grants.delete(grantee),
    ].reduce((all, grant) => all.combine(grant));
  }
}

const ON_WORKGROUP = [
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
  'athena:CreatePreparedStatement',
  'athena:UpdatePreparedStatement',
  'athena:DeletePreparedStatement',
  'athena:GetPreparedStatement',
  'athena:BatchGetPreparedStatement',
  'athena:ListPreparedStatements',
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
