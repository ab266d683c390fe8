import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CrawlLake, openCrawlLake } from './crawl-lake';
import { VEGA } from './test-lake';

let lake: CrawlLake;
beforeEach(async () => {
  lake = await openCrawlLake();
});
afterEach(() => lake.close());

const csv = (names: string, rows = 3) =>
  `${names}\n${Array.from({ length: rows }, (_, index) =>
    names
      .split(',')
      .map(() => index)
      .join(','),
  ).join('\n')}\n`;
const raw = (key: string, content: string | Buffer) => lake.put('lake', `raw/${key}`, content);
const put = async (files: Record<string, string>) => {
  for (const [key, content] of Object.entries(files)) await raw(key, content);
};

describe('the tables of a crawl', () => {
  test('each folder of another kind is a table, named by the folder', async () => {
    await lake.copy('lake', 'raw/flights/flights-3m.parquet', path.join(VEGA, 'flights-3m.parquet'));
    await lake.copy('lake', 'raw/Bird-Strikes/birdstrikes.csv', path.join(VEGA, 'birdstrikes.csv'));
    await lake.copy('lake', 'raw/weather/weather.csv', path.join(VEGA, 'weather.csv'));
    await raw('events/a.json', '{"id":1}\n');
    const crawler = await lake.crawl();
    expect(crawler.LastCrawl).toMatchObject({ Status: 'SUCCEEDED' });
    expect(Object.keys(await lake.tables())).toEqual(['bird_strikes', 'events', 'flights', 'weather']);
    expect(await lake.columns('flights')).toBe(
      'date:timestamp, delay:bigint, distance:bigint, origin:string, destination:string',
    );
  });

  test('a table has the location, SerDe and parameters that Glue sets', async () => {
    await lake.copy('lake', 'raw/weather/weather.csv', path.join(VEGA, 'weather.csv'));
    await lake.crawl();
    const { weather } = await lake.tables();
    expect(weather).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [],
      Parameters: {
        UPDATED_BY_CRAWLER: 'c',
        CrawlerSchemaSerializerVersion: '1.0',
        CrawlerSchemaDeserializerVersion: '1.0',
        areColumnsQuoted: 'false',
        averageRecordSize: '41',
        classification: 'csv',
        columnsOrdered: 'true',
        compressionType: 'none',
        delimiter: ',',
        objectCount: '1',
        recordCount: '2961',
        sizeKey: '121417',
        'skip.header.line.count': '1',
        typeOfData: 'file',
      },
      StorageDescriptor: {
        Location: 's3://lake/raw/weather/',
        InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        NumberOfBuckets: -1,
        SerdeInfo: {
          SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
          Parameters: { 'field.delim': ',' },
        },
      },
    });
  });

  test('a whole bucket is named by the bucket, a prefix goes in front', async () => {
    await lake.put('my-data', 'a.csv', csv('x,y'));
    await lake.crawl({ Targets: { S3Targets: [{ Path: 's3://my-data' }] }, TablePrefix: 'Raw_' });
    expect((await lake.tables()).raw_my_data.StorageDescriptor.Location).toBe('s3://my-data/');
  });

  test('a name that is taken by another location gets a hash', async () => {
    await put({ 'a/data/x.csv': csv('x,y'), 'b/data/x.json': '{"q":1}', 'b/other/x.csv': csv('p,q,r') });
    await lake.crawl();
    const names = Object.keys(await lake.tables());
    expect(names).toHaveLength(3);
    expect(names).toContain('data');
    expect(names.find((name) => /^data_[0-9a-f]{32}$/.test(name))).toBeDefined();
    await lake.crawl();
    expect(Object.keys(await lake.tables())).toEqual(names);
  });

  test('files of a folder that do not go together are a table each', async () => {
    await put({ 'mixed/a.csv': csv('x,y'), 'mixed/b.csv': csv('p,q,r') });
    await lake.crawl();
    const tables = await lake.tables();
    expect(Object.keys(tables)).toEqual(['a_csv', 'b_csv']);
    expect(tables.a_csv.StorageDescriptor.Location).toBe('s3://lake/raw/mixed/a.csv');
    expect(lake.warnings().join()).toContain('one file among others');
  });

  test('empty objects, hidden names and excluded files are not crawled', async () => {
    await put({ 't/a.csv': csv('x,y'), 't/_SUCCESS': 'ok', 't/.crc': 'x', 't/marker': '', 't/old/b.txt': 'hello' });
    await lake.crawl({ Targets: { S3Targets: [{ Path: 's3://lake/raw', Exclusions: ['t/old/**'] }] } });
    const { t } = await lake.tables();
    expect(t.Parameters).toMatchObject({ objectCount: '1', exclusions: '["t/old/**"]' });
    expect(lake.warnings()).toEqual([]);
  });
});

