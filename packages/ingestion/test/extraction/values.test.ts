import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { localUrl } from '../../lambda/extraction/endpoints';
import { InferredColumns } from '../../lambda/extraction/inference';
import { canonical, parseJson, valueAt } from '../../lambda/extraction/json';
import { nextLink } from '../../lambda/extraction/pages';
import { Spool } from '../../lambda/extraction/spool';
import { formatWatermark, parseIso, parseWatermark } from '../../lambda/extraction/timestamps';
import { conform } from '../../lambda/shared/columns';
import { parquetFile } from '../../lambda/shared/parquet';

const time = (value: unknown) => (typeof value === 'string' ? parseIso(value) : undefined);

describe('a time', () => {
  test.each([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01 12:00', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T12:00:00.1239999+02:00', '2026-03-01T10:00:00.123Z'],
    ['2026-03-01T12:00:00+0530', '2026-03-01T06:30:00.000Z'],
    ['2026-03-01T12:00:00-05', '2026-03-01T17:00:00.000Z'],
  ])('%s is %s in whatever zone the machine is', (text, expected) => {
    expect(new Date(parseIso(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test.each(['', 'yesterday', '2026-02-30', '2026-02-30T00:00:00Z', '2026-13-01', '12:00', '2026-03-01T25:00:00Z'])(
    '"%s" is none',
    (text) => {
      expect(parseIso(text)).toBeUndefined();
    },
  );

  test('is read as it was written, in every format', () => {
    const millis = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map(Number);
    fc.assert(
      fc.property(millis, (at) => {
        expect(parseWatermark(formatWatermark(at, 'iso'), 'iso')).toBe(at);
        expect(parseWatermark(formatWatermark(at, 'epochMillis'), 'epochMillis')).toBe(at);
        const seconds = Math.floor(at / 1000) * 1000;
        expect(parseWatermark(Number(formatWatermark(at, 'epochSeconds')), 'epochSeconds')).toBe(seconds);
      }),
    );
  });

  test.each([[true], [null], ['soon'], [{}], [Number.MAX_VALUE]])('%j is no time since 1970', (value) => {
    expect(parseWatermark(value, 'epochSeconds')).toBeUndefined();
  });
});

describe('a value', () => {
  test.each([
    ['boolean', 'TRUE', true],
    ['int', '12', 12],
    ['int', 1.5e3, 1500],
    ['bigint', '9223372036854775807', 9223372036854775807n],
    ['double', '1e3', 1000],
    ['decimal(5,2)', 12.3, 1230n],
    ['decimal(5,2)', '-12.30000', -1230n],
    ['decimal(3)', 7, 7n],
    ['decimal(5,2)', '0e9999', 0n],
    ['string', { a: [1] }, '{"a":[1]}'],
    ['string', 5, '5'],
    ['timestamp', '2026-03-01T00:00:00Z', new Date('2026-03-01T00:00:00Z')],
    ['int', null, undefined],
  ])('fits %s: %j', (type, value, expected) => {
    expect(conform(value, type, time)).toEqual({ value: expected });
  });

  test.each([
    ['boolean', 1],
    ['int', 2 ** 31],
    ['int', 1.5],
    ['int', '0x10'],
    ['int', ''],
    ['tinyint', 128],
    ['bigint', '9223372036854775808'],
    ['bigint', 2 ** 53],
    ['double', 'NaN'],
    ['decimal(5,2)', 12.345],
    ['decimal(5,2)', 1234],
    ['decimal(5,2)', '1e9999'],
    ['timestamp', 1_700_000_000],
    ['date', '2026-02-30'],
    ['date', '2026-03-01T00:00:00Z'],
    ['int', [1]],
  ])('does not fit %s: %j', (type, value) => {
    expect(conform(value, type, time)).toHaveProperty('mismatch');
  });

  test('comes out of the Parquet file as it went in', async () => {
    const columns = [
      ['b', 'boolean'],
      ['i', 'int'],
      ['l', 'bigint'],
      ['d', 'double'],
      ['s', 'string'],
      ['t', 'timestamp'],
      ['day', 'date'],
      ['m', 'decimal(10,2)'],
      ['w', 'decimal(38,4)'],
      ['tiny', 'tinyint'],
    ] as const;
    const day = new Date('2026-02-28T00:00:00Z');
    const now = new Date('2026-02-28T12:34:56.789Z');
    const rows = [[true, 7, 2n ** 60n, 0.5, 'ä', now, day, -12345n, 12_340_000n, -128], columns.map(() => undefined)];
    const file = Buffer.from(parquetFile(columns, rows));
    const read = await parquetReadObjects({
      file: file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer,
    });
    expect(read).toEqual([
      { b: true, i: 7, l: 2n ** 60n, d: 0.5, s: 'ä', t: now, day, m: -123.45, w: 1234, tiny: -128 },
      Object.fromEntries(columns.map(([name]) => [name, null])),
    ]);
  });
});

describe('columns that are learnt', () => {
  test('hold whatever JSON brought, in whatever order it came', () => {
    const json = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(fc.array(json), fc.array(json), (first, second) => {
        const one = new InferredColumns([]);
        for (const record of first) one.add(record);
        const both = new InferredColumns(one.columns);
        for (const record of second) both.add(record);
        for (const record of [...first, ...second]) {
          for (const [name, type] of both.columns) expect(conform(record[name], type, time)).toHaveProperty('value');
        }
        const reversed = new InferredColumns([]);
        for (const record of [...second, ...first]) reversed.add(record);
        expect([...both.columns].sort()).toEqual([...reversed.columns].sort());
      }),
    );
  });
});

describe('JSON', () => {
  test('whole numbers beyond 2^53 keep their digits', () => {
    const text =
      '{"id": -12345678901234567890, "n": 9007199254740991, "f": 0.1234567890123456, "s": "\\"12345678901234567890"}';
    expect(parseJson(text)).toEqual({
      id: '-12345678901234567890',
      n: 9007199254740991,
      f: 0.1234567890123456,
      s: '"12345678901234567890',
    });
  });

  test('is read as everywhere else, if no number in it is that large', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const large = /\d{16}/.test(text) && /[1-9]\d{15,}/.test(JSON.stringify(JSON.parse(text)));
        if (!large) expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
    expect(() => parseJson('[0012345678901234567890]')).toThrow(SyntaxError);
  });

  test('equal values have the same text, whatever the order of their fields', () => {
    expect(canonical({ b: [1, { d: 1, c: 2 }], a: null })).toBe(canonical({ a: null, b: [1, { c: 2, d: 1 }] }));
    expect(canonical({ a: '1' })).not.toBe(canonical({ a: 1 }));
  });

  test('paths are dotted, or JSON pointers', () => {
    const value = { a: { 'b/c': [{ d: 1 }] }, __proto__: null };
    expect(valueAt(value, '/a/b~1c/0/d')).toBe(1);
    expect(valueAt(value, 'a.b/c.0.d')).toBe(1);
    expect(valueAt(value, 'a.x.y')).toBeUndefined();
    expect(valueAt({}, 'constructor.name')).toBeUndefined();
  });
});

test.each([
  ['<https://a/x?b=1,2;3>; rel="next"', 'https://a/x?b=1,2;3'],
  ['<https://a/1>; rel="prev", <https://a/3>; title="a, b"; rel=next', 'https://a/3'],
  ['<https://a/1>; rel="first next"', 'https://a/1'],
  ['<https://a/1>; rel="nextish"', undefined],
  ['', undefined],
])('the next page of Link: %s', (header, expected) => {
  expect(nextLink(header)).toBe(expected);
});

test('a spool gives back what it was given, also from its file', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.nat(200), (values, memory) => {
      const spool = new Spool(memory);
      for (const value of values) spool.add(value);
      expect(spool.count).toBe(values.length);
      expect([...spool.read()]).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))));
      spool.end();
    }),
    { numRuns: 30 },
  );
});

