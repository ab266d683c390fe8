import type { DdlName } from '../../../engines/sql/ddl/statement';
import { NotCoveredError, SqlError, type SqlPosition } from '../../../engines/sql/errors';
import type { CatalogStore, Table } from '../../../workspace/catalog-store';
import { CatalogLinks } from '../../glue/catalog/resource-links';
import { CATALOG } from '../tables/lake-catalog';
import { isView } from '../tables/presto-view';
import type { StatementRun } from './run';

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

/** A table that DDL changes. */
export function requireTable(catalog: CatalogStore, name: FullName): Table {
  refuseLink(catalog, name);
  return catalog.table(name.database, name.table) ?? tableNotFound(name);
}

/** A table that DDL shows: what a resource link stands for, without what is hidden from the caller. */
export function readTable({ lake, guard }: StatementRun, name: FullName): Table {
  const table = new CatalogLinks(lake.catalog, lake.account).find(name.database, name.table) ?? tableNotFound(name);
  if (!guard) return table;
  guard.describe({ database: table.DatabaseName, table: table.Name });
  return guard.rights.shown(table);
}

/** Hive's words for DDL on a table that isn't there. */
function tableNotFound({ database, table }: FullName): never {
  throw new SqlError('FAILED', `SemanticException [Error 10001]: Table not found ${database}.${table}`);
}

/**
 * Resource links are read through, never written through.
 *
 * @throws NotCoveredError that names the link and what it stands for
 */
export function refuseLink(catalog: CatalogStore, { database, table }: { database: string; table?: string }): void {
  const target = catalog.database(database)?.TargetDatabase as { DatabaseName: string } | undefined;
  if (target) throw linkRefusal(`database ${database}`, target.DatabaseName);
  if (table === undefined) return;
  const other = catalog.table(database, table)?.TargetTable as { DatabaseName: string; Name: string } | undefined;
  if (other) throw linkRefusal(`table ${database}.${table}`, `${other.DatabaseName}.${other.Name}`);
}

const linkRefusal = (link: string, target: string): NotCoveredError =>
  new NotCoveredError(`changing what the resource link ${link} stands for`, undefined, `name ${target} itself`);

/** Trino's words for a statement on a table that isn't there. */
export function requireTarget(catalog: CatalogStore, name: FullName, position?: SqlPosition): Table {
  requireSchema(catalog, name.database, position);
  refuseLink(catalog, name);
  const found = catalog.table(name.database, name.table);
  if (!found) {
    throw new SqlError('TABLE_NOT_FOUND', `Table '${CATALOG}.${name.database}.${name.table}' does not exist`, position);
  }
  return found;
}

/** A database that a statement makes something in. */
export function requireSchema(catalog: CatalogStore, database: string, position?: SqlPosition): void {
  if (!catalog.database(database))
    throw new SqlError('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`, position);
  refuseLink(catalog, { database });
}

/** A table that rows may be written to. */
export function requireWritable(catalog: CatalogStore, name: FullName, position?: SqlPosition): Table {
  const table = requireTarget(catalog, name, position);
  if (isView(table)) throw new SqlError('NOT_SUPPORTED', 'Inserting into views is not supported', position);
  return table;
}
