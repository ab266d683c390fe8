import type { Typed } from '../analyze/typed';
import { children, fingerprint, isSubquery } from '../analyze/walk';
import { type EmitContext, emit } from './expressions';
import { fresh } from './text';

/**
 * Writes an expression with some of its parts evaluated before it: DuckDB takes no aggregate, subquery or volatile
 * function inside TRY, and no subquery inside a lambda.
 */
export function hoisting(
  parts: readonly Typed[],
  context: EmitContext,
  write: (context: EmitContext) => string,
): string {
  if (parts.length === 0) return write(context);
  const bound = parts.map((part) => ({ part, name: fresh('h'), sql: emit(part, context) }));
  const replaced = new Map(context.replaced);
  for (const { part, name } of bound) replaced.set(part, name);
  const body = write({ ...context, replaced });
  return bound.reduceRight(
    (sql, { name, sql: value }) => `list_transform([${value}], lambda ${name}: ${sql})[1]`,
    body,
  );
}

/** The outermost parts that may not stand inside TRY. */
export function outsideTry(node: Typed, context: EmitContext): Typed[] {
  return outermost(node, (part) => {
    if (context.keys.size > 0 && context.keys.has(fingerprint(part))) return true;
    if (part.kind === 'call') return !part.overload.behaviour.deterministic;
    return part.kind === 'aggregate' || isSubquery(part);
  });
}

/** The subqueries in the bodies of a call's lambdas. */
export function subqueriesIn(bodies: readonly Typed[]): Typed[] {
  return bodies.flatMap((body) => outermost(body, isSubquery));
}

function outermost(node: Typed, predicate: (node: Typed) => boolean): Typed[] {
  return predicate(node) ? [node] : children(node).flatMap((child) => outermost(child, predicate));
}
