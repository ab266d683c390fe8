import { LakeAccess, NagFindings } from '@lakewright/core';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { CrawlerProps } from '../crawler';

/** The crawler's role, made or given: read on exactly the targets, write on exactly the database, its log. */
export function crawlerRole(scope: Construct, props: CrawlerProps): iam.IRole {
  const role = props.role ?? ownRole(scope, props);
  const { permissions } = props.database;
  for (const { _grantRead } of props.targets) _grantRead(role, permissions.usesIam);
  if (permissions.usesLakeFormation) byLakeFormation(role, props);
  writeTables(role, props);
  writeLog(role, props);
  return role;
}

function ownRole(scope: Construct, { database }: CrawlerProps): iam.Role {
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('glue.amazonaws.com'),
    description: `Crawls into the database "${database.node.id}"`,
  });
  NagFindings.acknowledgeOwnPolicy(
    role,
    'objects below the targets, tables of the database and the log of crawlers have no fixed names',
  );
  return role;
}

/** @see https://docs.aws.amazon.com/glue/latest/dg/crawler-lf-integ.html */
function byLakeFormation(role: iam.IRole, { database, targets }: CrawlerProps): void {
  allow(role, ['lakeformation:GetDataAccess'], ['*']);
  const access = LakeAccess.of(database);
  const tablePermissions = ['ALTER', 'DESCRIBE', 'DROP'];
  access.recordDatabase({
    database,
    grantee: role,
    databasePermissions: ['CREATE_TABLE', 'DESCRIBE'],
    tablePermissions,
  });
  for (const location of targets.flatMap(({ _locations }) => _locations)) {
    access.recordLocation({ location, grantee: role, permissions: database.permissions });
  }
}

/** The catalog half: tables and partitions of one database, and nothing of another. */
function writeTables(role: iam.IRole, { database }: CrawlerProps): void {
  const stack = Stack.of(database);
  const glueArn = (resource: string, resourceName: string) =>
    stack.formatArn({ service: 'glue', resource, resourceName });
  allow(role, TABLE_ACTIONS, [
    stack.formatArn({ service: 'glue', resource: 'catalog', arnFormat: ArnFormat.NO_RESOURCE_NAME }),
    database.databaseArn,
    glueArn('table', `${database.databaseName}/*`),
  ]);
}

/** @see https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html */
function writeLog(role: iam.IRole, { securityConfiguration }: CrawlerProps): void {
  const stack = Stack.of(role);
  const logGroup = (resourceName: string) =>
    stack.formatArn({ service: 'logs', resource: 'log-group', resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  allow(role, ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup('/aws-glue/crawlers*')]);
  if (securityConfiguration) {
    allow(role, ['logs:AssociateKmsKey'], [logGroup('/aws-glue/crawlers*')]);
    // Glue knows no ARN for security configurations.
    allow(role, ['glue:GetSecurityConfiguration'], ['*']);
  }
}

function allow(role: iam.IRole, actions: string[], resourceArns: string[]): void {
  iam.Grant.addToPrincipal({ grantee: role, actions, resourceArns });
}

const TABLE_ACTIONS = [
  'glue:GetDatabase',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetTableVersions',
  'glue:CreateTable',
  'glue:UpdateTable',
  'glue:DeleteTable',
  'glue:BatchDeleteTable',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:BatchGetPartition',
  'glue:CreatePartition',
  'glue:BatchCreatePartition',
  'glue:UpdatePartition',
  'glue:BatchUpdatePartition',
  'glue:DeletePartition',
  'glue:BatchDeletePartition',
];
