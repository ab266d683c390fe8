import Table from 'cli-table3';
import type { Answer } from '../../engines/trino/compare';
import type { Verification } from './verify';

/** Rows of each side that a difference shows. */
const SHOWN = 10;

/** A line a statement, and where the engines differ both answers side by side. */
export function renderVerification(results: readonly Verification[]): string {
  const parts = results.filter(({ outcome }) => outcome === 'differs').map(renderDifference);
  for (const { name, outcome, reason } of results) {
    if (reason !== undefined) parts.push(`${outcome}  ${name}: ${reason}`);
  }
  const count = (outcome: Verification['outcome']) => results.filter((result) => result.outcome === outcome).length;
  parts.push(
    `${count('equal')} equal, ${count('differs')} different, ${count('refused')} refused, ${count('skipped')} skipped`,
  );
  return parts.join('\n\n');
}

function renderDifference({ name, sql, local, trino }: Verification): string {
  const table = new Table({ head: ['here', 'Trino'], style: { head: [], border: [], compact: true }, wordWrap: true });
  table.push([text(local, trino), text(trino, local)]);
  return `differs  ${name}\n${sql}\n${table.toString()}`;
}

/** Columns, and the rows that the other side doesn't have. */
function text(answer: Answer | undefined, other: Answer | undefined): string {
  if (!answer) return '';
  if ('error' in answer) return `${answer.error.name}\n${answer.error.message}`;
  const known = new Set(other && 'rows' in other ? other.rows.map((row) => JSON.stringify(row)) : []);
  const own = answer.rows.map((row) => JSON.stringify(row)).filter((row) => !known.has(row));
  return [
    answer.columns.map(({ name, type }) => `${name} ${type}`).join(', '),
    `${answer.rows.length} rows, ${own.length} of them not on the other side`,
    ...own.slice(0, SHOWN),
  ].join('\n');
}
