import { describe, expect, test } from 'vitest';
import { fromAvro, toAvro } from '../../../src/engines/iceberg/avro-types';
import { parseLongJson, printLongJson } from '../../../src/engines/iceberg/long-json';
import { parsePartitionTerm, partitionFieldName, partitionTermText } from '../../../src/engines/iceberg/transforms';
import { bytesOfValue, textOfValue, valueOfBytes, valueOfText } from '../../../src/engines/iceberg/values';
import { murmur3x86, shortestBytes } from '../../../src/engines/sql/runtime/scalars/iceberg-hash';

const long = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};

describe('the hash of the bucket transform', () => {
  // The examples of the specification's appendix B.
  test.each([
    ['34', long(34n), 2017239379],
    ['14.20', shortestBytes(1420n), -500754589],
    ['2017-11-16', long(17486n), -653330422],
    ['22:31:08', long(81068000000n), -662762989],
    ['2017-11-16T22:31:08', long(1510871468000000n), -2047944441],
    ['iceberg', Buffer.from('iceberg'), 1210000089],
    ['f79c3e09-677c-4bbd-a479-3f349cb785e7', Buffer.from('f79c3e09677c4bbda4793f349cb785e7', 'hex'), 1488055340],
    ['00010203', Buffer.from('00010203', 'hex'), -188683207],
  ])('of %s is the one of the specification', (_, bytes, hash) => {
    expect(murmur3x86(bytes)).toBe(hash);
  });
});

describe('a value', () => {
  test.each([
    ['boolean', 'true'],
    ['int', '-7'],
    ['long', '9223372036854775807'],
    ['date', '1969-12-31'],
    ['time', '23:59:59.999999'],
    ['timestamp', '1969-12-31 23:59:59.999999'],
    ['timestamptz', '2024-02-29 12:00:00.000001 UTC'],
    ['string', 'é'],
    ['decimal(9, 2)', '-0.05'],
    ['decimal(38, 0)', '99999999999999999999999999999999999999'],
    ['uuid', 'f79c3e09-677c-4bbd-a479-3f349cb785e7'],
  ])('of type %s is the same in text, bytes and Avro (%s)', (type, text) => {
    const value = valueOfText(text.replace(' UTC', ''), type);
    expect(textOfValue(value, type)).toBe(text);
    expect(textOfValue(valueOfBytes(bytesOfValue(value, type) as Buffer, type), type)).toBe(text);
    expect(textOfValue(fromAvro(toAvro(value, type), type), type)).toBe(text);
  });

  test('of a column that was an int is read as the long that it is now', () => {
    expect(valueOfBytes(bytesOfValue(5, 'int') as Buffer, 'long')).toBe(5n);
    expect(fromAvro(5, 'long')).toBe(5n);
  });
});

describe('JSON of metadata', () => {
  test('keeps 64-bit integers, and texts that look like them', () => {
    const text = '{"snapshot-id":7318588251572191813,"a":[1.5,-9223372036854775808],"s":"7318588251572191813","n":12}';
    expect(printLongJson(parseLongJson(text))).toBe(text);
    expect(parseLongJson<Record<string, unknown>>(text)['snapshot-id']).toBe(7318588251572191813n);
  });

  test('has every snapshot id as a bigint, small ones too', () => {
    expect(parseLongJson('{"parent-snapshot-id":3,"snapshot-ids":[1,2],"schema-id":0}')).toEqual({
      'parent-snapshot-id': 3n,
      'snapshot-ids': [1n, 2n],
      'schema-id': 0,
    });
  });
});

describe('a partition term', () => {
  test.each([
    ['category', 'category', 'identity', 'category'],
    ['day(ts)', 'ts', 'day', 'ts_day'],
    ['hours(ts)', 'ts', 'hour', 'ts_hour'],
    ['bucket(16, id)', 'id', 'bucket[16]', 'id_bucket'],
    ['bucket(id, 16)', 'id', 'bucket[16]', 'id_bucket'],
    ['truncate(4, `Name`)', 'name', 'truncate[4]', 'name_trunc'],
  ])('%s is understood in either order, and written back', (text, column, transform, name) => {
    expect(parsePartitionTerm(text)).toEqual({ column, transform });
    expect(partitionFieldName(transform, column)).toBe(name);
    expect(parsePartitionTerm(partitionTermText(transform, column))).toEqual({ column, transform });
  });

  test.each(['bucket(id)', 'bucket(0, id)', 'week(ts)', 'day(a, b)', 'void(a)'])('%s is refused', (text) => {
    expect(() => parsePartitionTerm(text)).toThrow(/Invalid partition field declaration/);
  });
});
