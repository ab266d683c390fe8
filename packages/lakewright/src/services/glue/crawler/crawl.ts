import type { Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { LakeContext } from '../../service';
import { databaseNotFound, invalidInput } from '../errors';
import { CatalogWriter, type CrawlCounts, noCounts, type WritePolicy } from './catalog-writer';
import { isClassified } from './classification';
import { classifyFile } from './classify';
import { type CrawlConfiguration, parseConfiguration } from './configuration';
import { UNKNOWN_TYPE } from './field-type';
import { type ClassifiedFile, groupTables, similarity, type TableGroup, THRESHOLD } from './grouping';
import {
  type CrawlIdentity,
  cleanName,
  defineTable,
  defineUnknown,
  type FoundTable,
  uniqueName,
} from './table-definition';
import { type CrawledFile, folderOf, listFiles, parseS3Path, type S3Location, s3Uri, sampled } from './target';

/** What a crawl needs beside the crawler's definition. */
export interface CrawlRequest extends CrawlIdentity {
  /** The API's Crawler structure. */
  readonly definition: ApiShape;
  /** The API's Classifier structures that it names, in order. */
  readonly classifiers: readonly ApiShape[];
  /** Folders that an earlier crawl saw (`s3://bucket/a/b/`); undefined on the first. */
  readonly knownFolders?: readonly string[];
  readonly signal: AbortSignal;
  readonly log: (text: string, level?: 'info' | 'warning') => void;
}

export interface CrawlOutcome {
  readonly counts: CrawlCounts;
  readonly folders: readonly string[];
}

/** One run of a crawler over its S3 and catalog targets. */
export class Crawl {
  private readonly configuration: CrawlConfiguration;
  private readonly counts = noCounts();
  private readonly folders = new Set<string>();
  /** Tables that were found, by `database.name`. */
  private readonly seen = new Set<string>();
  private readonly onlyNew: boolean;

  public constructor(
    private readonly lake: LakeContext,
    private readonly request: CrawlRequest,
  ) {
    this.configuration = parseConfiguration(request.definition.Configuration);
    const behavior = request.definition.RecrawlPolicy?.RecrawlBehavior;
    this.onlyNew = behavior === 'CRAWL_NEW_FOLDERS_ONLY' && request.knownFolders !== undefined;
  }

  public async run(): Promise<CrawlOutcome> {
    const { Targets = {}, RecrawlPolicy } = this.request.definition;
    refuseOtherTargets(Targets);
    if (RecrawlPolicy?.RecrawlBehavior === 'CRAWL_EVENT_MODE') {
      this.request.log('CRAWL_EVENT_MODE reads no event queue locally: everything is crawled', 'warning');
    }
    const s3Targets: ApiShape[] = Targets.S3Targets ?? [];
    if (s3Targets.length > 0) await this.crawlS3(s3Targets);
    for (const target of Targets.CatalogTargets ?? []) await this.crawlCatalog(target);
    return { counts: this.counts, folders: [...this.folders].sort() };
  }

  private async crawlS3(targets: ApiShape[]): Promise<void> {
    const database = String(this.request.definition.DatabaseName ?? 'default').toLowerCase();
    if (!this.lake.catalog.database(database)) throw databaseNotFound(database);
    const locations: S3Location[] = [];
    const found: FoundTable[] = [];
    for (const target of targets) {
      const location = parseS3Path(target.Path);
      locations.push(location);
      found.push(...(await this.findTables(location, target, database)));
    }
    const { tableThreshold } = this.configuration;
    if (tableThreshold !== undefined && found.length > tableThreshold) {
      throw invalidInput(
        `The number of tables detected by crawler: ${found.length} is greater than the table threshold value provided: ${tableThreshold}. Failing crawler without writing to Data Catalog.`,
      );
    }
    this.request.signal.throwIfAborted();
    const writer = this.writer();
    for (const table of found) writer.write(database, this.nameOf(database, table), table);
    for (const table of this.vanishedTables(database, locations)) writer.vanished(table);
  }

  private async findTables(location: S3Location, target: ApiShape, database: string): Promise<FoundTable[]> {
    const files = await listFiles(this.lake.objects, location, target.Exclusions ?? []);
    if (files.length === 0) this.request.log(`${s3Uri(location)} has no files`, 'warning');
    const fresh = this.remember(files);
    const { classified, unrecognized } = await this.classify(fresh, target.SampleSize);
    const { rest, extended } = this.onlyNew
      ? this.extendKnown(database, classified)
      : { rest: classified, extended: [] };
    const options = { combineSchemas: this.configuration.combineSchemas, minimumDepth: this.minimumDepth(location) };
    const groups = groupTables(location.prefix, rest, options);
    const identity = { ...this.request, exclusions: target.Exclusions };
    const tables = groups.map((group) => defineTable(location.bucket, group, identity));
    const unknown = unknownFolders(location.prefix, unrecognized, classified).map(({ folder, sizes }) =>
      defineUnknown(location.bucket, folder, sizes, identity),
    );
    const all = [...extended, ...tables, ...unknown];
    for (const warning of all.flatMap((table) => table.warnings)) this.request.log(warning, 'warning');
    return all;
  }

  /** Keeps the folders for the next crawl; gives the files that this one reads. */
  private remember(files: readonly CrawledFile[]): CrawledFile[] {
    const known = new Set(this.request.knownFolders);
    const uri = (file: CrawledFile) => `s3://${file.bucket}/${folderOf(file.key)}`;
    for (const file of files) this.folders.add(uri(file));
    return this.onlyNew ? files.filter((file) => !known.has(uri(file))) : [...files];
  }

  private async classify(
    files: readonly CrawledFile[],
    sampleSize: number | undefined,
  ): Promise<{ classified: ClassifiedFile[]; unrecognized: CrawledFile[] }> {
    const read = sampled(files, sampleSize);
    const classified: ClassifiedFile[] = [];
    const unrecognized: CrawledFile[] = [];
    const ofFolder = new Map<string, ClassifiedFile>();
    for (const file of files) {
      this.request.signal.throwIfAborted();
      const like = ofFolder.get(folderOf(file.key));
      if (!read.has(file)) {
        // Beyond the sample: as the files of its folder that were read.
        if (like) classified.push({ ...file, classification: resized(like.classification, file.size) });
        else unrecognized.push(file);
        continue;
      }
      const uri = `s3://${file.bucket}/${file.key}`;
      const path = this.lake.objects.path(file.bucket, file.key);
      const result = await classifyFile(path, file.size, this.request.classifiers);
      if (!isClassified(result)) {
        unrecognized.push(file);
        this.request.log(`${uri} is classified as UNKNOWN and left out: ${result.reason}`, 'warning');
        continue;
      }
      for (const warning of result.warnings) this.request.log(`${uri} ${warning}`, 'warning');
      const done = { ...file, classification: result };
      classified.push(done);
      ofFolder.set(folderOf(file.key), done);
    }
    return { classified, unrecognized };
  }

  /** New folders below a table that is there already are its partitions. */
  private extendKnown(database: string, files: ClassifiedFile[]): { rest: ClassifiedFile[]; extended: FoundTable[] } {
    const tables = this.lake.catalog
      .tables(database)
      .filter((table) => table.Parameters?.UPDATED_BY_CRAWLER === this.request.crawler)
      .filter((table) => (table.PartitionKeys ?? []).length > 0);
    const byTable = new Map<Table, ClassifiedFile[]>();
    const rest: ClassifiedFile[] = [];
    for (const file of files) {
      const uri = `s3://${file.bucket}/${file.key}`;
      const table = tables.find((candidate) => uri.startsWith(withSlash(candidate.StorageDescriptor?.Location)));
      if (table && !fits(table, file)) {
        this.request.log(
          `${uri} is left out: its columns are too unlike those of ${database}.${table.Name}`,
          'warning',
        );
      } else if (table) byTable.set(table, [...(byTable.get(table) ?? []), file]);
      else rest.push(file);
    }
    const extended = [...byTable].flatMap(([table, of]) => {
      const { bucket, prefix } = parseS3Path(table.StorageDescriptor?.Location);
      const group = this.oneTable(prefix, of, s3Uri({ bucket, prefix }));
      return group ? [{ ...defineTable(bucket, group, this.request), existing: table.Name }] : [];
    });
    return { rest, extended };
  }

  private async crawlCatalog(target: ApiShape): Promise<void> {
    const database = String(target.DatabaseName).toLowerCase();
    for (const tableName of target.Tables ?? []) {
      const name = String(tableName).toLowerCase();
      const table = this.lake.catalog.table(database, name);
      if (!table) throw invalidInput(`The catalog target ${database}.${name} does not exist.`);
      const location = parseS3Path(table.StorageDescriptor?.Location);
      const files = this.remember(await listFiles(this.lake.objects, location));
      const { classified } = await this.classify(files, undefined);
      const group = this.oneTable(location.prefix, classified, `${database}.${name}`);
      if (!group) continue;
      const found = defineTable(location.bucket, group, this.request);
      const keys = table.PartitionKeys ?? [];
      if (keys.length !== group.partitionKeys.length) {
        this.request.log(
          `${database}.${name} has ${keys.length} partition keys, its folders ${group.partitionKeys.length}: not updated`,
          'warning',
        );
        continue;
      }
      this.request.signal.throwIfAborted();
      const definition = { ...found.table, PartitionKeys: keys, TableType: table.TableType ?? 'EXTERNAL_TABLE' };
      this.writer({ delete: 'LOG' }).write(database, name, { ...found, table: definition });
    }
  }

  /** All files as one table, or undefined with a line in the log. */
  private oneTable(root: string, files: readonly ClassifiedFile[], label: string): TableGroup | undefined {
    if (files.length === 0) return undefined;
    const groups = groupTables(root, files, { combineSchemas: true, minimumDepth: 0, passages: false });
    if (groups.length === 1 && groups[0].root === root) return groups[0];
    this.request.log(
      `${label}: its files don't fit into one table (format, compression or depth of folders)`,
      'warning',
    );
    return undefined;
  }

  private nameOf(database: string, found: FoundTable): string {
    const prefix = String(this.request.definition.TablePrefix ?? '');
    const wanted = found.existing ?? cleanName(prefix + found.baseName);
    const taken = (name: string) => {
      if (this.seen.has(`${database}.${name}`)) return true;
      const table = this.lake.catalog.table(database, name);
      return table !== undefined && withSlash(table.StorageDescriptor?.Location) !== withSlash(found.location);
    };
    const name = taken(wanted) ? uniqueName(wanted, found.location) : wanted;
    this.seen.add(`${database}.${name}`);
    return name;
  }

  /** Tables of this crawler below its targets that it didn't find again. */
  private vanishedTables(database: string, locations: readonly S3Location[]): Table[] {
    if (this.onlyNew) return [];
    return this.lake.catalog.tables(database).filter((table) => {
      if (table.Parameters?.UPDATED_BY_CRAWLER !== this.request.crawler) return false;
      const location = withSlash(table.StorageDescriptor?.Location);
      const inTarget = locations.some((target) => location.startsWith(s3Uri(target)));
      return inTarget && !this.seen.has(`${database}.${table.Name}`);
    });
  }

  /** Crawls of new folders only add: they force both behaviors to LOG. */
  private writer(override: Partial<WritePolicy> = {}): CatalogWriter {
    const { SchemaChangePolicy = {} } = this.request.definition;
    const policy: WritePolicy = {
      update: this.onlyNew ? 'LOG' : (SchemaChangePolicy.UpdateBehavior ?? 'UPDATE_IN_DATABASE'),
      delete: this.onlyNew ? 'LOG' : (SchemaChangePolicy.DeleteBehavior ?? 'DEPRECATE_IN_DATABASE'),
      mergeNewColumns: this.configuration.mergeNewColumns && !this.onlyNew,
      partitionsInherit: this.configuration.partitionsInherit,
      sawEverything: !this.onlyNew,
      ...override,
    };
    const now = () => this.lake.clock.now().getTime() / 1000;
    return new CatalogWriter(this.lake.catalog, policy, this.counts, this.request.log, now);
  }

  /** TableLevelConfiguration counts the bucket as 1. */
  private minimumDepth({ prefix }: S3Location): number {
    const { tableLevel } = this.configuration;
    if (tableLevel === undefined) return 0;
    const levelOfRoot = 1 + prefix.split('/').filter(Boolean).length;
    return Math.max(0, tableLevel - levelOfRoot);
  }
}

const withSlash = (location: string | undefined): string => (location ?? '').replace(/\/*$/, '/');

/** "Objects with schemas that are different enough … the crawler ignores": crawls of new folders only. */
function fits(table: Table, { classification }: ClassifiedFile): boolean {
  const columns = (table.StorageDescriptor?.Columns ?? []).map(({ Name }) => ({ name: Name, type: UNKNOWN_TYPE }));
  const untyped = classification.fields.map(({ name }) => ({ name, type: UNKNOWN_TYPE }));
  return table.Parameters?.classification === classification.format && similarity(columns, untyped) > THRESHOLD;
}

const resized = (like: ClassifiedFile['classification'], size: number) => ({
  ...like,
  records: like.recordSize === 0 ? 0 : Math.floor(size / like.recordSize),
});

/** The highest folders in which nothing was recognized. */
function unknownFolders(
  root: string,
  unrecognized: readonly CrawledFile[],
  classified: readonly ClassifiedFile[],
): { folder: string; sizes: number[] }[] {
  const folders = new Map<string, number[]>();
  for (const file of unrecognized) {
    const folder = folderOf(file.key);
    const parents = folder.slice(root.length).split('/').slice(0, -1);
    const candidates = [
      root,
      ...parents.map(
        (_, index) =>
          root +
          parents
            .slice(0, index + 1)
            .join('/')
            .concat('/'),
      ),
    ];
    const highest = candidates.find((candidate) => !classified.some(({ key }) => key.startsWith(candidate)));
    if (highest !== undefined) folders.set(highest, [...(folders.get(highest) ?? []), file.size]);
  }
  return [...folders].map(([folder, sizes]) => ({ folder, sizes }));
}

const OTHER_TARGETS: Readonly<Record<string, string>> = {
  JdbcTargets: 'JDBC',
  MongoDBTargets: 'MongoDB',
  DynamoDBTargets: 'DynamoDB',
  DeltaTargets: 'Delta Lake',
  IcebergTargets: 'Iceberg',
  HudiTargets: 'Hudi',
};

/** Which kinds of data stores a crawler has that the local one doesn't read. */
export function otherTargets(targets: ApiShape): string[] {
  const present = Object.keys(OTHER_TARGETS).filter((kind) => targets[kind]?.length > 0);
  return present.map((kind) => OTHER_TARGETS[kind]);
}

function refuseOtherTargets(targets: ApiShape): void {
  const others = otherTargets(targets);
  if (others.length > 0) {
    throw invalidInput(
      `Lakewright: the local crawler reads S3 and catalog targets; this one has ${others.join(', ')} targets.`,
    );
  }
  if (!(targets.S3Targets?.length > 0) && !(targets.CatalogTargets?.length > 0)) {
    throw invalidInput('The crawler has no targets.');
  }
}
