import type { ManifestEntry } from '../../../engines/iceberg/manifests';
import { partitionColumns } from '../../../engines/iceberg/manifests';
import { type Snapshot, specOf, type TableMetadata } from '../../../engines/iceberg/metadata';
import type { NestedField, Schema } from '../../../engines/iceberg/types';
import { textOfValue } from '../../../engines/iceberg/values';
import type { ScanConstraint, ScanRequest, TableColumn } from '../../../engines/sql/contract';
import { NotCoveredError } from '../../../engines/sql/errors';
import { physicalType, quoteName } from '../../../engines/sql/types/physical';
import type { ObjectStore } from '../../../workspace/object-store';
import { placeOf } from '../../iceberg/lake-files';
import type { IcebergTables } from '../../iceberg/tables';
import type { DataFile } from './data-files';
import { findNode, icebergColumn, missing, ROW_NUMBER } from './iceberg-columns';
import type { ParquetFooters, ParquetNode } from './parquet-footers';
import { HIVE_DEFAULT_PARTITION, mayMatch } from './partition-filter';
import { literal, literals, type TableEngine } from './table-engine';

/** What a scan reads of a table. */
export interface IcebergScan {
  readonly metadata: TableMetadata;
  readonly schema: Schema;
  readonly columns: readonly TableColumn[];
  /** Undefined: an empty table. */
  readonly snapshot: Snapshot | undefined;
}

/** What a query has read so far. */
interface Meter {
  bytes: number;
  files: number;
  rows: number;
  onFile?: (uri: string) => void;
}

interface ReadFile {
  readonly entry: ManifestEntry;
  readonly source: DataFile;
  /** Delete files that name it. */
  readonly deletes: readonly string[];
}

/** Reads the data files of a snapshot, less the rows that its delete files name. */
export class IcebergReader {
  /** Delete file → data files that it names. Files never change. */
  private readonly named = new Map<string, Promise<ReadonlySet<string>>>();

  public constructor(
    private readonly tables: IcebergTables,
    private readonly objects: ObjectStore,
    private readonly engine: TableEngine,
    private readonly footers: ParquetFooters,
  ) {}

  /** The relation of the contract's `scan`. `only` limits it to some data files. */
  public async scan(
    scan: IcebergScan,
    request: ScanRequest,
    meter: Meter,
    only?: ReadonlySet<string>,
  ): Promise<string> {
    const wanted = request.columns.map((name) => scan.columns.find((column) => column.name === name) as TableColumn);
    const files = (await this.files(scan)).filter(
      ({ entry }) => (!only || only.has(entry.file.path)) && mayHold(scan, entry, request.constraints),
    );
    for (const { source } of files) meter.onFile?.(source.uri);
    const footers = await this.footers.read(files.map((file) => file.source));
    const groups = new Map<string, { nodes: readonly ParquetNode[]; deletes: boolean; files: ReadFile[] }>();
    files.forEach((file, index) => {
      const footer = footers[index] as (typeof footers)[number];
      meter.files++;
      meter.rows += footer.rows;
      for (const column of wanted) {
        const node = fieldNode(scan.schema, footer.columns, column.name)?.node;
        if (node) meter.bytes += footer.bytes.get(node.name) ?? 0;
      }
      const deletes = file.deletes.length > 0;
      // Constants of a partition may stand in for columns that its files lack.
      const key = `${footer.shape} ${deletes} ${file.entry.file.specId} ${JSON.stringify(file.entry.file.partition, text)}`;
      const group = groups.get(key);
      if (group) group.files.push(file);
      else groups.set(key, { nodes: footer.columns, deletes, files: [file] });
    });
    const merged = mergeGroups(scan, wanted, [...groups.values()]);
    const parts = merged.map((group) => partSql(scan, wanted, group.nodes, group.files));
    if (parts.length) return `(${parts.join(' UNION ALL ')})`;
    const nothing = wanted.map((column) => `CAST(NULL AS ${physicalType(column.type)}) AS ${quoteName(column.name)}`);
    return `(SELECT ${nothing.join(', ') || 'NULL AS "$none"'} WHERE false)`;
  }

