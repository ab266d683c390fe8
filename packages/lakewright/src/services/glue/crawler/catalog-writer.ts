import { isDeepStrictEqual } from 'node:util';
import type { CatalogStore, Column, Partition, Table } from '../../../workspace/catalog-store';
import { partitionKey } from '../catalog/partitions';
import type { FoundPartition, FoundTable } from './table-definition';

/** How a crawl treats what the catalog has already. */
export interface WritePolicy {
  readonly update: 'UPDATE_IN_DATABASE' | 'LOG';
  readonly delete: 'DELETE_FROM_DATABASE' | 'DEPRECATE_IN_DATABASE' | 'LOG';
  /** Columns that are there keep their place and type; new ones are added. */
  readonly mergeNewColumns: boolean;
  /** Partitions, old ones too, take columns, formats and SerDe of their table. */
  readonly partitionsInherit: boolean;
  /** False for a crawl of new folders only: what it didn't see isn't gone. */
  readonly sawEverything: boolean;
}

export interface CrawlCounts {
  tablesCreated: number;
  tablesUpdated: number;
  tablesDeleted: number;
  partitionsCreated: number;
  partitionsUpdated: number;
  partitionsDeleted: number;
}

export const noCounts = (): CrawlCounts => ({
  tablesCreated: 0,
  tablesUpdated: 0,
  tablesDeleted: 0,
  partitionsCreated: 0,
  partitionsUpdated: 0,
  partitionsDeleted: 0,
});

/**
 * Brings a crawl's findings into the catalog. New tables and partitions are always made; changed and vanished ones follow
 * the policy.
 *
 * https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
 */
export class CatalogWriter {
  public constructor(
    private readonly catalog: CatalogStore,
    private readonly policy: WritePolicy,
    private readonly counts: CrawlCounts,
    private readonly log: (text: string) => void,
    private readonly now: () => number,
  ) {}

  public write(database: string, name: string, found: FoundTable): void {
    const former = this.catalog.table(database, name);
    const definition = { ...found.table, DatabaseName: database, Name: name } as Table;
    if (!former) {
      this.catalog.putTable({ ...definition, CreateTime: this.now() });
      this.counts.tablesCreated++;
      this.log(`table ${database}.${name} created: ${summary(definition)}`);
    } else {
      this.update(former, definition);
    }
    this.writePartitions(database, name, found.partitions, former === undefined);
  }

  /** A table that an earlier crawl made and this one didn't find. */
  public vanished(table: Table): void {
    const label = `${table.DatabaseName}.${table.Name}`;
    if (this.policy.delete === 'LOG' || !this.policy.sawEverything) {
      this.log(`the data of table ${label} is gone: the catalog is left as it is (DeleteBehavior LOG)`);
    } else if (this.policy.delete === 'DELETE_FROM_DATABASE') {
      this.catalog.deleteTable(table.DatabaseName, table.Name);
      this.counts.tablesDeleted++;
      this.log(`table ${label} deleted: its data is gone`);
    } else if (!table.Parameters?.DEPRECATED_BY_CRAWLER) {
      this.deprecate(table, 'its data is gone');
    }
  }

  private update(former: Table, found: Table): void {
    const label = `${former.DatabaseName}.${former.Name}`;
    if (this.policy.update === 'LOG' && !this.policy.mergeNewColumns) {
      if (!sameDefinition(former, found)) this.log(`table ${label} has changed: not updated (UpdateBehavior LOG)`);
      return;
    }
    if (
      this.policy.mergeNewColumns &&
      FUNDAMENTAL.some((key) => former.Parameters?.[key] !== found.Parameters?.[key])
    ) {
      this.deprecate(former, `its ${FUNDAMENTAL.join(', ')} changed and MergeNewColumns keeps the former ones`);
      return;
    }
    const next = this.policy.mergeNewColumns ? withNewColumns(former, found) : found;
    if (sameDefinition(former, next)) return;
    const { VersionId, UpdateTime, ...kept } = former;
    const base = this.policy.mergeNewColumns ? kept : { CreateTime: former.CreateTime, CatalogId: former.CatalogId };
    if (!isDeepStrictEqual(keyNames(former), keyNames(next))) this.dropPartitions(former);
    this.catalog.putTable({ ...base, ...next } as Table);
    this.counts.tablesUpdated++;
    this.log(`table ${label} updated: ${summary(next)}`);
  }

  private deprecate(table: Table, why: string): void {
    const { VersionId, UpdateTime, ...kept } = table;
    const stamp = String(Math.round(this.now() * 1000));
    this.catalog.putTable({ ...kept, Parameters: { ...table.Parameters, DEPRECATED_BY_CRAWLER: stamp } } as Table);
    this.counts.tablesUpdated++;
    this.log(`table ${table.DatabaseName}.${table.Name} marked as deprecated: ${why}`);
  }

