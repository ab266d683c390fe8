import { describe, expect, it } from 'vitest';
import { area, centroid, distance, locate } from '../../../../src/engines/sql/runtime/scalars/geometry-measure';
import { parseGeometry, printGeometry } from '../../../../src/engines/sql/runtime/scalars/geometry-value';

const SQUARE = 'POLYGON ((0 0, 0 4, 4 4, 4 0, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))';
const between = (a: string, b: string) => distance(parseGeometry(a), parseGeometry(b));

describe('well-known text', () => {
  it('is read and written alike, for every kind', () => {
    for (const text of [
      'POINT (1.5 -2)',
      'POINT EMPTY',
      'LINESTRING (0 0, 1 1)',
      SQUARE,
      'MULTIPOINT ((0 0), (1 1))',
      'MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))',
      'MULTIPOLYGON (((0 0, 0 1, 1 1, 0 0)))',
      'GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))',
    ]) {
      expect(printGeometry(parseGeometry(text))).toBe(text);
    }
    expect(printGeometry(parseGeometry('multipoint(0 0,1 1)'))).toBe('MULTIPOINT ((0 0), (1 1))');
  });

  it('is refused when it is none', () => {
    for (const text of [
      '',
      'POINT',
      'POINT (1)',
      'POINT (1 2',
      'LINESTRING (0 0)',
      'POLYGON ((0 0, 1 1, 2 2))',
      'CIRCLE (0 0)',
    ]) {
      expect(() => parseGeometry(text), text).toThrow('LW:INVALID_FUNCTION_ARGUMENT: Invalid WKT');
    }
  });
});

describe('measures in the plane', () => {
  it('are nothing between geometries that touch, cross or lie in one another', () => {
    expect(between('LINESTRING (0 0, 2 2)', 'LINESTRING (0 2, 2 0)')).toBe(0);
    expect(between('LINESTRING (0 0, 0.3 0.1)', 'POINT (0.15 0.05)')).toBe(0);
    expect(between(SQUARE, 'POINT (3 3)')).toBe(0);
    expect(between('POLYGON ((2.5 2.5, 2.5 3, 3 3, 2.5 2.5))', SQUARE)).toBe(0);
  });

  it('are the shortest way otherwise', () => {
    expect(between('POINT (0 0)', 'POINT (3 4)')).toBe(5);
    expect(between('POINT (5 1)', 'LINESTRING (0 0, 4 0, 4 4)')).toBe(1);
    expect(between(SQUARE, 'POINT (1.5 1.25)')).toBe(0.25);
    expect(between('POINT EMPTY', SQUARE)).toBeUndefined();
  });

  it('leave holes out of area and center', () => {
    expect(area(parseGeometry(SQUARE))).toBe(15);
    expect(centroid(parseGeometry('POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))'))).toEqual([1, 1]);
    expect(centroid(parseGeometry('LINESTRING (0 0, 4 0)'))).toEqual([2, 0]);
    expect(centroid(parseGeometry('GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))'))).toBeUndefined();
  });

  it('tell the boundary from both sides', () => {
    const ring = [
      [0, 0],
      [0, 2],
      [2, 2],
      [2, 0],
      [0, 0],
    ] as const;
    expect(locate([1, 1], [ring])).toBe('inside');
    expect(locate([2, 1], [ring])).toBe('boundary');
    expect(locate([3, 1], [ring])).toBe('outside');
    expect(locate([-1, 0], [ring])).toBe('outside');
  });
});
