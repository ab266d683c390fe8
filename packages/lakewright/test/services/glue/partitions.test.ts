import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compilePartitionExpression } from '../../../src/services/glue/catalog/partition-expression';
import { openLake, type TestLake, tableInput } from './test-lake';

const KEYS = [
  { Name: 'year', Type: 'int' },
  { Name: 'month', Type: 'string' },
  { Name: 'day', Type: 'date' },
  { Name: 'price', Type: 'decimal(10,2)' },
  { Name: 'at', Type: 'timestamp' },
];
const VALUES = ['2024', '01', '2024-01-31', '9.50', '2024-01-31 10:00:00'];
const NULL = '__HIVE_DEFAULT_PARTITION__';

function matches(expression: string, values: string[] = VALUES, keys = KEYS): boolean {
  return compilePartitionExpression(expression, keys)({ DatabaseName: 'd', TableName: 't', Values: values });
}

describe('partition expressions', () => {
  test.each([
    ['year = 2024', true],
    ["year = '2024'", true],
    ['year <> 2024', false],
    ['year < > 2023', true],
    ['year != 2023', true],
    ['year >= 2024 AND year <= 2024', true],
    ['2023 < year', true],
    ['year > 999', true],
    ["month = '01'", true],
    ['month = 01', true],
    ["month = '1'", false],
    ["month IN ('01', '02')", true],
    ["month NOT IN ('01', '02')", false],
    ['year IN (2023)', false],
    ['year BETWEEN 2020 AND 2024', true],
    ['year NOT BETWEEN 2020 AND 2024', false],
    ["year BETWEEN 2020 AND 2021 OR month = '01'", true],
    ["month LIKE '0%'", true],
    ["month LIKE '_2'", false],
    ["month NOT LIKE '0%'", false],
    ['month IS NULL', false],
    ['month IS NOT NULL', true],
    ["NOT (month = '01')", false],
    ["not month = '02' and Year = 2024", true],
    ['((year = 2024) AND ("month" = \'01\')) OR (`year` = 1)', true],
    ["day > '2024-01-30'", true],
    ["day = DATE '2024-01-31'", true],
    ['price = 9.5', true],
    ['price > 10', false],
    ['price < 9.51', true],
    ["at = TIMESTAMP '2024-01-31 10:00:00.000'", true],
    ["at > '2024-01-31'", true],
    ["month = 'it''s'", false],
  ])('%s is %s', (expression, expected) => {
    expect(matches(expression)).toBe(expected);
  });

  test('numbers are compared as numbers, texts as texts', () => {
    expect(matches('year > 999', ['1000', '', '', '', ''])).toBe(true);
    expect(matches("month > '999'", ['1', '1000', '', '', ''])).toBe(false);
  });

  test('a null partition satisfies neither a comparison nor its negation', () => {
    const values = [NULL, ...VALUES.slice(1)];
    expect(matches('year = 2024', values)).toBe(false);
    expect(matches('NOT year = 2024', values)).toBe(false);
    expect(matches('year IS NULL', values)).toBe(true);
    expect(matches("year = 2024 OR month = '01'", values)).toBe(true);
  });

  test.each([
    ['yeer = 1', /yeer.*year, month/],
    ['year = ', /end of expression/],
    ['year', /end of expression/],
    ['year = 2024 )', /"\)"/],
    ['year = abc', /"abc"/],
    ["year = 'abc'", /valid int/],
    ["day = '2024-1-1'", /valid date/],
    ["upper(month) = 'A'", /upper/],
    ['year = 1; DROP TABLE x', /;/],
    ['year + 1 = 2', /\+/],
  ])('%s is refused with the place', (expression, text) => {
    expect(() => matches(expression)).toThrow(text);
    expect(() => matches(expression)).toThrow(expect.objectContaining({ code: 'InvalidInputException' }));
  });

  test('a key of another type than Glue documents is refused', () => {
    expect(() => matches('x = 1', ['1'], [{ Name: 'x', Type: 'double' }])).toThrow(/double/);
  });

  test('any text is either read or refused as invalid input', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          matches(text);
        } catch (error) {
          expect((error as { code: string }).code).toBe('InvalidInputException');
        }
      }),
    );
  });

  test('comparisons of integers agree with arithmetic, whatever their size', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 62n), 2n ** 62n), fc.bigInt(-(2n ** 62n), 2n ** 62n), (a, b) => {
        const keys = [{ Name: 'k', Type: 'bigint' }];
        expect(matches(`k < ${b}`, [String(a)], keys)).toBe(a < b);
        expect(matches(`k >= ${b}`, [String(a)], keys)).toBe(a >= b);
        expect(matches(`k IN (${b}, ${a})`, [String(a)], keys)).toBe(true);
      }),
    );
  });
});

