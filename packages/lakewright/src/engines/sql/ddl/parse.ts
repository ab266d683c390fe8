import { NotCoveredError } from '../errors';
import { alterTable } from './alter-table';
import { createTable } from './create-table';
import { Cursor } from './cursor';
import { show } from './show';
import type { CreateDatabase, DdlStatement } from './statement';
import { positionOf, type Token, tokenize } from './tokens';

type Parsed = DdlStatement extends infer S ? (S extends DdlStatement ? Omit<S, 'position'> : never) : never;

/**
 * Athena's DDL, which is Hive's with additions: databases, external tables, partitions, SHOW, DESCRIBE, OPTIMIZE, VACUUM.
 *
 * A parser of our own: the Hive grammar at hand refuses what Athena takes (columns named `time` or `timestamp` without
 * back quotes, Iceberg transforms, `SHOW COLUMNS IN db.t`, `SHOW CREATE VIEW`, VACUUM). Clauses keep Hive's order.
 *
 * @returns undefined for a statement of the query language (SELECT, INSERT, CREATE TABLE AS, CREATE VIEW, UNLOAD …)
 * @see https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
 */
export function parseDdl(sql: string): DdlStatement | undefined {
  const tokens = tokenizeStart(sql);
  if (!tokens || !isDdl(tokens)) return undefined;
  const cursor = new Cursor(sql);
  const position = positionOf(sql, cursor.peek().start);
  return { position, ...statement(cursor) } as DdlStatement;
}

/** Query text may hold what this tokenizer doesn't know: then it's no DDL. */
function tokenizeStart(sql: string): Token[] | undefined {
  try {
    return tokenize(sql);
  } catch (error) {
    if (/^\s*(?:ALTER|MSCK|SHOW|DESC|DROP|CREATE\s+EXTERNAL)/i.test(sql)) throw error;
    return undefined;
  }
}

const words = (tokens: readonly Token[], count: number): string[] =>
  tokens.slice(0, count).map((token) => (token.kind === 'word' ? token.raw.toUpperCase() : ''));

function isDdl(tokens: readonly Token[]): boolean {
  const [first, second] = words(tokens, 2);
  switch (first) {
    case 'CREATE':
      if (second === 'TABLE') return !isTableAsQuery(tokens);
      return second === 'EXTERNAL' || second === 'DATABASE' || second === 'SCHEMA';
    case 'ALTER':
    case 'DROP':
    case 'MSCK':
    case 'SHOW':
    case 'DESCRIBE':
    case 'DESC':
    case 'OPTIMIZE':
    case 'VACUUM':
      return true;
    default:
      return false;
  }
}

/** `CREATE TABLE t [WITH (…)] AS query`: an AS outside of parentheses that isn't `STORED AS` or `NULL DEFINED AS`. */
function isTableAsQuery(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.some((token, index) => {
    if (token.raw === '(') depth++;
    if (token.raw === ')') depth--;
    const before = tokens[index - 1]?.raw.toUpperCase();
    return (
      depth === 0 && token.kind === 'word' && /^as$/i.test(token.raw) && before !== 'STORED' && before !== 'DEFINED'
    );
  });
}

function statement(cursor: Cursor): Parsed {
  switch (cursor.expectOneOf('CREATE', 'ALTER', 'DROP', 'MSCK', 'SHOW', 'DESCRIBE', 'DESC', 'OPTIMIZE', 'VACUUM')) {
    case 'CREATE':
      if (cursor.accept('EXTERNAL TABLE')) return createTable(cursor, true);
      if (cursor.accept('TABLE')) return createTable(cursor, false);
      cursor.expectOneOf('DATABASE', 'SCHEMA');
      return createDatabase(cursor);
    case 'ALTER':
      if (cursor.accept('TABLE')) return alterTable(cursor);
      cursor.expectOneOf('DATABASE', 'SCHEMA');
      return alterDatabase(cursor);
    case 'DROP':
      return drop(cursor);
    case 'MSCK': {
      cursor.expect('REPAIR TABLE');
      const table = cursor.name();
      cursor.end();
      return { kind: 'repair table', table };
    }
    case 'SHOW':
      return show(cursor);
    case 'OPTIMIZE': {
      const table = cursor.name();
      cursor.expect('REWRITE DATA USING BIN_PACK');
      if (cursor.accept('WHERE')) {
        throw new NotCoveredError('OPTIMIZE … WHERE', undefined, 'without WHERE the whole table is rewritten');
      }
      cursor.end();
      return { kind: 'optimize', table };
    }
    case 'VACUUM': {
      const table = cursor.name();
      cursor.end();
      return { kind: 'vacuum', table };
    }
    default:
      return describe(cursor);
  }
}

function createDatabase(cursor: Cursor): CreateDatabase {
  const ifNotExists = cursor.accept('IF NOT EXISTS');
  const database = cursor.name(true).name;
  const comment = cursor.accept('COMMENT') ? cursor.string() : undefined;
  const location = cursor.accept('LOCATION') ? cursor.string() : undefined;
  const properties = cursor.accept('WITH DBPROPERTIES') ? cursor.properties() : {};
  cursor.end();
  return {
    kind: 'create database',
    database,
    ifNotExists,
    ...(comment !== undefined && { comment }),
    ...(location !== undefined && { location }),
    properties,
  };
}

function alterDatabase(cursor: Cursor): Parsed {
  const database = cursor.name().name;
  cursor.expect('SET DBPROPERTIES');
  const properties = cursor.properties();
  cursor.end();
  return { kind: 'alter database', database, properties };
}

function drop(cursor: Cursor): Parsed {
  const what = cursor.expectOneOf('DATABASE', 'SCHEMA', 'TABLE', 'VIEW');
  const ifExists = cursor.accept('IF EXISTS');
  if (what === 'DATABASE' || what === 'SCHEMA') {
    const database = cursor.name(true).name;
    const cascade = cursor.acceptOneOf('CASCADE', 'RESTRICT') === 'CASCADE';
    cursor.end();
    return { kind: 'drop database', database, ifExists, cascade };
  }
  // DROP VIEW is Trino's, with its double quotes; DROP TABLE is Hive's.
  const table = cursor.name(what === 'VIEW');
  cursor.accept('PURGE');
  cursor.end();
  return { kind: what === 'VIEW' ? 'drop view' : 'drop table', table, ifExists };
}

function describe(cursor: Cursor): Parsed {
  // DESCRIBE VIEW v, and DESCRIBE view for a table of that name.
  if (cursor.looksAt('VIEW') && cursor.peek(1).kind !== 'end' && cursor.peek(1).raw !== '.') cursor.next();
  const detail = cursor.acceptOneOf('EXTENDED', 'FORMATTED')?.toLowerCase() as 'extended' | 'formatted' | undefined;
  const table = cursor.name(true);
  const partition = cursor.accept('PARTITION') ? cursor.partitionTerms() : undefined;
  const column = cursor.peek().kind === 'end' ? undefined : cursor.identifier();
  cursor.end();
  return {
    kind: 'describe',
    table,
    ...(detail && { detail }),
    ...(partition && { partition }),
    ...(column && { column }),
  };
}
