import type { ApiShape } from '../../api-shape';
import type { Caller, LakeContext, Operation } from '../../service';
import { invalidRequest } from '../errors';
import { offsetOf, page, pageSize, requiredText, tokenOf } from '../input';
import { describeColumn } from '../queries/column-info';
import { type Execution, isFinal } from '../queries/execution';
import { resultStore } from '../queries/managed-results';
import type { QueryService } from '../queries/query-service';
import { readResult } from '../queries/result-files';
import { ENGINE_VERSION } from '../queries/workgroups';
import { parseLocation } from '../tables/data-files';

const MOST_ROWS = 1_000;
const MOST_IDS = 50;

/** Running queries and reading their results. */
export function queryExecutionOperations(lake: LakeContext, queries: QueryService): Record<string, Operation> {
  return {
    StartQueryExecution: async (input, caller) => ({ QueryExecutionId: (await queries.start(input, caller)).id }),

    // Not AWS's: what `lakewright explain` and `lakewright verify` ask.
    LakewrightExplainQuery: async (input, caller) => ({ Explanation: await queries.explain(input, caller) }),
    LakewrightQueryRows: async (input, caller) => ({ Answer: await queries.rows(input, caller) }),

    StopQueryExecution: async (input) => {
      await queries.stop(requiredText(input, 'QueryExecutionId'));
      return {};
    },

    GetQueryExecution: async (input) => ({
      QueryExecution: describeExecution(await queries.poll(requiredText(input, 'QueryExecutionId'))),
    }),

    BatchGetQueryExecution: async (input) => {
      const found: ApiShape[] = [];
      const missing: ApiShape[] = [];
      for (const id of idsOf(input, 'QueryExecutionIds')) {
        const execution = queries.history.get(id);
        if (execution) found.push(describeExecution(execution));
        else {
          missing.push({
            QueryExecutionId: id,
            ErrorCode: 'INVALID_INPUT',
            ErrorMessage: `QueryExecution ${id} was not found`,
          });
        }
      }
      return { QueryExecutions: found, UnprocessedQueryExecutionIds: missing };
    },

    ListQueryExecutions: async (input) => {
      const workGroup = queries.workGroups.get(input?.WorkGroup ?? 'primary').Name;
      const own = queries.history.list().filter((execution) => execution.workGroup === workGroup);
      const { items, NextToken } = page(own, input, MOST_IDS);
      return { QueryExecutionIds: items.map((execution) => execution.id), NextToken };
    },

    GetQueryResults: (input, caller) => getResults(lake, queries, input, caller),

    GetQueryRuntimeStatistics: async (input) => ({
      QueryRuntimeStatistics: runtimeStatistics(queries.get(requiredText(input, 'QueryExecutionId'))),
    }),
  };
}

export function idsOf(input: ApiShape, member: string): string[] {
  const ids = input?.[member];
  if (!Array.isArray(ids) || ids.length < 1 || ids.length > MOST_IDS) {
    throw invalidRequest(`${member} must have 1 to ${MOST_IDS} members`);
  }
  return ids.map(String);
}

