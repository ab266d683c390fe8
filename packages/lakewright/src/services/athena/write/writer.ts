import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SqlError } from '../../../engines/sql/errors';
import { quoteName } from '../../../engines/sql/types/physical';
import type { TrinoType } from '../../../engines/sql/types/type';
import type { ObjectStore } from '../../../workspace/object-store';
import { folderOf, parseLocation } from '../tables/data-files';
import { literal, type TableEngine } from '../tables/table-engine';
import { lineSql, type WriteColumn } from './line-sql';
import type { OutputFormat } from './output-format';
import { finishFile, stagedCompression } from './row-files';

export interface WriteRequest {
  /** A query whose columns are c1, c2 … in the order of `columns`. */
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: TrinoType }[];
  /** The last columns by name: they become folders. */
  readonly partitionedBy: readonly string[];
  readonly format: OutputFormat;
  /** Where the files of a partition go; a folder. */
  location(values: readonly string[]): string;
  readonly signal?: AbortSignal;
}

export interface WrittenFile {
  readonly uri: string;
  readonly values: readonly string[];
}

export interface Written {
  readonly rows: number;
  readonly bytes: number;
  readonly files: readonly WrittenFile[];
}

/** Athena's limit for one statement. @see https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html */
const MOST_PARTITIONS = 100;

/**
 * Writes a query's rows into files outside of the bucket, then moves them to their places: a statement that fails or is
 * killed while it computes leaves nothing behind.
 */
export async function writeFiles(objects: ObjectStore, engine: TableEngine, request: WriteRequest): Promise<Written> {
  const { bucket } = parseLocation(request.location([]));
  const stage = await objects.stage(bucket);
  try {
    const out = join(stage, 'out');
    const { rows } = await engine.execute(copySql(request, out), request.signal);
    if (rows === 0) return { rows, bytes: 0, files: [] };
    const staged = stagedFiles(out, request.partitionedBy.length);
    checkPartitions(staged.map((file) => file.values));
    const data = request.columns.filter((column) => !request.partitionedBy.includes(column.name));
    for (const file of staged) await finishFile(file.path, request.format, data);
    return { rows, ...(await publish(objects, request, staged)) };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function copySql(request: WriteRequest, out: string): string {
  const { format, partitionedBy } = request;
  const columns = request.columns.map((column, index): WriteColumn => ({ ...column, sql: `c${index + 1}` }));
  const data = columns.filter((column) => !partitionedBy.includes(column.name));
  const keys = partitionedBy.map((name) => columns.find((column) => column.name === name) as WriteColumn);
  const values =
    format.kind === 'parquet'
      ? data.map((column) => `${parquetValue(column)} AS ${quoteName(column.name)}`)
      : [`${lineSql(data, format)} AS line`];
  // An empty text is Hive's NULL among partition values.
  const folders = keys.map((key, index) => `nullif(CAST(${key.sql} AS VARCHAR), '') AS "$k${index}"`);
  const options =
    format.kind === 'parquet'
      ? [`FORMAT parquet`, `COMPRESSION ${format.compression}`]
      : [
          `FORMAT csv`,
          `HEADER false`,
          `QUOTE ''`,
          `ESCAPE ''`,
          `DELIMITER '\u0001'`,
          `COMPRESSION ${stagedCompression(format)}`,
        ];
  const layout = keys.length
    ? [`PARTITION_BY (${keys.map((_, index) => `"$k${index}"`).join(', ')})`]
    : ['PER_THREAD_OUTPUT false'];
  const target = keys.length ? out : `${out}.file`;
  return `COPY (SELECT ${[...values, ...folders].join(', ')} FROM (${request.sql})) TO ${literal(target)} (${[...options, ...layout].join(', ')})`;
}

/** Files whose timestamps are marked as milliseconds need no rounding, nor a look at their values, when they are read. */
const parquetValue = ({ type, sql }: WriteColumn): string =>
  type.kind === 'timestamp' && type.precision <= 3 ? `CAST(${sql} AS TIMESTAMP_MS)` : sql;

interface StagedFile {
  readonly path: string;
  readonly values: readonly string[];
}

function stagedFiles(out: string, keys: number): StagedFile[] {
  if (keys === 0) return [{ path: `${out}.file`, values: [] }];
  const files: StagedFile[] = [];
  const walk = (folder: string, values: readonly string[]): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        walk(path, [...values, decodeURIComponent(entry.name.slice(entry.name.indexOf('=') + 1))]);
      } else files.push({ path, values });
    }
  };
  walk(out, []);
  return files;
}

function checkPartitions(all: readonly (readonly string[])[]): void {
  if (new Set(all.map((values) => JSON.stringify(values))).size <= MOST_PARTITIONS) return;
  throw new SqlError(
    'HIVE_TOO_MANY_OPEN_PARTITIONS',
    `Exceeded limit of ${MOST_PARTITIONS} open writers for partitions/buckets`,
  );
}

async function publish(
  objects: ObjectStore,
  request: WriteRequest,
  staged: readonly StagedFile[],
): Promise<{ files: WrittenFile[]; bytes: number }> {
  const run = randomUUID().slice(0, 8);
  const files: (WrittenFile & { bucket: string; key: string })[] = [];
  let bytes = 0;
  try {
    for (const [index, { path, values }] of staged.entries()) {
      const { bucket, prefix } = parseLocation(folderOf(request.location(values)));
      const key = `${prefix}${run}_${String(index).padStart(5, '0')}_${randomUUID()}${extension(request.format)}`;
      bytes += statSync(path).size;
      await objects.publish(path, bucket, key);
      files.push({ uri: `s3://${bucket}/${key}`, values, bucket, key });
    }
    return { files, bytes };
  } catch (error) {
    for (const { bucket, key } of files) await objects.delete(bucket, key);
    throw error;
  }
}

const ENDINGS: Readonly<Record<string, string>> = { gzip: '.gz', zstd: '.zst' };

/** Readers know how text is compressed by its ending; the other formats say it themselves. */
function extension({ kind, compression }: OutputFormat): string {
  if (kind === 'text' || kind === 'json') {
    const ending = compression === 'none' ? '' : (ENDINGS[compression] ?? `.${compression}`);
    return `${kind === 'json' ? '.json' : '.txt'}${ending}`;
  }
  return `.${kind}`;
}

/** A partition's folder below its table, in Hive's escaping. */
export function partitionFolder(root: string, keys: readonly string[], values: readonly string[]): string {
  return `${folderOf(root)}${keys.map((key, index) => `${key}=${escapePath(values[index] as string)}/`).join('')}`;
}

const SPECIAL: ReadonlySet<string> = new Set('"#%\'*/:=?\\{}[]^\u007f');

const escapePath = (text: string): string =>
  Array.from(text, (character) =>
    character < ' ' || SPECIAL.has(character)
      ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
      : character,
  ).join('');
