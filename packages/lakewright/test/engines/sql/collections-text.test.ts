import { describe, expect, it } from 'vitest';
import { translateText } from './fixture';

/** Nesting a call in itself: each level may add its own text, never the text below it twice. */
async function lengthAt(depth: number, nest: (inner: string) => string, leaf: string): Promise<number> {
  let expression = leaf;
  for (let level = 0; level < depth; level++) expression = nest(expression);
  const { sql } = await translateText(`SELECT ${expression} AS x FROM (VALUES ARRAY[1, 2, NULL]) t(a)`);
  return sql.length;
}

describe('the text of nested collection functions grows linearly', () => {
  it.each<[string, (inner: string) => string]>([
    ['transform', (inner) => `transform(${inner}, x -> x + 1)`],
    ['filter', (inner) => `filter(${inner}, x -> x > 1)`],
    ['array_sort with a comparator', (inner) => `array_sort(${inner}, (x, y) -> IF(x < y, 1, IF(x = y, 0, -1)))`],
    ['array_distinct', (inner) => `array_distinct(${inner})`],
    ['array_intersect', (inner) => `array_intersect(${inner}, a)`],
    ['array_remove', (inner) => `array_remove(${inner}, 1)`],
    ['zip_with', (inner) => `zip_with(${inner}, a, (x, y) -> coalesce(x, y))`],
    ['slice', (inner) => `slice(${inner}, -2, 2)`],
    ['reduce', (inner) => `ARRAY[reduce(${inner}, 0, (s, x) -> s + x, s -> s)]`],
    ['concat', (inner) => `(${inner} || a)`],
    ['a CASE over an equality', (inner) => `CASE WHEN ${inner} = a THEN a ELSE ARRAY[9] END`],
    ['an order', (inner) => `IF(${inner} < a, a, ARRAY[9])`],
    ['casts to and from json', (inner) => `CAST(CAST(${inner} AS JSON) AS array(integer))`],
  ])('%s', async (_name, nest) => {
    const [four = 0, eight = 0, sixteen = 0] = await Promise.all([4, 8, 16].map((n) => lengthAt(n, nest, 'a')));
    expect(sixteen - eight).toBeLessThan(2.5 * (eight - four) + 200);
  });

  it('a lambda in a lambda', async () => {
    const nested = (depth: number): string =>
      depth === 0
        ? 'cardinality(a)'
        : `reduce(transform(a, x${depth} -> ${nested(depth - 1)}), 0, (s, x) -> s + x, s -> s)`;
    const lengths = await Promise.all([3, 6, 12].map((n) => lengthAt(1, () => nested(n), '')));
    const [three = 0, six = 0, twelve = 0] = lengths;
    expect(twelve - six).toBeLessThan(2.5 * (six - three) + 200);
  });
});