/** `QueryExecution` of the API. */
export function describeExecution(execution: Execution): Record<string, ApiShape> {
  const { outputLocation, times, error } = execution;
  return {
    QueryExecutionId: execution.id,
    Query: execution.query,
    StatementType: execution.statementType,
    ...(execution.substatement && { SubstatementType: execution.substatement }),
    ...(execution.managed
      ? { ManagedQueryResultsConfiguration: { Enabled: true } }
      : {
          ResultConfiguration: {
            ...execution.resultConfiguration,
            OutputLocation: outputLocation ?? pendingLocation(execution),
          },
        }),
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: execution.reuse ?? { Enabled: false } },
    QueryExecutionContext: {
      ...(execution.database !== undefined && { Database: execution.database }),
      Catalog: execution.catalog.toLowerCase(),
    },
    Status: {
      State: execution.state,
      ...(execution.reason !== undefined && { StateChangeReason: execution.reason }),
      SubmissionDateTime: execution.submitted,
      ...(execution.completed !== undefined && { CompletionDateTime: execution.completed }),
      ...(error && { AthenaError: error }),
    },
    Statistics: {
      EngineExecutionTimeInMillis: times.engine,
      DataScannedInBytes: execution.scannedBytes,
      ...(execution.manifest && !execution.managed && { DataManifestLocation: execution.manifest }),
      TotalExecutionTimeInMillis: times.total,
      QueryQueueTimeInMillis: times.queue,
      ServicePreProcessingTimeInMillis: 1,
      QueryPlanningTimeInMillis: times.planning,
      ServiceProcessingTimeInMillis: 1,
      ResultReuseInformation: { ReusedPreviousResult: execution.reused },
    },
    WorkGroup: execution.workGroup,
    EngineVersion: ENGINE_VERSION,
    ...(execution.parameters && { ExecutionParameters: execution.parameters }),
    // Not AWS's: the result isn't exact (`sql.acceptApproximation`).
    ...(execution.approximate && { ApproximateFunctions: execution.approximate }),
  };
}

/** Athena says from the start where the result will be. */
function pendingLocation(execution: Execution): string {
  const ending = execution.statementType === 'DML' ? '.csv' : '.txt';
  return `${execution.output}${execution.id}${ending}`;
}

async function getResults(
  lake: LakeContext,
  queries: QueryService,
  input: ApiShape,
  caller: Caller,
): Promise<Record<string, ApiShape>> {
  const execution = queries.get(requiredText(input, 'QueryExecutionId'));
  const count = pageSize(input, MOST_ROWS);
  if (!isFinal(execution.state)) {
    throw invalidRequest(
      `Query has not yet finished. Current state: ${execution.state}`,
      'INVALID_QUERY_EXECUTION_STATE',
    );
  }
  if (execution.state !== 'SUCCEEDED') {
    throw invalidRequest(
      `Query did not finish successfully. Final query state: ${execution.state}`,
      'INVALID_QUERY_EXECUTION_STATE',
    );
  }
  const start = input.NextToken ? offsetOf(input.NextToken) : 0;
  const location = execution.outputLocation;
  if (execution.managed) queries.managed.requireKept(execution);
  else if (location !== undefined) requireResultFile(lake, caller, location);
  // Statements that write files elsewhere have no rows.
  const hasRows = location !== undefined && !execution.manifest;
  const { rows, next } = hasRows
    ? await readResult(resultStore(lake, queries.managed, execution), location, start, count)
    : { rows: [], next: undefined };
  return {
    UpdateCount: execution.updateCount ?? 0,
    ResultSet: {
      Rows: rows.map((cells) => ({ Data: cells.map((cell) => (cell === null ? {} : { VarCharValue: cell })) })),
      ResultSetMetadata: { ColumnInfo: execution.columns.map(describeColumn) },
    },
    ...(next !== undefined && { NextToken: tokenOf(next) }),
  };
}

/**
 * Athena reads the result's file in the caller's name: the right on the workgroup alone gives nobody another's rows.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
 */
function requireResultFile({ access, partition }: LakeContext, caller: Caller, location: string): void {
  const { bucket, prefix } = parseLocation(location);
  access.require(caller, { action: 's3:GetObject', resources: [`arn:${partition}:s3:::${bucket}/${prefix}`] });
}

function runtimeStatistics(execution: Execution): ApiShape {
  const { times } = execution;
  return {
    Timeline: {
      QueryQueueTimeInMillis: times.queue,
      ServicePreProcessingTimeInMillis: 1,
      QueryPlanningTimeInMillis: times.planning,
      EngineExecutionTimeInMillis: times.engine,
      ServiceProcessingTimeInMillis: 1,
      TotalExecutionTimeInMillis: times.total,
    },
    Rows: {
      InputRows: execution.rowsIn,
      InputBytes: execution.scannedBytes,
      OutputRows: execution.rowsOut,
      OutputBytes: execution.bytesOut,
    },
  };
}
