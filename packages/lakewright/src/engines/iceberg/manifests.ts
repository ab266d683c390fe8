import { NotCoveredError } from '../sql/errors';
import { type AvroRecord, readAvroFile, writeAvroFile } from './avro-file';
import { fromAvro, toAvro } from './avro-types';
import { avroName, MANIFEST_LIST, manifestSchema, type PartitionColumn } from './manifest-schemas';
import type { PartitionSpec, Snapshot } from './metadata';
import { transformedType } from './transforms';
import { fieldsById, type Schema } from './types';
import { bytesOfValue, type IcebergValue } from './values';

/** An entry of a manifest list. */
export interface ManifestFile {
  readonly path: string;
  readonly length: number;
  readonly specId: number;
  readonly content: 'data' | 'deletes';
  readonly sequenceNumber: number;
  readonly minSequenceNumber: number;
  readonly addedSnapshotId: bigint;
  readonly addedFiles: number;
  readonly existingFiles: number;
  readonly deletedFiles: number;
  readonly addedRows: number;
  readonly existingRows: number;
  readonly deletedRows: number;
  readonly partitions: readonly PartitionSummary[];
}

export interface PartitionSummary {
  readonly containsNull: boolean;
  readonly containsNan?: boolean;
  readonly lower?: Buffer;
  readonly upper?: Buffer;
}

export type FileContent = 'data' | 'position deletes' | 'equality deletes';

/** A data or delete file. */
export interface IcebergFile {
  readonly content: FileContent;
  readonly path: string;
  /** `PARQUET`, `ORC`, `AVRO`, `PUFFIN` */
  readonly format: string;
  readonly specId: number;
  /** In the order of the spec's fields. */
  readonly partition: readonly IcebergValue[];
  readonly rows: number;
  readonly bytes: number;
  /** Field id → figure. */
  readonly columnSizes?: ReadonlyMap<number, number>;
  readonly valueCounts?: ReadonlyMap<number, number>;
  readonly nullCounts?: ReadonlyMap<number, number>;
  readonly nanCounts?: ReadonlyMap<number, number>;
  readonly lowerBounds?: ReadonlyMap<number, Buffer>;
  readonly upperBounds?: ReadonlyMap<number, Buffer>;
  readonly splitOffsets?: readonly number[];
  readonly equalityIds?: readonly number[];
  readonly sortOrderId?: number;
}

/** A file and how it came into the table. */
export interface ManifestEntry {
  readonly status: 'existing' | 'added' | 'deleted';
  readonly snapshotId: bigint;
  readonly sequenceNumber: number;
  readonly fileSequenceNumber: number;
  readonly file: IcebergFile;
}

const STATUS = ['existing', 'added', 'deleted'] as const;
const CONTENT = ['data', 'position deletes', 'equality deletes'] as const;

/** The partition tuple of a spec, with the types that its values have in manifests. */
export function partitionColumns(spec: PartitionSpec, schemas: readonly Schema[]): PartitionColumn[] {
  // A dropped column is still in an older schema.
  const types = new Map(schemas.flatMap((schema) => [...fieldsById(schema)]));
  return spec.fields.map((field) => {
    const source = types.get(field['source-id']);
    if (!source) throw new Error(`partition field "${field.name}" has no source column ${field['source-id']}`);
    return { id: field['field-id'], name: field.name, type: transformedType(field.transform, source.type) };
  });
}

export async function readManifestList(bytes: Buffer): Promise<ManifestFile[]> {
  const { records } = await readAvroFile(bytes);
  return records.map(
    (record): ManifestFile => ({
      path: record.manifest_path,
      length: Number(record.manifest_length),
      specId: record.partition_spec_id,
      content: record.content === 1 ? 'deletes' : 'data',
      sequenceNumber: Number(record.sequence_number ?? 0),
      minSequenceNumber: Number(record.min_sequence_number ?? 0),
      addedSnapshotId: record.added_snapshot_id ?? 0n,
      // Format 1 and old writers say "data_files".
      addedFiles: record.added_files_count ?? record.added_data_files_count ?? 0,
      existingFiles: record.existing_files_count ?? record.existing_data_files_count ?? 0,
      deletedFiles: record.deleted_files_count ?? record.deleted_data_files_count ?? 0,
      addedRows: Number(record.added_rows_count ?? 0),
      existingRows: Number(record.existing_rows_count ?? 0),
      deletedRows: Number(record.deleted_rows_count ?? 0),
      partitions: (record.partitions ?? []).map((item: AvroRecord) => ({
        containsNull: item.contains_null,
        containsNan: item.contains_nan ?? undefined,
        lower: item.lower_bound ?? undefined,
        upper: item.upper_bound ?? undefined,
      })),
    }),
  );
}

