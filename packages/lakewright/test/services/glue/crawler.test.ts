import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { glue } from '../../../src/services/glue';
import { type CrawlLake, finished, openCrawlLake } from './crawl-lake';

let lake: CrawlLake;
beforeEach(async () => {
  lake = await openCrawlLake();
});
afterEach(() => lake.close());

const CSV = 'x,y\n1,2\n3,4\n';
const definition = { Name: 'c', Role: 'r', DatabaseName: 'raw', Targets: { S3Targets: [{ Path: 's3://lake/raw/' }] } };
const refused = (promise: Promise<unknown>, code: string, text = /./) =>
  expect(promise).rejects.toMatchObject({ code, message: expect.stringMatching(text) });

describe('the crawler API', () => {
  test('a crawler is made, listed, changed and deleted', async () => {
    await lake.call('CreateCrawler', { ...definition, Schedule: 'cron(15 12 * * ? *)', Tags: { team: 'data' } });
    const { Crawler } = await lake.call('GetCrawler', { Name: 'c' });
    expect(Crawler).toMatchObject({
      ...definition,
      State: 'READY',
      Version: 1,
      Schedule: { ScheduleExpression: 'cron(15 12 * * ? *)', State: 'SCHEDULED' },
      SchemaChangePolicy: { UpdateBehavior: 'UPDATE_IN_DATABASE', DeleteBehavior: 'DEPRECATE_IN_DATABASE' },
      RecrawlPolicy: { RecrawlBehavior: 'CRAWL_EVERYTHING' },
    });
    expect(Crawler.LastCrawl).toBeUndefined();
    await lake.call('UpdateCrawler', { Name: 'c', TablePrefix: 'p_' });
    expect((await lake.call('GetCrawler', { Name: 'c' })).Crawler).toMatchObject({
      TablePrefix: 'p_',
      Role: 'r',
      Version: 2,
    });
    await lake.call('StopCrawlerSchedule', { CrawlerName: 'c' });
    expect((await lake.call('GetCrawlers')).Crawlers[0].Schedule.State).toBe('NOT_SCHEDULED');
    expect(await lake.call('ListCrawlers')).toEqual({ CrawlerNames: ['c'] });
    expect((await lake.call('BatchGetCrawlers', { CrawlerNames: ['c', 'd'] })).CrawlersNotFound).toEqual(['d']);
    const ResourceArn = 'arn:aws:glue:eu-central-1:123456789012:crawler/c';
    expect(await lake.call('GetTags', { ResourceArn })).toEqual({ Tags: { team: 'data' } });
    await lake.call('DeleteCrawler', { Name: 'c' });
    await refused(lake.call('GetCrawler', { Name: 'c' }), 'EntityNotFoundException');
  });

  test.each<[string, ApiShape, RegExp]>([
    ['no role', { Role: undefined }, /role/],
    ['no targets', { Targets: {} }, /target/],
    ['a path that is none', { Targets: { S3Targets: [{ Path: '' }] } }, /S3 path/],
    [
      'a pattern that is none',
      { Targets: { S3Targets: [{ Path: 's3://b/', Exclusions: ['{a'] }] } },
      /exclude pattern/,
    ],
    ['a sample that is too large', { Targets: { S3Targets: [{ Path: 's3://b/', SampleSize: 250 }] } }, /249/],
    [
      'catalog targets among others',
      { Targets: { ...definition.Targets, CatalogTargets: [{ DatabaseName: 'raw', Tables: ['t'] }] } },
      /mixes/,
    ],
    ['a configuration that is no JSON', { Configuration: '{' }, /JSON/],
    ['a policy that Glue does not have', { SchemaChangePolicy: { DeleteBehavior: 'IGNORE' } }, /DEPRECATE_IN_DATABASE/],
    ['a schedule of five fields', { Schedule: 'cron(0 12 * * ?)' }, /cron/],
  ])('%s is refused', async (_, change, text) => {
    await refused(lake.call('CreateCrawler', { ...definition, ...change }), 'InvalidInputException', text);
  });

  test('a crawl that is under way refuses a second start, a change and a deletion', async () => {
    await lake.put('lake', 'raw/t/a.csv', CSV);
    await lake.call('CreateCrawler', definition);
    await refused(lake.call('StopCrawler', { Name: 'c' }), 'CrawlerNotRunningException');
    await lake.call('StartCrawler', { Name: 'c' });
    expect((await lake.call('GetCrawlers')).Crawlers[0].State).toBe('RUNNING');
    expect((await lake.call('ListCrawls', { CrawlerName: 'c' })).Crawls).toMatchObject([{ State: 'RUNNING' }]);
    await refused(
      lake.call('StartCrawler', { Name: 'c' }),
      'CrawlerRunningException',
      /^Crawler with name c has already started$/,
    );
    await refused(lake.call('UpdateCrawler', { Name: 'c' }), 'CrawlerRunningException');
    await refused(lake.call('DeleteCrawler', { Name: 'c' }), 'CrawlerRunningException');
    expect(await finished(lake)).toMatchObject({ State: 'READY', LastCrawl: { Status: 'SUCCEEDED' } });
  });

  test('a stopped crawl is cancelled and writes nothing', async () => {
    await lake.put('lake', 'raw/t/a.csv', CSV);
    await lake.call('CreateCrawler', definition);
    await lake.call('StartCrawler', { Name: 'c' });
    await lake.call('StopCrawler', { Name: 'c' });
    await refused(lake.call('StopCrawler', { Name: 'c' }), 'CrawlerStoppingException');
    expect((await finished(lake)).LastCrawl.Status).toBe('CANCELLED');
    expect(await lake.tables()).toEqual({});
  });

  test('GetCrawler waits for the end of a crawl, so that a loop does not spin', async () => {
    await lake.put('lake', 'raw/t/a.csv', CSV);
    await lake.call('CreateCrawler', definition);
    await lake.call('StartCrawler', { Name: 'c' });
    expect((await lake.call('GetCrawler', { Name: 'c' })).Crawler.State).toBe('READY');
  });

  test('crawls are listed newest first, with their counts, and filtered', async () => {
    await lake.put('lake', 'raw/t/a.csv', CSV);
    await lake.crawl();
    await lake.crawl();
    const { Crawls } = await lake.call('ListCrawls', { CrawlerName: 'c' });
    expect(Crawls.map((crawl: ApiShape) => crawl.State)).toEqual(['COMPLETED', 'COMPLETED']);
    expect(Crawls[0].StartTime).toBeGreaterThan(Crawls[1].StartTime);
    expect(JSON.parse(JSON.parse(Crawls[1].Summary).TABLE).Details.ADD).toBe(1);
    const failed = { CrawlerName: 'c', Filters: [{ FieldName: 'STATE', FilterOperator: 'EQ', FieldValue: 'FAILED' }] };
    expect((await lake.call('ListCrawls', failed)).Crawls).toEqual([]);
    const { CrawlerMetricsList } = await lake.call('GetCrawlerMetrics');
    expect(CrawlerMetricsList).toMatchObject([
      { CrawlerName: 'c', TablesCreated: 0, TablesUpdated: 0, StillEstimating: false },
    ]);
  });

  test('the bus tells the start and the end', async () => {
    await lake.put('lake', 'raw/t/a.csv', CSV);
    await lake.crawl();
    expect(lake.events.map((event) => [event['detail-type'], event.detail.state])).toEqual([
      ['Glue Crawler State Change', 'Started'],
      ['Glue Crawler State Change', 'Succeeded'],
    ]);
    expect(lake.events[1]).toMatchObject({ source: 'aws.glue', detail: { crawlerName: 'c', tablesCreated: '1' } });
  });

  test('crawlers and their history outlive the process', async () => {
    await lake.put('lake', 'raw/t/a.csv', CSV);
    await lake.crawl();
    const again = glue(lake.context);
    const answer = await again.operations.GetCrawler({ Name: 'c' }, { principal: 'x', requestId: '1' });
    expect((answer as ApiShape).Crawler.LastCrawl.Status).toBe('SUCCEEDED');
  });
});

