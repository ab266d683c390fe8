import { NotCoveredError, SqlError } from '../errors';
import type * as ast from '../parse/ast';
import * as build from '../types/build';
import { isComparable, isOrderable } from '../types/coercion';
import { typeText } from '../types/text';
import { analyzeArguments, bindCall, isLambda, noSuchCall } from './calls';
import { condition } from './coerce';
import type { Context } from './context';
import { analyze } from './expressions';
import type { AggregateCall, Typed, TypedSort } from './typed';
import { checkWindowFunction, windowOf } from './windows';

/** A call of an aggregate or window function; undefined when the name is a scalar function's. */
export function aggregateOrWindow(node: ast.FunctionCall, context: Context): Typed | undefined {
  const { functions } = context.analysis;
  const { name, position } = node;
  const isAggregate = functions.overloads('aggregate', name).length > 0;
  const isWindow = functions.overloads('window', name).length > 0;
  if (!isAggregate && !isWindow) {
    if (!node.over) return undefined;
    if (functions.overloads('scalar', name).length > 0) {
      throw new SqlError('FUNCTION_NOT_WINDOW', `Not a window function: ${name}`, position);
    }
    throw noSuchCall(name, 'window', [], context, position);
  }
  if (!isAggregate && !node.over) {
    throw new SqlError('MISSING_OVER', `Window function ${name} requires an OVER clause`, position);
  }
  checkNesting(node, context);
  return analyzeCall(node, context, isWindow && node.over !== undefined);
}

function checkNesting(node: ast.FunctionCall, context: Context): void {
  const { name, position } = node;
  if (context.insideAggregate) {
    if (node.over) throw new SqlError('NESTED_WINDOW', 'Cannot nest window functions inside aggregation', position);
    const text = `Cannot nest aggregations inside aggregation '${context.insideAggregate}': [${name}]`;
    throw new SqlError('NESTED_AGGREGATION', text, position);
  }
  if (context.scalarOnly) {
    const text = `${context.scalarOnly} cannot contain aggregations, window functions or grouping operations: [${name}]`;
    throw new SqlError('EXPRESSION_NOT_SCALAR', text, position);
  }
  if (node.over && context.insideWindow) {
    throw new SqlError('NESTED_WINDOW', 'Cannot nest window functions or row pattern measures', position);
  }
  if (node.over && node.filter) {
    throw new SqlError('NOT_SUPPORTED', 'Window function with FILTER is not supported', position);
  }
}

function analyzeCall(node: ast.FunctionCall, context: Context, asWindow: boolean): AggregateCall {
  const { functions } = context.analysis;
  const { name, position } = node;
  const inner: Context = node.over ? { ...context, insideWindow: true } : { ...context, insideAggregate: name };
  const args = analyzeArguments(node.args, inner);
  const filter = node.filter && condition(analyze(node.filter, inner), 'FILTER condition');
  const orderBy = node.orderBy.map((item) => sortOf(item, inner));
  const window = node.over && windowOf(node.over, inner);
  if (window && asWindow) checkWindowFunction(functions.canonicalName(name), node, window);
  const base = {
    kind: 'aggregate' as const,
    name: functions.canonicalName(name),
    distinct: node.distinct,
    orderBy,
    filter,
    ignoreNulls: node.nulls === 'ignore',
    window,
    position,
  };
  checkClauses(base.name, node, asWindow);
  if (node.star) {
    if (name !== 'count') throw new SqlError('FUNCTION_NOT_FOUND', `Function '${name}(*)' not registered`, position);
    return { ...base, type: build.BIGINT, args: [] };
  }
  const [listed] = args;
  if (name === 'listagg' && listed && !isLambda(listed) && listed.type.kind !== 'varchar') {
    const text = `Expected expression of varchar, but the value has ${typeText(listed.type)} type`;
    throw new SqlError('TYPE_MISMATCH', text, position);
  }
  const tables = asWindow
    ? [...functions.overloads('window', name), ...functions.overloads('aggregate', name)]
    : functions.overloads('aggregate', name);
  const bound = bindCall(tables, args, inner, position);
  if (!bound) throw noSuchCall(name, asWindow ? 'window' : 'aggregate', args, context, position);
  const [first] = bound.args;
  if (node.distinct && first && first.kind !== 'lambda' && !isComparable(first.type)) {
    throw new SqlError(
      'TYPE_MISMATCH',
      `DISTINCT can only be applied to comparable types (actual: ${typeText(first.type)})`,
      position,
    );
  }
  return { ...base, type: bound.type, overload: bound.overload, args: bound.args };
}

const ORDERED: ReadonlySet<string> = new Set(['array_agg', 'listagg', 'map_agg', 'multimap_agg', 'map_union']);
const DISTINCT =
  /^(array_agg|count|sum|avg|listagg|min|max|min_by|max_by|map_agg|approx_distinct|arbitrary|bool_and|bool_or|stddev.*|var.*|skewness|kurtosis|geometric_mean|bitwise_(and|or|xor)_agg|count_if|histogram|checksum)$/;
/** The order of their input can't change what they give. */
const ORDER_FREE = /^(count|sum|avg|min|max|bool_and|bool_or|count_if|approx_distinct|histogram|checksum)$/;

function checkClauses(name: string, node: ast.FunctionCall, asWindow: boolean): void {
  const { position } = node;
  if (node.nulls === 'ignore' && !asWindow) {
    throw new NotCoveredError(`IGNORE NULLS on ${name}`, position);
  }
  if (node.orderBy.length > 0 && !ORDERED.has(name) && !ORDER_FREE.test(name)) {
    throw new NotCoveredError(`ORDER BY inside ${name}`, position);
  }
  const isListed = /^(min|max)(_by)?$/.test(name) && node.args.length === (name.endsWith('_by') ? 3 : 2);
  if (node.distinct && isListed) throw new NotCoveredError(`DISTINCT inside ${name} with a count`, position);
  if (node.distinct && !DISTINCT.test(name)) throw new NotCoveredError(`DISTINCT inside ${name}`, position);
  if (node.distinct && node.over && node.orderBy.length > 0)
    throw new NotCoveredError(`ORDER BY and DISTINCT inside ${name} as a window function`, position);
}

export function sortOf(item: ast.SortItem, context: Context): TypedSort {
  const expression = analyze(item.expression, context);
  return typedSort(item, expression);
}

/** Checks that the type has an order. */
export function typedSort(item: ast.SortItem, expression: Typed): TypedSort {
  if (!isOrderable(expression.type)) {
    const type = typeText(expression.type);
    throw new SqlError(
      'TYPE_MISMATCH',
      `Type ${type} is not orderable, and therefore cannot be used in ORDER BY: ${expression.kind}`,
      item.expression.position,
    );
  }
  return { expression, descending: item.descending, nullsFirst: item.nullsFirst };
}
