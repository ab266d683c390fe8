import { randomUUID } from 'node:crypto';
import {
  currentSchema,
  emptyMetadata,
  parseMetadata,
  printMetadata,
  type TableMetadata,
} from '../../engines/iceberg/metadata';
import { brokenRequirement, type TableRequirement } from '../../engines/iceberg/requirements';
import { SnapshotFiles } from '../../engines/iceberg/snapshot-files';
import { toHiveType } from '../../engines/iceberg/types';
import { applyUpdates, InvalidUpdateError, type TableUpdate } from '../../engines/iceberg/updates';
import type { Table } from '../../workspace/catalog-store';
import { CatalogLinks } from '../glue/catalog/resource-links';
import type { LakeContext } from '../service';
import { alreadyExists, badRequest, commitFailed, noSuchNamespace, noSuchTable } from './errors';
import { LakeFiles } from './lake-files';

/** A table as it is at one moment. */
export interface LoadedTable {
  readonly table: Table;
  /** Address of the metadata file: changes with every commit. */
  readonly metadataLocation: string;
  readonly metadata: TableMetadata;
}

export const isIcebergTable = (table: Table): boolean => table.Parameters?.table_type?.toUpperCase() === 'ICEBERG';

/** Metadata files that are kept parsed. */
const KEPT = 200;
/** A table without this property keeps so many former metadata files in its log. */
const LOGGED_METADATA = 100;

/**
 * The Iceberg tables of the lake. A table's pointer is `metadata_location` among the parameters of its Glue table, as on
 * AWS: the REST catalog, Athena and clients of the Glue API all commit by changing that one value.
 *
 * Commits compare and swap: the metadata file is written first, then the pointer is moved, in one step that nothing can
 * come between, if it still is what the commit was built on. One process writes to a workspace; everybody else commits
 * through its server.
 */
export class IcebergTables {
  public readonly files: LakeFiles;
  public readonly snapshots: SnapshotFiles;
  private readonly links: CatalogLinks;
  private readonly parsed = new Map<string, TableMetadata>();

  public constructor(private readonly lake: LakeContext) {
    this.files = new LakeFiles(lake.objects);
    this.snapshots = new SnapshotFiles(this.files);
    this.links = new CatalogLinks(lake.catalog, lake.account);
  }

  /** @throws ServiceError NoSuchTableException */
  public load(database: string, name: string): LoadedTable {
    const table = this.links.find(database, name);
    if (!table || !isIcebergTable(table)) throw noSuchTable(database, name);
    return this.loaded(table);
  }

  /** The state that a Glue table points to. */
  public loaded(table: Table): LoadedTable {
    const metadataLocation = table.Parameters?.metadata_location;
    if (!metadataLocation) {
      throw badRequest(`${table.DatabaseName}.${table.Name} is an Iceberg table without "metadata_location"`);
    }
    return { table, metadataLocation, metadata: this.metadataAt(metadataLocation) };
  }

  /**
   * Makes a table. `updates` say what is in it, on top of nothing.
   *
   * @throws ServiceError NoSuchNamespaceException, AlreadyExistsException, BadRequestException
   */
  public async create(
    database: string,
    name: string,
    location: string,
    updates: readonly TableUpdate[],
  ): Promise<LoadedTable> {
    this.requireNew(database, name);
    const metadata = this.apply(emptyMetadata(location, this.now()), updates);
    return this.publish(database, name, metadata, undefined);
  }

  /** What a table would be, without making it: the first half of a staged create. */
  public stage(location: string, updates: readonly TableUpdate[]): TableMetadata {
    return this.apply(emptyMetadata(location, this.now()), updates);
  }

  /**
   * Commits changes if the requirements hold. Ones that don't concern what somebody else changed meanwhile are tried
   * again on top of it.
   *
   * @throws ServiceError CommitFailedException (409), NoSuchTableException, BadRequestException
   */
  public async commit(
    database: string,
    name: string,
    requirements: readonly TableRequirement[],
    updates: readonly TableUpdate[],
  ): Promise<LoadedTable> {
    for (;;) {
      const found = this.links.find(database, name);
      if (found && !isIcebergTable(found)) throw alreadyExists(`Table ${database}.${name} is no Iceberg table`);
      const before = found && this.loaded(found);
      const broken = brokenRequirement(before?.metadata, requirements);
      if (broken) throw commitFailed(broken);
      const creates = requirements.some((requirement) => requirement.type === 'assert-create');
      if (!before && !creates) throw noSuchTable(database, name);
      if (!before) this.requireNew(database, name);
      const after = this.apply(before?.metadata ?? emptyMetadata('', this.now(), ''), updates);
      try {
        return await this.publish(found?.DatabaseName ?? database, found?.Name ?? name, after, before);
      } catch (error) {
        if (!(error instanceof PointerMovedError)) throw error;
      }
    }
  }

  /** The catalog forgets the table; with `purge` its files go, too. */
  public async drop(database: string, name: string, purge: boolean): Promise<void> {
    const { table, metadata } = this.load(database, name);
    this.lake.catalog.deleteTable(table.DatabaseName, table.Name);
    if (purge) await this.deleteFolder(metadata.location);
  }

  /** @throws ServiceError NoSuchTableException, NoSuchNamespaceException, AlreadyExistsException */
  public rename(from: { database: string; name: string }, to: { database: string; name: string }): void {
    const { table } = this.load(from.database, from.name);
    this.requireNew(to.database, to.name);
    const { VersionId: _, ...rest } = table;
    this.lake.catalog.putTable({ ...rest, DatabaseName: to.database, Name: to.name });
    this.lake.catalog.deleteTable(table.DatabaseName, table.Name);
  }

