import { type Geometry, type Point, partsOf, pointsOf } from './geometry-value';

type Segment = readonly [from: Point, to: Point];

const distanceOf = ([x1, y1]: Point, [x2, y2]: Point): number => Math.hypot(x2 - x1, y2 - y1);

export function segmentsOf(points: readonly Point[]): Segment[] {
  return points.slice(1).map((point, i) => [points[i] as Point, point]);
}

/** Twice the signed area of a ring; positive counter-clockwise. */
export function doubleArea(ring: readonly Point[]): number {
  return segmentsOf(ring).reduce((sum, [[x1, y1], [x2, y2]]) => sum + x1 * y2 - x2 * y1, 0);
}

export function area(geometry: Geometry): number {
  if (geometry.kind === 'POLYGON') {
    return geometry.rings.reduce((sum, ring, i) => sum + (i === 0 ? 1 : -1) * Math.abs(doubleArea(ring)) * 0.5, 0);
  }
  return 'parts' in geometry ? geometry.parts.reduce((sum, part) => sum + area(part), 0) : 0;
}

export function lineLength(points: readonly Point[]): number {
  return segmentsOf(points).reduce((sum, [from, to]) => sum + distanceOf(from, to), 0);
}

/** The center of points, of lines by length, or of polygons by area; undefined for mixed or empty ones. */
export function centroid(geometry: Geometry): Point | undefined {
  const parts = partsOf(geometry);
  const kinds = new Set(parts.map((part) => part.kind));
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === undefined) return undefined;
  if (kind === 'POINT') return weighted(pointsOf(geometry).map((point) => [point, 1]));
  if (kind === 'LINESTRING') {
    return weighted(
      parts.flatMap((part) => segmentsOf(pointsOf(part))).map(([a, b]) => [middle(a, b), distanceOf(a, b)]),
    );
  }
  return weighted(parts.flatMap((part) => (part.kind === 'POLYGON' ? part.rings.map(ringCenter) : [])));
}

const middle = ([x1, y1]: Point, [x2, y2]: Point): Point => [(x1 + x2) / 2, (y1 + y2) / 2];

/** A hole counts negatively. */
function ringCenter(ring: readonly Point[], index: number): readonly [Point, number] {
  const total = doubleArea(ring);
  const [x, y] = segmentsOf(ring).reduce(
    ([sumX, sumY], [[x1, y1], [x2, y2]]) => {
      const cross = x1 * y2 - x2 * y1;
      return [sumX + (x1 + x2) * cross, sumY + (y1 + y2) * cross] as const;
    },
    [0, 0] as Point,
  );
  return [[x / (3 * total), y / (3 * total)], (index === 0 ? 1 : -1) * Math.abs(total)];
}

function weighted(items: readonly (readonly [Point, number])[]): Point | undefined {
  const total = items.reduce((sum, [, weight]) => sum + weight, 0);
  if (total === 0) return undefined;
  return [
    items.reduce((sum, [[x], weight]) => sum + x * weight, 0) / total,
    items.reduce((sum, [[, y], weight]) => sum + y * weight, 0) / total,
  ];
}

function pointToSegment(point: Point, [from, to]: Segment): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy;
  // Exactly on the line: a projection would leave a rounding error.
  const between = (a: number, b: number, c: number): boolean => Math.min(a, b) <= c && c <= Math.max(a, b);
  const inBox = between(from[0], to[0], point[0]) && between(from[1], to[1], point[1]);
  if (inBox && side(from, to, point) === 0) return 0;
  if (square === 0) return distanceOf(point, from);
  const along = ((point[0] - from[0]) * dx + (point[1] - from[1]) * dy) / square;
  const t = Math.max(0, Math.min(1, along));
  return distanceOf(point, [from[0] + t * dx, from[1] + t * dy]);
}

const side = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number =>
  Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

function segmentDistance(a: Segment, b: Segment): number {
  const crosses =
    side(a[0], a[1], b[0]) * side(a[0], a[1], b[1]) < 0 && side(b[0], b[1], a[0]) * side(b[0], b[1], a[1]) < 0;
  if (crosses) return 0;
  return Math.min(pointToSegment(a[0], b), pointToSegment(a[1], b), pointToSegment(b[0], a), pointToSegment(b[1], a));
}

/** Where a point lies: by the number of edges that a ray to the right crosses. */
export function locate(point: Point, rings: readonly (readonly Point[])[]): 'inside' | 'boundary' | 'outside' {
  const [x, y] = point;
  let inside = false;
  for (const segment of rings.flatMap(segmentsOf)) {
    if (pointToSegment(point, segment) === 0) return 'boundary';
    const [[x1, y1], [x2, y2]] = segment;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside ? 'inside' : 'outside';
}

/** A point is a segment of no length. */
function edgesOf(geometry: Geometry): Segment[] {
  switch (geometry.kind) {
    case 'POINT':
      return geometry.point ? [[geometry.point, geometry.point]] : [];
    case 'LINESTRING':
      return segmentsOf(geometry.points);
    case 'POLYGON':
      return geometry.rings.flatMap(segmentsOf);
    default:
      return geometry.parts.flatMap(edgesOf);
  }
}

/** The shortest distance; undefined when one is empty. */
export function distance(left: Geometry, right: Geometry): number | undefined {
  let shortest: number | undefined;
  for (const a of partsOf(left)) {
    for (const b of partsOf(right)) {
      const found = partDistance(a, b);
      if (found !== undefined && (shortest === undefined || found < shortest)) shortest = found;
    }
  }
  return shortest;
}

function partDistance(left: Geometry, right: Geometry): number | undefined {
  const covers = (polygon: Geometry, other: Geometry): boolean => {
    const [point] = pointsOf(other);
    return polygon.kind === 'POLYGON' && point !== undefined && locate(point, polygon.rings) !== 'outside';
  };
  if (covers(left, right) || covers(right, left)) return 0;
  let shortest: number | undefined;
  for (const a of edgesOf(left)) {
    for (const b of edgesOf(right)) {
      const found = segmentDistance(a, b);
      if (shortest === undefined || found < shortest) shortest = found;
    }
  }
  return shortest;
}
