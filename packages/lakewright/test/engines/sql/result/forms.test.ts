import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { NotCoveredError } from '../../../../src/engines/sql/errors';
import { columnInfo, csvLine, findDrift, restWriter, textWriter } from '../../../../src/engines/sql/result';
import { parseTypeText } from '../../../../src/engines/sql/types/text';

const micros = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;
const list = (...items: DuckDBValue[]): DuckDBListValue => new DuckDBListValue(items);
const zoned = (iso: string, zone: string): DuckDBStructValue =>
  new DuckDBStructValue({ i: new DuckDBTimestampValue(micros(iso)), z: zone });

/** Type, DuckDB value, the form of the REST API, Athena's text. */
const VALUES: readonly (readonly [type: string, value: DuckDBValue, rest: unknown, text: string])[] = [
  ['boolean', true, true, 'true'],
  ['tinyint', -5, -5, '-5'],
  ['bigint', 9_007_199_254_740_993n, '9007199254740993', '9007199254740993'],
  ['bigint', 42n, 42, '42'],
  ['double', 1, 1, '1.0'],
  ['double', 12_345_678, 12_345_678, '1.2345678E7'],
  ['double', 9_999_999.5, 9_999_999.5, '9999999.5'],
  ['double', 0.001, 0.001, '0.001'],
  ['double', 0.000_12, 0.000_12, '1.2E-4'],
  ['double', -0, -0, '-0.0'],
  ['double', Number.NaN, 'NaN', 'NaN'],
  ['double', Number.NEGATIVE_INFINITY, '-Infinity', '-Infinity'],
  ['real', Math.fround(0.1), 0.1, '0.1'],
  ['real', Math.fround(16_777_216), 16_777_216, '1.6777216E7'],
  ['decimal(5,2)', new DuckDBDecimalValue(1230n, 5, 2), '12.30', '12.30'],
  ['varchar', '', '', ''],
  ['char(4)', 'ab', 'ab  ', 'ab  '],
  ['varbinary', new DuckDBBlobValue(Uint8Array.from([104, 105])), 'aGk=', '68 69'],
  ['date', new DuckDBDateValue(19_782), '2024-02-29', '2024-02-29'],
  ['date', new DuckDBDateValue(-719_529), '-0001-12-31', '-0001-12-31'],
  [
    'timestamp(3)',
    new DuckDBTimestampValue(micros('2024-02-29T01:02:03.004Z')),
    '2024-02-29 01:02:03.004',
    '2024-02-29 01:02:03.004',
  ],
  ['timestamp(0)', new DuckDBTimestampValue(-1_000_000n), '1969-12-31 23:59:59', '1969-12-31 23:59:59.000'],
  ['timestamp(6)', new DuckDBTimestampValue(1n), '1970-01-01 00:00:00.000001', '1970-01-01 00:00:00.000001'],
  [
    'timestamp(3) with time zone',
    zoned('2024-07-01T12:00:00Z', 'Europe/Oslo'),
    '2024-07-01 14:00:00.000 Europe/Oslo',
    '2024-07-01 14:00:00.000 Europe/Oslo',
  ],
  [
    'timestamp(3) with time zone',
    zoned('2024-07-01T12:00:00Z', '-03:30'),
    '2024-07-01 08:30:00.000 -03:30',
    '2024-07-01 08:30:00.000 -03:30',
  ],
  ['time(3)', new DuckDBTimeValue(45_296_789_000n), '12:34:56.789', '12:34:56.789'],
  ['interval day to second', -93_784_005n, '-1 02:03:04.005', '-1 02:03:04.005'],
  ['interval year to month', -14, '-1-2', '-1-2'],
  ['array(integer)', list(1, null, 3), [1, null, 3], '[1, null, 3]'],
  ['array(varchar)', list('a', ''), ['a', ''], '[a, ]'],
  [
    'map(varchar, double)',
    new DuckDBMapValue([
      { key: 'k', value: 1 },
      { key: 'n', value: null },
    ]),
    { k: 1, n: null },
    '{k=1.0, n=null}',
  ],
  ['map(double, integer)', new DuckDBMapValue([{ key: 2, value: 1 }]), { '2.0': 1 }, '{2.0=1}'],
  ['row(a integer, varchar)', new DuckDBStructValue({ a: 1, f2: 'x' }), [1, 'x'], '{a=1, field1=x}'],
  ['array(row(x bigint))', list(new DuckDBStructValue({ x: 7n }), null), [[7], null], '[{x=7}, null]'],
];

