import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * Everybody's own password, keys and second factor.
 *
 * The first password can't be changed without a second factor, as in AWS's example: else a stolen first password would do.
 */
export function ownCredentials(scope: IConstruct): iam.PolicyDocument {
  const stack = Stack.of(scope);
  const arn = (resource: string, resourceName: string): string =>
    stack.formatArn({ service: 'iam', region: '', resource, resourceName });
  const own = arn('user', `\${aws:username}`);
  const allow = (sid: string, actions: string[], resource: string): iam.PolicyStatement =>
    new iam.PolicyStatement({ sid, actions, resources: [resource] });
  return new iam.PolicyDocument({
    statements: [
      allow('SeeAccount', ['iam:GetAccountPasswordPolicy', 'iam:GetAccountSummary', 'iam:ListVirtualMFADevices'], '*'),
      allow('OwnPassword', ['iam:ChangePassword', 'iam:GetLoginProfile', 'iam:GetUser'], own),
      allow(
        'OwnKeys',
        [
          'iam:CreateAccessKey',
          'iam:DeleteAccessKey',
          'iam:GetAccessKeyLastUsed',
          'iam:ListAccessKeys',
          'iam:UpdateAccessKey',
        ],
        own,
      ),
      // a device has any name; it is of use to whom it is enabled for
      allow('NewDevice', ['iam:CreateVirtualMFADevice'], arn('mfa', '*')),
      allow(
        'OwnSecondFactor',
        ['iam:DeactivateMFADevice', 'iam:EnableMFADevice', 'iam:ListMFADevices', 'iam:ResyncMFADevice'],
        own,
      ),
      new iam.PolicyStatement({
        sid: 'NothingElseWithoutSecondFactor',
        effect: iam.Effect.DENY,
        notActions: [
          'iam:CreateVirtualMFADevice',
          'iam:EnableMFADevice',
          'iam:GetUser',
          'iam:ListMFADevices',
          'iam:ListVirtualMFADevices',
          'iam:ResyncMFADevice',
          'sts:GetSessionToken',
        ],
        resources: ['*'],
        conditions: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      }),
    ],
  });
}
