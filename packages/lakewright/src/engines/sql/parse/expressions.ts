import type { ComparisonOperator, Expression, Name, SortItem } from './ast';
import { functionLike } from './calls';
import { identifier, intervalLiteral, numberLiteral, qualifiedName, stringText } from './literals';
import { toQuery } from './queries';
import type { TreeNode } from './tree';
import { typeOf } from './types';

/** The `expression` rule. */
export function toExpression(node: TreeNode): Expression {
  return booleanExpression(node.child('booleanExpression'));
}

/** The `booleanExpression` rule. */
export function booleanExpression(node: TreeNode): Expression {
  const { position } = node;
  switch (node.kind) {
    case 'LogicalNot':
      return { kind: 'not', operand: booleanExpression(node.child('booleanExpression')), position };
    case 'And':
    case 'Or':
      return {
        kind: 'logical',
        operator: node.kind === 'And' ? 'AND' : 'OR',
        terms: flatten(node, node.kind).map(booleanExpression),
        position,
      };
    case 'Predicated': {
      const operand = valueExpression(node.child('valueExpression'));
      const predicate = node.maybe('predicate');
      return predicate ? toPredicate(operand, predicate) : operand;
    }
    default:
      return node.notCovered(node.kind);
  }
}

/** `a AND b AND c` nests to the left: long chains must not recurse. */
function flatten(node: TreeNode, kind: string): TreeNode[] {
  const terms: TreeNode[] = [];
  let current = node;
  while (current.kind === kind) {
    const [left, right] = current.all('booleanExpression');
    if (!left || !right) break;
    terms.unshift(right);
    current = left;
  }
  return [current, ...terms];
}

function toPredicate(operand: Expression, node: TreeNode): Expression {
  const { position } = node;
  const negated = node.has('KW_NOT');
  const result = (expression: Expression): Expression =>
    negated ? { kind: 'not', operand: expression, position } : expression;
  switch (node.kind) {
    case 'Comparison': {
      const operator = node.child('comparisonOperator');
      return {
        kind: 'comparison',
        operator: comparisonOperator(operator),
        left: operand,
        right: valueExpression(node.labelled('right')),
        position: operator.position,
      };
    }
    case 'QuantifiedComparison':
      return {
        kind: 'quantified comparison',
        operator: comparisonOperator(node.child('comparisonOperator')),
        quantifier: node.child('comparisonQuantifier').text.toUpperCase() === 'ALL' ? 'ALL' : 'ANY',
        left: operand,
        query: toQuery(node.child('query')),
        position: node.child('comparisonOperator').position,
      };
    case 'Between':
      return result({
        kind: 'between',
        operand,
        low: valueExpression(node.labelled('lower')),
        high: valueExpression(node.labelled('upper')),
        position,
      });
    case 'InList':
      return result({ kind: 'in list', operand, list: node.all('expression').map(toExpression), position });
    case 'InSubquery':
      return result({ kind: 'in subquery', operand, query: toQuery(node.child('query')), position });
    case 'Like': {
      const escaped = node.maybeLabelled('escape');
      return result({
        kind: 'like',
        operand,
        pattern: valueExpression(node.labelled('pattern')),
        escape: escaped && valueExpression(escaped),
        position,
      });
    }
    case 'NullPredicate':
      return result({ kind: 'is null', operand, position });
    case 'DistinctFrom':
      return result({ kind: 'distinct from', left: operand, right: valueExpression(node.labelled('right')), position });
    default:
      return node.notCovered(node.kind);
  }
}

function comparisonOperator(node: TreeNode): ComparisonOperator {
  return node.text === '!=' ? '<>' : (node.text as ComparisonOperator);
}

/** The `valueExpression` rule. */
export function valueExpression(node: TreeNode): Expression {
  switch (node.kind) {
    case 'ValueExpressionDefault':
      return primaryExpression(node.child('primaryExpression'));
    case 'ArithmeticBinary':
      return {
        kind: 'arithmetic',
        operator: node.token('operator') as '+' | '-' | '*' | '/' | '%',
        left: valueExpression(node.labelled('left')),
        right: valueExpression(node.labelled('right')),
        position: node.tokenPosition('operator'),
      };
    case 'ArithmeticUnary':
      return {
        kind: 'sign',
        operator: node.token('operator') as '+' | '-',
        operand: valueExpression(node.child('valueExpression')),
        position: node.position,
      };
    case 'Concatenation':
      return {
        kind: 'concatenation',
        left: valueExpression(node.labelled('left')),
        right: valueExpression(node.labelled('right')),
        position: node.positionOf('CONCAT'),
      };
    case 'AtTimeZone': {
      const zone = node.child('timeZoneSpecifier');
      return {
        kind: 'at time zone',
        operand: valueExpression(node.child('valueExpression')),
        zone:
          zone.kind === 'TimeZoneInterval'
            ? intervalLiteral(zone.child('interval'))
            : { kind: 'string', value: stringText(zone.child('string')), position: zone.position },
        position: node.positionOf('KW_AT'),
      };
    }
    default:
      return node.notCovered(node.kind);
  }
}

