import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ScanConstraint } from '../../../../src/engines/sql/contract';
import { parseDdl } from '../../../../src/engines/sql/ddl/parse';
import type { CreateTable } from '../../../../src/engines/sql/ddl/statement';
import { DatePattern } from '../../../../src/services/athena/tables/projection/date-pattern';
import { projectPartitions } from '../../../../src/services/athena/tables/projection/projection';
import type { Table } from '../../../../src/workspace/catalog-store';

const NOW = new Date('2024-03-31T10:20:30Z');

function tableOf(keys: Record<string, string>, parameters: Record<string, string>, location = 's3://b/t/'): Table {
  return {
    DatabaseName: 'db',
    Name: 't',
    PartitionKeys: Object.entries(keys).map(([Name, Type]) => ({ Name, Type })),
    Parameters: { 'projection.enabled': 'true', ...parameters },
    StorageDescriptor: { Location: location },
  };
}

const project = (table: Table, constraints: ScanConstraint[] = []) =>
  projectPartitions(table, constraints, NOW).map((partition) => partition.location);

const column = (type: string, settings: Record<string, string>) =>
  Object.fromEntries(
    [['type', type], ...Object.entries(settings)].map(([key, value]) => [`projection.k.${key}`, value as string]),
  );

const values = (type: string, settings: Record<string, string>, constraints: ScanConstraint[] = [], hive = 'string') =>
  projectPartitions(tableOf({ k: hive }, column(type, settings)), constraints, NOW).map((item) => item.values[0]);

describe('recorded cases', () => {
  const cases = readFileSync(join(__dirname, '../../../engines/sql/ddl/fixtures/ddl.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((item) => item.projection);

  /** `x BETWEEN 'a' AND 'b'`, `x >= 'a'` → what the analyzer makes of it. */
  function constraintsOf(where: string): ScanConstraint[] {
    const between = /^(\w+) BETWEEN '(.*)' AND '(.*)'$/.exec(where);
    if (between) {
      const [, name = '', low = '', high = ''] = between;
      return [
        { column: name, operator: '>=', values: [low] },
        { column: name, operator: '<=', values: [high] },
      ];
    }
    const [, name = '', operator = '', value = ''] = /^(\w+) (\S+) '(.*)'$/.exec(where) ?? [];
    return [{ column: name, operator: operator as ScanConstraint['operator'], values: [value] }];
  }

  test.each(cases)('$id', ({ sql, projection }) => {
    const ddl = parseDdl(sql) as CreateTable;
    const keys = Object.fromEntries(ddl.partitionKeys.map((key) => [key.name, key.type]));
    const table = tableOf(keys, ddl.properties, ddl.location);
    for (const { where, locations } of projection) expect(project(table, constraintsOf(where))).toEqual(locations);
  });
});

describe('kinds', () => {
  test('enum: the values in their order', () => {
    expect(values('enum', { values: 'eu, us ,ap' })).toEqual(['eu', 'us', 'ap']);
    expect(values('enum', { values: 'eu,us' }, [{ column: 'k', operator: 'in', values: ['us', 'xx'] }])).toEqual([
      'us',
    ]);
  });

  test('integer: a range with interval and digits', () => {
    expect(values('integer', { range: '-1,7', interval: '3', digits: '2' })).toEqual(['-01', '02', '05']);
    expect(
      values('integer', { range: '1,12', digits: '2' }, [{ column: 'k', operator: '>', values: ['10'] }], 'int'),
    ).toEqual(['11', '12']);
  });

  test('date: intervals of months, weeks and hours, ends relative to now', () => {
    const monthly = { range: '2023-11,NOW', format: 'yyyy-MM', interval: '2', 'interval.unit': 'MONTHS' };
    expect(values('date', monthly)).toEqual(['2023-11', '2024-01', '2024-03']);
    expect(
      values('date', { range: 'NOW-2WEEKS,NOW', format: 'yyyyMMdd', interval: '1', 'interval.unit': 'WEEKS' }),
    ).toEqual(['20240317', '20240324', '20240331']);
    const hourly = { range: 'NOW-2HOURS,NOW', format: "yyyy-MM-dd'T'HH", interval: '1', 'interval.unit': 'HOURS' };
    expect(values('date', hourly)).toEqual(['2024-03-31T08', '2024-03-31T09', '2024-03-31T10']);
    expect(values('date', { range: '2024-01-31,2024-02-02', format: 'yyyy-MM-dd' }, [], 'date')).toHaveLength(3);
  });

  test('date: a long range costs only what the query asks for', () => {
    const settings = { range: '1990/01/01/00,NOW', format: 'yyyy/MM/dd/HH', interval: '1', 'interval.unit': 'HOURS' };
    const started = performance.now();
    expect(values('date', settings, [{ column: 'k', operator: '=', values: ['2024/03/30/05'] }])).toEqual([
      '2024/03/30/05',
    ]);
    expect(performance.now() - started).toBeLessThan(200);
  });

  test('injected: the query must give the values', () => {
    const given = [{ column: 'k', operator: '=' as const, values: ['device-7'] }];
    expect(values('injected', {}, given)).toEqual(['device-7']);
    expect(() => values('injected', {})).toThrow(
      /injected projected partition column k, the WHERE clause must contain only static equality/,
    );
  });

  test('several columns are combined, and their folders are in the layout of Hive without a template', () => {
    const table = tableOf(
      { a: 'string', b: 'int' },
      {
        'projection.a.type': 'enum',
        'projection.a.values': 'x,y',
        'projection.b.type': 'integer',
        'projection.b.range': '1,2',
      },
    );
    expect(project(table)).toEqual([
      's3://b/t/a=x/b=1/',
      's3://b/t/a=x/b=2/',
      's3://b/t/a=y/b=1/',
      's3://b/t/a=y/b=2/',
    ]);
  });

  test.each([
    ['', {}, /projection type is not defined|unknown projection type/],
    ['enum', {}, /missing required property 'projection.k.values'/],
    ['integer', { range: '1' }, /range must have two ends/],
    ['integer', { range: '1,x' }, /not an integer: 'x'/],
    ['date', { range: '2024,NOW', format: 'yyyy-MM' }, /'2024' doesn't have the format/],
    ['date', { range: '24-01,NOW', format: 'yy-MM' }, /projection date format/],
  ])('a wrong definition of %s %o is refused', (type, settings, message) => {
    expect(() => values(type, settings as Record<string, string>)).toThrow(message);
  });
});

test('what a date pattern formats, it parses', () => {
  for (const pattern of ['yyyy/MM/dd', 'yyyyMMddHH', "yyyy-MM-dd'T'HH:mm:ss", 'dd MMM yyyy', 'yyyy-M-d']) {
    const format = new DatePattern(pattern);
    const text = format.format(NOW);
    expect(format.format(format.parse(text) as Date)).toBe(text);
  }
});
