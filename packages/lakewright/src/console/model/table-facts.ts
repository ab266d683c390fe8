import type { LocalLake } from '../../local-lake';
import { LOCAL_ADMIN } from '../../services/service';
import type { Table } from '../../workspace/catalog-store';
import { withoutVersion } from './sql-tables';

/** What is known of a table's data. The owner's facts: no persona's filter is in them. */
export interface TableFacts {
  readonly bytes: number | null;
  readonly files: number;
  /** ISO time of the newest file. */
  readonly updated: string | null;
  rows: number | null;
}

export interface DataFile {
  readonly key: string;
  readonly size: number;
  readonly lastModified: Date;
}

/** `database.table`, lower case. */
export const idOf = ({ DatabaseName, Name }: Table): string => `${DatabaseName}.${Name}`.toLowerCase();

/** Keeps what is known of each table, and counts the rows again where its files are others than before. */
export class TableWatch {
  private readonly known = new Map<string, { readonly mark: string; readonly facts: TableFacts }>();
  private work: Promise<void> | undefined;
  private again = false;
  private closed = false;

  public constructor(
    private readonly lake: LocalLake,
    private readonly changed: () => void,
  ) {}

  /** Tables and views, without the versions that a run makes before it publishes them. */
  public tables(): readonly Table[] {
    const all = this.lake.catalog.databases().flatMap(({ Name }) => this.lake.catalog.tables(Name));
    return all.filter((table) => withoutVersion(table.Name) === table.Name);
  }

  public facts(id: string): TableFacts | undefined {
    return this.known.get(id)?.facts;
  }

  /** Rows that a report has counted, until they are counted here. */
  public remember(id: string, rows: number | null): void {
    if (!this.known.has(id)) this.known.set(id, { mark: '', facts: { bytes: null, files: 0, updated: null, rows } });
  }

  /** Looks at all tables once more, in the background. */
  public refresh(): void {
    this.again = true;
    this.work ??= this.lookAtAll().finally(() => {
      this.work = undefined;
    });
  }

  public async settled(): Promise<void> {
    while (this.work) await this.work;
  }

  public async close(): Promise<void> {
    this.closed = true;
    await this.settled();
  }

  public async files(table: Table): Promise<readonly DataFile[]> {
    const found: DataFile[] = [];
    for (const { bucket, prefix } of this.places(table)) {
      if (this.lake.objects.hasBucket(bucket)) found.push(...(await this.lake.objects.list(bucket, { prefix })));
    }
    return found;
  }

  private places(table: Table): { bucket: string; prefix: string }[] {
    const partitions = this.lake.catalog.partitions(table.DatabaseName, table.Name);
    const uris = [table, ...partitions].flatMap(({ StorageDescriptor }) => StorageDescriptor?.Location ?? []);
    const folders = [...new Set(uris.map((uri) => (uri.endsWith('/') ? uri : `${uri}/`)))].sort();
    const outer = folders.filter((one) => !folders.some((other) => other !== one && one.startsWith(other)));
    return outer.flatMap((uri) => {
      const [, bucket, prefix] = /^s3[an]?:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
      return bucket === undefined ? [] : [{ bucket, prefix: prefix ?? '' }];
    });
  }

  private async lookAtAll(): Promise<void> {
    while (this.again && !this.closed) {
      this.again = false;
      for (const table of this.tables()) {
        if (this.closed) return;
        try {
          if (await this.lookAt(table)) this.changed();
        } catch {
          // Deleted meanwhile: the next look doesn't find it.
        }
      }
    }
  }

  private async lookAt(table: Table): Promise<boolean> {
    const id = idOf(table);
    const files = await this.files(table);
    const data = files.filter(({ key, size }) => size > 0 && !/(^|\/)[_.][^/]*$/.test(key));
    const newest = data.reduce((latest, { lastModified }) => Math.max(latest, lastModified.getTime()), 0);
    const bytes = data.reduce((sum, { size }) => sum + size, 0);
    const version = `${table.UpdateTime} ${table.VersionId} ${table.Parameters?.metadata_location}`;
    // A view has no files: it is counted again whenever anything else is looked at.
    const mark = isView(table) ? `view ${Date.now()}` : `${version} ${data.length} ${bytes} ${newest}`;
    const before = this.known.get(id);
    if (before?.mark === mark) return false;
    const rows = data.length === 0 && !isView(table) ? 0 : await this.count(table);
    const updated = newest > 0 ? new Date(newest).toISOString() : null;
    const facts = { bytes: isView(table) ? null : bytes, files: data.length, updated, rows };
    this.known.set(id, { mark, facts });
    return before === undefined || JSON.stringify(before.facts) !== JSON.stringify(facts);
  }

  /** By the SQL engine, without a record in Athena's history; null where it can't be read. */
  private async count({ DatabaseName, Name }: Table): Promise<number | null> {
    const name = [DatabaseName, Name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
    const { Answer } = (await this.lake.call(
      'athena',
      'LakewrightQueryRows',
      { QueryString: `SELECT count(*) FROM ${name}` },
      LOCAL_ADMIN,
    )) as { Answer: { rows?: readonly (readonly unknown[])[] } };
    const rows = Number(Answer.rows?.[0]?.[0]);
    return Number.isFinite(rows) ? rows : null;
  }
}

export const isView = (table: Table): boolean => table.TableType === 'VIRTUAL_VIEW';
