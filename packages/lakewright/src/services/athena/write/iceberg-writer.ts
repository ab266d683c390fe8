import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type IcebergFile, partitionColumns } from '../../../engines/iceberg/manifests';
import { currentSchema, specOf, type TableMetadata } from '../../../engines/iceberg/metadata';
import { transformSql } from '../../../engines/iceberg/transforms';
import { decimalOf, type IcebergType, type NestedField, type Schema } from '../../../engines/iceberg/types';
import { bytesOfValue, type IcebergValue, valueOfText } from '../../../engines/iceberg/values';
import { SqlError } from '../../../engines/sql/errors';
import { quoteName } from '../../../engines/sql/types/physical';
import type { ObjectStore } from '../../../workspace/object-store';
import { placeOf } from '../../iceberg/lake-files';
import { storedValue } from '../tables/iceberg-columns';
import { literal, type TableEngine } from '../tables/table-engine';

/** Where rows are written to, and with what. */
export interface IcebergWriter {
  readonly objects: ObjectStore;
  readonly engine: TableEngine;
  readonly metadata: TableMetadata;
  readonly signal?: AbortSignal;
}

/** Athena's limit for one statement. @see https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html */
const MOST_PARTITIONS = 100;

/**
 * Writes a query's rows as data files of the current schema and partition spec. Nothing sees them before a commit.
 *
 * @param sql a query whose columns are c1, c2 … in the order of the schema, in the representation of `types/physical.ts`
 */