describe('partitions', () => {
  test('folders key=value are partitions with string keys, their values decoded', async () => {
    await put({
      't/Year=2023/m=01/a.csv': csv('x,y'),
      't/Year=2023/m=02/a.csv': csv('x,y'),
      't/Year=2024/m=a%20b/a.csv': csv('x,y'),
    });
    await lake.crawl();
    const { t } = await lake.tables();
    expect(t.PartitionKeys).toEqual([
      { Name: 'year', Type: 'string' },
      { Name: 'm', Type: 'string' },
    ]);
    expect(await lake.partitions('t')).toEqual(['2023/01', '2023/02', '2024/a b']);
    const { Partition } = await lake.call('GetPartition', {
      DatabaseName: 'raw',
      TableName: 't',
      PartitionValues: ['2024', 'a b'],
    });
    expect(Partition.StorageDescriptor.Location).toBe('s3://lake/raw/t/Year=2024/m=a%20b/');
    expect(Partition.Parameters.objectCount).toBe('1');
  });

  test('other folders of the same kind are partitions by position', async () => {
    await put({ 't/2023/01/a.csv': csv('x,y'), 't/2023/02/a.csv': csv('x,y'), 't/2024/01/a.csv': csv('x,y') });
    await lake.crawl();
    const { t } = await lake.tables();
    expect(t.PartitionKeys.map((key: { Name: string }) => key.Name)).toEqual(['partition_0', 'partition_1']);
    expect(await lake.partitions('t')).toEqual(['2023/01', '2023/02', '2024/01']);
  });

  test('one folder key=value is a partition, one other folder is the way to the table', async () => {
    await put({ 'a/day=1/x.csv': csv('x,y'), 'b/deep/x.json': '{"q":1}' });
    await lake.crawl();
    const tables = await lake.tables();
    expect(Object.keys(tables)).toEqual(['a', 'deep']);
    expect(tables.a.PartitionKeys).toEqual([{ Name: 'day', Type: 'string' }]);
  });

  test('the documented example: unlike schemas make tables of the folders, unless schemas are combined', async () => {
    const targets = { Targets: { S3Targets: [{ Path: 's3://lake/raw/table1/' }] } };
    await put({ 'table1/year=2017/data1.json': '{"A": 1, "B": 2}', 'table1/year=2018/data2.json': '{"C": 3, "D": 4}' });
    await lake.crawl(targets);
    expect(Object.keys(await lake.tables())).toEqual(['year_2017', 'year_2018']);
    expect(await lake.columns('year_2017')).toBe('a:int, b:int');
    await lake.call('BatchDeleteTable', { DatabaseName: 'raw', TablesToDelete: ['year_2017', 'year_2018'] });
    const Configuration = '{"Version":1.0,"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas"}}';
    await lake.crawl({ ...targets, Configuration });
    expect(await lake.columns('table1')).toBe('a:int, b:int, c:int, d:int');
    expect((await lake.tables()).table1.PartitionKeys).toEqual([{ Name: 'year', Type: 'string' }]);
  });

  test('more than 70 % alike are one table with the columns of all', async () => {
    const alike = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`t/p=${i}/x.json`, '{"a":1,"b":2}']));
    await put({ ...alike(8), 't/p=8/x.json': '{"c":1}', 't/p=9/x.json': '{"c":1}' });
    await lake.crawl();
    expect(await lake.columns('t')).toBe('a:int, b:int, c:int');
    await raw('t/p=10/x.json', '{"c":1}');
    await raw('t/p=11/x.json', '{"c":1}');
    await lake.crawl();
    expect(Object.keys(await lake.tables())).toContain('p_8');
  });

  test('a new column in some files is a new column of the table', async () => {
    await put({ 't/p=1/x.json': '{"a":1,"b":2,"c":3,"d":1}', 't/p=2/x.json': '{"a":1,"b":2.5,"c":3,"d":1,"e":"x"}' });
    await lake.crawl();
    expect(await lake.columns('t')).toBe('a:int, b:double, c:int, d:int, e:string');
  });

  test('TableLevelConfiguration says where the tables are', async () => {
    await put({ 'a/x.csv': csv('x,y'), 'b/x.csv': csv('x,y') });
    await lake.crawl();
    expect((await lake.tables()).raw.PartitionKeys).toHaveLength(1);
    await lake.call('DeleteTable', { DatabaseName: 'raw', Name: 'raw' });
    await lake.crawl({ Configuration: '{"Version":1.0,"Grouping":{"TableLevelConfiguration":3}}' });
    expect(Object.keys(await lake.tables())).toEqual(['a', 'b']);
  });

  test('a sample of each folder is read, and all files are counted', async () => {
    await put({ 't/a.csv': csv('x,y'), 't/b.csv': csv('x,y'), 't/c.csv': 'not a table' });
    await lake.crawl({ Targets: { S3Targets: [{ Path: 's3://lake/raw/', SampleSize: 1 }] } });
    expect((await lake.tables()).t.Parameters.objectCount).toBe('3');
    expect(lake.warnings()).toEqual([]);
  });
});

