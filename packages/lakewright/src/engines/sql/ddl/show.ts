import type { Cursor } from './cursor';
import type { Show } from './statement';

/** After `SHOW`. Patterns are Hive's: `'ev*|x'`, or a LIKE-less regular expression; see `matchesPattern`. */
export function show(cursor: Cursor): Show {
  const statement = showWhat(cursor);
  cursor.end();
  return statement;
}

function showWhat(cursor: Cursor): Show {
  switch (
    cursor.expectOneOf('DATABASES', 'SCHEMAS', 'TABLES', 'VIEWS', 'COLUMNS', 'PARTITIONS', 'TBLPROPERTIES', 'CREATE')
  ) {
    case 'DATABASES':
    case 'SCHEMAS':
      return { kind: 'show', what: 'databases', ...pattern(cursor) };
    case 'TABLES':
      return { kind: 'show', what: 'tables', ...inDatabase(cursor), ...pattern(cursor) };
    case 'VIEWS':
      return { kind: 'show', what: 'views', ...inDatabase(cursor), ...pattern(cursor) };
    case 'COLUMNS': {
      cursor.expectOneOf('IN', 'FROM');
      const { name, database } = cursor.name();
      // `SHOW COLUMNS IN table IN database`
      const second = cursor.acceptOneOf('IN', 'FROM') ? cursor.identifier() : undefined;
      const inside = second ?? database;
      return { kind: 'show', what: 'columns', table: { name, ...(inside && { database: inside }) } };
    }
    case 'PARTITIONS': {
      const table = cursor.name();
      return {
        kind: 'show',
        what: 'partitions',
        table,
        ...(cursor.accept('PARTITION') && { terms: cursor.partitionTerms() }),
      };
    }
    case 'TBLPROPERTIES': {
      const table = cursor.name();
      return {
        kind: 'show',
        what: 'properties',
        table,
        ...(cursor.looksAt('(') && { property: cursor.list(() => cursor.string())[0] as string }),
      };
    }
    default:
      if (cursor.accept('VIEW')) return { kind: 'show', what: 'create view', table: cursor.name(true) };
      cursor.expect('TABLE');
      return { kind: 'show', what: 'create table', table: cursor.name() };
  }
}

function inDatabase(cursor: Cursor): { database?: string } {
  return cursor.acceptOneOf('IN', 'FROM') ? { database: cursor.identifier(true) } : {};
}

function pattern(cursor: Cursor): { pattern?: string } {
  if (cursor.accept('LIKE')) return { pattern: cursor.string() };
  const text = cursor.acceptString();
  return text === undefined ? {} : { pattern: text };
}

/** Hive's patterns: `*` is any text, `|` separates choices, all else is a regular expression; case doesn't matter. */
export function matchesPattern(name: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  return pattern.split('|').some((choice) => {
    try {
      return new RegExp(`^(?:${choice.trim().replace(/(?<!\.)\*/g, '.*')})$`, 'i').test(name);
    } catch {
      return false;
    }
  });
}
