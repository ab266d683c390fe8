import { parseDdl } from '../../../engines/sql/ddl/parse';
import type { DdlStatement } from '../../../engines/sql/ddl/statement';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { Statement } from '../../../engines/sql/parse/ast';
import { parseExpression, parseStatement } from '../../../engines/sql/parse/index';
import { isIceberg } from '../tables/lake-catalog';
import { createTableAs } from './create-table-as';
import { runDdl } from './ddl';
import { explain } from './explain';
import { changeIceberg } from './iceberg-change';
import { insert } from './insert';
import { type FullName, fullName, requireTarget } from './names';
import type { PreparedStatements } from './prepared';
import { done, type StatementOutcome, type StatementRun } from './run';
import { select } from './select';
import { fixTimes } from './time-travel';
import { unload } from './unload';
import { createView } from './views';

export type ParsedStatement =
  | { readonly side: 'ddl'; readonly statement: DdlStatement }
  | { readonly side: 'query'; readonly statement: Statement };

/** @throws SqlError SYNTAX_ERROR, NotCoveredError */
export function parseText(text: string): ParsedStatement {
  const ddl = parseDdl(text);
  if (ddl) return { side: 'ddl', statement: ddl };
  // A last semicolon is allowed, also before a comment.
  return { side: 'query', statement: parseStatement(text.replace(/;(?:\s|--[^\n]*(?:\n|$))*$/, '')) };
}

/** What the API says of a statement before it has run. */
export function statementKind(parsed: ParsedStatement): { type: 'DDL' | 'DML' | 'UTILITY'; substatement?: string } {
  if (parsed.side === 'ddl') {
    return { type: parsed.statement.kind === 'show' || parsed.statement.kind === 'describe' ? 'UTILITY' : 'DDL' };
  }
  switch (parsed.statement.kind) {
    case 'create table as':
      return { type: 'DDL', substatement: 'CREATE_TABLE_AS_SELECT' };
    case 'create view':
    case 'drop view':
    case 'prepare':
    case 'deallocate':
      return { type: 'DDL' };
    case 'explain':
      return { type: 'UTILITY', substatement: 'EXPLAIN' };
    case 'query statement':
      return { type: 'DML', substatement: 'SELECT' };
    default:
      return { type: 'DML' };
  }
}

/** Runs any statement. */
export async function runStatement(
  run: StatementRun,
  parsed: ParsedStatement,
  prepared: PreparedStatements,
): Promise<StatementOutcome> {
  if (parsed.side === 'ddl') return runDdl(run, parsed.statement);
  const statement = await fixTimes(run, parsed.statement);
  switch (statement.kind) {
    case 'query statement':
      return select(run, statement.query, statement.parameters);
    case 'create table as':
      return createTableAs(run, statement);
    case 'insert':
      return insert(run, statement);
    case 'unload':
      return unload(run, statement);
    case 'create view':
      return createView(run, statement);
    case 'explain':
      return explain(run, statement);
    case 'prepare':
      run.guard?.workGroup('athena:CreatePreparedStatement', run.workGroup);
      prepared.put(run.workGroup, { StatementName: statement.name, QueryStatement: statement.text });
      return done('PREPARE');
    case 'deallocate':
      run.guard?.workGroup('athena:DeletePreparedStatement', run.workGroup);
      prepared.delete(run.workGroup, statement.name);
      return done('DEALLOCATE');
    case 'execute': {
      run.guard?.workGroup('athena:GetPreparedStatement', run.workGroup);
      const found = prepared.find(run.workGroup, statement.name);
      if (!found) {
        throw new SqlError('NOT_FOUND', `Prepared statement not found: ${statement.name}`, statement.position);
      }
      const parameters = statement.args.length ? statement.args : run.parameters;
      return runStatement({ ...run, parameters }, parseText(found.QueryStatement), prepared);
    }
    case 'execute immediate': {
      const parameters = statement.args.length ? statement.args : run.parameters;
      return runStatement({ ...run, parameters }, parseText(statement.text), prepared);
    }
    case 'delete':
    case 'update':
      return change(run, statement.table, statement);
    case 'merge':
      return change(run, statement.target, statement);
    default:
      throw new NotCoveredError(`statement ${statement.kind}`, statement.position);
  }
}

/** Rows of Hive tables can't be changed on Athena either. */
async function change(
  run: StatementRun,
  parts: readonly string[],
  statement: Parameters<typeof changeIceberg>[1],
): Promise<StatementOutcome> {
  const name = fullName(parts, run.database, statement.position);
  requireChange(run, statement, name);
  const table = requireTarget(run.lake.catalog, name, statement.position);
  if (isIceberg(table)) return changeIceberg(run, statement, name, table);
  throw new SqlError('NOT_SUPPORTED', 'Modifying Hive table rows is only supported for transactional tables');
}

/** Rows that go need DELETE, rows that come INSERT; and whoever changes rows must see the table as it is. */
function requireChange(run: StatementRun, statement: Parameters<typeof changeIceberg>[1], name: FullName): void {
  const kinds = statement.kind === 'merge' ? statement.cases.map((item) => item.kind) : [statement.kind];
  if (kinds.some((kind) => kind !== 'insert')) run.guard?.requireTable('DELETE', name, 'glue:UpdateTable');
  if (kinds.some((kind) => kind !== 'delete')) run.guard?.requireTable('INSERT', name, 'glue:UpdateTable');
  run.guard?.requireWhole(name);
}

/** The texts of the API's ExecutionParameters. */
export const parseParameters = (texts: readonly string[]) => texts.map((text) => parseExpression(text));