export function writeManifestList(
  manifests: readonly ManifestFile[],
  snapshot: Omit<Snapshot, 'manifest-list'>,
): Buffer {
  const records = manifests.map((manifest) => ({
    manifest_path: manifest.path,
    manifest_length: BigInt(manifest.length),
    partition_spec_id: manifest.specId,
    content: manifest.content === 'deletes' ? 1 : 0,
    sequence_number: BigInt(manifest.sequenceNumber),
    min_sequence_number: BigInt(manifest.minSequenceNumber),
    added_snapshot_id: manifest.addedSnapshotId,
    added_files_count: manifest.addedFiles,
    existing_files_count: manifest.existingFiles,
    deleted_files_count: manifest.deletedFiles,
    added_rows_count: BigInt(manifest.addedRows),
    existing_rows_count: BigInt(manifest.existingRows),
    deleted_rows_count: BigInt(manifest.deletedRows),
    partitions: manifest.partitions.map((item) => ({
      contains_null: item.containsNull,
      contains_nan: item.containsNan ?? null,
      lower_bound: item.lower ?? null,
      upper_bound: item.upper ?? null,
    })),
    key_metadata: null,
  }));
  return writeAvroFile(MANIFEST_LIST, records, {
    'snapshot-id': String(snapshot['snapshot-id']),
    'parent-snapshot-id': String(snapshot['parent-snapshot-id'] ?? 'null'),
    'sequence-number': String(snapshot['sequence-number']),
    'format-version': '2',
  });
}

/** The entries of a manifest, with what they inherit from its place in the list. */
export async function readManifest(
  bytes: Buffer,
  manifest: ManifestFile,
  columns: readonly PartitionColumn[],
): Promise<ManifestEntry[]> {
  const { schema, records } = await readAvroFile(bytes);
  const names = partitionNames(schema, columns);
  return records.map((record): ManifestEntry => {
    const status = STATUS[record.status] ?? 'existing';
    const inherited = status === 'added' ? manifest.sequenceNumber : 0;
    const sequenceNumber = Number(record.sequence_number ?? inherited);
    return {
      status,
      snapshotId: record.snapshot_id ?? manifest.addedSnapshotId,
      sequenceNumber,
      fileSequenceNumber: Number(record.file_sequence_number ?? sequenceNumber),
      file: fileOf(record.data_file, manifest, columns, names),
    };
  });
}

/** How the partition fields are called in this manifest: names may have changed, ids don't. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of a file
function partitionNames(schema: any, columns: readonly PartitionColumn[]): (string | undefined)[] {
  const dataFile = schema.fields.find((field: AvroRecord) => field.name === 'data_file')?.type;
  const partition = dataFile?.fields.find((field: AvroRecord) => field.name === 'partition')?.type;
  const fields: AvroRecord[] = partition?.fields ?? [];
  return columns.map(
    (column, index) => (fields.find((field) => field['field-id'] === column.id) ?? fields[index])?.name,
  );
}

function fileOf(
  record: AvroRecord,
  manifest: ManifestFile,
  columns: readonly PartitionColumn[],
  names: readonly (string | undefined)[],
): IcebergFile {
  return {
    content: CONTENT[record.content ?? 0] ?? 'data',
    path: record.file_path,
    format: String(record.file_format).toUpperCase(),
    specId: manifest.specId,
    partition: columns.map((column, index) => fromAvro(record.partition[names[index] ?? ''], column.type)),
    rows: Number(record.record_count),
    bytes: Number(record.file_size_in_bytes),
    columnSizes: counts(record.column_sizes),
    valueCounts: counts(record.value_counts),
    nullCounts: counts(record.null_value_counts),
    nanCounts: counts(record.nan_value_counts),
    lowerBounds: pairs<Buffer>(record.lower_bounds),
    upperBounds: pairs<Buffer>(record.upper_bounds),
    splitOffsets: record.split_offsets?.map(Number),
    equalityIds: record.equality_ids ?? undefined,
    sortOrderId: record.sort_order_id ?? undefined,
  };
}

const pairs = <T>(items: AvroRecord): Map<number, T> | undefined =>
  items ? new Map(items.map((item: AvroRecord) => [item.key, item.value])) : undefined;

const counts = (items: AvroRecord): Map<number, number> | undefined =>
  items ? new Map(items.map((item: AvroRecord) => [item.key, Number(item.value)])) : undefined;

/** What a manifest is written for. */
export interface ManifestTarget {
  readonly path: string;
  readonly content: 'data' | 'deletes';
  readonly spec: PartitionSpec;
  readonly schema: Schema;
  readonly columns: readonly PartitionColumn[];
  readonly snapshotId: bigint;
  readonly sequenceNumber: number;
}

