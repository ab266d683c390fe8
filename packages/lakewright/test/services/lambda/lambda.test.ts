import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { classify } from '../../../src/assembly/classify';
import type { LakeResource } from '../../../src/assembly/resource';
import { glue } from '../../../src/services/glue';
import { lambda } from '../../../src/services/lambda';
import { openLake, resource, type TestLake } from '../glue/test-lake';

let lake: TestLake;
beforeEach(async () => {
  lake = await openLake([glue, lambda]);
});
afterEach(() => lake.close());

const outcome = (declared: LakeResource) => classify([declared], [lake.service('lambda')])[0];
const call = (service: string, action: string, parameters: object, more: object = {}) =>
  JSON.stringify({ service, action, parameters, physicalResourceId: { id: 'x' }, ...more });
const databases = async () =>
  (await lake.call('GetDatabases')).DatabaseList.map((database: { Name: string }) => database.Name);

describe('AwsCustomResource', () => {
  test.each(['Glue', 'glue', '@aws-sdk/client-glue'])(
    'a call to %s is made to the local service, once',
    async (service) => {
      const Create = call(service, 'createDatabase', { DatabaseInput: { Name: 'made' } });
      const declared = resource('Custom::AWS', { Create });
      expect(outcome(declared)).toMatchObject({
        classification: 'simulated',
        note: expect.stringContaining('glue:CreateDatabase'),
      });
      await lake.apply(declared);
      // A second call would fail: the database exists.
      await lake.apply(declared);
      expect(await databases()).toEqual(['made']);
    },
  );

  test('a changed call is made as the update', async () => {
    const Create = call('Glue', 'CreateDatabaseCommand', { DatabaseInput: { Name: 'one' } });
    const Update = (name: string) => call('Glue', 'createDatabase', { DatabaseInput: { Name: name } });
    await lake.apply(resource('Custom::AWS', { Create, Update: Update('two') }));
    expect(await databases()).toEqual(['one']);
    await lake.apply(resource('Custom::AWS', { Create, Update: Update('three') }));
    expect(await databases()).toEqual(['one', 'three']);
  });

  test('an error fails the run, unless its code is ignored', async () => {
    const missing = (more = {}) =>
      resource('Custom::AWS', { Create: call('Glue', 'getDatabase', { Name: 'nope' }, more) });
    await expect(lake.apply(missing())).rejects.toThrow('Database nope not found.');
    await lake.apply(missing({ ignoreErrorCodesMatching: 'EntityNotFound.*' }));
  });

  test('a call that is not local leaves the resource unsupported, by name', () => {
    const declared = (service: string, action: string) =>
      resource('Custom::AWS', { Create: call(service, action, {}) });
    expect(outcome(declared('Route53', 'getHostedZone'))).toMatchObject({
      classification: 'unsupported',
      note: expect.stringContaining('route53:GetHostedZone'),
    });
    expect(outcome(declared('Glue', 'createDevEndpoint')).classification).toBe('unsupported');
    expect(outcome(resource('Custom::AWS', { Create: '{' })).classification).toBe('unsupported');
    expect(outcome(resource('Custom::AWS', { Delete: call('Glue', 'x', {}) })).classification).toBe('recorded');
  });
});

describe('custom resources', () => {
  test('with a function of their own are named as unsupported', () => {
    expect(outcome(resource('AWS::CloudFormation::CustomResource', {})).classification).toBe('unsupported');
    expect(outcome(resource('Custom::LakewrightIcebergTable', {}))).toMatchObject({
      classification: 'unsupported',
      note: expect.stringContaining('Iceberg'),
    });
    expect(outcome(resource('Custom::LakewrightWorkGroupCleanup', {})).classification).toBe('recorded');
    expect(outcome(resource('Custom::LogRetention', {})).classification).toBe('recorded');
  });
});
