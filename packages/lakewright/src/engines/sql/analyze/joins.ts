import { SqlError } from '../errors';
import type * as ast from '../parse/ast';
import { BOOLEAN } from '../types/build';
import { commonSuperType } from '../types/coercion';
import { coerce } from './coerce';
import { constrain } from './constraints';
import type { Context } from './context';
import { compare } from './operators';
import { analyzeRelation, joinCondition } from './relations';
import { childScope, readField } from './scope';
import type { AnalyzedRelation } from './tables';
import type { Field, Typed, TypedRelation } from './typed';
import { fingerprint, some } from './walk';

export function analyzeJoin(node: ast.Join, context: Context, outerLeft: readonly Field[]): AnalyzedRelation {
  const left = analyzeRelation(node.left, context, outerLeft);
  const right = analyzeRelation(node.right, context, [...outerLeft, ...left.fields]);
  const fields = [...left.fields, ...right.fields];
  const recursionAlias = left.recursionAlias ?? right.recursionAlias;
  const join = (on: Typed | undefined, offered: readonly Field[]): AnalyzedRelation => ({
    relation: { kind: 'join', type: node.type, left: left.relation, right: right.relation, on },
    fields: offered,
    recursionAlias,
  });
  if (node.type === 'CROSS') return join(undefined, fields);
  checkSides(node, left.fields, right);
  if (node.using) {
    const merged = node.using.map((name) => usingColumn(name, node, left.fields, right.fields, context));
    const on = merged.map(({ equal }) => equal);
    const names = new Set(node.using.map((name) => name.toLowerCase()));
    const twin = node.using.find((name, index) => node.using?.findIndex((other) => sameName(name, other)) !== index);
    if (twin !== undefined) {
      const text = `Column '${twin}' appears multiple times in USING clause`;
      throw new SqlError('DUPLICATE_COLUMN_NAME', text, node.position);
    }
    const rest = fields.filter((field) => !names.has(field.name?.toLowerCase() ?? ''));
    const condition: Typed | undefined =
      on.length === 1 ? on[0] : { kind: 'logical', type: BOOLEAN, operator: 'AND', terms: on };
    return join(condition, [...merged.map(({ field }) => field), ...rest]);
  }
  if (!node.on) throw new SqlError('SYNTAX_ERROR', 'JOIN without a condition', node.position);
  const on = joinCondition(node.on, { ...context, scope: childScope(fields, context.scope) });
  if (node.type !== 'INNER') checkCaptures(on, fields);
  // Rows of the side that may be left out never match otherwise; the other side's rows come all the same.
  if (node.type === 'INNER' || node.type === 'LEFT') constrain(on, scansOf(right.relation));
  if (node.type === 'INNER' || node.type === 'RIGHT') constrain(on, scansOf(left.relation));
  return join(on, fields);
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What Trino takes of UNNEST and LATERAL on the right of a join. */
function checkSides({ type, on, position }: ast.Join, left: readonly Field[], right: AnalyzedRelation): void {
  const { relation, captures = [] } = right;
  const what = relation.kind === 'unnest' ? 'UNNEST' : relation.kind === 'derived' && relation.lateral && 'LATERAL';
  if (!what) return;
  const own = new Set(left.map(sourceName));
  const read = captures.find(({ field }) => own.has(sourceName(field)));
  if (read && (type === 'RIGHT' || type === 'FULL')) {
    throw new SqlError('INVALID_COLUMN_REFERENCE', `LATERAL reference not allowed in ${type} JOIN`, read.position);
  }
  if (on?.kind === 'boolean' && on.value) return;
  const text = `${type} JOIN involving ${what} is only supported with condition ON TRUE`;
  throw new SqlError('NOT_SUPPORTED', text, position);
}

/** The condition of an outer join reads the joined rows alone, a subquery in it none of them. */
function checkCaptures(on: Typed, fields: readonly Field[]): void {
  const own = new Set(fields.map(sourceName));
  some(on, (part) => {
    const captured = 'captures' in part && part.captures.find((item) => own.has(sourceName(item.field)));
    const column = part.kind === 'column' && !readsOnly(part.field, own) ? part : captured;
    if (!column) return false;
    const name = [...(column.field.qualifier?.slice(-1) ?? []), column.field.name ?? ''].join('.');
    const text = `Reference to column '${name}' from outer scope not allowed in this context`;
    throw new SqlError('NOT_SUPPORTED', text, column.position);
  });
}

/** A column, or one that stands for an expression over columns (of a USING). */
const readsOnly = (field: Field, own: ReadonlySet<string>): boolean =>
  'expression' in field.source || own.has(sourceName(field));

const sourceName = ({ source }: Field): string =>
  'relation' in source ? `${source.relation}.${source.column}` : fingerprint(source.expression);

/** The aliases of the tables that a relation reads directly. */
export function scansOf(relation: TypedRelation): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (item: TypedRelation): void => {
    if (item.kind === 'scan') found.add(item.alias);
    else if (item.kind === 'sample') visit(item.relation);
    else if (item.kind === 'join') {
      visit(item.left);
      visit(item.right);
    }
  };
  visit(relation);
  return found;
}

/** The one column that a USING makes of two, and the condition that joins them. */
function usingColumn(
  name: string,
  node: ast.Join,
  left: readonly Field[],
  right: readonly Field[],
  context: Context,
): { field: Field; equal: Typed } {
  const side = (fields: readonly Field[], which: string): Typed => {
    const [field, second] = fields.filter((item) => item.name?.toLowerCase() === name.toLowerCase() && !item.hidden);
    if (!field) {
      throw new SqlError('COLUMN_NOT_FOUND', `Column '${name}' is missing from ${which} side of join`, node.position);
    }
    if (second) throw new SqlError('AMBIGUOUS_NAME', `Column '${name}' is ambiguous`, node.position);
    return readField(field, context, childScope(fields, context.scope), node.position);
  };
  const l = side(left, 'left');
  const r = side(right, 'right');
  const equal = compare('=', l, r, node.position);
  const type = commonSuperType(l.type, r.type) ?? l.type;
  const [a, b] = [coerce(l, type), coerce(r, type)];
  const expression: Typed =
    node.type === 'FULL' ? { kind: 'coalesce', type, items: [a, b] } : node.type === 'RIGHT' ? b : a;
  return { field: { name, type, source: { expression }, hidden: false }, equal };
}