  private dropPartitions(table: Table): void {
    const all = this.catalog.partitions(table.DatabaseName, table.Name);
    this.catalog.deletePartitions(
      table.DatabaseName,
      table.Name,
      all.map(({ Values }) => Values),
    );
    this.counts.partitionsDeleted += all.length;
  }

  private writePartitions(database: string, name: string, found: readonly FoundPartition[], isNew: boolean): void {
    const table = this.catalog.table(database, name);
    if (!table) return;
    const former = new Map(
      this.catalog.partitions(database, name).map((partition) => [partitionKey(partition.Values), partition]),
    );
    const changed: Partition[] = [];
    for (const partition of found) {
      if (partition.Values.length !== (table.PartitionKeys ?? []).length) continue;
      const known = former.get(partitionKey(partition.Values));
      former.delete(partitionKey(partition.Values));
      const next = {
        ...(this.policy.partitionsInherit ? inherit(table, partition) : partition),
        DatabaseName: database,
        TableName: name,
        CreationTime: known?.CreationTime ?? this.now(),
      } as Partition;
      if (!known) this.counts.partitionsCreated++;
      else if (samePartition(known, next) || (this.policy.update === 'LOG' && !this.policy.partitionsInherit)) continue;
      else this.counts.partitionsUpdated++;
      changed.push(next);
    }
    if (changed.length > 0) {
      this.catalog.putPartitions(database, name, changed);
      this.log(`table ${database}.${name}: ${changed.length} partitions added or updated`);
    }
    if (!isNew && this.policy.sawEverything) this.vanishedPartitions(database, name, [...former.values()]);
  }

  private vanishedPartitions(database: string, name: string, gone: Partition[]): void {
    if (gone.length === 0) return;
    const values = gone.map((partition) => partition.Values.join('/')).join(', ');
    if (this.policy.delete === 'DELETE_FROM_DATABASE') {
      this.catalog.deletePartitions(
        database,
        name,
        gone.map(({ Values }) => Values),
      );
      this.counts.partitionsDeleted += gone.length;
      this.log(`table ${database}.${name}: partitions deleted, their data is gone: ${values}`);
    } else {
      this.log(`table ${database}.${name}: the data of these partitions is gone, they are kept: ${values}`);
    }
  }
}

/** What makes files another kind of table. */
const FUNDAMENTAL = ['classification', 'compressionType', 'delimiter'];

const summary = (table: Table): string => {
  const keys = (table.PartitionKeys ?? []).map((key) => key.Name).join(', ');
  const columns = table.StorageDescriptor?.Columns?.length ?? 0;
  return `${table.Parameters?.classification}, ${columns} columns${keys ? `, partitioned by ${keys}` : ''}`;
};

const keyNames = (table: Table): string[] => (table.PartitionKeys ?? []).map((key) => key.Name);

function withNewColumns(former: Table, found: Table): Table {
  const kept = former.StorageDescriptor?.Columns ?? [];
  const names = new Set([...kept, ...(former.PartitionKeys ?? [])].map((column) => column.Name));
  const added = (found.StorageDescriptor?.Columns ?? []).filter((column: Column) => !names.has(column.Name));
  return {
    ...found,
    TableType: former.TableType,
    PartitionKeys: former.PartitionKeys,
    Parameters: { ...former.Parameters, ...found.Parameters },
    StorageDescriptor: { ...former.StorageDescriptor, Columns: [...kept, ...added] },
  };
}

function inherit(table: Table, partition: FoundPartition): FoundPartition {
  return {
    ...partition,
    StorageDescriptor: {
      ...table.StorageDescriptor,
      Location: partition.StorageDescriptor.Location,
      Parameters: partition.StorageDescriptor.Parameters,
    },
  };
}

/** Equal but for the crawl's id and what the store adds. */
function sameDefinition(a: Table, b: Table): boolean {
  const form = ({ StorageDescriptor, PartitionKeys, Parameters, TableType }: Table) =>
    plain({ StorageDescriptor, PartitionKeys: PartitionKeys ?? [], Parameters, TableType });
  return isDeepStrictEqual(form(a), form(b));
}

function samePartition(a: Partition, b: Partition): boolean {
  const form = ({ StorageDescriptor, Parameters }: Partition) => plain({ StorageDescriptor, Parameters });
  return isDeepStrictEqual(form(a), form(b));
}

/** As JSON would bring it back, without the crawl's id. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, member) => (key === 'CRAWL_RUN_ID' ? undefined : member)));
