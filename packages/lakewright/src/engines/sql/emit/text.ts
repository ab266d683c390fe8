import { physicalType } from '../types/physical';
import type { TrinoType } from '../types/type';

/**
 * The words of the emitted SQL: literals, checks, values bound once.
 *
 * Writing a statement is synchronous, so the counter of generated names and the session's zone are kept here for its
 * duration ({@link startStatement}).
 */
let counter = 0;
let zone = 'UTC';

export function startStatement(sessionZone: string): void {
  counter = 0;
  zone = sessionZone;
}

/** The session's time zone, in which zone-less values are read. */
export const sessionZone = (): string => zone;

/** A name for a lambda parameter that no other expression of the statement uses. */
export const fresh = (prefix: string): string => `${prefix}${++counter}`;

export const quoteText = (text: string): string => `'${text.replace(/'/g, "''")}'`;

/** An expression of the type that fails with Trino's error when it's evaluated. */
export function raise(name: string, message: string, type: TrinoType): string {
  return `CAST(lw_fail(${quoteText(`${name}: ${message}`)}) AS ${physicalType(type)})`;
}

/** The value, unless the condition holds. */
export function check(condition: string, name: string, message: string, type: TrinoType, value: string): string {
  return `CASE WHEN ${condition} THEN ${raise(name, message, type)} ELSE ${value} END`;
}

/** Marks an expression whose value differs each time: it must not be repeated. */
export const VOLATILE = '/*volatile*/';

/** Whether a value may fail when it's worked out: functions of ours, casts, checked and plain arithmetic. */
export const mayFail = (sql: string): boolean => /lw_|CAST\(| [-+*] /.test(sql);

/** Longer than this, repeating an operand costs more than binding it. */
const SHORT = 160;

/** A call of ours is JavaScript or a macro, which names its operands several times in turn. */
const isRepeatable = (sql: string): boolean =>
  sql.length <= SHORT && !sql.includes(VOLATILE) && !sql.includes('SELECT ') && !/lw_(?!fail)\w+\(/.test(sql);
const isAtomic = (sql: string): boolean => /^\(?-?[\w.":]+\)?(::\w+)?$/.test(sql) || /^'[^']*'$/.test(sql);

/**
 * An expression that names its operands several times. Short ones are repeated (DuckDB removes the repetition); long,
 * volatile ones and subqueries are bound once, by a list of one element and a lambda: the text grows linearly with the
 * nesting. Once one is bound all are, because the body is a lambda then and may hold no aggregation or subquery.
 */
export function bindOnce(operands: readonly string[], body: (names: readonly string[]) => string): string {
  if (operands.every(isRepeatable)) return body(operands);
  const bound: { readonly name: string; readonly value: string }[] = [];
  const names = operands.map((value) => {
    if (isAtomic(value)) return value;
    const name = fresh('l');
    bound.push({ name, value });
    return name;
  });
  const inner = body(names);
  // Nothing to gain where the body is one of the operands.
  const same = bound.find(({ name }) => name === inner);
  if (same) return same.value;
  // The second one would stand in the lambda of the first, and a subquery mayn't: they're bound side by side.
  if (bound.slice(1).some(({ value }) => value.includes('SELECT '))) return boundTogether(bound, names, body);
  return bound.reduceRight((sql, { name, value }) => `list_transform([${value}], lambda ${name}: ${sql})[1]`, inner);
}

interface BoundOperand {
  readonly name: string;
  readonly value: string;
}

function boundTogether(
  bound: readonly BoundOperand[],
  names: readonly string[],
  body: (names: readonly string[]) => string,
): string {
  const all = fresh('l');
  const own = new Set(bound.map(({ name }) => name));
  const inner = body(names.map((name) => (own.has(name) ? `${all}.${name}` : name)));
  const fields = bound.map(({ name, value }) => `${name}: ${value}`);
  return `list_transform([{${fields.join(', ')}}], lambda ${all}: ${inner})[1]`;
}

/**
 * An expression of operands that is NULL where it fails; the operands' own failures aren't caught. It stands in a
 * lambda, because DuckDB evaluates an expression that the statement repeats before the TRY around it, and the operands
 * outside of it, because a lambda can't read the columns of an enclosing query.
 */
export function attempt(operands: readonly string[], body: (names: readonly string[]) => string): string {
  const all = fresh('a');
  const fields = operands.map((value, index) => `o${index}: ${value}`);
  const [only] = operands;
  const bound = only === undefined ? '0' : operands.length === 1 ? only : `{${fields.join(', ')}}`;
  const names = operands.length === 1 ? [all] : operands.map((_value, index) => `${all}.o${index}`);
  return `list_transform([${bound}], lambda ${all}: TRY(${body(names)}))[1]`;
}

/**
 * A number that is worked out before it's compared: DuckDB turns `x + 1 > 3` into `x > 2`, and `CAST(x AS SMALLINT) = 5`
 * into `x = 5`, which don't fail where the sum or the cast does. Through `least` it doesn't see.
 */
export const evaluated = (sql: string): string => `least(${sql})`;

/** The value, once the others are worked out: what fails in them fails, though the value may not need them. */
export function afterOthers(others: readonly string[], sql: string): string {
  if (others.length === 0) return sql;
  return `CASE WHEN ${others.map((other) => `hash(${other}) IS NULL`).join(' OR ')} THEN NULL ELSE ${sql} END`;
}
