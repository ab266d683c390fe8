import { type Field, type FieldType, STRING, scalar } from '../field-type';
import type { Cell } from './csv-rows';

export interface SchemaOptions {
  /** Whether white space around a value counts for its type; Glue trims it unless a classifier says otherwise. */
  readonly trim: boolean;
  /** Whether the SerDe takes quotes off; LazySimpleSerDe doesn't, so a quoted number is a string to it. */
  readonly unquotes: boolean;
}

const BIGINT = scalar('bigint');
const DOUBLE = scalar('double');

/** The type of one value; undefined for an empty one, which fits any type. */
export function cellType(cell: Cell, options: SchemaOptions): FieldType | undefined {
  const text = options.trim ? cell.text.trim() : cell.text;
  if (text === '') return undefined;
  if (cell.quoted && !options.unquotes) return STRING;
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text);
    return value >= -(2n ** 63n) && value < 2n ** 63n ? BIGINT : STRING;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? DOUBLE : STRING;
}

/**
 * A column's type: bigint, double or string. Dates, times and booleans are strings, as crawled CSV tables show; a column
 * without a value is a string.
 */
export function columnType(cells: readonly (Cell | undefined)[], options: SchemaOptions): FieldType {
  let type: FieldType | undefined;
  for (const cell of cells) {
    const next = cell && cellType(cell, options);
    if (!next) continue;
    if (next === STRING) return STRING;
    type = type === DOUBLE ? DOUBLE : next;
  }
  return type ?? STRING;
}

export function columnTypes(rows: readonly (readonly Cell[])[], width: number, options: SchemaOptions): FieldType[] {
  return Array.from({ length: width }, (_, index) =>
    columnType(
      rows.map((row) => row[index]),
      options,
    ),
  );
}

/** Glue's pattern for a column name: one line. */
const COLUMN_NAME = /^[\u0020-\uD7FF\uE000-\uFFFD\uD800-\uDFFF\t]{1,255}$/;

/**
 * Whether the first row is a header, by the rules that Glue documents: each of its values parses as a string, is shorter
 * than 150 characters (but in the last column) and is a possible column name; and it is sufficiently different from the
 * data: some column of the other rows isn't a string.
 *
 * https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-builtin-rules
 */
export function hasHeader(rows: readonly (readonly Cell[])[], width: number, options: SchemaOptions): boolean {
  const [first, ...data] = rows;
  if (!first || data.length === 0) return false;
  // The header's own quotes say nothing of its type.
  const asText = { ...options, unquotes: true };
  const named = first.filter((cell) => cell.text.trim() !== '');
  if (named.length === 0) return false;
  const possible = first.every((cell, index) => {
    const type = cellType(cell, asText);
    if (type !== undefined && type !== STRING) return false;
    if (type !== undefined && !COLUMN_NAME.test(cell.text)) return false;
    return index === first.length - 1 || cell.text.length < 150;
  });
  return possible && columnTypes(data, width, options).some((type) => type !== STRING);
}

/**
 * Column names of a header; an empty one, and all where there is no header, are `col<index>` from 0. A name that was there
 * already gets `_1`, `_2` …: the catalog's names are unique.
 */
export function columnNames(header: readonly string[] | undefined, width: number): string[] {
  const taken = new Set<string>();
  return Array.from({ length: width }, (_, index) => {
    const wanted = header?.[index]?.trim().toLowerCase() || `col${index}`;
    let name = wanted;
    for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`;
    taken.add(name);
    return name;
  });
}

export const toFields = (names: readonly string[], types: readonly FieldType[]): Field[] =>
  names.map((name, index) => ({ name, type: types[index] ?? STRING }));
