import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { Federation, Persona } from '../src';
import { emptyStack, trust } from './personas.support';

const ROOT = 'arn:aws:iam::111111111111:root';

function persona(federation: Federation, stack = emptyStack()): { stack: Stack; analyst: Persona } {
  return { stack, analyst: new Persona(stack, 'Analyst', { federation }) };
}

describe('Identity Center', () => {
  const { lets } = trust(persona(Federation.identityCenter('Analyst')).stack, 'Analyst');
  const reserved = (name: string): string => `arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/${name}`;
  const asks = (arn: string): boolean => lets('sts:AssumeRole', ROOT, { 'aws:PrincipalArn': arn });

  test('lets in the role of the permission set, whatever the region of Identity Center', () => {
    expect(asks(reserved('eu-central-1/AWSReservedSSO_Analyst_1234567890abcdef'))).toBe(true);
    expect(asks(reserved('AWSReservedSSO_Analyst_1234567890abcdef'))).toBe(true);
  });

  test.each([
    reserved('eu-central-1/AWSReservedSSO_Analyst_Senior_1234567890abcdef'),
    reserved('eu-central-1/AWSReservedSSO_Admin_1234567890abcdef'),
    'arn:aws:iam::111111111111:role/AWSReservedSSO_Analyst_1234567890abcdef',
    'arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Analyst_1234567890abcdef',
  ])('and none that is called alike: %s', (arn) => expect(asks(arn)).toBe(false));

  test('the permission set needs the right to take on the role, and no more', () => {
    const { analyst, stack } = persona(Federation.identityCenter('Analyst'));
    const policy = JSON.stringify(stack.resolve(analyst.permissionSetPolicy));
    expect(policy).toContain('sts:AssumeRole');
    expect(stack.resolve(analyst.permissionSetPolicy)['Fn::Join'][1]).toContainEqual({
      'Fn::GetAtt': [stack.getLogicalId(analyst.node.defaultChild as iam.CfnRole), 'Arn'],
    });
  });

  test.each(['', 'Analyst*', 'Analyst_?', 'arn:aws:sso:::permissionSet/x', 'x'.repeat(33)])(
    'refuses a name that could match others: "%s"',
    (name) => expect(() => Federation.identityCenter(name)).toThrow(/^InvalidPermissionSet: /),
  );
});

describe('SAML', () => {
  const saml = (region?: string) => {
    const stack = emptyStack(region ? { env: { account: '111111111111', region } } : {});
    const arn = `arn:${stack.partition}:iam::111111111111:saml-provider/Idp`;
    persona(Federation.saml(iam.SamlProvider.fromSamlProviderArn(stack, 'Idp', arn)), stack);
    return trust(stack, 'Analyst');
  };

  test.each([
    ['eu-west-1', 'aws', 'https://signin.aws.amazon.com/saml'],
    ['cn-north-1', 'aws-cn', 'https://signin.amazonaws.cn/saml'],
    ['us-gov-west-1', 'aws-us-gov', 'https://signin.amazonaws-us-gov.com/saml'],
  ])('in %s lets in whom the endpoint of %s gets an assertion for', (region, partition, endpoint) => {
    const { lets } = saml(region);
    const provider = `arn:${partition}:iam::111111111111:saml-provider/Idp`;
    expect(lets('sts:AssumeRoleWithSAML', provider, { 'SAML:aud': endpoint })).toBe(true);
    expect(lets('sts:AssumeRoleWithSAML', provider, { 'SAML:aud': 'https://elsewhere/saml' })).toBe(false);
    expect(lets('sts:AssumeRole', provider, { 'SAML:aud': endpoint })).toBe(false);
  });

  test('works in a stack whose region is not known', () => {
    const conditions = saml().statements[0]?.Condition as { StringEquals: Record<string, string[]> };
    expect(conditions.StringEquals['SAML:aud']).toHaveLength(3);
  });
});

