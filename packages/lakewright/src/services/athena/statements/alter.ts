import type { AlterTable, PartitionTerm, TableChange } from '../../../engines/sql/ddl/statement';
import { SqlError } from '../../../engines/sql/errors';
import { parseHiveType } from '../../../engines/sql/types/hive';
import type { Column, Partition, Table } from '../../../workspace/catalog-store';
import { isIceberg } from '../tables/lake-catalog';
import { mayMatch } from '../tables/partition-filter';
import { partitionFolder } from '../write/writer';
import { toColumn } from './ddl';
import { alterIceberg } from './iceberg-alter';
import { ddlName, type FullName, requireTable } from './names';
import { COLUMN_SUBSTATEMENTS, done, type StatementOutcome, type StatementRun } from './run';

const failed = (text: string): SqlError => new SqlError('FAILED', text);

/** ALTER TABLE: each change is one write of the catalog. */
export async function alterTable(run: StatementRun, statement: AlterTable): Promise<StatementOutcome> {
  const name = ddlName(statement.table, run.database);
  const table = requireTable(run.lake.catalog, name);
  const substatement = isIceberg(table)
    ? await alterIceberg(run, name, statement.change)
    : applyChange(run, name, table, statement.change);
  return { ...done(substatement), tables: [`${name.database}.${name.table}`] };
}

function applyChange(run: StatementRun, name: FullName, table: Table, change: TableChange): string {
  const { catalog } = run.lake;
  switch (change.kind) {
    case 'rename':
      throw failed('SemanticException: ALTER TABLE RENAME is only supported for Iceberg tables');
    case 'add partitions':
      addPartitions(run, name, table, change);
      return 'ALTER_TABLE_ADD_PARTITION';
    case 'drop partitions':
      dropPartitions(run, name, table, change);
      return 'ALTER_TABLE_DROP_PARTITION';
    case 'rename partition':
      renamePartition(run, name, table, change.from, change.to);
      return 'ALTER_TABLE_RENAME_PARTITION';
    case 'set location':
      setLocation(run, name, table, change.location, change.partition);
      return 'ALTER_TABLE_SET_LOCATION';
    case 'set properties':
      catalog.putTable({ ...table, Parameters: { ...table.Parameters, ...change.properties } });
      return 'ALTER_TABLE_PROPERTIES';
    case 'unset properties':
      catalog.putTable({
        ...table,
        Parameters: Object.fromEntries(
          Object.entries(table.Parameters ?? {}).filter(([key]) => !change.keys.includes(key)),
        ),
      });
      return 'ALTER_TABLE_PROPERTIES';
    default:
      putColumns(run, table, changedColumns(table, change));
      return COLUMN_SUBSTATEMENTS[change.kind];
  }
}

type ColumnChange = Extract<TableChange, { kind: 'add columns' | 'replace columns' | 'change column' | 'drop column' }>;

function changedColumns(table: Table, change: ColumnChange): Column[] {
  const columns = table.StorageDescriptor?.Columns ?? [];
  const find = (name: string): number => {
    const index = columns.findIndex((column) => column.Name.toLowerCase() === name);
    if (index < 0) throw failed(`SemanticException [Error 10002]: Invalid column reference ${name}`);
    return index;
  };
  switch (change.kind) {
    case 'add columns':
      return [...columns, ...change.columns.map(toColumn)];
    case 'replace columns':
      return change.columns.map(toColumn);
    case 'drop column':
      find(change.column);
      return columns.filter((column) => column.Name.toLowerCase() !== change.column);
    case 'change column': {
      const index = find(change.from);
      const changed = toColumn(change.column);
      if (!change.place) return columns.map((column, at) => (at === index ? changed : column));
      const others = columns.filter((_, at) => at !== index);
      const after = change.place.after;
      const place = after === undefined ? 0 : others.findIndex((column) => column.Name.toLowerCase() === after) + 1;
      if (after !== undefined && place === 0) find(after);
      return [...others.slice(0, place), changed, ...others.slice(place)];
    }
  }
}

