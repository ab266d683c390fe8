import fs from 'node:fs';
import path from 'node:path';
import { ServiceError } from '../services/service';
import { catalogName, fileToName, nameToFile } from './catalog-names';
import type { CatalogChange, CatalogStore, Database, Partition, Table } from './catalog-store';
import type { Clock } from './clock';
import { JsonFiles } from './json-files';
import type { Workspace } from './workspace';

const DATABASE_FILE = '.database.json';
const TABLE_FILE = /^([^.]+)\.json$/;
const VERSION_FILE = /^(\d+)\.json$/;

/**
 * The catalog below `catalog/`:
 *
 * ```
 * <database>/.database.json
 * <database>/<table>.json
 * <database>/<table>.partitions.json
 * <database>/<table>.versions/<id>.json   former states
 * ```
 */
export class FolderCatalogStore implements CatalogStore {
  private readonly root: string;
  private readonly files: JsonFiles;
  private readonly listeners: ((change: CatalogChange) => void)[] = [];

  public constructor(
    workspace: Workspace,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly account = '000000000000',
  ) {
    this.root = workspace.catalog;
    this.files = new JsonFiles(workspace);
  }

  public subscribe(listener: (change: CatalogChange) => void): void {
    this.listeners.push(listener);
  }

  public databases(): readonly Database[] {
    return folderNames(this.root)
      .map((name) => this.files.read<Database>(path.join(this.root, name, DATABASE_FILE)))
      .filter((database) => database !== undefined)
      .sort(byName);
  }

  public database(name: string): Database | undefined {
    return this.files.read(path.join(this.databaseFolder(name), DATABASE_FILE));
  }

  public putDatabase(database: Database): void {
    const former = this.database(database.Name);
    const times = { CreateTime: former?.CreateTime ?? this.now(), CatalogId: this.account };
    this.files.write(path.join(this.databaseFolder(database.Name), DATABASE_FILE), {
      ...times,
      ...database,
      Name: catalogName(database.Name),
    });
    if (former === undefined) this.tell({ kind: 'created', database: catalogName(database.Name) });
  }

  public deleteDatabase(name: string): void {
    this.requireDatabase(name);
    const folder = this.databaseFolder(name);
    // Without this file there is no database: if the rest can't be deleted, it isn't half there.
    this.files.remove(path.join(folder, DATABASE_FILE));
    this.files.remove(folder);
    this.tell({ kind: 'deleted', database: catalogName(name) });
  }

  public tables(database: string): readonly Table[] {
    this.requireDatabase(database);
    return fs
      .readdirSync(this.databaseFolder(database))
      .map((file) => TABLE_FILE.exec(file)?.[1])
      .filter((name) => name !== undefined)
      .map((name) => this.table(database, fileToName(name)))
      .filter((table) => table !== undefined)
      .sort(byName);
  }

  public table(database: string, name: string): Table | undefined {
    if (this.database(database) === undefined) return undefined;
    return this.files.read(this.tableFile(database, name));
  }

  public putTable(table: Table, options: { readonly skipArchive?: boolean } = {}): void {
    const { DatabaseName: database, Name: name } = table;
    this.requireDatabase(database);
    const former = this.table(database, name);
    if (former === undefined) this.removeCompanions(database, name);
    else if (!options.skipArchive) this.files.write(this.versionFile(database, name, former.VersionId ?? '0'), former);
    const now = this.now();
    this.files.write(this.tableFile(database, name), {
      CatalogId: this.account,
      ...table,
      CreateTime: former?.CreateTime ?? table.CreateTime ?? now,
      UpdateTime: now,
      VersionId: former === undefined ? '0' : String(Number(former.VersionId ?? '0') + 1),
      DatabaseName: catalogName(database),
      Name: catalogName(name),
    });
    if (former === undefined) {
      this.tell({ kind: 'created', database: catalogName(database), table: catalogName(name) });
    }
  }

  public deleteTable(database: string, name: string): void {
    this.requireTable(database, name);
    this.files.remove(this.tableFile(database, name));
    this.removeCompanions(database, name);
    this.tell({ kind: 'deleted', database: catalogName(database), table: catalogName(name) });
  }

