import { SqlError } from '../../../engines/sql/errors';
import type { Partition, Table } from '../../../workspace/catalog-store';
import { folderOf, listDataFiles } from '../tables/data-files';
import { isIceberg } from '../tables/lake-catalog';
import { type FullName, requireTable } from './names';
import { lines, type StatementOutcome, type StatementRun } from './run';

/** MSCK REPAIR TABLE: registers the partitions that folders in Hive's layout show; takes none away. */
export async function repairTable(run: StatementRun, name: FullName): Promise<StatementOutcome> {
  const { catalog, objects } = run.lake;
  const table = requireTable(catalog, name);
  if (isIceberg(table)) {
    throw new SqlError('NOT_SUPPORTED', 'MSCK REPAIR TABLE is for Hive tables: an Iceberg table knows its own files');
  }
  const keys = (table.PartitionKeys ?? []).map((key) => key.Name.toLowerCase());
  if (!keys.length) {
    throw new SqlError('FAILED', `SemanticException: table ${name.database}.${name.table} is not partitioned`);
  }
  const root = folderOf(table.StorageDescriptor?.Location ?? '');
  const known = new Set(catalog.partitions(name.database, name.table).map((item) => JSON.stringify(item.Values)));
  const found = new Map<string, Partition>();
  for (const file of await listDataFiles(objects, root)) {
    const partition = partitionOf(table, keys, root, file.uri);
    const key = JSON.stringify(partition?.Values);
    if (partition && !known.has(key)) found.set(key, partition);
  }
  const added = [...found.values()];
  if (added.length) catalog.putPartitions(name.database, name.table, added);
  const names = added.map(
    (partition) => `${name.table}:${keys.map((key, index) => `${key}=${partition.Values[index]}`).join('/')}`,
  );
  const text = names.length ? [`Partitions not in metastore:\t${names.join('\t')}`] : [];
  const repaired = names.map((partition) => `Repair: Added partition to metastore ${partition}`);
  return {
    ...lines('MSCK_REPAIR_TABLE', ['result'], [...text, ...repaired], 'DDL'),
    tables: [`${name.database}.${name.table}`],
  };
}

/** `root/dt=2024-01-01/k=a/file` → its partition; names without regard to case, values decoded. */
function partitionOf(table: Table, keys: readonly string[], root: string, uri: string): Partition | undefined {
  const folders = uri.slice(root.length).split('/').slice(0, keys.length);
  const values: string[] = [];
  for (const [index, key] of keys.entries()) {
    const match = /^([^=]+)=(.*)$/.exec(folders[index] ?? '');
    if (match?.[1]?.toLowerCase() !== key) return undefined;
    values.push(decoded(match[2] as string));
  }
  return {
    DatabaseName: table.DatabaseName,
    TableName: table.Name,
    Values: values,
    StorageDescriptor: { ...table.StorageDescriptor, Location: `${root}${folders.join('/')}/` },
    Parameters: {},
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