describe('crawls that fail say why', () => {
  const failure = async (change: ApiShape) => (await lake.crawl(change)).LastCrawl;

  test.each(['JdbcTargets', 'DynamoDBTargets', 'DeltaTargets', 'IcebergTargets'])(
    '%s are refused by name',
    async (kind) => {
      const last = await failure({ Targets: { [kind]: [{ Path: 'x', ConnectionName: 'y' }] } });
      expect(last.Status).toBe('FAILED');
      expect(last.ErrorMessage).toContain(
        kind.replace('Targets', '').replace('Jdbc', 'JDBC').replace('Delta', 'Delta Lake'),
      );
      expect(lake.events.at(-1)?.detail).toMatchObject({ state: 'Failed', errorMessage: last.ErrorMessage });
    },
  );

  test('a database or bucket that is not there', async () => {
    expect(await failure({ DatabaseName: 'nope' })).toMatchObject({ ErrorMessage: 'Database nope not found.' });
    expect((await failure({ Targets: { S3Targets: [{ Path: 's3://nowhere/' }] } })).ErrorMessage).toContain('nowhere');
  });

  test('more tables than the threshold write nothing', async () => {
    await lake.put('lake', 'raw/a/a.csv', CSV);
    await lake.put('lake', 'raw/b/b.json', '{"q":1}');
    const Configuration = '{"Version":1.0,"CrawlerOutput":{"Tables":{"TableThreshold":1}}}';
    expect((await failure({ Configuration })).ErrorMessage).toContain(
      'greater than the table threshold value provided: 1',
    );
    expect(await lake.tables()).toEqual({});
  });
});

