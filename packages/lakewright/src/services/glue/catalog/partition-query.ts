import { createHash } from 'node:crypto';
import type { Partition } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { Caller, Operation } from '../../service';
import { alreadyExists, entityNotFound, invalidInput } from '../errors';
import { compact, requiredName, requiredString, requiredStrings } from '../input';
import { page } from '../paging';
import { StateMap } from '../state-map';
import type { CatalogContext } from './context';
import { compilePartitionExpression } from './partition-expression';
import { partitionKey } from './partitions';

/** GetPartitions, and the partition indexes, which are kept and always ACTIVE: a local catalog needs none. */
export function partitionQueryOperations(context: CatalogContext): Record<string, Operation> {
  const { catalog, links } = context;
  const indexes = new StateMap<Record<string, { IndexName: string; Keys: string[] }>>(
    context.lake.workspace,
    'glue-partition-indexes',
  );

  const changedTable = (input: ApiShape, caller: Caller) => {
    const database = requiredName(input.DatabaseName, 'databaseName');
    const name = requiredName(input.TableName, 'tableName');
    context.checkCatalog(input);
    context.requireTable(caller, 'ALTER', database, name);
    return links.targetTable(database, name);
  };
  const identity = (table: { DatabaseName: string; Name: string }) => `${table.DatabaseName}.${table.Name}`;

  return {
    GetPartitions: async (input, caller) => {
      const table = context.partitionedTable(input, caller);
      const keys = table.PartitionKeys ?? [];
      const expression = String(input.Expression ?? '').trim();
      const matches = expression ? compilePartitionExpression(expression, keys) : () => true;
      const inSegment = segmentFilter(input.Segment);
      const found = catalog
        .partitions(table.DatabaseName, table.Name)
        .filter((partition) => inSegment(partition) && matches(partition));
      const { items, NextToken } = page(found, (partition) => partitionKey(partition.Values), input, 1000);
      return compact({
        Partitions: items.map((item) => {
          const shown = context.shownPartition(caller, table, item);
          return input.ExcludeColumnSchema === true ? withoutColumns(shown) : shown;
        }),
        NextToken,
      });
    },

    GetPartitionIndexes: async (input, caller) => {
      const table = context.partitionedTable(input, caller);
      const types = new Map((table.PartitionKeys ?? []).map((key) => [key.Name, key.Type ?? 'string']));
      const found = Object.values(indexes.get(identity(table)) ?? {});
      return {
        PartitionIndexDescriptorList: found.map(({ IndexName, Keys }) => ({
          IndexName,
          Keys: Keys.map((Name) => ({ Name, Type: types.get(Name) ?? 'string' })),
          IndexStatus: 'ACTIVE',
        })),
      };
    },

    CreatePartitionIndex: async (input, caller) => {
      const table = changedTable(input, caller);
      const IndexName = requiredString(input.PartitionIndex?.IndexName, 'partitionIndex.indexName');
      const Keys = requiredStrings(input.PartitionIndex?.Keys, 'partitionIndex.keys');
      const names = (table.PartitionKeys ?? []).map((key) => key.Name);
      const unknown = Keys.filter((key) => !names.includes(key));
      if (unknown.length > 0) {
        throw invalidInput(
          `Not partition keys of ${identity(table)}: ${unknown.join(', ')} (it has ${names.join(', ')}).`,
        );
      }
      const known = indexes.get(identity(table)) ?? {};
      if (known[IndexName]) throw alreadyExists('Index');
      indexes.put(identity(table), { ...known, [IndexName]: { IndexName, Keys } });
      return {};
    },

    DeletePartitionIndex: async (input, caller) => {
      const table = changedTable(input, caller);
      const name = requiredString(input.IndexName, 'indexName');
      const { [name]: removed, ...rest } = indexes.get(identity(table)) ?? {};
      if (!removed) throw entityNotFound('Index with the given indexName not found');
      indexes.put(identity(table), rest);
      return {};
    },
  };
}

/** Segments are disjoint and together are all partitions, whatever the order of calls: a hash of the values decides. */
function segmentFilter(segment: ApiShape): (partition: Partition) => boolean {
  if (!segment) return () => true;
  const { SegmentNumber, TotalSegments } = segment;
  const valid =
    Number.isInteger(TotalSegments) &&
    TotalSegments >= 1 &&
    TotalSegments <= 10 &&
    Number.isInteger(SegmentNumber) &&
    SegmentNumber >= 0 &&
    SegmentNumber < TotalSegments;
  if (!valid) {
    throw invalidInput(
      `Segment must have TotalSegments 1 to 10 and SegmentNumber below it, got ${SegmentNumber} of ${TotalSegments}.`,
    );
  }
  return ({ Values }) =>
    createHash('sha256').update(partitionKey(Values)).digest().readUInt32BE() % TotalSegments === SegmentNumber;
}

function withoutColumns(partition: Partition): Partition {
  if (!partition.StorageDescriptor) return partition;
  const { Columns, ...StorageDescriptor } = partition.StorageDescriptor;
  return { ...partition, StorageDescriptor };
}
