import { NotCoveredError } from '../../../engines/sql/errors';
import type { ExplainStatement, Query, Statement } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import { VARCHAR } from '../../../engines/sql/types/build';
import { lines, type StatementOutcome, type StatementRun } from './run';

/**
 * EXPLAIN: the statement is checked as Athena checks it; the plan is that of the local engine, which isn't Trino's.
 */
export async function explain(run: StatementRun, statement: ExplainStatement): Promise<StatementOutcome> {
  if (statement.format !== 'TEXT') {
    const instead = "EXPLAIN (FORMAT TEXT), or 'lakewright explain --json' for the types and the tables";
    throw new NotCoveredError(`EXPLAIN (FORMAT ${statement.format})`, statement.position, instead);
  }
  if (statement.type === 'IO') {
    throw new NotCoveredError('EXPLAIN (TYPE IO)', statement.position, "'lakewright explain' names the tables");
  }
  const query = queryOf(statement.statement);
  if (!query) throw new NotCoveredError(`EXPLAIN of ${statement.statement.kind}`);
  const translated = await translate(query, run.session, {
    parameterCount: statement.parameters,
    parameters: run.parameters,
  });
  if (statement.type === 'VALIDATE') return lines('EXPLAIN', ['Valid'], ['true']);
  // A plan shows the filters, and how many rows pass them.
  if (run.guard?.readsPart) {
    throw new NotCoveredError('EXPLAIN of a table of which Lake Formation shows a part', statement.position);
  }
  run.onTranslated(translated);
  const prefix = statement.analyze ? 'EXPLAIN ANALYZE' : 'EXPLAIN';
  const columns = ['explain_key', 'explain_value'].map((name) => ({ name, type: VARCHAR }));
  const plan = await run.engine.text(`${prefix} ${translated.sql}`, columns, { signal: run.signal });
  const text = plan.rows.flatMap((row) => (row[1] ?? '').split('\n'));
  return lines('EXPLAIN', ['Query Plan'], ['Plan of the local engine (DuckDB):', ...text]);
}

function queryOf(statement: Statement): Query | undefined {
  return 'query' in statement ? statement.query : undefined;
}
