import type { Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { Caller, Operation } from '../../service';
import { entityNotFound, partitionNotFound } from '../errors';
import { requiredList, requiredName, requiredString, requiredStrings } from '../input';
import { StateMap } from '../state-map';
import type { CatalogContext } from './context';
import { partitionKey } from './partitions';
import { denied, mayKnow, missingPermission } from './rights';
import { hidesRows, knows } from './shown-table';

type Statistics = Record<string, ApiShape>;

/** Column statistics are stored as given and answered as stored: engines that write them (Trino) read them back. */
export function columnStatisticsOperations(context: CatalogContext): Record<string, Operation> {
  const { catalog, links } = context;
  const stored = new StateMap<Statistics>(context.lake.workspace, 'glue-column-statistics');

  const tableOf = (input: ApiShape): Table => {
    context.checkCatalog(input);
    return links.targetTable(
      requiredName(input.DatabaseName, 'databaseName'),
      requiredName(input.TableName, 'tableName'),
    );
  };
  const requireAlter = (input: ApiShape, caller: Caller) => {
    const database = requiredName(input.DatabaseName, 'databaseName');
    context.requireTable(caller, 'ALTER', database, requiredName(input.TableName, 'tableName'));
  };
  /** Least and greatest values are of all rows. */
  const requireStatistics = (input: ApiShape, caller: Caller, names: readonly string[]) => {
    const rights = context.rights(caller);
    if (!rights) return;
    const database = requiredName(input.DatabaseName, 'databaseName');
    context.requireDescribe(caller, database, requiredName(input.TableName, 'tableName'));
    const table = tableOf(input);
    const access = rights.ofTable(table);
    const seen = mayKnow(access) && !hidesRows(access) && names.every((name) => knows(access, name));
    if (!seen) throw denied(missingPermission('SELECT', table.Name));
  };
  // CreateTime is part of the key: a table made anew under the same name has no statistics.
  const tableKey = (input: ApiShape) => {
    const table = tableOf(input);
    return `${table.DatabaseName}.${table.Name}@${table.CreateTime ?? 0}`;
  };
  const partitionStatisticsKey = (input: ApiShape) => {
    const table = tableOf(input);
    const values = requiredStrings(input.PartitionValues, 'partitionValues');
    const known = catalog.partitions(table.DatabaseName, table.Name);
    const partition = known.find(({ Values }) => partitionKey(Values) === partitionKey(values));
    if (!partition) throw partitionNotFound();
    return `${tableKey(input)}/${partitionKey(values)}@${partition.CreationTime ?? 0}`;
  };

  const scopes = { Table: tableKey, Partition: partitionStatisticsKey };
  const operations: Record<string, Operation> = {};
  for (const [scope, keyOf] of Object.entries(scopes)) {
    operations[`UpdateColumnStatisticsFor${scope}`] = async (input, caller) => {
      requireAlter(input, caller);
      const key = keyOf(input);
      const merged = { ...stored.get(key) };
      for (const entry of requiredList(input.ColumnStatisticsList, 'columnStatisticsList', 25)) {
        merged[requiredString(entry?.ColumnName, 'columnStatisticsList.columnName')] = entry;
      }
      stored.put(key, merged);
      return { Errors: [] };
    };

    operations[`GetColumnStatisticsFor${scope}`] = async (input, caller) => {
      const names = requiredStrings(input.ColumnNames, 'columnNames', 100);
      requireStatistics(input, caller, names);
      const known = stored.get(keyOf(input)) ?? {};
      const missing = names.filter((name) => !known[name]);
      return {
        ColumnStatisticsList: names.flatMap((name) => (known[name] ? [known[name]] : [])),
        Errors: missing.map((ColumnName) => ({
          ColumnName,
          Error: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Statistics do not exist for the column.' },
        })),
      };
    };

    operations[`DeleteColumnStatisticsFor${scope}`] = async (input, caller) => {
      requireAlter(input, caller);
      const key = keyOf(input);
      const { [requiredString(input.ColumnName, 'columnName')]: removed, ...rest } = stored.get(key) ?? {};
      if (!removed) throw entityNotFound(`Statistics of column ${input.ColumnName} not found.`);
      stored.put(key, rest);
      return {};
    };
  }
  return operations;
}
