import { invalidArgument, notCovered, ParseCache, type ScalarFunction, scalar } from '../support';
import { area, centroid, distance, doubleArea, lineLength, locate, segmentsOf } from './geometry-measure';
import { type Geometry, type Point, parseGeometry, partsOf, pointsOf, printGeometry } from './geometry-value';

const geometries = new ParseCache<Geometry>(parseGeometry);
const read = (text: string): Geometry => geometries.get(text);
const print = (point: Point | undefined): string => printGeometry({ kind: 'POINT', point });

function only<K extends Geometry['kind']>(name: string, text: string, kind: K): Extract<Geometry, { kind: K }> {
  const geometry = read(text);
  if (geometry.kind !== kind) {
    invalidArgument(
      `${name} only applies to ${kind}. Input type is: ${geometry.kind.replace('LINESTRING', 'LINE_STRING')}`,
    );
  }
  return geometry as Extract<Geometry, { kind: K }>;
}

const DIMENSIONS: Readonly<Record<string, bigint>> = { POINT: 0n, LINESTRING: 1n, POLYGON: 2n };

function dimension(geometry: Geometry): bigint {
  const kind = geometry.kind.replace('MULTI', '');
  const known = DIMENSIONS[kind];
  if (known !== undefined) return known;
  return partsOf(geometry).reduce((most, part) => (dimension(part) > most ? dimension(part) : most), 0n);
}

/** Trino turns shells clockwise and holes the other way; text in which they aren't is refused. */
function asText(text: string): string {
  const geometry = read(text);
  for (const part of partsOf(geometry)) {
    const turned = part.kind === 'POLYGON' && part.rings.some((ring, i) => doubleArea(ring) > 0 === (i === 0));
    if (turned) notCovered('ST_AsText of a polygon whose shell is counter-clockwise or whose hole is clockwise');
  }
  return printGeometry(geometry);
}

function bound(axis: 0 | 1, choose: (...values: number[]) => number): (text: string) => number | null {
  return (text) => {
    const values = pointsOf(read(text)).map((point) => point[axis]);
    return values.length > 0 ? choose(...values) : null;
  };
}

function pointCount(text: string): bigint {
  const geometry = read(text);
  const count = (part: Geometry): number =>
    part.kind === 'POLYGON' ? notCovered('ST_NumPoints of a polygon') : pointsOf(part).length;
  return BigInt(partsOf(geometry).reduce((sum, part) => sum + count(part), 0));
}

function isClosed(name: string, text: string): boolean {
  const { points } = only(name, text, 'LINESTRING');
  const [first, last] = [points[0], points.at(-1)];
  return first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1];
}

function length(text: string): number {
  const geometry = read(text);
  if (geometry.kind !== 'LINESTRING' && geometry.kind !== 'MULTILINESTRING') {
    invalidArgument(`ST_Length only applies to LINE_STRING or MULTI_LINE_STRING. Input type is: ${geometry.kind}`);
  }
  return partsOf(geometry).reduce((sum, part) => sum + lineLength(pointsOf(part)), 0);
}

/** Points in a polygon, without its boundary. Other pairs need more geometry than this engine has. */
function contains(left: string, right: string): boolean {
  const [container, contained] = [read(left), read(right)];
  if (container.kind !== 'POLYGON' || contained.kind !== 'POINT') {
    return notCovered(`ST_Contains of ${container.kind} and ${contained.kind}`);
  }
  return contained.point !== undefined && locate(contained.point, container.rings) === 'inside';
}

function equals(left: string, right: string): boolean {
  const [a, b] = [read(left), read(right)];
  if (a.kind === 'POINT' && b.kind === 'POINT') return printGeometry(a) === printGeometry(b);
  if (printGeometry(a) === printGeometry(b)) return true;
  return notCovered(`ST_Equals of ${a.kind} and ${b.kind}`);
}

