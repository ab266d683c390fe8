import { physicalFields } from '../sql/types/physical';
import type { RowField, TrinoType } from '../sql/types/type';

/**
 * A value on its way from a file into DuckDB: scalars as the text that DuckDB's strict cast reads exactly
 * (`2024-01-31 10:00:00.000`, `1.5`, `\x41` for bytes), structures as what they are.
 */
export type Cell = null | string | readonly Cell[] | MapCell | RowCell;

/** Entries in order; keys are distinct. */
export class MapCell {
  public constructor(public readonly entries: readonly (readonly [string, Cell])[]) {}
}

/** Fields under the names that they have in DuckDB's STRUCT. */
export class RowCell {
  public constructor(public readonly entries: readonly (readonly [string, Cell])[]) {}

  public static of(fields: readonly RowField[], values: readonly Cell[]): RowCell {
    return new RowCell(physicalFields(fields).map((field, index) => [field.name, values[index] ?? null]));
  }
}

/** As JSON: strings, arrays and objects (of maps and rows alike). */
export function cellJson(cell: Cell): string {
  if (cell === null) return 'null';
  if (typeof cell === 'string') return stringJson(cell);
  if (cell instanceof MapCell || cell instanceof RowCell) {
    return `{${cell.entries.map(([key, value]) => `${stringJson(key)}:${cellJson(value)}`).join(',')}}`;
  }
  return `[${(cell as readonly Cell[]).map(cellJson).join(',')}]`;
}

/** Text that is in JSON as it is: most of what data files hold. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Half a surrogate pair isn't Unicode text: the replacement character stands in for it, as Java's encoder does. */
function stringJson(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  return json.includes('\\ud') ? JSON.stringify(text.replace(/\p{Surrogate}/gu, '�')) : json;
}

/** The type in which DuckDB reads a cell's JSON: all scalars are text. */
export function cellType(type: TrinoType): string {
  switch (type.kind) {
    case 'array':
      return `${cellType(type.element)}[]`;
    case 'map':
      return `MAP(VARCHAR, ${cellType(type.value)})`;
    case 'row':
      return `STRUCT(${physicalFields(type.fields)
        .map((field) => `"${field.name.replace(/"/g, '""')}" ${cellType(field.type)}`)
        .join(', ')})`;
    default:
      return 'VARCHAR';
  }
}
