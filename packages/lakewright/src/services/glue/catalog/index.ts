import type { Operation } from '../../service';
import { columnStatisticsOperations } from './column-statistics';
import { connectionOperations } from './connections';
import type { CatalogContext } from './context';
import { databaseOperations } from './databases';
import { partitionQueryOperations } from './partition-query';
import { partitionOperations } from './partitions';
import { refusedOperations } from './refused';
import { searchOperations } from './search-tables';
import { settingsOperations } from './settings';
import { tableVersionOperations } from './table-versions';
import { tableOperations } from './tables';

/** The Glue Data Catalog's API. */
export function catalogOperations(context: CatalogContext): Record<string, Operation> {
  return {
    ...databaseOperations(context),
    ...tableOperations(context),
    ...tableVersionOperations(context),
    ...searchOperations(context),
    ...partitionOperations(context),
    ...partitionQueryOperations(context),
    ...columnStatisticsOperations(context),
    ...connectionOperations(context),
    ...settingsOperations(context),
    ...refusedOperations,
  };
}
