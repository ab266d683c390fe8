import type { ApiShape } from '../../services/api-shape';
import { type Policy, parsePolicy } from './policy';

const allow = (
  Action: string | readonly string[],
  Resource: string | readonly string[] = '*',
  more: ApiShape = {},
) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const ec2 = (...actions: string[]): string[] => actions.map((action) => `ec2:${action}`);
const glue = (...actions: string[]): string[] => actions.map((action) => `glue:${action}`);
const DMS_STREAMS = [
  'arn:aws:logs:*:*:log-group:dms-tasks-*:log-stream:dms-task-*',
  'arn:aws:logs:*:*:log-group:dms-serverless-replication-*:log-stream:dms-serverless-*',
];

/**
 * Statements of AWS's own managed policies that data lakes attach, by the path after `arn:aws:iam::aws:policy/`, as of
 * February 2026.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const STATEMENTS: Readonly<Record<string, readonly ApiShape[]>> = {
  AdministratorAccess: [allow('*')],
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    allow([
      'account:GetAccountInformation',
      'account:GetGovCloudAccountInformation',
      'account:GetPrimaryEmail',
      'account:ListRegions',
      'iam:CreateServiceLinkedRole',
      'iam:DeleteServiceLinkedRole',
      'iam:ListRoles',
      'organizations:DescribeEffectivePolicy',
      'organizations:DescribeOrganization',
    ]),
  ],
  AmazonS3FullAccess: [allow(['s3:*', 's3-object-lambda:*'])],
  AmazonS3ReadOnlyAccess: [
    allow(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*']),
  ],
  AmazonAthenaFullAccess: [
    allow('athena:*'),
    allow(
      glue(
        ...['CreateDatabase', 'DeleteDatabase', 'GetDatabase', 'GetDatabases', 'UpdateDatabase'],
        ...['CreateTable', 'DeleteTable', 'BatchDeleteTable', 'UpdateTable', 'GetTable', 'GetTables'],
        ...['BatchCreatePartition', 'CreatePartition', 'DeletePartition', 'BatchDeletePartition'],
        ...['UpdatePartition', 'GetPartition', 'GetPartitions', 'BatchGetPartition'],
        ...['StartColumnStatisticsTaskRun', 'GetColumnStatisticsTaskRun', 'GetColumnStatisticsTaskRuns'],
      ),
    ),
    allow(
      [
        's3:GetBucketLocation',
        's3:GetObject',
        's3:ListBucket',
        's3:ListBucketMultipartUploads',
        's3:ListMultipartUploadParts',
        's3:AbortMultipartUpload',
        's3:CreateBucket',
        's3:PutObject',
        's3:PutBucketPublicAccessBlock',
      ],
      'arn:aws:s3:::aws-athena-query-results-*',
    ),
    allow(['s3:GetObject', 's3:ListBucket'], 'arn:aws:s3:::athena-examples*'),
    allow(['s3:ListBucket', 's3:GetBucketLocation', 's3:ListAllMyBuckets']),
    allow(['sns:ListTopics', 'sns:GetTopicAttributes']),
    allow([
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:DeleteAlarms',
      'cloudwatch:GetMetricData',
    ]),
    allow('lakeformation:GetDataAccess'),
    allow(['datazone:ListDomains', 'datazone:ListProjects', 'datazone:ListAccountEnvironments']),
    allow('pricing:GetProducts'),
  ],
  AWSLakeFormationDataAdmin: [
    allow([
      'lakeformation:*',
      'cloudtrail:DescribeTrails',
      'cloudtrail:LookupEvents',
      ...glue('CreateCatalog', 'UpdateCatalog', 'DeleteCatalog', 'GetCatalog', 'GetCatalogs', 'GetDatabase'),
      ...glue('GetDatabases', 'CreateDatabase', 'UpdateDatabase', 'DeleteDatabase', 'GetConnections', 'SearchTables'),
      ...glue('GetTable', 'CreateTable', 'UpdateTable', 'DeleteTable', 'GetTableVersions', 'GetPartitions'),
      ...glue('GetTables', 'ListWorkflows', 'BatchGetWorkflows', 'DeleteWorkflow', 'GetWorkflowRuns'),
      ...glue('StartWorkflowRun', 'GetWorkflow'),
      's3:ListBucket',
      's3:GetBucketLocation',
      's3:ListAllMyBuckets',
      's3:GetBucketAcl',
      'iam:ListUsers',
      'iam:ListRoles',
      'iam:GetRole',
      'iam:GetRolePolicy',
    ]),
    { Effect: 'Deny', Action: 'lakeformation:PutDataLakeSettings', Resource: '*' },
  ],
  'service-role/AWSGlueServiceRole': [
    allow([
      'glue:*',
      's3:GetBucketLocation',
      's3:ListBucket',
      's3:ListAllMyBuckets',
      's3:GetBucketAcl',
      ...ec2('DescribeVpcEndpoints', 'DescribeRouteTables', 'CreateNetworkInterface', 'DeleteNetworkInterface'),
      ...ec2('DescribeNetworkInterfaces', 'DescribeSecurityGroups', 'DescribeSubnets', 'DescribeVpcAttribute'),
      'iam:ListRolePolicies',
      'iam:GetRole',
      'iam:GetRolePolicy',
      'cloudwatch:PutMetricData',
    ]),
    allow('s3:CreateBucket', 'arn:aws:s3:::aws-glue-*'),
    allow(
      ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      ['arn:aws:s3:::aws-glue-*/*', 'arn:aws:s3:::*/*aws-glue-*/*'],
    ),
    allow('s3:GetObject', ['arn:aws:s3:::crawler-public*', 'arn:aws:s3:::aws-glue-*']),
    allow(LOGS, 'arn:aws:logs:*:*:*:/aws-glue/*'),
    allow(
      ec2('CreateTags', 'DeleteTags'),
      ['network-interface', 'security-group', 'instance'].map((kind) => `arn:aws:ec2:*:*:${kind}/*`),
      { Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['aws-glue-service-resource'] } } },
    ),
  ],
  'service-role/AWSLambdaBasicExecutionRole': [allow(LOGS)],
  'service-role/AWSLambdaVPCAccessExecutionRole': [
    allow([
      ...LOGS,
      ...ec2('CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface'),
      ...ec2('AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'),
    ]),
  ],
  'service-role/AWSLambdaSQSQueueExecutionRole': [
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...LOGS]),
  ],
  'service-role/AmazonDMSVPCManagementRole': [
    allow([
      ...ec2('CreateNetworkInterface', 'DescribeAvailabilityZones', 'DescribeInternetGateways', 'DescribeSubnets'),
      ...ec2('DescribeSecurityGroups', 'DescribeVpcs', 'DeleteNetworkInterface', 'ModifyNetworkInterfaceAttribute'),
    ]),
  ],
  'service-role/AmazonDMSCloudWatchLogsRole': [
    allow('logs:DescribeLogGroups'),
    allow('logs:DescribeLogStreams', [
      'arn:aws:logs:*:*:log-group:dms-tasks-*',
      'arn:aws:logs:*:*:log-group:dms-serverless-replication-*',
    ]),
    allow('logs:CreateLogGroup', [
      'arn:aws:logs:*:*:log-group:dms-tasks-*',
      'arn:aws:logs:*:*:log-group:dms-serverless-replication-*:log-stream:',
    ]),
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], DMS_STREAMS),
  ],
};

const parsed = new Map<string, Policy>();

/** The policies of AWS's that are known, by path. */
export const KNOWN_MANAGED_POLICIES = Object.keys(STATEMENTS);

/** Undefined for an ARN that is none of AWS's, or whose text isn't known here. */
export function managedPolicy(arn: string): Policy | undefined {
  const name = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
  if (name === undefined || !Object.hasOwn(STATEMENTS, name)) return undefined;
  const document = { Version: '2012-10-17', Statement: STATEMENTS[name] };
  const known = parsed.get(name) ?? parsePolicy(name, document);
  parsed.set(name, known);
  return known;
}
