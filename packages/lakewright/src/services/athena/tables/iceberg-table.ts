import {
  currentSchema,
  currentSnapshot,
  findSnapshot,
  type Snapshot,
  schemaOf,
  specOf,
  type TableMetadata,
} from '../../../engines/iceberg/metadata';
import type { ResolvedTable, TableName, TableVersion } from '../../../engines/sql/contract';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { LoadedTable } from '../../iceberg/tables';
import { icebergColumns } from './iceberg-columns';
import { METADATA_TABLES, type MetadataTable, metadataColumns } from './iceberg-metadata';
import type { IcebergScan } from './iceberg-scan';

/** An Iceberg table as the analyzer sees it: at one snapshot, which later commits don't change. */
export interface ResolvedIceberg extends ResolvedTable {
  readonly iceberg: IcebergScan & { readonly metadataTable?: MetadataTable };
}

export const isResolvedIceberg = (table: ResolvedTable): table is ResolvedIceberg => 'iceberg' in table;

/** `orders$snapshots` → `orders` and `snapshots`; undefined for a name without one of these endings. */
export function metadataTableName(
  name: string,
): { readonly table: string; readonly metadataTable: MetadataTable } | undefined {
  const dollar = name.lastIndexOf('$');
  const metadataTable = METADATA_TABLES.find((item) => item === name.slice(dollar + 1));
  return dollar > 0 && metadataTable ? { table: name.slice(0, dollar), metadataTable } : undefined;
}

export function resolveIceberg(
  name: TableName,
  { metadata }: LoadedTable,
  version: TableVersion | undefined,
  metadataTable?: MetadataTable,
): ResolvedIceberg {
  if (metadata['format-version'] > 2) {
    throw new NotCoveredError(
      `Iceberg format version ${metadata['format-version']} of ${name.schema}.${name.table}`,
      undefined,
      'versions 1 and 2 are read and written',
    );
  }
  const snapshot = version ? snapshotAt(name, metadata, version) : currentSnapshot(metadata);
  const schema = version ? schemaOf(metadata, snapshot?.['schema-id']) : currentSchema(metadata);
  const spec = specOf(metadata, metadata['default-spec-id']);
  const columns = metadataTable ? metadataColumns(metadataTable, metadata) : icebergColumns(schema, spec);
  return { kind: 'table', name, columns, iceberg: { metadata, schema, columns, snapshot, metadataTable } };
}

/** @throws SqlError INVALID_ARGUMENTS in Trino's words */
function snapshotAt(name: TableName, metadata: TableMetadata, version: TableVersion): Snapshot | undefined {
  const table = `"${name.schema}"."${name.table}"`;
  if (version.kind === 'timestamp') {
    const at = version.milliseconds;
    const entry = [...metadata['snapshot-log']].reverse().find((item) => item['timestamp-ms'] <= at);
    if (entry) return findSnapshot(metadata, entry['snapshot-id']);
    const text = new Date(at).toISOString();
    throw new SqlError('INVALID_ARGUMENTS', `No version history table ${table} at or before ${text}`);
  }
  if (version.kind === 'snapshot') {
    const found = findSnapshot(metadata, version.id);
    if (found) return found;
    throw new SqlError('INVALID_ARGUMENTS', `Iceberg snapshot ID does not exists: ${version.id}`);
  }
  const ref = metadata.refs[version.name];
  if (ref) return findSnapshot(metadata, ref['snapshot-id']);
  throw new SqlError('INVALID_ARGUMENTS', `Cannot find snapshot with reference name: ${version.name}`);
}