describe('bad data', () => {
  test('a damaged file is named and left out, the rest is crawled', async () => {
    await lake.copy('lake', 'raw/flights/p=1/whole.parquet', path.join(VEGA, 'flights-3m.parquet'));
    await raw('flights/p=2/cut.parquet', Buffer.from('PAR1 and no end'));
    await raw('text/ok.csv', csv('x,y'));
    await raw('text/latin1.csv', Buffer.from('x,y\n1,caf\xe9\n', 'latin1'));
    await raw('broken/nul.csv', 'a,b\n1,\u0000\n');
    const crawler = await lake.crawl();
    expect(crawler.LastCrawl.Status).toBe('SUCCEEDED');
    expect(await lake.partitions('flights')).toEqual(['1']);
    expect((await lake.tables()).text.Parameters.objectCount).toBe('1');
    const warnings = lake.warnings().join('\n');
    expect(warnings).toContain('s3://lake/raw/flights/p=2/cut.parquet');
    expect(warnings).toContain('s3://lake/raw/text/latin1.csv');
    expect(warnings).toContain('s3://lake/raw/broken/nul.csv');
  });

  test('a folder in which nothing is recognized is a table UNKNOWN without columns', async () => {
    await raw('broken/nul.csv', 'a,b\n1,\u0000\n');
    await raw('ok/a.csv', csv('x,y'));
    await lake.crawl();
    const { broken } = await lake.tables();
    expect(broken.Parameters.classification).toBe('UNKNOWN');
    expect(broken.StorageDescriptor.Columns).toEqual([]);
  });

  test('a partition key that the files have as a column is said', async () => {
    await raw('t/x=1/a.csv', csv('x,y'));
    await lake.crawl();
    expect(lake.warnings().join()).toContain('a column of the files and a partition key');
  });
});
