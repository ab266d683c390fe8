import type { SqlPosition } from '../../errors';
import type { ComparisonOperator, Expression, SortItem } from '../ast';
import type { Cursor } from './cursor';
import { primary } from './primary';
import { queryInParentheses, subqueryOrSeed } from './queries';
import { INTERVAL_FIELDS } from './words';

/** The leftmost part of an expression, where it has been read already. */
export interface Seed {
  readonly value: Expression;
  readonly position: SqlPosition;
  /** A whole value with its operators; otherwise a subscript may follow, too. */
  readonly isWhole?: boolean;
}

/** OR binds least, then AND, NOT, predicates, `||`, `+`, `*`, signs and AT TIME ZONE. */
export function expression(c: Cursor, seed?: Seed): Expression {
  const conjunction = (first?: Seed): Expression => chain(c, 'AND', (start) => negation(c, start), first);
  return c.nested(() => chain(c, 'OR', conjunction, seed));
}

function chain(c: Cursor, operator: 'AND' | 'OR', term: (seed?: Seed) => Expression, seed?: Seed): Expression {
  const position = seed?.position ?? c.position;
  const first = term(seed);
  if (!c.is(operator)) return first;
  const terms = [first];
  while (c.accept(operator)) terms.push(term());
  return { kind: 'logical', operator, terms, position };
}

function negation(c: Cursor, seed?: Seed): Expression {
  if (seed) return predicated(c, seed.isWhole ? seed.value : valueExpression(c, seed));
  const { position } = c;
  if (c.accept('NOT')) return { kind: 'not', operand: c.nested(() => negation(c)), position };
  return predicated(c, valueExpression(c));
}

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function predicated(c: Cursor, operand: Expression): Expression {
  const { position } = c;
  const operator = COMPARISONS[c.token.key];
  if (operator) return comparison(c, operator, operand);
  if (c.accept('IS')) {
    const negated = c.accept('NOT');
    if (c.accept('NULL')) return negate({ kind: 'is null', operand, position }, negated);
    c.expect('DISTINCT', 'FROM');
    return negate({ kind: 'distinct from', left: operand, right: valueExpression(c), position }, negated);
  }
  const negated = c.accept('NOT');
  if (c.accept('BETWEEN')) {
    const low = valueExpression(c);
    c.expect('AND');
    return negate({ kind: 'between', operand, low, high: valueExpression(c), position }, negated);
  }
  if (c.accept('LIKE')) {
    const pattern = valueExpression(c);
    const escaped = c.accept('ESCAPE') ? valueExpression(c) : undefined;
    return negate({ kind: 'like', operand, pattern, escape: escaped, position }, negated);
  }
  if (c.accept('IN')) return negate(membership(c, operand, position), negated);
  return negated ? c.decline() : operand;
}

const negate = (predicate: Expression, negated: boolean): Expression =>
  negated ? { kind: 'not', operand: predicate, position: predicate.position } : predicate;

function comparison(c: Cursor, operator: ComparisonOperator, left: Expression): Expression {
  const { position } = c;
  c.take();
  if (c.is('ALL', '(') || c.is('ANY', '(') || c.is('SOME', '(')) {
    if (c.startsQuery(2)) {
      const quantifier = c.take().key === 'ALL' ? 'ALL' : 'ANY';
      return { kind: 'quantified comparison', operator, quantifier, left, query: queryInParentheses(c), position };
    }
    // A function of that name takes a subquery in brackets of its own; or the query has brackets.
    if (c.opensQuery(1)) c.decline();
  }
  return { kind: 'comparison', operator, left, right: valueExpression(c), position };
}

/** A list comes first in the grammar: `IN ((SELECT 1))` is a list of one. */
function membership(c: Cursor, operand: Expression, position: SqlPosition): Expression {
  if (!c.is('(')) c.decline();
  if (c.startsQuery(1)) return { kind: 'in subquery', operand, query: queryInParentheses(c), position };
  c.take();
  const first = c.opensQuery() ? subqueryOrSeed(c, 'list') : undefined;
  if (first?.kind === 'query') {
    c.expect(')');
    return { kind: 'in subquery', operand, query: first, position };
  }
  const list = [expression(c, first)];
  while (c.accept(',')) list.push(expression(c));
  c.expect(')');
  return { kind: 'in list', operand, list, position };
}

const SUM = 2;
const PRODUCT = 3;
const SIGN = 4;

/** An expression without predicates. `least`: operators that bind less are left to the caller. */
export function valueExpression(c: Cursor, seed?: Seed, least = 1): Expression {
  let left = seed ? primary(c, seed) : signed(c);
  for (;;) {
    const { key } = c.token;
    const { position } = c;
    if (key === 'AT' && c.accept('AT', 'TIME', 'ZONE')) {
      left = { kind: 'at time zone', operand: left, zone: timeZone(c), position };
    } else if ((key === '*' || key === '/' || key === '%') && least <= PRODUCT) {
      c.take();
      left = { kind: 'arithmetic', operator: key, left, right: valueExpression(c, undefined, SIGN), position };
    } else if ((key === '+' || key === '-') && least <= SUM) {
      c.take();
      left = { kind: 'arithmetic', operator: key, left, right: valueExpression(c, undefined, PRODUCT), position };
    } else if (key === '||' && least <= 1) {
      c.take();
      left = { kind: 'concatenation', left, right: valueExpression(c, undefined, SUM), position };
    } else return left;
  }
}

function signed(c: Cursor): Expression {
  const { key } = c.token;
  if (key !== '-' && key !== '+') return primary(c);
  // A minus before a number is part of the literal.
  if (key === '-' && ['integer', 'decimal', 'double'].includes(c.peek(1).kind)) return primary(c);
  const { position } = c;
  c.take();
  return { kind: 'sign', operator: key, operand: c.nested(() => valueExpression(c, undefined, SIGN)), position };
}

/** The position of a zone by name is that of the word TIME. */
function timeZone(c: Cursor): Expression {
  if (c.is('INTERVAL')) return interval(c) ?? c.decline();
  const { line, column } = c.peek(-2);
  return { kind: 'string', value: c.string(), position: { line, column } };
}

/** `INTERVAL '1' DAY TO SECOND`; undefined where the word is a name. */
export function interval(c: Cursor): Expression | undefined {
  const isSigned = c.peek(1).key === '+' || c.peek(1).key === '-';
  const text = isSigned ? 2 : 1;
  if (c.peek(text).kind !== 'string' || !INTERVAL_FIELDS.has(c.peek(text + 1).key)) return undefined;
  const { position } = c;
  c.take();
  const negative = isSigned && c.take().key === '-';
  const value = c.string();
  const from = c.take().key as 'DAY';
  const to = c.is('TO') && INTERVAL_FIELDS.has(c.peek(1).key) ? (c.peek(1).key as 'DAY') : undefined;
  if (to) c.accept('TO', to);
  return { kind: 'interval', text: value, negative, from, to, position };
}

export function sortItem(c: Cursor): SortItem {
  const value = expression(c);
  const descending = c.accept('DESC');
  if (!descending) c.accept('ASC');
  if (!c.accept('NULLS')) return { expression: value, descending, nullsFirst: false };
  const nullsFirst = c.accept('FIRST');
  if (!nullsFirst) c.expect('LAST');
  return { expression: value, descending, nullsFirst };
}

/** `ORDER BY …`, if there. */
export function orderBy(c: Cursor): SortItem[] {
  return c.accept('ORDER', 'BY') ? c.list(() => sortItem(c)) : [];
}
