import { SqlError, type SqlPosition } from '../errors';
import type * as ast from '../parse/ast';
import { isComparable } from '../types/coercion';
import { typeText } from '../types/text';
import { typedSort } from './aggregates';
import type { Context } from './context';
import { analyze } from './expressions';
import { positionOutOfRange } from './queries';
import { childScope } from './scope';
import type { Field, Typed, TypedSort } from './typed';
import { fingerprint } from './walk';

/** One column that a SELECT gives. */
export interface SelectOutput {
  readonly expression: Typed;
  /** Its name; undefined for a generated one. */
  readonly name?: string;
  /** The name, where the statement gives it. */
  readonly alias?: string;
  readonly source: 'expression' | 'star';
}

/** ORDER BY of a SELECT: a column number, an output column's name, or an expression over both kinds of columns. */
export function orderOfSelect(
  items: readonly ast.SortItem[],
  outputs: readonly SelectOutput[],
  context: Context,
): TypedSort[] {
  return items.map((item) => typedSort(item, sortExpression(item.expression, outputs, context)));
}

function sortExpression(node: ast.Expression, outputs: readonly SelectOutput[], context: Context): Typed {
  if (node.kind === 'number' && node.form === 'integer') {
    const output = outputs[Number(node.text) - 1];
    if (!output) throw positionOutOfRange('ORDER BY', node);
    return output.expression;
  }
  if (node.kind === 'name' && node.parts.length === 1) {
    const name = node.parts[0]?.toLowerCase();
    const named = outputs.filter((output) => output.name?.toLowerCase() === name);
    // Two outputs of one name are ambiguous even where both are one column.
    if (named.length > 1) throw new SqlError('AMBIGUOUS_NAME', `Column '${node.parts[0]}' is ambiguous`, node.position);
    if (named[0]) return named[0].expression;
  }
  const outputNames = new Set(outputs.flatMap(({ name }) => (name === undefined ? [] : [name.toLowerCase()])));
  return analyze(node, { ...context, scope: withOutputs(outputs, context), outputNames });
}

/** In an expression, the outputs' names come first, then the columns that are read. */
function withOutputs(outputs: readonly SelectOutput[], context: Context) {
  const names = outputs.flatMap(({ name, expression }): Field[] =>
    name === undefined ? [] : [{ name, type: expression.type, source: { expression }, hidden: false }],
  );
  const { scope } = context;
  if (!scope || names.length === 0) return scope;
  const hidden = new Set(names.map((field) => field.name?.toLowerCase()));
  const rest = scope.fields.filter((field) => !hidden.has(field.name?.toLowerCase()));
  const shadowed = scope.fields.filter((field) => hidden.has(field.name?.toLowerCase()));
  // Under a qualifier the source's column is still there.
  const qualified = shadowed.map((field) => ({ ...field, qualifiedOnly: true }));
  return { ...childScope([...names, ...rest, ...qualified], scope.parent), depth: scope.depth };
}

export function checkDistinct(
  items: readonly Typed[],
  sorts: readonly TypedSort[],
  orderBy: readonly ast.SortItem[],
  position: SqlPosition,
): void {
  for (const { type } of items) {
    if (!isComparable(type)) {
      const text = `DISTINCT can only be applied to comparable types (actual: ${typeText(type)})`;
      throw new SqlError('TYPE_MISMATCH', text, position);
    }
  }
  const prints = new Set(items.map(fingerprint));
  const missing = sorts.findIndex((sort) => !prints.has(fingerprint(sort.expression)));
  if (missing >= 0) {
    throw new SqlError(
      'EXPRESSION_NOT_IN_DISTINCT',
      'For SELECT DISTINCT, ORDER BY expressions must appear in select list',
      orderBy[missing]?.expression.position,
    );
  }
}
