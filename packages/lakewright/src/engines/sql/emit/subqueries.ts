import type { Exists, InSubquery, Quantified, ScalarSubquery, TypedQuery } from '../analyze/typed';
import { isFloating } from '../types/build';
import { physicalFields, quoteName } from '../types/physical';
import type { TrinoType } from '../types/type';
import { castSql } from './casts';
import { type EmitContext, emit } from './expressions';
import { querySql } from './queries';
import { fresh } from './text';

/** `(query) AS s1`, and its columns. */
function source(
  query: TypedQuery,
  context: EmitContext,
): { readonly from: string; readonly column: (index: number) => string } {
  const alias = fresh('s');
  const inner: EmitContext = { ...context, keys: new Map() };
  return { from: `(${querySql(query, inner)}) AS ${alias}`, column: (index) => `${alias}.c${index + 1}` };
}

export function scalarSubquerySql(node: ScalarSubquery, context: EmitContext): string {
  const { from, column } = source(node.query, context);
  if (node.query.fields.length === 1) return `(SELECT ${column(0)} FROM ${from})`;
  const fields = node.type.kind === 'row' ? physicalFields(node.type.fields) : [];
  const parts = fields.map((field, index) => `${quoteName(field.name)}: ${column(index)}`);
  return `(SELECT {${parts.join(', ')}} FROM ${from})`;
}

export function existsSql(node: Exists, context: EmitContext): string {
  return `(EXISTS (SELECT 1 FROM ${source(node.query, context).from}))`;
}

/** The value that instances of the type are equal by. */
function comparable(sql: string, type: TrinoType): string {
  return type.kind === 'timestamp with time zone' ? `(${sql}).i` : sql;
}

export function inSubquerySql(node: InSubquery, context: EmitContext): string {
  const { type } = node.operand;
  const { from, column } = source(node.query, context);
  const found = castSql(column(0), node.query.fields[0]?.type ?? type, type);
  // NaN is in no list.
  const filter = isFloating(type) ? ` WHERE ${found} IS NULL OR NOT isnan(${found})` : '';
  return `(${comparable(emit(node.operand, context), type)} IN (SELECT ${comparable(found, type)} FROM ${from}${filter}))`;
}

export function quantifiedSql(node: Quantified, context: EmitContext): string {
  const { type } = node.operand;
  const { from, column } = source(node.query, context);
  const found = comparable(castSql(column(0), node.query.fields[0]?.type ?? type, type), type);
  return `(${comparable(emit(node.operand, context), type)} ${node.operator} ${node.quantifier} (SELECT ${found} FROM ${from}))`;
}
