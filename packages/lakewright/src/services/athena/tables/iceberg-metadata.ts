import {
  type IcebergFile,
  type ManifestEntry,
  type PartitionSummary,
  partitionColumns,
} from '../../../engines/iceberg/manifests';
import {
  ancestors,
  currentSchema,
  currentSnapshot,
  specOf,
  type TableMetadata,
} from '../../../engines/iceberg/metadata';
import type { SnapshotFiles } from '../../../engines/iceberg/snapshot-files';
import { fieldsById, type IcebergType, toTrinoType } from '../../../engines/iceberg/types';
import { type IcebergValue, textOfValue, valueOfBytes } from '../../../engines/iceberg/values';
import type { TableColumn } from '../../../engines/sql/contract';
import * as build from '../../../engines/sql/types/build';
import { physicalType, quoteName } from '../../../engines/sql/types/physical';
import { literal } from './table-engine';

/**
 * What `"table$snapshots"` and its like show.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
 */
export const METADATA_TABLES = ['history', 'snapshots', 'manifests', 'partitions', 'files', 'refs'] as const;
export type MetadataTable = (typeof METADATA_TABLES)[number];

const TIME = build.zonedTimestamp(3);
const COUNTS = build.map(build.INTEGER, build.BIGINT);
const BOUNDS = build.map(build.INTEGER, build.VARCHAR);

export function metadataColumns(table: MetadataTable, metadata: TableMetadata): TableColumn[] {
  const column = (name: string, type: TableColumn['type']): TableColumn => ({ name, type });
  switch (table) {
    case 'history':
      return [
        column('made_current_at', TIME),
        column('snapshot_id', build.BIGINT),
        column('parent_id', build.BIGINT),
        column('is_current_ancestor', build.BOOLEAN),
      ];
    case 'snapshots':
      return [
        column('committed_at', TIME),
        column('snapshot_id', build.BIGINT),
        column('parent_id', build.BIGINT),
        column('operation', build.VARCHAR),
        column('manifest_list', build.VARCHAR),
        column('summary', build.map(build.VARCHAR, build.VARCHAR)),
      ];
    case 'manifests':
      return [
        column('path', build.VARCHAR),
        column('length', build.BIGINT),
        column('partition_spec_id', build.INTEGER),
        column('added_snapshot_id', build.BIGINT),
        column('added_data_files_count', build.INTEGER),
        column('added_rows_count', build.BIGINT),
        column('existing_data_files_count', build.INTEGER),
        column('existing_rows_count', build.BIGINT),
        column('deleted_data_files_count', build.INTEGER),
        column('deleted_rows_count', build.BIGINT),
        column(
          'partition_summaries',
          build.array(
            build.row([
              { name: 'contains_null', type: build.BOOLEAN },
              { name: 'contains_nan', type: build.BOOLEAN },
              { name: 'lower_bound', type: build.VARCHAR },
              { name: 'upper_bound', type: build.VARCHAR },
            ]),
          ),
        ),
      ];
    case 'files':
      return [
        column('content', build.INTEGER),
        column('file_path', build.VARCHAR),
        column('file_format', build.VARCHAR),
        column('record_count', build.BIGINT),
        column('file_size_in_bytes', build.BIGINT),
        column('column_sizes', COUNTS),
        column('value_counts', COUNTS),
        column('null_value_counts', COUNTS),
        column('nan_value_counts', COUNTS),
        column('lower_bounds', BOUNDS),
        column('upper_bounds', BOUNDS),
        column('key_metadata', build.VARBINARY),
        column('split_offsets', build.array(build.BIGINT)),
        column('equality_ids', build.array(build.INTEGER)),
      ];
    case 'partitions': {
      const spec = specOf(metadata, metadata['default-spec-id']);
      const fields = partitionColumns(spec, metadata.schemas);
      return [
        ...(fields.length
          ? [
              column(
                'partition',
                build.row(fields.map(({ name, type }) => ({ name: name.toLowerCase(), type: toTrinoType(type) }))),
              ),
            ]
          : []),
        column('record_count', build.BIGINT),
        column('file_count', build.BIGINT),
        column('total_size', build.BIGINT),
      ];
    }
    case 'refs':
      return [
        column('name', build.VARCHAR),
        column('type', build.VARCHAR),
        column('snapshot_id', build.BIGINT),
        column('max_reference_age_in_ms', build.BIGINT),
        column('min_snapshots_to_keep', build.INTEGER),
        column('max_snapshot_age_in_ms', build.BIGINT),
      ];
  }
}

