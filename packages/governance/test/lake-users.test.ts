import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { conditionsHold, matches } from '../../core/test/support/policy-conditions';
import { LakeUsers, Persona } from '../src';
import { emptyStack, PolicyEvaluator, ResolvedApp, trust } from './personas.support';

function users() {
  const stack = emptyStack();
  const made = new LakeUsers(stack, 'Users', { userNames: ['ada', 'bob'] });
  return { stack, made };
}

interface Statement {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly NotAction?: string[];
  readonly Resource: string | string[];
  readonly Condition?: unknown;
}

/** Ada's decision by the group's policy: the evaluator of the other tests doesn't follow groups. */
function ada(action: string, resource: string, mfa: boolean): boolean {
  const [policy] = ResolvedApp.of(users().stack).resources('AWS::IAM::ManagedPolicy');
  const { Statement } = (policy?.properties.PolicyDocument ?? {}) as { Statement: Statement[] };
  const context = { 'aws:username': 'ada', ...(mfa ? { 'aws:MultiFactorAuthPresent': 'true' } : {}) };
  // a long-term key has no such key: IfExists makes the denial hold
  const applying = Statement.filter(({ Action, NotAction, Resource, Condition }) => {
    const named = NotAction ? !NotAction.includes(action) : [Action].flat().includes(action);
    return named && [Resource].flat().some((r) => matches(r, resource, context)) && conditionsHold(Condition, context);
  });
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow');
}

const own = 'arn:aws:iam::111111111111:user/ada';

describe('with a second factor', () => {
  test.each(['ChangePassword', 'CreateAccessKey', 'DeleteAccessKey', 'DeactivateMFADevice'])(
    'own credentials: %s',
    (name) => {
      expect(ada(`iam:${name}`, own, true)).toBe(true);
      expect(ada(`iam:${name}`, 'arn:aws:iam::111111111111:user/bob', true)).toBe(false);
      expect(ada(`iam:${name}`, 'arn:aws:iam::111111111111:user/ada2', true)).toBe(false);
    },
  );

  test.each([
    'AttachUserPolicy',
    'PutUserPolicy',
    'AddUserToGroup',
    'CreateUser',
    'CreateLoginProfile',
    'UpdateLoginProfile',
  ])('no rights: %s', (name) => expect(ada(`iam:${name}`, own, true)).toBe(false));
});

describe('without it', () => {
  test.each(['EnableMFADevice', 'ListMFADevices', 'GetUser'])('what it takes to set it up: %s', (name) =>
    expect(ada(`iam:${name}`, own, false)).toBe(true),
  );

  test.each(['ChangePassword', 'CreateAccessKey', 'DeactivateMFADevice'])('nothing else: %s', (name) =>
    expect(ada(`iam:${name}`, own, false)).toBe(false),
  );
});

test('neither password nor key is in the template, and everybody is in the group', () => {
  const template = Template.fromStack(users().stack);
  template.resourceCountIs('AWS::IAM::AccessKey', 0);
  const found = template.findResources('AWS::IAM::User');
  expect(Object.values(found).map(({ Properties }) => Object.keys(Properties).sort())).toEqual([
    ['Groups', 'UserName'],
    ['Groups', 'UserName'],
  ]);
});

test('they take on a persona', () => {
  const { stack, made } = users();
  const analyst = new Persona(stack, 'Analyst', { federation: made.federation });
  const { lets } = trust(stack, 'Analyst');
  const arn = PolicyEvaluator.of(stack).text(made.users[1]?.userArn ?? '');
  expect(lets('sts:AssumeRole', arn, { 'aws:MultiFactorAuthPresent': 'true' })).toBe(true);
  expect(lets('sts:AssumeRole', arn)).toBe(false);
  expect(analyst.kind.name).toBe('analyst');
});

test.each([[[]], [['ada', 'ada']], [['ada', 'Ada']]])('refused: %j', (userNames) =>
  expect(() => new LakeUsers(emptyStack(), 'Users', { userNames })).toThrow(/^InvalidUserNames: /),
);
