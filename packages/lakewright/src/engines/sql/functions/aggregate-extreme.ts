import { NotCoveredError, SqlError } from '../errors';
import type { TrinoType } from '../types/type';
import { isFloat } from './array';
import type { Behaviour, CallText, CallTypes } from './entry';

/** What is compared of a value: of a zoned timestamp its instant. */
const compared = (type: TrinoType | undefined, value: string): string =>
  type?.kind === 'timestamp with time zone' ? `(${value}).i` : value;

/** Whether DuckDB orders values of the type as Trino does, as long as no NULL is inside. */
function isOrderedAlike(type: TrinoType): boolean {
  if (type.kind === 'array') return isInsideAlike(type.element);
  return type.kind !== 'row' || type.fields.every((field) => isInsideAlike(field.type));
}

const isInsideAlike = (type: TrinoType): boolean =>
  !isFloat(type) && type.kind !== 'timestamp with time zone' && type.kind !== 'unknown' && isOrderedAlike(type);

function refuseOrder(type: TrinoType | undefined): void {
  if (type && !isOrderedAlike(type)) throw new NotCoveredError(`an aggregate ordered by a value of type ${type.kind}`);
}

/** Where a NULL inside decides, Trino fails; a single value isn't compared. */
function guarded(key: string, type: TrinoType | undefined, call: CallText, sql: string): string {
  if (type?.kind !== 'array' && type?.kind !== 'row') return sql;
  const what = `an aggregate ordered by values of type ${type.kind} with NULL inside`;
  const fail = call.fail('NOT_COVERED', `not covered by the local SQL engine: ${what}`, call.result);
  const holds = `coalesce(${call.aggregate(`bool_or(${call.holdsNull(type, key)})`, `${key} IS NOT NULL`)}, false)`;
  return `CASE WHEN ${call.aggregate(`count(${key})`)} > 1 AND ${holds} THEN ${fail} ELSE ${sql} END`;
}

/** NaN loses against every number, alone it wins. */
function extreme(name: 'min' | 'max'): (call: CallText) => string {
  return (call) => {
    const value = call.args[0] ?? '';
    const { result } = call;
    if (result.kind === 'unknown') return call.aggregate(`${name}(CAST(NULL AS INTEGER))`);
    // Of equal instants the first wins.
    if (result.kind === 'timestamp with time zone') return call.aggregate(`arg_${name}(${value}, (${value}).i)`);
    if (!isFloat(result)) return guarded(value, result, call, call.aggregate(`${name}(${call.distinct}${value})`));
    return `coalesce(${call.aggregate(`${name}(${value})`, `NOT isnan(${value})`)}, ${call.aggregate(`${name}(${value})`)})`;
  };
}

/** Of equal keys the first wins. */
function extremeBy(name: 'arg_min_null' | 'arg_max_null'): (call: CallText) => string {
  return (call) => {
    const [value = '', key = ''] = call.args;
    const type = call.types[1];
    const best = (condition: string): string =>
      call.aggregate(`${name}(${value}, ${compared(type, key)})`, `${key} IS NOT NULL${condition}`);
    if (!isFloat(type)) return guarded(key, type, call, best(''));
    const numbers = call.aggregate(`count(${key})`, `NOT isnan(${key})`);
    return `CASE WHEN ${numbers} > 0 THEN ${best(` AND NOT isnan(${key})`)} ELSE ${best('')} END`;
  };
}

/** The n smallest or largest (by a key), as an array; NaN comes last either way. */
function firstN(direction: 'ASC' | 'DESC'): (call: CallText) => string {
  return (call) => {
    const [value = ''] = call.args;
    const byKey = call.args.length === 3;
    const key = byKey ? (call.args[1] ?? '') : value;
    const type = call.types[byKey ? 1 : 0];
    // A bare constant would be a position.
    const sorted = call.isConstant(byKey ? 1 : 0) && type ? `CAST(${key} AS ${call.physical(type)})` : key;
    const order = `${isFloat(type) ? `isnan(${key}), ` : ''}${compared(type, sorted)} ${direction}`;
    const n = Number(call.literals.at(-1));
    const list = (of: string): string => call.aggregate(`list(${of} ORDER BY ${order})`, `${key} IS NOT NULL`);
    const sliced = guarded(key, type, call, `list_slice(${list(value)}, 1, ${n})`);
    const isZoned = type?.kind === 'timestamp with time zone';
    if (!byKey && !isZoned) return sliced;
    const refuse = (what: string): string =>
      call.fail('NOT_COVERED', `not covered by the local SQL engine: ${what}`, call.result);
    // Which of equal keys are taken, and their order, is up to the form of Trino's heap.
    const first = `list_slice(${list(`{'k': ${compared(type, key)}, 'v': ${value}}`)}, 1, ${n + 1})`;
    const e = call.fresh('e');
    const keys = `list_transform(${first}, lambda ${e}: {'k': ${e}.k})`;
    const isTied = `coalesce(len(list_distinct(${first})) > len(list_distinct(${keys})), false)`;
    // Trino's heap keeps a NULL where a value takes the place of one.
    const nulls = call.aggregate(`count(*)`, `${key} IS NOT NULL AND ${value} IS NULL`);
    return (
      `CASE WHEN ${nulls} > 0 AND ${call.aggregate(`count(${key})`)} > 1 ` +
      `THEN ${refuse('the n smallest or largest by a key, where a value is NULL')} ` +
      `WHEN ${isTied} THEN ${refuse('the n smallest or largest by keys of which some are equal')} ELSE ${sliced} END`
    );
  };
}

function validateN({ literals, types }: CallTypes): void {
  const key = types.length === 3 ? types[1] : types[0];
  refuseOrder(key);
  if (key?.kind === 'unknown') throw new NotCoveredError('the n smallest or largest of values of type unknown');
  const n = literals.at(-1);
  if (n !== undefined && (Number(n) < 1 || Number(n) > 10000)) {
    const message = Number(n) < 1 ? 'must be a positive integer' : 'must be less than or equal to 10000';
    const place = types.length === 3 ? 'third' : 'second';
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', `${place} argument of max_n/min_n ${message}`);
  }
}

const listed = (direction: 'ASC' | 'DESC', n: number, key: string): Behaviour => ({
  sql: firstN(direction),
  orderable: [key],
  literals: [n],
  validate: validateN,
});

const validateKey =
  (argument: number) =>
  ({ types }: CallTypes): void =>
    refuseOrder(types[argument]);

/** The least and the greatest, alone or by a key. */
export const extremes: Readonly<Record<string, Behaviour>> = {
  'min(T): T': { sql: extreme('min'), orderable: ['T'], validate: validateKey(0) },
  'max(T): T': { sql: extreme('max'), orderable: ['T'], validate: validateKey(0) },
  'min(T, bigint): array(T)': listed('ASC', 2, 'T'),
  'max(T, bigint): array(T)': listed('DESC', 2, 'T'),
  'min_by(T, U): T': { sql: extremeBy('arg_min_null'), orderable: ['U'], validate: validateKey(1) },
  'max_by(T, U): T': { sql: extremeBy('arg_max_null'), orderable: ['U'], validate: validateKey(1) },
  'min_by(T, U, bigint): array(T)': listed('ASC', 3, 'U'),
  'max_by(T, U, bigint): array(T)': listed('DESC', 3, 'U'),
};