/** The relation with the wanted columns, in parentheses. */
export async function metadataRelation(
  table: MetadataTable,
  metadata: TableMetadata,
  snapshots: SnapshotFiles,
  wanted: readonly string[],
): Promise<string> {
  const columns = metadataColumns(table, metadata);
  const rows = await rowsOf(table, metadata, snapshots);
  const picked = wanted.map((name) => columns.findIndex((column) => column.name === name));
  const names = picked.map((index) => quoteName((columns[index] as TableColumn).name));
  const select = (row: readonly string[]): string =>
    picked
      .map(
        (index, at) => `CAST(${row[index]} AS ${physicalType((columns[index] as TableColumn).type)}) AS ${names[at]}`,
      )
      .join(', ') || 'NULL AS "$none"';
  if (!rows.length) return `(SELECT ${select(columns.map(() => 'NULL'))} WHERE false)`;
  return `(${rows.map((row) => `SELECT ${select(row)}`).join(' UNION ALL ')})`;
}

/** Rows of SQL literals. */
async function rowsOf(table: MetadataTable, metadata: TableMetadata, snapshots: SnapshotFiles): Promise<string[][]> {
  const current = currentSnapshot(metadata);
  switch (table) {
    case 'history': {
      const line = new Set(ancestors(metadata, current).map((snapshot) => snapshot['snapshot-id']));
      return metadata['snapshot-log'].map((entry) => {
        const snapshot = metadata.snapshots.find((item) => item['snapshot-id'] === entry['snapshot-id']);
        return [
          instant(entry['timestamp-ms']),
          String(entry['snapshot-id']),
          number(snapshot?.['parent-snapshot-id']),
          String(line.has(entry['snapshot-id'])),
        ];
      });
    }
    case 'snapshots':
      return metadata.snapshots.map((snapshot) => [
        instant(snapshot['timestamp-ms']),
        String(snapshot['snapshot-id']),
        number(snapshot['parent-snapshot-id']),
        string(snapshot.summary.operation),
        string(snapshot['manifest-list']),
        mapOf(
          Object.entries(snapshot.summary).filter(([key]) => key !== 'operation'),
          string,
          string,
        ),
      ]);
    case 'manifests':
      return (await snapshots.manifests(current)).map((manifest) => {
        const types = partitionColumns(specOf(metadata, manifest.specId), metadata.schemas).map(({ type }) => type);
        return [
          string(manifest.path),
          number(manifest.length),
          number(manifest.specId),
          number(manifest.addedSnapshotId),
          number(manifest.addedFiles),
          number(manifest.addedRows),
          number(manifest.existingFiles),
          number(manifest.existingRows),
          number(manifest.deletedFiles),
          number(manifest.deletedRows),
          listOf(manifest.partitions.map((item, index) => summaryOf(item, types[index] as IcebergType))),
        ];
      });
    case 'files':
      return (await snapshots.live(metadata, current)).map(({ file }) => fileRow(file, metadata));
    case 'partitions':
      return partitionRows(await snapshots.live(metadata, current), metadata);
    case 'refs':
      return Object.entries(metadata.refs).map(([name, ref]) => [
        string(name),
        string(ref.type.toUpperCase()),
        String(ref['snapshot-id']),
        number(ref['max-ref-age-ms']),
        number(ref['min-snapshots-to-keep']),
        number(ref['max-snapshot-age-ms']),
      ]);
  }
}

