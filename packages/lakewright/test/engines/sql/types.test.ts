import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as build from '../../../src/engines/sql/types/build';
import { castSupport } from '../../../src/engines/sql/types/cast-matrix';
import { coercionCost, commonSuperType, isOrderable, sameType } from '../../../src/engines/sql/types/coercion';
import { hiveTypeText, parseHiveType } from '../../../src/engines/sql/types/hive';
import { physicalType } from '../../../src/engines/sql/types/physical';
import { metadataText, parseTypeText, typeText } from '../../../src/engines/sql/types/text';
import type { TrinoType } from '../../../src/engines/sql/types/type';

const scalar = fc.constantFrom<TrinoType>(
  build.BOOLEAN,
  build.INTEGER,
  build.BIGINT,
  build.REAL,
  build.DOUBLE,
  build.DATE,
  build.VARBINARY,
  build.VARCHAR,
  build.varchar(7),
  build.char(3),
  build.decimal(38, 5),
  build.timestamp(3),
  build.zonedTimestamp(6),
  build.time(0),
  build.DAY_TO_SECOND,
);
const fieldName = fc.constantFrom('a', 'b_1', 'Mixed Case', 'with"quote', 'row', 'interval');
const anyType: fc.Arbitrary<TrinoType> = fc.letrec<{ type: TrinoType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    tie('type').map((element) => build.array(element)),
    fc.tuple(tie('type'), tie('type')).map(([key, value]) => build.map(key, value)),
    fc
      .uniqueArray(fc.tuple(fieldName, tie('type')), { minLength: 1, maxLength: 3, selector: ([name]) => name })
      .map((fields) => build.row(fields.map(([name, type]) => ({ name, type })))),
  ),
})).type;

describe('text of types', () => {
  test('a type is read back from both its texts', () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(parseTypeText(typeText(type))).toEqual(type);
        expect(parseTypeText(metadataText(type))).toEqual(type);
      }),
    );
  });

  test('typeof prints decimal(5,2), the metadata of a result decimal(5, 2)', () => {
    expect(typeText(build.array(build.decimal(5, 2)))).toBe('array(decimal(5,2))');
    expect(metadataText(build.array(build.decimal(5, 2)))).toBe('array(decimal(5, 2))');
  });

  test('anonymous fields have no name, double and interval fields keep theirs', () => {
    expect(parseTypeText('row(integer, double, interval day to second, timestamp(3) with time zone)')).toEqual(
      build.row([
        { type: build.INTEGER },
        { type: build.DOUBLE },
        { type: build.DAY_TO_SECOND },
        { type: build.zonedTimestamp(3) },
      ]),
    );
  });

  test('an unknown type is TYPE_NOT_FOUND, an impossible decimal is refused', () => {
    expect(() => parseTypeText('strang')).toThrow('Unknown type: strang');
    expect(() => parseTypeText('decimal(39,0)')).toThrow(/precision must be in range \[1, 38\]/);
  });
});

describe('Hive types', () => {
  test('the Glue Data Catalog says it in Hive, Athena shows it in Trino', () => {
    const shown = (hive: string) => typeText(parseHiveType(hive));
    expect(shown('string')).toBe('varchar');
    expect(shown('float')).toBe('real');
    expect(shown('binary')).toBe('varbinary');
    expect(shown('timestamp')).toBe('timestamp(3)');
    expect(shown('decimal')).toBe('decimal(10,0)');
    expect(shown('struct<a:int,b:array<map<string,double>>>')).toBe('row(a integer, b array(map(varchar, double)))');
    expect(shown('STRUCT< `User Id` : BIGINT >')).toBe('row("user id" bigint)');
  });

  test('what can be stored comes back; what Hive lacks has no name', () => {
    for (const hive of ['bigint', 'varchar(5)', 'array<struct<a:decimal(5,2),b:date>>', 'map<string,timestamp>']) {
      expect(hiveTypeText(parseHiveType(hive))).toBe(hive);
    }
    expect(hiveTypeText(build.zonedTimestamp(3))).toBeUndefined();
    expect(hiveTypeText(build.row([{ type: build.INTEGER }]))).toBeUndefined();
  });

  test('a text that is no type is refused', () => {
    for (const text of ['', 'strin', 'array<int', 'struct<a>', 'int int']) expect(() => parseHiveType(text)).toThrow();
  });
});

