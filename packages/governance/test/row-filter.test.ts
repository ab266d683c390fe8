import { Fn } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RowFilter } from '../src';
import { type FilterExpression, type FilterLiteral, parseFilter } from '../src/private/row-filter-parser';
import { renderFilter } from '../src/private/row-filter-render';

const rendered = (predicate: string): string | undefined => RowFilter.where(predicate).expression;
const TABLE = {
  country: 'string',
  code: 'char(2)',
  name: 'varchar(20)',
  id: 'bigint',
  amount: 'decimal(10,2)',
  ratio: 'double',
  active: 'boolean',
  customer: 'struct<customerId:int,address:struct<zip:string,geo:decimal(9,6)>,tags:array<string>>',
  tags: 'array<string>',
  attributes: 'map<string,string>',
  day: 'date',
  seen: 'timestamp',
  year: 'int',
};

describe('what AWS documents is accepted', () => {
  test.each([
    // the examples of "PartiQL support in row filter expressions"
    ["year > 2010 and country != 'US'", "year > 2010 AND country <> 'US'"],
    [
      "(year > 2010 and country = 'US') or (month < 8 and id > 23)",
      "(year > 2010 AND country = 'US') OR (month < 8 AND id > 23)",
    ],
    ["(country between 'Z' and 'U') and (year = 2018)", "country BETWEEN 'Z' AND 'U' AND year = 2018"],
    ["(country like '%ited%') and (year > 2000)", "country LIKE '%ited%' AND year > 2000"],
    ['year > 2010 and customer.customerId <> 1', 'year > 2010 AND customer.customerId <> 1'],
    // each operator, and its negation
    ["region<>'EU'", "region <> 'EU'"],
    ['a>=1 AND b<=-2 AND c<+3', 'a >= 1 AND b <= -2 AND c < 3'],
    ["a IN ('x','y')", "a IN ('x', 'y')"],
    ['a not in (1, 2.5, .5, 1e3)', 'a NOT IN (1, 2.5, .5, 1e3)'],
    ["a NOT LIKE '_b'", "a NOT LIKE '_b'"],
    ['a NOT BETWEEN 1 AND 2 AND b = 3', 'a NOT BETWEEN 1 AND 2 AND b = 3'],
    ['a IS NULL OR b IS NOT NULL', 'a IS NULL OR b IS NOT NULL'],
    ['NOT a = 1 AND NOT (b = 2 OR c = 3)', 'NOT (a = 1) AND NOT (b = 2 OR c = 3)'],
    ['active = true and gone <> FALSE', 'active = TRUE AND gone <> FALSE'],
    // AND binds closer than OR
    ['a = 1 or b = 2 and c = 3', 'a = 1 OR (b = 2 AND c = 3)'],
    // names
    ['"first" = 1 and "Order Date" = \'x\'', '"first" = 1 AND "Order Date" = \'x\''],
    ['"plain"."value" = 1', 'plain."value" = 1'],
    ['"a""b" = 1', '"a""b" = 1'],
    ['"größe" = 1', '"größe" = 1'],
    // texts
    ["a = 'it''s'", "a = 'it''s'"],
    ["a = ''", "a = ''"],
    ["a = 'x -- no comment /* nor here */ ; '", "a = 'x -- no comment /* nor here */ ; '"],
    ["a = 'ß 北京'", "a = 'ß 北京'"],
    ['\n  a = 1\n  AND b = 2\n', 'a = 1 AND b = 2'],
  ])('%s', (predicate, expected) => expect(rendered(predicate)).toBe(expected));
});

