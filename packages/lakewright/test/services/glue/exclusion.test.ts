import { describe, expect, test } from 'vitest';
import { excludes } from '../../../src/services/glue/crawler/exclusion';

/** The examples of https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude */
const FILES = [
  'departments/finance.json',
  'departments/market-us.json',
  'departments/market-emea.json',
  'departments/market-ap.json',
  'employees/hr.json',
  'employees/john.csv',
  'employees/jane.csv',
  'employees/juan.txt',
];
const left = (pattern: string) => FILES.filter((file) => !excludes(pattern)(file));

describe('exclude patterns', () => {
  test("give the results of Glue's documentation", () => {
    expect(left('departments/**')).toEqual(FILES.slice(4));
    expect(left('departments/market*')).toEqual([FILES[0], ...FILES.slice(4)]);
    expect(left('**.csv')).toEqual(FILES.filter((file) => !file.endsWith('.csv')));
    expect(left('employees/*.csv')).toEqual(FILES.filter((file) => !file.endsWith('.csv')));
    expect(left('*.csv')).toEqual(FILES);
  });

  test('the first week of January is left by the documented pattern', () => {
    const days = ['2015/01/01/a', '2015/01/07/a', '2015/01/08/a', '2015/01/10/a', '2015/02/01/a', '2015/11/01/a'];
    const patterns = ['2015/01/{[!0],0[8-9]}**', '2015/0[2-9]/**', '2015/1[0-2]/**'].map(excludes);
    expect(days.filter((day) => !patterns.some((matches) => matches(day)))).toEqual(['2015/01/01/a', '2015/01/07/a']);
  });

  test.each([
    ['foo.?', 'foo.x', true],
    ['foo.?', 'foo.', false],
    ['?', '/', false],
    ['*.{csv,avro}', 'a.avro', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['[a-z]', 'b', true],
    ['[!a-c]', 'b', false],
    ['[-a]', '-', true],
    ['a+b', 'a+b', true],
    ['*', '.hidden', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(excludes(pattern)(path)).toBe(expected);
  });

  test.each(['[a', '{a,b', '{a,{b}}', '[z-a]'])('%s is refused', (pattern) => {
    expect(() => excludes(pattern)).toThrow(/exclude pattern/);
  });
});
