import { invalidArgument } from '../support';

export type Point = readonly [x: number, y: number];

/** A geometry in the plane. Lines are lists of points, polygons lists of closed rings: the shell, then the holes. */
export type Geometry =
  | { readonly kind: 'POINT'; readonly point: Point | undefined }
  | { readonly kind: 'LINESTRING'; readonly points: readonly Point[] }
  | { readonly kind: 'POLYGON'; readonly rings: readonly (readonly Point[])[] }
  | {
      readonly kind: 'MULTIPOINT' | 'MULTILINESTRING' | 'MULTIPOLYGON' | 'GEOMETRYCOLLECTION';
      readonly parts: readonly Geometry[];
    };

const PART_KINDS = { MULTIPOINT: 'POINT', MULTILINESTRING: 'LINESTRING', MULTIPOLYGON: 'POLYGON' } as const;

/** Reads well-known text; what isn't fails as in Trino. */
export function parseGeometry(text: string): Geometry {
  const reader = new WktReader(text);
  const geometry = reader.geometry();
  reader.end();
  return geometry;
}

class WktReader {
  private at = 0;

  constructor(private readonly text: string) {}

  public geometry(): Geometry {
    const kind = this.token(/[A-Za-z]+/y).toUpperCase();
    if (this.accept('EMPTY')) return this.empty(kind);
    return this.body(kind);
  }

  public end(): void {
    this.space();
    if (this.at < this.text.length) this.fail();
  }

  private empty(kind: string): Geometry {
    switch (kind) {
      case 'POINT':
        return { kind, point: undefined };
      case 'LINESTRING':
        return { kind, points: [] };
      case 'POLYGON':
        return { kind, rings: [] };
      case 'MULTIPOINT':
      case 'MULTILINESTRING':
      case 'MULTIPOLYGON':
      case 'GEOMETRYCOLLECTION':
        return { kind, parts: [] };
      default:
        return this.fail();
    }
  }

  private body(kind: string): Geometry {
    switch (kind) {
      case 'POINT': {
        const [point] = this.list(() => this.point());
        return { kind, point };
      }
      case 'LINESTRING': {
        const points = this.list(() => this.point());
        return points.length > 1 ? { kind, points } : this.fail();
      }
      case 'POLYGON':
        return { kind, rings: this.list(() => this.ring()) };
      case 'MULTIPOINT':
        return { kind, parts: this.list((): Geometry => ({ kind: 'POINT', point: this.maybeWrapped() })) };
      case 'MULTILINESTRING':
      case 'MULTIPOLYGON':
        return { kind, parts: this.list(() => this.body(PART_KINDS[kind])) };
      case 'GEOMETRYCOLLECTION':
        return { kind, parts: this.list(() => this.geometry()) };
      default:
        return this.fail();
    }
  }

  private ring(): readonly Point[] {
    const points = this.list(() => this.point());
    const [first, last] = [points[0], points.at(-1)];
    const closed = first && last && first[0] === last[0] && first[1] === last[1];
    return closed && points.length > 3 ? points : this.fail();
  }

  /** `1 2` or `(1 2)`: both are written in a MULTIPOINT. */
  private maybeWrapped(): Point | undefined {
    this.space();
    return this.text[this.at] === '(' ? this.list(() => this.point())[0] : this.point();
  }

  private point(): Point {
    return [this.number(), this.number()];
  }

  private number(): number {
    return Number(this.token(/[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y));
  }

  private list<T>(item: () => T): T[] {
    if (!this.accept('(')) this.fail();
    const items: T[] = [];
    do items.push(item());
    while (this.accept(','));
    if (!this.accept(')')) this.fail();
    return items;
  }

  private token(pattern: RegExp): string {
    this.space();
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return this.fail();
    this.at += match[0].length;
    return match[0];
  }

  private accept(token: string): boolean {
    this.space();
    if (this.text.slice(this.at, this.at + token.length).toUpperCase() !== token) return false;
    this.at += token.length;
    return true;
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++;
  }

  private fail(): never {
    invalidArgument(`Invalid WKT: ${this.text}`);
  }
}

const pointText = ([x, y]: Point): string => `${x} ${y}`;
const pointsText = (points: readonly Point[]): string => `(${points.map(pointText).join(', ')})`;

function bodyText(geometry: Geometry): string {
  switch (geometry.kind) {
    case 'POINT':
      return geometry.point ? `(${pointText(geometry.point)})` : 'EMPTY';
    case 'LINESTRING':
      return geometry.points.length > 0 ? pointsText(geometry.points) : 'EMPTY';
    case 'POLYGON':
      return geometry.rings.length > 0 ? `(${geometry.rings.map(pointsText).join(', ')})` : 'EMPTY';
    default: {
      const text = geometry.kind === 'GEOMETRYCOLLECTION' ? printGeometry : bodyText;
      return geometry.parts.length > 0 ? `(${geometry.parts.map(text).join(', ')})` : 'EMPTY';
    }
  }
}

/** Well-known text. */
export function printGeometry(geometry: Geometry): string {
  return `${geometry.kind} ${bodyText(geometry)}`;
}

/** The parts of a multi-geometry; a simple geometry is its only part. */
export function partsOf(geometry: Geometry): readonly Geometry[] {
  return 'parts' in geometry ? geometry.parts : [geometry];
}

export function pointsOf(geometry: Geometry): readonly Point[] {
  switch (geometry.kind) {
    case 'POINT':
      return geometry.point ? [geometry.point] : [];
    case 'LINESTRING':
      return geometry.points;
    case 'POLYGON':
      return geometry.rings.flat();
    default:
      return geometry.parts.flatMap(pointsOf);
  }
}
