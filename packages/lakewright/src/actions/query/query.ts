import type { ApiShape } from '../../services/api-shape';

/** Calls an operation of the Athena or S3 service, in this process or in a running server. */
export type Call = (service: string, operation: string, input: unknown) => Promise<ApiShape>;

export interface QueryOptions {
  /** Default database for unqualified names. */
  readonly database?: string;
  /** Athena workgroup. Default `primary`. */
  readonly workgroup?: string;
  /** Where Athena puts results in a workgroup without a location of its own. */
  readonly outputLocation?: string;
  /** The role or user that asks: a name or construct id. Default `local-admin`. */
  readonly as?: string;
  readonly signal?: AbortSignal;
}

/** A query's answer, as Athena gives it. */
export interface QueryResult {
  readonly id: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Text as Athena prints it; null is NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly seconds: number;
  /** Bytes read. */
  readonly scanned: number;
  /** Functions whose answer may be another than Athena's; empty unless `sql.acceptApproximation` is set. */
  readonly approximate: readonly string[];
}

/** A query that Athena answered with FAILED or CANCELLED. */
export class QueryFailedError extends Error {
  constructor(
    public readonly state: string,
    /** Athena's StateChangeReason. */
    public readonly reason: string,
  ) {
    super(reason);
  }
}

/** Runs one statement as any client does: start, poll, fetch all pages. */
export async function runQuery(call: Call, sql: string, options: QueryOptions = {}): Promise<QueryResult> {
  const started = performance.now();
  const { QueryExecutionId: id } = await call('athena', 'StartQueryExecution', {
    QueryString: sql,
    WorkGroup: options.workgroup ?? 'primary',
    ...(options.database ? { QueryExecutionContext: { Database: options.database } } : {}),
    ...(options.outputLocation ? { ResultConfiguration: { OutputLocation: options.outputLocation } } : {}),
  });
  const execution = await finished(call, id, options.signal);
  if (execution.Status.State !== 'SUCCEEDED') {
    throw new QueryFailedError(execution.Status.State, execution.Status.StateChangeReason ?? execution.Status.State);
  }
  const { columns, rows } = await fetchAll(call, id, execution.StatementType);
  return {
    id,
    columns,
    rows,
    seconds: (performance.now() - started) / 1000,
    scanned: execution.Statistics?.DataScannedInBytes ?? 0,
    approximate: execution.ApproximateFunctions ?? [],
  };
}

async function finished(call: Call, id: string, signal?: AbortSignal): Promise<ApiShape> {
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 100)) {
    if (signal?.aborted) await call('athena', 'StopQueryExecution', { QueryExecutionId: id });
    const { QueryExecution: execution } = await call('athena', 'GetQueryExecution', { QueryExecutionId: id });
    if (!['QUEUED', 'RUNNING'].includes(execution.Status.State)) return execution;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function fetchAll(call: Call, id: string, statementType: string): Promise<Pick<QueryResult, 'columns' | 'rows'>> {
  const rows: (string | null)[][] = [];
  let columns: QueryResult['columns'] = [];
  let token: string | undefined;
  do {
    const page = await call('athena', 'GetQueryResults', {
      QueryExecutionId: id,
      ...(token ? { NextToken: token } : {}),
    });
    const info: ApiShape[] = page.ResultSet.ResultSetMetadata?.ColumnInfo ?? [];
    columns = info.map((column) => ({ name: column.Name, type: column.Type }));
    for (const row of page.ResultSet.Rows ?? []) {
      rows.push((row.Data ?? []).map((cell: ApiShape) => cell?.VarCharValue ?? null));
    }
    token = page.NextToken;
  } while (token);
  // Athena's first page of a SELECT starts with the column names.
  if (statementType === 'DML' && rows.length > 0 && isHeader(rows[0], columns)) rows.shift();
  return { columns, rows };
}

function isHeader(row: readonly (string | null)[], columns: QueryResult['columns']): boolean {
  return row.length === columns.length && row.every((cell, index) => cell === columns[index].name);
}