describe('OpenID Connect', () => {
  const arn = 'arn:aws:iam::111111111111:oidc-provider/idp.example.com/tenant';
  const provider = (stack: Stack) => iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Idp', arn);

  test('lets in those whose audience and subject are named', () => {
    const stack = emptyStack();
    const options = { audiences: ['lake'], subjects: ['ada', 'group:analysts:*'] };
    persona(Federation.oidc(provider(stack), options), stack);
    const { lets } = trust(stack, 'Analyst');
    const asks = (aud: string, sub: string): boolean =>
      lets('sts:AssumeRoleWithWebIdentity', arn, {
        'idp.example.com/tenant:aud': aud,
        'idp.example.com/tenant:sub': sub,
      });
    expect(asks('lake', 'ada')).toBe(true);
    expect(asks('lake', 'group:analysts:eve')).toBe(true);
    expect(asks('lake', 'adam')).toBe(false);
    expect(asks('other', 'ada')).toBe(false);
    expect(lets('sts:AssumeRoleWithWebIdentity', arn, {})).toBe(false);
  });

  test('refuses to let in everybody', () => {
    const federate = (audiences: string[], subjects: string[]) => () =>
      Federation.oidc(provider(emptyStack()), { audiences, subjects });
    expect(federate([], ['ada'])).toThrow(/^OidcWithoutConditions: /);
    expect(federate(['lake'], [])).toThrow(/^OidcWithoutConditions: /);
    expect(federate(['lake'], ['*'])).toThrow(/^OidcWithoutConditions: /);
  });

  test('asks for the URL where the provider does not know it at synthesis', () => {
    const stack = emptyStack();
    const made = new iam.OidcProviderNative(stack, 'Made', { url: 'https://idp.example.com', clientIds: ['lake'] });
    const options = { audiences: ['lake'], subjects: ['ada'] };
    expect(() => Federation.oidc(made, options)).toThrow(/^IssuerUnknown: /);
    persona(Federation.oidc(made, { ...options, issuer: 'https://idp.example.com' }), stack);
    const [statement] = trust(stack, 'Analyst').statements;
    expect(statement?.Condition).toMatchObject({ StringEquals: { 'idp.example.com:aud': ['lake'] } });
  });
});

describe('accounts, roles and users', () => {
  const other = 'arn:aws:iam::222222222222:root';

  test('an account needs a second factor, unless it is not asked for', () => {
    const { lets } = trust(persona(Federation.account('222222222222')).stack, 'Analyst');
    expect(lets('sts:AssumeRole', other)).toBe(false);
    expect(lets('sts:AssumeRole', other, { 'aws:MultiFactorAuthPresent': 'true' })).toBe(true);
    const open = Federation.account('222222222222', { requireMfa: false, externalId: 'x1' });
    const withId = trust(persona(open).stack, 'Analyst');
    expect(withId.lets('sts:AssumeRole', other, { 'sts:ExternalId': 'x1' })).toBe(true);
    expect(withId.lets('sts:AssumeRole', other)).toBe(false);
  });

  test('a role is let in, others of its account are not', () => {
    const stack = emptyStack();
    const role = iam.Role.fromRoleArn(stack, 'Superset', 'arn:aws:iam::111111111111:role/Superset');
    persona(Federation.roles(role), stack);
    const { lets } = trust(stack, 'Analyst');
    expect(lets('sts:AssumeRole', 'arn:aws:iam::111111111111:role/Superset')).toBe(true);
    expect(lets('sts:AssumeRole', ROOT)).toBe(false);
  });

  test('a user is let in with a second factor only', () => {
    const stack = emptyStack();
    persona(Federation.users(iam.User.fromUserName(stack, 'Ada', 'ada')), stack);
    const { lets } = trust(stack, 'Analyst');
    const ada = 'arn:aws:iam::111111111111:user/ada';
    expect(lets('sts:AssumeRole', ada, { 'aws:MultiFactorAuthPresent': 'true' })).toBe(true);
    expect(lets('sts:AssumeRole', ada)).toBe(false);
  });

  test('several ways in are all open', () => {
    const ways = Federation.anyOf(Federation.identityCenter('Analyst'), Federation.account('222222222222'));
    const { lets } = trust(persona(ways).stack, 'Analyst');
    expect(lets('sts:AssumeRole', other, { 'aws:MultiFactorAuthPresent': 'true' })).toBe(true);
    expect(lets('sts:AssumeRole', ROOT, { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:user/x' })).toBe(false);
  });

  test('nobody is refused', () => {
    expect(() => Federation.roles()).toThrow(/^NobodyFederated: /);
    expect(() => Federation.users()).toThrow(/^NobodyFederated: /);
    expect(() => Federation.anyOf()).toThrow(/^NobodyFederated: /);
  });
});
