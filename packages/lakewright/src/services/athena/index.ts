import type { ApiShape } from '../api-shape';
import type { Caller, Operation, Service, ServiceFactory } from '../service';
import { DataCatalogs, metadataOperations } from './operations/metadata';
import { NamedQueries, namedQueryOperations } from './operations/named-queries';
import { preparedStatementOperations } from './operations/prepared-statements';
import { queryExecutionOperations } from './operations/query-executions';
import { Tags, tagOperations } from './operations/tags';
import { workGroupOperations } from './operations/work-groups';
import type { Execution } from './queries/execution';
import { QueryService } from './queries/query-service';
import type { TypedRows } from './queries/typed-rows';
import { athenaResources } from './resources';
import { athenaTasks } from './tasks';

/** The room of Athena, with what the console needs beyond `Service`. */
export interface AthenaService extends Service {
  /** Every query of the history, the latest first. */
  history(): readonly Execution[];
  /** What the caller would be answered, without a record of the query. */
  rows(input: ApiShape, caller: Caller): Promise<TypedRows>;
  explain(input: ApiShape, caller: Caller): ReturnType<QueryService['explain']>;
}

/** Amazon Athena: SQL on the lake's tables, with workgroups, prepared statements, views and the query history. */
export const athena: ServiceFactory = (lake): AthenaService => {
  const queries = new QueryService(lake);
  const tags = new Tags(lake);
  const named = new NamedQueries(lake);
  const catalogs = new DataCatalogs(lake);
  const operations: Record<string, Operation> = {
    ...queryExecutionOperations(lake, queries),
    ...workGroupOperations(queries, tags),
    ...namedQueryOperations(named, queries.workGroups),
    ...preparedStatementOperations(queries),
    ...metadataOperations(lake, catalogs, tags),
    ...tagOperations(tags),
  };
  return {
    name: 'athena',
    protocol: { kind: 'json', version: '1.1', target: 'AmazonAthena' },
    resources: athenaResources({ queries, named, catalogs, tags }),
    operations,
    tasks: athenaTasks(queries, operations),
    warmUp: (awaited) => queries.warmUp(awaited),
    history: () => queries.history.list(),
    rows: (input, caller) => queries.rows(input, caller),
    explain: (input, caller) => queries.explain(input, caller),
    stop: () => queries.close(),
  };
};
