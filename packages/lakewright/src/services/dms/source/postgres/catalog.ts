import type { Client } from 'pg';
import type { SourceColumn, SourceTable } from '../source-database';
import { baseName, type PgType, pgDmsType } from './types';

export interface PgColumn extends SourceColumn {
  /** Of the type, or of a domain's base: how values are written. */
  readonly typeName: string;
}

export interface PgTable extends SourceTable {
  readonly columns: readonly PgColumn[];
  /** `d` default, `f` full, `i` index, `n` nothing. */
  readonly replicaIdentity: string;
}

type OpenTable = Omit<PgTable, 'columns'> & { columns: PgColumn[]; keys: [number, string][] };

const TYPES = `
SELECT oid::int AS oid, typname AS name, typtype AS kind, typcategory AS category,
  typbasetype::int AS "baseType", typtypmod AS "baseModifier"
FROM pg_type`;

const COLUMNS = `
SELECT n.nspname AS schema, c.relname AS table, c.relkind AS kind, c.relreplident AS identity,
  a.attname AS column, a.atttypid::int AS type, a.atttypmod AS modifier, format_type(a.atttypid, a.atttypmod) AS text,
  a.attgenerated <> '' AS computed,
  array_position(i.indkey::int2[], a.attnum) AS key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname, c.relname, a.attnum`;

const UNSUPPORTED: Readonly<Record<string, string>> = {
  p: 'it is a partitioned table, which DMS does not replicate: choose its partitions',
  f: 'it is a foreign table',
};

/** The types of the database, by oid. */
export async function readTypes(client: Client): Promise<ReadonlyMap<number, PgType>> {
  const { rows } = await client.query<PgType>(TYPES);
  return new Map(rows.map((row) => [row.oid, row]));
}

/** The user's tables with columns and keys. */
export async function readTables(client: Client, types: ReadonlyMap<number, PgType>): Promise<readonly PgTable[]> {
  const { rows } = await client.query(COLUMNS);
  const tables = new Map<string, OpenTable>();
  for (const row of rows) {
    const id = JSON.stringify([row.schema, row.table]);
    const table: OpenTable = tables.get(id) ?? {
      schema: row.schema,
      name: row.table,
      replicaIdentity: row.identity,
      columns: [],
      primaryKey: [],
      keys: [],
      ...(UNSUPPORTED[row.kind] !== undefined && { unsupported: UNSUPPORTED[row.kind] }),
    };
    tables.set(id, table);
    if (row.column === null) continue;
    const column = pgColumn(row.column, row.type, row.modifier, types, row.text);
    table.columns.push(row.computed ? { ...column, computed: true } : column);
    if (row.key !== null) table.keys.push([row.key, row.column]);
  }
  return [...tables.values()].map(({ keys, ...table }) => ({
    ...table,
    primaryKey: keys.sort(([a], [b]) => a - b).map(([, column]) => column),
  }));
}

/** A column from what both the catalog and the log say of it. */
export function pgColumn(
  name: string,
  oid: number,
  modifier: number,
  types: ReadonlyMap<number, PgType>,
  text?: string,
): PgColumn {
  const type = types.get(oid);
  return {
    name,
    type: pgDmsType(type, modifier, types),
    sourceType: text ?? type?.name ?? `type ${oid}`,
    typeName: baseName(type, types),
  };
}
