import type { SqlPosition } from '../../errors';
import { VARCHAR } from '../../types/build';
import type { TrinoType } from '../../types/type';
import type { Expression, JsonBehaviour, JsonItem, JsonQuery, JsonQueryBehaviour } from '../ast';
import type { Cursor } from './cursor';
import { expression } from './expressions';
import { typeOf } from './types';

/** The SQL/JSON functions; undefined for another word. */
export function jsonCall(c: Cursor, word: string, position: SqlPosition): Expression | undefined {
  const reader = READERS[word];
  if (!reader) return undefined;
  c.expect(word, '(');
  const value = reader(c, position);
  c.expect(')');
  return value;
}

const READERS: Readonly<Record<string, (c: Cursor, position: SqlPosition) => Expression>> = {
  JSON_EXISTS: (c, position) => {
    const path = jsonPath(c);
    const behaviour = ['TRUE', 'FALSE', 'UNKNOWN', 'ERROR'].includes(c.token.key) ? c.take().key : undefined;
    if (behaviour !== undefined) c.expect('ON', 'ERROR');
    return { kind: 'json_exists', ...path, onError: (behaviour ?? 'FALSE') as 'FALSE', position };
  },
  JSON_VALUE: (c, position) => {
    const path = jsonPath(c);
    const type = c.accept('RETURNING') ? typeOf(c) : VARCHAR;
    const [onEmpty, onError] = behaviours<JsonBehaviour>(c, { kind: 'NULL' }, valueBehaviour);
    return { kind: 'json_value', ...path, type, onEmpty, onError, position };
  },
  JSON_QUERY: (c, position) => {
    const path = jsonPath(c);
    const type = returning(c);
    const wrapper = wrapperOf(c);
    const quotes = c.accept('KEEP', 'QUOTES') ? 'KEEP' : c.accept('OMIT', 'QUOTES') ? 'OMIT' : undefined;
    if (quotes && c.accept('ON')) c.expect('SCALAR', 'STRING');
    const [onEmpty, onError] = behaviours<JsonQueryBehaviour>(c, 'NULL', queryBehaviour);
    return { kind: 'json_query', ...path, wrapper, quotes, type, onEmpty, onError, position };
  },
  JSON_ARRAY: (c, position) => {
    const isEmpty = c.is(')') || c.is('RETURNING');
    const items = isEmpty ? [] : c.list(() => jsonItem(c));
    // Without ON NULL, arrays leave NULL out and objects keep it.
    const absentOnNull = isEmpty || onNull(c) !== 'NULL';
    return { kind: 'json_array', items, absentOnNull, type: returning(c), position };
  },
  JSON_OBJECT: (c, position) => {
    const isEmpty = c.is(')') || c.is('RETURNING');
    const members = isEmpty ? [] : c.list(() => member(c));
    const absentOnNull = !isEmpty && onNull(c) === 'ABSENT';
    const uniqueKeys = !isEmpty && c.accept('WITH', 'UNIQUE');
    if (uniqueKeys || (!isEmpty && c.accept('WITHOUT', 'UNIQUE'))) c.accept('KEYS');
    return { kind: 'json_object', members, absentOnNull, uniqueKeys, type: returning(c), position };
  },
};

function jsonPath(c: Cursor): Pick<JsonQuery, 'input' | 'path' | 'passing'> {
  const input = jsonItem(c);
  c.expect(',');
  const path = c.string();
  if (c.accept('AS')) c.name();
  return { input, path, passing: c.accept('PASSING') ? c.list(() => passed(c)) : [] };
}

function passed(c: Cursor): JsonItem & { readonly name: string } {
  const item = jsonItem(c);
  c.expect('AS');
  // A name without quotes is in capitals, as the path sees it.
  const isQuoted = c.token.kind === 'quoted';
  const name = c.name();
  return { ...item, name: isQuoted ? name : name.toUpperCase() };
}

function jsonItem(c: Cursor): JsonItem {
  const value = expression(c);
  // What the SQL/JSON functions give is JSON wherever another takes it.
  const isJson = ['json_query', 'json_array', 'json_object'].includes(value.kind);
  return { value, format: formatJson(c) || isJson };
}

function formatJson(c: Cursor): boolean {
  if (!c.accept('FORMAT')) return false;
  c.expect('JSON');
  return c.is('ENCODING') ? c.decline() : true;
}

function returning(c: Cursor): TrinoType | undefined {
  if (!c.accept('RETURNING')) return undefined;
  const type = typeOf(c);
  formatJson(c);
  return type;
}

/** Of `… ON EMPTY` and `… ON ERROR`, in that order. */
function behaviours<T>(c: Cursor, none: T, read: (c: Cursor) => T | undefined): [T, T] {
  let behaviour = read(c);
  let onEmpty = none;
  if (behaviour !== undefined && c.accept('ON', 'EMPTY')) {
    onEmpty = behaviour;
    behaviour = read(c);
  }
  if (behaviour === undefined) return [onEmpty, none];
  c.expect('ON', 'ERROR');
  return [onEmpty, behaviour];
}

function valueBehaviour(c: Cursor): JsonBehaviour | undefined {
  if (c.accept('ERROR')) return { kind: 'ERROR' };
  if (c.accept('NULL')) return { kind: 'NULL' };
  return c.accept('DEFAULT') ? { kind: 'DEFAULT', value: expression(c) } : undefined;
}

function queryBehaviour(c: Cursor): JsonQueryBehaviour | undefined {
  if (c.accept('ERROR')) return 'ERROR';
  if (c.accept('NULL')) return 'NULL';
  if (c.accept('EMPTY', 'ARRAY')) return 'EMPTY ARRAY';
  return c.accept('EMPTY', 'OBJECT') ? 'EMPTY OBJECT' : undefined;
}

function wrapperOf(c: Cursor): JsonQuery['wrapper'] {
  const isWithout = c.accept('WITHOUT');
  if (!isWithout && !c.accept('WITH')) return 'WITHOUT';
  const isConditional = !isWithout && c.accept('CONDITIONAL');
  if (!isWithout && !isConditional) c.accept('UNCONDITIONAL');
  c.accept('ARRAY');
  c.expect('WRAPPER');
  return isWithout ? 'WITHOUT' : isConditional ? 'CONDITIONAL' : 'UNCONDITIONAL';
}

function onNull(c: Cursor): 'NULL' | 'ABSENT' | undefined {
  if (c.accept('NULL', 'ON', 'NULL')) return 'NULL';
  return c.accept('ABSENT', 'ON', 'NULL') ? 'ABSENT' : undefined;
}

function member(c: Cursor): JsonItem & { readonly key: Expression } {
  // KEY may be the name of a column.
  if (c.is('KEY') && c.peek(1).kind === 'symbol' && c.peek(1).key !== ':') c.decline();
  const hasKeyWord = c.is('KEY') && c.peek(1).key !== ':' && c.peek(1).key !== 'VALUE';
  if (hasKeyWord) c.take();
  else if (c.is('KEY', 'VALUE', 'VALUE')) c.decline();
  const key = expression(c);
  if (hasKeyWord || !c.accept(':')) c.expect('VALUE');
  return { key, ...jsonItem(c) };
}
