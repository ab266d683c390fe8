import type { AccessMatrix, TableAccessEntry } from './access';

/** What changes for one principal on one table. */
export interface AccessChange {
  readonly principal: string;
  readonly table: string;
  /** `SELECT`, `column email`, `rows where region <> 'EU'`, `all rows`. */
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/** Who gains and who loses what from one matrix to the other; whoever keeps all isn't listed. */
export function accessDiff(before: AccessMatrix, after: AccessMatrix): readonly AccessChange[] {
  const key = ({ principal, table }: TableAccessEntry) => JSON.stringify([principal, table]);
  const former = new Map(before.entries.map((entry) => [key(entry), entry]));
  const latter = new Map(after.entries.map((entry) => [key(entry), entry]));
  return [...new Set([...former.keys(), ...latter.keys()])]
    .sort()
    .map((name) => {
      const [principal, table] = JSON.parse(name);
      const had = rights(former.get(name));
      const has = rights(latter.get(name));
      const gains = [...has].filter((right) => !had.has(right));
      const loses = [...had].filter((right) => !has.has(right));
      return { principal, table, gains, loses };
    })
    .filter(({ gains, loses }) => gains.length + loses.length > 0);
}

/** A cell is told by its column and the rows in which it is seen. */
function rights(entry: TableAccessEntry | undefined): ReadonlySet<string> {
  if (entry === undefined) return new Set();
  const whole = entry.sees.filter(({ rows }) => rows === undefined).flatMap(({ columns }) => columns);
  const cells = entry.sees.flatMap(({ columns, rows }) =>
    columns
      .filter((column) => rows === undefined || !whole.includes(column))
      .map((column) => (rows === undefined ? `column ${column}` : `column ${column} where ${rows}`)),
  );
  return new Set([...entry.permissions, ...cells]);
}
