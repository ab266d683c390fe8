import { literalTime } from '../../../engines/sql/analyze/table-version';
import { SqlError } from '../../../engines/sql/errors';
import type { Expression, Query, TableReference } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import { zonedTimestamp } from '../../../engines/sql/types/build';
import type { StatementRun } from './run';

/** Turns the constant expressions of `FOR TIMESTAMP AS OF` (`current_timestamp - interval '1' day`) into literals. */
export async function fixTimes<T extends object>(run: StatementRun, statement: T): Promise<T> {
  const found: Expression[] = [];
  visit(statement, (reference) => found.push((reference.asOf as { value: Expression }).value));
  if (!found.length) return statement;
  const literals = new Map<Expression, Expression>();
  for (const value of found) literals.set(value, await timeLiteral(run, value));
  return replace(statement, literals) as T;
}

const isTravel = (node: object): node is TableReference =>
  'kind' in node && node.kind === 'table' && (node as TableReference).asOf?.kind === 'timestamp';

function visit(node: unknown, found: (reference: TableReference) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (isTravel(node)) found(node);
  for (const member of Object.values(node)) visit(member, found);
}

function replace(node: unknown, literals: ReadonlyMap<Expression, Expression>): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const literal = literals.get(node as Expression);
  if (literal) return literal;
  if (Array.isArray(node)) return node.map((item) => replace(item, literals));
  return Object.fromEntries(Object.entries(node).map(([name, member]) => [name, replace(member, literals)]));
}

async function timeLiteral(run: StatementRun, value: Expression): Promise<Expression> {
  if (literalTime(value) !== undefined) return value;
  const { position } = value;
  const type = zonedTimestamp(6);
  const cast: Expression = {
    kind: 'at time zone',
    operand: { kind: 'cast', operand: value, type, lenient: false, position },
    zone: { kind: 'string', value: 'UTC', position },
    position,
  };
  const query: Query = {
    kind: 'query',
    body: {
      kind: 'select',
      distinct: false,
      items: [{ kind: 'expression', expression: cast }],
      from: [],
      windows: [],
      position,
    } as Query['body'],
    orderBy: [],
    position,
  };
  const { sql, columns } = await translate(query, run.session);
  const { rows } = await run.engine.text(sql, columns, { signal: run.signal });
  const text = rows[0]?.[0];
  if (text == null) throw new SqlError('INVALID_ARGUMENTS', 'Pointer value cannot be NULL', position);
  return { kind: 'typed literal', type: 'timestamp', text, position };
}
