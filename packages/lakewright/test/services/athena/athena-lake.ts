import type { ApiShape } from '../../../src/services/api-shape';
import { athena } from '../../../src/services/athena';
import { glue } from '../../../src/services/glue';
import { openLake, type TestLake } from '../glue/test-lake';

export interface AthenaLake extends TestLake {
  /** Starts a query and waits for its end. */
  run(query: string, input?: ApiShape): Promise<ApiShape>;
  /** The rows of a query that succeeds, without the header. */
  rows(query: string, input?: ApiShape): Promise<(string | null)[][]>;
  /** `StateChangeReason` of a query that fails. */
  reason(query: string, input?: ApiShape): Promise<string>;
  athena(operation: string, input?: ApiShape): Promise<ApiShape>;
}

/** A lake with Athena and Glue, the buckets `lake` and `results`, and the database `db`. */
export async function openAthenaLake(): Promise<AthenaLake> {
  const lake = await openLake([glue, athena]);
  for (const bucket of ['lake', 'results']) lake.context.objects.createBucket(bucket);
  lake.context.catalog.putDatabase({ Name: 'db' });
  const call = (operation: string, input: ApiShape = {}) => lake.call(operation, input, 'athena');

  const run = async (QueryString: string, input: ApiShape = {}): Promise<ApiShape> => {
    const { QueryExecutionId } = await call('StartQueryExecution', {
      QueryString,
      QueryExecutionContext: { Database: 'db' },
      ResultConfiguration: { OutputLocation: 's3://results/q/' },
      ...input,
    });
    for (;;) {
      const { QueryExecution } = await call('GetQueryExecution', { QueryExecutionId });
      if (!['QUEUED', 'RUNNING'].includes(QueryExecution.Status.State)) return QueryExecution;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return {
    ...lake,
    athena: call,
    run,
    rows: async (query, input) => {
      const { Status, QueryExecutionId } = await run(query, input);
      if (Status.State !== 'SUCCEEDED') throw new Error(Status.StateChangeReason);
      const { ResultSet } = await call('GetQueryResults', { QueryExecutionId });
      const rows = ResultSet.Rows.map((row: ApiShape) => row.Data.map((cell: ApiShape) => cell.VarCharValue ?? null));
      return /^\s*(?:SELECT|WITH|VALUES|EXECUTE)/i.test(query) ? rows.slice(1) : rows;
    },
    reason: async (query, input) => {
      const { Status } = await run(query, input);
      if (Status.State === 'SUCCEEDED') throw new Error(`it succeeded: ${query}`);
      return Status.StateChangeReason;
    },
  };
}