  /** The data files of a snapshot, each with its delete files. @throws NotCoveredError for what isn't read here */
  public async files({ metadata, snapshot }: Pick<IcebergScan, 'metadata' | 'snapshot'>): Promise<ReadFile[]> {
    const entries = await this.tables.snapshots.live(metadata, snapshot);
    const deletes = entries.filter((entry) => entry.file.content !== 'data');
    for (const { file } of entries) {
      if (file.content === 'equality deletes') throw new NotCoveredError('Iceberg equality deletes');
      if (file.format === 'PUFFIN') throw new NotCoveredError('Iceberg deletion vectors (format version 3)');
      if (file.format !== 'PARQUET') throw new NotCoveredError(`an Iceberg table with ${file.format} files`);
    }
    const named = await Promise.all(deletes.map(({ file }) => this.namedBy(file.path)));
    return Promise.all(
      entries
        .filter((entry) => entry.file.content === 'data')
        .map(async (entry) => ({
          entry,
          source: await this.source(entry.file.path),
          deletes: deletes
            .filter(
              (other, index) => named[index]?.has(entry.file.path) && other.sequenceNumber >= entry.sequenceNumber,
            )
            .map((other) => this.localPath(other.file.path)),
        })),
    );
  }

  /** The data files that a position delete file names. */
  public namedBy(path: string): Promise<ReadonlySet<string>> {
    const known = this.named.get(path);
    if (known) return known;
    const reading = this.engine
      .texts(`SELECT DISTINCT file_path FROM read_parquet(${literal(this.localPath(path))})`, 1)
      .then((rows) => new Set(rows.map(([name]) => String(name))));
    this.named.set(path, reading);
    reading.catch(() => this.named.delete(path));
    return reading;
  }

  private localPath(uri: string): string {
    const { bucket, key } = placeOf(uri);
    return this.objects.path(bucket, key);
  }

  private async source(uri: string): Promise<DataFile> {
    const { bucket, key } = placeOf(uri);
    const info = await this.objects.head(bucket, key);
    if (!info) throw new NotCoveredError(`an Iceberg table whose data file is gone: ${uri}`);
    const path = this.objects.path(bucket, key);
    const { size, lastModified, etag } = info;
    return {
      bucket,
      key,
      uri,
      path,
      size,
      modified: lastModified,
      version: `${etag}-${size}-${lastModified.getTime()}`,
    };
  }
}

const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

/** Groups that differ in their partition only are one, unless a column's value comes from the partition. */
function mergeGroups<G extends { nodes: readonly ParquetNode[]; deletes: boolean; files: ReadFile[] }>(
  scan: IcebergScan,
  wanted: readonly TableColumn[],
  groups: readonly G[],
): { nodes: readonly ParquetNode[]; files: ReadFile[] }[] {
  const merged = new Map<string, { nodes: readonly ParquetNode[]; files: ReadFile[] }>();
  groups.forEach((group, index) => {
    const complete = wanted.every((column) => column.hidden || fieldNode(scan.schema, group.nodes, column.name)?.node);
    const key = complete ? `${JSON.stringify(group.nodes)} ${group.deletes}` : String(index);
    const known = merged.get(key);
    if (known) known.files.push(...group.files);
    else merged.set(key, { nodes: group.nodes, files: [...group.files] });
  });
  return [...merged.values()];
}

function fieldNode(
  schema: Schema,
  nodes: readonly ParquetNode[],
  column: string,
): { readonly field: NestedField; readonly node?: ParquetNode } | undefined {
  const field = schema.fields.find((item) => item.name.toLowerCase() === column);
  return field && { field, node: findNode(nodes, field) };
}

