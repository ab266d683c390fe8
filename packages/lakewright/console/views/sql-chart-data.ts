import { type CellColumn, type Cells, isMeasure, isNumber } from '../cells';

export const MARKS = ['line', 'bar', 'heatmap', 'point'] as const;
export type Mark = (typeof MARKS)[number];

/** What is drawn of a result: columns by their place. */
export interface Encoding {
  readonly mark: Mark;
  readonly x: number;
  readonly y: number;
  /** Series, or the heatmap's rows; null = none. */
  readonly by: number | null;
}

export type Kind = 'time' | 'category' | 'measure';

const MOST_SERIES = 12;
const MOST_KEYS = 400;
const DATE = /^\d{4}-\d{2}(-\d{2}([ T]\d{2}:\d{2}.*)?)?$/;
const MEANS = /avg|mean|rate|ratio|pct|percent|share|per_|min|max|median|temp|speed|lat|lon|score/i;

export function kindOf(column: CellColumn, values: readonly (string | null)[]): Kind {
  if (/^(date|timestamp)/i.test(column.type)) return 'time';
  if (isNumber(column))
    return isMeasure(column) && !/^(month|day|hour|week|quarter)$/i.test(column.name) ? 'measure' : 'category';
  const some = values.filter((value) => value !== null).slice(0, 50);
  return some.length > 0 && some.every((value) => DATE.test(value as string)) ? 'time' : 'category';
}

const distinct = (rows: readonly Cells[], place: number): number => new Set(rows.map((row) => row[place])).size;

/** Time → line, category → bar, two keys → heatmap; undefined where nothing can be measured. */
export function guess(columns: readonly CellColumn[], rows: readonly Cells[]): Encoding | undefined {
  const kinds = columns.map((column, place) =>
    kindOf(
      column,
      rows.map((row) => row[place] ?? null),
    ),
  );
  const measures = places(kinds, 'measure');
  const y = measures.at(-1);
  if (y === undefined || rows.length === 0) return undefined;
  const [time] = places(kinds, 'time');
  const categories = places(kinds, 'category').filter((place) => {
    const count = distinct(rows, place);
    return count > 1 && count <= MOST_KEYS;
  });
  const [first, second] = categories;
  if (time !== undefined && distinct(rows, time) > 1) {
    const by = categories.find((place) => distinct(rows, place) <= MOST_SERIES) ?? null;
    return { mark: 'line', x: time, y, by };
  }
  if (
    first !== undefined &&
    second !== undefined &&
    distinct(rows, first) < rows.length &&
    distinct(rows, second) < rows.length
  ) {
    return { mark: 'heatmap', x: first, y, by: second };
  }
  if (first !== undefined) return { mark: 'bar', x: first, y, by: null };
  if (measures.length > 1 && measures[0] !== undefined) return { mark: 'point', x: measures[0], y, by: null };
  return undefined;
}

const places = (kinds: readonly Kind[], kind: Kind): number[] =>
  kinds.flatMap((one, place) => (one === kind ? [place] : []));

export interface Point {
  readonly x: string;
  readonly y: number;
  readonly by: string;
}

export interface Drawn {
  readonly points: readonly Point[];
  /** How rows of one place were put together; undefined = each stands alone. */
  readonly together?: 'sum' | 'mean';
}

/** One point a place: rows that share their keys are added up, or averaged where a sum would mean nothing. */
export function pointsOf(columns: readonly CellColumn[], rows: readonly Cells[], { mark, x, y, by }: Encoding): Drawn {
  const read = (row: Cells): Point | undefined => {
    const value = Number(row[y] ?? Number.NaN);
    if (!Number.isFinite(value)) return undefined;
    return { x: row[x] ?? 'null', y: value, by: by === null ? '' : (row[by] ?? 'null') };
  };
  const all = rows.flatMap((row) => read(row) ?? []);
  if (mark === 'point') return { points: all };
  const groups = new Map<string, Point[]>();
  for (const point of all) {
    const key = `${point.by}\u0000${point.x}`;
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  if (groups.size === all.length) return { points: all };
  const together = MEANS.test(columns[y]?.name ?? '') ? 'mean' : 'sum';
  const points = [...groups.values()].map((group): Point => {
    const sum = group.reduce((total, point) => total + point.y, 0);
    return { ...(group[0] as Point), y: together === 'sum' ? sum : sum / group.length };
  });
  return { points, together };
}
