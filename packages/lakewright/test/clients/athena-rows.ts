import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  type ResultSet,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';

/** What came of a statement, by the SDK's calls. */
export interface AthenaAnswer {
  readonly execution: QueryExecution;
  /** The first page, with the header where there is one. */
  readonly result: ResultSet;
  /** All rows without the header; NULL is undefined. */
  readonly rows: readonly (readonly (string | undefined)[])[];
}

/** A user's SDK client of a served lake. */
export const athenaClient = (url: string): AthenaClient =>
  new AthenaClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'any' },
  });

/** Starts a statement, waits for its end and reads all pages. @throws Error with Athena's reason */
export async function ask(athena: AthenaClient, QueryString: string): Promise<AthenaAnswer> {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString,
      ResultConfiguration: { OutputLocation: 's3://client-bucket/results/' },
    }),
  );
  const execution = await ended(athena, QueryExecutionId as string);
  if (execution.Status?.State !== 'SUCCEEDED') throw new Error(execution.Status?.StateChangeReason);
  const pages: ResultSet[] = [];
  let NextToken: string | undefined;
  do {
    const page = await athena.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken }));
    pages.push(page.ResultSet as ResultSet);
    NextToken = page.NextToken;
  } while (NextToken);
  const rows = pages.flatMap(({ Rows = [] }) => Rows.map(({ Data = [] }) => Data.map((cell) => cell.VarCharValue)));
  const header = execution.ResultConfiguration?.OutputLocation?.endsWith('.csv') ? 1 : 0;
  return { execution, result: pages[0] as ResultSet, rows: rows.slice(header) };
}

/** The record of a query when it has ended; the server holds each question for a moment. */
export async function ended(athena: AthenaClient, QueryExecutionId: string): Promise<QueryExecution> {
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const state = QueryExecution?.Status?.State;
    if (QueryExecution && state !== 'QUEUED' && state !== 'RUNNING') return QueryExecution;
  }
}
