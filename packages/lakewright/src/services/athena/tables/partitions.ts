import type { ScanConstraint } from '../../../engines/sql/contract';
import { SqlError } from '../../../engines/sql/errors';
import { parseHiveType } from '../../../engines/sql/types/hive';
import { typeText } from '../../../engines/sql/types/text';
import type { TrinoType } from '../../../engines/sql/types/type';
import type { CatalogStore, Column, Partition, StorageDescriptor, Table } from '../../../workspace/catalog-store';
import type { ObjectStore } from '../../../workspace/object-store';
import { type DataFile, folderOf, listDataFiles } from './data-files';
import { mayMatch } from './partition-filter';
import { isProjected, type ProjectedPartition, projectPartitions } from './projection/projection';

/** Files of a table that share their partition values and the way they are read. */
export interface FileGroup {
  /** One for each partition key; empty for a table without. */
  readonly values: readonly string[];
  readonly storage: StorageDescriptor;
  readonly files: readonly DataFile[];
}

export interface PartitionSource {
  readonly catalog: CatalogStore;
  readonly objects: ObjectStore;
  readonly now: Date;
}

/** From this many partitions on, the folder above them is listed once instead of each of them. */
const LIST_ONCE_FROM = 16;

/** The files that a query with these constraints may have to read. */
export async function fileGroups(
  source: PartitionSource,
  table: Table,
  constraints: readonly ScanConstraint[],
): Promise<FileGroup[]> {
  const storage = table.StorageDescriptor ?? {};
  const keys = table.PartitionKeys ?? [];
  if (!keys.length) {
    if (!storage.Location) throw new SqlError('HIVE_INVALID_METADATA', `Table location cannot be null: ${table.Name}`);
    return [{ values: [], storage, files: await listDataFiles(source.objects, storage.Location) }];
  }
  if (isProjected(table)) {
    return projectedGroups(source, storage, projectPartitions(table, constraints, source.now));
  }
  const partitions = matching(source.catalog.partitions(table.DatabaseName, table.Name), keys, constraints);
  const locations = partitions.map((partition) => partition.StorageDescriptor?.Location ?? storage.Location ?? '');
  const list = await lister(source.objects, locations, storage.Location);
  const groups = partitions.map(async (partition, index) => {
    const own = { ...storage, ...partition.StorageDescriptor };
    checkSchema(table, partition);
    return { values: partition.Values, storage: own, files: await list(locations[index] as string) };
  });
  return (await Promise.all(groups)).filter((group) => group.files.length > 0);
}

function matching(
  partitions: readonly Partition[],
  keys: readonly Column[],
  constraints: readonly ScanConstraint[],
): readonly Partition[] {
  if (!constraints.length) return partitions;
  const checks = keys.map((key) => ({
    type: parseHiveType(key.Type ?? 'string'),
    own: constraints.filter((constraint) => constraint.column === key.Name.toLowerCase()),
  }));
  return partitions.filter((partition) =>
    checks.every(({ type, own }, index) => mayMatch(partition.Values[index] ?? '', type, own)),
  );
}

async function projectedGroups(
  { objects }: PartitionSource,
  storage: StorageDescriptor,
  projected: readonly ProjectedPartition[],
): Promise<FileGroup[]> {
  const locations = projected.map((partition) => partition.location);
  const list = await lister(objects, locations, commonFolder(locations.map(folderOf)));
  const groups = await Promise.all(
    projected.map(async ({ values, location }) => ({ values, storage, files: await list(location) })),
  );
  return groups.filter((group) => group.files.length > 0);
}

/** Lists each location, or, when there are many below `root`, the folder above them once. */
async function lister(
  objects: ObjectStore,
  locations: readonly string[],
  root: string | undefined,
): Promise<(location: string) => Promise<DataFile[]>> {
  const folders = locations.map(folderOf);
  const above = root === undefined ? undefined : folderOf(root);
  // A hidden folder that is named as a location is read; a listing from above would leave it out.
  const together =
    above !== undefined &&
    folders.length >= LIST_ONCE_FROM &&
    folders.every((folder) => folder.startsWith(above) && !/(?:^|\/)[._]/.test(folder.slice(above.length)));
  return together ? listedOnce(objects, folders) : (location) => listDataFiles(objects, location);
}

async function listedOnce(objects: ObjectStore, locations: readonly string[]) {
  const all = await listDataFiles(objects, commonFolder(locations));
  const byFolder = new Map<string, DataFile[]>();
  for (const file of all) {
    for (let end = file.uri.indexOf('/', 5); end >= 0; end = file.uri.indexOf('/', end + 1)) {
      const folder = file.uri.slice(0, end + 1);
      const files = byFolder.get(folder);
      if (files) files.push(file);
      else byFolder.set(folder, [file]);
    }
  }
  return async (location: string): Promise<DataFile[]> => byFolder.get(folderOf(location)) ?? [];
}

/** The longest folder that all locations are in. */
function commonFolder(locations: readonly string[]): string {
  const [first = '', ...others] = locations;
  let end = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, end))) end--;
  return first.slice(0, first.lastIndexOf('/', end - 1) + 1);
}

/** Whether the partition's files tell what they hold, and columns go by its names. */
function isReadByName({ SerdeInfo }: StorageDescriptor): boolean {
  const library = SerdeInfo?.SerializationLibrary ?? '';
  const byIndex = SerdeInfo?.Parameters?.['orc.column.index.access']?.toLowerCase() !== 'false';
  return /parquet/i.test(library) || (/orc/i.test(library) && !byIndex);
}

/**
 * Athena compares the schemas of table and partition by position, but for Parquet, and ORC that is read by name, when
 * the file is read.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html
 */
function checkSchema(table: Table, partition: Partition): void {
  const own = partition.StorageDescriptor?.Columns;
  if (!own?.length || isReadByName(partition.StorageDescriptor ?? {})) return;
  const columns = table.StorageDescriptor?.Columns ?? [];
  columns.forEach((column, index) => {
    const other = own[index];
    if (!other?.Type || !column.Type || other.Type === column.Type) return;
    if (!coercible(parseHiveType(other.Type), parseHiveType(column.Type))) {
      const name = (table.PartitionKeys ?? []).map((key, at) => `${key.Name}=${partition.Values[at]}`).join('/');
      throw new SqlError(
        'HIVE_PARTITION_SCHEMA_MISMATCH',
        `There is a mismatch between the table and partition schemas. The types are incompatible and cannot be coerced. The column '${column.Name}' in table '${table.DatabaseName}.${table.Name}' is declared as type '${column.Type}', but partition '${name}' declared column '${other.Name}' as type '${other.Type}'.`,
      );
    }
  });
}

const INTEGERS = ['tinyint', 'smallint', 'integer', 'bigint'];

/** Hive's coercions of a partition's column to the table's. */
function coercible(from: TrinoType, to: TrinoType): boolean {
  if (typeText(from) === typeText(to) || to.kind === 'varchar') return true;
  const fromInteger = INTEGERS.indexOf(from.kind);
  if (fromInteger >= 0) return INTEGERS.indexOf(to.kind) > fromInteger || to.kind === 'double' || to.kind === 'decimal';
  if (from.kind === 'real') return to.kind === 'double';
  if (from.kind === 'varchar')
    return INTEGERS.includes(to.kind) || ['double', 'real', 'date', 'timestamp'].includes(to.kind);
  return from.kind === to.kind && (from.kind === 'decimal' || from.kind === 'char');
}
