import type { Typed } from '../analyze/typed';
import { isFloating } from '../types/build';
import { isNative } from './compare';
import { type EmitContext, emit } from './expressions';
import { relationsOf } from './outer-columns';
import { mayFail, VOLATILE } from './text';

/**
 * `a = b` between the rows of two relations, where working a or b out may fail; undefined for any other condition.
 *
 * DuckDB leaves rows whose key is NULL out of the side that it looks others up in, and where none is left it doesn't work
 * out the keys of the other side: what fails in them doesn't. Trino works out the keys of all rows. So NULL takes part in
 * the lookup, and is marked so that it meets nothing.
 */
export function joinKeySql(term: Typed, context: EmitContext): string | undefined {
  if (term.kind !== 'comparison' || term.operator !== '=') return undefined;
  const { left, right } = term;
  if (!(isNative(left.type) || isFloating(left.type)) || !joinsTwo(left, right, context)) return undefined;
  const keys = [left, right].map((side) => emit(side, context));
  if (![left, right].some((side, index) => !isPlain(side) && mayFail(keys[index] ?? ''))) return undefined;
  if (keys.some((sql) => sql.includes(VOLATILE) || sql.includes('SELECT '))) return undefined;
  const marks = keys.map((sql, index) => {
    const isNothing = isFloating(left.type) ? `(${sql}) IS NULL OR isnan(${sql})` : `(${sql}) IS NULL`;
    return `CASE WHEN ${isNothing} THEN ${index + 1} ELSE 0 END`;
  });
  return `(${keys.join(' IS NOT DISTINCT FROM ')} AND ${marks.join(' = ')})`;
}

/** Each side reads relations of this FROM, and none that the other one reads. */
function joinsTwo(left: Typed, right: Typed, { local }: EmitContext): boolean {
  const [a, b] = [relationsOf(left), relationsOf(right)];
  if (!local || a.size === 0 || b.size === 0) return false;
  return [...a, ...b].every((relation) => local.has(relation)) && [...a].every((relation) => !b.has(relation));
}

/** A column, or one that is widened. */
const isPlain = (node: Typed): boolean =>
  node.kind === 'column' || (node.kind === 'cast' && node.implicit && isPlain(node.operand));
