import type { Logical, Typed } from '../analyze/typed';
import { some } from '../analyze/walk';
import type { EmitContext } from './expressions';
import { mayFail, VOLATILE } from './text';

/** Longer than this, naming the terms before twice costs more than it's worth. */
const LONG = 2000;

/**
 * Terms in turn. Where the expression keeps or drops rows DuckDB asks the next term of the rows that are left; elsewhere
 * it works all of them out, and one that fails would fail where Trino hasn't asked it.
 */
export function logicalSql(
  { operator, terms }: Logical,
  context: EmitContext,
  write: (term: Typed, context: EmitContext) => string,
): string {
  const written = terms.map((term) => write(term, context));
  if (context.constantRows && written.some(mayFail) && isFolded(terms)) return byPlan(operator, written);
  const all = `(${written.join(` ${operator} `)})`;
  if (context.inCondition || all.length > LONG || all.includes(VOLATILE)) return all;
  return inTurn(operator, written);
}

/** Of a row that stands in the statement Trino's planner asks every term: one decides, though another one fails. */
function byPlan(operator: Logical['operator'], written: readonly string[]): string {
  const decision = operator === 'OR';
  const deciding = written
    .filter((sql) => !sql.includes('lw_fail('))
    .sort((a, b) => Number(mayFail(a)) - Number(mayFail(b)))
    .map((sql) => `(${sql}) IS NOT DISTINCT FROM ${decision}`);
  const rest = inTurn(operator, written);
  return deciding.length > 0 ? `CASE WHEN ${deciding.join(' OR ')} THEN ${decision} ELSE ${rest} END` : rest;
}

/** Whether Trino's planner works the terms out over rows that stand in the statement. */
export const isFolded = (terms: readonly Typed[]): boolean => !terms.some((term) => some(term, isUnfolded));

const isUnfolded = (node: Typed): boolean =>
  node.kind === 'try' ||
  (node.kind === 'cast' && node.lenient === true) ||
  (node.kind === 'call' && !node.overload.behaviour.deterministic);

/** `a AND b` in which b is only asked where a isn't false: `a AND CASE WHEN NOT a THEN NULL ELSE b END`. */
function inTurn(operator: Logical['operator'], written: readonly string[]): string {
  const guarded = written.findIndex((sql, index) => index > 0 && mayFail(sql));
  if (guarded < 0) return written.length === 1 ? String(written[0]) : `(${written.join(` ${operator} `)})`;
  const before = inTurn(operator, written.slice(0, guarded));
  const after = inTurn(operator, written.slice(guarded));
  const isDecided = operator === 'AND' ? `NOT ${before}` : before;
  return `(${before} ${operator} CASE WHEN ${isDecided} THEN NULL ELSE ${after} END)`;
}

/** `a AND b` that keeps or drops a row, in which b is only asked where a isn't false: of a NULL, too, and it may fail. */
export function conditionInTurn(written: readonly string[]): string {
  const [first = 'true', ...rest] = written;
  if (rest.length === 0) return first;
  const after = conditionInTurn(rest);
  if (mayFail(after)) return `CASE WHEN NOT (${first}) THEN false ELSE (${after}) AND (${first}) END`;
  return mayFail(first) ? `CASE WHEN ${first} THEN ${after} ELSE false END` : `${first} AND ${after}`;
}

/** The terms of a condition that all hold for a row that it keeps. */
export const conjuncts = (node: Typed): readonly Typed[] =>
  node.kind === 'logical' && node.operator === 'AND' ? node.terms.flatMap(conjuncts) : [node];
