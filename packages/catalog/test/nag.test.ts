import { aws_iam as iam } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { AthenaView, CatalogSharing, Crawler, CrawlerTarget, IcebergTable, IcebergType, ResourceLink } from '../src';
import { lake, nagFindings, workgroup } from './support';

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing in any construct that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app, stack, storage, catalog } = lake();
  catalog.publish('/lake');
  new Crawler(stack, 'Crawler', { database: catalog.raw, targets: [CrawlerTarget.s3(storage.raw.location('orders'))] });
  new IcebergTable(stack, 'Iceberg', {
    database: catalog.datasets,
    tableName: 'orders',
    columns: [{ name: 'id', type: IcebergType.BIGINT }],
    workgroup: workgroup(stack, storage.datasets.location('results')),
  });
  new AthenaView(stack, 'View', {
    database: catalog.converted,
    viewName: 'current_orders',
    query: 'SELECT * FROM raw.orders',
    reads: [catalog.raw.dataset('orders')],
    workgroup: workgroup(stack, storage.datasets.location('results')),
  });
  new CatalogSharing(stack, 'Sharing', {
    database: catalog.datasets,
    principals: [new iam.AccountPrincipal('222222222222')],
  });
  new ResourceLink(stack, 'Link', { targetAccount: '333333333333', targetDatabaseName: 'theirs' });
  expect(nagFindings(app)).toEqual([]);
});
