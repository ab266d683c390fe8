import { LakeStorage } from '@lakewright/storage';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { Crawler, CrawlerTarget, LakeCatalog } from '../src';

describePipelineTask('Crawler', (stack) => {
  const storage = new LakeStorage(stack, 'Storage');
  const { raw } = new LakeCatalog(stack, 'Catalog', { storage });
  return new Crawler(stack, 'Crawler', {
    database: raw,
    targets: [CrawlerTarget.s3(storage.raw.location('orders'))],
  });
});

describePipelineTask('an imported crawler', (stack) => Crawler.fromCrawlerName(stack, 'Crawler', 'theirs'));
