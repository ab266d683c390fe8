import { ListGroupsCommand, type QuickSightClient } from '@aws-sdk/client-quicksight';
import type { Work } from '../../../core/lambda/custom-resource/respond';

/** What the construct says. */
interface IdentityProperties {
  readonly AccountId: string;
  readonly Region: string;
  readonly Namespace: string;
  readonly Groups: string[];
}

/**
 * Finds the region in which the account's users and groups of QuickSight are, and looks whether the groups are there.
 *
 * No operation tells the region: one that is asked elsewhere is refused with its name.
 *
 * @see https://docs.aws.amazon.com/quicksight/latest/user/regions-qs.html
 */
export function quickSightIdentityWork(clientOf: (region: string) => Pick<QuickSightClient, 'send'>): Work {
  return async (event) => {
    const properties = event.ResourceProperties as unknown as IdentityProperties;
    const physicalResourceId = event.PhysicalResourceId ?? `quicksight-identity-${properties.Namespace}`;
    if (event.RequestType === 'Delete') return { physicalResourceId };
    const { region, names } = await groups(clientOf, properties, properties.Region);
    const missing = properties.Groups.filter((name) => !names.has(name));
    if (missing.length > 0) {
      throw new Error(
        `GroupsMissing: groups ${missing.map((name) => `"${name}"`).join(', ')} → QuickSight's namespace ` +
          `"${properties.Namespace}" in ${region} has ${[...names].join(', ') || 'none'} → make them there, or correct "access"`,
      );
    }
    return { physicalResourceId, data: { Region: region } };
  };
}

async function groups(
  clientOf: (region: string) => Pick<QuickSightClient, 'send'>,
  properties: IdentityProperties,
  region: string,
): Promise<{ region: string; names: Set<string> }> {
  const { AccountId: AwsAccountId, Namespace } = properties;
  const client = clientOf(region);
  const names = new Set<string>();
  try {
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListGroupsCommand({ AwsAccountId, Namespace, NextToken }));
      for (const { GroupName } of page.GroupList ?? []) if (GroupName) names.add(GroupName);
      NextToken = page.NextToken;
    } while (NextToken);
    return { region, names };
  } catch (error) {
    const { name, message } = error as Error;
    const other = name === 'AccessDeniedException' ? /identity region is ([a-z0-9-]+)/.exec(message)?.[1] : undefined;
    if (other && other !== region) return groups(clientOf, properties, other);
    if (name === 'ResourceNotFoundException') {
      throw new Error(
        `QuickSightNotThere: ${message} → the account must have QuickSight with the namespace "${Namespace}" → ` +
          'sign up for it in the console (Enterprise edition), then deploy again',
      );
    }
    throw error;
  }
}
