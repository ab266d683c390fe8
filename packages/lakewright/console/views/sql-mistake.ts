/** Names that could have been meant, the nearest first. */
export function nearest(given: string, names: Iterable<string>, most = 3): readonly string[] {
  const wanted = given.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const found = new Map<string, number>();
  for (const name of names) {
    const other = name.toLowerCase();
    if (other === wanted) continue;
    const distance = other.startsWith(wanted) || wanted.startsWith(other) ? 1 : distanceOf(wanted, other, limit);
    if (distance <= limit) found.set(name, distance);
  }
  return [...found]
    .sort((a, b) => a[1] - b[1])
    .slice(0, most)
    .map(([name]) => name);
}

/** How many letters are other, missing, too many, or changed places; more than `limit` isn't counted. */
function distanceOf(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  let earlier: readonly number[] = [];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = (before[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (earlier[j - 2] ?? limit) + 1 : limit + 1;
      row.push(Math.min(same, swapped, (before[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    earlier = before;
    before = row;
  }
  return before[b.length] as number;
}

/** The name in Athena's text: `Column 'origins' cannot be resolved`, `Table awsdatacatalog.a.b does not exist` … */
export function culprit(error: string): string | undefined {
  const patterns = [
    /Column '([^']+)' cannot be resolved/,
    /Table '?(?:awsdatacatalog\.)?([\w.]+)'? does not exist/i,
    /Function '?([\w.]+)'? not registered/i,
    /Unexpected parameters .* for function ([\w.]+)/i,
    /Schema '?([\w.]+)'? does not exist/i,
    /mismatched input '([^']+)'/,
  ];
  for (const pattern of patterns) {
    const found = pattern.exec(error)?.[1];
    if (found !== undefined) return found.split('.').at(-1);
  }
  return undefined;
}

/** Where the engine points to in the text, up to the end of the word there. */
export function spanOf(sql: string, line: number, column: number): { from: number; to: number } {
  const lines = sql.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const from = Math.min(sql.length, before + column - 1);
  const word = /^("[^"]*"|[\w.$]+|\S)/.exec(sql.slice(from))?.[0] ?? '';
  return { from, to: from + word.length };
}
