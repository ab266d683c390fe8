import { SqlError } from '../../../engines/sql/errors';
import type { DataFile } from './data-files';
import { literals, type TableEngine } from './table-engine';

/** A node of a Parquet file's schema, as DuckDB reads it. */
export interface ParquetNode {
  readonly name: string;
  /** Iceberg's id of the field, where its writer gave one. */
  readonly fieldId?: number;
  /** `INT64`, `BYTE_ARRAY` …; undefined for groups. */
  readonly physical?: string;
  /** DuckDB's type; undefined for groups. */
  readonly duckdb?: string;
  /** `LIST`, `MAP`; undefined for rows and scalars. */
  readonly converted?: string;
  /** A timestamp in milliseconds needs no rounding. */
  readonly milliseconds: boolean;
  readonly repeated: boolean;
  readonly children: readonly ParquetNode[];
}

export interface ParquetFooter {
  readonly rows: number;
  /** DuckDB reads each in one thread. */
  readonly rowGroups: number;
  readonly columns: readonly ParquetNode[];
  /** Column (as named in the file) → compressed bytes. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Two files of one shape can be read in one go. */
  readonly shape: string;
}

/** Files whose footers are read by one statement. */
const BATCH = 200;
const KEPT = 20_000;

/** Reads Parquet footers once for each version of a file. */
export class ParquetFooters {
  private readonly known = new Map<string, ParquetFooter>();
  /** Files whose footers another query reads just now. */
  private readonly loading = new Map<string, Promise<void>>();
  private readonly wholeMillis = new Map<string, boolean>();

  public constructor(private readonly engine: TableEngine) {}

  /** @throws SqlError HIVE_BAD_DATA that names the file that is no Parquet */
  public async read(files: readonly DataFile[]): Promise<ParquetFooter[]> {
    const unknown = files.filter((file) => !this.known.has(keyOf(file)));
    if (this.known.size + unknown.length > KEPT) this.known.clear();
    const missing = unknown.filter((file) => !this.loading.has(keyOf(file)));
    const others = new Set(unknown.flatMap((file) => this.loading.get(keyOf(file)) ?? []));
    for (let at = 0; at < missing.length; at += BATCH) await this.loadOnce(missing.slice(at, at + BATCH));
    await Promise.allSettled(others);
    const lost = files.filter((file) => !this.known.has(keyOf(file)));
    if (lost.length) await this.load(lost);
    return files.map((file) => this.known.get(keyOf(file)) as ParquetFooter);
  }

  /** Whether all timestamps of a column are whole milliseconds, so that Athena's rounding changes nothing. */
  public async isWholeMilliseconds(files: readonly DataFile[], column: string): Promise<boolean> {
    const key = (file: DataFile) => `${keyOf(file)}|${column}`;
    const unknown = files.filter((file) => !this.wholeMillis.has(key(file)));
    if (unknown.length) {
      const name = `"${column.replace(/"/g, '""')}"`;
      const relation = `read_parquet(${literals(unknown.map((file) => file.path))}, hive_partitioning = false)`;
      const [row] = await this.engine.texts(
        `SELECT coalesce(bool_and(epoch_us(${name}) % 1000 = 0), true) FROM ${relation}`,
        1,
      );
      if (this.wholeMillis.size > KEPT) this.wholeMillis.clear();
      for (const file of unknown) this.wholeMillis.set(key(file), row?.[0] === 'true');
    }
    return files.every((file) => this.wholeMillis.get(key(file)));
  }

  private async loadOnce(files: readonly DataFile[]): Promise<void> {
    const load = this.load(files);
    for (const file of files) this.loading.set(keyOf(file), load);
    try {
      await load;
    } finally {
      for (const file of files) this.loading.delete(keyOf(file));
    }
  }

