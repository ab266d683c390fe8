import fs from 'node:fs';
import path from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { secretsmanager } from '../../../src/services/secretsmanager';
import { ACCOUNT, resource } from '../../server/temporary-lake';
import { sdkClient } from '../sdk-client';

const failing = (name: string) => expect.objectContaining({ name });
const ARN = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:db-AbCdEf`;

const declared = (properties: object, physicalId = ARN) =>
  resource('AWS::SecretsManager::Secret', physicalId, { properties: { Name: 'db', ...properties } });

describe('secrets', () => {
  it('are made, read by name and ARN, changed and deleted', async () => {
    const { client } = await sdkClient(SecretsManagerClient);
    const { ARN } = await client.send(
      new CreateSecretCommand({ Name: 'app/db', SecretString: 'one', Description: 'd' }),
    );
    expect(ARN).toMatch(new RegExp(`^arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:app/db-[A-Za-z0-9]{6}$`));
    await expect(client.send(new CreateSecretCommand({ Name: 'app/db' }))).rejects.toEqual(
      failing('ResourceExistsException'),
    );
    await client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: 'two' }));
    const get = async (input: object) =>
      (await client.send(new GetSecretValueCommand({ SecretId: 'app/db', ...input }))).SecretString;
    expect(await get({})).toBe('two');
    expect(await get({ SecretId: ARN?.replace(/-[^-]+$/, '') })).toBe('two');
    expect(await get({ VersionStage: 'AWSPREVIOUS' })).toBe('one');
    await client.send(new UpdateSecretCommand({ SecretId: 'app/db', Description: 'e' }));
    expect(await client.send(new DescribeSecretCommand({ SecretId: ARN }))).toMatchObject({
      Name: 'app/db',
      Description: 'e',
    });
    const { SecretList } = await client.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['app/'] }] }));
    expect(SecretList?.map(({ Name }) => Name)).toEqual(['app/db']);
    await client.send(new DeleteSecretCommand({ SecretId: 'app/db', ForceDeleteWithoutRecovery: true }));
    await expect(get({})).rejects.toEqual(failing('ResourceNotFoundException'));
  });

  it('may be bytes', async () => {
    const { client } = await sdkClient(SecretsManagerClient);
    await client.send(new CreateSecretCommand({ Name: 'b', SecretBinary: Buffer.from([0, 255]) }));
    const { SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId: 'b' }));
    expect([...(SecretBinary ?? [])]).toEqual([0, 255]);
  });

  it('of the template are generated once, and kept from other users and from messages', async () => {
    const generated = declared({
      GenerateSecretString: {
        SecretStringTemplate: '{"username":"etl"}',
        GenerateStringKey: 'password',
        PasswordLength: 20,
        ExcludePunctuation: true,
      },
    });
    const { client, lake } = await sdkClient(SecretsManagerClient, { resources: [generated] });
    const read = async (id: string) =>
      JSON.parse((await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString ?? '');
    const first = await read(ARN);
    expect(first).toEqual({ username: 'etl', password: expect.stringMatching(/^[A-Za-z0-9]{20}$/) });
    await secretsmanager(lake).resources['AWS::SecretsManager::Secret'].apply?.(generated);
    expect(await read('db')).toEqual(first);
    expect(fs.statSync(path.join(lake.workspace.root, 'state/secretsmanager.json')).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(lake.host.messages)).not.toContain(first.password);
  });

  it('of the template with a given value follow it', async () => {
    const { client, lake } = await sdkClient(SecretsManagerClient, { resources: [declared({ SecretString: 'a' })] });
    await secretsmanager(lake).resources['AWS::SecretsManager::Secret'].apply?.(declared({ SecretString: 'b' }));
    expect(await client.send(new GetSecretValueCommand({ SecretId: 'db' }))).toMatchObject({ SecretString: 'b', ARN });
  });

  it('of a stack that is declared anew keep their values', async () => {
    const { client, lake } = await sdkClient(SecretsManagerClient, { resources: [declared({})] });
    const read = async (SecretId: string) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    const first = await read(ARN);
    const moved = ARN.replace('AbCdEf', 'XxYyZz');
    await secretsmanager(lake).resources['AWS::SecretsManager::Secret'].apply?.(declared({}, moved));
    expect(await read(moved)).toBe(first);
  });

  it('of the template without a name have the one of their ARN', async () => {
    const unnamed = resource('AWS::SecretsManager::Secret', ARN.replace('db-AbCdEf', 'Stack-Db-123-0a1b2c3d4e'));
    const { client } = await sdkClient(SecretsManagerClient, { resources: [unnamed] });
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: 'Stack-Db-123' }));
    expect(SecretString).toHaveLength(32);
  });

  it('are generated with a character of each kind, and no excluded one', async () => {
    const { client } = await sdkClient(SecretsManagerClient);
    for (let round = 0; round < 20; round++) {
      const { RandomPassword = '' } = await client.send(
        new GetRandomPasswordCommand({ PasswordLength: 8, ExcludeCharacters: 'abc"@/\\' }),
      );
      expect(RandomPassword).toHaveLength(8);
      for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(RandomPassword).toMatch(kind);
      expect(RandomPassword).not.toMatch(/[abc"@/\\]/);
    }
    await expect(client.send(new GetRandomPasswordCommand({ PasswordLength: 5000 }))).rejects.toEqual(
      failing('InvalidParameterException'),
    );
  });
});
