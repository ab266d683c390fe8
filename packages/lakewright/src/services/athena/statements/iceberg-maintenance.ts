import type { ManifestEntry } from '../../../engines/iceberg/manifests';
import { ancestors, currentSchema, currentSnapshot, type Snapshot } from '../../../engines/iceberg/metadata';
import type { TableUpdate } from '../../../engines/iceberg/updates';
import type { Table } from '../../../workspace/catalog-store';
import { icebergTables } from '../../iceberg';
import { icebergColumns } from '../tables/iceberg-columns';
import { writeDataFiles } from '../write/iceberg-writer';
import { commitFiles, discard } from './iceberg-commit';
import type { FullName } from './names';
import type { StatementRun } from './run';

/** Athena's defaults. @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-properties.html */
const MAX_AGE_SECONDS = 432_000;
const MIN_SNAPSHOTS = 1;
const MAX_BYTES = 1.8 * 512 * 1024 * 1024;
const MIN_BYTES = 0.75 * 512 * 1024 * 1024;

/**
 * OPTIMIZE … REWRITE DATA USING BIN_PACK: small files, files with deleted rows and files of an older partition spec
 * become few. No row changes.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html
 */
export async function optimizeIceberg(run: StatementRun, name: FullName, table: Table): Promise<void> {
  const tables = icebergTables(run.lake);
  const base = tables.loaded(table);
  const { metadata } = base;
  const reader = run.icebergReader;
  const snapshot = currentSnapshot(metadata);
  const files = await reader.files({ metadata, snapshot });
  const min = Number(metadata.properties.optimize_rewrite_min_data_file_size_bytes ?? MIN_BYTES);
  const max = Number(metadata.properties.optimize_rewrite_max_data_file_size_bytes ?? MAX_BYTES);
  const candidates = files.filter(
    ({ entry, deletes }) =>
      deletes.length > 0 ||
      entry.file.bytes < min ||
      entry.file.bytes > max ||
      entry.file.specId !== metadata['default-spec-id'],
  );
  const chosen = candidates.filter(
    (file) =>
      file.deletes.length > 0 ||
      file.entry.file.specId !== metadata['default-spec-id'] ||
      candidates.some((other) => other !== file && samePartition(other.entry, file.entry)),
  );
  const removed = new Set(chosen.map(({ entry }) => entry.file.path));
  // A delete file goes when all files that it names do.
  for (const entry of await tables.snapshots.live(metadata, snapshot)) {
    if (entry.file.content !== 'position deletes') continue;
    const named = [...(await reader.namedBy(entry.file.path))];
    if (named.every((path) => removed.has(path) || !files.some((file) => file.entry.file.path === path))) {
      removed.add(entry.file.path);
    }
  }
  if (removed.size === 0) return;
  const schema = currentSchema(metadata);
  const columns = icebergColumns(schema, undefined);
  const wanted = columns.filter((column) => !column.hidden).map((column) => column.name);
  const meter = { bytes: 0, files: 0, rows: 0 };
  const request = { columns: wanted, constraints: [] };
  const relation = await reader.scan({ metadata, schema, columns, snapshot }, request, meter, removed);
  const writer = { objects: run.lake.objects, engine: run.tables, metadata, signal: run.signal };
  const select = wanted.map((column, index) => `"${column.replace(/"/g, '""')}" AS c${index + 1}`).join(', ');
  const added = chosen.length ? await writeDataFiles(writer, `SELECT ${select} FROM ${relation}`) : [];
  await commitFiles(run, name, base, { operation: 'replace', added, removed }).catch(async (error) => {
    await discard(run, added);
    throw error;
  });
}

const samePartition = (a: ManifestEntry, b: ManifestEntry): boolean =>
  a.file.specId === b.file.specId &&
  a.file.partition.map(String).join('\0') === b.file.partition.map(String).join('\0');

/**
 * VACUUM: snapshots that are older than the table's properties say go, and the files that no other one needs. Files that
 * no snapshot ever knew stay.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 */
export async function vacuumIceberg(run: StatementRun, name: FullName, table: Table): Promise<void> {
  const tables = icebergTables(run.lake);
  const { metadata } = tables.loaded(table);
  const age = Number(metadata.properties.vacuum_max_snapshot_age_seconds ?? MAX_AGE_SECONDS) * 1000;
  const least = Number(metadata.properties.vacuum_min_snapshots_to_keep ?? MIN_SNAPSHOTS);
  const line = ancestors(metadata, currentSnapshot(metadata));
  const kept = new Set([
    ...line.slice(0, Math.max(1, least)),
    ...metadata.snapshots.filter((snapshot) => snapshot['timestamp-ms'] >= tables.now() - age),
    ...metadata.snapshots.filter((snapshot) =>
      Object.values(metadata.refs).some((ref) => ref['snapshot-id'] === snapshot['snapshot-id']),
    ),
  ]);
  const gone = metadata.snapshots.filter((snapshot) => !kept.has(snapshot));
  if (gone.length === 0) return;
  const needed = await filesOf(run, table, [...kept]);
  const former = await filesOf(run, table, gone);
  const updates: TableUpdate[] = [
    { action: 'remove-snapshots', 'snapshot-ids': gone.map((snapshot) => snapshot['snapshot-id']) },
  ];
  await tables.commit(
    name.database,
    name.table,
    [{ type: 'assert-table-uuid', uuid: metadata['table-uuid'] }],
    updates,
  );
  for (const path of former) if (!needed.has(path)) await tables.files.delete(path);
}

/** Every file that snapshots need: lists, manifests, data and delete files. */
async function filesOf(run: StatementRun, table: Table, list: readonly Snapshot[]): Promise<Set<string>> {
  const tables = icebergTables(run.lake);
  const { metadata } = tables.loaded(table);
  const paths = new Set<string>();
  for (const snapshot of list) {
    paths.add(snapshot['manifest-list']);
    for (const manifest of await tables.snapshots.manifests(snapshot)) {
      if (paths.has(manifest.path)) continue;
      paths.add(manifest.path);
      for (const entry of await tables.snapshots.entriesOf(metadata, manifest)) {
        if (entry.status !== 'deleted') paths.add(entry.file.path);
      }
    }
  }
  return paths;
}
