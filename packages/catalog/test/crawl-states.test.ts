import { LakeEnvironment } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { expect, test } from 'vitest';
import { Crawler, CrawlerTarget, LakeCatalog } from '../src';

function states(): Record<string, Record<string, unknown>> {
  const stack = new Stack(new App(), 'Lake');
  const storage = new LakeStorage(stack, 'Storage');
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  const crawler = new Crawler(stack, 'Crawler', {
    database: catalog.raw,
    targets: [CrawlerTarget.s3(storage.raw.location('flights'))],
  });
  const { start } = crawler.bind(stack, 'Crawl', { environment: LakeEnvironment.sandbox() });
  const graph = stack.resolve(new sfn.StateGraph(start, 'test').toGraphJson());
  return graph.States.Crawl.Branches[0].States;
}

test('a crawler that runs for the first time has no LastCrawl: no state needs one before the crawl has ended', () => {
  const { 'Crawl Look': look, 'Crawl Ended': ended, 'Crawl Failed': failed } = states();
  expect(look.ResultSelector).toEqual({ 'Crawler.$': '$.Crawler' });
  const [running, succeeded] = ended.Choices as Record<string, unknown>[];
  expect(running).toEqual({
    Not: { Variable: '$.Crawler.State', StringEquals: 'READY' },
    Next: 'Crawl Wait',
  });
  expect(succeeded.And).toEqual([
    { Variable: '$.Crawler.LastCrawl.Status', IsPresent: true },
    { Variable: '$.Crawler.LastCrawl.Status', StringEquals: 'SUCCEEDED' },
  ]);
  expect(failed.CausePath).not.toContain('LastCrawl');
});
