import type { Connection, RowDataPacket } from 'mysql2';
import type { SourceColumn, SourceTable } from '../source-database';
import { type ColumnType, mysqlDmsType, parseColumnType } from './column-type';
import { rows } from './connect';

export interface MySqlColumn extends SourceColumn {
  readonly parsed: ColumnType;
  /** Of texts, in the catalog. */
  readonly charset?: string;
}

export interface MySqlTable extends SourceTable {
  readonly columns: readonly MySqlColumn[];
  /** `InnoDB`, `MyISAM` … */
  readonly engine: string;
  /** Of an engine with transactions: a snapshot of it can be taken. */
  readonly transactional: boolean;
}

const TABLES = `
SELECT t.TABLE_SCHEMA AS \`schema\`, t.TABLE_NAME AS \`table\`, t.TABLE_TYPE AS type, t.ENGINE AS engine,
  e.TRANSACTIONS AS transactions
FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
WHERE t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
  AND t.TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
ORDER BY t.TABLE_SCHEMA, t.TABLE_NAME`;

const COLUMNS = `
SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\`, COLUMN_TYPE AS type,
  CHARACTER_SET_NAME AS charset
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`;

const KEYS = `
SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\`
FROM information_schema.STATISTICS
WHERE INDEX_NAME = 'PRIMARY' ORDER BY TABLE_SCHEMA, TABLE_NAME, SEQ_IN_INDEX`;

const idOf = ({ schema, table }: RowDataPacket): string => JSON.stringify([schema, table]);

/** The tables of all databases but the server's own, with columns and keys. */
export async function readTables(connection: Connection): Promise<readonly MySqlTable[]> {
  const keys = new Map<string, string[]>();
  for (const row of await rows(connection, KEYS)) keys.set(idOf(row), [...(keys.get(idOf(row)) ?? []), row.column]);
  const columns = new Map<string, MySqlColumn[]>();
  for (const row of await rows(connection, COLUMNS)) {
    const list = columns.get(idOf(row)) ?? [];
    columns.set(idOf(row), list);
    list.push({ ...mysqlColumn(row.column, row.type), ...(row.charset && { charset: row.charset }) });
  }
  return (await rows(connection, TABLES)).map((row) => ({
    schema: row.schema,
    name: row.table,
    engine: row.engine ?? 'none',
    transactional: row.transactions === 'YES',
    columns: columns.get(idOf(row)) ?? [],
    primaryKey: keys.get(idOf(row)) ?? [],
    ...(row.type === 'SYSTEM VERSIONED' && {
      unsupported: 'it is system-versioned: its former rows are in the binlog as inserts',
    }),
  }));
}

/** A column from its type as the catalog and the binlog write it. */
export function mysqlColumn(name: string, sourceType: string): MySqlColumn {
  const parsed = parseColumnType(sourceType);
  return { name, sourceType, parsed, type: mysqlDmsType(parsed) };
}
