import { type DataLocation, NagFindings } from '@lakewright/core';
import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import type { CfnFlow } from 'aws-cdk-lib/aws-appflow';
import type * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';

const APPFLOW = new iam.ServicePrincipal('appflow.amazonaws.com');

/**
 * AppFlow writes as a service, so the bucket's and the key's policy let it: this flow of this account, below this prefix.
 *
 * @returns what has to exist before the flow, since AppFlow tries its access when a flow is made
 * @see https://docs.aws.amazon.com/appflow/latest/userguide/s3.html
 */
export function letWrite(scope: Construct, target: DataLocation, flowArn: string): IDependable[] {
  const { bucket, objectsArn } = target;
  const conditions = onlyThis(scope, flowArn);
  const results = [
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [APPFLOW],
        actions: ['s3:PutObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: [objectsArn],
        conditions,
      }),
    ),
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [APPFLOW],
        actions: ['s3:GetBucketAcl', 's3:ListBucketMultipartUploads'],
        resources: [bucket.bucketArn],
        conditions,
      }),
    ),
  ];
  warn(scope, target, results, 'write');
  return [...dependables(results), ...onKey(scope, target, ['kms:Encrypt', 'kms:GenerateDataKey*'])];
}

/** The same for what AppFlow reads of an S3 source. */
export function letRead(scope: Construct, source: DataLocation, flowArn: string): IDependable[] {
  const { bucket, prefix, objectsArn } = source;
  const conditions = onlyThis(scope, flowArn);
  const listed = prefix === '' ? {} : { StringLike: { 's3:prefix': [prefix, `${prefix}/*`] } };
  const results = [
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [APPFLOW],
        actions: ['s3:GetObject'],
        resources: [objectsArn],
        conditions,
      }),
    ),
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [APPFLOW],
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { ...conditions, ...listed },
      }),
    ),
  ];
  warn(scope, source, results, 'read');
  return [...dependables(results), ...onKey(scope, source, [])];
}

/** A database of the Data Catalog, and how the tables that AppFlow makes in it begin. */
export interface CatalogPlace {
  readonly database: glue.IDatabase;
  readonly tablePrefix: string;
}

/**
 * A role with which AppFlow registers what it wrote: tables with this prefix in this database, and nothing else.
 *
 * @see https://docs.aws.amazon.com/appflow/latest/userguide/security_iam_service-role-policies.html
 */
export function catalogRole(scope: Construct, { database, tablePrefix }: CatalogPlace, flowArn: string): iam.Role {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, 'CatalogRole', {
    assumedBy: APPFLOW.withConditions(onlyThis(scope, flowArn)),
    description: 'Registers the tables of an AppFlow flow',
  });
  const catalog = stack.formatArn({ service: 'glue', resource: 'catalog', arnFormat: ArnFormat.NO_RESOURCE_NAME });
  const table = stack.formatArn({
    service: 'glue',
    resource: 'table',
    resourceName: `${database.databaseName}/${tablePrefix}*`,
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: TABLE_ACTIONS.map((action) => `glue:${action}`),
      resources: [catalog, database.databaseArn, table],
    }),
  );
  NagFindings.acknowledgeOwnPolicy(role, 'AppFlow names the tables itself, after the prefix');
  return role;
}

/** The flow's part of the catalog. */
export function catalogConfig(place: CatalogPlace, role: iam.IRole): CfnFlow.MetadataCatalogConfigProperty {
  return {
    glueDataCatalog: {
      databaseName: place.database.databaseName,
      tablePrefix: place.tablePrefix,
      roleArn: role.roleArn,
    },
  };
}

function onlyThis(scope: Construct, flowArn: string): Record<string, Record<string, string>> {
  return {
    StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
    ArnEquals: { 'aws:SourceArn': flowArn },
  };
}

/** S3 asks KMS on AppFlow's behalf, and what it hands on of the flow isn't documented: the account is what counts here. */
function onKey(scope: Construct, { bucket }: DataLocation, more: string[]): IDependable[] {
  const key = bucket.encryptionKey;
  if (!key) return [];
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [APPFLOW],
      actions: ['kms:Decrypt', 'kms:DescribeKey', ...more],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    true,
  );
  return [key];
}

function dependables(results: iam.AddToResourcePolicyResult[]): IDependable[] {
  return results.flatMap(({ policyDependable }) => (policyDependable ? [policyDependable] : []));
}

function warn(scope: Construct, { uri }: DataLocation, results: iam.AddToResourcePolicyResult[], verb: string): void {
  if (results.every(({ statementAdded }) => statementAdded)) return;
  Validations.of(scope).addWarning(
    '@lakewright/ingestion:appFlowBucketPolicyMissing',
    `the policy of the bucket of ${uri}, which isn't made here, must let appflow.amazonaws.com ${verb} there: ` +
      'the README shows the statements under "SaaS: Amazon AppFlow"',
  );
}

const TABLE_ACTIONS = [
  'GetDatabase',
  'GetDatabases',
  'GetTable',
  'GetTables',
  'GetTableVersion',
  'GetTableVersions',
  'CreateTable',
  'UpdateTable',
  'DeleteTable',
  'DeleteTableVersion',
  'GetPartition',
  'GetPartitions',
  'BatchGetPartition',
  'CreatePartition',
  'BatchCreatePartition',
  'UpdatePartition',
  'BatchUpdatePartition',
  'DeletePartition',
  'BatchDeletePartition',
  'GetPartitionIndexes',
  'CreatePartitionIndex',
  'DeletePartitionIndex',
];
