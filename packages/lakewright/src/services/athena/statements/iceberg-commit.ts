import type { IcebergFile } from '../../../engines/iceberg/manifests';
import { type FileChange, prepareSnapshot } from '../../../engines/iceberg/snapshot-writer';
import { SqlError } from '../../../engines/sql/errors';
import { icebergTables } from '../../iceberg';
import { isCommitFailed } from '../../iceberg/errors';
import type { LoadedTable } from '../../iceberg/tables';
import type { FullName } from './names';
import type { StatementRun } from './run';

/** So often an INSERT is put on top of what others committed meanwhile. */
const MOST_TRIES = 100;

/**
 * Commits new and removed files on top of `base`.
 *
 * Files that are only added go on top of whatever others have committed meanwhile. A statement that has read the table
 * (UPDATE, DELETE, MERGE, OPTIMIZE) fails instead, as on Athena: it may be run again.
 *
 * @throws SqlError ICEBERG_COMMIT_ERROR; what was written is deleted
 */
export async function commitFiles(
  run: StatementRun,
  name: FullName,
  base: LoadedTable,
  change: FileChange,
): Promise<void> {
  const tables = icebergTables(run.lake);
  let { metadata } = base;
  for (let tries = 1; ; tries++) {
    const prepared = await prepareSnapshot(tables.files, tables.snapshots, metadata, change, tables.now());
    try {
      run.signal.throwIfAborted();
      await tables.commit(name.database, name.table, prepared.requirements, prepared.updates);
      return;
    } catch (error) {
      for (const path of prepared.written) await tables.files.delete(path);
      const again = isCommitFailed(error) && change.operation === 'append' && tries < MOST_TRIES;
      const now = again ? tables.load(name.database, name.table).metadata : undefined;
      if (now && fits(metadata, now)) {
        metadata = now;
        continue;
      }
      await discard(run, change.added);
      if (!isCommitFailed(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new SqlError(
        'ICEBERG_COMMIT_ERROR',
        `Failed to commit the transaction during write: the table ${name.database}.${name.table} was changed meanwhile: ${reason}`,
      );
    }
  }
}

/** Files that were written for one state of the table fit another if it has the same columns and partitions. */
const fits = (before: LoadedTable['metadata'], now: LoadedTable['metadata']): boolean =>
  before['table-uuid'] === now['table-uuid'] &&
  before['current-schema-id'] === now['current-schema-id'] &&
  before['default-spec-id'] === now['default-spec-id'];

/** Files that no commit needs. */
export async function discard(run: StatementRun, files: readonly IcebergFile[]): Promise<void> {
  const { files: store } = icebergTables(run.lake);
  for (const file of files) await store.delete(file.path);
}
