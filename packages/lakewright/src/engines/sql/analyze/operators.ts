import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import type { ComparisonOperator } from '../parse/ast';
import * as build from '../types/build';
import { coercionCost, commonSuperType, isComparable, isOrderable } from '../types/coercion';
import { asDecimal, productType, quotientType, remainderType, sumType } from '../types/decimal';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { coerce, commonType, literalValue, nullLiteral } from './coerce';
import type { Arithmetic, Comparison, Typed } from './typed';
import { isSubquery, some } from './walk';

type ArithmeticOperator = Arithmetic['operator'];

function cannotApply(operator: string, left: Typed, right: Typed, position?: SqlPosition): SqlError {
  const text = `Cannot apply operator: ${typeText(left.type)} ${operator} ${typeText(right.type)}`;
  return new SqlError('TYPE_MISMATCH', text, position);
}

export function compare(operator: ComparisonOperator, left: Typed, right: Typed, position?: SqlPosition): Comparison {
  const type = comparisonType(operator, left, right, position);
  return {
    kind: 'comparison',
    type: build.BOOLEAN,
    operator,
    left: coerce(left, type),
    right: coerce(right, type),
    position,
  };
}

/**
 * Trino's planner takes the cast off `CAST(x AS t) = constant` and compares the constant with itself for it
 * (UnwrapCastInComparison, recorded from Trino 476): that fails where a NULL is inside of it, whatever the rows are.
 *
 * @throws SqlError NOT_SUPPORTED
 */
export function checkUnwrapped(left: Typed, right: Typed): void {
  for (const [cast, constant] of [
    [left, right],
    [right, left],
  ] as const) {
    const { type } = cast;
    if (type.kind !== 'array' && type.kind !== 'row') continue;
    const isTakenOff =
      cast.kind === 'cast' && coercionCost(cast.operand.type, type) !== undefined && some(cast.operand, isVariable);
    if (!isTakenOff || some(constant, isVariable) || !holdsNull(constant)) continue;
    const parts = type.kind === 'array' ? 'arrays' : 'fields';
    const text = `${type.kind.toUpperCase()} comparison not supported for ${parts} with null elements`;
    throw new SqlError('NOT_SUPPORTED', text, cast.position);
  }
}

const isVariable = (node: Typed): boolean =>
  node.kind === 'column' || node.kind === 'lambda parameter' || node.kind === 'aggregate' || isSubquery(node);

/** Whether a NULL is written inside of an array or row. */
function holdsNull(node: Typed): boolean {
  if (node.kind === 'cast') return holdsNull(node.operand);
  if (node.kind !== 'array' && node.kind !== 'row') return false;
  return node.items.some((item) => literalValue(item) === null || holdsNull(item));
}

/** The type that both sides are compared in. */
export function comparisonType(operator: ComparisonOperator, left: Typed, right: Typed, position?: SqlPosition) {
  const type = commonSuperType(left.type, right.type);
  const needsOrder = operator !== '=' && operator !== '<>';
  if (!type || !isComparable(type) || (needsOrder && !isOrderable(type))) {
    throw cannotApply(operator, left, right, position);
  }
  return type;
}

/** The one type of a value and those it's compared with (`IN`, `BETWEEN`). */
export function sharedType(nodes: readonly Typed[], what: string, ordered: boolean, position?: SqlPosition): TrinoType {
  const type = commonType(nodes, what);
  if (!isComparable(type) || (ordered && !isOrderable(type))) {
    throw new SqlError('TYPE_MISMATCH', `Type ${typeText(type)} cannot be compared`, position);
  }
  return type;
}

/** Refuses comparisons whose answer DuckDB would give in its own way. */
export function refuseFor(
  type: TrinoType,
  what: string,
  kinds: 'zoned' | 'structural' | 'floating',
  position?: SqlPosition,
) {
  const bad =
    kinds === 'zoned'
      ? build.someType(type, (part) => part.kind === 'timestamp with time zone')
      : kinds === 'structural'
        ? build.isStructural(type)
        : build.containsFloating(type);
  if (bad) throw new NotCoveredError(`${what} on ${typeText(type)}`, position);
}

export function negate(operand: Typed, position?: SqlPosition): Typed {
  if (!build.isNumeric(operand.type) && !build.isInterval(operand.type)) {
    throw new SqlError('TYPE_MISMATCH', `Cannot negate ${typeText(operand.type)}`, position);
  }
  return { kind: 'negation', type: operand.type, operand, position };
}

const DATETIME = ['date', 'timestamp', 'timestamp with time zone'];
const isInstant = (type: TrinoType): boolean => DATETIME.includes(type.kind);

