import fs from 'node:fs';
import path from 'node:path';
import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { ssm } from '../../../src/services/ssm';
import { ACCOUNT, resource } from '../../server/temporary-lake';
import { sdkClient } from '../sdk-client';

const put = (Name: string, Value = 'v', input: object = {}) =>
  new PutParameterCommand({ Name, Value, Type: 'String', ...input });
const failing = (name: string) => expect.objectContaining({ name });

describe('parameters', () => {
  it('are put, read by name, version and ARN, and deleted', async () => {
    const { client } = await sdkClient(SSMClient);
    expect(await client.send(put('/lake/raw', 'one'))).toMatchObject({ Version: 1, Tier: 'Standard' });
    await expect(client.send(put('/lake/raw', 'two'))).rejects.toEqual(failing('ParameterAlreadyExists'));
    expect(await client.send(put('/lake/raw', 'two', { Overwrite: true }))).toMatchObject({ Version: 2 });
    const ARN = `arn:aws:ssm:eu-west-1:${ACCOUNT}:parameter/lake/raw`;
    for (const Name of ['/lake/raw', '/lake/raw:2', ARN]) {
      const { Parameter } = await client.send(new GetParameterCommand({ Name }));
      expect(Parameter).toMatchObject({
        Name: '/lake/raw',
        Value: 'two',
        Type: 'String',
        Version: 2,
        ARN,
        DataType: 'text',
      });
      expect(Parameter?.LastModifiedDate).toBeInstanceOf(Date);
    }
    await expect(client.send(new GetParameterCommand({ Name: '/lake/raw:1' }))).rejects.toEqual(
      failing('ParameterNotFound'),
    );
    await client.send(new DeleteParameterCommand({ Name: '/lake/raw' }));
    await expect(client.send(new DeleteParameterCommand({ Name: '/lake/raw' }))).rejects.toEqual(
      failing('ParameterNotFound'),
    );
  });

  it('are found by path, page by page', async () => {
    const { client } = await sdkClient(SSMClient);
    for (const name of ['/a/1', '/a/2', '/a/b/3', '/ab/4', 'plain']) await client.send(put(name));
    const names = async (input: object) => {
      const { Parameters, NextToken } = await client.send(new GetParametersByPathCommand({ Path: '/a', ...input }));
      return [Parameters?.map(({ Name }) => Name), NextToken];
    };
    expect(await names({})).toEqual([['/a/1', '/a/2'], undefined]);
    expect(await names({ Recursive: true, MaxResults: 2 })).toEqual([['/a/1', '/a/2'], '2']);
    expect(await names({ Recursive: true, MaxResults: 2, NextToken: '2' })).toEqual([['/a/b/3'], undefined]);
    const many = await client.send(new GetParametersCommand({ Names: ['plain', 'none'] }));
    expect([many.Parameters?.map(({ Name }) => Name), many.InvalidParameters]).toEqual([['plain'], ['none']]);
    const ParameterFilters = [{ Key: 'Name', Option: 'BeginsWith', Values: ['/ab'] }];
    const described = await client.send(new DescribeParametersCommand({ ParameterFilters }));
    expect(described.Parameters?.map(({ Name }) => Name)).toEqual(['/ab/4']);
    expect(await client.send(new DeleteParametersCommand({ Names: ['plain', 'none'] }))).toMatchObject({
      DeletedParameters: ['plain'],
      InvalidParameters: ['none'],
    });
  });

  it.each(['constructor', '__proto__', 'toString'])('are not found by a name like "%s"', async (Name) => {
    const { client } = await sdkClient(SSMClient);
    await expect(client.send(new GetParameterCommand({ Name }))).rejects.toEqual(failing('ParameterNotFound'));
  });

  it('of the template are there, and get a version only when they change', async () => {
    const declared = (Value: string) =>
      resource('AWS::SSM::Parameter', '/lake/bucket', { properties: { Type: 'String', Value } });
    const { client, lake } = await sdkClient(SSMClient, { resources: [declared('raw')] });
    const { apply } = ssm(lake).resources['AWS::SSM::Parameter'];
    const read = async () => (await client.send(new GetParameterCommand({ Name: '/lake/bucket' }))).Parameter;
    await apply?.(declared('raw'));
    expect(await read()).toMatchObject({ Value: 'raw', Version: 1 });
    await apply?.(declared('other'));
    expect(await read()).toMatchObject({ Value: 'other', Version: 2 });
  });

  it('are kept from other users', async () => {
    const { client, lake } = await sdkClient(SSMClient);
    await client.send(put('secure', 's', { Type: 'SecureString' }));
    expect(fs.statSync(path.join(lake.workspace.root, 'state/ssm.json')).mode & 0o777).toBe(0o600);
  });

  it("are refused for what isn't allowed", async () => {
    const { client } = await sdkClient(SSMClient);
    await expect(client.send(put('with space'))).rejects.toEqual(failing('ValidationException'));
    await expect(client.send(put('p', 'x', { AllowedPattern: '\\d+' }))).rejects.toEqual(
      failing('ParameterPatternMismatchException'),
    );
    await expect(client.send(new PutParameterCommand({ Name: 'p', Value: 'x' }))).rejects.toEqual(
      failing('ValidationException'),
    );
    await expect(client.send(new GetParametersByPathCommand({ Path: 'a' }))).rejects.toEqual(
      failing('ValidationException'),
    );
  });
});
