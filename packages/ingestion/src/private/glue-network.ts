import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * What a Glue job needs to work through a connection: to read it, and to make network interfaces in its subnet.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html
 */
export function letConnect(role: iam.Role, connection: glue.IConnection, inVpc: boolean): void {
  const stack = Stack.of(role);
  const allow = (actions: string[], resources: string[], conditions?: iam.Conditions) =>
    role.addToPolicy(new iam.PolicyStatement({ actions, resources, conditions }));
  allow(['glue:GetConnection'], [stack.formatArn({ service: 'glue', resource: 'catalog' }), connection.connectionArn]);
  if (!inVpc) return;

  const ec2 = (resource: string) => stack.formatArn({ service: 'ec2', resource, resourceName: '*' });
  // Descriptions take no resource.
  const described = ['NetworkInterfaces', 'RouteTables', 'SecurityGroups', 'Subnets', 'VpcAttribute', 'VpcEndpoints'];
  allow(
    described.map((what) => `ec2:Describe${what}`),
    ['*'],
  );
  const parts = [ec2('network-interface'), ec2('subnet'), ec2('security-group')];
  allow(['ec2:CreateNetworkInterface'], parts);
  allow(['ec2:CreateTags', 'ec2:DeleteTags'], [ec2('network-interface')], {
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['aws-glue-service-resource'] },
  });
  allow(['ec2:DeleteNetworkInterface'], [ec2('network-interface')], {
    StringLike: { 'aws:ResourceTag/aws-glue-service-resource': '*' },
  });
}

/** Metrics of the job and its logs, which are those of all Glue jobs of the account. */
export function letReport(role: iam.Role): void {
  const stack = Stack.of(role);
  const logs = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '/aws-glue/jobs/*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logs],
    }),
  );
  // The action takes no resource.
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': 'Glue' } },
    }),
  );
}