function putColumns(run: StatementRun, table: Table, columns: Column[]): void {
  const names = [...columns, ...(table.PartitionKeys ?? [])].map((column) => column.Name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw failed(`SemanticException [Error 10036]: Duplicate column name: ${twice}`);
  run.lake.catalog.putTable({ ...table, StorageDescriptor: { ...table.StorageDescriptor, Columns: columns } });
}

/** The values of a full partition specification, in the order of the table's keys. */
function fullValues(table: Table, terms: readonly PartitionTerm[]): string[] {
  const keys = (table.PartitionKeys ?? []).map((key) => key.Name.toLowerCase());
  const unknown = terms.find((term) => !keys.includes(term.column));
  if (unknown)
    throw failed(
      `SemanticException [Error 10098]: Non-Partition column appears in the partition specification: ${unknown.column}`,
    );
  return keys.map((key) => {
    const term = terms.find((item) => item.column === key);
    if (term?.operator !== '=') {
      throw failed(
        `SemanticException: partition spec {${terms.map((item) => `${item.column}=${item.value}`).join(', ')}} doesn't contain all (${keys.length}) partition columns`,
      );
    }
    return term.value;
  });
}

/** Partitions that a specification, maybe of some keys only, means. */
export function selectPartitions(
  table: Table,
  partitions: readonly Partition[],
  terms: readonly PartitionTerm[],
): Partition[] {
  const keys = table.PartitionKeys ?? [];
  const indexes = terms.map((term) => {
    const index = keys.findIndex((key) => key.Name.toLowerCase() === term.column);
    if (index < 0)
      throw failed(
        `SemanticException [Error 10098]: Non-Partition column appears in the partition specification: ${term.column}`,
      );
    return index;
  });
  return partitions.filter((partition) =>
    terms.every((term, at) => {
      const index = indexes[at] as number;
      const type = parseHiveType(keys[index]?.Type ?? 'string');
      return mayMatch(partition.Values[index] as string, type, [
        { column: term.column, operator: term.operator, values: [term.value] },
      ]);
    }),
  );
}

const partitionName = (table: Table, values: readonly string[]): string =>
  (table.PartitionKeys ?? []).map((key, index) => `${key.Name}=${values[index]}`).join('/');

const findPartition = (run: StatementRun, name: FullName, values: readonly string[]): Partition | undefined =>
  run.lake.catalog
    .partitions(name.database, name.table)
    .find((partition) => JSON.stringify(partition.Values) === JSON.stringify(values));

function addPartitions(
  run: StatementRun,
  name: FullName,
  table: Table,
  change: TableChange & { kind: 'add partitions' },
): void {
  if (!table.PartitionKeys?.length)
    throw failed(`SemanticException: table ${name.database}.${name.table} is not partitioned`);
  const keys = table.PartitionKeys.map((key) => key.Name);
  const added = change.partitions.flatMap(({ terms, location }): Partition[] => {
    const values = fullValues(table, terms);
    if (findPartition(run, name, values)) {
      if (change.ifNotExists) return [];
      throw failed(
        `Execution Error, return code 1. AlreadyExistsException(message:Partition already exists: ${partitionName(table, values)})`,
      );
    }
    const place = location ?? partitionFolder(table.StorageDescriptor?.Location ?? '', keys, values);
    return [
      {
        DatabaseName: name.database,
        TableName: name.table,
        Values: values,
        StorageDescriptor: { ...table.StorageDescriptor, Location: place },
        Parameters: {},
      },
    ];
  });
  if (added.length) run.lake.catalog.putPartitions(name.database, name.table, added);
}

function dropPartitions(
  run: StatementRun,
  name: FullName,
  table: Table,
  change: TableChange & { kind: 'drop partitions' },
): void {
  const all = run.lake.catalog.partitions(name.database, name.table);
  const dropped = change.partitions.flatMap((terms) => {
    const found = selectPartitions(table, all, terms);
    if (!found.length && !change.ifExists) {
      throw failed(
        `SemanticException [Error 10006]: Partition not found (${terms.map((term) => `${term.column} ${term.operator} '${term.value}'`).join(' AND ')})`,
      );
    }
    return found.map((partition) => partition.Values);
  });
  if (dropped.length) run.lake.catalog.deletePartitions(name.database, name.table, dropped);
}

function requirePartition(run: StatementRun, name: FullName, table: Table, values: readonly string[]): Partition {
  const partition = findPartition(run, name, values);
  if (!partition) throw failed(`SemanticException [Error 10006]: Partition not found ${partitionName(table, values)}`);
  return partition;
}

/** Of an external table: the name changes, the files stay where they are. */
function renamePartition(
  run: StatementRun,
  name: FullName,
  table: Table,
  from: readonly PartitionTerm[],
  to: readonly PartitionTerm[],
): void {
  const values = fullValues(table, to);
  const partition = requirePartition(run, name, table, fullValues(table, from));
  if (findPartition(run, name, values)) {
    throw failed(
      `Execution Error, return code 1. AlreadyExistsException(message:Partition already exists: ${partitionName(table, values)})`,
    );
  }
  run.lake.catalog.putPartitions(name.database, name.table, [{ ...partition, Values: values }]);
  run.lake.catalog.deletePartitions(name.database, name.table, [partition.Values]);
}

function setLocation(
  run: StatementRun,
  name: FullName,
  table: Table,
  location: string,
  terms?: readonly PartitionTerm[],
): void {
  if (!terms) {
    run.lake.catalog.putTable({ ...table, StorageDescriptor: { ...table.StorageDescriptor, Location: location } });
    return;
  }
  const partition = requirePartition(run, name, table, fullValues(table, terms));
  run.lake.catalog.putPartitions(name.database, name.table, [
    { ...partition, StorageDescriptor: { ...partition.StorageDescriptor, Location: location } },
  ]);
}
