import type { Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import { entityNotFound, partitionNotFound } from '../errors';
import { requiredList, requiredName, requiredString, requiredStrings } from '../input';
import { StateMap } from '../state-map';
import type { CatalogContext } from './context';
import { partitionKey } from './partitions';

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
    operations[`UpdateColumnStatisticsFor${scope}`] = async (input) => {
      const key = keyOf(input);
      const merged = { ...stored.get(key) };
      for (const entry of requiredList(input.ColumnStatisticsList, 'columnStatisticsList', 25)) {
        merged[requiredString(entry?.ColumnName, 'columnStatisticsList.columnName')] = entry;
      }
      stored.put(key, merged);
      return { Errors: [] };
    };

    operations[`GetColumnStatisticsFor${scope}`] = async (input) => {
      const known = stored.get(keyOf(input)) ?? {};
      const names = requiredStrings(input.ColumnNames, 'columnNames', 100);
      const missing = names.filter((name) => !known[name]);
      return {
        ColumnStatisticsList: names.flatMap((name) => (known[name] ? [known[name]] : [])),
        Errors: missing.map((ColumnName) => ({
          ColumnName,
          Error: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Statistics do not exist for the column.' },
        })),
      };
    };

    operations[`DeleteColumnStatisticsFor${scope}`] = async (input) => {
      const key = keyOf(input);
      const { [requiredString(input.ColumnName, 'columnName')]: removed, ...rest } = stored.get(key) ?? {};
      if (!removed) throw entityNotFound(`Statistics of column ${input.ColumnName} not found.`);
      stored.put(key, rest);
      return {};
    };
  }
  return operations;
}