  private async load(files: readonly DataFile[]): Promise<void> {
    try {
      const paths = literals(files.map((file) => file.path));
      const [nodes, columns] = await Promise.all([
        this.engine.texts(
          `SELECT file_name, name, type, num_children, converted_type, logical_type, duckdb_type, repetition_type, field_id FROM parquet_schema(${paths}) ORDER BY file_name, column_id`,
          9,
        ),
        this.engine.texts(
          `SELECT file_name, path_in_schema, sum(total_compressed_size)::BIGINT, sum(row_group_num_rows)::BIGINT, count(DISTINCT row_group_id) FROM parquet_metadata(${paths}) GROUP BY ALL`,
          5,
        ),
      ]);
      this.keep(files, nodes, columns);
    } catch (error) {
      const [only] = files;
      if (files.length === 1 && only) throw badFile(only, error);
      for (const file of files) await this.load([file]);
    }
  }

  private keep(files: readonly DataFile[], nodes: Rows, columns: Rows): void {
    const nodesOf = grouped(nodes);
    const columnsOf = grouped(columns);
    for (const file of files) {
      const own = nodesOf.get(file.path) ?? [];
      const [root] = buildTree(own);
      const bytes = new Map<string, number>();
      const chunks = columnsOf.get(file.path) ?? [];
      for (const row of chunks) {
        const top = String(row[1]).split(', ')[0] as string;
        bytes.set(top, (bytes.get(top) ?? 0) + Number(row[2]));
      }
      this.known.set(keyOf(file), {
        // Each column has all rows; a file without row groups has none.
        rows: Number(chunks[0]?.[3] ?? 0),
        rowGroups: Number(chunks[0]?.[4] ?? 0),
        columns: root?.children ?? [],
        bytes,
        shape: JSON.stringify(own.slice(1).map((row) => row.slice(1))),
      });
    }
  }
}

type Rows = readonly (readonly (string | null)[])[];

const keyOf = (file: DataFile): string => `${file.path}|${file.version}`;

function grouped(rows: Rows): Map<string, (readonly (string | null)[])[]> {
  const groups = new Map<string, (readonly (string | null)[])[]>();
  for (const row of rows) {
    const group = groups.get(String(row[0]));
    if (group) group.push(row);
    else groups.set(String(row[0]), [row]);
  }
  return groups;
}

/** The rows of `parquet_schema` come depth first, each with the number of its children. */
function buildTree(rows: Rows): ParquetNode[] {
  let at = 0;
  const next = (): ParquetNode => {
    const [, name, type, children, converted, logical, duckdb, repetition, id] = rows[at++] as readonly (
      | string
      | null
    )[];
    return {
      name: String(name),
      fieldId: id == null ? undefined : Number(id),
      physical: text(type),
      duckdb: text(duckdb),
      converted: text(converted) ?? groupKind(text(logical)),
      milliseconds: text(converted) === 'TIMESTAMP_MILLIS' || /MILLIS=MilliSeconds/.test(text(logical) ?? ''),
      repeated: repetition === 'REPEATED',
      children: Array.from({ length: Number(children ?? 0) }, next),
    };
  };
  return rows.length ? [next()] : [];
}

const text = (value: string | null | undefined): string | undefined => value ?? undefined;

const groupKind = (logical: string | undefined): string | undefined =>
  logical?.startsWith('ListType') ? 'LIST' : logical?.startsWith('MapType') ? 'MAP' : undefined;

/** Trino's words for a file that was cut off or never was Parquet. */
function badFile(file: DataFile, error: unknown): SqlError {
  const message = error instanceof Error ? error.message : String(error);
  if (/magic bytes|too small|Parquet|Thrift|footer/i.test(message)) {
    return new SqlError(
      'HIVE_BAD_DATA',
      `Malformed Parquet file. ${message.replaceAll(file.path, file.uri)} [${file.uri}]`,
    );
  }
  return new SqlError(
    'HIVE_CANNOT_OPEN_SPLIT',
    `Error opening Hive split ${file.uri} (offset=0, length=${file.size}): ${message.replaceAll(file.path, file.uri)}`,
  );
}
