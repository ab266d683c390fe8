import { randomUUID } from 'node:crypto';
import type { IcebergFiles } from './files';
import {
  type IcebergFile,
  type ManifestEntry,
  type ManifestFile,
  partitionColumns,
  writeManifest,
  writeManifestList,
} from './manifests';
import { currentSchema, currentSnapshot, newSnapshotId, type Snapshot, specOf, type TableMetadata } from './metadata';
import type { TableRequirement } from './requirements';
import type { SnapshotFiles } from './snapshot-files';
import type { TableUpdate } from './updates';

/** What a new snapshot does to the table's files. */
export interface FileChange {
  /** `append` adds data files only; `replace` changes no row. */
  readonly operation: 'append' | 'overwrite' | 'delete' | 'replace';
  /** Data and delete files. */
  readonly added: readonly IcebergFile[];
  /** Paths of data and delete files that go. */
  readonly removed: ReadonlySet<string>;
  /** Further members of the summary. */
  readonly summary?: Readonly<Record<string, string>>;
}

export interface PreparedCommit {
  readonly requirements: readonly TableRequirement[];
  readonly updates: readonly TableUpdate[];
  /** The new snapshot. */
  readonly snapshot: Snapshot;
  /** Files that were written for it: to be deleted if the commit fails. */
  readonly written: readonly string[];
}

/**
 * Writes the manifests of a change on top of the current snapshot; nothing is visible before the commit.
 *
 * @param now milliseconds
 */
export async function prepareSnapshot(
  files: IcebergFiles,
  snapshots: SnapshotFiles,
  metadata: TableMetadata,
  change: FileChange,
  now: number,
): Promise<PreparedCommit> {
  const parent = currentSnapshot(metadata);
  const id = newSnapshotId();
  const sequenceNumber = metadata['last-sequence-number'] + 1;
  const run = randomUUID();
  const written: string[] = [];
  const place = (name: string): string => `${metadata.location}/metadata/${name}`;
  let count = 0;

  const put = async (content: 'data' | 'deletes', specId: number, entries: readonly ManifestEntry[]) => {
    const spec = specOf(metadata, specId);
    const path = place(`${run}-m${count++}.avro`);
    const columns = partitionColumns(spec, metadata.schemas);
    const target = { path, content, spec, schema: currentSchema(metadata), columns, snapshotId: id, sequenceNumber };
    const { bytes, manifest } = writeManifest(target, entries);
    await files.write(path, bytes);
    written.push(path);
    return manifest;
  };

  const removed: IcebergFile[] = [];
  const kept: ManifestFile[] = [];
  for (const manifest of await snapshots.manifests(parent)) {
    if (manifest.addedFiles + manifest.existingFiles === 0) continue;
    const entries = change.removed.size ? await snapshots.entriesOf(metadata, manifest) : [];
    const gone = entries.filter((entry) => entry.status !== 'deleted' && change.removed.has(entry.file.path));
    if (gone.length === 0) {
      kept.push(manifest);
      continue;
    }
    removed.push(...gone.map((entry) => entry.file));
    const rewritten = entries
      .filter((entry) => entry.status !== 'deleted')
      .map(
        (entry): ManifestEntry =>
          change.removed.has(entry.file.path)
            ? { ...entry, status: 'deleted', snapshotId: id }
            : { ...entry, status: 'existing' },
      );
    kept.push(await put(manifest.content, manifest.specId, rewritten));
  }

  const added: ManifestFile[] = [];
  for (const content of ['data', 'deletes'] as const) {
    const own = change.added.filter((file) => (file.content === 'data') === (content === 'data'));
    for (const specId of new Set(own.map((file) => file.specId))) {
      const entries = own
        .filter((file) => file.specId === specId)
        .map(
          (file): ManifestEntry => ({
            status: 'added',
            snapshotId: id,
            sequenceNumber,
            fileSequenceNumber: sequenceNumber,
            file,
          }),
        );
      added.push(await put(content, specId, entries));
    }
  }

  const snapshot = {
    'snapshot-id': id,
    ...(parent && { 'parent-snapshot-id': parent['snapshot-id'] }),
    'sequence-number': sequenceNumber,
    // Two snapshots never have the same time: time travel by timestamp tells them apart.
    'timestamp-ms': Math.max(now, metadata['last-updated-ms'] + 1),
    summary: summaryOf(parent, change, removed),
    'schema-id': metadata['current-schema-id'],
  };
  const list = place(`snap-${id}-1-${run}.avro`);
  await files.write(list, writeManifestList([...added, ...kept], snapshot));
  written.push(list);
  const complete: Snapshot = { ...snapshot, 'manifest-list': list };
  return {
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': parent?.['snapshot-id'] ?? null },
    ],
    updates: [
      { action: 'add-snapshot', snapshot: complete },
      { action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': id, type: 'branch' },
    ],
    snapshot: complete,
    written,
  };
}

/** The figures of a snapshot, and the table's totals after it. */
function summaryOf(
  parent: Snapshot | undefined,
  change: FileChange,
  removed: readonly IcebergFile[],
): Record<string, string> {
  const sum = (list: readonly IcebergFile[], figure: (file: IcebergFile) => number) =>
    list.reduce((total, file) => total + figure(file), 0);
  const isData = (file: IcebergFile) => file.content === 'data';
  const isDelete = (file: IcebergFile) => file.content !== 'data';
  const figures = (list: readonly IcebergFile[]) => ({
    files: list.filter(isData).length,
    records: sum(list.filter(isData), (file) => file.rows),
    size: sum(list, (file) => file.bytes),
    deleteFiles: list.filter(isDelete).length,
    positions: sum(list.filter(isDelete), (file) => (file.content === 'position deletes' ? file.rows : 0)),
    equalities: sum(list.filter(isDelete), (file) => (file.content === 'equality deletes' ? file.rows : 0)),
  });
  const plus = figures(change.added);
  const minus = figures(removed);
  const partitions = new Set(
    [...change.added, ...removed].map((file) => JSON.stringify([file.specId, file.partition.map(String)])),
  );
  const total = (name: string, difference: number) => String(Number(parent?.summary[name] ?? 0) + difference);
  const entries: [string, string | number][] = [
    ['operation', change.operation],
    ...Object.entries(change.summary ?? {}),
    ['added-data-files', plus.files],
    ['deleted-data-files', minus.files],
    ['added-records', plus.records],
    ['deleted-records', minus.records],
    ['added-files-size', plus.size],
    ['removed-files-size', minus.size],
    ['added-delete-files', plus.deleteFiles],
    ['added-position-delete-files', plus.deleteFiles],
    ['removed-delete-files', minus.deleteFiles],
    ['added-position-deletes', plus.positions],
    ['removed-position-deletes', minus.positions],
    ['changed-partition-count', partitions.size],
  ];
  return {
    ...Object.fromEntries(entries.filter(([, value]) => value !== 0).map(([name, value]) => [name, String(value)])),
    'changed-partition-count': String(partitions.size),
    'total-records': total('total-records', plus.records - minus.records),
    'total-files-size': total('total-files-size', plus.size - minus.size),
    'total-data-files': total('total-data-files', plus.files - minus.files),
    'total-delete-files': total('total-delete-files', plus.deleteFiles - minus.deleteFiles),
    'total-position-deletes': total('total-position-deletes', plus.positions - minus.positions),
    'total-equality-deletes': total('total-equality-deletes', plus.equalities - minus.equalities),
  };
}
