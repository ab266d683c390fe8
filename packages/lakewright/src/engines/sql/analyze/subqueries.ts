import { SqlError, type SqlPosition } from '../errors';
import type * as ast from '../parse/ast';
import * as build from '../types/build';
import { commonSuperType, isComparable, isOrderable } from '../types/coercion';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { coerce } from './coerce';
import type { Context } from './context';
import { isPlannable, type SubqueryUse } from './correlation';
import { refuseFor } from './operators';
import { analyzeQuery } from './queries';
import type { Column, OutputField, Typed, TypedQuery } from './typed';

/** A query inside an expression, and the outer columns that it reads. */
function subquery(
  query: ast.Query,
  context: Context,
  position: SqlPosition,
  use: SubqueryUse,
): { query: TypedQuery; captures: Column[] } {
  if (context.lambdaDepth > 0) {
    throw new SqlError('NOT_SUPPORTED', 'Lambda expression cannot contain subqueries', position);
  }
  const captures = { scope: context.scope, columns: [] as Column[], outer: context.captures };
  const typed = analyzeQuery(query, {
    ...context,
    captures,
    scalarOnly: undefined,
    insideAggregate: undefined,
    insideWindow: false,
    windows: new Map(),
  });
  checkPlannable(typed, captures.columns, use, context, use === 'scalar' ? query.position : position);
  // The order of a subquery's rows means nothing without LIMIT.
  return { query: withoutOrder(typed), captures: captures.columns };
}

export function checkPlannable(
  query: TypedQuery,
  captures: readonly Column[],
  use: SubqueryUse,
  { analysis }: Context,
  position: SqlPosition,
): void {
  if (isPlannable(query, captures, use)) return;
  analysis.unplannable.push(new SqlError('NOT_SUPPORTED', 'Given correlated subquery is not supported', position));
}

/** DuckDB loses rows of a correlated subquery that sorts what it aggregates. */
export function withoutOrder(query: TypedQuery): TypedQuery {
  if (query.limit !== undefined || query.offset !== undefined) return query;
  const { body } = query;
  return { ...query, orderBy: [], body: body.kind === 'select' ? { ...body, orderBy: [] } : body };
}

export function scalarSubquery(node: ast.ScalarSubquery, context: Context): Typed {
  const parts = subquery(node.query, context, node.position, 'scalar');
  const { fields } = parts.query;
  const [only] = fields;
  // Several columns make a row.
  const type =
    fields.length === 1 && only
      ? only.type
      : build.row(fields.map((field) => (field.named ? { name: field.name, type: field.type } : { type: field.type })));
  return { kind: 'scalar subquery', type, ...parts, position: node.position };
}

export function exists(node: ast.Exists, context: Context): Typed {
  const { position } = node;
  return { kind: 'exists', type: build.BOOLEAN, ...subquery(node.query, context, position, 'exists'), position };
}

/** The value as a row of the subquery's columns: IN and quantified comparisons compare rows of the same width. */
function withColumnsOf(operand: Typed, fields: readonly OutputField[], position: SqlPosition): Typed {
  const width = fields.length;
  if (width === 1 && operand.type.kind !== 'row') return operand;
  if (operand.type.kind === 'row' && operand.type.fields.length === width) return operand;
  throw mismatch(operand.type, fields, position);
}

function mismatch(type: TrinoType, fields: readonly OutputField[], position: SqlPosition): SqlError {
  const value = type.kind === 'row' ? type : build.row([{ type }]);
  const text = `Value expression and result of subquery must be of the same type: ${typeText(value)} vs ${typeText(rowOf(fields))}`;
  return new SqlError('TYPE_MISMATCH', text, position);
}

const rowOf = (fields: readonly OutputField[]): build.RowType =>
  build.row(fields.map((field) => (field.named ? { name: field.name, type: field.type } : { type: field.type })));

/** The type in which the value and the subquery's rows are compared. */
function sharedWith(operand: Typed, fields: readonly OutputField[], position: SqlPosition): TrinoType {
  const value = withColumnsOf(operand, fields, position);
  const [only] = fields;
  const found = value.type.kind === 'row' || !only ? rowOf(fields) : only.type;
  const type = commonSuperType(value.type, found);
  if (!type) throw mismatch(operand.type, fields, position);
  if (build.isStructural(type)) {
    refuseFor(type, 'a subquery compared', 'zoned', position);
    if (build.someType(type, (part) => part.kind === 'map'))
      refuseFor(type, 'a subquery compared', 'structural', position);
  }
  return type;
}

export function inSubquery(node: ast.InSubquery, operand: Typed, context: Context): Typed {
  const { position } = node;
  const parts = subquery(node.query, context, position, 'in');
  const type = sharedWith(operand, parts.query.fields, position);
  if (!isComparable(type)) {
    const text = `Type [${typeText(build.row([{ type }]))}] must be comparable in order to be used in IN with a subquery`;
    throw new SqlError('TYPE_MISMATCH', text, position);
  }
  return { kind: 'in subquery', type: build.BOOLEAN, operand: coerce(operand, type), ...parts, position };
}

export function quantified(node: ast.QuantifiedComparison, operand: Typed, context: Context): Typed {
  const { operator, quantifier, position } = node;
  const isMembership = (operator === '=' && quantifier === 'ANY') || (operator === '<>' && quantifier === 'ALL');
  const parts = subquery(node.query, context, position, isMembership ? 'in' : 'quantified');
  const type = sharedWith(operand, parts.query.fields, position);
  const equality = operator === '=' || operator === '<>';
  if (equality ? !isComparable(type) : !isOrderable(type)) {
    const what = equality ? 'comparable' : 'orderable';
    const text = `Type [${typeText(build.row([{ type }]))}] must be ${what} in order to be used in quantified comparison`;
    throw new SqlError('TYPE_MISMATCH', text, position);
  }
  if (!isMembership) refuseFor(type, 'quantified comparison', 'structural', position);
  if (!isMembership && !isOrderable(type)) {
    throw new SqlError('GENERIC_INTERNAL_ERROR', 'Subquery result type must be orderable', position);
  }
  return {
    kind: 'quantified',
    type: build.BOOLEAN,
    operator,
    quantifier,
    operand: coerce(operand, type),
    ...parts,
    position,
  };
}
