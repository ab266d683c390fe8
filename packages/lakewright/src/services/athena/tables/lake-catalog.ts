import { join } from 'node:path';
import type {
  ResolvedTable,
  ResolvedView,
  ScanRequest,
  SqlCatalog,
  TableColumn,
  TableName,
  TableScan,
  TableVersion,
} from '../../../engines/sql/contract';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import { physicalType, quoteName } from '../../../engines/sql/types/physical';
import type { CatalogStore, StorageDescriptor, Table } from '../../../workspace/catalog-store';
import type { ObjectStore } from '../../../workspace/object-store';
import type { Workspace } from '../../../workspace/workspace';
import type { CatalogLinks } from '../../glue/catalog/resource-links';
import type { IcebergTables } from '../../iceberg/tables';
import type { LakeGuard } from '../access/guard';
import { GuardedCatalog } from '../access/guarded-catalog';
import { columnsOf, listedColumns } from './glue-columns';
import { metadataRelation } from './iceberg-metadata';
import { IcebergReader } from './iceberg-scan';
import { isResolvedIceberg, metadataTableName, type ResolvedIceberg, resolveIceberg } from './iceberg-table';
import { parquetColumn } from './parquet-columns';
import { ParquetFooters, type ParquetNode } from './parquet-footers';
import { type FileGroup, fileGroups } from './partitions';
import { decodeView, isView } from './presto-view';
import { type ScanFile, type ScanPart, scanSql } from './scan';
import type { TableEngine } from './table-engine';
import { TextCache } from './text-cache';

export const CATALOG = 'awsdatacatalog';

/** What a query has read so far. */
export interface ScanMeter {
  bytes: number;
  files: number;
  rows: number;
  /** Called before a file is read; throws to refuse. */
  onFile?: (uri: string) => void;
}

/**
 * Bytes of a file that Trino doesn't cut into splits: those that a scan begins with are half of 64 MB.
 *
 * @see https://trino.io/docs/current/connector/hive.html#performance-tuning-configuration-properties
 */
const LARGEST_SPLIT = 32 * 2 ** 20;

export const isIceberg = (table: Table): boolean => table.Parameters?.table_type?.toUpperCase() === 'ICEBERG';

/** Reads the catalog's tables for the SQL engine; holds what is worth keeping between queries. */
export class TableReader {
  private readonly iceReader: IcebergReader | undefined;
  private readonly footers: ParquetFooters;
  private readonly texts: TextCache;

  public constructor(
    private readonly catalog: CatalogStore,
    private readonly links: CatalogLinks,
    private readonly objects: ObjectStore,
    workspace: Workspace,
    engine: TableEngine,
    private readonly iceberg?: IcebergTables,
  ) {
    this.footers = new ParquetFooters(engine);
    this.iceReader = iceberg && new IcebergReader(iceberg, objects, engine, this.footers);
    this.texts = new TextCache(join(workspace.root, 'cache', 'tables'), objects, engine);
  }

  public get icebergReader(): IcebergReader {
    if (!this.iceReader) throw icebergRefusal();
    return this.iceReader;
  }

  /** The catalog as one query sees it; `meter` adds up what it reads. `guard`: the rights of its caller. */
  public session(now: Date, meter: ScanMeter, guard?: LakeGuard): SqlCatalog {
    const catalog = new LakeCatalog(this.catalog, this.links, this.iceberg, {
      hive: (table, request) => this.scan(table, request, now, meter),
      iceberg: (table, request) => this.scanIceberg(table, request, meter),
    });
    if (!guard) return catalog;
    return new GuardedCatalog(catalog, guard, this.links, (name) => this.catalog.database(name), now, meter);
  }

  private async scanIceberg({ iceberg }: ResolvedIceberg, request: ScanRequest, meter: ScanMeter): Promise<TableScan> {
    if (!this.iceberg) throw icebergRefusal();
    const { metadata, metadataTable } = iceberg;
    const sql = metadataTable
      ? await metadataRelation(metadataTable, metadata, this.iceberg.snapshots, request.columns)
      : await this.icebergReader.scan(iceberg, request, meter);
    return { sql };
  }

