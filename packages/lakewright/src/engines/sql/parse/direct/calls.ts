import type { SqlPosition } from '../../errors';
import type { Expression, FunctionCall, SortItem } from '../ast';
import { plainCall } from '../plain-call';
import type { Cursor } from './cursor';
import { expression, orderBy, sortItem, valueExpression } from './expressions';
import { jsonCall } from './json';
import { overClause } from './windows';

interface Arguments {
  readonly args: readonly Expression[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly SortItem[];
}

/** `f(…)` with FILTER, IGNORE NULLS and OVER. */
export function call(c: Cursor, position: SqlPosition): FunctionCall {
  const name = c.name();
  c.expect('(');
  const given = args(c);
  c.expect(')');
  const filter = filterOf(c);
  const nulls = c.accept('IGNORE', 'NULLS') ? 'ignore' : c.accept('RESPECT', 'NULLS') ? 'respect' : undefined;
  const over = overClause(c);
  if (nulls && (!over || given.star)) c.decline();
  return { kind: 'call', name: name.toLowerCase(), ...given, filter, over, nulls, position };
}

function args(c: Cursor): Arguments {
  if (c.accept('*')) return { args: [], star: true, distinct: false, orderBy: [] };
  if (c.is(')')) return { args: [], star: false, distinct: false, orderBy: [] };
  // ALL may be a column as well.
  if (c.is('ALL')) c.decline();
  const distinct = c.accept('DISTINCT');
  const list = !distinct && c.is('ORDER') ? [] : c.list(() => expression(c));
  return { args: list, star: false, distinct, orderBy: orderBy(c) };
}

function filterOf(c: Cursor): Expression | undefined {
  if (!c.is('FILTER', '(')) return undefined;
  c.expect('FILTER', '(', 'WHERE');
  const condition = expression(c);
  c.expect(')');
  return condition;
}

/** Functions with a syntax of their own; undefined where the word isn't one, or is called like any function. */
export function wordCall(c: Cursor, word: string, position: SqlPosition): Expression | undefined {
  switch (word) {
    case 'EXTRACT': {
      c.expect('EXTRACT', '(');
      const field = c.name().toLowerCase();
      c.expect('FROM');
      const operand = valueExpression(c);
      c.expect(')');
      return { kind: 'extract', field, operand, position };
    }
    case 'SUBSTRING':
    case 'POSITION':
      return c.is(word, '(') && c.peek(2).key !== ')' ? positional(c, word, position) : undefined;
    case 'TRIM':
      return trim(c, position);
    case 'NORMALIZE': {
      c.expect('NORMALIZE', '(');
      const value = valueExpression(c);
      const form = c.accept(',') ? c.take().key : 'NFC';
      if (!['NFC', 'NFD', 'NFKC', 'NFKD'].includes(form)) c.decline();
      c.expect(')');
      return plainCall('normalize', [value, { kind: 'string', value: form, position }], position);
    }
    case 'GROUPING': {
      c.expect('GROUPING', '(');
      const columns = c.is(')')
        ? []
        : c.list(() => ({ kind: 'name' as const, position: c.position, parts: c.qualifiedName() }));
      c.expect(')');
      return { kind: 'grouping', columns, position };
    }
    case 'LISTAGG':
      return listagg(c, position);
    case 'CURRENT_DATE':
    case 'CURRENT_USER':
    case 'CURRENT_CATALOG':
    case 'CURRENT_SCHEMA':
      c.take();
      return plainCall(word.toLowerCase(), [], position);
    case 'CURRENT_TIMESTAMP':
    case 'LOCALTIMESTAMP':
    case 'CURRENT_TIME':
    case 'LOCALTIME':
      c.take();
      return { kind: 'current time', what: CURRENT_TIME[word], precision: precision(c), position };
    default:
      return jsonCall(c, word, position);
  }
}

const CURRENT_TIME = {
  CURRENT_TIMESTAMP: 'current_timestamp',
  LOCALTIMESTAMP: 'localtimestamp',
  CURRENT_TIME: 'current_time',
  LOCALTIME: 'localtime',
} as const;

function precision(c: Cursor): number {
  if (!c.accept('(')) return 3;
  const { kind, text } = c.take();
  c.expect(')');
  return kind === 'integer' ? Number(text) : c.decline();
}

/** `SUBSTRING(a FROM b FOR c)`, `POSITION(a IN b)`, or an ordinary call whose first argument has been read. */
function positional(c: Cursor, word: 'SUBSTRING' | 'POSITION', position: SqlPosition): Expression {
  c.expect(word, '(');
  if (c.is('ALL') || c.is('DISTINCT') || c.is('*') || c.is('ORDER')) c.decline();
  const start = c.position;
  const value = valueExpression(c);
  if (word === 'POSITION' && c.accept('IN')) {
    const text = valueExpression(c);
    c.expect(')');
    return plainCall('strpos', [text, value], position);
  }
  if (word === 'SUBSTRING' && c.accept('FROM')) {
    const from = valueExpression(c);
    const length = c.accept('FOR') ? [valueExpression(c)] : [];
    c.expect(')');
    return plainCall('substr', [value, from, ...length], position);
  }
  const list = [expression(c, { value, position: start, isWhole: true })];
  while (c.accept(',')) list.push(expression(c));
  c.expect(')');
  // What may follow a call (FILTER, OVER) is wrong after these two.
  if (c.is('FILTER', '(') || c.is('OVER')) c.decline();
  return plainCall(word.toLowerCase(), list, position);
}

const TRIM_SIDES: Readonly<Record<string, string>> = { LEADING: 'ltrim', TRAILING: 'rtrim', BOTH: 'trim' };

function trim(c: Cursor, position: SqlPosition): Expression {
  c.expect('TRIM', '(');
  const side = TRIM_SIDES[c.token.key];
  // The words may be names: a column `both`, a function `both(x)`.
  if (side !== undefined && !isTrimSide(c)) c.decline();
  if (side !== undefined) c.take();
  const name = side ?? 'trim';
  const finish = (list: readonly Expression[]): Expression => {
    c.expect(')');
    return plainCall(name, list, position);
  };
  if (c.accept('FROM')) return finish([valueExpression(c)]);
  const first = valueExpression(c);
  if (c.accept('FROM')) return finish([valueExpression(c), first]);
  if (side !== undefined) c.decline();
  return finish(c.accept(',') ? [first, valueExpression(c)] : [first]);
}

const isTrimSide = (c: Cursor): boolean =>
  c.peek(1).key === 'FROM' || c.peek(1).kind === 'string' || (c.isName(1) && c.peek(1).key !== 'AT');

function listagg(c: Cursor, position: SqlPosition): Expression {
  c.expect('LISTAGG', '(');
  if (c.is('ALL')) c.decline();
  const distinct = c.accept('DISTINCT');
  const value = expression(c);
  const separator = c.accept(',') ? c.string() : '';
  if (c.accept('ON', 'OVERFLOW')) c.expect('ERROR');
  c.expect(')', 'WITHIN', 'GROUP', '(', 'ORDER', 'BY');
  const items = c.list(() => sortItem(c));
  c.expect(')');
  return {
    ...plainCall('listagg', [value, { kind: 'string', value: separator, position }], position),
    distinct,
    orderBy: items,
    filter: filterOf(c),
  };
}