  /** Tables of a database by name. */
  public list(database: string): string[] {
    if (!this.lake.catalog.database(database)) throw noSuchNamespace(database);
    return this.lake.catalog
      .tables(database)
      .filter(isIcebergTable)
      .map((table) => table.Name);
  }

  /** Where a new table's files go if nobody says. */
  public defaultLocation(database: string, name: string): string {
    const found = this.lake.catalog.database(database);
    if (!found) throw noSuchNamespace(database);
    if (found.LocationUri) return `${found.LocationUri.replace(/\/+$/, '')}/${name}`;
    throw badRequest(
      `table ${database}.${name} has no location, and neither has its database → give "location", or the database a LocationUri`,
    );
  }

  /** Milliseconds by the lake's clock. */
  public now(): number {
    return this.lake.clock.now().getTime();
  }

  private apply(metadata: TableMetadata, updates: readonly TableUpdate[]): TableMetadata {
    try {
      return applyUpdates(metadata, updates, this.now());
    } catch (error) {
      if (error instanceof InvalidUpdateError) throw badRequest(error.message);
      throw error;
    }
  }

  private requireNew(database: string, name: string): void {
    if (!this.lake.catalog.database(database)) throw noSuchNamespace(database);
    if (this.lake.catalog.table(database, name)) throw alreadyExists(`Table already exists: ${database}.${name}`);
  }

  private async publish(
    database: string,
    name: string,
    changed: TableMetadata,
    before: LoadedTable | undefined,
  ): Promise<LoadedTable> {
    const metadata = before ? logged(changed, before) : changed;
    if (!/^s3[an]?:\/\/[^/]+\/./.test(metadata.location)) {
      throw badRequest(
        `location "${metadata.location}" of ${database}.${name} is no place in a bucket → s3://bucket/folder`,
      );
    }
    const version = before ? Number(/(\d+)-[^/]*$/.exec(before.metadataLocation)?.[1] ?? 0) + 1 : 0;
    const metadataLocation = `${metadata.location}/metadata/${String(version).padStart(5, '0')}-${randomUUID()}.metadata.json`;
    await this.files.write(metadataLocation, printMetadata(metadata));
    // From here to `putTable` nothing waits: this is the compare-and-swap.
    const now = this.lake.catalog.table(database, name);
    if (now?.Parameters?.metadata_location !== before?.metadataLocation || (now && !before)) {
      await this.files.delete(metadataLocation);
      if (!before) throw alreadyExists(`Table already exists: ${database}.${name}`);
      if (!now) throw noSuchTable(database, name);
      throw new PointerMovedError();
    }
    const table = glueTable(database, name, metadata, metadataLocation, now);
    this.lake.catalog.putTable(table, { skipArchive: true });
    await this.expireMetadata(metadata, changed);
    return this.load(database, name);
  }

  private metadataAt(location: string): TableMetadata {
    const known = this.parsed.get(location);
    if (known) return known;
    let text: string;
    try {
      text = this.files.readTextNow(location);
    } catch (error) {
      throw badRequest(
        `the metadata file ${location} can't be read: ${error instanceof Error ? error.message : error}`,
      );
    }
    const metadata = parseMetadata(text);
    if (this.parsed.size >= KEPT) this.parsed.clear();
    this.parsed.set(location, metadata);
    return metadata;
  }

  private async deleteFolder(location: string): Promise<void> {
    const match = /^s3[an]?:\/\/([^/]+)\/(.+)$/.exec(location);
    if (!match) return;
    const [, bucket = '', prefix = ''] = match;
    for (const { key } of await this.lake.objects.list(bucket, { prefix: `${prefix}/` })) {
      await this.lake.objects.delete(bucket, key);
    }
  }

  /** Former metadata files that have fallen out of the log, if the table says so. */
  private async expireMetadata(metadata: TableMetadata, changed: TableMetadata): Promise<void> {
    if (metadata.properties['write.metadata.delete-after-commit.enabled'] !== 'true') return;
    const kept = new Set(metadata['metadata-log'].map((entry) => entry['metadata-file']));
    for (const { 'metadata-file': file } of changed['metadata-log']) if (!kept.has(file)) await this.files.delete(file);
  }
}

/** Somebody else's commit came between. */
class PointerMovedError extends Error {}

function logged(metadata: TableMetadata, before: LoadedTable): TableMetadata {
  const entry = {
    'timestamp-ms': before.metadata['last-updated-ms'],
    'metadata-file': before.metadataLocation,
  };
  const most = Number(metadata.properties['write.metadata.previous-versions-max'] ?? LOGGED_METADATA);
  return { ...metadata, 'metadata-log': [...metadata['metadata-log'], entry].slice(-Math.max(1, most)) };
}

/** As Iceberg's own Glue integration writes it. */
function glueTable(
  database: string,
  name: string,
  metadata: TableMetadata,
  metadataLocation: string,
  before: Table | undefined,
): Table {
  const former = before?.Parameters?.metadata_location;
  return {
    ...before,
    DatabaseName: database,
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: [],
    Parameters: {
      ...before?.Parameters,
      table_type: 'ICEBERG',
      metadata_location: metadataLocation,
      ...(former !== undefined && { previous_metadata_location: former }),
      ...(metadata.properties.comment !== undefined && { comment: metadata.properties.comment }),
    },
    StorageDescriptor: {
      Compressed: false,
      NumberOfBuckets: 0,
      SortColumns: [],
      StoredAsSubDirectories: false,
      Location: metadata.location,
      Columns: currentSchema(metadata).fields.map((field) => ({
        Name: field.name,
        Type: toHiveType(field.type),
        ...(field.doc !== undefined && { Comment: field.doc }),
        Parameters: {
          'iceberg.field.id': String(field.id),
          'iceberg.field.optional': String(!field.required),
          'iceberg.field.current': 'true',
        },
      })),
    },
  };
}