/** The `primaryExpression` rule. */
export function primaryExpression(node: TreeNode): Expression {
  const { position } = node;
  switch (node.kind) {
    case 'NullLiteral':
      return { kind: 'null', position };
    case 'BooleanLiteral':
      return { kind: 'boolean', value: node.text.toLowerCase() === 'true', position };
    case 'StringLiteral':
      return { kind: 'string', value: stringText(node.child('string')), position };
    case 'NumericLiteral':
      return numberLiteral(node.child('number'));
    case 'BinaryLiteral':
      return { kind: 'binary', hex: node.text.slice(2, -1).replace(/\s/g, ''), position };
    case 'IntervalLiteral':
      return intervalLiteral(node.child('interval'));
    case 'TypeConstructor': {
      const type = node.has('KW_DOUBLE') ? 'double' : identifier(node.child('identifier')).toLowerCase();
      return { kind: 'typed literal', type, text: stringText(node.child('string')), position };
    }
    case 'Parameter':
      // The statement numbers the parameters once the tree is whole: rules may be visited in any order.
      return { kind: 'parameter', index: node.range.start, position };
    case 'ColumnReference':
      return { kind: 'name', parts: qualifiedName(node.child('columnName')), position };
    case 'Dereference': {
      const base = primaryExpression(node.labelled('base'));
      const field = identifier(node.maybeLabelled('fieldName') ?? node.child('identifier'));
      return base.kind === 'name'
        ? { kind: 'name', parts: [...base.parts, field], position }
        : { kind: 'dereference', base, field, position };
    }
    case 'Subscript':
      return {
        kind: 'subscript',
        base: primaryExpression(node.labelled('value')),
        index: valueExpression(node.labelled('index')),
        position,
      };
    case 'ParenthesizedExpression':
      return toExpression(node.child('expression'));
    case 'RowConstructor':
      return { kind: 'row', items: node.all('expression').map(toExpression), position };
    case 'ArrayConstructor':
      return { kind: 'array', items: node.all('expression').map(toExpression), position };
    case 'Cast':
      return {
        kind: 'cast',
        operand: toExpression(node.child('expression')),
        type: typeOf(node.child('type')),
        lenient: node.has('KW_TRY_CAST'),
        position,
      };
    case 'SimpleCase':
    case 'SearchedCase': {
      const operand =
        node.kind === 'SimpleCase' ? (node.maybeLabelled('operand') ?? node.child('expression')) : undefined;
      const otherwise = node.maybeLabelled('elseExpression');
      return {
        kind: 'case',
        operand: operand && toExpression(operand),
        branches: node.all('whenClause').map((branch) => ({
          when: toExpression(branch.labelled('condition')),
          result: toExpression(branch.labelled('result')),
        })),
        otherwise: otherwise && toExpression(otherwise),
        position,
      };
    }
    case 'Lambda':
      return {
        kind: 'lambda',
        parameters: node.all('identifier').map(identifier),
        body: toExpression(node.child('expression')),
        position,
      };
    case 'SubqueryExpression':
      return { kind: 'scalar subquery', query: toQuery(node.child('query')), position };
    case 'Exists':
      return { kind: 'exists', query: toQuery(node.child('query')), position };
    default:
      return functionLike(node);
  }
}

export function columnReference(node: TreeNode): Name {
  return { kind: 'name', parts: qualifiedName(node), position: node.position };
}

export function sortItem(node: TreeNode): SortItem {
  const expression = node.maybe('expression');
  return {
    expression: expression ? toExpression(expression) : columnReference(node.child('columnRef')),
    descending: node.has('KW_DESC'),
    nullsFirst: node.has('KW_FIRST'),
  };
}
