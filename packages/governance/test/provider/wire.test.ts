import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, expect, test } from 'vitest';
import { Deployment } from './deployment';
import type { FakeLakeFormation } from './fake-lake-formation';
import { EVERYTHING, EVERYTHING_THERE, world } from './world';

let server: Server | undefined;
afterEach(() => server?.close());

test('the SDK takes every call, over HTTP, and reads every answer and error', async () => {
  const fake = world();
  const before = fake.snapshot();
  const overWire = new Deployment(fake, 'permissions', 'lake', 'Resource', await clients(fake));
  const later = { Table: { DatabaseName: 'sales', Name: 'later' } };
  const wanted = {
    ...EVERYTHING,
    Grants: [...EVERYTHING.Grants, { ...EVERYTHING.Grants[0], Resource: later, Permissions: ['SELECT'] }],
  };
  let count = 0;
  fake.chaos = () => {
    count += 1;
    return count % 4 === 0 ? { name: 'ConcurrentModificationException' } : undefined;
  };
  expect((await overWire.create(wanted)).data?.Waiting).toBe('sales.later');
  expect(fake.snapshot().filter((line) => !before.includes(line))).toEqual([...EVERYTHING_THERE].sort());
  fake.catalog.create('sales', 'later');
  await overWire.appeared('sales', 'later');
  expect([...fake.permissions].some((key) => key.includes('sales.later'))).toBe(true);
  await overWire.delete(wanted);
  expect(fake.snapshot()).toEqual(before);
  expect(fake.parameters.values.size).toBe(0);
});

test('settings go over HTTP as well', async () => {
  const fake = world();
  const before = fake.snapshot();
  const overWire = new Deployment(fake, 'settings', 'lake', 'Resource', await clients(fake));
  const wanted = { Administrators: EVERYTHING.OptIns.map(({ Principal }) => Principal), Databases: ['sales'] };
  await overWire.create(wanted);
  expect(fake.settings.DataLakeAdmins).toHaveLength(2);
  await overWire.delete(wanted);
  expect(fake.snapshot()).toEqual(before);
});

/** Lake Formation has the operation in the path, the others in a header; errors as the protocols have them. */
async function clients(fake: FakeLakeFormation) {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = request.headers['x-amz-target'];
    const operation = typeof target === 'string' ? target.split('.')[1] : request.url?.slice(1);
    try {
      const answer = fake.call(operation ?? '', JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}'));
      response.end(JSON.stringify(answer));
    } catch (error) {
      const { name, message } = error as Error;
      response.writeHead(400, { 'x-amzn-errortype': name });
      response.end(JSON.stringify({ __type: name, Message: message, message }));
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  const config = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  return {
    lakeFormation: new LakeFormationClient(config),
    glue: new GlueClient(config),
    ssm: new SSMClient(config),
  };
}
