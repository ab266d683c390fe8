import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, resource } from '../../server/temporary-lake';
import { sdkClient } from '../sdk-client';

const resources = [resource('AWS::IAM::Role', 'analyst-role', { path: 'Lake/Analyst/Resource' })];

describe('STS', () => {
  it('says who the access key names', async () => {
    const { client, as } = await sdkClient(STSClient, { resources });
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/local-admin`,
    });
    expect(await as('Analyst').send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/analyst-role/lakewright`,
    });
    expect(await client.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'A'.repeat(16) }))).toMatchObject({
      Account: ACCOUNT,
    });
  });

  it("gives credentials that are the role's", async () => {
    const { client, as } = await sdkClient(STSClient, { resources });
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/analyst-role`;
    const { Credentials, AssumedRoleUser } = await client.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 's', DurationSeconds: 900 }),
    );
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/analyst-role/s`);
    expect(Math.abs((Credentials?.Expiration?.getTime() ?? 0) - Date.now() - 900_000)).toBeLessThan(30_000);
    const identity = await as(Credentials?.AccessKeyId ?? '').send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toContain('assumed-role/analyst-role/');
    const session = await as('Analyst').send(new GetSessionTokenCommand({}));
    expect(session.Credentials).toMatchObject({ AccessKeyId: 'Analyst', SessionToken: expect.stringMatching(/./) });
  });

  it("refuses a role that the lake doesn't have, and names those that it has", async () => {
    const { client } = await sdkClient(STSClient, { resources });
    const command = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/none`, RoleSessionName: 's' });
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('analyst-role'),
    });
  });
});
