import type { AccessMatrix, TableAccessEntry } from './access';
import type { AccessChange } from './diff';

/** The matrix for people: table by table, who sees what of it, and why. */
export function renderAccess({ entries, nobody, tables }: AccessMatrix): string {
  if (tables.length === 0) return 'no tables: neither the template nor the workspace has any';
  const lines = tables.flatMap((table) => {
    const of = entries.filter((entry) => entry.table === table);
    return of.length === 0 ? [`${table}\n  nobody`] : [table, ...of.flatMap(entryLines)];
  });
  if (nobody.length > 0) lines.push('', `nothing on any of these tables: ${nobody.join(', ')}`);
  return lines.join('\n');
}

function entryLines(entry: TableAccessEntry): string[] {
  const others = entry.permissions.filter((permission) => permission !== 'SELECT');
  const head = entry.permissions.length === 0 ? 'nothing' : entry.permissions.join(', ');
  return [
    `  ${entry.principal}  ${head}${entry.governed ? '' : '  (left to IAM)'}`,
    ...entry.sees.map(
      ({ columns, rows }) => `    sees   ${columns.join(', ')}  ${rows === undefined ? 'all rows' : `where ${rows}`}`,
    ),
    ...(entry.sees.length > 0 && entry.hidden.length > 0 ? [`    hidden ${entry.hidden.join(', ')}`] : []),
    ...(entry.sees.length === 0 && others.length > 0 ? ['    sees   no data'] : []),
    ...entry.why.map((reason) => `    why    ${reason}`),
    ...entry.refused.map((reason) => `    not    ${reason}`),
  ];
}

export function renderDiff(changes: readonly AccessChange[]): string {
  if (changes.length === 0) return 'nobody gains or loses anything';
  return changes
    .flatMap(({ principal, table, gains, loses }) => [
      `${principal} on ${table}`,
      ...gains.map((right) => `  + ${right}`),
      ...loses.map((right) => `  - ${right}`),
    ])
    .join('\n');
}