function partSql(
  scan: IcebergScan,
  wanted: readonly TableColumn[],
  nodes: readonly ParquetNode[],
  files: readonly ReadFile[],
): string {
  const uris = `(${literals(files.map((file) => file.entry.file.path))})[CAST(file_index + 1 AS BIGINT)]`;
  const times = files.map((file) => `TIMESTAMP '${file.source.modified.toISOString().replace(/[TZ]/g, ' ').trim()}'`);
  const time = `([${times.join(', ')}])[CAST(file_index + 1 AS BIGINT)]`;
  const deletes = [...new Set(files.flatMap((file) => file.deletes))];
  const columns = wanted.map((column) => {
    const name = quoteName(column.name);
    if (column.name === '$path') return `"$lw_file" AS ${name}`;
    if (column.name === ROW_NUMBER) return `"$lw_row" AS ${name}`;
    if (column.name === '$file_modified_time') return `{'i': "$lw_time", 'z': 'UTC'} AS ${name}`;
    const { field, node } = fieldNode(scan.schema, nodes, column.name) as { field: NestedField; node?: ParquetNode };
    const value = node ? icebergColumn(quoteName(node.name), node, field.type) : constant(scan, files[0], field);
    return `${value} AS ${name}`;
  });
  const extra = [
    ...(wanted.some((column) => column.name === '$path') || deletes.length ? [`${uris} AS "$lw_file"`] : []),
    ...(wanted.some((column) => column.name === ROW_NUMBER) || deletes.length ? ['file_row_number AS "$lw_row"'] : []),
    ...(wanted.some((column) => column.name === '$file_modified_time') ? [`${time} AS "$lw_time"`] : []),
  ];
  const read = `read_parquet(${literals(files.map((file) => file.source.path))}, hive_partitioning = false)`;
  const from = extra.length ? `(SELECT *, ${extra.join(', ')} FROM ${read})` : read;
  const select = columns.join(', ') || 'NULL AS "$none"';
  if (!deletes.length) return `SELECT ${select} FROM ${from}`;
  const gone = `(SELECT file_path AS "$lw_f", pos AS "$lw_p" FROM read_parquet(${literals(deletes)}, hive_partitioning = false))`;
  return `SELECT ${select} FROM ${from} ANTI JOIN ${gone} ON "$lw_file" = "$lw_f" AND "$lw_row" = "$lw_p"`;
}

/** A column that the files lack: what their partition says of it, else NULL. */
function constant({ metadata }: IcebergScan, file: ReadFile | undefined, field: NestedField): string {
  if (!file || typeof field.type !== 'string') return missing(field.type);
  const spec = specOf(metadata, file.entry.file.specId);
  const index = spec.fields.findIndex((item) => item['source-id'] === field.id && item.transform === 'identity');
  const value = index < 0 ? null : textOfValue(file.entry.file.partition[index] ?? null, field.type);
  if (value === null || field.type === 'timestamptz' || field.type === 'binary') return missing(field.type);
  return missing(field.type).replace('NULL', literal(value));
}

const PRUNABLE: ReadonlySet<string> = new Set(['integer', 'bigint', 'varchar', 'date']);

/** Whether a file's partition may satisfy the conditions. */
function mayHold(scan: IcebergScan, { file }: ManifestEntry, constraints: readonly ScanConstraint[]): boolean {
  if (!constraints.length) return true;
  const spec = specOf(scan.metadata, file.specId);
  const columns = partitionColumns(spec, scan.metadata.schemas);
  return spec.fields.every((part, index) => {
    const source = scan.schema.fields.find((field) => field.id === part['source-id']);
    const column = scan.columns.find((item) => item.name === source?.name.toLowerCase());
    if (part.transform !== 'identity' || !column || !PRUNABLE.has(column.type.kind)) return true;
    const own = constraints.filter((constraint) => constraint.column === column.name);
    const value = textOfValue(file.partition[index] ?? null, columns[index]?.type ?? 'string');
    return mayMatch(value ?? HIVE_DEFAULT_PARTITION, column.type, own);
  });
}
