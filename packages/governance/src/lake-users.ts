import { NagFindings } from '@lakewright/core';
import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Federation } from './federation';
import { ownCredentials } from './private/personal-policies';
import { refuse } from './private/refuse';

/** What `LakeUsers` is made of. */
export interface LakeUsersProps {
  /** Their names, as they sign in. */
  readonly userNames: string[];
}

/**
 * IAM users: for those who have no federation.
 *
 * They look after their own password, access keys and second factor, and until they have signed in with the second factor
 * they can do nothing else. No password and no key is in any template: an administrator gives the first password by hand.
 * To read something they take on a persona, by `users.federation`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
 */
export class LakeUsers extends Construct {
  /** The users, in the order of their names in the props. */
  public readonly users: iam.User[];
  /** The group that they are in. */
  public readonly group: iam.Group;

  /**
   * @param scope where they are created
   * @param id unique in `scope`
   * @param props what they are called
   * @throws `InvalidUserNames`
   */
  public constructor(scope: Construct, id: string, props: LakeUsersProps) {
    super(scope, id);
    const { userNames } = props;
    if (userNames.length === 0 || new Set(userNames.map((name) => name.toLowerCase())).size < userNames.length) {
      refuse('InvalidUserNames', `users "${userNames.join(', ')}"`, 'at least one, each once', 'name each person once');
    }
    const policy = new iam.ManagedPolicy(this, 'OwnCredentials', {
      description: 'Own password, keys and second factor; nothing else without it',
      document: ownCredentials(this),
    });
    this.group = new iam.Group(this, 'Group', { managedPolicies: [policy] });
    this.users = userNames.map((userName) => new iam.User(this, userName, { userName, groups: [this.group] }));
    NagFindings.acknowledge(
      policy,
      [
        'AwsSolutions-IAM5[Resource::*]',
        `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::${accountText(this)}:mfa/*]`,
      ],
      'Actions without resources, new devices of any name, and the denial of all else',
    );
  }

  /** Lets all of them take on a persona, with a second factor. */
  public get federation(): Federation {
    return Federation.users(...this.users);
  }
}

/** As cdk-nag writes it. */
function accountText(scope: Construct): string {
  const { account } = Stack.of(scope);
  return Token.isUnresolved(account) ? '<AWS::AccountId>' : account;
}
