import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conditionsHold, matches } from './policy-conditions';

describe('patterns', () => {
  test('a pattern without wildcards matches itself alone', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => matches(escaped(a), b) === (a === b)));
  });

  test('a star matches whatever follows, and nothing that starts otherwise', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => matches(`${escaped(a)}*`, a + b)));
    expect(matches('a/*', 'ab/x')).toBe(false);
    expect(matches('a?c', 'abc')).toBe(true);
    expect(matches('a?c', 'ac')).toBe(false);
  });

  test('a variable stands for the value in the request, wildcards in it included, and matches nothing without one', () => {
    const pattern = `results/\${aws:userid}/*`;
    expect(matches(pattern, 'results/AIDA/x', { 'aws:userid': 'AIDA' })).toBe(true);
    expect(matches(pattern, 'results/B/x', { 'aws:userid': '*' })).toBe(false);
    expect(matches(pattern, 'results//x')).toBe(false);
  });
});

describe('conditions', () => {
  test.each([
    ['StringEquals', { StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true],
    ['StringEquals without the key', { StringEquals: { k: 'a' } }, {}, false],
    ['StringNotEquals', { StringNotEquals: { k: ['a', 'b'] } }, { k: 'b' }, false],
    ['StringNotEquals without the key', { StringNotEquals: { k: 'a' } }, {}, true],
    ['StringLike', { StringLike: { k: 'a/*' } }, { K: 'a/x' }, true],
    ['IfExists without the key', { StringEqualsIfExists: { k: 'a' } }, {}, true],
    ['Bool', { Bool: { k: 'false' } }, { k: 'true' }, false],
    ['Null', { Null: { k: 'true' } }, {}, true],
    ['NumericLessThan', { NumericLessThan: { k: 1.2 } }, { k: '1.1' }, true],
    ['NumericLessThan at the border', { NumericLessThan: { k: 1.2 } }, { k: '1.2' }, false],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { k: 'a' } }, { k: ['x', 'a'] }, true],
    ['ForAllValues', { 'ForAllValues:StringEquals': { k: 'a' } }, { k: ['x', 'a'] }, false],
    ['two keys: both', { StringEquals: { k: 'a', l: 'b' } }, { k: 'a', l: 'c' }, false],
  ])('%s', (_, conditions, context, holds) => {
    expect(conditionsHold(conditions, context)).toBe(holds);
  });

  test('an operator that the evaluator does not know throws instead of deciding', () => {
    expect(() =>
      conditionsHold({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { 'aws:SourceIp': '10.0.0.1' }),
    ).toThrow('IpAddress');
  });
});

/** The pattern that means exactly this text. */
function escaped(text: string): string {
  return text.replace(/[*?$]/g, (found) => `\${${found}}`);
}
