import { expect, test } from 'vitest';
import type { CustomResourceEvent } from '../../core/lambda/custom-resource/respond';
import { quickSightIdentityWork } from '../lambda/quicksight-identity/handler';

const event = (Groups: string[], RequestType: 'Create' | 'Delete' = 'Create') =>
  ({
    RequestType,
    RequestId: 'r',
    ResponseURL: '',
    StackId: 's',
    LogicalResourceId: 'Identity',
    ResourceProperties: { AccountId: '123456789012', Region: 'eu-central-1', Namespace: 'default', Groups },
  }) as CustomResourceEvent;

/** QuickSight whose users are in eu-west-1: two pages of groups there, a refusal elsewhere. */
function account(failure?: Error) {
  const asked: string[] = [];
  const clientOf = (region: string) => ({
    send: async ({ input }: { input: { NextToken?: string } }) => {
      asked.push(region);
      if (failure) throw failure;
      if (region !== 'eu-west-1') {
        throw named(
          'AccessDeniedException',
          `Operation is being called from endpoint ${region}, but your identity region is eu-west-1. Please use the eu-west-1 endpoint.`,
        );
      }
      if (!input.NextToken) return { GroupList: [{ GroupName: 'analysts' }], NextToken: '2' };
      return { GroupList: [{ GroupName: 'platform' }] };
    },
  });
  // biome-ignore lint/suspicious/noExplicitAny: a part of the SDK's client
  return { work: quickSightIdentityWork(clientOf as any), asked };
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

test('the region of the groups is found by the refusal of another', async () => {
  const { work, asked } = account();
  const outcome = await work(event(['analysts', 'platform']), 0);
  expect(outcome).toEqual({ physicalResourceId: 'quicksight-identity-default', data: { Region: 'eu-west-1' } });
  expect(asked).toEqual(['eu-central-1', 'eu-west-1', 'eu-west-1']);
});

test('groups that are not there are named, with those that are', async () => {
  await expect(account().work(event(['analysts', 'sales']), 0)).rejects.toThrow(
    /^GroupsMissing: groups "sales" → .* in eu-west-1 has analysts, platform →/,
  );
});

test('an account without QuickSight is told to sign up', async () => {
  const { work } = account(named('ResourceNotFoundException', 'Namespace default not found in account'));
  await expect(work(event([]), 0)).rejects.toThrow(/^QuickSightNotThere: Namespace default not found.*sign up/);
});

test('another refusal is passed on, and removal asks nothing', async () => {
  const { work, asked } = account(named('AccessDeniedException', 'User: … is not authorized'));
  await expect(work(event([]), 0)).rejects.toThrow('is not authorized');
  asked.length = 0;
  await work(event([], 'Delete'), 0);
  expect(asked).toEqual([]);
});
