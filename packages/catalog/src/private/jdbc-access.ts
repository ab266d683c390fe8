import { Stack } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * What a crawler needs to reach a database through a connection in a VPC.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html
 */
export function grantJdbc(role: iam.IRole, connection: glue.IConnection): void {
  const stack = Stack.of(role);
  const catalogArn = stack.formatArn({ service: 'glue', resource: 'catalog' });
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: ['glue:GetConnection'],
    resourceArns: [catalogArn, connection.connectionArn],
  });
  // The describe actions take no resource.
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: [
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeRouteTables',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcAttribute',
      'ec2:DescribeVpcEndpoints',
    ],
    resourceArns: ['*'],
  });
  const ec2 = (resource: string) => stack.formatArn({ service: 'ec2', resource, resourceName: '*' });
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: ['ec2:CreateNetworkInterface'],
    resourceArns: [ec2('network-interface'), ec2('subnet'), ec2('security-group')],
  });
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
    resourceArns: [ec2('network-interface')],
    conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['aws-glue-service-resource'] } },
  });
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: ['ec2:DeleteNetworkInterface'],
    resourceArns: [ec2('network-interface')],
    conditions: { StringLike: { 'aws:ResourceTag/aws-glue-service-resource': '*' } },
  });
}
