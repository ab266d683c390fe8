import { SqlError } from '../errors';
import type { Expression, Join, Relation } from './ast';
import { booleanExpression, toExpression, valueExpression } from './expressions';
import { identifier, qualifiedName } from './literals';
import { toQuery } from './queries';
import type { TreeNode } from './tree';

/** The `relation` rule. */
export function toRelation(node: TreeNode): Relation {
  switch (node.kind) {
    case 'RelationDefault':
      return sampledRelation(node.child('sampledRelation'));
    case 'SampledRelation':
      return sampledRelation(node);
    case 'JoinRelation':
      return join(node);
    default:
      return node.notCovered(node.kind);
  }
}

function join(node: TreeNode): Join {
  const base = {
    kind: 'join' as const,
    left: toRelation(node.labelled('left')),
    right: toRelation(node.maybeLabelled('right') ?? node.labelled('rightRelation')),
    position: node.position,
  };
  if (node.has('KW_CROSS')) return { ...base, type: 'CROSS' };
  if (node.has('KW_NATURAL')) throw new SqlError('NOT_SUPPORTED', 'Natural join not supported', node.position);
  const kind = node.maybe('joinType');
  const type = kind?.has('KW_LEFT')
    ? 'LEFT'
    : kind?.has('KW_RIGHT')
      ? 'RIGHT'
      : kind?.has('KW_FULL')
        ? 'FULL'
        : 'INNER';
  const criteria = node.child('joinCriteria');
  if (criteria.has('KW_USING')) return { ...base, type, using: criteria.all('identifier').map(identifier) };
  return { ...base, type, on: joinCondition(criteria) };
}

/** The grammar parses `ON a.x = b.y` as a rule of its own beside the general condition. */
function joinCondition(criteria: TreeNode): Expression {
  const condition = criteria.maybe('booleanExpression');
  if (condition) return booleanExpression(condition);
  const equality = criteria.child('joinColumnEquality');
  const [left, right] = (['left', 'right'] as const).map((side): Expression => {
    const reference = equality.labelled(side);
    const table = reference.maybe('identifier');
    const column = qualifiedName(reference.child('columnName'));
    return {
      kind: 'name',
      parts: table ? [identifier(table), ...column] : column,
      position: reference.position,
    };
  });
  if (!left || !right) return equality.notCovered('join condition');
  return { kind: 'comparison', operator: '=', left, right, position: equality.positionOf('EQ') };
}

function sampledRelation(node: TreeNode): Relation {
  const relation = patternRecognition(node.child('patternRecognition'));
  if (!node.has('KW_TABLESAMPLE')) return relation;
  return {
    kind: 'sample',
    relation,
    method: node.child('sampleType').has('KW_SYSTEM') ? 'SYSTEM' : 'BERNOULLI',
    percentage: toExpression(node.labelled('percentage')),
    position: node.position,
  };
}

function patternRecognition(pattern: TreeNode): Relation {
  if (pattern.has('KW_MATCH_RECOGNIZE')) pattern.notCovered('MATCH_RECOGNIZE');
  const aliased = pattern.child('aliasedRelation');
  const relation = relationPrimary(aliased.child('relationPrimary'));
  const name = aliased.maybe('identifier');
  if (!name) return relation;
  return {
    kind: 'alias',
    relation,
    name: identifier(name),
    columns: aliased.maybe('columnAliases')?.all('identifier').map(identifier),
    position: aliased.position,
  };
}

function relationPrimary(node: TreeNode): Relation {
  switch (node.kind) {
    case 'TableName': {
      const period = node.maybe('queryPeriod');
      const name = node.child('tableOrViewName');
      return {
        kind: 'table',
        name: qualifiedName(name.maybe('tableRef') ?? name.child('viewRef')),
        ...(period && {
          asOf: {
            kind: period.child('rangeType').has('KW_VERSION') ? ('version' as const) : ('timestamp' as const),
            value: valueExpression(period.child('valueExpression')),
          },
        }),
        position: node.position,
      };
    }
    case 'ParenthesizedRelation':
      return toRelation(node.child('relation'));
    case 'ExpressionSourceTable':
      return relationSource(node.child('relationSourceTable'));
    default:
      return node.notCovered(`relation ${node.kind}`);
  }
}

function relationSource(node: TreeNode): Relation {
  const { position } = node;
  switch (node.kind) {
    case 'SubqueryRelation':
      return { kind: 'subquery', query: toQuery(node.child('query')), lateral: false, position };
    case 'Lateral':
      return { kind: 'subquery', query: toQuery(node.child('query')), lateral: true, position };
    case 'Unnest':
      return {
        kind: 'unnest',
        expressions: node.all('expression').map(toExpression),
        withOrdinality: node.has('KW_ORDINALITY'),
        position,
      };
    case 'TableFunctionInvocation':
      return tableFunction(node.child('tableFunctionCall'));
    default:
      return node.notCovered(`relation ${node.kind}`);
  }
}

function tableFunction(node: TreeNode): Relation {
  const name = qualifiedName(node.child('functionName').child('qualifiedName')).map((part) => part.toLowerCase());
  const builtin = name.length === 1 || name.slice(0, -1).join('.') === 'system.builtin';
  const args = node.all('tableFunctionArgument');
  return {
    kind: 'table function',
    name: (builtin ? name.slice(-1) : name).join('.'),
    args: args.map((argument) => {
      const [label, value] = [argument.maybe('identifier'), argument.maybe('expression')];
      return { name: label && identifier(label), value: value && toExpression(value) };
    }),
    argumentsPosition: (args[0] ?? node).position,
    position: node.position,
  };
}
