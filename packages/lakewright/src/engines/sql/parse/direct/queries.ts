import type { SqlPosition } from '../../errors';
import type { CommonTable, Expression, GroupingElement, Query, QueryBody, RowCount, Select, SelectItem } from '../ast';
import type { Cursor } from './cursor';
import { expression, orderBy, type Seed } from './expressions';
import { primary } from './primary';
import { relation } from './relations';
import { alias, startsRowLimit, startsWindow } from './trailing';
import { windowSpec } from './windows';
import { CONTINUES_EXPRESSION, SET_OPERATORS } from './words';

/** WITH and all that follows. */
export function query(c: Cursor): Query {
  return c.nested(() => readQuery(c));
}

function readQuery(c: Cursor): Query {
  const { position } = c;
  if (!c.accept('WITH')) return withoutWith(c);
  if (c.is('FUNCTION')) c.decline();
  const recursive = c.accept('RECURSIVE');
  const items = c.list(() => commonTable(c));
  return { ...withoutWith(c), position, with: { recursive, items } };
}

export function queryInParentheses(c: Cursor): Query {
  c.expect('(');
  const inner = query(c);
  c.expect(')');
  return inner;
}

function commonTable(c: Cursor): CommonTable {
  const { position } = c;
  const name = c.name();
  const columns = c.is('(') ? c.parenthesized(() => c.name()) : undefined;
  c.expect('AS');
  return { name, columns, query: queryInParentheses(c), position };
}

/** What a bracket with a query in it turned out to be: a whole query, or the first value of something else. */
export type SubqueryOrSeed = Query | (Seed & { readonly kind?: undefined });

/**
 * At a bracket in a bracket, with a query inside: `((SELECT 1) UNION SELECT 2)` is a query, `((SELECT 1) + 1)` an
 * expression. `alone` says what the inner brackets are when nothing follows them: `((SELECT 1))` is a query, but a
 * list's item after IN.
 */
export function subqueryOrSeed(c: Cursor, alone: 'query' | 'list'): SubqueryOrSeed {
  const { position } = c;
  c.expect('(');
  const inner = c.startsQuery() ? query(c) : subqueryOrSeed(c, 'query');
  if (inner.kind !== 'query') {
    // The brackets hold an expression that starts with a subquery.
    const value = expression(c, inner);
    const items = [value];
    while (c.accept(',')) items.push(expression(c));
    c.expect(')');
    const whole: Expression = items.length > 1 ? { kind: 'row', items, position } : value;
    return { value: whole, position };
  }
  c.expect(')');
  const canBeTerm = inner.with === undefined;
  if (canBeTerm && goesOnAsQuery(c)) return withoutWith(c, { body: inner, position });
  if (canBeTerm && alone === 'query' && c.is(')')) return withoutWith(c, { body: inner, position });
  return { value: { kind: 'scalar subquery', query: inner, position }, position };
}

export const goesOnAsQuery = (c: Cursor): boolean =>
  SET_OPERATORS.has(c.token.key) || c.is('ORDER', 'BY') || startsRowLimit(c);

interface Term {
  readonly body: QueryBody;
  readonly position: SqlPosition;
}

/** A query without WITH; `first`: its leftmost term, where that has been read. */
export function withoutWith(c: Cursor, first?: Term): Query {
  const position = first?.position ?? c.position;
  const { body } = union(c, first);
  const order = orderBy(c);
  const offset = startsRowLimit(c, 'OFFSET') ? offsetOf(c) : undefined;
  if (startsRowLimit(c, 'LIMIT')) {
    c.take();
    const limit = c.accept('ALL') ? undefined : rowCount(c);
    return { kind: 'query', body, orderBy: order, offset, limit, fetch: undefined, position };
  }
  if (!startsRowLimit(c, 'FETCH')) {
    return { kind: 'query', body, orderBy: order, offset, limit: undefined, fetch: undefined, position };
  }
  const fetch = c.position;
  c.take();
  c.take();
  const limit: RowCount = c.is('ROW') || c.is('ROWS') ? { kind: 'count', value: '1', position } : rowCount(c);
  if (!c.accept('ROW')) c.expect('ROWS');
  const withTies = c.accept('WITH', 'TIES');
  if (!withTies) c.expect('ONLY');
  return { kind: 'query', body, orderBy: order, offset, limit, fetch: { withTies, position: fetch }, position };
}

function offsetOf(c: Cursor): RowCount {
  c.take();
  const offset = rowCount(c);
  if (!c.accept('ROW')) c.accept('ROWS');
  return offset;
}

const MAX_COUNT = 2n ** 63n - 1n;

function rowCount(c: Cursor): RowCount {
  const { position } = c;
  const { kind, key, text, start } = c.take();
  if (key === '?') return { kind: 'parameter', index: start, position };
  if (kind !== 'integer' || !/^\d+$/.test(text) || BigInt(text) > MAX_COUNT) c.decline();
  return { kind: 'count', value: text, position };
}

