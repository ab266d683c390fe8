import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { MySqlSource } from '../../../../src/services/dms/source/mysql/mysql-source';
import type {
  Change,
  RowChange,
  SourceSnapshot,
  SourceTable,
} from '../../../../src/services/dms/source/source-database';

export type Row = Record<string, string | null>;

export async function tableOf(source: MySqlSource, schema: string, name: string): Promise<SourceTable> {
  const table = (await source.tables()).find((one) => one.schema === schema && one.name === name);
  if (table === undefined) throw new Error(`no table ${schema}.${name}`);
  return table;
}

/** What a full load writes, as rows by column. */
export async function loaded(snapshot: SourceSnapshot, table: SourceTable, where?: string): Promise<Row[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-load-'));
  const file = path.join(folder, 'rows.csv');
  try {
    await snapshot.load(table, table.columns, where, file);
    return readSpool(fs.readFileSync(file, 'utf8')).map((row) =>
      Object.fromEntries(table.columns.map(({ name }, index) => [name, row[index] ?? null])),
    );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function readSpool(text: string): (string | null)[][] {
  return parse(text, {
    relax_column_count: false,
    skip_empty_lines: false,
    cast: (value, { quoting }) => (!quoting && value === '\\N' ? null : value),
  });
}

/** All changes of the tables after a position up to now. */
export async function changesOf(source: MySqlSource, tables: readonly SourceTable[], from: string): Promise<Change[]> {
  const changes: Change[] = [];
  const until = await source.currentPosition();
  await source.changes({ capture: 'c', from, until, tables, onChange: (change) => changes.push(change) });
  return changes;
}

export const rowsOf = (changes: readonly Change[]): RowChange[] => changes.filter((change) => change.kind === 'row');

export const asRow = ({ values }: RowChange): Row => Object.fromEntries(values);

/** The position up to which changes were handed over. */
export function lastPosition(changes: readonly Change[]): string | undefined {
  return changes.flatMap((change) => (change.kind === 'commit' ? [change.position] : [])).at(-1);
}
