import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithSAMLCommand,
  AssumeRoleWithWebIdentityCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { ACCOUNT, resource } from '../../server/temporary-lake';
import { sdkClient } from '../sdk-client';

const arn = (kind: string, name: string) => `arn:aws:iam::${ACCOUNT}:${kind}/${name}`;
const role = (
  name: string,
  Principal?: ApiShape,
  properties: ApiShape = {},
  Action = 'sts:AssumeRole',
  Condition?: ApiShape,
) =>
  resource('AWS::IAM::Role', name, {
    arn: arn('role', name),
    path: `Lake/${name}/Resource`,
    properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: Principal ? [{ Effect: 'Allow', Principal, Action, ...(Condition && { Condition }) }] : [],
      },
      ...properties,
    },
  });
const may = (Action: string, Resource = '*') => ({
  Policies: [
    { PolicyName: 'P', PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] } },
  ],
});
const root = { AWS: arn('root', '').replace('/', '') };

const resources = [
  role('analyst-role', undefined, {}),
  role('Plain', undefined, {}),
  role('Allowed', undefined, may('sts:AssumeRole')),
  role('ByName', { AWS: arn('role', 'Plain') }),
  role('ByAccount', root),
  role('External', { AWS: arn('role', 'Plain') }, {}, 'sts:AssumeRole', { StringEquals: { 'sts:ExternalId': 'x1' } }),
  role('Engine', { Service: 'glue.amazonaws.com' }),
  role('Web', { Federated: 'accounts.example.com' }, {}, 'sts:AssumeRoleWithWebIdentity', {
    StringEquals: { 'accounts.example.com:aud': 'lake' },
  }),
  role('Saml', { Federated: arn('saml-provider', 'Corp') }, {}, 'sts:AssumeRoleWithSAML'),
  role('Limited', root, may('ssm:*')),
];
const assume = (name: string, more: Partial<AssumeRoleCommandInput> = {}) =>
  new AssumeRoleCommand({ RoleArn: arn('role', name), RoleSessionName: 'session', ...more });
const denied = { name: 'AccessDenied', $metadata: expect.objectContaining({ httpStatusCode: 403 }) };

describe('STS', () => {
  it('says who the access key names', async () => {
    const { client, as } = await sdkClient(STSClient, { resources });
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/local-admin`,
    });
    expect(await as('Plain').send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Plain/lakewright`,
    });
    expect(await client.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'A'.repeat(16) }))).toMatchObject({
      Account: ACCOUNT,
    });
  });

  it("gives local-admin credentials that are the role's", async () => {
    const { client, as } = await sdkClient(STSClient, { resources });
    const { Credentials, AssumedRoleUser } = await client.send(assume('analyst-role', { DurationSeconds: 900 }));
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/analyst-role/session`);
    expect(Math.abs((Credentials?.Expiration?.getTime() ?? 0) - Date.now() - 900_000)).toBeLessThan(30_000);
    const identity = await as(Credentials?.AccessKeyId ?? '').send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/analyst-role/session`);
    const session = await as('Plain').send(new GetSessionTokenCommand({}));
    expect(session.Credentials).toMatchObject({ AccessKeyId: 'Plain', SessionToken: expect.stringMatching(/./) });
  });

  it("refuses a role that the lake doesn't have, and names those that it has", async () => {
    const { client } = await sdkClient(STSClient, { resources });
    await expect(client.send(assume('none'))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('analyst-role'),
    });
  });

  it('lets those assume a role whom its trust policy names', async () => {
    const { as } = await sdkClient(STSClient, { resources });
    const [plain, allowed] = [as('Plain'), as('Allowed')];
    await plain.send(assume('ByName'));
    await expect(allowed.send(assume('ByName'))).rejects.toMatchObject({
      ...denied,
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Allowed/lakewright is not authorized to perform: sts:AssumeRole on resource: ${arn('role', 'ByName')} because no resource-based policy allows the sts:AssumeRole action`,
    });
    // Trusting the account leaves it to the account's policies.
    await allowed.send(assume('ByAccount'));
    await expect(plain.send(assume('ByAccount'))).rejects.toMatchObject(denied);
    await expect(allowed.send(assume('Engine'))).rejects.toMatchObject(denied);
    await expect(plain.send(assume('External'))).rejects.toMatchObject(denied);
    await plain.send(assume('External', { ExternalId: 'x1' }));
    // A chain: the session of one role assumes the next.
    const { Credentials } = await as('AKIAADMIN').send(assume('Plain'));
    await as(Credentials?.AccessKeyId ?? '').send(assume('ByName'));
  });

  it('tags of a session are to be trusted, too', async () => {
    const { as } = await sdkClient(STSClient, { resources });
    const tagged = assume('ByName', { Tags: [{ Key: 'team', Value: 'ops' }] });
    await expect(as('Plain').send(tagged)).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining('sts:TagSession'),
    });
  });

  it('trusts a web identity and a SAML assertion as the policy says', async () => {
    const { client } = await sdkClient(STSClient, { resources });
    const token = (claims: object) =>
      `e30.${Buffer.from(JSON.stringify({ iss: 'https://accounts.example.com', sub: 'anna', ...claims })).toString('base64url')}.x`;
    const web = (WebIdentityToken: string, name = 'Web') =>
      client.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn: arn('role', name), RoleSessionName: 'anna', WebIdentityToken }),
      );
    expect(await web(token({ aud: 'lake' }))).toMatchObject({
      SubjectFromWebIdentityToken: 'anna',
      AssumedRoleUser: { Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Web/anna` },
    });
    await expect(web(token({ aud: 'other' }))).rejects.toMatchObject(denied);
    await expect(web(token({ aud: 'lake', iss: 'https://evil.example.com' }))).rejects.toMatchObject(denied);
    await expect(web(token({ aud: 'lake' }), 'ByName')).rejects.toMatchObject(denied);
    await expect(web('nonsense')).rejects.toMatchObject({ name: 'InvalidIdentityTokenException' });
    const assertion = Buffer.from(
      '<saml:Assertion xmlns:saml="x"><saml:Issuer>corp</saml:Issuer><saml:NameID>bert</saml:NameID></saml:Assertion>',
    ).toString('base64');
    const saml = (provider: string) =>
      client.send(
        new AssumeRoleWithSAMLCommand({
          RoleArn: arn('role', 'Saml'),
          PrincipalArn: arn('saml-provider', provider),
          SAMLAssertion: assertion,
        }),
      );
    expect((await saml('Corp')).AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/Saml/bert`);
    await expect(saml('Other')).rejects.toMatchObject(denied);
  });

  it("a session policy limits the session, and an expired session isn't local-admin", async () => {
    const { lake, client } = await sdkClient(STSClient, { resources });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' }],
    });
    const { Credentials } = await client.send(assume('Limited', { Policy }));
    const caller = lake.access.callerOf(Credentials?.AccessKeyId, 'test');
    const may = (action: string) => lake.access.decide(caller, { action, resources: ['arn:aws:ssm:x:1:parameter/a'] });
    expect(may('ssm:GetParameter').allowed).toBe(true);
    expect(may('ssm:PutParameter')).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('because no session policy allows the ssm:PutParameter action'),
    });
    expect(() => lake.access.callerOf('ASIALAKE0123456789AB', 'test')).toThrow(/expired/);
  });
});
