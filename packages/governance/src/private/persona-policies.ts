import type { DataLocation } from '@lakewright/core';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { AnalystOptions, DebuggingOptions, EngineerOptions } from '../persona-kind';

/** Lake Formation shows in these what is granted, and no more. */
const SEE_TAGS = [
  'lakeformation:GetLFTag',
  'lakeformation:GetResourceLFTags',
  'lakeformation:ListLFTags',
  'lakeformation:SearchDatabasesByLFTags',
  'lakeformation:SearchTablesByLFTags',
];

const READ_CATALOG = [
  'glue:BatchGetPartition',
  'glue:GetColumnStatisticsForTable',
  'glue:GetDatabase',
  'glue:GetDatabases',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetTableVersions',
  'glue:SearchTables',
];

const WRITE_CATALOG = [
  'glue:BatchCreatePartition',
  'glue:BatchDeletePartition',
  'glue:BatchDeleteTable',
  'glue:BatchUpdatePartition',
  'glue:CreateDatabase',
  'glue:CreatePartition',
  'glue:CreateTable',
  'glue:DeleteDatabase',
  'glue:DeletePartition',
  'glue:DeleteTable',
  'glue:UpdateDatabase',
  'glue:UpdatePartition',
  'glue:UpdateTable',
];

const MANAGE_GRANTS = [
  ...SEE_TAGS,
  'lakeformation:AddLFTagsToResource',
  'lakeformation:BatchGrantPermissions',
  'lakeformation:BatchRevokePermissions',
  'lakeformation:CreateDataCellsFilter',
  'lakeformation:CreateLFTag',
  'lakeformation:DeleteDataCellsFilter',
  'lakeformation:DeleteLFTag',
  'lakeformation:DescribeResource',
  'lakeformation:GetDataCellsFilter',
  'lakeformation:GetDataLakeSettings',
  'lakeformation:GetEffectivePermissionsForPath',
  'lakeformation:GrantPermissions',
  'lakeformation:ListDataCellsFilter',
  'lakeformation:ListPermissions',
  'lakeformation:ListResources',
  'lakeformation:RemoveLFTagsFromResource',
  'lakeformation:RevokePermissions',
  'lakeformation:UpdateDataCellsFilter',
  'lakeformation:UpdateLFTag',
];

const SEE_RUNS = [
  'cloudwatch:DescribeAlarms',
  'cloudwatch:GetMetricData',
  'cloudwatch:ListMetrics',
  'glue:GetCrawlerMetrics',
  'glue:GetCrawlers',
  'glue:GetJobRun',
  'glue:GetJobRuns',
  'glue:GetJobs',
  'glue:ListCrawls',
  'logs:DescribeLogGroups',
  'states:ListStateMachines',
];

const SEE_EXECUTIONS = [
  'states:DescribeExecution',
  'states:DescribeMapRun',
  'states:DescribeStateMachine',
  'states:GetExecutionHistory',
  'states:ListExecutions',
  'states:ListMapRuns',
];

const READ_LOGS = [
  'logs:DescribeLogStreams',
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  'logs:GetQueryResults',
  'logs:StartQuery',
  'logs:StopQuery',
];

const LOG_GROUPS = [
  '/aws-glue/*',
  '/aws/lambda/*',
  '/aws/vendedlogs/states/*',
  '/aws/states/*',
  '/ecs/*',
  'dms-*',
  '/aws/appflow/*',
];

export function analystPolicy(role: iam.Role, { denied = [] }: AnalystOptions): void {
  allow(role, SEE_TAGS, '*');
  seeDefault(role);
  for (const location of denied) deny(role, location);
}

export function engineerPolicy(role: iam.Role, { reads = [], writes = [] }: EngineerOptions): void {
  allow(role, [...SEE_TAGS, 'lakeformation:GetDataAccess'], '*');
  allow(role, [...READ_CATALOG, ...WRITE_CATALOG], ...catalogArns(role, '*'));
  for (const location of reads) location.grants.read(role);
  for (const location of writes) {
    location.grants.readWrite(role);
    location.grants.delete(role);
  }
}

export function stewardPolicy(role: iam.Role): void {
  allow(role, [...MANAGE_GRANTS, 'iam:ListRoles', 'iam:ListUsers'], '*');
  allow(role, READ_CATALOG, ...catalogArns(role, '*'));
}

export function debuggingPolicy(role: iam.Role, { reads = [], logGroups }: DebuggingOptions): void {
  const stack = Stack.of(role);
  const states = (resource: string): string =>
    stack.formatArn({ service: 'states', resource, resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  const named = (name: string): string =>
    stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  allow(role, SEE_RUNS, '*');
  allow(role, SEE_EXECUTIONS, ...['stateMachine', 'execution', 'express', 'mapRun'].map(states));
  allow(role, READ_LOGS, ...(logGroups?.map(({ logGroupArn }) => logGroupArn) ?? LOG_GROUPS.map(named)));
  for (const location of reads) location.grants.read(role);
}

/**
 * Athena and its drivers look at the database `default`, whatever they query.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
 */
function seeDefault(role: iam.Role): void {
  const [catalog = '', database = ''] = catalogArns(role, 'default');
  allow(role, ['glue:GetDatabase', 'glue:GetDatabases'], catalog, database);
}

function catalogArns(role: iam.Role, name: string): string[] {
  const arn = (resource: string, resourceName?: string): string =>
    Stack.of(role).formatArn({
      service: 'glue',
      resource,
      resourceName,
      arnFormat: resourceName ? ArnFormat.SLASH_RESOURCE_NAME : ArnFormat.NO_RESOURCE_NAME,
    });
  return [arn('catalog'), arn('database', name), arn('table', `${name}/*`)];
}

function allow(role: iam.Role, actions: string[], ...resources: string[]): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
}

function deny(role: iam.Role, { bucket, prefix, objectsArn }: DataLocation): void {
  const effect = iam.Effect.DENY;
  role.addToPolicy(new iam.PolicyStatement({ effect, actions: ['s3:GetObject*'], resources: [objectsArn] }));
  role.addToPolicy(
    new iam.PolicyStatement({
      effect,
      actions: ['s3:ListBucket', 's3:ListBucketVersions'],
      resources: [bucket.bucketArn],
      ...(prefix === '' ? {} : { conditions: { StringLike: { 's3:prefix': [prefix, `${prefix}/*`] } } }),
    }),
  );
}
