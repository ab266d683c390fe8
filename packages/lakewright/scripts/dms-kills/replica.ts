import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { KillTable, Row } from './kill-source';

/**
 * Plays a table's files back, in the order of their change sequence.
 *
 * @returns its rows by key
 * @throws Error for a change twice, one that is missing (an insert of a row that is there, a delete of one that isn't), and
 * for a load of more than one snapshot
 */
export async function replay(bucket: string, schema: string, table: KillTable): Promise<Map<string, Row>> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const files = path.join(bucket, 'raw', schema, table.name, '**', '*.parquet');
    const result = await connection.stream(
      `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT * FROM read_parquet('${files}', union_by_name = true) ORDER BY change_sequence NULLS FIRST)`,
    );
    const names = result.columnNames();
    const rows = new Map<string, Row>();
    let last = '';
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (const cells of chunk.getRows()) {
        const record = Object.fromEntries(names.map((name, index) => [name, cells[index] as string | null]));
        const { Op, change_sequence: sequence, ...row } = record;
        if (sequence !== null && sequence !== undefined) {
          if (sequence <= last) throw new Error(`${table.name}: change ${sequence} twice`);
          last = sequence;
        }
        const key = table.key.map((name) => row[name]).join('|');
        if (rows.has(key) === (Op === 'I')) throw new Error(`${table.name}: ${Op} of ${key} at ${sequence}`);
        if (Op === 'D') rows.delete(key);
        else rows.set(key, row);
      }
    }
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
