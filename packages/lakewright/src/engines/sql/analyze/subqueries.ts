import { SqlError } from '../errors';
import type * as ast from '../parse/ast';
import * as build from '../types/build';
import { commonSuperType } from '../types/coercion';
import type { TrinoType } from '../types/type';
import { coerce } from './coerce';
import type { Context } from './context';
import { comparisonType, refuseFor } from './operators';
import { analyzeQuery } from './queries';
import type { Column, OutputField, Typed, TypedQuery } from './typed';

/** A query inside an expression, and the outer columns that it reads. */
function subquery(query: ast.Query, context: Context): { query: TypedQuery; captures: Column[] } {
  const captures = { scope: context.scope, columns: [] as Column[], outer: context.captures };
  const typed = analyzeQuery(query, {
    ...context,
    captures,
    scalarOnly: undefined,
    insideAggregate: undefined,
    insideWindow: false,
    windows: new Map(),
  });
  return { query: typed, captures: captures.columns };
}

export function scalarSubquery(node: ast.ScalarSubquery, context: Context): Typed {
  const parts = subquery(node.query, context);
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
  return { kind: 'exists', type: build.BOOLEAN, ...subquery(node.query, context), position: node.position };
}

function onlyColumn(fields: readonly OutputField[], position: ast.Query['position']): TrinoType {
  const [only] = fields;
  if (fields.length === 1 && only) return only.type;
  throw new SqlError(
    'NOT_SUPPORTED',
    `Multiple columns returned by subquery are not yet supported. Found ${fields.length}`,
    position,
  );
}

export function inSubquery(node: ast.InSubquery, operand: Typed, context: Context): Typed {
  const { position } = node;
  const parts = subquery(node.query, context);
  const found = onlyColumn(parts.query.fields, position);
  const type = commonSuperType(operand.type, found);
  if (!type) {
    throw new SqlError(
      'TYPE_MISMATCH',
      'value and result of subquery must be of the same type for IN expression',
      position,
    );
  }
  refuseFor(type, 'IN with a subquery', 'structural', position);
  return { kind: 'in subquery', type: build.BOOLEAN, operand: coerce(operand, type), ...parts, position };
}

export function quantified(node: ast.QuantifiedComparison, operand: Typed, context: Context): Typed {
  const { operator, quantifier, position } = node;
  const parts = subquery(node.query, context);
  const found: Typed = { kind: 'literal', type: onlyColumn(parts.query.fields, position), value: null, position };
  const type = comparisonType(operator, operand, found, position);
  refuseFor(type, 'quantified comparison', 'structural', position);
  refuseFor(type, 'quantified comparison', 'floating', position);
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
