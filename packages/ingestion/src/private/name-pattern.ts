/**
 * Names with the wildcards of DMS table mappings: `%` is any text, `_` one character, `[_]` and `[%]` these themselves.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Wildcards.html
 */
export function overlap(one: string, other: string): boolean {
  const [left, right] = [symbols(one), symbols(other)];
  const known = new Map<number, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = i * (right.length + 1) + j;
    const before = known.get(key);
    if (before !== undefined) return before;
    const [a, b] = [left[i], right[j]];
    let result: boolean;
    if (a === undefined && b === undefined) result = true;
    else if (a === ANY) result = from(i + 1, j) || (b !== undefined && from(i, j + 1));
    else if (b === ANY) result = from(i, j + 1) || (a !== undefined && from(i + 1, j));
    else result = a !== undefined && b !== undefined && (a === b || a === ONE || b === ONE) && from(i + 1, j + 1);
    known.set(key, result);
    return result;
  };
  return from(0, 0);
}

/** Whether each name that `inner` stands for is one that `outer` stands for, too. */
export function covers(outer: string, inner: string): boolean {
  const [left, right] = [symbols(outer), symbols(inner)];
  const from = (i: number, j: number): boolean => {
    const [a, b] = [left[i], right[j]];
    if (a === undefined) return b === undefined;
    if (a === ANY) return from(i + 1, j) || (b !== undefined && from(i, j + 1));
    if (b === undefined || b === ANY) return false;
    return (a === ONE || a === b) && from(i + 1, j + 1);
  };
  return from(0, 0);
}

/** Whether it stands for many names. A `_` alone doesn't count: it is part of most names. */
export function isWildcard(name: string): boolean {
  return symbols(name).includes(ANY);
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

const [ANY, ONE] = [0, 1];

/** Characters, and numbers for the wildcards. */
function symbols(pattern: string): (string | number)[] {
  return (pattern.match(/\[[_%]\]|[\s\S]/g) ?? []).map((part) => {
    if (part === '%') return ANY;
    if (part === '_') return ONE;
    return part.length === 3 ? part.charAt(1) : part;
  });
}
