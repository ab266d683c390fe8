import { callTypes, withPosition } from '../analyze/calls';
import type { AggregateCall, Typed, TypedBound, TypedSort, TypedWindow } from '../analyze/typed';
import { NotCoveredError } from '../errors';
import type { CallText } from '../functions/entry';
import { isFloating, isStructural } from '../types/build';
import type { TrinoType } from '../types/type';
import { callText, expand } from './calls';
import { holdsNull, identityOf } from './compare';
import { type EmitContext, emit } from './expressions';
import { emitInClause } from './outer-columns';
import { bindOnce, quoteText } from './text';

/** Aggregates whose value depends on the order of their input. */
const ORDERED: ReadonlySet<string> = new Set(['array_agg', 'listagg', 'map_agg', 'multimap_agg', 'map_union']);

const WINDOW_VALUES = 10_000;

const NO_KEYS: ReadonlyMap<string, string> = new Map();

/** An aggregate or window function with its clauses. */
export function aggregateSql(node: AggregateCall, context: EmitContext): string {
  // Inside an aggregation there are rows, not groups.
  const inner: EmitContext = node.window ? context : { ...context, keys: NO_KEYS };
  const filter = node.filter && emitInClause(node.filter, inner);
  const over = node.window ? ` OVER ${windowSql(node.window, context)}` : '';
  const wrap = (call: string, condition?: string): string => {
    const conditions = [filter, condition].filter((part) => part !== undefined);
    return `${call}${conditions.length > 0 ? ` FILTER (WHERE ${conditions.join(' AND ')})` : ''}${over}`;
  };
  const { overload } = node;
  if (!overload) return wrap('count(*)');
  const texts = node.args.map((arg) => (arg.kind === 'lambda' ? '' : emitInClause(arg, inner)));
  const ordered = ORDERED.has(node.name) && node.orderBy.length > 0;
  // A window's rows come in its order, in one go.
  const order = node.window ? { ...inner, valuesInOrder: WINDOW_VALUES } : inner;
  const call: CallText = {
    ...callText({ args: node.args, texts, result: node.type, context: order }),
    ...callTypes(node.args),
    aggregate: wrap,
    distinct: node.distinct ? 'DISTINCT ' : '',
    order: ordered ? ` ORDER BY ${node.orderBy.map((item) => sortSql(item, inner)).join(', ')}` : '',
  };
  const { sql } = overload.behaviour;
  if (typeof sql !== 'string') return withPosition(node.position, () => sql(call));
  return sql
    .split(/(\{(?:[^{}]|\{[^{}]*\})*\})/)
    .map((part) => (part.startsWith('{') ? aggregatePart(part.slice(1, -1), node, call) : expand(part, call)))
    .join('');
}

/** `call` or `call ? extra filter`. */
function aggregatePart(part: string, node: AggregateCall, call: CallText): string {
  const [body = '', condition] = part.split(/ \? (.*)$/s);
  const filled = body
    .replace('$D', call.distinct)
    .replace('$O', call.order)
    .replace('$N', node.ignoreNulls ? ' IGNORE NULLS' : '');
  return call.aggregate(expand(filled, call), condition === undefined ? undefined : expand(condition, call));
}

function windowSql(window: TypedWindow, context: EmitContext): string {
  const parts: string[] = [];
  if (window.partitionBy.length > 0) {
    parts.push(`PARTITION BY ${window.partitionBy.map((key) => partitionSql(key, context)).join(', ')}`);
  }
  const { frame } = window;
  const offsets = frame?.unit === 'RANGE' && [frame.start, frame.end].some((bound) => bound?.kind === 'offset');
  if (window.orderBy.length > 0) {
    // A RANGE frame with offsets takes one plain sort item.
    const items = window.orderBy.map((item) => (offsets ? plainSort(item, context) : sortSql(item, context)));
    parts.push(`ORDER BY ${items.join(', ')}`);
  }
  if (frame) {
    const start = boundSql(frame.start, context);
    const end = frame.end ? boundSql(frame.end, context) : 'CURRENT ROW';
    // Without an order all rows are one group of peers, which DuckDB says with RANGE alone.
    const unit = window.orderBy.length === 0 && frame.unit === 'GROUPS' ? 'RANGE' : frame.unit;
    parts.push(`${unit} BETWEEN ${start} AND ${end}`);
  }
  return `(${parts.join(' ')})`;
}

/** Zoned timestamps are equal when their instants are. */
function partitionSql(key: Typed, context: EmitContext): string {
  const sql = emit(key, context);
  const { type } = key;
  if (type.kind === 'map') throw new NotCoveredError('PARTITION BY a map', key.position);
  if (isStructural(type)) return bindOnce([sql], ([x = '']) => orderKey(x, type));
  return key.type.kind === 'timestamp with time zone' ? `(${sql}).i` : sql;
}

function boundSql(bound: TypedBound, context: EmitContext): string {
  switch (bound.kind) {
    case 'current row':
      return 'CURRENT ROW';
    case 'unbounded':
      return `UNBOUNDED ${bound.direction}`;
    case 'offset': {
      const offset = emit(bound.offset, context);
      const { kind } = bound.offset.type;
      if (kind === 'interval day to second') return `lw_millis(${offset}) ${bound.direction}`;
      if (kind === 'interval year to month') return `to_months(${offset}) ${bound.direction}`;
      return `${offset} ${bound.direction}`;
    }
  }
}

const plainSort = (item: TypedSort, context: EmitContext): string =>
  `${emit(item.expression, context)} ${direction(item)} ${nulls(item)}`;

const direction = (item: TypedSort): string => (item.descending ? 'DESC' : 'ASC');
const nulls = (item: TypedSort): string => (item.nullsFirst ? 'NULLS FIRST' : 'NULLS LAST');

/** One item of ORDER BY; `column` is its text where it's an output column already. */
export function sortSql(item: TypedSort, context: EmitContext, column?: string): string {
  const sql = column ?? emit(item.expression, context);
  const { type } = item.expression;
  if (type.kind === 'timestamp with time zone') return `(${sql}).i ${direction(item)} ${nulls(item)}`;
  if (item.nullsFirst && isFloating(type)) {
    // Recorded from Trino: NULLS FIRST puts NaN lowest, NULLS LAST highest (as DuckDB always does).
    return `isnan(${sql}) ${item.descending ? 'ASC' : 'DESC'} NULLS FIRST, ${sql} ${direction(item)} NULLS FIRST`;
  }
  if (isStructural(type))
    return `${bindOnce([sql], ([x = '']) => orderKey(x, type))} ${direction(item)} ${nulls(item)}`;
  // A bare number would be a position.
  const safe = item.expression.kind === 'literal' && column === undefined ? `(${sql})` : sql;
  return `${safe} ${direction(item)} ${nulls(item)}`;
}

/**
 * Arrays and rows in Trino's order. Comparing two that are equal up to a NULL fails there; this fails for each that
 * holds one, because which ones are compared isn't known.
 */
function orderKey(x: string, type: TrinoType): string {
  const message = 'NOT_SUPPORTED: comparison of arrays and rows that contain null is not supported';
  const failing = `CASE WHEN ${x} IS NOT NULL AND ${holdsNull(type, x)} THEN lw_fail(${quoteText(message)}) IS NOT NULL END`;
  return `CASE WHEN ${failing} THEN NULL ELSE ${identityOf(x, type)} END`;
}
