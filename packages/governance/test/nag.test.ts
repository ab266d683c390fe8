import { CustomResource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { DataCellsFilter, Grants, LfTag, LfTagExpression, RowFilter } from '../src';
import { lake, nagFindings } from './support';

test('cdk-nag finds nothing in Lake Formation’s part that is not acknowledged with its reason', {
  timeout: 240_000,
}, () => {
  const { app, stack, catalog } = lake();
  const reader = iam.Role.fromRoleArn(stack, 'Reader', 'arn:aws:iam::111122223333:role/reader');
  const customers = catalog.datasets.dataset('customers');
  const filters = [new DataCellsFilter(stack, 'Filter', { dataset: customers, where: RowFilter.where('id > 1') })];
  Grants.on(customers).read(reader, { filters });
  Grants.on(customers).read(new iam.AccountPrincipal('222233334444'));
  const tag = new LfTag(stack, 'Tag', { key: 'zone', values: ['raw'] }).associateDatabase(catalog.raw, 'raw');
  Grants.onTags(LfTagExpression.of(tag, 'raw')).read(new iam.ArnPrincipal('arn:aws:iam::111122223333:role/other'));
  Grants.applyBefore(
    reader,
    new CustomResource(stack, 'Load', { serviceToken: 'arn:aws:lambda:eu-west-1:1:function:f' }),
  );
  // the reader's own policies are the reader's
  expect(nagFindings(app).filter((finding) => !finding.includes('@ Lake/Reader'))).toEqual([]);
});

test('the packs are active: a bucket without anything is found', { timeout: 240_000 }, () => {
  const { app, stack } = lake();
  new s3.Bucket(stack, 'Bare');
  expect(nagFindings(app).filter((finding) => finding.includes('@ Lake/Bare'))).not.toEqual([]);
});
