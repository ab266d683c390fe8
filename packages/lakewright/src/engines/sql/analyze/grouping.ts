import { SqlError, type SqlPosition } from '../errors';
import type * as ast from '../parse/ast';
import { isComparable } from '../types/coercion';
import { typeText } from '../types/text';
import type { Context } from './context';
import { analyze } from './expressions';
import { positionOutOfRange } from './queries';
import type { SelectOutput } from './select-order';
import type { Column, Field, Typed, TypedGrouping } from './typed';
import { children, containsAggregate, containsWindow, fingerprint, some, windowChildren } from './walk';

/** GROUP BY: expressions over the columns read, or numbers of output columns. */
export function analyzeGrouping(
  elements: readonly ast.GroupingElement[],
  outputs: readonly SelectOutput[],
  context: Context,
  position: SqlPosition,
): TypedGrouping[] {
  const key = (node: ast.Expression) => groupingKey(node, outputs, context);
  const column = (node: ast.Expression) => groupingColumn(node, context);
  const typed = elements.map((element): TypedGrouping => {
    if (element.kind === 'simple') return { kind: 'simple', keys: element.terms.map(key) };
    const sets = element.sets.map((set) => set.map(column));
    return { kind: element.kind, sets: element.kind === 'cube' ? differentSets(sets) : sets };
  });
  const count = typed.reduce((product, element) => product * setCount(element), 1);
  if (count > MAX_GROUPING_SETS) {
    const text = `GROUP BY has ${count} grouping sets but can contain at most ${MAX_GROUPING_SETS}`;
    throw new SqlError('TOO_MANY_GROUPING_SETS', text, position);
  }
  return typed;
}

/** Trino's `query.max-grouping-sets`. */
const MAX_GROUPING_SETS = 2048;

function setCount(element: TypedGrouping): number {
  if (element.kind === 'simple') return 1;
  const { length } = element.sets;
  if (element.kind === 'sets') return length;
  return element.kind === 'rollup' ? length + 1 : 2 ** length;
}

/** A cube is over a set of sets: what stands in it twice counts once. */
function differentSets(sets: readonly (readonly Typed[])[]): readonly (readonly Typed[])[] {
  return [...new Map(sets.map((set) => [printOf(set), set])).values()];
}

const printOf = (set: readonly Typed[]): string => [...new Set(set.map(fingerprint))].sort().join();

/** In GROUPING SETS, CUBE and ROLLUP only columns may stand, numbers of output columns neither. */
function groupingColumn(node: ast.Expression, context: Context): Typed {
  const value = keyExpression(node, undefined, context);
  if ((node.kind !== 'name' && node.kind !== 'dereference') || value.kind === 'field') {
    const text = `GROUP BY expression must be a column reference: ${node.kind === 'number' ? node.text : node.kind}`;
    throw new SqlError('INVALID_COLUMN_REFERENCE', text, node.position);
  }
  return comparableKey(value, node);
}

function groupingKey(node: ast.Expression, outputs: readonly SelectOutput[], context: Context): Typed {
  return comparableKey(keyExpression(node, outputs, context), node);
}

function comparableKey(value: Typed, { position }: ast.Expression): Typed {
  if (!isComparable(value.type)) {
    const text = `${typeText(value.type)} is not comparable, and therefore cannot be used in GROUP BY`;
    throw new SqlError('TYPE_MISMATCH', text, position);
  }
  return value;
}

function keyExpression(node: ast.Expression, outputs: readonly SelectOutput[] | undefined, context: Context): Typed {
  if (!outputs || node.kind !== 'number' || node.form !== 'integer') {
    return analyze(node, { ...context, scalarOnly: 'GROUP BY clause' });
  }
  const output = outputs[Number(node.text) - 1];
  if (!output) throw positionOutOfRange('GROUP BY', node);
  if (containsAggregate(output.expression) || containsWindow(output.expression)) {
    const text = 'GROUP BY clause cannot contain aggregations, window functions or grouping operations';
    throw new SqlError('EXPRESSION_NOT_SCALAR', text, node.position);
  }
  return output.expression;
}

/** The fingerprints of all keys. */
export function keysOf(groupBy: readonly TypedGrouping[]): Set<string> {
  return new Set(
    groupBy.flatMap((element) => (element.kind === 'simple' ? element.keys : element.sets.flat())).map(fingerprint),
  );
}

/** Outside aggregations, a column of this query must be a key or part of an expression that is one. */
export function checkGrouped(nodes: readonly Typed[], keys: ReadonlySet<string>, local: readonly Field[]): void {
  const own = new Set(local.flatMap(columnsOf));
  const visit = (node: Typed): void => {
    if (keys.has(fingerprint(node))) return;
    switch (node.kind) {
      case 'column':
        if (own.has(fingerprint(node))) throw notGrouped(node);
        return;
      case 'aggregate':
        if (!node.window) return;
        break;
      case 'grouping':
        checkGroupingCall(node.columns, keys);
        return;
      case 'scalar subquery':
      case 'exists':
      case 'in subquery':
      case 'quantified':
        for (const column of node.captures) visit(column);
        break;
    }
    for (const child of children(node)) visit(child);
    if (node.kind === 'aggregate') for (const child of windowChildren(node)) visit(child);
  };
  for (const node of nodes) visit(node);
}

/** The prints of the columns that a field reads: itself, or those of the USING that it stands for. */
function columnsOf(field: Field): string[] {
  if ('relation' in field.source) return [`${field.source.relation}.${field.source.column}`];
  const columns: string[] = [];
  some(field.source.expression, (node) => {
    if (node.kind === 'column') columns.push(fingerprint(node));
    return false;
  });
  return columns;
}

function notGrouped(column: Column): SqlError {
  const name = [...(column.field.qualifier?.slice(-1) ?? []), column.field.name ?? ''].join('.');
  return new SqlError(
    'EXPRESSION_NOT_AGGREGATE',
    `'${name}' must be an aggregate expression or appear in GROUP BY clause`,
    column.position,
  );
}

function checkGroupingCall(columns: readonly Typed[], keys: ReadonlySet<string>): void {
  for (const column of columns) {
    if (keys.has(fingerprint(column))) continue;
    throw new SqlError(
      'INVALID_ARGUMENTS',
      'The arguments to GROUPING() must be expressions referenced by the GROUP BY at the associated query level',
      column.position,
    );
  }
}

/** `GROUP BY DISTINCT`: the product of the elements' sets, each once. */
export function distinctSets(elements: readonly TypedGrouping[]): TypedGrouping[] {
  const product = elements
    .map(setsOf)
    .reduce((left, right) => left.flatMap((a) => right.map((b) => [...a, ...b])), [
      [],
    ] as readonly (readonly Typed[])[]);
  const unique = new Map(product.map((set) => [printOf(set), set]));
  return [{ kind: 'sets', sets: [...unique.values()] }];
}

function setsOf(element: TypedGrouping): readonly (readonly Typed[])[] {
  switch (element.kind) {
    case 'simple':
      return [element.keys];
    case 'sets':
      return element.sets;
    case 'rollup':
      return Array.from({ length: element.sets.length + 1 }, (_, left) =>
        element.sets.slice(0, element.sets.length - left).flat(),
      );
    case 'cube':
      return element.sets.reduceRight<readonly (readonly Typed[])[]>(
        (rest, set) => [rest.map((other) => [...set, ...other]), rest].flat(),
        [[]],
      );
  }
}
