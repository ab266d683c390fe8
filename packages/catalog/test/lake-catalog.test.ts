import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { Crawler, CrawlerTarget, LakeCatalog } from '../src';

test('smoke', () => {
  const app = new App();
  const stack = new Stack(app, 'S');
  const storage = new LakeStorage(stack, 'Storage');
  const other = new Stack(app, 'O');
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  const c = new Crawler(other, 'C', { database: catalog.raw, targets: [CrawlerTarget.s3(storage.raw.location('a'))] });
  expect(c.crawlerArn).toBeDefined();
  console.log(JSON.stringify(Template.fromStack(other).toJSON(), null, 1));
});
