import type { Exists, InSubquery, Quantified, ScalarSubquery, Typed, TypedQuery } from '../analyze/typed';
import { containsAggregate } from '../analyze/walk';
import { NotCoveredError } from '../errors';
import type { ComparisonOperator } from '../parse/ast';
import { isFloating } from '../types/build';
import { physicalFields, quoteName } from '../types/physical';
import type { TrinoType } from '../types/type';
import { castSql } from './casts';
import { compareSql, operandOf } from './compare';
import { type EmitContext, emit } from './expressions';
import { querySql } from './queries';
import { afterOthers, bindOnce, fresh, mayFail } from './text';

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
  return `(SELECT ${rowOf(node.type, column)} FROM ${from})`;
}

function rowOf(type: TrinoType, column: (index: number) => string): string {
  const fields = type.kind === 'row' ? physicalFields(type.fields) : [];
  return `{${fields.map((field, index) => `${quoteName(field.name)}: ${column(index)}`).join(', ')}}`;
}

export function existsSql(node: Exists, context: EmitContext): string {
  if (isOneRow(node.query)) return 'true';
  return `(EXISTS (SELECT 1 FROM ${source(node.query, context).from}))`;
}

/** The value that instances of the type are equal by. */
function comparable(sql: string, type: TrinoType): string {
  return type.kind === 'timestamp with time zone' ? `(${sql}).i` : sql;
}

/** The subquery's rows in the type of the comparison. */
function found(node: InSubquery | Quantified, column: (index: number) => string): string {
  const { type } = node.operand;
  if (type.kind !== 'row') return comparable(castSql(column(0), node.query.fields[0]?.type ?? type, type), type);
  const fields = type.fields.map((field, index) => ({ own: node.query.fields[index]?.type ?? field.type, field }));
  return rowOf(type, (index) => {
    const { own, field } = fields[index] ?? {};
    return own && field ? castSql(column(index), own, field.type) : column(index);
  });
}

/**
 * Trino makes a semi-join of it, whose values are the same or aren't: NaN is found among NaN, and a row with a NULL
 * inside among its like. A correlated one compares with `=`.
 */
export function inSubquerySql(node: InSubquery | Quantified, context: EmitContext): string {
  const { type } = node.operand;
  const { from, column } = source(node.query, context);
  const value = found(node, column);
  const filter = isFloating(type) && node.captures.length > 0 ? ` WHERE ${value} IS NULL OR NOT isnan(${value})` : '';
  const operand = comparable(emit(node.operand, context), type);
  const membership = `(${operand} IN (SELECT ${value} FROM ${from}${filter}))`;
  // DuckDB doesn't ask for the operand when there is nothing to compare it to; Trino has worked it out, and failed.
  return afterOthers(mayFail(operand) ? [operand] : [], membership);
}

/**
 * As Trino does it: by the least and the greatest value, and whether there is a NULL. Of `= ALL` and `<> ANY` over
 * different values the answer is known even where the value is NULL.
 */
export function quantifiedSql(node: Quantified, context: EmitContext): string {
  const { operator, quantifier } = node;
  const isAll = quantifier === 'ALL';
  if (operator === '=' && !isAll) return inSubquerySql(node, context);
  if (operator === '<>' && isAll) return `(NOT ${inSubquerySql(node, context)})`;
  const { type } = node.operand;
  const { from, column } = source(node.query, context);
  const value = found(node, column);
  const summed = fresh('b');
  const plain = isFloating(type) ? ` FILTER (WHERE NOT isnan(${value}))` : '';
  // NaN is the bound of nothing else than NaN.
  const bound = (name: string): string =>
    plain
      ? `CASE WHEN count(${value})${plain} > 0 THEN ${name}(${value})${plain} ELSE min(${value}) END`
      : `${name}(${value})`;
  const facts = `{n: count(*), f: count(${value}), lo: ${bound('min')}, hi: ${bound('max')}}`;
  const summary = `(SELECT ${summed}.s FROM (SELECT ${facts} AS s FROM ${from}) AS ${summed})`;
  return bindOnce([comparable(emit(node.operand, context), type), summary], ([x = '', b = '']) => {
    const compare = (sign: ComparisonOperator, left: string, right: string): string =>
      isFloating(type) ? compareSql(sign, type, operandOf(left), operandOf(right)) : `(${left} ${sign} ${right})`;
    const equal = operator === '=' || operator === '<>';
    const least = operator === '<' || operator === '<=';
    const [lo, hi] = [`(${b}).lo`, `(${b}).hi`];
    const own = compare(operator, x, least === isAll ? lo : hi);
    const bounds = `${compare(operator, lo, hi)} ${isAll ? 'AND' : 'OR'} ${own}`;
    const compared = equal ? `(${bounds})` : own;
    const rest = `CASE WHEN (${b}).f <> (${b}).n THEN NULL ELSE ${isAll} END`;
    return `(CASE WHEN (${b}).n = 0 THEN ${isAll} ELSE ${compared} ${isAll ? 'AND' : 'OR'} ${rest} END)`;
  });
}

/** An aggregation without GROUP BY gives one row, whatever it reads. */
function isOneRow({ body, limit, offset }: TypedQuery): boolean {
  if (body.kind !== 'select' || limit !== undefined || offset !== undefined) return false;
  return !body.groupBy && !body.having && body.items.some(containsAggregate);
}

/** A relation of one row that holds what the subquery gives, and the expression's value over it. */
export function besideRows(node: Typed, context: EmitContext): { readonly from: string; readonly value: string } {
  const alias = fresh('h');
  const isMembership =
    node.kind === 'in subquery' ||
    (node.kind === 'quantified' && node.operator === (node.quantifier === 'ALL' ? '<>' : '='));
  if (!isMembership) {
    if (node.kind === 'quantified') {
      throw new NotCoveredError('a quantified comparison in the condition of an outer join', node.position);
    }
    return { from: `(SELECT ${emit(node, context)} AS v) AS ${alias}`, value: `${alias}.v` };
  }
  const { from, column } = source(node.query, context);
  const members = found(node, column);
  const { type } = node.operand;
  const x = comparable(emit(node.operand, context), type);
  const isIn =
    `(CASE WHEN ${alias}.n = 0 THEN false WHEN ${x} IS NULL THEN NULL WHEN list_contains(${alias}.l, ${x}) THEN true ` +
    `WHEN ${alias}.f < ${alias}.n THEN NULL ELSE false END)`;
  return {
    from: `(SELECT list(${members}) AS l, count(*) AS n, count(${members}) AS f FROM ${from}) AS ${alias}`,
    value: node.kind === 'quantified' && node.quantifier === 'ALL' ? `(NOT ${isIn})` : isIn,
  };
}
