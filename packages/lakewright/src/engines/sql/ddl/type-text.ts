import { SqlError } from '../errors';
import { parseHiveType } from '../types/hive';
import type { Cursor } from './cursor';
import { positionOf } from './tokens';

/** Reads a Hive type and gives its text as the Glue Data Catalog keeps it: `struct<a:int,b:array<string>>`. */
export function readType(cursor: Cursor): string {
  const start = cursor.peek();
  const text = type(cursor);
  try {
    parseHiveType(text);
  } catch {
    throw new SqlError('SYNTAX_ERROR', `unknown type '${text}'`, positionOf(cursor.sql, start.start));
  }
  return text;
}

function type(cursor: Cursor): string {
  const name = cursor.identifier();
  switch (name) {
    case 'array': {
      cursor.expect('<');
      const element = type(cursor);
      cursor.expect('>');
      return `array<${element}>`;
    }
    case 'map': {
      cursor.expect('<');
      const key = type(cursor);
      cursor.expect(',');
      const value = type(cursor);
      cursor.expect('>');
      return `map<${key},${value}>`;
    }
    case 'struct':
      return `struct<${fields(cursor).join(',')}>`;
    case 'double':
      cursor.accept('PRECISION');
      return 'double';
    case 'integer':
      return 'int';
    case 'decimal':
    case 'numeric':
    case 'dec': {
      const [precision = '10', scale = '0'] = lengths(cursor) ?? [];
      return `decimal(${precision},${scale})`;
    }
    case 'timestamp':
      return cursor.accept('WITH LOCAL TIME ZONE') ? 'timestamp with local time zone' : 'timestamp';
    default: {
      const sizes = lengths(cursor);
      return sizes ? `${name}(${sizes.join(',')})` : name;
    }
  }
}

function fields(cursor: Cursor): string[] {
  const list: string[] = [];
  cursor.expect('<');
  do {
    const name = cursor.identifier();
    cursor.expect(':');
    list.push(`${name}:${type(cursor)}`);
    if (cursor.accept('COMMENT')) cursor.string();
  } while (cursor.accept(','));
  cursor.expect('>');
  return list;
}

/** `(10, 2)` → its numbers; `(10)` of a decimal means scale 0. */
function lengths(cursor: Cursor): string[] | undefined {
  if (!cursor.looksAt('(')) return undefined;
  const numbers = cursor.list(() => {
    if (cursor.peek().kind !== 'number') cursor.unexpected('<integer>');
    return cursor.next().text;
  });
  return numbers;
}
