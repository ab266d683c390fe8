import { actAs } from '../../../access/acting';
import type { TablePermission } from '../../../access/contract';
import type { CatalogStore, Partition, Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { Caller, LakeContext } from '../../service';
import { entityNotFound } from '../errors';
import { requiredName } from '../input';
import { StateMap } from '../state-map';
import { CatalogLinks } from './resource-links';
import { CatalogRights } from './rights';
import { shownPartition } from './shown-table';

/** What the catalog's operations share. */
export class CatalogContext {
  public readonly catalog: CatalogStore;
  public readonly links: CatalogLinks;
  /** ARN → tags. */
  public readonly tags: StateMap<Record<string, string>>;

  public constructor(public readonly lake: LakeContext) {
    this.catalog = lake.catalog;
    this.links = new CatalogLinks(lake.catalog, lake.account);
    this.tags = new StateMap(lake.workspace, 'glue-tags');
  }

  /** Lake Formation's part of what a caller may do; undefined for `local-admin`. */
  public rights(caller: Caller): CatalogRights | undefined {
    return CatalogRights.of(this.lake, caller);
  }

  /** @throws ServiceError AccessDeniedException, be the table there or not */
  public requireDescribe(caller: Caller, database: string, table: string): void {
    this.rights(caller)?.requireDescribe({ database: this.realDatabase(database), table });
  }

  public requireTable(caller: Caller, permission: TablePermission, database: string, table: string): void {
    const rights = this.rights(caller);
    if (!rights) return;
    const id = { database: this.realDatabase(database), table };
    rights.requireDescribe(id);
    rights.requireTable(permission, id);
  }

  /** A table, or what its link shows, without what is hidden from the caller; `table` is the one behind the name. */
  public shown(caller: Caller, table: Table, what: Table): Table {
    return this.rights(caller)?.through(this.links, table, what) ?? what;
  }

  /** The table whose partitions are read. */
  public partitionedTable(input: ApiShape, caller: Caller): Table {
    this.checkCatalog(input);
    const database = requiredName(input.DatabaseName, 'databaseName');
    const name = requiredName(input.TableName, 'tableName');
    this.requireDescribe(caller, database, name);
    const table = this.links.targetTable(database, name);
    this.rights(caller)?.requirePartitions(table);
    return table;
  }

  public shownPartition(caller: Caller, table: Table, partition: Partition): Partition {
    const rights = this.rights(caller);
    return rights ? shownPartition(partition, table, rights.ofTable(table)) : partition;
  }

  /** The database that holds the tables of a linked one. */
  private realDatabase(name: string): string {
    const target = this.catalog.database(name)?.TargetDatabase as { DatabaseName?: string } | undefined;
    return target?.DatabaseName?.toLowerCase() ?? name;
  }

  /** Epoch seconds, by the lake's clock. */
  public now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }

  /** One catalog is local: the account's own. */
  public checkCatalog(input: ApiShape): void {
    const id = input?.CatalogId;
    if (id === undefined || id === null || id === this.lake.account) return;
    throw entityNotFound(`Catalog ${id} not found: the local catalog is ${this.lake.account}.`);
  }

  /** Adds tags to `crawler/name`, `database/name` …; none is no change. */
  public tag(resource: string, tags: ApiShape): void {
    if (!tags || Object.keys(tags).length === 0) return;
    this.tags.put(this.arn(resource), { ...this.tags.get(this.arn(resource)), ...tags });
  }

  /** What the caller makes is his. */
  public actAs<T>(caller: Caller, work: () => T): T {
    return actAs(this.lake.access.principalOf(caller)?.arn, work);
  }

  public arn(resource: string): string {
    return `arn:${this.lake.partition}:glue:${this.lake.region}:${this.lake.account}:${resource}`;
  }
}
