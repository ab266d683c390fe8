import type { SqlPosition } from '../../errors';
import type { Expression, Join, Query, Relation } from '../ast';
import type { Cursor } from './cursor';
import { expression, valueExpression } from './expressions';
import { goesOnAsQuery, query, queryInParentheses, withoutWith } from './queries';
import { alias, startsSample } from './trailing';

/** The leftmost part of a relation, where it has been read already. */
interface Start {
  readonly relation: Relation;
  readonly position: SqlPosition;
}

/** Tables with their joins. */
export function relation(c: Cursor, start?: Start): Relation {
  return c.nested(() => joined(c, start));
}

function joined(c: Cursor, start?: Start): Relation {
  const position = start?.position ?? c.position;
  let left = sampled(c, start);
  for (;;) {
    const join = joinType(c);
    if (!join) return left;
    if (join === 'CROSS') {
      left = { kind: 'join', type: 'CROSS', left, right: sampled(c), position };
      continue;
    }
    const right = relation(c);
    left = { kind: 'join', type: join, left, right, position, ...criteria(c) };
  }
}

/** Takes the words up to JOIN. */
function joinType(c: Cursor): Join['type'] | undefined {
  if (c.accept('CROSS', 'JOIN')) return 'CROSS';
  if (c.accept('JOIN') || c.accept('INNER', 'JOIN')) return 'INNER';
  for (const side of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (c.accept(side, 'JOIN') || c.accept(side, 'OUTER', 'JOIN')) return side;
  }
  return undefined;
}

function criteria(c: Cursor): Pick<Join, 'on' | 'using'> {
  if (c.accept('USING')) return { using: c.parenthesized(() => c.name()) };
  c.expect('ON');
  return { on: expression(c) };
}

function sampled(c: Cursor, start?: Start): Relation {
  const position = start?.position ?? c.position;
  const inner = aliased(c, position, start);
  if (!startsSample(c)) return inner;
  c.take();
  const method = c.take().key as 'BERNOULLI' | 'SYSTEM';
  c.expect('(');
  const percentage = expression(c);
  c.expect(')');
  return { kind: 'sample', relation: inner, method, percentage, position };
}

function aliased(c: Cursor, position: SqlPosition, start?: Start): Relation {
  const inner = start?.relation ?? alone(c, position);
  if (c.is('MATCH_RECOGNIZE')) c.decline();
  const name = alias(c);
  if (name === undefined) return inner;
  const columns = c.is('(') ? c.parenthesized(() => c.name()) : undefined;
  if (c.is('MATCH_RECOGNIZE')) c.decline();
  return { kind: 'alias', relation: inner, name, columns, position };
}

function alone(c: Cursor, position: SqlPosition): Relation {
  if (c.is('(')) return inParentheses(c, position);
  if (c.accept('UNNEST')) {
    const expressions = c.parenthesized(() => expression(c));
    return { kind: 'unnest', expressions, withOrdinality: c.accept('WITH', 'ORDINALITY'), position };
  }
  if (c.is('LATERAL', '(')) {
    c.take();
    return { kind: 'subquery', query: queryInParentheses(c), lateral: true, position };
  }
  if (c.is('TABLE', '(')) return tableFunction(c);
  return { kind: 'table', name: c.tableName(), ...(c.is('FOR') && { asOf: asOf(c) }), position };
}

/** `TABLE(f(a, name => b))`; tables and descriptors as arguments are left to the grammar. */
function tableFunction(c: Cursor): Relation {
  c.expect('TABLE', '(');
  const { position } = c;
  const name = c.qualifiedName().map((part) => part.toLowerCase());
  c.expect('(');
  const start = c.position;
  const args = c.is(')') ? [] : c.list(() => tableFunctionArgument(c));
  c.expect(')', ')');
  const isBuiltin = name.length === 1 || name.slice(0, -1).join('.') === 'system.builtin';
  return {
    kind: 'table function',
    name: (isBuiltin ? name.slice(-1) : name).join('.'),
    args,
    argumentsPosition: args.length > 0 ? start : c.decline(),
    position,
  };
}

function tableFunctionArgument(c: Cursor): { name?: string; value: Expression } {
  const name = c.isName() && c.peek(1).key === '=>' ? c.name() : undefined;
  if (name !== undefined) c.expect('=>');
  if (c.is('TABLE') || c.is('DESCRIPTOR') || c.is('CAST', '(', 'NULL')) c.decline();
  return { name, value: expression(c) };
}

function asOf(c: Cursor): { kind: 'timestamp' | 'version'; value: Expression } {
  c.expect('FOR');
  const kind = c.accept('VERSION') ? 'version' : 'timestamp';
  if (kind === 'timestamp') c.expect('TIMESTAMP');
  c.expect('AS', 'OF');
  return { kind, value: valueExpression(c) };
}

/** A subquery, or a relation in parentheses. */
function inParentheses(c: Cursor, position: SqlPosition): Relation {
  if (c.startsQuery(1)) return { kind: 'subquery', query: queryInParentheses(c), lateral: false, position };
  c.expect('(');
  const inner = c.opensQuery() ? subqueryOrRelation(c) : relation(c);
  c.expect(')');
  return inner.kind === 'query' ? { kind: 'subquery', query: inner, lateral: false, position } : inner;
}

/**
 * At a bracket in a bracket, with a query inside: `((SELECT 1) UNION SELECT 2)` and `((SELECT 1))` are queries,
 * `((SELECT 1) AS t)` and `((SELECT 1) JOIN t ON …)` relations.
 */
function subqueryOrRelation(c: Cursor): Query | Relation {
  const { position } = c;
  c.expect('(');
  const inner = c.startsQuery() ? query(c) : c.opensQuery() ? subqueryOrRelation(c) : relation(c);
  c.expect(')');
  if (inner.kind !== 'query') return relation(c, { relation: inner, position });
  const canBeTerm = inner.with === undefined;
  if (canBeTerm && (goesOnAsQuery(c) || c.is(')'))) return withoutWith(c, { body: inner, position });
  return relation(c, { relation: { kind: 'subquery', query: inner, lateral: false, position }, position });
}
