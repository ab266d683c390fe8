import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  type GlueClient,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-glue';
import type { Work } from '../../../core/lambda/custom-resource/respond';
import { merge, type PolicyDocument, type Statement } from './policy';

/** What the handler works with. */
export interface CatalogPolicyServices {
  readonly glue: GlueClient;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Keeps the statements of one share in the account's only catalog policy.
 *
 * The policy is read and written back on condition that nobody has changed it in between, so that shares of several stacks
 * which are deployed at the same time don't undo each other.
 */
export function catalogPolicyWork({ glue, sleep }: CatalogPolicyServices): Work {
  return async ({ RequestType, PhysicalResourceId, ResourceProperties }, endsAt) => {
    const owner = String(ResourceProperties.Owner);
    // Of a failed Create nothing is there to be removed; its id isn't an owner's.
    if (RequestType === 'Delete' && PhysicalResourceId !== owner)
      return { physicalResourceId: String(PhysicalResourceId) };
    const statements =
      RequestType === 'Delete' ? [] : (JSON.parse(String(ResourceProperties.Statements)) as Statement[]);
    while (!(await replace(glue, owner, statements))) {
      if (Date.now() + 1000 > endsAt)
        throw new Error('PolicyBusy: the catalog policy is changed all the time by others');
      await sleep(500 + Math.random() * 1000);
    }
    return { physicalResourceId: owner };
  };
}

/** Returns false if somebody else was faster. */
async function replace(glue: GlueClient, owner: string, statements: readonly Statement[]): Promise<boolean> {
  const { policy, hash } = await current(glue);
  const wanted = merge(policy, owner, statements);
  try {
    if (wanted) {
      await glue.send(
        new PutResourcePolicyCommand({
          PolicyInJson: JSON.stringify(wanted),
          ...(hash
            ? { PolicyHashCondition: hash, PolicyExistsCondition: 'MUST_EXIST' }
            : { PolicyExistsCondition: 'NOT_EXIST' }),
          // Needed where Lake Formation shares have been made with RAM, harmless elsewhere.
          // https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-cross-account.html
          EnableHybrid: 'TRUE',
        }),
      );
    } else if (hash) {
      await glue.send(new DeleteResourcePolicyCommand({ PolicyHashCondition: hash }));
    }
    return true;
  } catch (error) {
    if (RACES.includes((error as Error).name)) return false;
    throw error;
  }
}

const RACES = ['ConditionCheckFailureException', 'EntityNotFoundException'];

async function current(glue: GlueClient): Promise<{ policy?: PolicyDocument; hash?: string }> {
  try {
    const { PolicyInJson, PolicyHash } = await glue.send(new GetResourcePolicyCommand({}));
    return PolicyInJson ? { policy: JSON.parse(PolicyInJson) as PolicyDocument, hash: PolicyHash } : {};
  } catch (error) {
    if ((error as Error).name === 'EntityNotFoundException') return {};
    throw error;
  }
}