export function arithmetic(operator: ArithmeticOperator, left: Typed, right: Typed, position?: SqlPosition): Typed {
  const node = (type: TrinoType, l: Typed, r: Typed): Typed => ({
    kind: 'arithmetic',
    type,
    operator,
    left: l,
    right: r,
    position,
  });
  if (left.type.kind === 'unknown' && right.type.kind === 'unknown' && operator !== '-') {
    return nullLiteral(build.INTEGER, position);
  }
  const known = left.type.kind === 'unknown' ? right.type : left.type;
  if (known !== left.type || right.type.kind === 'unknown') {
    // Trino can't choose between the number and the intervals that the NULL may be.
    if (operator === '*' && (known.kind === 'bigint' || known.kind === 'double')) {
      throw new SqlError('AMBIGUOUS_FUNCTION_CALL', 'Could not choose a best candidate operator', position);
    }
    if (build.isNumeric(known)) {
      const type = known.kind === 'decimal' ? build.decimal(1, 0) : known;
      return known === left.type
        ? arithmetic(operator, left, coerce(right, type), position)
        : arithmetic(operator, coerce(left, type), right, position);
    }
  }
  if (build.isNumeric(left.type) && build.isNumeric(right.type)) return numeric(operator, left, right, node);
  const withNull = nullWithDates(operator, left, right, position);
  if (withNull) return withNull;
  const other = withDatesAndIntervals(operator, left, right, node, position);
  if (other) return other;
  throw cannotApply(operator, left, right, position);
}

/** A bare NULL beside a date, time or interval: Trino finds one operator that takes it, or several. */
function nullWithDates(
  operator: ArithmeticOperator,
  left: Typed,
  right: Typed,
  position?: SqlPosition,
): Typed | undefined {
  const [noLeft, noRight] = [left.type.kind === 'unknown', right.type.kind === 'unknown'];
  if (noLeft === noRight && operator !== '-') return undefined;
  if (!noLeft && !noRight) return undefined;
  const { type } = noLeft ? right : left;
  const isClock = isInstant(type) || type.kind === 'time';
  if (!isClock && !build.isInterval(type) && !(noLeft && noRight)) return undefined;
  if (operator === '*' || operator === '/') {
    return build.isInterval(type) && (operator === '*' || left.type === type) ? nullLiteral(type, position) : undefined;
  }
  if (operator === '-' && noLeft && isClock) return nullLiteral(build.DAY_TO_SECOND, position);
  if (operator === '-' && !noLeft && (type.kind === 'date' || !isClock)) return nullLiteral(type, position);
  const text = 'Could not choose a best candidate operator. Explicit type casts must be added.';
  throw new SqlError('AMBIGUOUS_FUNCTION_CALL', text, position);
}

type MakeNode = (type: TrinoType, left: Typed, right: Typed) => Typed;

function numeric(operator: ArithmeticOperator, left: Typed, right: Typed, node: MakeNode): Typed {
  const common = commonSuperType(left.type, right.type) ?? build.DOUBLE;
  if (common.kind !== 'decimal') return node(common, coerce(left, common), coerce(right, common));
  const a = asDecimal(left.type);
  const b = asDecimal(right.type);
  const rules = { '+': sumType, '-': sumType, '*': productType, '/': quotientType, '%': remainderType };
  return node(rules[operator](a, b), coerce(left, a), coerce(right, b));
}

function withDatesAndIntervals(
  operator: ArithmeticOperator,
  left: Typed,
  right: Typed,
  node: MakeNode,
  position?: SqlPosition,
): Typed | undefined {
  const additive = operator === '+' || operator === '-';
  const hasClock = (type: TrinoType) => isInstant(type) || type.kind === 'time';
  if (additive && hasClock(left.type) && build.isInterval(right.type)) return addInterval(left, right, node, position);
  if (operator === '+' && build.isInterval(left.type) && hasClock(right.type)) {
    return addInterval(right, left, node, position);
  }
  if (operator === '-' && isInstant(left.type) && isInstant(right.type)) {
    const type = commonSuperType(left.type, right.type);
    if (type) return node(build.DAY_TO_SECOND, coerce(left, type), coerce(right, type));
  }
  if (operator === '-' && left.type.kind === 'time' && right.type.kind === 'time') {
    return node(build.DAY_TO_SECOND, left, right);
  }
  if (!build.isInterval(left.type)) {
    return operator === '*' && build.isInterval(right.type) && build.isNumeric(left.type)
      ? withDatesAndIntervals(operator, right, left, node, position)
      : undefined;
  }
  if (additive && right.type.kind === left.type.kind) return node(left.type, left, right);
  if ((operator === '*' || operator === '/') && build.isNumeric(right.type)) {
    const exact = build.isInteger(right.type);
    return node(left.type, left, exact ? coerce(right, build.BIGINT) : coerce(right, build.DOUBLE));
  }
  return undefined;
}

function addInterval(value: Typed, interval: Typed, node: MakeNode, position?: SqlPosition): Typed {
  const { type } = value;
  const months = interval.type.kind === 'interval year to month';
  if (type.kind === 'time' && months) {
    throw new SqlError('TYPE_MISMATCH', `Cannot apply operator: ${typeText(type)} + ${interval.type.kind}`, position);
  }
  // A sum with milliseconds has at least their precision.
  const result = !months && 'precision' in type ? { ...type, precision: Math.max(3, type.precision) } : type;
  return node(result as TrinoType, value, interval);
}

/** `a || b`: the overloads of concat, by operator. */
export function canCoerce(node: Typed, type: TrinoType): boolean {
  return coercionCost(node.type, type) !== undefined;
}