describe('coercion', () => {
  test('the common super type is the same from both sides, and both coerce to it', () => {
    fc.assert(
      fc.property(anyType, anyType, (a, b) => {
        const common = commonSuperType(a, b);
        const mirrored = commonSuperType(b, a);
        expect(common && typeText(common)).toBe(mirrored && typeText(mirrored));
        if (!common) return;
        expect(coercionCost(a, common)).toBeDefined();
        expect(coercionCost(b, common)).toBeDefined();
      }),
    );
  });

  test('a type costs nothing to itself, NULL goes everywhere', () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(coercionCost(type, type)).toBe(0);
        expect(coercionCost(build.UNKNOWN, type)).toBe(1);
        expect(sameType(type, parseTypeText(typeText(type)))).toBe(true);
      }),
    );
  });

  test("Trino's pairs", () => {
    const common = (a: string, b: string) => {
      const type = commonSuperType(parseTypeText(a), parseTypeText(b));
      return type && typeText(type);
    };
    expect(common('integer', 'decimal(5,2)')).toBe('decimal(12,2)');
    expect(common('bigint', 'real')).toBe('real');
    expect(common('decimal(38,10)', 'decimal(38,0)')).toBe('decimal(38,10)');
    expect(common('char(3)', 'varchar(5)')).toBe('char(5)');
    expect(common('char(3)', 'varchar')).toBe('char(65536)');
    expect(common('date', 'timestamp(3) with time zone')).toBe('timestamp(3) with time zone');
    expect(common('row(a integer)', 'row(b bigint)')).toBe('row(bigint)');
    expect(common('varchar', 'date')).toBeUndefined();
    expect(common('integer', 'varchar')).toBeUndefined();
    expect(common('boolean', 'integer')).toBeUndefined();
  });

  test('nothing narrows by itself', () => {
    expect(coercionCost(build.BIGINT, build.INTEGER)).toBeUndefined();
    expect(coercionCost(build.VARCHAR, build.varchar(5))).toBeUndefined();
    expect(coercionCost(build.timestamp(6), build.timestamp(3))).toBeUndefined();
  });

  test('maps and JSON have no order', () => {
    expect(isOrderable(build.map(build.INTEGER, build.INTEGER))).toBe(false);
    expect(isOrderable(build.array(build.JSON_TYPE))).toBe(false);
    expect(isOrderable(build.row([{ type: build.DATE }]))).toBe(true);
  });
});

describe('casts', () => {
  test("Trino's answer is yes, no, or not covered", () => {
    expect(castSupport(build.VARCHAR, build.DATE)).toBe('yes');
    expect(castSupport(build.BIGINT, build.DATE)).toBe('no');
    expect(castSupport(build.VARBINARY, build.VARCHAR)).toBe('no');
    expect(castSupport(build.VARCHAR, build.IPADDRESS)).toBe('yes');
    expect(castSupport(build.time(3), build.timestamp(3))).toBe('not covered');
    expect(castSupport(build.array(build.VARCHAR), build.array(build.BIGINT))).toBe('yes');
    expect(castSupport(build.array(build.BOOLEAN), build.array(build.DATE))).toBe('no');
    expect(castSupport(build.row([{ type: build.BIGINT }]), build.row([]))).toBe('no');
    expect(castSupport(build.JSON_TYPE, build.map(build.VARCHAR, build.BIGINT))).toBe('yes');
  });

  test('what coerces can be cast', () => {
    fc.assert(
      fc.property(anyType, anyType, (a, b) => {
        if (coercionCost(a, b) !== undefined) expect(castSupport(a, b)).not.toBe('no');
      }),
    );
  });
});

describe('representation', () => {
  test('zoned timestamps carry their zone, intervals are numbers, fields are named', () => {
    expect(physicalType(build.zonedTimestamp(3))).toBe('STRUCT(i TIMESTAMP, z VARCHAR)');
    expect(physicalType(build.DAY_TO_SECOND)).toBe('BIGINT');
    expect(physicalType(build.row([{ name: 'A "b"', type: build.REAL }, { type: build.char(3) }]))).toBe(
      'STRUCT("a ""b""" FLOAT, "f2" VARCHAR)',
    );
  });

  test('a type without one is refused by name', () => {
    expect(() => physicalType(build.timestamp(9))).toThrow(/timestamp\(9\)/);
    const twins = build.row([
      { name: 'a', type: build.DATE },
      { name: 'A', type: build.DATE },
    ]);
    expect(() => physicalType(twins)).toThrow(/two fields of one name/);
  });
});
