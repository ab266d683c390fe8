import { number } from './format';

export interface CellColumn {
  readonly name: string;
  readonly type: string;
}

export type Cells = readonly (string | null)[];

const NUMBERS = /^(tinyint|smallint|int|integer|bigint|float|real|double|decimal)/i;
const WHOLE = /^(tinyint|smallint|int|integer|bigint)/i;
/** What counts nothing: an id is a name, a year a date. */
const NAMES = /(^|_)(id|key|code|zip|year|no|nr)$|number$/i;

export const isNumber = ({ type }: CellColumn): boolean => NUMBERS.test(type);

/** Something to add up or to compare; right-aligned and with separators. */
export const isMeasure = (column: CellColumn): boolean => isNumber(column) && !NAMES.test(column.name);

/** How a column's values are written: fractions of a column get as many places as the longest of them. */
export function formatterOf(column: CellColumn, sample: readonly (string | null)[]): (value: string) => string {
  if (!isMeasure(column)) return (value) => value;
  if (WHOLE.test(column.type)) return (value) => (Number.isSafeInteger(Number(value)) ? number(Number(value)) : value);
  const plain = sample.flatMap((value) => value ?? []);
  const places = plain
    .map((value) => /^-?\d+(?:\.(\d+))?$/.exec(value))
    .map((match) => match && (match[1] ?? '').length);
  const most = Math.max(0, ...places.map((count) => count ?? 99));
  if (most > 4) return (value) => value;
  return (value) => {
    const [whole, fraction = ''] = value.split('.');
    // By its digits: a decimal may have more of them than a number of JavaScript.
    return most > 0 && /^-?\d+(\.\d+)?$/.test(value) ? `${whole}.${fraction.padEnd(most, '0')}` : value;
  };
}

/** For spreadsheets: tabs and line breaks of a value would begin another cell. */
export function tsv(columns: readonly CellColumn[] | undefined, rows: readonly Cells[]): string {
  const line = (cells: Cells): string => cells.map((cell) => (cell ?? '').replace(/[\t\r\n]+/g, ' ')).join('\t');
  return [...(columns ? [columns.map(({ name }) => name)] : []), ...rows].map(line).join('\n');
}

/** As Athena writes a result: every value in quotes, nothing for null. */
export function csv(columns: readonly CellColumn[], rows: readonly Cells[]): string {
  const line = (cells: Cells): string =>
    cells.map((cell) => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`)).join(',');
  return [columns.map(({ name }) => name), ...rows].map((cells) => `${line(cells)}\n`).join('');
}
