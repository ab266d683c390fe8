import { describe, expect, it } from 'vitest';
import { translatePattern } from '../../../../src/engines/sql/runtime/scalars/java-regexp';

const matches = (pattern: string, text: string): boolean => translatePattern(pattern).regexp.test(text);
const first = (pattern: string, text: string): string | undefined => translatePattern(pattern).regexp.exec(text)?.[0];

describe("Java's regular expressions in JavaScript", () => {
  it('have ASCII shorthands, and word boundaries of all letters', () => {
    expect(matches('^\\w+$', 'naïveté')).toBe(false);
    expect(matches('^\\d$', '٣')).toBe(false);
    expect(matches('^[[:digit:]]\\p{Alpha}$', '٣é')).toBe(true);
    expect(matches('\\bé', 'a é')).toBe(true);
    expect(matches('\\W', 'é')).toBe(true);
    expect(matches('^[\\w-]+$', 'a-e')).toBe(true);
  });

  it('have nested classes and intersections', () => {
    expect(matches('^[a-z&&[^b]]+$', 'ac')).toBe(true);
    expect(matches('[a-z&&[^b]]', 'b')).toBe(false);
    expect(matches('^[a[bc]]+$', 'abc')).toBe(true);
  });

  it('take flags in the middle, and fold ß to ss', () => {
    expect(matches('a(?i)b', 'aB')).toBe(true);
    expect(matches('a(?i)b', 'AB')).toBe(false);
    expect(matches('(?i)strasse', 'STRAßE')).toBe(true);
    expect(matches('(?x) a b # c', 'ab')).toBe(true);
  });

  it('say which groups an earlier repetition may have matched', () => {
    expect([...translatePattern('(?:(a)|b)*').unsure]).toEqual([1]);
    expect([...translatePattern('(?:(a)b)*').unsure]).toEqual([]);
  });

  it('end before a final line feed at $ and \\Z, not at \\z', () => {
    expect(matches('b$', 'ab\n')).toBe(true);
    expect(matches('b\\Z', 'ab\n')).toBe(true);
    expect(matches('b\\z', 'ab\n')).toBe(false);
    expect(matches('a$', 'a\nb')).toBe(false);
    expect(matches('(?m)a$', 'a\nb')).toBe(true);
  });

  it('let the dot match everything but a line feed', () => {
    expect(matches('a.b', 'a\rb')).toBe(true);
    expect(matches('a.b', 'a\nb')).toBe(false);
    expect(matches('(?s)a.b', 'a\nb')).toBe(true);
  });

  it('keep the numbers of groups when a possessive quantifier adds one', () => {
    const { regexp, groups } = translatePattern('a*+(b)');
    expect(regexp.exec('aab')?.[groups[1] ?? 0]).toBe('b');
    expect(matches('a*+a', 'aaa')).toBe(false);
  });

  it('take quoted text, escapes and braces literally', () => {
    expect(first('\\Qa.b\\E', 'axb a.b')).toBe('a.b');
    expect(matches('\\-\\_\\/', '-_/')).toBe(true);
    expect(matches('^\\{"a"', '{"a"')).toBe(true);
    expect(matches('^{', '{')).toBe(true);
  });

  it('know POSIX classes and scripts by name', () => {
    expect(matches('^\\p{Upper}\\p{Lower}+$', 'Hello')).toBe(true);
    expect(matches('^\\p{Greek}$', 'λ')).toBe(true);
    expect(matches('^\\P{L}$', '1')).toBe(true);
  });

  it('refer back to groups by number and name', () => {
    expect(matches('^(.)\\1$', 'aa')).toBe(true);
    expect(matches('^(?<c>.)\\k<c>$', 'ab')).toBe(false);
  });

  it('are refused by name where JavaScript has no equal', () => {
    for (const pattern of ['\\p{InGreek}', 'a\\G', '\\cA', '(a)?\\1', 'a(?i)b|c', '(?i)ﬁ']) {
      expect(() => translatePattern(pattern), pattern).toThrow('LW:NOT_COVERED: ');
    }
  });

  it('are invalid where they are in Java', () => {
    for (const pattern of [
      '(',
      'a)',
      '[a',
      '*',
      'a\\',
      '\\2',
      '(?<=a+)b',
      '(?u)a',
      '\\p{IsGreek}',
      '[a-\\d]',
      '(?P<n>a)',
    ]) {
      expect(() => translatePattern(pattern), pattern).toThrow('LW:INVALID_FUNCTION_ARGUMENT: ');
    }
  });
});
