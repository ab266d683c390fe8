import { expect, test } from 'vitest';
import { classify } from '../../../src/assembly/classify';
import { lakeformation } from '../../../src/services/lakeformation';
import type { LakeContext } from '../../../src/services/service';
import { resource } from '../glue/test-lake';

const service = lakeformation({} as LakeContext);

test('every Lake Formation type of CloudFormation is recorded, and said not to be enforced', async () => {
  const { CfnResource } = await import('aws-cdk-lib');
  const types = Object.values(await import('aws-cdk-lib/aws-lakeformation'))
    .filter((construct) => typeof construct === 'function' && construct.prototype instanceof CfnResource)
    .map((construct) => (construct as unknown as { CFN_RESOURCE_TYPE_NAME: string }).CFN_RESOURCE_TYPE_NAME);
  expect(types.length).toBeGreaterThan(5);
  for (const type of types) {
    expect(classify([resource(type, {})], [service])[0], type).toMatchObject({
      classification: 'recorded',
      note: expect.stringContaining('not enforced yet'),
    });
  }
});

test('no operation pretends to grant', () => {
  expect(service.protocol).toBeUndefined();
  expect(service.operations).toEqual({});
});
