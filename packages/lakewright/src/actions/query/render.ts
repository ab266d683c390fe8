import Table from 'cli-table3';
import type { QueryResult } from './query';

export const OUTPUTS = ['table', 'csv', 'json', 'parquet'] as const;
export type Output = (typeof OUTPUTS)[number];

const NUMERIC = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'real', 'float', 'double', 'decimal']);

/** A result as text; `parquet` is a file and never comes here. */
export function renderResult(result: QueryResult, output: Exclude<Output, 'parquet'>): string {
  switch (output) {
    case 'table':
      return renderTable(result);
    case 'csv':
      return [result.columns.map(({ name }) => name), ...result.rows].map(csvLine).join('\n');
    case 'json':
      return JSON.stringify(
        result.rows.map((row) =>
          Object.fromEntries(result.columns.map(({ name, type }, index) => [name, jsonValue(type, row[index])])),
        ),
        null,
        2,
      );
  }
}

function renderTable({ columns, rows }: QueryResult): string {
  if (columns.length === 0) return rows.map((row) => row.join('\t')).join('\n');
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map(({ type }) => (NUMERIC.has(type) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    // DESCRIBE answers three columns in one cell, set apart by tabs.
    const cells = row.length < columns.length ? (row[0] ?? '').split('\t').map((cell) => cell.trim()) : row;
    table.push(cells.map((cell) => cell ?? 'NULL'));
  }
  return `${table.toString()}\n${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
}

/** Athena's own form: everything quoted, NULL empty. */
function csvLine(cells: readonly (string | null)[]): string {
  return cells.map((cell) => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`)).join(',');
}

/** Numbers that JSON can carry exactly become numbers; the rest stays as Athena prints it. */
function jsonValue(type: string, cell: string | null): unknown {
  if (cell === null) return null;
  if (type === 'boolean') return cell === 'true';
  const exact = NUMERIC.has(type) && type !== 'decimal' && Number.isFinite(Number(cell));
  return exact && (!cell.match(/^-?\d{16,}$/) || Number.isSafeInteger(Number(cell))) ? Number(cell) : cell;
}