describe('the partition API', () => {
  let lake: TestLake;
  const table = { DatabaseName: 'raw', TableName: 't' };
  const partition = (...Values: string[]) => ({
    Values,
    StorageDescriptor: { Columns: [{ Name: 'id', Type: 'int' }], Location: `s3://lake/t/${Values.join('/')}/` },
  });
  beforeEach(async () => {
    lake = await openLake();
    await lake.call('CreateDatabase', { DatabaseInput: { Name: 'raw' } });
    const PartitionKeys = [
      { Name: 'year', Type: 'int' },
      { Name: 'month', Type: 'string' },
    ];
    await lake.call('CreateTable', { DatabaseName: 'raw', TableInput: tableInput('t', { PartitionKeys }) });
    const PartitionInputList = ['2023', '2024'].flatMap((year) =>
      ['01', '02', '03'].map((month) => partition(year, month)),
    );
    await lake.call('BatchCreatePartition', { ...table, PartitionInputList });
  });
  afterEach(() => lake.close());
  const refused = (promise: Promise<unknown>, code: string) => expect(promise).rejects.toMatchObject({ code });
  const values = async (input: object = {}) =>
    (await lake.call('GetPartitions', { ...table, ...input })).Partitions.map((item: { Values: string[] }) =>
      item.Values.join('-'),
    );

  test('partitions are filtered by expression and paged', async () => {
    expect(await values({ Expression: "year > 2023 AND month <> '02'" })).toEqual(['2024-01', '2024-03']);
    const first = await lake.call('GetPartitions', { ...table, MaxResults: 4 });
    expect(first.Partitions).toHaveLength(4);
    expect(await values({ MaxResults: 4, NextToken: first.NextToken })).toEqual(['2024-02', '2024-03']);
  });

  test('segments are disjoint and complete', async () => {
    const segments = await Promise.all(
      [0, 1, 2].map((SegmentNumber) => values({ Segment: { SegmentNumber, TotalSegments: 3 } })),
    );
    expect(segments.flat().sort()).toEqual(await values());
    await refused(
      lake.call('GetPartitions', { ...table, Segment: { SegmentNumber: 3, TotalSegments: 3 } }),
      'InvalidInputException',
    );
  });

  test('ExcludeColumnSchema leaves the columns out and the location in', async () => {
    const { Partitions } = await lake.call('GetPartitions', { ...table, ExcludeColumnSchema: true });
    expect(Partitions[0].StorageDescriptor.Columns).toBeUndefined();
    expect(Partitions[0].StorageDescriptor.Location).toBe('s3://lake/t/2023/01/');
  });

  test('a partition has as many values as the table has keys', async () => {
    await refused(
      lake.call('CreatePartition', { ...table, PartitionInput: partition('2025') }),
      'InvalidInputException',
    );
  });

  test('a partition is made once', async () => {
    await refused(
      lake.call('CreatePartition', { ...table, PartitionInput: partition('2023', '01') }),
      'AlreadyExistsException',
    );
    const { Errors } = await lake.call('BatchCreatePartition', {
      ...table,
      PartitionInputList: [partition('2023', '01'), partition('2025', '01')],
    });
    expect(Errors).toMatchObject([
      { PartitionValues: ['2023', '01'], ErrorDetail: { ErrorCode: 'AlreadyExistsException' } },
    ]);
    expect(await values({ Expression: 'year = 2025' })).toEqual(['2025-01']);
  });

  test('an update may move a partition to other values, not onto another one', async () => {
    const move = (to: string) =>
      lake.call('UpdatePartition', {
        ...table,
        PartitionValueList: ['2023', '01'],
        PartitionInput: partition('2023', to),
      });
    await refused(move('02'), 'AlreadyExistsException');
    await move('12');
    expect(await values({ Expression: 'year = 2023' })).toEqual(['2023-02', '2023-03', '2023-12']);
    await refused(move('13'), 'EntityNotFoundException');
  });

  test('batches name what they could not do', async () => {
    const gone = await lake.call('BatchDeletePartition', {
      ...table,
      PartitionsToDelete: [{ Values: ['2023', '01'] }, { Values: ['1999', '01'] }],
    });
    expect(gone.Errors).toMatchObject([{ PartitionValues: ['1999', '01'] }]);
    const got = await lake.call('BatchGetPartition', {
      ...table,
      PartitionsToGet: [{ Values: ['2023', '01'] }, { Values: ['2023', '02'] }],
    });
    expect(got.Partitions).toHaveLength(1);
    const updated = await lake.call('BatchUpdatePartition', {
      ...table,
      Entries: [{ PartitionValueList: ['2023', '01'], PartitionInput: partition('2023', '01') }],
    });
    expect(updated.Errors).toMatchObject([{ ErrorDetail: { ErrorCode: 'EntityNotFoundException' } }]);
    await refused(lake.call('GetPartition', { ...table, PartitionValues: ['2023', '01'] }), 'EntityNotFoundException');
  });

  test('partition indexes are kept, and active at once', async () => {
    await lake.call('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName: 'i', Keys: ['year'] } });
    const { PartitionIndexDescriptorList } = await lake.call('GetPartitionIndexes', table);
    expect(PartitionIndexDescriptorList).toEqual([
      { IndexName: 'i', Keys: [{ Name: 'year', Type: 'int' }], IndexStatus: 'ACTIVE' },
    ]);
    await lake.call('DeletePartitionIndex', { ...table, IndexName: 'i' });
    expect((await lake.call('GetPartitionIndexes', table)).PartitionIndexDescriptorList).toEqual([]);
  });
});