describe('all else is refused with its position and the way out', () => {
  test.each([
    ['', 'nothing at position 1', 'allRows'],
    ['   ', 'nothing at position 1', 'allRows'],
    ["upper(region) = 'EU'", 'the function upper() at position 1', 'no functions'],
    ["my_function(region) = 'EU'", 'the function my_function() at position 1', 'no functions'],
    ["region = lower('EU')", 'the function lower() at position 10', 'no functions'],
    ["CAST(id AS varchar) = '1'", 'the function CAST() at position 1', 'no functions'],
    ["day > date '2020-01-01'", "date '…' at position 7", 'no dates'],
    ['day > current_date', 'the column "current_date" at position 7', 'constants only'],
    ['id IN (SELECT id FROM secrets)', 'a subquery at position 8', 'no subqueries'],
    ['id = (SELECT max(id) FROM secrets)', 'a subquery at position 6', 'no subqueries'],
    ['EXISTS (SELECT 1)', 'a subquery at position 1', 'no subqueries'],
    ['(SELECT 1)', 'a subquery at position 2', 'no subqueries'],
    ['a = b', 'the column "b" at position 5', 'constants only'],
    ['a = "EU"', 'the column "EU" at position 5', 'single quotes'],
    ["'EU' = region", "the constant 'EU'", 'on the left'],
    ['1 = 1', 'the constant "1" at position 1', 'on the left'],
    ['TRUE', 'the constant "TRUE" at position 1', 'on the left'],
    ['active', 'the end at position 7', 'compare the column'],
    ['NOT active', 'the end', 'compare the column'],
    ['a = NULL', 'NULL at position 5', 'IS NULL'],
    ['a IS TRUE', '"TRUE" at position 6', '= TRUE'],
    ['a IS MISSING', '"MISSING"', 'IS NULL'],
    ['a = 1 + 1', '"+" at position 7', 'AND, OR'],
    ['a * 2 = 4', '"*" at position 3', 'take it out'],
    ['a == 1', '"=" at position 4', 'a constant'],
    ['a || b = 1', '"|" at position 3', 'take it out'],
    ['a LIKE 1', '1 at position 8', 'single quotes'],
    ["a LIKE 'x!%' ESCAPE '!'", 'ESCAPE at position 14', 'AWS does not list it'],
    ['a BETWEEN 1', 'the end at position 12', 'BETWEEN low AND high'],
    ['a IN ()', '")" at position 7', 'a constant'],
    ['a IN (1', 'the end at position 8', '")"'],
    ['a = 1 AND', 'the end at position 10', 'a column'],
    ['(a = 1', 'the end at position 7', '")"'],
    ['a = 1)', '")" at position 6', 'AND, OR'],
    ['a = 1 b = 2', '"b" at position 7', 'AND, OR'],
    ['first = 1', 'the reserved word first at position 1', '"first"'],
    ['a.value = 1', 'the reserved word value at position 3', '"value"'],
    ["a = 'x", 'without its end at position 5', 'close it'],
    ['"a = 1', 'without its end at position 1', 'close it'],
    ['"" = 1', 'an empty name', 'name it'],
    ["a = 'x'; DROP TABLE t", '";" at position 8', 'take it out'],
    ["a = 'x' -- AND b = 2", 'the comment "--" at position 9', 'no comments'],
    ["a = 'x' /* */ AND b = 2", 'the comment "/*" at position 9', 'no comments'],
    ['a = `1`', '"`" at position 5', 'take it out'],
    ['a = 1\u00a0AND b = 2', 'at position 6', 'other letters'],
    ['größe = 1', '"ö" at position 3', 'other letters'],
    ['a = 12abc', '"1" at position 5', 'take it out'],
    ['a[0] = 1', '"[" at position 2', 'take it out'],
    ['a.* = 1', '"*" at position 3', 'take it out'],
    ['a NOT = 1', '"=" at position 7', 'compare the column'],
    ['CASE WHEN a = 1 THEN TRUE END', 'the reserved word CASE at position 1', '"CASE"'],
  ])('%s', (predicate, what, change) => {
    expect(() => RowFilter.where(predicate)).toThrow(/^InvalidRowFilter: /);
    expect(() => RowFilter.where(predicate)).toThrow(what);
    expect(() => RowFilter.where(predicate)).toThrow(change);
  });

  test('2047 characters are the most', () => {
    const ofLength = (length: number): string => `a = '${'x'.repeat(length - 6)}'`;
    expect(rendered(ofLength(2047))).toHaveLength(2047);
    expect(() => RowFilter.where(ofLength(2048))).toThrow('RowFilterTooLong: a row filter of 2048 characters');
    expect(() => RowFilter.where('('.repeat(1_000_000))).toThrow('RowFilterTooLong');
  });

  test('a filter that only its normalized form makes too long is refused, too', () => {
    expect(() => RowFilter.where(Array(400).fill('a=1').join(' or '))).toThrow('RowFilterTooLong');
  });

  test('a token is refused: what it comes to could end the text it stands in', () => {
    expect(() => RowFilter.where(`region = '${Fn.ref('Region')}'`)).toThrow(/^UnresolvedRowFilter: /);
  });
});

describe('columns', () => {
  test('are those that the predicate reads', () => {
    expect(RowFilter.where("Region = 'EU' OR region = 'UK' AND customer.id = 1").columns).toEqual([
      'region',
      'customer',
    ]);
    expect(RowFilter.allRows()).toMatchObject({ columns: [], expression: undefined });
  });

  test.each([
    "country = 'x' AND code IN ('a', 'b') AND name LIKE 'x%'",
    'id = -5 AND amount > 1.5 AND ratio BETWEEN 1 AND 2e3',
    'active = TRUE AND active IS NOT NULL',
    "COUNTRY > 'a' AND customer.customerid = 1 AND customer.address.zip = 'x' AND customer.address.geo < 1.5",
    'year = 2020',
  ])('a filter that suits the table passes: %s', (predicate) =>
    expect(() => RowFilter.where(predicate).checkColumns(TABLE, ['year'])).not.toThrow(),
  );

  test.each([
    ["region = 'EU'", /^UnknownFilterColumn: column "region" at position 1 → country, code/],
    ['customer.nothing = 1', /^UnknownFilterColumn: field "customer.nothing"/],
    ['country.x = 1', /^UnknownFilterColumn: field "country.x"/],
    ["tags = 'x'", /^UnsupportedFilterColumn: = on "tags".*array<string>/],
    ['attributes IS NULL', /^UnsupportedFilterColumn: IS NULL on "attributes"/],
    ["customer.tags = 'x'", /^UnsupportedFilterColumn/],
    ['customer IS NULL', /^UnsupportedFilterColumn/],
    ["day = '2020-01-01'", /^UnsupportedFilterColumn: .*date/],
    ["seen > '2020-01-01 00:00:00'", /^UnsupportedFilterColumn: .*timestamp/],
    ["id LIKE '1%'", /^UnsupportedFilterColumn: LIKE/],
    ['active > FALSE', /^UnsupportedFilterColumn: >/],
    ['year IS NOT NULL', /^UnsupportedFilterColumn: IS NULL on "year".*partition key/],
    ['country = 1', /^FilterTypeMismatch: 1 at position 11 for "country", which is string → 'texts'/],
    ["id = '1'", /^FilterTypeMismatch: '1' at position 6/],
    ['id = 1.5', /^FilterTypeMismatch: 1.5/],
    ['id IN (1, TRUE)', /^FilterTypeMismatch: TRUE at position 11/],
    ["active = 'true'", /^FilterTypeMismatch/],
    ["a = 1 OR NOT (country = 'x')", /^UnknownFilterColumn: column "a"/],
  ])('one that does not is refused: %s', (predicate, message) =>
    expect(() => RowFilter.where(predicate).checkColumns(TABLE, ['year'])).toThrow(message),
  );
});

