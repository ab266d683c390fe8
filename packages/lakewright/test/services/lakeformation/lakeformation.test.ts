import { expect, test } from 'vitest';
import { classify } from '../../../src/assembly/classify';
import { lakeformation } from '../../../src/services/lakeformation';
import { resource, temporaryLake } from '../../server/temporary-lake';

test('every Lake Formation type of CloudFormation is executed, our own resources are simulated', async () => {
  const service = lakeformation(await temporaryLake());
  const { CfnResource } = await import('aws-cdk-lib');
  const types = Object.values(await import('aws-cdk-lib/aws-lakeformation'))
    .filter((construct) => typeof construct === 'function' && construct.prototype instanceof CfnResource)
    .map((construct) => (construct as unknown as { CFN_RESOURCE_TYPE_NAME: string }).CFN_RESOURCE_TYPE_NAME);
  expect(types.length).toBeGreaterThan(5);
  for (const type of types) {
    expect(classify([resource(type, 'X')], [service])[0], type).toMatchObject({ classification: 'executed' });
  }
  for (const kind of ['Settings', 'Permissions']) {
    const type = `Custom::LakewrightLakeFormation${kind}`;
    expect(classify([resource(type, 'X')], [service])[0]).toMatchObject({
      classification: 'simulated',
      note: 'applied here, without the provider function',
    });
  }
});

test('what belongs to governed tables, transactions and saved expressions isn’t pretended', async () => {
  const { operations } = lakeformation(await temporaryLake());
  for (const name of ['StartTransaction', 'StartQueryPlanning', 'GetTableObjects', 'CreateLFTagExpression']) {
    expect(operations[name]).toBeUndefined();
  }
});
