import type { GlueClient } from '@aws-sdk/client-glue';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CustomResourceEvent } from '../../core/lambda/custom-resource/respond';
import { catalogPolicyWork } from '../lambda/catalog-policy/handler';
import { merge, type PolicyDocument } from '../lambda/catalog-policy/policy';

/** The account's catalog policy; `race` changes it once behind the handler's back. */
class FakeGlue {
  public version = 0;
  public puts: Record<string, unknown>[] = [];

  public constructor(
    public policy?: PolicyDocument,
    private race?: PolicyDocument,
  ) {}

  public readonly client = {
    send: async ({
      constructor: { name },
      input,
    }: {
      constructor: { name: string };
      input: Record<string, string>;
    }) => {
      if (name === 'GetResourcePolicyCommand') {
        if (!this.policy) throw Object.assign(new Error('none'), { name: 'EntityNotFoundException' });
        return { PolicyInJson: JSON.stringify(this.policy), PolicyHash: String(this.version) };
      }
      if (this.race) {
        this.policy = this.race;
        this.race = undefined;
        this.version += 1;
      }
      const matches = input.PolicyHashCondition === (this.policy ? String(this.version) : undefined);
      if (!matches) throw Object.assign(new Error('changed'), { name: 'ConditionCheckFailureException' });
      if (name === 'PutResourcePolicyCommand') this.puts.push(input);
      this.policy = name === 'PutResourcePolicyCommand' ? JSON.parse(String(input.PolicyInJson)) : undefined;
      this.version += 1;
      return {};
    },
  } as unknown as GlueClient;

  public sids(): (string | undefined)[] {
    return [this.policy?.Statement ?? []].flat().map(({ Sid }) => Sid);
  }
}

const theirs = { Sid: 'Theirs', Effect: 'Allow' };
const statements = [{ Effect: 'Allow', Action: 'glue:GetTable' }];

function run(glue: FakeGlue, type: 'Create' | 'Update' | 'Delete', id?: string) {
  const event: CustomResourceEvent = {
    RequestType: type,
    RequestId: 'r',
    ResponseURL: '',
    StackId: 's',
    LogicalResourceId: 'l',
    PhysicalResourceId: id,
    ResourceProperties: { Owner: 'OursStatement', Statements: JSON.stringify(statements) },
  };
  return catalogPolicyWork({ glue: glue.client, sleep: async () => {} })(event, Number.MAX_SAFE_INTEGER);
}

describe('the account’s one policy', () => {
  test('gets our statements beside those of others', async () => {
    const glue = new FakeGlue({ Version: '2012-10-17', Statement: [theirs] });
    expect(await run(glue, 'Create')).toEqual({ physicalResourceId: 'OursStatement' });
    expect(glue.policy?.Statement).toEqual([theirs, { ...statements[0], Sid: 'OursStatement0' }]);
  });

  test('is made if there is none, and removed with its last statement', async () => {
    const glue = new FakeGlue();
    await run(glue, 'Create');
    expect(glue.puts[0]).toMatchObject({ PolicyExistsCondition: 'NOT_EXIST', EnableHybrid: 'TRUE' });
    await run(glue, 'Delete', 'OursStatement');
    expect(glue.policy).toBeUndefined();
  });

  test('keeps the statements of others when ours go', async () => {
    const glue = new FakeGlue({ Statement: [theirs] });
    await run(glue, 'Create');
    await run(glue, 'Delete', 'OursStatement');
    expect(glue.sids()).toEqual(['Theirs']);
  });

  test('loses nothing when somebody else writes at the same time', async () => {
    const later = { Statement: [theirs, { Sid: 'Later' }] };
    const glue = new FakeGlue({ Statement: [theirs] }, later);
    await run(glue, 'Update', 'OursStatement');
    expect(glue.sids()).toEqual(['Theirs', 'Later', 'OursStatement0']);
  });

  test('a Delete after a failed Create changes nothing', async () => {
    const glue = new FakeGlue({ Statement: [theirs] });
    await run(glue, 'Delete', 'r');
    expect(glue.version).toBe(0);
  });
});

test('merging is idempotent and leaves others alone, whatever they have', () => {
  const sid = fc.option(fc.constantFrom('A', 'B', 'Ours', 'OursStatement7'), { nil: undefined });
  fc.assert(
    fc.property(fc.array(sid), fc.nat(3), (sids, count) => {
      const policy = { Statement: sids.map((Sid) => ({ Sid })) };
      const own = Array.from({ length: count }, () => ({ Effect: 'Allow' }));
      const once = merge(policy, 'OursStatement', own);
      expect(merge(once, 'OursStatement', own)).toEqual(once);
      const all = (once?.Statement ?? []) as { Sid?: string }[];
      expect(all.filter(({ Sid }) => Sid?.startsWith('OursStatement'))).toHaveLength(count);
      expect(all.slice(0, all.length - count).map(({ Sid }) => Sid)).toEqual(
        sids.filter((s) => s !== 'OursStatement7'),
      );
    }),
  );
});