  private async scan(table: Table, request: ScanRequest, now: Date, meter: ScanMeter): Promise<TableScan> {
    const columns = columnsOf(table);
    const keys = columns.filter((column) => column.partitionKey);
    const wanted = request.columns.map((name) => columns.find((column) => column.name === name) as TableColumn);
    const source = { catalog: this.catalog, objects: this.objects, now };
    const groups = await fileGroups(source, table, request.constraints);
    for (const { files } of meter.onFile ? groups : []) for (const { uri } of files) meter.onFile?.(uri);
    const data = wanted.filter((column) => !column.hidden && !column.partitionKey);
    const parts: ScanPart[] = [];
    for (const [parquet, own] of partitionBy(groups, (group) => isParquet(group.storage))) {
      if (!own.length) continue;
      if (parquet) parts.push(...(await this.parquetParts(own, data, parquetPositions(table, own), meter)));
      else parts.push(await this.textPart(table, columns, own, meter));
    }
    const filled = parts.filter((part) => part.files.length > 0);
    return { sql: scanSql(wanted, keys, filled), oneSplit: await this.oneSplit(filled) };
  }

  private async oneSplit([part, ...parts]: readonly ScanPart[]): Promise<TableScan['oneSplit']> {
    const [file, ...files] = part?.files ?? [];
    if (!file || files.length || parts.length || file.source.size > LARGEST_SPLIT) return undefined;
    const [footer] = await this.footers.read([{ ...file.source, path: file.path }]);
    return footer && footer.rowGroups <= 1 ? { rows: footer.rows } : undefined;
  }

  private async parquetParts(
    groups: readonly FileGroup[],
    data: readonly TableColumn[],
    positions: ReadonlyMap<string, number> | undefined,
    meter: ScanMeter,
  ): Promise<ScanPart[]> {
    const files = groups.flatMap((group) =>
      group.files.map((source) => ({ source, path: source.path, values: group.values })),
    );
    const footers = await this.footers.read(files.map((file) => file.source));
    const shapes = new Map<string, { columns: readonly ParquetNode[]; files: ScanFile[] }>();
    files.forEach((file, index) => {
      const footer = footers[index] as (typeof footers)[number];
      const shape = shapes.get(footer.shape);
      if (shape) shape.files.push(file);
      else shapes.set(footer.shape, { columns: footer.columns, files: [file] });
      meter.files++;
      meter.rows += footer.rows;
      for (const { name } of data) {
        const node = nodeOf(footer.columns, name, positions);
        if (node) meter.bytes += footer.bytes.get(node.name) ?? 0;
      }
    });
    return Promise.all(
      [...shapes.values()].map((shape) => this.parquetPart(shape.columns, shape.files, data, positions)),
    );
  }

  private async parquetPart(
    nodes: readonly ParquetNode[],
    files: readonly ScanFile[],
    wanted: readonly TableColumn[],
    positions: ReadonlyMap<string, number> | undefined,
  ): Promise<ScanPart> {
    const data = new Map<string, string>();
    for (const column of wanted) {
      const node = nodeOf(nodes, column.name, positions);
      if (!node) {
        data.set(column.name, nullOf(column));
        continue;
      }
      const rounded = column.type.kind === 'timestamp' && !node.milliseconds && node.duckdb === 'TIMESTAMP';
      const place = {
        column: column.name,
        file: files[0]?.source.uri ?? '',
        wholeMilliseconds:
          rounded &&
          (await this.footers.isWholeMilliseconds(
            files.map((file) => file.source),
            node.name,
          )),
      };
      data.set(column.name, parquetColumn(quoteName(node.name), node, column.type, place));
    }
    return { files, data };
  }

  private async textPart(
    table: Table,
    columns: readonly TableColumn[],
    groups: readonly FileGroup[],
    meter: ScanMeter,
  ): Promise<ScanPart> {
    const data = columns.filter((column) => !column.partitionKey && !column.hidden);
    const files = await Promise.all(
      groups.flatMap((group) =>
        group.files.map(async (source) => {
          const path = await this.texts.parquetOf(source, {
            serde: group.storage.SerdeInfo?.SerializationLibrary ?? '',
            inputFormat: group.storage.InputFormat ?? '',
            columns: data.map(({ name, type }) => ({ name, type })),
            parameters: { ...table.Parameters, ...group.storage.Parameters, ...group.storage.SerdeInfo?.Parameters },
          });
          return { source, path, values: group.values };
        }),
      ),
    );
    const copies = files.map((file) => ({ ...file.source, path: file.path }));
    for (const footer of await this.footers.read(copies)) meter.rows += footer.rows;
    // Athena reads a text file as a whole.
    for (const { source } of files) {
      meter.files++;
      meter.bytes += source.size;
    }
    return { files, data: new Map(data.map((column) => [column.name, quoteName(column.name)])) };
  }
}

