import type { DataLocation } from '@lakewright/core';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** What a session calls in its own name, and what who started it calls. */
export const ON_SESSIONS = [
  'athena:GetWorkGroup',
  'athena:CreatePresignedNotebookUrl',
  'athena:TerminateSession',
  'athena:GetSession',
  'athena:GetSessionStatus',
  'athena:ListSessions',
  'athena:StartCalculationExecution',
  'athena:GetCalculationExecution',
  'athena:GetCalculationExecutionCode',
  'athena:GetCalculationExecutionStatus',
  'athena:StopCalculationExecution',
  'athena:ListCalculationExecutions',
  'athena:ListExecutors',
  'athena:ExportNotebook',
  'athena:UpdateNotebook',
];

/** A role for sessions of one workgroup of this account, and for nothing else. */
export function sessionRole(scope: Construct, workgroupArn: string): iam.Role {
  return new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('athena.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        ArnLike: { 'aws:SourceArn': workgroupArn },
      },
    }),
    description: 'Sessions of Apache Spark on Athena',
  });
}

/**
 * What every session needs: itself, its results, logs and metrics. No data.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-getting-started.html
 */
export function allowSessions(role: iam.IRole, workgroupArn: string, results: DataLocation): iam.Grant {
  const logs = Stack.of(role).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '/aws-athena*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const allow = (actions: string[], resourceArns: string[], conditions?: Record<string, Record<string, unknown>>) =>
    iam.Grant.addToPrincipal({ grantee: role, actions, resourceArns, ...(conditions && { conditions }) });
  return [
    allow(ON_SESSIONS, [workgroupArn]),
    allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'], [logs]),
    allow(['logs:DescribeLogGroups'], ['*']),
    allow(['cloudwatch:PutMetricData'], ['*'], {
      StringEquals: { 'cloudwatch:namespace': 'AmazonAthenaForApacheSpark' },
    }),
    results.grants.readWrite(role),
    results.grants.delete(role),
  ].reduce((all, grant) => all.combine(grant));
}
