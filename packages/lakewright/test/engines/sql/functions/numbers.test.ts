import { describe, expect, test } from 'vitest';
import { formatScalars } from '../../../../src/engines/sql/runtime/scalars/java-format';
import { castDouble, castReal, javaDecimal, javaDouble } from '../../../../src/engines/sql/runtime/scalars/java-number';
import { wideDecimalScalars } from '../../../../src/engines/sql/runtime/scalars/wide-decimal';
import { translateText } from '../fixture';

const format = (pattern: string, ...args: string[]): unknown =>
  formatScalars.find(({ name }) => name === 'lw_format')?.run(pattern, JSON.stringify(args));

const wide = (name: string, ...args: unknown[]): unknown =>
  wideDecimalScalars.find((scalar) => scalar.name === name)?.run(...args);

describe('texts of numbers', () => {
  test('a real has seven digits, zero none after the point, the smallest numbers two', () => {
    expect([castReal(16_777_216), castReal(Math.fround(0.1)), castReal(2 ** -149)]).toEqual([
      '1.677722E7',
      '1.0E-1',
      '1.4E-45',
    ]);
    expect([castDouble(0), castDouble(-0), castDouble(1e10)]).toEqual(['0E0', '-0E0', '1.0E10']);
    expect([javaDouble(Number.MIN_VALUE), javaDouble(-0)]).toEqual(['4.9E-324', '-0.0']);
  });

  test('a decimal in JSON has an exponent after more than five zeros', () => {
    expect(['0.0000001', '-0.00000012', '0.00000123', '0.0000000', '.5'].map(javaDecimal)).toEqual([
      '1E-7',
      '-1.2E-7',
      '0.00000123',
      '0E-7',
      '0.5',
    ]);
  });
});

describe('format', () => {
  test('rounds half up, groups, signs and pads as Java does', () => {
    expect(format('%.1f|%08.2f|%,d|%(d|%+d|%-5d|', 'd0.25', 'f-3.14159', 'i1234567', 'i-5', 'i5', 'i42')).toBe(
      '0.3|-0003.14|1,234,567|(5)|+5|42   |',
    );
    expect(format('%e %.0e %g %g %.3g', 'd12345.678', 'd1.5', 'd0.00001234', 'd123456.789', 'd1e+100')).toBe(
      '1.234568e+04 2e+00 1.23400e-05 123457 1.00e+100',
    );
  });

  test('NULL is a word that precision cuts', () => {
    expect(format('%010.2f|%X|%b|%s', 'n', 'n', 'n', 'n')).toBe('        nu|NULL|false|null');
  });

  test('timestamps are ISO texts and have parts', () => {
    const at = 't2024-01-31 17:11:00.500000';
    expect(format('%s %tF %<tr %<tA %<tj', at, at)).toBe(
      '2024-01-31T17:11:00.500 2024-01-31 05:11:00 PM Wednesday 031',
    );
  });

  test('what Java refuses is refused', () => {
    for (const [pattern, arg] of [
      ['%d', 'f1.5'],
      ['%f', 'i1'],
      ['%z', 'sa'],
      ['%', 'sa'],
      ['%s %s', 'sa'],
      ['%-05d', 'i3'],
    ] as const) {
      expect(() => format(pattern, arg), pattern).toThrow(/INVALID_FUNCTION_ARGUMENT/);
    }
  });
});

describe('decimals', () => {
  test('a quotient of 38 digits is rounded half up', () => {
    expect(wide('lw_wide_quotient', `${'9'.repeat(38)}`, '3', 2n, 0n)).toBe(`${'3'.repeat(38)}00`);
    expect(wide('lw_wide_quotient', '-0.5', '2', 0n, 0n)).toBe('-3');
    expect(wide('lw_wide_remainder', '-7.5', '2.0', 0n, 0n)).toBe('-15');
  });
});

describe('the length of the emitted SQL', () => {
  const nested = (depth: number, wrap: (inner: string) => string): string =>
    Array.from({ length: depth }).reduce<string>((inner) => wrap(inner), 'a');
  const length = async (depth: number, wrap: (inner: string) => string): Promise<number> =>
    (await translateText(`SELECT ${nested(depth, wrap)} FROM (VALUES 1.5) t(a)`)).sql.length;

  test.each([
    ['decimal divisions', (inner: string) => `CAST(${inner} / 7.25 AS decimal(20, 4))`],
    ['decimal remainders', (inner: string) => `CAST(${inner} % 7.25 AS decimal(20, 4))`],
    ['casts to text and back', (inner: string) => `CAST(CAST(${inner} AS varchar) AS decimal(20, 4))`],
    [
      'casts from floating point',
      (inner: string) => `CAST(CAST(CAST(${inner} AS double) AS bigint) AS decimal(20, 4))`,
    ],
    ['extremes', (inner: string) => `greatest(CAST(${inner} AS double), 1e0)`],
  ])('grows with the depth of %s, no faster', async (_name, wrap) => {
    const [four, eight, sixteen] = [await length(4, wrap), await length(8, wrap), await length(16, wrap)];
    expect(sixteen - eight).toBeLessThan(2.6 * (eight - four));
  });
});