/** The point at a part of the way. */
function interpolate(text: string, fraction: number): string {
  const { points } = only('line_interpolate_point', text, 'LINESTRING');
  if (!(fraction >= 0 && fraction <= 1)) invalidArgument('fraction must be between 0 and 1');
  let left = fraction * lineLength(points);
  for (const [[x1, y1], [x2, y2]] of segmentsOf(points)) {
    const size = Math.hypot(x2 - x1, y2 - y1);
    if (left <= size) {
      const t = size === 0 ? 0 : left / size;
      return print([x1 + t * (x2 - x1), y1 + t * (y2 - y1)]);
    }
    left -= size;
  }
  return print(points.at(-1));
}

const lineOf = (points: readonly Point[]): string => printGeometry({ kind: 'LINESTRING', points });

function lineString(text: string): string {
  const points = (JSON.parse(text) as (string | null)[]).map((item, i) => {
    if (item === null) return invalidArgument(`Invalid input to ST_LineString: null at index ${i + 1}`);
    const { point } = only('ST_LineString', item, 'POINT');
    return point ?? invalidArgument(`Invalid input to ST_LineString: empty point at index ${i + 1}`);
  });
  if (points.length === 1) invalidArgument('Invalid input to ST_LineString: a line needs two points');
  return lineOf(points);
}

function typed(kind: Geometry['kind'], name: string): (text: string) => string {
  return (text) => {
    const geometry = parseGeometry(text);
    if (geometry.kind !== kind) invalidArgument(`${name} only applies to ${kind}`);
    return printGeometry(geometry);
  };
}

/** Google's polyline: differences of hundred-thousandths of degrees, five bits a character. */
function encodePolyline(text: string): string {
  const geometry = read(text);
  if (geometry.kind !== 'LINESTRING' && geometry.kind !== 'MULTIPOINT') {
    invalidArgument(`to_encoded_polyline only applies to LINE_STRING or MULTI_POINT. Input type is: ${geometry.kind}`);
  }
  let encoded = '';
  let [latitude, longitude] = [0, 0];
  for (const [x, y] of pointsOf(geometry)) {
    const [nextLatitude, nextLongitude] = [Math.round(y * 1e5), Math.round(x * 1e5)];
    encoded += encodeNumber(nextLatitude - latitude) + encodeNumber(nextLongitude - longitude);
    [latitude, longitude] = [nextLatitude, nextLongitude];
  }
  return encoded;
}

function encodeNumber(value: number): string {
  let bits = value < 0 ? ~(value << 1) : value << 1;
  let text = '';
  for (; bits >= 0x20; bits >>= 5) text += String.fromCharCode((0x20 | (bits & 0x1f)) + 63);
  return text + String.fromCharCode(bits + 63);
}

function decodePolyline(text: string): string {
  const numbers: number[] = [];
  let [bits, shift] = [0, 0];
  for (const c of text) {
    const value = c.charCodeAt(0) - 63;
    bits |= (value & 0x1f) << shift;
    shift += 5;
    if (value >= 0x20) continue;
    numbers.push(bits & 1 ? ~(bits >> 1) : bits >> 1);
    [bits, shift] = [0, 0];
  }
  let [latitude, longitude] = [0, 0];
  const points: Point[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    latitude += numbers[i] ?? 0;
    longitude += numbers[i + 1] ?? 0;
    points.push([longitude / 1e5, latitude / 1e5]);
  }
  return lineOf(points);
}

