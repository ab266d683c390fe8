import Table from 'cli-table3';
import type { QueryExplanation } from './explain';

/** An explanation for people. */
export function renderExplanation({
  statement,
  columns,
  sql,
  reads,
  scan,
  approximate,
  refusal,
}: QueryExplanation): string {
  const parts = [`statement  ${statement ?? 'not understood'}`];
  if (refusal) {
    const at = refusal.line === undefined ? '' : ` at line ${refusal.line}:${refusal.column}`;
    const who = refusal.name === 'NOT_COVERED' ? 'the local engine refuses' : `Athena refuses (${refusal.name})`;
    parts.push(`refused    ${who}${at}: ${refusal.reason}`);
    return parts.join('\n');
  }
  if (reads.length > 0) parts.push(`reads      ${reads.join(', ')} (${scan.files} files, ${scan.bytes} bytes)`);
  if (approximate) parts.push(`approximate  ${approximate.join(', ')}: may differ from Athena's answer`);
  if (sql === undefined) return [...parts, 'runs       on the catalog; no DuckDB SQL is needed'].join('\n');
  const table = new Table({ head: ['column', 'type'], style: { head: [], border: [], compact: true } });
  for (const { name, type } of columns) table.push([name, type]);
  return [...parts, table.toString(), 'DuckDB SQL', sql].join('\n');
}