describe('properties', () => {
  const name = fc.oneof(
    fc.constantFrom('a', 'region', 'select', 'first', 'Ab_1'),
    fc.string({ minLength: 1, maxLength: 8 }),
  );
  const literal: fc.Arbitrary<FilterLiteral> = fc.oneof(
    fc.string({ maxLength: 10 }).map((value) => ({ kind: 'text' as const, value, at: 0 })),
    fc.integer().map((value) => ({ kind: 'number' as const, value: String(value), at: 0 })),
    fc.boolean().map((value) => ({ kind: 'boolean' as const, value: value ? 'TRUE' : 'FALSE', at: 0 })),
  );
  const column = fc.array(name, { minLength: 1, maxLength: 3 }).map((path) => ({ path, at: 0 }));
  const comparison: fc.Arbitrary<FilterExpression> = fc.oneof(
    fc.record({
      kind: fc.constant('comparison' as const),
      column,
      operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
      negated: fc.constant(false),
      values: fc.tuple(literal),
    }),
    fc.record({
      kind: fc.constant('comparison' as const),
      column,
      operator: fc.constant('IN' as const),
      negated: fc.boolean(),
      values: fc.array(literal, { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('comparison' as const),
      column,
      operator: fc.constant('BETWEEN' as const),
      negated: fc.boolean(),
      values: fc.tuple(literal, literal),
    }),
  );
  const { expression } = fc.letrec<{ expression: FilterExpression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 4 },
      comparison,
      tie('expression').map((term) => ({ kind: 'NOT' as const, term })),
      fc.record({
        kind: fc.constantFrom('AND' as const, 'OR' as const),
        terms: fc.array(tie('expression'), { minLength: 2, maxLength: 4 }),
      }),
    ),
  }));

  test('what is rendered is parsed to the same: neither names nor texts can break out', () => {
    fc.assert(
      fc.property(expression, (tree) => {
        const text = renderFilter(tree);
        expect(bare(parseFilter(text))).toEqual(bare(flat(tree)));
        expect(renderFilter(parseFilter(text))).toBe(text);
      }),
      { seed: 6, numRuns: 2000 },
    );
  });

  test('no input crashes or hangs: it is a filter, or refused with a code', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          'a',
          'NOT ',
          ' AND ',
          ' OR ',
          '(',
          ')',
          '=',
          "'",
          '"',
          'IN',
          ' LIKE ',
          ' BETWEEN ',
          ',',
          '.',
          '-',
        ),
        fc.constantFrom('SELECT ', 'IS ', 'NULL', '1', '--', '/*', "''", '\\', ' ', '\u0000', '💥', 'TRUE'),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        try {
          const filter = RowFilter.where(text);
          expect(RowFilter.where(filter.expression ?? '').expression).toBe(filter.expression);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(InvalidRowFilter|RowFilterTooLong): /);
        }
      }),
      { seed: 6, numRuns: 5000 },
    );
  });

  test.each(['('.repeat(2000), 'NOT '.repeat(500), `${'('.repeat(1000)}a=1${')'.repeat(1000)}`])(
    'the deepest nesting is read: %.10s…',
    (text) => {
      const started = performance.now();
      try {
        RowFilter.where(text);
      } catch (error) {
        expect((error as Error).message).toMatch(/^InvalidRowFilter/);
      }
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );
});

/** Without positions. */
function bare(tree: FilterExpression): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === 'at' ? undefined : value)));
}

/** `(a AND b) AND c` is written, and read, as `a AND b AND c`. */
function flat(tree: FilterExpression): FilterExpression {
  if (tree.kind === 'comparison') return tree;
  if (tree.kind === 'NOT') return { kind: 'NOT', term: flat(tree.term) };
  const terms = tree.terms.map(flat);
  return { kind: tree.kind, terms: terms.flatMap((term) => (term.kind === tree.kind ? term.terms : [term])) };
}
