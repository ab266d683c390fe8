import type { ApiShape } from '../../../src/services/api-shape';
import { openLake, type TestLake } from './test-lake';

/** A lake with the database `raw` and one crawler, `c`. */
export interface CrawlLake extends TestLake {
  /** Creates or changes the crawler, runs it, and gives it back as it is then. */
  crawl(crawler?: ApiShape): Promise<ApiShape>;
  /** Name → table. */
  tables(): Promise<Record<string, ApiShape>>;
  /** `name:type, …` */
  columns(table: string): Promise<string>;
  /** Values of the partitions, `a/b`. */
  partitions(table: string): Promise<string[]>;
  warnings(): string[];
}

export async function openCrawlLake(): Promise<CrawlLake> {
  const lake = await openLake();
  await lake.call('CreateDatabase', { DatabaseInput: { Name: 'raw' } });
  const tables = async () => {
    const { TableList } = await lake.call('GetTables', { DatabaseName: 'raw' });
    return Object.fromEntries(TableList.map((table: ApiShape) => [table.Name, table]));
  };
  return {
    ...lake,
    tables,
    crawl: async (crawler = {}) => {
      const definition = {
        Name: 'c',
        Role: 'arn:aws:iam::123456789012:role/crawler',
        DatabaseName: 'raw',
        Targets: { S3Targets: [{ Path: 's3://lake/raw/' }] },
        ...crawler,
      };
      const { Crawlers } = await lake.call('GetCrawlers');
      await lake.call(Crawlers.length > 0 ? 'UpdateCrawler' : 'CreateCrawler', definition);
      await lake.call('StartCrawler', { Name: 'c' });
      return finished(lake);
    },
    columns: async (name) =>
      (await tables())[name].StorageDescriptor.Columns.map((column: ApiShape) => `${column.Name}:${column.Type}`).join(
        ', ',
      ),
    partitions: async (TableName) => {
      const { Partitions } = await lake.call('GetPartitions', { DatabaseName: 'raw', TableName });
      return Partitions.map((partition: ApiShape) => partition.Values.join('/'));
    },
    warnings: () => lake.host.messages.filter((message) => message.level === 'warning').map((message) => message.text),
  };
}

export async function finished(lake: TestLake): Promise<ApiShape> {
  for (;;) {
    const { Crawler } = await lake.call('GetCrawler', { Name: 'c' });
    if (Crawler.State === 'READY') return Crawler;
  }
}