  /** The newest, which is the table as it is, first. */
  public versions(database: string, name: string): readonly Table[] {
    const current = this.requireTable(database, name);
    const folder = this.versionsFolder(database, name);
    const former = folderFiles(folder)
      .map((file) => VERSION_FILE.exec(file)?.[1])
      .filter((id) => id !== undefined)
      .sort((a, b) => Number(b) - Number(a))
      .map((id) => this.files.read<Table>(path.join(folder, `${id}.json`)))
      .filter((table) => table !== undefined);
    return [current, ...former];
  }

  public deleteVersion(database: string, name: string, versionId: string): void {
    const current = this.requireTable(database, name);
    if (current.VersionId === versionId) {
      throw new ServiceError('InvalidInputException', `version ${versionId} of ${database}.${name} is the current one`);
    }
    const file = this.versionFile(database, name, versionId);
    if (!fs.existsSync(file)) {
      throw new ServiceError('EntityNotFoundException', `Version ${versionId} of table ${name} not found.`);
    }
    this.files.remove(file);
  }

  public partitions(database: string, table: string): readonly Partition[] {
    this.requireTable(database, table);
    return this.files.read<Partition[]>(this.partitionsFile(database, table)) ?? [];
  }

  public putPartitions(database: string, table: string, partitions: readonly Partition[]): void {
    const all = new Map(this.partitions(database, table).map((partition) => [valuesKey(partition.Values), partition]));
    for (const partition of partitions) {
      const key = valuesKey(partition.Values);
      all.set(key, {
        CreationTime: all.get(key)?.CreationTime ?? this.now(),
        CatalogId: this.account,
        ...partition,
        DatabaseName: catalogName(database),
        TableName: catalogName(table),
      });
    }
    this.files.writeList(this.partitionsFile(database, table), [...all.values()]);
  }

  public deletePartitions(database: string, table: string, values: readonly (readonly string[])[]): void {
    const gone = new Set(values.map(valuesKey));
    const kept = this.partitions(database, table).filter((partition) => !gone.has(valuesKey(partition.Values)));
    this.files.writeList(this.partitionsFile(database, table), kept);
  }

  private tell(change: CatalogChange): void {
    for (const listener of this.listeners) listener(change);
  }

  private requireDatabase(name: string): Database {
    const database = this.database(name);
    if (database !== undefined) return database;
    throw new ServiceError('EntityNotFoundException', `Database ${catalogName(name)} not found.`);
  }

  private requireTable(database: string, name: string): Table {
    this.requireDatabase(database);
    const table = this.table(database, name);
    if (table !== undefined) return table;
    throw new ServiceError('EntityNotFoundException', `Table ${catalogName(name)} not found.`);
  }

  private removeCompanions(database: string, name: string): void {
    this.files.remove(this.partitionsFile(database, name));
    this.files.remove(this.versionsFolder(database, name));
  }

  private databaseFolder(name: string): string {
    return path.join(this.root, nameToFile(name));
  }

  private tableFile(database: string, name: string): string {
    return path.join(this.databaseFolder(database), `${nameToFile(name)}.json`);
  }

  private partitionsFile(database: string, name: string): string {
    return path.join(this.databaseFolder(database), `${nameToFile(name)}.partitions.json`);
  }

  private versionsFolder(database: string, name: string): string {
    return path.join(this.databaseFolder(database), `${nameToFile(name)}.versions`);
  }

  private versionFile(database: string, name: string, id: string): string {
    if (!/^\d+$/.test(id)) throw new ServiceError('InvalidInputException', `"${id}" is no version id`);
    return path.join(this.versionsFolder(database, name), `${id}.json`);
  }

  private now(): number {
    return this.clock.now().getTime() / 1000;
  }
}

function byName(a: { readonly Name: string }, b: { readonly Name: string }): number {
  return a.Name < b.Name ? -1 : a.Name > b.Name ? 1 : 0;
}

function valuesKey(values: readonly string[]): string {
  return JSON.stringify(values);
}

function folderNames(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function folderFiles(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