describe('a repeated crawl', () => {
  const metrics = async () => (await lake.call('GetCrawlerMetrics')).CrawlerMetricsList[0];
  const versions = async () =>
    (await lake.call('GetTableVersions', { DatabaseName: 'raw', TableName: 't' })).TableVersions.length;
  beforeEach(async () => {
    await lake.put('lake', 'raw/t/p=1/a.csv', CSV);
    await lake.put('lake', 'raw/t/p=2/a.csv', CSV);
    await lake.put('lake', 'raw/u/a.json', '{"q":1}');
  });
  const change = () =>
    Promise.all(['1', '2'].map((p) => lake.put('lake', `raw/t/p=${p}/a.csv`, 'x,y,z\n1,2,3.5\n3,4,x\n')));

  test('of the same data changes nothing', async () => {
    await lake.crawl();
    expect(await metrics()).toMatchObject({ TablesCreated: 2, TablesUpdated: 0 });
    await lake.crawl();
    expect(await metrics()).toMatchObject({ TablesCreated: 0, TablesUpdated: 0, TablesDeleted: 0 });
    expect(await versions()).toBe(1);
  });

  test('of changed data updates the table, and archives the former one', async () => {
    await lake.crawl();
    await change();
    await lake.crawl();
    expect(await metrics()).toMatchObject({ TablesCreated: 0, TablesUpdated: 1 });
    expect(await lake.columns('t')).toBe('x:bigint, y:bigint, z:string');
    expect(await versions()).toBe(2);
  });

  test('with LOG leaves the table and still adds partitions', async () => {
    await lake.crawl();
    await change();
    await lake.put('lake', 'raw/t/p=3/a.csv', 'x,y,z\n1,2,3\n4,5,x\n');
    await lake.crawl({ SchemaChangePolicy: { UpdateBehavior: 'LOG', DeleteBehavior: 'LOG' } });
    expect(await lake.columns('t')).toBe('x:bigint, y:bigint');
    expect(await lake.partitions('t')).toEqual(['1', '2', '3']);
  });

  test('with MergeNewColumns adds columns and keeps types', async () => {
    await lake.crawl();
    const table = (await lake.tables()).t;
    const StorageDescriptor = {
      ...table.StorageDescriptor,
      Columns: [
        { Name: 'x', Type: 'int' },
        { Name: 'y', Type: 'string' },
      ],
    };
    const { Name, PartitionKeys, Parameters } = table;
    await lake.call('UpdateTable', {
      DatabaseName: 'raw',
      TableInput: { Name, PartitionKeys, Parameters: { ...Parameters, mine: '1' }, StorageDescriptor },
    });
    await change();
    const merge = (inherit: boolean) =>
      JSON.stringify({
        Version: 1,
        CrawlerOutput: {
          Tables: { AddOrUpdateBehavior: 'MergeNewColumns' },
          ...(inherit ? { Partitions: { AddOrUpdateBehavior: 'InheritFromTable' } } : {}),
        },
      });
    await lake.crawl({ Configuration: merge(false) });
    expect(await lake.columns('t')).toBe('x:int, y:string, z:string');
    expect((await lake.tables()).t.Parameters.mine).toBe('1');
    const partition = async () =>
      (await lake.call('GetPartition', { DatabaseName: 'raw', TableName: 't', PartitionValues: ['1'] })).Partition;
    expect((await partition()).StorageDescriptor.Columns[0].Type).toBe('bigint');
    await lake.crawl({ Configuration: merge(true) });
    expect((await partition()).StorageDescriptor.Columns[0].Type).toBe('int');
    expect((await partition()).StorageDescriptor.Location).toBe('s3://lake/raw/t/p=1/');
  });

  test.each([
    ['DEPRECATE_IN_DATABASE', ['t', 'u'], true],
    ['DELETE_FROM_DATABASE', ['t'], false],
    ['LOG', ['t', 'u'], false],
  ])('with %s treats vanished data as the policy says', async (DeleteBehavior, names, deprecated) => {
    await lake.crawl();
    await lake.context.objects.delete('lake', 'raw/u/a.json');
    await lake.context.objects.delete('lake', 'raw/t/p=2/a.csv');
    await lake.crawl({ SchemaChangePolicy: { UpdateBehavior: 'UPDATE_IN_DATABASE', DeleteBehavior } });
    const tables = await lake.tables();
    expect(Object.keys(tables)).toEqual(names);
    expect(tables.u?.Parameters.DEPRECATED_BY_CRAWLER !== undefined).toBe(deprecated);
    expect(await lake.partitions('t')).toEqual(DeleteBehavior === 'DELETE_FROM_DATABASE' ? ['1'] : ['1', '2']);
  });

  test('leaves tables of others alone', async () => {
    await lake.call('CreateTable', {
      DatabaseName: 'raw',
      TableInput: { Name: 'mine', StorageDescriptor: { Location: 's3://lake/raw/gone/' } },
    });
    await lake.crawl({
      SchemaChangePolicy: { UpdateBehavior: 'UPDATE_IN_DATABASE', DeleteBehavior: 'DELETE_FROM_DATABASE' },
    });
    expect(Object.keys(await lake.tables())).toContain('mine');
  });

  test('of new folders only adds their partitions and tables, and changes nothing else', async () => {
    const RecrawlPolicy = { RecrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' };
    await lake.crawl({ RecrawlPolicy });
    expect(Object.keys(await lake.tables())).toEqual(['t', 'u']);
    await change();
    await lake.put('lake', 'raw/t/p=3/a.csv', CSV);
    await lake.put('lake', 'raw/t/p=4/a.csv', 'other,names\n1,2\n');
    await lake.put('lake', 'raw/w/a.json', '{"s":"x"}');
    await lake.context.objects.delete('lake', 'raw/u/a.json');
    await lake.crawl({ RecrawlPolicy });
    expect(await lake.partitions('t')).toEqual(['1', '2', '3']);
    expect(lake.warnings().join()).toContain('s3://lake/raw/t/p=4/a.csv is left out');
    expect(await lake.columns('t')).toBe('x:bigint, y:bigint');
    expect(Object.keys(await lake.tables())).toEqual(['t', 'u', 'w']);
  });

  test('in event mode crawls everything, and says so', async () => {
    await lake.crawl({ RecrawlPolicy: { RecrawlBehavior: 'CRAWL_EVENT_MODE' } });
    expect(Object.keys(await lake.tables())).toEqual(['t', 'u']);
    expect(lake.warnings().join()).toContain('CRAWL_EVENT_MODE');
  });
});

describe('catalog targets', () => {
  test('the table is updated in place, and its partitions are added', async () => {
    await lake.call('CreateTable', {
      DatabaseName: 'raw',
      TableInput: {
        Name: 'declared',
        PartitionKeys: [{ Name: 'day', Type: 'date' }],
        StorageDescriptor: { Columns: [], Location: 's3://lake/days/' },
      },
    });
    await lake.put('lake', 'days/2024-01-31/a.csv', CSV);
    await lake.crawl({ Targets: { CatalogTargets: [{ DatabaseName: 'raw', Tables: ['Declared'] }] } });
    expect(Object.keys(await lake.tables())).toEqual(['declared']);
    expect(await lake.columns('declared')).toBe('x:bigint, y:bigint');
    expect((await lake.tables()).declared.PartitionKeys).toEqual([{ Name: 'day', Type: 'date' }]);
    expect(await lake.partitions('declared')).toEqual(['2024-01-31']);
  });

  test('a table that is not there fails the crawl', async () => {
    const { LastCrawl } = await lake.crawl({
      Targets: { CatalogTargets: [{ DatabaseName: 'raw', Tables: ['nope'] }] },
    });
    expect(LastCrawl).toMatchObject({ Status: 'FAILED', ErrorMessage: expect.stringContaining('raw.nope') });
  });
});

describe('classifiers', () => {
  test('a crawler runs its own before the built-in ones', async () => {
    await lake.call('CreateClassifier', { CsvClassifier: { Name: 'q', QuoteSymbol: '"', ContainsHeader: 'PRESENT' } });
    await lake.put('lake', 'raw/t/a.csv', 'Name,City\n"a, b","c"\n"d","e"\n');
    await lake.crawl({ Classifiers: ['q'] });
    const { t } = await lake.tables();
    expect(t.StorageDescriptor.SerdeInfo.SerializationLibrary).toBe('org.apache.hadoop.hive.serde2.OpenCSVSerde');
    expect(await lake.columns('t')).toBe('name:string, city:string');
    expect((await lake.call('GetClassifier', { Name: 'q' })).Classifier.CsvClassifier.Version).toBe(1);
    await lake.call('UpdateClassifier', { CsvClassifier: { Name: 'q', ContainsHeader: 'ABSENT' } });
    const { Classifier } = await lake.call('GetClassifier', { Name: 'q' });
    expect(Classifier.CsvClassifier).toMatchObject({ QuoteSymbol: '"', ContainsHeader: 'ABSENT', Version: 2 });
    await lake.call('DeleteClassifier', { Name: 'q' });
    expect((await lake.crawl({ Classifiers: ['q'] })).LastCrawl.ErrorMessage).toContain('Classifier q not found');
  });

  test('kinds that do not run locally are refused by name', async () => {
    await refused(lake.call('CreateClassifier', { GrokClassifier: { Name: 'g' } }), 'InvalidInputException', /grok/);
    await refused(lake.call('CreateClassifier', { XMLClassifier: { Name: 'x' } }), 'InvalidInputException', /XML/);
    await refused(
      lake.call('CreateClassifier', { CsvClassifier: { Name: 'x', Delimiter: 'ab' } }),
      'InvalidInputException',
      /one character/,
    );
  });
});
