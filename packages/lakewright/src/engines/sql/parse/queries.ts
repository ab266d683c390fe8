import { SqlError } from '../errors';
import type { GroupingElement, Query, QueryBody, RowCount, Select, SelectItem } from './ast';
import { windowSpec } from './calls';
import { booleanExpression, columnReference, primaryExpression, sortItem, toExpression } from './expressions';
import { identifier, qualifiedName } from './literals';
import { toRelation } from './relations';
import type { TreeNode } from './tree';

/** The `query` rule: WITH and all that follows. */
export function toQuery(node: TreeNode): Query {
  const query = queryWithoutWith(node.child('queryNoWith'));
  const clause = node.maybe('with');
  if (!clause) return query;
  return {
    ...query,
    position: node.position,
    with: {
      recursive: clause.has('KW_RECURSIVE'),
      items: clause.all('namedQuery').map((item) => ({
        name: identifier(item.child('identifier')),
        columns: item.maybe('columnAliases')?.all('identifier').map(identifier),
        query: toQuery(item.child('query')),
        position: item.position,
      })),
    },
  };
}

/** The `rootQuery` rule. */
export function rootQuery(node: TreeNode): Query {
  if (node.maybe('withFunction')) node.notCovered('inline functions (WITH FUNCTION)');
  return toQuery(node.child('query'));
}

function queryWithoutWith(node: TreeNode): Query {
  const offset = node.maybeLabelled('offset');
  return {
    kind: 'query',
    body: queryTerm(node.child('queryTerm')),
    orderBy: node.all('sortItem').map(sortItem),
    offset: offset && rowCount(offset),
    limit: limitOf(node),
    fetch: node.has('KW_FETCH') ? { withTies: node.has('KW_TIES'), position: node.positionOf('KW_FETCH') } : undefined,
    position: node.position,
  };
}

function limitOf(node: TreeNode): RowCount | undefined {
  const limit = node.maybeLabelled('limit');
  if (limit) return limit.has('KW_ALL') ? undefined : rowCount(limit.maybe('rowCount') ?? limit);
  if (!node.has('KW_FETCH')) return undefined;
  const count = node.maybeLabelled('fetchFirst');
  return count ? rowCount(count) : { kind: 'count', value: '1', position: node.position };
}

const MAX_COUNT = 2n ** 63n - 1n;

function rowCount(node: TreeNode): RowCount {
  if (node.text === '?') return { kind: 'parameter', index: node.range.start, position: node.position };
  if (!/^\d+$/.test(node.text)) node.notCovered(`row count ${node.text}`);
  if (BigInt(node.text) > MAX_COUNT) {
    throw new SqlError('SYNTAX_ERROR', `Invalid numeric literal: ${node.text}`, node.position);
  }
  return { kind: 'count', value: node.text, position: node.position };
}

function queryTerm(node: TreeNode): QueryBody {
  switch (node.kind) {
    case 'QueryTermDefault':
      return queryPrimary(node.child('queryPrimary'));
    case 'SetOperation':
      return {
        kind: 'set operation',
        operator: node.token('operator') as 'UNION' | 'INTERSECT' | 'EXCEPT',
        all: node.maybe('setQuantifier')?.has('KW_ALL') ?? false,
        left: queryTerm(node.labelled('left')),
        right: queryTerm(node.labelled('right')),
        position: node.position,
      };
    default:
      return node.notCovered(node.kind);
  }
}

function queryPrimary(node: TreeNode): QueryBody {
  switch (node.kind) {
    case 'QueryPrimaryDefault':
      return select(node.child('querySpecification'));
    case 'Table':
      return { kind: 'table query', name: qualifiedName(node.child('tableRef')), position: node.position };
    case 'InlineTable':
      return { kind: 'values', rows: node.all('expression').map(toExpression), position: node.position };
    case 'Subquery':
      return queryWithoutWith(node.child('queryNoWith'));
    default:
      return node.notCovered(node.kind);
  }
}

function select(node: TreeNode): Select {
  const where = node.maybe('whereClause');
  const having = node.maybe('havingClause');
  const groupBy = node.maybe('groupBy');
  return {
    kind: 'select',
    distinct: node.maybe('setQuantifier')?.has('KW_DISTINCT') ?? false,
    items: node.child('selectList').all('selectItem').map(selectItem),
    from: node.all('relation').map(toRelation),
    where: where && booleanExpression(where.child('booleanExpression')),
    groupBy: groupBy?.all('groupingElement').map(groupingElement),
    distinctGroups: groupBy?.maybe('setQuantifier')?.has('KW_DISTINCT') ?? false,
    having: having && booleanExpression(having.child('booleanExpression')),
    windows: node.all('windowDefinition').map((definition) => ({
      name: identifier(definition.child('identifier')),
      spec: windowSpec(definition.child('windowSpecification')),
      position: definition.position,
    })),
    position: node.position,
  };
}

function selectItem(node: TreeNode): SelectItem {
  const { position } = node;
  const all = node.maybe('tableAllColumns');
  if (all) {
    const aliases = node.maybe('columnAliases')?.all('identifier').map(identifier);
    return { kind: 'star', of: primaryExpression(all.child('primaryExpression')), aliases, position };
  }
  if (node.text === '*' || node.maybe('selectAllWithoutTable')) return { kind: 'star', position };
  const literal = node.maybe('selectLiteralColumnName');
  const expression = literal
    ? columnReference(literal.child('columnRef'))
    : toExpression(node.child('selectExpressionColumnName').child('expression'));
  const alias = node.maybe('identifier');
  return { kind: 'expression', expression, alias: alias && identifier(alias) };
}

function groupingElement(node: TreeNode): GroupingElement {
  const sets = () => node.all('groupingSet').map(groupingSet);
  switch (node.kind) {
    case 'SingleGroupingSet':
      return { kind: 'simple', terms: groupingSet(node.child('groupingSet')) };
    case 'Rollup':
      return { kind: 'rollup', sets: sets() };
    case 'Cube':
      return { kind: 'cube', sets: sets() };
    case 'MultipleGroupingSets':
      return { kind: 'sets', sets: sets() };
    default:
      return node.notCovered(node.kind);
  }
}

function groupingSet(node: TreeNode) {
  return node.all('groupingTerm').map((term) => {
    const expression = term.maybe('expression');
    return expression ? toExpression(expression) : columnReference(term.child('columnRef'));
  });
}
