import type { Field, Typed, TypedRelation } from '../analyze/typed';
import { columnsIn, fingerprint, isSubquery, some } from '../analyze/walk';
import { type EmitContext, emit } from './expressions';
import { logicalSql } from './logical';
import { fresh } from './text';

/** The aliases of the relations that a FROM clause names. */
export function aliasesOf(relations: readonly TypedRelation[]): ReadonlySet<string> {
  return new Set(relations.flatMap(aliases));
}

function aliases(relation: TypedRelation): readonly string[] {
  if (relation.kind === 'join') return [...aliases(relation.left), ...aliases(relation.right)];
  return relation.kind === 'sample' ? [relation.alias, ...aliases(relation.relation)] : [relation.alias];
}

/** Macros of ours hold lambdas, too. */
const LAMBDAS = /lambda |lw_/;

/**
 * An expression of a clause. A lambda of DuckDB can't read the columns of an enclosing query, but the parameter of a
 * lambda around it: where the expression makes lambdas and reads such columns, all that it reads are bound to one.
 */
export function emitInClause(node: Typed, context: EmitContext): string {
  const sql = emit(node, context);
  const { local } = context;
  if (!local || !LAMBDAS.test(sql) || context.keys.has(fingerprint(node))) return sql;
  if (node.kind === 'logical') return logicalSql(node, context, emitInClause);
  if (some(node, hasRowsOfItsOwn)) return sql;
  const unbound = [...columnsIn(node)].filter(([print]) => !context.bound?.has(print));
  if (!unbound.some(([, { field }]) => isOuter(field, local))) return sql;
  const row = fresh('o');
  const fields = unbound.map(([, column], index) => `k${index + 1}: ${emit(column, context)}`);
  const bound = new Map(context.bound);
  for (const [index, [print]] of unbound.entries()) bound.set(print, `${row}.k${index + 1}`);
  return `list_transform([{${fields.join(', ')}}], lambda ${row}: ${emit(node, { ...context, bound })})[1]`;
}

const isOuter = ({ source }: Field, local: ReadonlySet<string>): boolean =>
  relationsOfSource(source).some((relation) => !local.has(relation));

/** The relations whose columns an expression reads. */
export const relationsOf = (node: Typed): ReadonlySet<string> =>
  new Set([...columnsIn(node).values()].flatMap(({ field }) => relationsOfSource(field.source)));

const relationsOfSource = (source: Field['source']): readonly string[] =>
  'relation' in source ? [source.relation] : [...relationsOf(source.expression)];

/** Can't stand in a lambda. */
const hasRowsOfItsOwn = (node: Typed): boolean =>
  node.kind === 'aggregate' || node.kind === 'grouping' || isSubquery(node);
