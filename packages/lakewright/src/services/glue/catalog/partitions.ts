import type { Partition, Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { Caller, Operation } from '../../service';
import { alreadyExists, invalidInput, partitionNotFound } from '../errors';
import { checkParameters, pick, requiredList, requiredName, requiredObject, requiredStrings } from '../input';
import type { CatalogContext } from './context';
import { storageDescriptor } from './table-input';
import { errorDetail } from './tables';

/** A partition's identity in maps: its values. */
export const partitionKey = (values: readonly string[]): string => values.join('\u0000');

/** CreatePartition … BatchUpdatePartition: everything that changes partitions, and the reads by value. */
export function partitionOperations(context: CatalogContext): Record<string, Operation> {
  const { catalog, links } = context;

  const tableOf = (input: ApiShape, caller: Caller): Table => {
    context.checkCatalog(input);
    const database = requiredName(input.DatabaseName, 'databaseName');
    const name = requiredName(input.TableName, 'tableName');
    context.requireTable(caller, 'ALTER', database, name);
    const table = links.targetTable(database, name);
    context.rights(caller)?.requireTable('ALTER', { database: table.DatabaseName, table: table.Name });
    return table;
  };
  const existing = (table: Table): Map<string, Partition> =>
    new Map(
      catalog
        .partitions(table.DatabaseName, table.Name)
        .map((partition) => [partitionKey(partition.Values), partition]),
    );
  const put = (table: Table, partitions: Partition[]) =>
    catalog.putPartitions(table.DatabaseName, table.Name, partitions);
  const remove = (table: Table, values: string[][]) => catalog.deletePartitions(table.DatabaseName, table.Name, values);

  const newPartition = (table: Table, input: ApiShape, caller: Caller): Partition => {
    const checked = partitionInput(table, input);
    context.rights(caller)?.requireLocation(checked.StorageDescriptor?.Location, table.DatabaseName);
    return {
      ...checked,
      DatabaseName: table.DatabaseName,
      TableName: table.Name,
      CreationTime: context.now(),
      CatalogId: context.lake.account,
    };
  };

  /** The changed partition; its values may change too. */
  const changed = (table: Table, former: Partition, input: ApiShape, caller: Caller): Partition => ({
    ...newPartition(table, input, caller),
    CreationTime: former.CreationTime,
  });

  return {
    CreatePartition: async (input, caller) => {
      const table = tableOf(input, caller);
      const partition = newPartition(table, input.PartitionInput, caller);
      if (existing(table).has(partitionKey(partition.Values))) throw alreadyExists('Partition');
      put(table, [partition]);
      return {};
    },

    BatchCreatePartition: async (input, caller) => {
      const table = tableOf(input, caller);
      const known = new Set(existing(table).keys());
      const Errors: ApiShape[] = [];
      const created: Partition[] = [];
      for (const entry of requiredList(input.PartitionInputList, 'partitionInputList', 100)) {
        try {
          const partition = newPartition(table, entry, caller);
          if (known.has(partitionKey(partition.Values))) throw alreadyExists('Partition');
          known.add(partitionKey(partition.Values));
          created.push(partition);
        } catch (error) {
          Errors.push({ PartitionValues: entry?.Values, ErrorDetail: errorDetail(error) });
        }
      }
      if (created.length > 0) put(table, created);
      return { Errors };
    },

    GetPartition: async (input, caller) => {
      const table = context.partitionedTable(input, caller);
      const values = requiredStrings(input.PartitionValues, 'partitionValues');
      const partition = existing(table).get(partitionKey(values));
      if (!partition) throw partitionNotFound();
      return { Partition: context.shownPartition(caller, table, partition) };
    },

    BatchGetPartition: async (input, caller) => {
      const table = context.partitionedTable(input, caller);
      const known = existing(table);
      const Partitions = requiredList(input.PartitionsToGet, 'partitionsToGet', 1000).flatMap((entry: ApiShape) => {
        const found = known.get(partitionKey(requiredStrings(entry?.Values, 'partitionsToGet.values')));
        return found ? [context.shownPartition(caller, table, found)] : [];
      });
      return { Partitions, UnprocessedKeys: [] };
    },

    UpdatePartition: async (input, caller) => {
      const table = tableOf(input, caller);
      const values = requiredStrings(input.PartitionValueList, 'partitionValueList', 100);
      const known = existing(table);
      replace(table, known, values, input.PartitionInput, caller);
      return {};
    },

    BatchUpdatePartition: async (input, caller) => {
      const table = tableOf(input, caller);
      const Errors: ApiShape[] = [];
      for (const entry of requiredList(input.Entries, 'entries', 100)) {
        try {
          const values = requiredStrings(entry?.PartitionValueList, 'entries.partitionValueList', 100);
          replace(table, existing(table), values, entry.PartitionInput, caller);
        } catch (error) {
          Errors.push({ PartitionValueList: entry?.PartitionValueList, ErrorDetail: errorDetail(error) });
        }
      }
      return { Errors };
    },

    DeletePartition: async (input, caller) => {
      const table = tableOf(input, caller);
      const values = requiredStrings(input.PartitionValues, 'partitionValues');
      if (!existing(table).has(partitionKey(values))) throw partitionNotFound();
      remove(table, [values]);
      return {};
    },

    BatchDeletePartition: async (input, caller) => {
      const table = tableOf(input, caller);
      const known = existing(table);
      const Errors: ApiShape[] = [];
      const gone: string[][] = [];
      for (const entry of requiredList(input.PartitionsToDelete, 'partitionsToDelete', 25)) {
        const values = requiredStrings(entry?.Values, 'partitionsToDelete.values');
        if (known.delete(partitionKey(values))) gone.push(values);
        else Errors.push({ PartitionValues: values, ErrorDetail: errorDetail(partitionNotFound()) });
      }
      if (gone.length > 0) remove(table, gone);
      return { Errors };
    },
  };

  function replace(
    table: Table,
    known: Map<string, Partition>,
    values: string[],
    input: ApiShape,
    caller: Caller,
  ): void {
    const former = known.get(partitionKey(values));
    if (!former) throw partitionNotFound();
    const next = changed(table, former, input, caller);
    const moved = partitionKey(next.Values) !== partitionKey(values);
    if (moved && known.has(partitionKey(next.Values))) throw alreadyExists('Partition');
    // The new one first: a kill in between leaves both, never neither.
    put(table, [next]);
    if (moved) remove(table, [values]);
  }
}

/** Checks a PartitionInput against its table's keys. */
function partitionInput(table: Table, input: ApiShape): { Values: string[] } & Record<string, ApiShape> {
  requiredObject(input, 'partitionInput');
  const Values = requiredStrings(input.Values, 'partitionInput.values');
  const keys = table.PartitionKeys ?? [];
  if (Values.length !== keys.length) {
    throw invalidInput(
      `The number of partition keys do not match the number of partition values: ${table.DatabaseName}.${table.Name} has ${keys.length} (${keys.map((key) => key.Name).join(', ')}), got ${Values.length}.`,
    );
  }
  checkParameters(input.Parameters, 'partitionInput.parameters');
  return {
    ...pick(input, ['LastAccessTime', 'LastAnalyzedTime', 'Parameters']),
    ...pick({ StorageDescriptor: storageDescriptor(input.StorageDescriptor, 'partitionInput.storageDescriptor') }, [
      'StorageDescriptor',
    ]),
    Values,
  };
}
