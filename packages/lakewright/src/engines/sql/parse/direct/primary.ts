import type { SqlPosition } from '../../errors';
import type { Expression } from '../ast';
import { call, wordCall } from './calls';
import type { Cursor } from './cursor';
import { expression, interval, type Seed, valueExpression } from './expressions';
import { queryInParentheses, subqueryOrSeed } from './queries';
import type { Token } from './tokens';
import { typeOf } from './types';

/** A value with its subscripts and fields. */
export function primary(c: Cursor, seed?: Seed): Expression {
  const position = seed?.position ?? c.position;
  let value = seed?.value ?? alone(c, position);
  for (;;) {
    if (c.accept('[')) {
      const index = valueExpression(c);
      c.expect(']');
      value = { kind: 'subscript', base: value, index, position };
    } else if (c.is('.') && c.isName(1)) {
      c.take();
      const field = c.name();
      value =
        value.kind === 'name'
          ? { kind: 'name', parts: [...value.parts, field], position }
          : { kind: 'dereference', base: value, field, position };
    } else return value;
  }
}

function alone(c: Cursor, position: SqlPosition): Expression {
  const { token } = c;
  switch (token.kind) {
    case 'string':
      return { kind: 'string', value: c.string(), position };
    case 'integer':
    case 'decimal':
    case 'double':
      return number(c, '', position);
    case 'binary':
      c.take();
      return { kind: 'binary', hex: token.text.slice(2, -1).replace(/\s/g, ''), position };
    case 'symbol':
      return symbol(c, token, position);
    case 'quoted':
      return named(c, position);
    case 'word':
      return special(c, token, position) ?? named(c, position);
    default:
      return c.fail();
  }
}

function number(c: Cursor, sign: '' | '-', position: SqlPosition): Expression {
  const { kind, text } = c.take();
  if (kind !== 'integer' && kind !== 'decimal' && kind !== 'double') return c.decline();
  return { kind: 'number', form: kind, text: sign + text.replace(/_/g, ''), position };
}

function symbol(c: Cursor, token: Token, position: SqlPosition): Expression {
  if (token.key === '(') return inParentheses(c, position);
  if (token.key !== '-' && token.key !== '?') c.fail();
  c.take();
  if (token.key === '-') return number(c, '-', position);
  // The statement numbers the parameters once the tree is whole: until then it is known by its place in the text.
  return { kind: 'parameter', index: token.start, position };
}

/** A subquery, the parameters of a lambda, a row, or an expression in parentheses. */
function inParentheses(c: Cursor, position: SqlPosition): Expression {
  if (c.behindBracket().key === '->') {
    c.take();
    const parameters = c.is(')') ? [] : c.list(() => c.name());
    c.expect(')', '->');
    return { kind: 'lambda', parameters, body: expression(c), position };
  }
  if (c.startsQuery(1)) return { kind: 'scalar subquery', query: queryInParentheses(c), position };
  c.take();
  const seed = c.opensQuery() ? subqueryOrSeed(c, 'query') : undefined;
  if (seed?.kind === 'query') {
    c.expect(')');
    return { kind: 'scalar subquery', query: seed, position };
  }
  const first = expression(c, seed);
  if (c.accept(')')) return first;
  const items = [first];
  while (c.accept(',')) items.push(expression(c));
  c.expect(')');
  return { kind: 'row', items, position };
}

/** Values that start with a keyword; undefined where the word is a name like others. */
function special(c: Cursor, { key }: Token, position: SqlPosition): Expression | undefined {
  switch (key) {
    case 'NULL':
      c.take();
      return { kind: 'null', position };
    case 'TRUE':
    case 'FALSE':
      c.take();
      return { kind: 'boolean', value: key === 'TRUE', position };
    case 'INTERVAL':
      return interval(c);
    case 'DOUBLE':
      if (c.peek(1).key !== 'PRECISION' || c.peek(2).kind !== 'string') return undefined;
      c.expect('DOUBLE', 'PRECISION');
      return { kind: 'typed literal', type: 'double', text: c.string(), position };
    case 'ARRAY': {
      if (!c.accept('ARRAY', '[')) return undefined;
      const items = c.is(']') ? [] : c.list(() => expression(c));
      c.expect(']');
      return { kind: 'array', items, position };
    }
    case 'ROW':
      if (!c.is('ROW', '(') || c.peek(2).key === ')') return undefined;
      c.take();
      return { kind: 'row', items: c.parenthesized(() => expression(c)), position };
    case 'EXISTS':
      c.take();
      return { kind: 'exists', query: queryInParentheses(c), position };
    case 'CASE':
      return caseOf(c, position);
    case 'CAST':
    case 'TRY_CAST': {
      if (!c.is(key, '(')) return undefined;
      c.expect(key, '(');
      const operand = expression(c);
      c.expect('AS');
      const type = typeOf(c);
      c.expect(')');
      return { kind: 'cast', operand, type, lenient: key === 'TRY_CAST', position };
    }
    default:
      return wordCall(c, key, position);
  }
}

function caseOf(c: Cursor, position: SqlPosition): Expression {
  c.take();
  const operand = c.is('WHEN') ? undefined : expression(c);
  const branches: { when: Expression; result: Expression }[] = [];
  while (c.accept('WHEN')) {
    const when = expression(c);
    c.expect('THEN');
    branches.push({ when, result: expression(c) });
  }
  if (branches.length === 0) c.decline();
  const otherwise = c.accept('ELSE') ? expression(c) : undefined;
  c.expect('END');
  return { kind: 'case', operand, branches, otherwise, position };
}

/** A name and what may follow one: a literal of that type, a lambda's body, arguments. */
function named(c: Cursor, position: SqlPosition): Expression {
  const next = c.peek(1);
  if (next.key === '(') return call(c, position);
  const name = c.name();
  if (next.kind === 'string') return { kind: 'typed literal', type: name.toLowerCase(), text: c.string(), position };
  if (c.accept('->')) return { kind: 'lambda', parameters: [name], body: expression(c), position };
  // A measure of a row pattern, or a mistake.
  if (next.key === 'OVER' && (c.isName(1) || c.peek(1).key === '(')) return c.decline();
  return { kind: 'name', parts: [name], position };
}
