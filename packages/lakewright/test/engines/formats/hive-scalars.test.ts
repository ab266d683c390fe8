import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hiveDate,
  hiveTimestamp,
  javaDecimal,
  javaDouble,
  javaInteger,
  lazyInteger,
} from '../../../src/engines/formats/hive-scalars';
import { timestampFormats } from '../../../src/engines/formats/timestamp-formats';

describe('integers', () => {
  test.each([
    ['127', 'tinyint', '127'],
    ['128', 'tinyint', undefined],
    ['-128', 'tinyint', '-128'],
    ['32768', 'smallint', undefined],
    ['2147483647', 'integer', '2147483647'],
    ['2147483648', 'integer', undefined],
    ['9223372036854775807', 'bigint', '9223372036854775807'],
    ['9223372036854775808', 'bigint', undefined],
    ['+5', 'integer', '5'],
    ['1.9', 'integer', '1'],
    ['-1.9', 'integer', '-1'],
    ['1.x', 'integer', undefined],
    ['.5', 'integer', '0'],
    ['-.5', 'integer', '0'],
    ['.', 'integer', undefined],
    [' 1', 'integer', undefined],
    ['', 'integer', undefined],
    ['1e3', 'integer', undefined],
  ])('%s as %s is %s', (text, kind, expected) => {
    expect(lazyInteger(text, kind)).toBe(expected);
  });

  test('the quick way and the exact way agree on every number', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(2n ** 70n), 2n ** 70n),
        fc.constantFrom('tinyint', 'smallint', 'integer', 'bigint'),
        (n, kind) => {
          const limit = { tinyint: 2n ** 7n, smallint: 2n ** 15n, integer: 2n ** 31n, bigint: 2n ** 63n }[
            kind
          ] as bigint;
          const expected = n >= -limit && n < limit ? String(n) : undefined;
          expect(javaInteger(String(n), kind)).toBe(expected);
          expect(lazyInteger(String(n), kind)).toBe(expected);
        },
      ),
    );
  });
});

describe('decimals', () => {
  test.each([
    ['12.345', 5, 2, '12.35'],
    ['-12.345', 5, 2, '-12.35'],
    ['999.995', 5, 2, undefined],
    ['1e2', 5, 2, '100.00'],
    ['125E-3', 5, 2, '0.13'],
    ['.5', 3, 0, '1'],
    ['', 3, 0, undefined],
    ['.', 3, 0, undefined],
  ])('%s as decimal(%i,%i) is %s', (text, precision, scale, expected) => {
    expect(javaDecimal(text, precision, scale)).toBe(expected);
  });
});

test.each([
  ['1.5f', '1.5'],
  [' 2 ', '2'],
  ['-Infinity', '-Infinity'],
  ['nan', undefined],
  ['1_000', undefined],
])('%s as a double is %s', (text, expected) => {
  expect(javaDouble(text)).toBe(expected);
});

describe('dates and times', () => {
  test.each([
    ['2024-02-30', '2024-03-01'],
    ['2024-1-5', '2024-01-05'],
    ['2024-01-31 12:00:00', '2024-01-31'],
    ['31.01.2024', undefined],
  ])('%s as a date is %s', (text, expected) => {
    expect(hiveDate(text)).toBe(expected);
  });

  test.each([
    ['2024-01-31 10:00:00.1235', '2024-01-31 10:00:00.124'],
    ['2024-01-31 10:00:00', '2024-01-31 10:00:00.000'],
    ['2024-01-31', undefined],
    ['2024-01-31T10:00', '2024-01-31 10:00:00.000'],
    ['2024-01-31 25:61:00', '2024-02-01 02:01:00.000'],
    ['2024-01-31 10:00:00.999999', '2024-01-31 10:00:01.000'],
    ['10:00', undefined],
  ])('%s as a timestamp is %s', (text, expected) => {
    expect(hiveTimestamp(text)).toBe(expected);
  });

  test('the quick way and the lenient way agree', () => {
    const time = fc.date({
      min: new Date('1000-01-01T00:00:00Z'),
      max: new Date('2999-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(time, (date) => {
        const text = date.toISOString().replace('T', ' ').replace('Z', '');
        expect(hiveTimestamp(text)).toBe(text);
        expect(hiveDate(text.slice(0, 10))).toBe(text.slice(0, 10));
      }),
    );
  });

  test("timestamp.formats come before Hive's own form", () => {
    const formats = timestampFormats("dd/MMM/yyyy:HH:mm:ss Z,yyyy-MM-dd'T'HH:mm:ss.SSS,millis");
    expect(hiveTimestamp('31/Jan/2024:10:00:00 +0200', formats)).toBe('2024-01-31 08:00:00.000');
    expect(hiveTimestamp('2024-01-31T10:00:00.5', formats)).toBe('2024-01-31 10:00:00.500');
    expect(hiveTimestamp('1709287872345', formats)).toBe('2024-03-01 10:11:12.345');
    expect(hiveTimestamp('2024-01-31 10:00:00', formats)).toBe('2024-01-31 10:00:00.000');
    expect(() => timestampFormats('ww/yyyy')).toThrow(/timestamp.formats letter/);
  });
});
