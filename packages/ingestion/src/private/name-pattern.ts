/**
 * Names with the wildcards of DMS table mappings: `%` is any text, `_` one character.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Wildcards.html
 */
export function overlap(one: string, other: string): boolean {
  const memory = new Map<string, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = `${i},${j}`;
    const known = memory.get(key);
    if (known !== undefined) return known;
    const [a, b] = [one[i], other[j]];
    let result: boolean;
    if (a === undefined && b === undefined) result = true;
    else if (a === '%') result = from(i + 1, j) || (b !== undefined && from(i, j + 1));
    else if (b === '%') result = from(i, j + 1) || (a !== undefined && from(i + 1, j));
    else result = a !== undefined && b !== undefined && (a === b || a === '_' || b === '_') && from(i + 1, j + 1);
    memory.set(key, result);
    return result;
  };
  return from(0, 0);
}

/** Whether each name that `inner` stands for is one that `outer` stands for, too. */
export function covers(outer: string, inner: string): boolean {
  const from = (i: number, j: number): boolean => {
    const [a, b] = [outer[i], inner[j]];
    if (a === undefined) return b === undefined;
    if (a === '%') return from(i + 1, j) || (b !== undefined && from(i, j + 1));
    if (b === undefined || b === '%') return false;
    return (a === '_' || a === b) && from(i + 1, j + 1);
  };
  return from(0, 0);
}

/** Whether it may stand for more than one name. A single `_` counts as itself: it is part of most names. */
export function isWildcard(name: string): boolean {
  return name.includes('%');
}

/** A schema and a table, each a pattern. */
export interface TablePattern {
  readonly schema: string;
  readonly table: string;
}

/** Whether there may be a table that both stand for. */
export function tablesOverlap(one: TablePattern, other: TablePattern): boolean {
  return overlap(one.schema, other.schema) && overlap(one.table, other.table);
}

/** Whether `outer` stands for all tables of `inner`. */
export function tableCovers(outer: TablePattern, inner: TablePattern): boolean {
  return covers(outer.schema, inner.schema) && covers(outer.table, inner.table);
}
