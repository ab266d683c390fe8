import { runOnTrino } from '../../engines/trino/client';
import { type Answer, judge } from '../../engines/trino/compare';
import { LAKE_CATALOG } from '../../engines/trino/server';
import type { Host } from '../../host/host';
import type { TypedRows } from '../../services/athena/queries/typed-rows';
import type { Call } from '../query/query';
import type { NamedStatement } from './statements';

/** What both engines said of a statement. */
export interface Verification {
  readonly name: string;
  readonly sql: string;
  /**
   * - `equal`: the same rows, types and names, or the same error
   * - `differs`: other values, another type or name, or one of them fails: see both
   * - `refused`: the local engine doesn't cover it, and says so
   * - `skipped`: not a query, or too many rows to compare
   */
  readonly outcome: 'equal' | 'differs' | 'refused' | 'skipped';
  readonly reason?: string;
  readonly local?: Answer;
  readonly trino?: Answer;
}

/** More rows than this aren't compared: an aggregate says more. */
const MOST_ROWS = 100_000;

/** Runs each statement on the local engine and on Trino, and compares the answers. */
export async function verify(
  statements: readonly NamedStatement[],
  call: Call,
  trino: string,
  host: Host,
): Promise<readonly Verification[]> {
  const results: Verification[] = [];
  for (const statement of statements) {
    const result = await verifyOne(statement, call, trino);
    const text = `${result.outcome.padEnd(8)} ${statement.name}`;
    host.notify({ code: 'LW_VERIFY_STATEMENT', level: 'info', text });
    results.push(result);
  }
  return results;
}

async function verifyOne({ name, sql, database }: NamedStatement, call: Call, server: string): Promise<Verification> {
  const input = {
    QueryString: sql,
    MaxRows: MOST_ROWS,
    ...(database && { QueryExecutionContext: { Database: database } }),
  };
  const answered = await call('athena', 'LakewrightQueryRows', input);
  const local: TypedRows = answered.Answer;
  if ('notAQuery' in local) return { name, sql, outcome: 'skipped', reason: `${local.notAQuery} is no query` };
  if ('error' in local && local.error.name === 'NOT_COVERED') {
    return { name, sql, outcome: 'refused', reason: local.error.message };
  }
  if ('rows' in local && local.truncated) {
    return { name, sql, outcome: 'skipped', reason: `more than ${MOST_ROWS} rows: compare an aggregate of it` };
  }
  const trino = await runOnTrino(server, sql, { catalog: LAKE_CATALOG, ...(database && { schema: database }) });
  const expected = 'error' in trino ? { error: trino.error.name } : trino;
  const ordered = 'rows' in local && local.ordered;
  const answer = local as Answer;
  const same = judge({ id: name, area: '', sql, ordered, ...expected }, answer) === 'strict';
  return { name, sql, outcome: same ? 'equal' : 'differs', local: answer, trino };
}