test('a full disk is said, with what to do', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const spool = new Spool(0, () => {
    throw full;
  });
  expect(() => spool.add('x')).toThrow(/^StorageFull: after 0 records .* → divide the interval with the step/);
  spool.end();
});

describe('LAKEWRIGHT_ENDPOINTS', () => {
  const endpoints = JSON.stringify({
    'https://api.example.com': 'http://localhost:1',
    'https://api.example.com/v2/': 'http://127.0.0.1:2/two/',
  });

  test.each([
    ['https://api.example.com/v1/a?b=c', 'http://localhost:1/v1/a?b=c'],
    ['https://api.example.com?b=c', 'http://localhost:1?b=c'],
    ['https://api.example.com', 'http://localhost:1'],
    ['https://api.example.com/v2/a', 'http://127.0.0.1:2/two/a'],
    ['https://api.example.com.evil.org/v1', 'https://api.example.com.evil.org/v1'],
    ['https://other.example.com/', 'https://other.example.com/'],
  ])('sends %s to %s', (url, expected) => {
    expect(localUrl(url, endpoints)).toBe(expected);
  });

  test('sends nothing anywhere else when it is not set', () => {
    expect(localUrl('https://api.example.com/', undefined)).toBe('https://api.example.com/');
  });

  test.each([
    'no JSON',
    '[]',
    '{"https://a": "https://evil.org"}',
    '{"https://a": "file:///etc"}',
    '{"https://a": "http://127.0.0.1.evil.org"}',
  ])('is refused with %s', (variable) => {
    expect(() => localUrl('https://a/', variable)).toThrow(/LAKEWRIGHT_ENDPOINTS/);
  });
});
