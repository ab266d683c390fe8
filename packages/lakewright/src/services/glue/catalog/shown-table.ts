import type { TableAccess } from '../../../access/contract';
import type { Column, Partition, StorageDescriptor, Table } from '../../../workspace/catalog-store';

/** Parameters that hold a table's schema once more, or the columns of its files. */
const SCHEMA =
  /^(?:avro\.schema\.|spark\.sql\.(?:sources\.schema|create\.)|columns|serialization\.ddl|paths$|input\.(?:regex|format|grok)|mapping\.|projection\.|storage\.location\.template|orc\.column|parquet\.column|iceberg\.|schema)/i;

/** Parameters that count or measure the rows. */
const MEASURES = /(?:rows?|records?|objects?|files|size|count|stats?|statistics)(?:key|count)?$/i;

/** Whether grants hide rows or cells of a table. */
export const hidesRows = ({ governed, select }: TableAccess): boolean =>
  governed && select.length > 0 && select.every(({ rows }) => rows !== undefined);

/**
 * What the Data Catalog shows of a table to a caller: the columns that he may know of, and no parameter that would tell of
 * others. AWS warns that column names in the properties of Avro and other SerDes may be seen there; here they aren't.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html
 */
export function shownTable<T extends Table>(table: T, access: TableAccess): T {
  const hider = hiderOf(table, access);
  if (!hider) return table;
  return {
    ...table,
    ...(table.PartitionKeys && { PartitionKeys: hider.columns(table.PartitionKeys) }),
    ...(table.StorageDescriptor && { StorageDescriptor: hider.storage(table.StorageDescriptor) }),
    ...(table.Parameters && { Parameters: hider.parameters(table.Parameters) }),
    ...(typeof table.Description === 'string' && hider.tells(table.Description) && { Description: '' }),
  };
}

export function shownPartition(partition: Partition, table: Table, access: TableAccess): Partition {
  const hider = hiderOf(table, access);
  if (!hider) return partition;
  const { StorageDescriptor: storage, Parameters: parameters } = partition;
  return {
    ...partition,
    ...(storage && { StorageDescriptor: hider.storage(storage) }),
    ...(parameters && { Parameters: hider.parameters(parameters) }),
  };
}

/** Whether a table's partitions tell a caller nothing that rows and columns hide from him. */
export const mayListPartitions = (table: Table, access: TableAccess): boolean =>
  !hidesRows(access) && (table.PartitionKeys ?? []).every(({ Name }) => knows(access, Name));

export const knows = ({ governed, described }: TableAccess, column: string): boolean =>
  !governed || described === 'all' || described.has(column.toLowerCase());

interface Hider {
  columns(columns: readonly Column[]): Column[];
  storage(storage: StorageDescriptor): StorageDescriptor;
  parameters(parameters: Readonly<Record<string, string>>): Record<string, string>;
  tells(text: string): boolean;
}

/** Undefined where nothing is hidden. */
function hiderOf(table: Table, access: TableAccess): Hider | undefined {
  const all = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
  const hidden = all.filter(({ Name }) => !knows(access, Name)).map(({ Name }) => Name.toLowerCase());
  // An older version of a table may have had other columns.
  const partly = access.governed && access.described !== 'all';
  const counts = hidesRows(access);
  if (!partly && !counts) return undefined;
  const tells = (text: string) => {
    const words = new Set(text.toLowerCase().split(/[^\p{L}\p{N}_]+/u));
    return hidden.some(
      (name) => words.has(name) || (/[^\p{L}\p{N}_]/u.test(name) && text.toLowerCase().includes(name)),
    );
  };
  const parameters = (given: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(given).filter(([key, value]) => {
        if (counts && MEASURES.test(key)) return false;
        return !partly || !(SCHEMA.test(key) || tells(key) || tells(String(value)));
      }),
    );
  const columns = (given: readonly Column[]) => given.filter(({ Name }) => knows(access, Name));
  const names = (given: unknown, nameOf: (item: unknown) => string) =>
    Array.isArray(given) ? given.filter((item) => knows(access, nameOf(item))) : given;
  return {
    columns,
    parameters,
    tells,
    storage: (storage) => {
      if (!partly) return { ...storage, ...(storage.Parameters && { Parameters: parameters(storage.Parameters) }) };
      const { SkewedInfo, SchemaReference, ...rest } = storage;
      return {
        ...rest,
        ...(storage.Columns && { Columns: columns(storage.Columns) }),
        ...(storage.Parameters && { Parameters: parameters(storage.Parameters) }),
        ...(storage.BucketColumns !== undefined && { BucketColumns: names(storage.BucketColumns, String) }),
        ...(storage.SortColumns !== undefined && {
          SortColumns: names(storage.SortColumns, (item) => String((item as { Column?: string }).Column)),
        }),
        ...(storage.SerdeInfo && {
          SerdeInfo: {
            ...storage.SerdeInfo,
            ...(storage.SerdeInfo.Parameters && { Parameters: parameters(storage.SerdeInfo.Parameters) }),
          },
        }),
      } as StorageDescriptor;
    },
  };
}