const nullOf = (column: TableColumn): string => `CAST(NULL AS ${physicalType(column.type)})`;

const isParquet = (storage: StorageDescriptor): boolean =>
  /parquet/i.test(storage.SerdeInfo?.SerializationLibrary ?? storage.InputFormat ?? '');

function partitionBy<T>(items: readonly T[], test: (item: T) => boolean): [boolean, T[]][] {
  return [
    [true, items.filter(test)],
    [false, items.filter((item) => !test(item))],
  ];
}

/** A table column's node in a file: by name, or by position where the table says so. */
function nodeOf(
  nodes: readonly ParquetNode[],
  column: string,
  positions: ReadonlyMap<string, number> | undefined,
): ParquetNode | undefined {
  return positions ? nodes[positions.get(column) ?? -1] : nodes.find((item) => item.name.toLowerCase() === column);
}

/**
 * Column → position, for a table that reads Parquet by index.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
 */
function parquetPositions(table: Table, groups: readonly FileGroup[]): ReadonlyMap<string, number> | undefined {
  const parameters = { ...table.Parameters, ...groups[0]?.storage.SerdeInfo?.Parameters };
  if (parameters['parquet.column.index.access']?.toLowerCase() !== 'true') return undefined;
  return new Map((table.StorageDescriptor?.Columns ?? []).map((column, index) => [column.Name.toLowerCase(), index]));
}

interface Scans {
  hive(table: Table, request: ScanRequest): Promise<TableScan>;
  iceberg(table: ResolvedIceberg, request: ScanRequest): Promise<TableScan>;
}

class LakeCatalog implements SqlCatalog {
  public constructor(
    private readonly store: CatalogStore,
    private readonly links: CatalogLinks,
    private readonly icebergTables: IcebergTables | undefined,
    private readonly scans: Scans,
  ) {}

  public resolve(name: TableName, version?: TableVersion): ResolvedTable | ResolvedView | undefined {
    if (name.catalog !== CATALOG) return undefined;
    const special = metadataTableName(name.table);
    const table = this.links.find(name.schema, special?.table ?? name.table);
    if (!table) return undefined;
    if (isIceberg(table) && this.icebergTables) {
      const loaded = this.icebergTables.loaded(table);
      return resolveIceberg(name, loaded, version, special?.metadataTable);
    }
    if (special) return undefined;
    if (version) {
      throw new SqlError('NOT_SUPPORTED', 'This connector does not support versioned tables');
    }
    return resolved(name, table, columnsOf);
  }

  public hasSchema(catalog: string, schema: string): boolean {
    return catalog === CATALOG && this.store.database(schema) !== undefined;
  }

  public schemas(catalog: string): readonly string[] {
    return catalog === CATALOG ? this.store.databases().map((database) => database.Name) : [];
  }

  public tables(catalog: string, schema: string): readonly (ResolvedTable | ResolvedView)[] {
    if (!this.hasSchema(catalog, schema)) return [];
    return this.tablesOf(schema).flatMap((table) => {
      try {
        const shown = this.links.shownTable(table.DatabaseName, table);
        return [resolved({ catalog, schema, table: table.Name }, shown, listedColumns)];
      } catch {
        // A view that Athena can't read or a link to nothing is no reason to hide the others.
        return [];
      }
    });
  }

  private tablesOf(schema: string): readonly Table[] {
    try {
      return this.store.tables(this.links.databaseName(schema));
    } catch {
      return [];
    }
  }

  public async scan(table: ResolvedTable, request: ScanRequest): Promise<TableScan> {
    if (isResolvedIceberg(table)) return this.scans.iceberg(table, request);
    const stored = this.links.find(table.name.schema, table.name.table);
    if (!stored) throw new Error(`table ${table.name.schema}.${table.name.table} vanished`);
    if (isIceberg(stored)) throw icebergRefusal();
    return this.scans.hive(stored, request);
  }
}

/** Iceberg is never faked with plain files. */
export const icebergRefusal = (): NotCoveredError => new NotCoveredError('this on an Iceberg table');

function resolved(
  name: TableName,
  table: Table,
  columns: (table: Table) => TableColumn[],
): ResolvedTable | ResolvedView {
  if (!isView(table)) return { kind: 'table', name, columns: columns(table) };
  const view = decodeView(table);
  return { kind: 'view', name, sql: view.originalSql, schema: view.schema ?? name.schema, columns: view.columns };
}
