import type { CatalogStore, Database, Table } from '../../../workspace/catalog-store';
import { databaseNotFound, entityNotFound, tableNotFound } from '../errors';

/**
 * Resource links: a database or table that stands for another one (`TargetDatabase`, `TargetTable`). Reads through a link
 * see the target; changes to the link change the link.
 *
 * https://docs.aws.amazon.com/lake-formation/latest/dg/resource-links-about.html
 */
export class CatalogLinks {
  public constructor(
    private readonly catalog: CatalogStore,
    private readonly account: string,
  ) {}

  /** The database itself, a link unresolved. */
  public requireDatabase(name: string): Database {
    const database = this.catalog.database(name);
    if (!database) throw databaseNotFound(name);
    return database;
  }

  /** The name of the database that really holds the tables. */
  public databaseName(name: string): string {
    const target = this.requireDatabase(name).TargetDatabase as
      | { CatalogId?: string; DatabaseName: string }
      | undefined;
    if (!target) return name;
    this.requireLocal(target.CatalogId, `database ${name}`);
    return this.requireDatabase(target.DatabaseName.toLowerCase()).Name;
  }

  /** The table itself, a link unresolved. */
  public requireTable(database: string, name: string): Table {
    const table = this.catalog.table(this.databaseName(database), name);
    if (!table) throw tableNotFound();
    return table;
  }

  /** The table that a name stands for: the target, if it is a link. */
  public targetTable(database: string, name: string): Table {
    const table = this.requireTable(database, name);
    const target = table.TargetTable as { CatalogId?: string; DatabaseName: string; Name: string } | undefined;
    if (!target) return table;
    this.requireLocal(target.CatalogId, `table ${database}.${name}`);
    return this.requireTable(target.DatabaseName.toLowerCase(), target.Name.toLowerCase());
  }

  /** The table that a name stands for, or undefined where there is none; a link to nothing fails. */
  public find(database: string, name: string): Table | undefined {
    if (!this.catalog.database(database)) return undefined;
    return this.catalog.table(this.databaseName(database), name) && this.targetTable(database, name);
  }

  /** What GetTable answers: a link's own name and target, the target's schema and storage. */
  public shownTable(database: string, table: Table): Table {
    if (!table.TargetTable) return table;
    const target = this.targetTable(database, table.Name);
    const { Name, DatabaseName, CatalogId, TargetTable, CreateTime } = table;
    return { ...target, Name, DatabaseName, CatalogId, TargetTable, CreateTime } as Table;
  }

  /** The tables of a database as Athena lists them: a link that leads nowhere shows what it has itself. */
  public listed(database: string): readonly Table[] {
    return this.catalog.tables(this.databaseName(database)).map((table) => {
      try {
        return this.shownTable(table.DatabaseName, table);
      } catch {
        return table;
      }
    });
  }

  private requireLocal(catalogId: string | undefined, what: string): void {
    if (catalogId === undefined || catalogId === this.account) return;
    throw entityNotFound(
      `The ${what} links to catalog ${catalogId}, which the local lake (${this.account}) doesn't hold: create the database it links to in this catalog.`,
    );
  }
}
