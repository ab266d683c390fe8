import { SqlError } from '../errors';
import { parseTrinoTree } from './antlr';
import type { Expression, PropertyItem, Query, Statement } from './ast';
import { positionOf } from './direct/cursor';
import { readDirectly } from './direct/index';
import { checkNesting, MAX_GRAMMAR_DEPTH, nestingOf } from './nesting';
import { numberParameters, withoutParameters } from './parameters';
import { type RawStatement, toStatement } from './statements';
import { blankOutside, splitUnload } from './unload';

export type * from './ast';

const CACHE_SIZE = 500;
const cache = new Map<string, Statement>();

/**
 * Parses one statement of Athena's query language (queries and DML; DDL but CREATE TABLE AS and views is Hive's).
 *
 * The tree is immutable and kept for the {@link CACHE_SIZE} statements used last.
 *
 * @throws SqlError SYNTAX_ERROR with the position; NotCoveredError for what the grammar knows and this engine doesn't.
 */
export function parseStatement(text: string): Statement {
  const known = cache.get(text);
  if (known) {
    cache.delete(text);
    cache.set(text, known);
    return known;
  }
  const raw = parseUnload(text) ?? parseTrino(text);
  const statement = text.includes('?') ? numberParameters(raw) : withoutParameters(raw);
  cache.set(text, statement);
  if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value as string);
  return statement;
}

/** Parses a query alone, as a view's text holds it. */
export function parseQuery(text: string): Query {
  const statement = parseStatement(text);
  if (statement.kind !== 'query statement') {
    throw new SqlError('SYNTAX_ERROR', 'mismatched input. Expecting: <query>', statement.position);
  }
  return statement.query;
}

/** Parses an expression alone: an execution parameter. */
export function parseExpression(text: string): Expression {
  const query = parseQuery(`SELECT ${text}`);
  const item = query.body.kind === 'select' ? query.body.items[0] : undefined;
  const alone = query.body.kind === 'select' && query.body.items.length === 1 && query.body.from.length === 0;
  if (!alone || item?.kind !== 'expression' || item.alias !== undefined) {
    throw new SqlError('SYNTAX_ERROR', `not an expression: ${text}`, query.position);
  }
  return item.expression;
}

function parseTrino(text: string): RawStatement {
  const read = readDirectly(text);
  if (read.statement) return read.statement;
  const { mistake } = read;
  if (mistake && nestingOf(text) > MAX_GRAMMAR_DEPTH) {
    const found = mistake.kind === 'end' ? mistake.text : `'${mistake.text}'`;
    throw new SqlError('SYNTAX_ERROR', `mismatched input ${found}`, positionOf(mistake));
  }
  checkNesting(text);
  return parseByGrammar(text, mistake !== undefined && mistake.start > 0);
}

/** Parses by the grammar alone: what {@link readDirectly} reads must be the same. `isSuspect`: most likely wrong. */
export function parseByGrammar(text: string, isSuspect = false): RawStatement {
  const statement = parseTrinoTree(text, isSuspect).maybe('statement');
  if (!statement)
    throw new SqlError('SYNTAX_ERROR', "mismatched input ';'. Expecting: <query>", { line: 1, column: 1 });
  return toStatement(statement, text);
}

function parseUnload(text: string): RawStatement | undefined {
  const parts = splitUnload(text);
  if (!parts) return undefined;
  const query = parseTrino(blankOutside(text, parts.query));
  if (query.kind !== 'query statement') {
    throw new SqlError('SYNTAX_ERROR', 'UNLOAD takes a query in parentheses', query.position);
  }
  return {
    kind: 'unload',
    location: parts.location,
    properties: parts.properties ? unloadProperties(text.slice(parts.properties.start, parts.properties.end)) : [],
    query: query.query,
    position: parts.position,
  };
}

/** The properties have the form of CREATE TABLE AS: Trino's parser reads them in one. */
function unloadProperties(list: string): readonly PropertyItem[] {
  const statement = parseTrino(`CREATE TABLE t WITH (${list}) AS SELECT 1`);
  return statement.kind === 'create table as' ? statement.properties : [];
}
