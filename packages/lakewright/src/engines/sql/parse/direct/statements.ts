import type { PropertyItem } from '../ast';
import type { RawStatement } from '../statements';
import type { Cursor } from './cursor';
import { expression } from './expressions';
import { query, queryInParentheses } from './queries';

/** One statement, to the end of the text: a query, INSERT, CREATE TABLE AS or CREATE VIEW. */
export function statement(c: Cursor): RawStatement {
  const raw = statementOf(c);
  c.accept(';');
  return c.token.kind === 'end' ? raw : c.fail();
}

function statementOf(c: Cursor): RawStatement {
  const { position } = c;
  if (c.accept('INSERT', 'INTO')) {
    const table = c.tableName();
    const columns = c.is('(') && !c.startsQuery(1) && !c.opensQuery() ? c.parenthesized(() => c.name()) : undefined;
    return { kind: 'insert', table, columns, query: query(c), position };
  }
  if (c.is('CREATE', 'TABLE')) return createTableAs(c);
  if (c.is('CREATE', 'VIEW') || c.is('CREATE', 'OR', 'REPLACE', 'VIEW')) return createView(c);
  return { kind: 'query statement', query: query(c), position };
}

function createTableAs(c: Cursor): RawStatement {
  const { position } = c;
  c.expect('CREATE', 'TABLE');
  const ifNotExists = c.accept('IF', 'NOT', 'EXISTS');
  const table = c.tableName();
  const columns = c.is('(') ? c.parenthesized(() => c.name()) : undefined;
  const comment = c.accept('COMMENT') ? c.string() : undefined;
  const properties = c.accept('WITH') ? c.parenthesized(() => property(c)) : [];
  c.expect('AS');
  const inner = c.is('(', 'WITH') ? queryInParentheses(c) : query(c);
  const withData = !c.accept('WITH', 'NO', 'DATA');
  if (withData) c.accept('WITH', 'DATA');
  return {
    kind: 'create table as',
    table,
    ifNotExists,
    columns,
    comment,
    properties,
    withData,
    query: inner,
    position,
  };
}

function createView(c: Cursor): RawStatement {
  const { position } = c;
  c.expect('CREATE');
  const orReplace = c.accept('OR', 'REPLACE');
  c.expect('VIEW');
  const view = c.tableName();
  const comment = c.accept('COMMENT') ? c.string() : undefined;
  const security = c.accept('SECURITY', 'INVOKER')
    ? 'INVOKER'
    : c.accept('SECURITY', 'DEFINER')
      ? 'DEFINER'
      : undefined;
  if (c.is('WITH')) c.decline();
  c.expect('AS');
  const first = c.token;
  const inner = query(c);
  return { kind: 'create view', view, orReplace, comment, security, query: inner, text: c.textSince(first), position };
}

function property(c: Cursor): PropertyItem {
  const { position } = c;
  const name = c.name().toLowerCase();
  c.expect('=');
  const value = c.position;
  if (c.is('DEFAULT') && [',', ')'].includes(c.peek(1).key)) {
    c.take();
    return { name, value: { kind: 'null', position: value }, position };
  }
  return { name, value: expression(c), position };
}
