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
  if (node.using) {
    const merged = node.using.map((name) => usingColumn(name, node, left.fields, right.fields, context));
    const on = merged.map(({ equal }) => equal);
    const names = new Set(node.using.map((name) => name.toLowerCase()));
    const rest = fields.filter((field) => !names.has(field.name?.toLowerCase() ?? ''));
    const condition: Typed | undefined =
      on.length === 1 ? on[0] : { kind: 'logical', type: BOOLEAN, operator: 'AND', terms: on };
    return join(condition, [...merged.map(({ field }) => field), ...rest]);
  }
  if (!node.on) throw new SqlError('SYNTAX_ERROR', 'JOIN without a condition', node.position);
  const on = joinCondition(node.on, { ...context, scope: childScope(fields, context.scope) });
  // Rows of the side that may be left out never match otherwise; the other side's rows come all the same.
  if (node.type === 'INNER' || node.type === 'LEFT') constrain(on, scansOf(right.relation));
  if (node.type === 'INNER' || node.type === 'RIGHT') constrain(on, scansOf(left.relation));
  return join(on, fields);
}

/** The aliases of the tables that a relation reads directly. */
export function scansOf(relation: TypedRelation): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (item: TypedRelation): void => {
    if (item.kind === 'scan') found.add(item.alias);
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
