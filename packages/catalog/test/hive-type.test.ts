import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatType, type HiveType, parseType, sameType, widens } from '../lambda/iceberg-table/hive-type';

const name = fc.constantFrom('a', 'b', 'c_1', 'long_name');
const scalar = fc.constantFrom('boolean', 'int', 'bigint', 'float', 'double', 'string', 'binary', 'date', 'timestamp');

/** Any type that Athena's DDL can make. */
const anyType = fc.letrec<{ type: HiveType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar.map((name): HiveType => ({ kind: 'scalar', name })),
    fc
      .integer({ min: 1, max: 38 })
      .chain((precision) =>
        fc.integer({ min: 0, max: precision }).map((scale): HiveType => ({ kind: 'decimal', precision, scale })),
      ),
    tie('type').map((element): HiveType => ({ kind: 'array', element })),
    fc.tuple(tie('type'), tie('type')).map(([key, value]): HiveType => ({ kind: 'map', key, value })),
    fc
      .uniqueArray(fc.record({ name, type: tie('type') }), {
        selector: (field) => field.name,
        minLength: 1,
        maxLength: 3,
      })
      .map((fields): HiveType => ({ kind: 'struct', fields })),
  ),
})).type;

describe('types', () => {
  test('what is written can be read again', () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(parseType(formatType(type))).toEqual(type);
      }),
    );
  });

  test('blanks and case do not count, and Glue’s other names are the same types', () => {
    expect(formatType(parseType('STRUCT< x : Double, y: Decimal( 10 , 2 ) >'))).toBe(
      'struct<x:double,y:decimal(10,2)>',
    );
    expect(sameType(parseType('integer'), parseType('int'))).toBe(true);
    expect(sameType(parseType('decimal'), parseType('decimal(10,0)'))).toBe(true);
    expect(formatType(parseType('fixed(16)'))).toBe('fixed(16)');
  });

  test.each(['', 'array<int', 'map<string>', 'decimal(a)', 'struct<>', 'int>', 'struct<x>'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseType(text)).toThrow('InvalidType');
    },
  );
});

describe('widening', () => {
  test.each([
    ['int', 'bigint'],
    ['float', 'double'],
    ['decimal(10,2)', 'decimal(12,2)'],
    ['array<int>', 'array<bigint>'],
    ['map<int,float>', 'map<bigint,double>'],
    ['struct<x:int>', 'struct<x:bigint,y:string>'],
  ])('%s can become %s, and never back', (from, to) => {
    expect(widens(parseType(from), parseType(to))).toBe(true);
    expect(widens(parseType(to), parseType(from))).toBe(false);
  });

  test.each([
    ['int', 'float'],
    ['int', 'string'],
    ['bigint', 'double'],
    ['decimal(10,2)', 'decimal(12,3)'],
    ['date', 'timestamp'],
    ['array<int>', 'int'],
    ['struct<x:int>', 'struct<y:int>'],
  ])('%s can’t become %s', (from, to) => {
    expect(widens(parseType(from), parseType(to))).toBe(false);
  });

  test('is reflexive, transitive, and not both ways unless nothing changes', () => {
    fc.assert(
      fc.property(anyType, anyType, anyType, (a, b, c) => {
        expect(widens(a, a)).toBe(true);
        if (widens(a, b) && widens(b, c)) expect(widens(a, c)).toBe(true);
        if (widens(a, b) && widens(b, a)) expect(fieldsSorted(a)).toBe(fieldsSorted(b));
      }),
      { numRuns: 300 },
    );
  });
});

/** A struct's fields in another order are the same fields. */
function fieldsSorted(type: HiveType): string {
  switch (type.kind) {
    case 'array':
      return `[${fieldsSorted(type.element)}]`;
    case 'map':
      return `{${fieldsSorted(type.key)}=>${fieldsSorted(type.value)}}`;
    case 'struct':
      return `<${type.fields.map((field) => `${field.name}:${fieldsSorted(field.type)}`).sort()}>`;
    default:
      return formatType(type);
  }
}