/** UNION and EXCEPT of INTERSECTs, from the left. */
function union(c: Cursor, first?: Term): Term {
  return setOperation(
    c,
    ['UNION', 'EXCEPT'],
    (start) => setOperation(c, ['INTERSECT'], (inner) => term(c, inner), start),
    first,
  );
}

function setOperation(c: Cursor, operators: readonly string[], operand: (first?: Term) => Term, first?: Term): Term {
  let left = operand(first);
  while (operators.includes(c.token.key)) {
    const operator = c.take().key as 'UNION' | 'EXCEPT' | 'INTERSECT';
    const all = c.accept('ALL');
    if (!all) c.accept('DISTINCT');
    const { position } = left;
    const body: QueryBody = { kind: 'set operation', operator, all, left: left.body, right: operand().body, position };
    left = { body, position };
  }
  return left;
}

function term(c: Cursor, first?: Term): Term {
  return first ?? { position: c.position, body: queryBody(c) };
}

function queryBody(c: Cursor): QueryBody {
  const { position } = c;
  if (c.accept('(')) {
    const inner = c.nested(() => withoutWith(c));
    c.expect(')');
    return inner;
  }
  if (c.accept('TABLE')) return { kind: 'table query', name: c.tableName(), position };
  if (c.accept('VALUES')) return { kind: 'values', rows: c.list(() => expression(c)), position };
  return select(c);
}

function select(c: Cursor): Select {
  const { position } = c;
  c.expect('SELECT');
  // ALL may be a column as well.
  if (c.is('ALL')) c.decline();
  const distinct = c.accept('DISTINCT');
  const items = c.list(() => selectItem(c));
  const from = c.accept('FROM') ? c.list(() => relation(c)) : [];
  const where = c.accept('WHERE') ? expression(c) : undefined;
  const grouping = c.accept('GROUP', 'BY') ? groupBy(c) : undefined;
  const having = c.accept('HAVING') ? expression(c) : undefined;
  const windows = startsWindow(c) && c.accept('WINDOW') ? c.list(() => windowDefinition(c)) : [];
  return {
    kind: 'select',
    distinct,
    items,
    from,
    where,
    distinctGroups: false,
    ...grouping,
    having,
    windows,
    position,
  };
}

function windowDefinition(c: Cursor): Select['windows'][number] {
  const { position } = c;
  const name = c.name();
  c.expect('AS');
  return { name, spec: windowSpec(c), position };
}

function selectItem(c: Cursor): SelectItem {
  const { position } = c;
  if (c.accept('*')) return { kind: 'star', position };
  const start = c.position;
  const hasFields = c.is('(') && c.behindBracket().key === '.' && c.behindBracket(2).key === '*';
  const value = hasFields ? primary(c) : expression(c);
  if (!c.is('.', '*')) return { kind: 'expression', expression: value, alias: alias(c) };
  // Only a value without operators has `.*`.
  if (!hasFields && !(PRIMARY_KINDS.has(value.kind) && isAt(value, start))) c.decline();
  c.expect('.', '*');
  const aliases = c.accept('AS') ? c.parenthesized(() => c.name()) : undefined;
  return { kind: 'star', of: value, aliases, position };
}

const PRIMARY_KINDS: ReadonlySet<Expression['kind']> = new Set([
  'name',
  'dereference',
  'subscript',
  'call',
  'cast',
  'case',
  'array',
]);

const isAt = ({ position }: Expression, { line, column }: SqlPosition): boolean =>
  position.line === line && position.column === column;

function groupBy(c: Cursor): Pick<Select, 'groupBy' | 'distinctGroups'> {
  if (c.is('ALL')) c.decline();
  const distinctGroups = c.accept('DISTINCT');
  return { groupBy: c.list(() => groupingElement(c)), distinctGroups };
}

function groupingElement(c: Cursor): GroupingElement {
  for (const [key, kind] of [
    ['ROLLUP', 'rollup'],
    ['CUBE', 'cube'],
  ] as const) {
    if (!c.is(key, '(')) continue;
    c.take();
    if (c.accept('(', ')')) return { kind, sets: [] };
    return { kind, sets: c.parenthesized(() => groupingSet(c)) };
  }
  if (c.accept('GROUPING', 'SETS')) return { kind: 'sets', sets: c.parenthesized(() => groupingSet(c)) };
  return { kind: 'simple', terms: groupingSet(c) };
}

/** Terms in parentheses, where these aren't the beginning of an expression. */
function groupingSet(c: Cursor): Expression[] {
  const isSet = c.is('(') && !CONTINUES_EXPRESSION.has(c.behindBracket().key) && !c.startsQuery(1);
  if (!isSet) return [expression(c)];
  return c.accept('(', ')') ? [] : c.parenthesized(() => expression(c));
}