function fileRow(file: IcebergFile, metadata: TableMetadata): string[] {
  const types = fieldsById(currentSchema(metadata));
  const counts = (map: ReadonlyMap<number, number> | undefined) => (map ? mapOf([...map], number, number) : 'NULL');
  const bounds = (map: ReadonlyMap<number, Buffer> | undefined) => {
    if (!map) return 'NULL';
    const known = [...map].flatMap(([id, bytes]): [number, string][] => {
      const type = types.get(id)?.type;
      const value = type === undefined ? null : textOfValue(valueOfBytes(bytes, type), type);
      return value === null ? [] : [[id, value]];
    });
    return mapOf(known, number, string);
  };
  return [
    String(['data', 'position deletes', 'equality deletes'].indexOf(file.content)),
    string(file.path),
    string(file.format),
    number(file.rows),
    number(file.bytes),
    counts(file.columnSizes),
    counts(file.valueCounts),
    counts(file.nullCounts),
    counts(file.nanCounts),
    bounds(file.lowerBounds),
    bounds(file.upperBounds),
    'NULL',
    file.splitOffsets ? listOf(file.splitOffsets.map(number)) : 'NULL',
    file.equalityIds ? listOf(file.equalityIds.map(number)) : 'NULL',
  ];
}

function partitionRows(entries: readonly ManifestEntry[], metadata: TableMetadata): string[][] {
  const columns = partitionColumns(specOf(metadata, metadata['default-spec-id']), metadata.schemas);
  const groups = new Map<string, { partition: string; rows: number; files: number; bytes: number }>();
  for (const { file } of entries.filter((entry) => entry.file.content === 'data')) {
    // Files of another spec show the values that they have of this one's fields.
    const own = partitionColumns(specOf(metadata, file.specId), metadata.schemas);
    const fields = columns.map(({ id, name, type }) => {
      const index = own.findIndex((column) => column.id === id);
      const value = index < 0 ? null : (file.partition[index] ?? null);
      return `${quoteName(name.toLowerCase())} := ${typed(value, type)}`;
    });
    const partition = columns.length ? `struct_pack(${fields.join(', ')})` : '';
    const group = groups.get(partition) ?? { partition, rows: 0, files: 0, bytes: 0 };
    groups.set(partition, {
      partition,
      rows: group.rows + file.rows,
      files: group.files + 1,
      bytes: group.bytes + file.bytes,
    });
  }
  return [...groups.values()].map((group) => [
    ...(columns.length ? [group.partition] : []),
    number(group.rows),
    number(group.files),
    number(group.bytes),
  ]);
}

function typed(value: IcebergValue, type: IcebergType): string {
  const physical = physicalType(toTrinoType(type));
  const shown = textOfValue(value, type);
  if (shown === null) return `CAST(NULL AS ${physical})`;
  if (type === 'timestamptz') return `{'i': CAST(${literal(shown.replace(/ UTC$/, ''))} AS TIMESTAMP), 'z': 'UTC'}`;
  if (physical === 'BLOB') return `unhex(${literal(shown)})`;
  return `CAST(${literal(shown)} AS ${physical})`;
}

function summaryOf(item: PartitionSummary, type: IcebergType): string {
  const bound = (bytes: Buffer | undefined) =>
    string(bytes && (textOfValue(valueOfBytes(bytes, type), type) ?? undefined));
  const nan = item.containsNan === undefined ? 'CAST(NULL AS BOOLEAN)' : String(item.containsNan);
  return `struct_pack(contains_null := ${item.containsNull}, contains_nan := ${nan}, lower_bound := ${bound(item.lower)}, upper_bound := ${bound(item.upper)})`;
}

const string = (value: string | undefined): string => (value === undefined ? 'CAST(NULL AS VARCHAR)' : literal(value));
const number = (value: number | bigint | undefined): string => (value === undefined ? 'NULL' : String(value));
const listOf = (items: readonly string[]): string => `[${items.join(', ')}]`;
const instant = (ms: number): string =>
  `{'i': TIMESTAMP '${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}', 'z': 'UTC'}`;

function mapOf<K, V>(
  entries: readonly (readonly [K, V])[],
  key: (value: K) => string,
  value: (value: V) => string,
): string {
  return `MAP {${entries.map(([k, v]) => `${key(k)}: ${value(v)}`).join(', ')}}`;
}
