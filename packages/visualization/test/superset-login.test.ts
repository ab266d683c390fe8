import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { expect, test } from 'vitest';
import { SupersetLogin, SupersetRole } from '../src';

const roles = { analysts: [SupersetRole.GAMMA, SupersetRole.SQL_LAB], owners: [SupersetRole.of('Owner')] };

function stackOf() {
  const stack = new Stack(new App(), 'Stack');
  const clientSecret = ecs.Secret.fromSecretsManager(new secretsmanager.Secret(stack, 'Secret'));
  return { stack, clientSecret };
}

test('a provider is told to the container with its roles, its secret by Secrets Manager', () => {
  const { stack, clientSecret } = stackOf();
  const login = SupersetLogin.oidc({ issuer: 'https://id.example.com/', clientId: 'bi', clientSecret, roles });
  const { variables, secrets } = login._bind(stack, 'https://bi.example.com');
  expect(variables).toEqual({
    OIDC_ISSUER: 'https://id.example.com',
    OIDC_CLIENT_ID: 'bi',
    OIDC_ROLE_CLAIM: 'groups',
    OIDC_ROLE_MAPPING: '{"analysts":["Gamma","sql_lab"],"owners":["Owner"]}',
  });
  expect(Object.keys(secrets)).toEqual(['OIDC_CLIENT_SECRET']);
});

test('a user pool gets a client that comes back to the public address, and no other', () => {
  const { stack } = stackOf();
  const userPool = new cognito.UserPool(stack, 'Users');
  const { variables } = SupersetLogin.cognito({ userPool, roles })._bind(stack, 'https://bi.example.com');
  expect(variables.OIDC_ROLE_CLAIM).toBe('cognito:groups');
  Template.fromStack(stack).hasResourceProperties('AWS::Cognito::UserPoolClient', {
    AllowedOAuthFlows: ['code'],
    CallbackURLs: ['https://bi.example.com/oauth-authorized/oidc'],
    ExplicitAuthFlows: Match.absent(),
    GenerateSecret: true,
  });
  Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
    SecretString: { 'Fn::GetAtt': [Match.anyValue(), 'ClientSecret'] },
  });
});

test.each([
  ['InvalidIssuer', 'http://id.example.com', roles],
  ['NoRoles', 'https://id.example.com', {}],
])('%s is refused', (code, issuer, given) => {
  const { clientSecret } = stackOf();
  const make = () => SupersetLogin.oidc({ issuer, clientId: 'bi', clientSecret, roles: given });
  expect(make).toThrow(new RegExp(`^${code}: `));
});
