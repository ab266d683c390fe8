import type { DdlName } from '../../../engines/sql/ddl/statement';
import { SqlError, type SqlPosition } from '../../../engines/sql/errors';
import type { CatalogStore, Table } from '../../../workspace/catalog-store';
import { CATALOG, icebergRefusal, isIceberg } from '../tables/lake-catalog';
import { isView } from '../tables/presto-view';

export interface FullName {
  readonly database: string;
  readonly table: string;
}

/** Parts of a name in a query → database and table, lower case. */
export function fullName(parts: readonly string[], database: string, position?: SqlPosition): FullName {
  const [table = '', schema = database, catalog = CATALOG] = parts.map((part) => part.toLowerCase()).reverse();
  if (catalog !== CATALOG) throw new SqlError('CATALOG_NOT_FOUND', `Catalog '${catalog}' does not exist`, position);
  return { database: schema, table };
}

export const ddlName = (name: DdlName, database: string): FullName => ({
  database: name.database ?? database,
  table: name.name,
});

/** Hive's words for DDL on a table that isn't there. */
export function requireTable(catalog: CatalogStore, { database, table }: FullName): Table {
  const found = catalog.table(database, table);
  if (found) return found;
  throw new SqlError('FAILED', `SemanticException [Error 10001]: Table not found ${database}.${table}`);
}

/** Trino's words for a statement on a table that isn't there. */
export function requireTarget(catalog: CatalogStore, name: FullName, position?: SqlPosition): Table {
  requireSchema(catalog, name.database, position);
  const found = catalog.table(name.database, name.table);
  if (!found) {
    throw new SqlError('TABLE_NOT_FOUND', `Table '${CATALOG}.${name.database}.${name.table}' does not exist`, position);
  }
  return found;
}

export function requireSchema(catalog: CatalogStore, database: string, position?: SqlPosition): void {
  if (!catalog.database(database))
    throw new SqlError('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`, position);
}

export function refuseIceberg(table: Table): void {
  if (isIceberg(table)) throw icebergRefusal();
}

/** A table that rows may be written to. */
export function requireWritable(catalog: CatalogStore, name: FullName, position?: SqlPosition): Table {
  const table = requireTarget(catalog, name, position);
  if (isView(table)) throw new SqlError('NOT_SUPPORTED', 'Inserting into views is not supported', position);
  refuseIceberg(table);
  return table;
}
