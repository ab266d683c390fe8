import type { LakeEnvironment } from '@lakewright/core';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DmsProvider } from './private/dms-provider';

/**
 * The roles by which AWS DMS works in an account: `dms-vpc-role`, `dms-cloudwatch-logs-role` and its service-linked role.
 *
 * Their names are fixed, so they belong to the account and not to a stack: what is absent is made, what is there stays as it
 * is, and nothing is ever deleted. One per stack, shared by its replications; made by itself.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole
 */
export class DmsAccountRoles extends Construct {
  /**
   * The one of the stack that a construct lives in; made when it isn't there.
   *
   * @param scope any construct of the stack
   * @param environment how long the provider's log is kept; the first call decides
   */
  public static of(scope: Construct, environment?: LakeEnvironment): DmsAccountRoles {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID);
    return existing instanceof DmsAccountRoles ? existing : new DmsAccountRoles(stack, ID, environment);
  }

  private constructor(scope: Construct, id: string, environment?: LakeEnvironment) {
    super(scope, id);
    const provider = DmsProvider.rolesOf(this, environment);
    const stack = Stack.of(this);
    const iamArn = (resource: string, resourceName: string, account = stack.account) =>
      stack.formatArn({ service: 'iam', region: '', account, resource, resourceName });
    const roles = ROLES.map(({ role, policy }) => ({
      Name: role,
      PolicyArn: iamArn('policy', `service-role/${policy}`, 'aws'),
    }));
    const grants = roles.map(({ Name, PolicyArn }) =>
      iam.Grant.addToPrincipal({
        grantee: provider.role,
        actions: ['iam:GetRole', 'iam:CreateRole', 'iam:ListAttachedRolePolicies'],
        resourceArns: [iamArn('role', Name)],
      }).combine(
        iam.Grant.addToPrincipal({
          grantee: provider.role,
          actions: ['iam:AttachRolePolicy'],
          resourceArns: [iamArn('role', Name)],
          conditions: { ArnEquals: { 'iam:PolicyARN': PolicyArn } },
        }),
      ),
    );
    const serviceLinked = iam.Grant.addToPrincipal({
      grantee: provider.role,
      actions: ['iam:CreateServiceLinkedRole'],
      resourceArns: [iamArn('role', 'aws-service-role/dms.amazonaws.com/AWSServiceRoleForDMSServerless')],
      conditions: { StringEquals: { 'iam:AWSServiceName': 'dms.amazonaws.com' } },
    });
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::LakewrightDmsAccountRoles',
      serviceToken: provider.serviceToken,
      serviceTimeout: Duration.minutes(5),
      properties: { Roles: roles },
    });
    for (const grant of [...grants, serviceLinked]) grant.applyBefore(resource);
  }
}

const ID = 'LakewrightDmsAccountRoles';

const ROLES = [
  { role: 'dms-vpc-role', policy: 'AmazonDMSVPCManagementRole' },
  { role: 'dms-cloudwatch-logs-role', policy: 'AmazonDMSCloudWatchLogsRole' },
];
