import { describe, expect, it } from 'vitest';
import { formatterOf } from '../../console/cells';

describe('a value in the grid', () => {
  const written = (type: string, values: readonly string[], name = 'amount') =>
    values.map(formatterOf({ name, type }, values));

  it('has as many places as the longest of its column, and every digit that it came with', () => {
    expect(written('decimal(38,2)', ['12345678901234567890.12', '7.5', '-3'])).toEqual([
      '12345678901234567890.12',
      '7.50',
      '-3.00',
    ]);
    expect(written('double', ['1.25', '3.0', 'NaN', 'Infinity'])).toEqual(['1.25', '3.0', 'NaN', 'Infinity']);
    expect(written('double', ['1.25', '3.0'])).toEqual(['1.25', '3.00']);
  });

  it('of a whole number has separators, as long as they change no digit', () => {
    expect(written('bigint', ['1234567', '9223372036854775807'])).toEqual(['1,234,567', '9223372036854775807']);
  });

  it('of an id is as it is', () => {
    expect(written('bigint', ['1234567'], 'customer_id')).toEqual(['1234567']);
  });
});