/** Geometries, carried as well-known text. */
export const geometryScalars: readonly ScalarFunction[] = [
  scalar('lw_st_read', ['VARCHAR'], 'VARCHAR', (text) => printGeometry(parseGeometry(text))),
  scalar('lw_st_line', ['VARCHAR'], 'VARCHAR', typed('LINESTRING', 'ST_LineFromText')),
  scalar('lw_st_polygon', ['VARCHAR'], 'VARCHAR', typed('POLYGON', 'ST_Polygon')),
  scalar('lw_st_point', ['DOUBLE', 'DOUBLE'], 'VARCHAR', (x, y) =>
    Number.isFinite(x) && Number.isFinite(y) ? print([x, y]) : invalidArgument('coordinates must be finite'),
  ),
  scalar('lw_st_text', ['VARCHAR'], 'VARCHAR', asText),
  scalar('lw_st_x', ['VARCHAR'], 'DOUBLE', (text) => only('ST_X', text, 'POINT').point?.[0] ?? null),
  scalar('lw_st_y', ['VARCHAR'], 'DOUBLE', (text) => only('ST_Y', text, 'POINT').point?.[1] ?? null),
  scalar('lw_st_xmin', ['VARCHAR'], 'DOUBLE', bound(0, Math.min)),
  scalar('lw_st_xmax', ['VARCHAR'], 'DOUBLE', bound(0, Math.max)),
  scalar('lw_st_ymin', ['VARCHAR'], 'DOUBLE', bound(1, Math.min)),
  scalar('lw_st_ymax', ['VARCHAR'], 'DOUBLE', bound(1, Math.max)),
  scalar('lw_st_dimension', ['VARCHAR'], 'BIGINT', (text) => dimension(read(text))),
  scalar('lw_st_empty', ['VARCHAR'], 'BOOLEAN', (text) => pointsOf(read(text)).length === 0),
  scalar('lw_st_points', ['VARCHAR'], 'BIGINT', pointCount),
  scalar('lw_st_parts', ['VARCHAR'], 'VARCHAR', (text) => JSON.stringify(partsOf(read(text)).map(printGeometry))),
  scalar('lw_st_count', ['VARCHAR'], 'BIGINT', (text) =>
    pointsOf(read(text)).length === 0 ? 0n : BigInt(partsOf(read(text)).length),
  ),
  scalar('lw_st_holes', ['VARCHAR'], 'BIGINT', (text) =>
    BigInt(Math.max(0, only('ST_NumInteriorRing', text, 'POLYGON').rings.length - 1)),
  ),
  scalar('lw_st_vertex', ['VARCHAR', 'BIGINT'], 'VARCHAR', (text, n) => {
    const { points } = only('ST_PointN', text, 'LINESTRING');
    const point = points[Number(n) - 1];
    return point ? print(point) : null;
  }),
  scalar('lw_st_closed', ['VARCHAR'], 'BOOLEAN', (text) => isClosed('ST_IsClosed', text)),
  scalar('lw_st_ring', ['VARCHAR'], 'BOOLEAN', (text) =>
    isClosed('ST_IsRing', text) ? notCovered('ST_IsRing of a closed line') : false,
  ),
  scalar('lw_st_linestring', ['VARCHAR'], 'VARCHAR', lineString),
  scalar('lw_st_length', ['VARCHAR'], 'DOUBLE', length),
  scalar('lw_st_area', ['VARCHAR'], 'DOUBLE', (text) => area(read(text))),
  scalar('lw_st_centroid', ['VARCHAR'], 'VARCHAR', (text) => {
    const geometry = read(text);
    if (pointsOf(geometry).length === 0) return null;
    return print(centroid(geometry) ?? notCovered(`ST_Centroid of ${geometry.kind}`));
  }),
  scalar('lw_st_distance', ['VARCHAR', 'VARCHAR'], 'DOUBLE', (a, b) => distance(read(a), read(b)) ?? null),
  scalar('lw_st_intersects', ['VARCHAR', 'VARCHAR'], 'BOOLEAN', (a, b) => distance(read(a), read(b)) === 0),
  scalar('lw_st_contains', ['VARCHAR', 'VARCHAR'], 'BOOLEAN', contains),
  scalar('lw_st_equals', ['VARCHAR', 'VARCHAR'], 'BOOLEAN', equals),
  scalar('lw_st_interpolate', ['VARCHAR', 'DOUBLE'], 'VARCHAR', interpolate),
  scalar('lw_st_encode', ['VARCHAR'], 'VARCHAR', encodePolyline),
  scalar('lw_st_decode', ['VARCHAR'], 'VARCHAR', decodePolyline),
];