describe('the forms of a value', () => {
  it.each(VALUES)('%s %s is written for the REST API and as Athena text', (typeText, value, rest, text) => {
    const type = parseTypeText(typeText);
    expect(restWriter(type)(value)).toEqual(rest);
    expect(textWriter(type)(value)).toBe(text);
  });

  it('keeps NULL as null, whatever the type', () => {
    for (const typeText of ['varchar', 'double', 'array(integer)', 'timestamp(3) with time zone']) {
      expect(restWriter(parseTypeText(typeText))(null)).toBeNull();
      expect(textWriter(parseTypeText(typeText))(null)).toBeNull();
    }
  });

  it('refuses a sketch as a result: its bytes on AWS are not ours', () => {
    expect(() => textWriter({ kind: 'HyperLogLog' })).toThrow(NotCoveredError);
    expect(() => restWriter({ kind: 'array', element: { kind: 'tdigest' } })).toThrow('a result of type tdigest');
  });
});

describe('csvLine', () => {
  it('quotes every value, doubles quotes, and leaves NULL out', () => {
    expect(csvLine(['a', null, '', 'say "hi",\nnow'])).toBe('"a",,"","say ""hi"",\nnow"\n');
    expect(csvLine([null])).toBe('\n');
  });
});

describe('columnInfo', () => {
  const info = (type: string) => {
    const { Type, Precision, Scale, CaseSensitive } = columnInfo({ name: 'c', type: parseTypeText(type) });
    return [Type, Precision, Scale, CaseSensitive];
  };

  it('describes columns as GetQueryResults does', () => {
    expect(info('boolean')).toEqual(['boolean', 0, 0, false]);
    expect(info('tinyint')).toEqual(['tinyint', 3, 0, false]);
    expect(info('smallint')).toEqual(['smallint', 5, 0, false]);
    expect(info('integer')).toEqual(['integer', 10, 0, false]);
    expect(info('bigint')).toEqual(['bigint', 19, 0, false]);
    expect(info('real')).toEqual(['float', 17, 0, false]);
    expect(info('double')).toEqual(['double', 17, 0, false]);
    expect(info('varchar')).toEqual(['varchar', 2_147_483_647, 0, true]);
    expect(info('varchar(10)')).toEqual(['varchar', 10, 0, true]);
    expect(info('decimal(10,1)')).toEqual(['decimal', 10, 1, false]);
    expect(info('timestamp(3)')).toEqual(['timestamp', 3, 0, false]);
    expect(info('date')).toEqual(['date', 0, 0, false]);
    expect(info('array(integer)')).toEqual(['array', 0, 0, false]);
    expect(info('row(a integer)')).toEqual(['row', 0, 0, false]);
  });

  it('names column and label, and leaves nullability unknown', () => {
    expect(columnInfo({ name: '_col0', type: { kind: 'bigint' } })).toMatchObject({
      CatalogName: 'hive',
      Name: '_col0',
      Label: '_col0',
      Nullable: 'UNKNOWN',
    });
  });
});

describe('findDrift', () => {
  it('takes spelling for nothing, and another type for a difference', () => {
    const columns = [
      { name: 'r', type: parseTypeText('row(a integer, b varchar)') },
      { name: 'n', type: parseTypeText('bigint') },
    ];
    expect(findDrift(columns, ['STRUCT("a" INTEGER, b VARCHAR)', 'BIGINT'])).toEqual([]);
    expect(findDrift(columns, ['STRUCT(a INTEGER, b VARCHAR)', 'HUGEINT'])).toEqual([
      { column: 'n', type: 'bigint', expected: 'BIGINT', actual: 'HUGEINT' },
    ]);
  });
});