export async function writeDataFiles(writer: IcebergWriter, sql: string): Promise<IcebergFile[]> {
  const { metadata, engine, objects } = writer;
  const schema = currentSchema(metadata);
  const spec = specOf(metadata, metadata['default-spec-id']);
  const place = (id: number) => `c${schema.fields.findIndex((field) => field.id === id) + 1}`;
  const keys = spec.fields.map((field, index) => {
    const source = schema.fields.find((item) => item.id === field['source-id']) as NestedField;
    // A mark before the text tells an empty one from NULL.
    const value = transformSql(field, source.type, place(field['source-id']));
    return { name: `$k${index}`, sql: `'v' || CAST(${field.transform === 'void' ? 'NULL' : value} AS VARCHAR)` };
  });
  requireValues(schema);
  const stage = await objects.stage(placeOf(`${metadata.location}/data`).bucket);
  try {
    const values = schema.fields.map((field, index) => {
      const value = storedValue(required(`c${index + 1}`, field), field.type);
      return `${value} AS ${quoteName(field.name)}`;
    });
    const select = [...values, ...keys.map((key) => `${key.sql} AS ${quoteName(key.name)}`)].join(', ');
    const layout = keys.length
      ? [`PARTITION_BY (${keys.map((key) => quoteName(key.name)).join(', ')})`]
      : ['PER_THREAD_OUTPUT false'];
    const out = join(stage, 'out');
    const target = keys.length ? out : `${out}.parquet`;
    const ids = schema.fields.map((field) => `${quoteName(field.name)}: ${fieldIds(field.id, field.type)}`).join(', ');
    const options = ['FORMAT parquet', `COMPRESSION ${codecOf(metadata)}`, `FIELD_IDS {${ids}}`, ...layout];
    const { rows } = await engine.execute(
      `COPY (SELECT ${select} FROM (${sql})) TO ${literal(target)} (${options.join(', ')})`,
      writer.signal,
    );
    if (rows === 0) return [];
    const staged = stagedFiles(target, keys.length);
    checkPartitions(staged.map((file) => file.values));
    const types = partitionColumns(spec, metadata.schemas).map((column) => column.type);
    const figures = await readFigures(
      engine,
      staged.map((file) => file.path),
      schema,
    );
    const files: IcebergFile[] = [];
    for (const { path, values: texts } of staged) {
      const partition = types.map((type, index) => valueOfText(texts[index] ?? null, type));
      const folder = spec.fields.map((field, index) => `${safe(field.name)}=${safe(texts[index] ?? 'null')}/`).join('');
      const uri = `${metadata.location}/data/${folder}${randomUUID()}.parquet`;
      files.push(await publish(writer, path, uri, spec['spec-id'], partition, 'data', figures.get(path)));
    }
    return files;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Rows of one partition that go, by file and number. */
export interface DeletedRows {
  /** A query with the columns file_path and pos. */
  readonly sql: string;
  readonly specId: number;
  readonly partition: readonly IcebergValue[];
}

/** The ids that the specification gives the columns of position delete files. */
const DELETE_IDS = '{file_path: 2147483546, pos: 2147483545}';

/** Writes a position delete file. */
export async function writeDeleteFile(writer: IcebergWriter, deleted: DeletedRows): Promise<IcebergFile> {
  const { metadata, engine, objects } = writer;
  const stage = await objects.stage(placeOf(`${metadata.location}/data`).bucket);
  try {
    const path = join(stage, 'deletes.parquet');
    const { rows } = await engine.execute(
      `COPY (SELECT file_path, pos FROM (${deleted.sql}) ORDER BY file_path, pos) TO ${literal(path)} (FORMAT parquet, COMPRESSION ${codecOf(metadata)}, PER_THREAD_OUTPUT false, FIELD_IDS ${DELETE_IDS})`,
      writer.signal,
    );
    const uri = `${metadata.location}/data/${randomUUID()}-deletes.parquet`;
    return await publish(writer, path, uri, deleted.specId, deleted.partition, 'position deletes', { rows });
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

type Figures = Pick<IcebergFile, 'rows' | 'columnSizes' | 'valueCounts' | 'nullCounts' | 'lowerBounds' | 'upperBounds'>;

async function publish(
  { objects }: IcebergWriter,
  path: string,
  uri: string,
  specId: number,
  partition: readonly IcebergValue[],
  content: IcebergFile['content'],
  figures: Figures = { rows: 0 },
): Promise<IcebergFile> {
  const bytes = statSync(path).size;
  const { bucket, key } = placeOf(uri);
  await objects.publish(path, bucket, key);
  return { content, path: uri, format: 'PARQUET', specId, partition, bytes, splitOffsets: [4], ...figures };
}

/** A column that must have a value fails the statement, as on Athena. */
function required(value: string, field: NestedField): string {
  if (!field.required) return value;
  const message = literal(`LW:CONSTRAINT_VIOLATION: NULL value not allowed for NOT NULL column: ${field.name}`);
  return `CASE WHEN ${value} IS NULL THEN error(${message}) ELSE ${value} END`;
}

function requireValues(schema: Schema): void {
  const names = schema.fields.map((field) => field.name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new SqlError('NOT_SUPPORTED', `column "${twice}" is there twice, in any case`);
}

function fieldIds(id: number, type: IcebergType): string {
  if (typeof type === 'string') return String(id);
  switch (type.type) {
    case 'list':
      return `{__duckdb_field_id: ${id}, element: ${fieldIds(type['element-id'], type.element)}}`;
    case 'map':
      return `{__duckdb_field_id: ${id}, key: ${fieldIds(type['key-id'], type.key)}, value: ${fieldIds(type['value-id'], type.value)}}`;
    case 'struct':
      return `{__duckdb_field_id: ${id}, ${type.fields.map((field) => `${quoteName(field.name)}: ${fieldIds(field.id, field.type)}`).join(', ')}}`;
  }
}

/** Athena's default is ZSTD. */
function codecOf(metadata: TableMetadata): string {
  const codec = metadata.properties['write.parquet.compression-codec']?.toLowerCase() ?? 'zstd';
  const known = {
    zstd: 'zstd',
    snappy: 'snappy',
    gzip: 'gzip',
    lz4: 'lz4_raw',
    none: 'uncompressed',
    uncompressed: 'uncompressed',
  };
  return known[codec as keyof typeof known] ?? 'zstd';
}

interface StagedFile {
  readonly path: string;
  readonly values: readonly (string | null)[];
}

const NULL_FOLDER = '__HIVE_DEFAULT_PARTITION__';

function stagedFiles(target: string, keys: number): StagedFile[] {
  if (keys === 0) return existsSync(target) ? [{ path: target, values: [] }] : [];
  const files: StagedFile[] = [];
  const walk = (folder: string, values: readonly (string | null)[]): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        const text = decodeURIComponent(entry.name.slice(entry.name.indexOf('=') + 1));
        walk(path, [...values, text === NULL_FOLDER ? null : text.slice(1)]);
      } else files.push({ path, values });
    }
  };
  walk(target, []);
  return files;
}

function checkPartitions(all: readonly (readonly (string | null)[])[]): void {
  if (new Set(all.map((values) => JSON.stringify(values))).size <= MOST_PARTITIONS) return;
  throw new SqlError(
    'ICEBERG_TOO_MANY_OPEN_PARTITIONS',
    `Exceeded limit of ${MOST_PARTITIONS} open writers for partitions`,
  );
}

/** As it is where it is plain; else a hash: folders mean nothing to Iceberg. */
const safe = (text: string): string =>
  /^[\w. -]{1,60}$/.test(text) ? text.replaceAll(' ', '_') : createHash('md5').update(text).digest('hex');

/** Counts, sizes and bounds of the columns, from the files' own footers. */
async function readFigures(
  engine: TableEngine,
  paths: readonly string[],
  schema: Schema,
): Promise<ReadonlyMap<string, Figures>> {
  const rows = await engine.texts(
    `SELECT file_name, path_in_schema, sum(total_compressed_size)::BIGINT, sum(num_values)::BIGINT, sum(stats_null_count)::BIGINT, count(*) = 1 AND bool_and(min_is_exact), min(stats_min_value), count(*) = 1 AND bool_and(max_is_exact), max(stats_max_value), sum(row_group_num_rows)::BIGINT FROM parquet_metadata([${paths.map(literal).join(', ')}]) GROUP BY ALL`,
    10,
  );
  const result = new Map<string, Figures>();
  for (const path of paths) {
    const own = rows.filter((row) => row[0] === path);
    const sizes = new Map<number, number>();
    const counts = new Map<number, number>();
    const nulls = new Map<number, number>();
    const lower = new Map<number, Buffer>();
    const upper = new Map<number, Buffer>();
    for (const [, column, size, count, nullCount, minExact, min, maxExact, max] of own) {
      const field = schema.fields.find((item) => item.name === column);
      if (!field || typeof field.type !== 'string') continue;
      sizes.set(field.id, Number(size));
      counts.set(field.id, Number(count));
      if (nullCount !== null) nulls.set(field.id, Number(nullCount));
      const [from, to] = [boundOf(field.type, minExact, min), boundOf(field.type, maxExact, max)];
      if (from && to) {
        lower.set(field.id, from);
        upper.set(field.id, to);
      }
    }
    result.set(path, {
      rows: Number(own[0]?.[9] ?? 0),
      columnSizes: sizes,
      valueCounts: counts,
      nullCounts: nulls,
      lowerBounds: lower,
      upperBounds: upper,
    });
  }
  return result;
}

/** Only where the footer's text is surely the whole value: floats have NaN, long texts are cut. */
function boundOf(type: string, exact: string | null | undefined, text: string | null | undefined): Buffer | undefined {
  const plain = ['int', 'long', 'date', 'timestamp', 'string', 'boolean'].includes(type) || decimalOf(type);
  if (!plain || exact !== 'true' || text == null || text.length > 64) return undefined;
  try {
    return bytesOfValue(valueOfText(text, type), type);
  } catch {
    return undefined;
  }
}
