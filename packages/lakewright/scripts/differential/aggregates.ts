import type { Random } from '../fuzz-sql/random';
import {
  byName,
  callOf,
  chooseKind,
  chooseOrderable,
  chooseScalar,
  expression,
  type Scope,
  usable,
} from './expressions';
import { bindResult, isUsable } from './patterns';
import { scalar } from './values';

const AGGREGATES = byName(
  usable('aggregate').filter(({ result, parameters }) => [result, ...parameters].every(isUsable)),
);
const WINDOWS = byName(usable('window'));

/** An aggregate over the columns, of any type. */
export function aggregate(depth: number, scope: Scope): string {
  const { random } = scope;
  const filter = random.below(6) === 0 ? ` FILTER (WHERE ${expression(scalar('boolean'), 1, scope)})` : '';
  return `${random.below(8) === 0 ? ordered(depth, scope) : plain(depth, scope)}${filter}`;
}

function plain(depth: number, scope: Scope): string {
  const { random } = scope;
  if (random.below(10) === 0) return 'count(*)';
  const overload = random.pick(random.pick(AGGREGATES));
  const bindings = bindResult(overload, chooseKind(scope)) ?? new Map();
  const call = callOf(overload, bindings, depth, scope);
  const distinct = overload.parameters.length === 1 && !overload.variadic && random.below(8) === 0;
  return distinct ? call.replace('(', '(DISTINCT ') : call;
}

/** Aggregates whose answer depends on the order of rows, with one. */
function ordered(depth: number, scope: Scope): string {
  const { random } = scope;
  const value = expression(chooseScalar(scope), depth - 1, scope);
  const order = `ORDER BY ${random.pick(['', `${expression(chooseOrderable(scope), 1, scope)} NULLS FIRST, `])}${scope.row}`;
  const text = expression(scalar('varchar'), depth - 1, scope);
  return random.pick([
    `array_agg(${value} ${order} DESC)`,
    `array_agg(${value} ${order})`,
    `array_sort(array_agg(DISTINCT ${expression(chooseOrderable(scope), depth - 1, scope)}))`,
    `max_by(${value}, ${scope.row})`,
    `multimap_agg(${expression(scalar('integer'), 1, scope)} % 3, ${value} ${order})`,
    `listagg(${text}, '-') WITHIN GROUP (${order})`,
    `element_at(map_agg(${scope.row}, ${value}), 2)`,
  ]);
}

/** A window function, or an aggregate as one; `k` orders the rows without ties. */
export function windowed(depth: number, scope: Scope): string {
  const { random } = scope;
  const partition = random.below(2) ? `PARTITION BY ${expression(chooseOrderable(scope), 1, scope)} ` : '';
  const order = `ORDER BY ${random.pick(['', `${expression(chooseOrderable(scope), 1, scope)}, `])}k${random.pick(['', ' DESC'])}`;
  if (random.below(2)) {
    const overload = random.pick(random.pick(WINDOWS));
    const call = callOf(overload, new Map(), depth, scope);
    const takesNulls = /^(lag|lead|first_value|last_value|nth_value)\(/.test(call);
    return `${call}${takesNulls && random.below(3) === 0 ? ' IGNORE NULLS' : ''} OVER (${partition}${order})`;
  }
  const call = plain(depth, scope).replace('(DISTINCT ', '(');
  const range = order === 'ORDER BY k' || order === 'ORDER BY k DESC';
  return `${call} OVER (${partition}${order}${frame(random, range)})`;
}

function frame(random: Random, range: boolean): string {
  return random.pick([
    '',
    ' ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING',
    ' ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
    ' ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING',
    ' RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
    ' GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING',
    // With an offset, over one number.
    range ? ' RANGE BETWEEN 1 PRECEDING AND CURRENT ROW' : ' GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW',
  ]);
}
