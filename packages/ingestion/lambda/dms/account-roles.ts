import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  GetRoleCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import type { Work } from '../../../core/lambda/custom-resource/respond';

export interface AccountRolesServices {
  readonly iam: IAMClient;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

interface RoleProperties {
  readonly Name: string;
  readonly PolicyArn: string;
}

/** Makes the roles that are absent; changes none that somebody else made, and deletes none. */
export function accountRolesWork({ iam, sleep }: AccountRolesServices): Work {
  return async ({ RequestType, ResourceProperties }) => {
    const physicalResourceId = 'dms-account-roles';
    if (RequestType === 'Delete') return { physicalResourceId };
    const made: boolean[] = [];
    for (const role of ResourceProperties.Roles as RoleProperties[]) made.push(await ensure(iam, role));
    made.push(await ensureServiceLinked(iam));
    // a new role isn't known everywhere at once, and DMS refuses what it doesn't know
    if (made.includes(true)) await sleep(15_000);
    return { physicalResourceId };
  };
}

async function ensure(iam: IAMClient, { Name, PolicyArn }: RoleProperties): Promise<boolean> {
  if (await exists(iam, Name)) {
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: Name }));
    // without any policy it is what an interrupted deployment has left
    if (AttachedPolicies.length > 0) return false;
  } else {
    try {
      await iam.send(new CreateRoleCommand({ RoleName: Name, AssumeRolePolicyDocument: TRUST }));
    } catch (error) {
      // two stacks at the same time
      if ((error as Error).name !== 'EntityAlreadyExistsException') throw error;
    }
  }
  await iam.send(new AttachRolePolicyCommand({ RoleName: Name, PolicyArn }));
  return true;
}

async function exists(iam: IAMClient, RoleName: string): Promise<boolean> {
  try {
    await iam.send(new GetRoleCommand({ RoleName }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException') return false;
    throw error;
  }
}

async function ensureServiceLinked(iam: IAMClient): Promise<boolean> {
  try {
    await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'dms.amazonaws.com' }));
    return true;
  } catch (error) {
    // "has been taken in this account"
    if ((error as Error).name === 'InvalidInputException') return false;
    throw error;
  }
}

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'dms.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