/** A manifest's bytes, and its entry for the manifest list. */
export function writeManifest(
  target: ManifestTarget,
  entries: readonly ManifestEntry[],
): { readonly bytes: Buffer; readonly manifest: ManifestFile } {
  const { spec, schema, columns } = target;
  const records = entries.map((entry) => ({
    status: STATUS.indexOf(entry.status),
    snapshot_id: entry.snapshotId,
    // Added files get theirs from the manifest list: the manifest stays right when the commit is tried again.
    sequence_number: entry.status === 'added' ? null : BigInt(entry.sequenceNumber),
    file_sequence_number: entry.status === 'added' ? null : BigInt(entry.fileSequenceNumber),
    data_file: fileRecord(entry.file, columns),
  }));
  const bytes = writeAvroFile(manifestSchema(columns), records, {
    schema: JSON.stringify(schema),
    'schema-id': String(schema['schema-id']),
    'partition-spec': JSON.stringify(spec.fields),
    'partition-spec-id': String(spec['spec-id']),
    'format-version': '2',
    content: target.content,
  });
  const of = (status: ManifestEntry['status']) => entries.filter((entry) => entry.status === status);
  const rows = (list: readonly ManifestEntry[]) => list.reduce((sum, entry) => sum + entry.file.rows, 0);
  const [added, existing, deleted] = [of('added'), of('existing'), of('deleted')];
  const live = [...existing.map((entry) => entry.sequenceNumber), ...(added.length ? [target.sequenceNumber] : [])];
  const manifest: ManifestFile = {
    path: target.path,
    length: bytes.length,
    specId: spec['spec-id'],
    content: target.content,
    sequenceNumber: target.sequenceNumber,
    minSequenceNumber: live.length ? Math.min(...live) : target.sequenceNumber,
    addedSnapshotId: target.snapshotId,
    addedFiles: added.length,
    existingFiles: existing.length,
    deletedFiles: deleted.length,
    addedRows: rows(added),
    existingRows: rows(existing),
    deletedRows: rows(deleted),
    partitions: columns.map((column, index) =>
      summary(
        column,
        entries.map((entry) => entry.file.partition[index] ?? null),
      ),
    ),
  };
  return { bytes, manifest };
}

function fileRecord(file: IcebergFile, columns: readonly PartitionColumn[]): AvroRecord {
  if (file.format === 'PUFFIN') throw new NotCoveredError('Iceberg deletion vectors (format version 3)');
  const list = (map: ReadonlyMap<number, number> | undefined) =>
    map ? [...map].map(([key, value]) => ({ key, value: BigInt(value) })) : null;
  const bounds = (map: ReadonlyMap<number, Buffer> | undefined) =>
    map ? [...map].map(([key, value]) => ({ key, value })) : null;
  return {
    content: CONTENT.indexOf(file.content),
    file_path: file.path,
    file_format: file.format,
    partition: Object.fromEntries(
      columns.map((column, index) => [avroKey(column), toAvro(file.partition[index] ?? null, column.type)]),
    ),
    record_count: BigInt(file.rows),
    file_size_in_bytes: BigInt(file.bytes),
    column_sizes: list(file.columnSizes),
    value_counts: list(file.valueCounts),
    null_value_counts: list(file.nullCounts),
    nan_value_counts: list(file.nanCounts),
    lower_bounds: bounds(file.lowerBounds),
    upper_bounds: bounds(file.upperBounds),
    key_metadata: null,
    split_offsets: file.splitOffsets?.map(BigInt) ?? null,
    equality_ids: file.equalityIds ?? null,
    sort_order_id: file.sortOrderId ?? null,
  };
}

const avroKey = (column: PartitionColumn): string => avroName(column.name);

function summary(column: PartitionColumn, values: readonly IcebergValue[]): PartitionSummary {
  const isNan = (value: IcebergValue) => typeof value === 'number' && Number.isNaN(value);
  const known = values.filter((value) => value !== null && !isNan(value)) as Exclude<IcebergValue, null>[];
  const sorted = known.sort(compareValues);
  const bytes = (value: IcebergValue | undefined) =>
    value === undefined ? undefined : bytesOfValue(value, column.type);
  return {
    containsNull: values.includes(null),
    containsNan: values.some(isNan),
    lower: bytes(sorted[0]),
    upper: bytes(sorted.at(-1)),
  };
}

function compareValues(a: Exclude<IcebergValue, null>, b: Exclude<IcebergValue, null>): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
