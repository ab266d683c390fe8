import type { QueryExplanation } from '../../services/athena/queries/explain-query';
import type { Call } from '../query/query';

export type { QueryExplanation } from '../../services/athena/queries/explain-query';

/** Asks the lake, here or in a running server, what its engine makes of a statement. Runs nothing. */
export async function explain(
  call: Call,
  sql: string,
  options: { readonly database?: string },
): Promise<QueryExplanation> {
  const { Explanation } = await call('athena', 'LakewrightExplainQuery', {
    QueryString: sql,
    ...(options.database ? { QueryExecutionContext: { Database: options.database } } : {}),
  });
  return Explanation;
}
