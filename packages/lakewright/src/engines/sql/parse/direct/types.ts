import { array, DAY_TO_SECOND, DOUBLE, map, row, YEAR_TO_MONTH } from '../../types/build';
import { makeType, type TypeArgument } from '../../types/text';
import type { RowField, TrinoType } from '../../types/type';
import type { Cursor } from './cursor';
import { INTERVAL_FIELDS } from './words';

/** A type as CAST and RETURNING take it. */
export function typeOf(c: Cursor): TrinoType {
  let type = baseType(c);
  while (c.accept('ARRAY')) {
    if (c.accept('[')) {
      if (c.take().kind !== 'integer') c.decline();
      c.expect(']');
    }
    type = array(type);
  }
  return type;
}

function baseType(c: Cursor): TrinoType {
  const { position } = c;
  if (c.is('ROW', '(')) {
    c.take();
    return row(c.parenthesized(() => rowField(c)));
  }
  if (c.is('INTERVAL') && INTERVAL_FIELDS.has(c.peek(1).key)) return intervalType(c);
  if (c.is('TIMESTAMP') || c.is('TIME')) {
    const base = c.take().key;
    const precision = c.is('(') ? c.parenthesized(() => integer(c)) : [];
    if (precision.length > 1) c.decline();
    const isZoned = c.accept('WITH', 'TIME', 'ZONE');
    if (!isZoned) c.accept('WITHOUT', 'TIME', 'ZONE');
    return makeType(`${base}${isZoned ? ' with time zone' : ''}`, precision, position);
  }
  if (c.accept('DOUBLE', 'PRECISION')) return DOUBLE;
  if (c.accept('ARRAY', '<')) {
    const element = typeOf(c);
    c.expect('>');
    return array(element);
  }
  if (c.accept('MAP', '<')) {
    const key = typeOf(c);
    c.expect(',');
    const value = typeOf(c);
    c.expect('>');
    return map(key, value);
  }
  const name = c.name();
  return makeType(name, c.is('(') ? c.parenthesized(() => argument(c)) : [], position);
}

function intervalType(c: Cursor): TrinoType {
  c.take();
  const from = c.take().key;
  if (c.is('TO') && INTERVAL_FIELDS.has(c.peek(1).key)) c.accept('TO', c.peek(1).key);
  return from === 'YEAR' || from === 'MONTH' ? YEAR_TO_MONTH : DAY_TO_SECOND;
}

/** A type alone where one fits, otherwise a name and its type. */
function rowField(c: Cursor): RowField {
  if (!endsField(c, skipName(c))) return { name: c.name(), type: typeOf(c) };
  return { type: typeOf(c) };
}

/** Where a type that starts here ends, told by brackets alone; the index of the token behind it. */
function skipName(c: Cursor): number {
  if (c.is('DOUBLE', 'PRECISION')) return 2;
  if (c.is('INTERVAL') && INTERVAL_FIELDS.has(c.peek(1).key)) return c.is('INTERVAL', c.peek(1).key, 'TO') ? 4 : 2;
  let ahead = 1;
  if (c.peek(ahead).key === '(') ahead += (c.peek(ahead).closedBy ?? c.index) - c.index;
  else if (c.peek(ahead).key === '<') c.decline();
  return ahead;
}

function endsField(c: Cursor, ahead: number): boolean {
  let at = ahead;
  if (c.is('TIMESTAMP') || c.is('TIME')) {
    if (['WITH', 'WITHOUT'].includes(c.peek(at).key) && c.peek(at + 1).key === 'TIME') at += 3;
  }
  while (c.peek(at).key === 'ARRAY') at += c.peek(at + 1).key === '[' ? 4 : 1;
  return c.peek(at).key === ',' || c.peek(at).key === ')';
}

function argument(c: Cursor): TypeArgument {
  return c.token.kind === 'integer' ? integer(c) : typeOf(c);
}

function integer(c: Cursor): number {
  const { kind, text } = c.take();
  return kind === 'integer' ? Number(text) : c.decline();
}
