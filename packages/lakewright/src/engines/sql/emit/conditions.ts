import type { Typed, TypedQuery, TypedRelation, TypedSelect } from '../analyze/typed';
import { children, columnsIn, containsAggregate, containsWindow, isSubquery, some } from '../analyze/walk';
import { NotCoveredError } from '../errors';
import { isStructural } from '../types/build';
import { type EmitContext, emit } from './expressions';
import { joinKeySql } from './join-keys';
import { conditionInTurn, conjuncts, isFolded } from './logical';
import { emitInClause, relationsOf } from './outer-columns';
import { afterOthers, mayFail } from './text';

export function whereSql({ from, where }: TypedSelect, context: EmitContext): string {
  if (!where) return '';
  refuseOrderOverOuterJoin(from, where);
  return conditionSql(where, context);
}

/**
 * A condition of WHERE or ON. Of one relation's rows Trino's reader of tables asks the comparisons of a column with
 * constants, then its filter asks the other terms in turn: one that fails fails, though a later one would drop the row.
 */
export function conditionSql(condition: Typed, outer: EmitContext): string {
  const context = { ...outer, inCondition: true };
  const terms = conjuncts(condition);
  const written = terms.map((term) => joinKeySql(term, context) ?? emitInClause(term, context));
  if (terms.length < 2 || !written.some(mayFail)) return written.join(' AND ');
  if (context.constantRows && isFolded(terms)) return emitInClause(condition, context);
  const groups = new Map<string, string[]>();
  for (const [index, term] of terms.entries()) {
    const group = groupOf(term, context) ?? `term ${index}`;
    groups.set(group, [...(groups.get(group) ?? []), written[index] ?? '']);
  }
  return [...groups.values()].map(conditionInTurn).join(' AND ');
}

/** The relation whose filter asks the term; undefined where it's asked by itself, at first or in a join. */
function groupOf(term: Typed, { local, scans }: EmitContext): string | undefined {
  if (some(term, isSubquery) || (scans.size > 0 && isDomain(term))) return undefined;
  const [relation, ...others] = relationsOf(term);
  return relation !== undefined && others.length === 0 && local?.has(relation) ? relation : undefined;
}

/** What the reader of a table may be given: conditions on one column, by constants. */
function isDomain(node: Typed): boolean {
  switch (node.kind) {
    case 'not':
    case 'logical':
      return columnsIn(node).size === 1 && children(node).every(isDomain);
    case 'comparison':
    case 'distinct from':
    case 'between':
    case 'in list':
    case 'is null':
      return columnsIn(node).size === 1 && children(node).every(isColumnOrConstant);
    default:
      return false;
  }
}

const isColumnOrConstant = (node: Typed): boolean =>
  node.kind === 'column' ||
  (node.kind === 'cast' && node.implicit === true && isColumnOrConstant(node.operand)) ||
  columnsIn(node).size === 0;

/** Its rows stand in the statement. */
export function isConstant(relation: TypedRelation, context: EmitContext): boolean {
  if (relation.kind === 'common table') return context.constantTables?.has(relation.name) ?? false;
  return relation.kind === 'derived' && isConstantQuery(relation.query, context);
}

export function isConstantQuery({ body, limit, offset }: TypedQuery, context: EmitContext): boolean {
  if (limit !== undefined || offset !== undefined) return false;
  if (body.kind !== 'select') return body.kind === 'values';
  const { from, groupBy, having, distinct, items } = body;
  if (groupBy || having || distinct || from.length !== 1) return false;
  if (items.some((item) => containsAggregate(item) || containsWindow(item))) return false;
  return from.every((relation) => isConstant(relation, context));
}

/**
 * Trino's planner asks whether WHERE can hold for a row that an outer join has filled with NULLs: it puts them in, and
 * the order of arrays or rows that hold a NULL is an error, whatever the rows are.
 */
function refuseOrderOverOuterJoin(from: readonly TypedRelation[], where: Typed): void {
  if (!from.some(hasOuterJoin)) return;
  const isOrder = (node: Typed): boolean => {
    if (node.kind === 'between') return isStructural(node.operand.type);
    return node.kind === 'comparison' && !['=', '<>'].includes(node.operator) && isStructural(node.left.type);
  };
  if (some(where, (node) => isOrder(node) && columnsIn(node).size > 0)) {
    throw new NotCoveredError('the order of arrays or rows in the WHERE of an outer join', where.position);
  }
}

function hasOuterJoin(relation: TypedRelation): boolean {
  if (relation.kind !== 'join') return false;
  return ['LEFT', 'RIGHT', 'FULL'].includes(relation.type) || [relation.left, relation.right].some(hasOuterJoin);
}

export const LAMBDA = /\blambda\b/;

/** Trino has worked out the aggregates of all groups, and failed, before it asks which groups stay. */
export function havingSql(select: TypedSelect, having: Typed, context: EmitContext): string {
  const condition = conditionSql(having, { ...context, constantRows: false });
  const shown = [...select.items, ...select.orderBy.map((item) => item.expression)];
  const aggregates = new Set(shown.flatMap(aggregatesIn).map((node) => emit(node, context)));
  const hasWindow = shown.some(containsWindow);
  if (hasWindow && LAMBDA.test(condition)) {
    throw new NotCoveredError('a window function beside a HAVING with a map or a lambda', having.position);
  }
  const failing = [...aggregates].filter((sql) => mayFail(sql) && !(hasWindow && LAMBDA.test(sql)));
  return afterOthers(failing, condition);
}

const aggregatesIn = (node: Typed): readonly Typed[] =>
  node.kind === 'aggregate' && !node.window ? [node] : children(node).flatMap(aggregatesIn);
