import { NotCoveredError, SqlError } from '../errors';
import type * as ast from '../parse/ast';
import * as build from '../types/build';
import { isComparable } from '../types/coercion';
import { typeText } from '../types/text';
import { sortOf } from './aggregates';
import { coerce, literalValue } from './coerce';
import type { Context } from './context';
import { analyze } from './expressions';
import type { Typed, TypedBound, TypedSort, TypedWindow } from './typed';

/** The OVER clause; named windows are resolved, `(w ORDER BY …)` is merged. */
export function windowOf(reference: ast.WindowReference, context: Context): TypedWindow {
  const spec = merged(reference, context);
  const partitionBy = spec.partitionBy.map((key) => {
    const value = analyze(key, context);
    if (isComparable(value.type)) return value;
    const text = `${typeText(value.type)} is not comparable, and therefore cannot be used in window function PARTITION BY`;
    throw new SqlError('TYPE_MISMATCH', text, key.position);
  });
  const orderBy = spec.orderBy.map((item) => sortOf(item, context));
  const { frame } = spec;
  if (!frame) return { partitionBy, orderBy };
  checkFrame(frame, orderBy);
  const start = boundOf(frame.start, frame, orderBy, context);
  const end = frame.end && boundOf(frame.end, frame, orderBy, context);
  return { partitionBy, orderBy, frame: { unit: frame.unit, start, end } };
}

function merged(reference: ast.WindowReference, context: Context): ast.WindowSpec {
  if (!('partitionBy' in reference)) return named(reference.name, context, reference.position);
  if (reference.base === undefined) return reference;
  const base = named(reference.base, context, reference.position);
  if (reference.partitionBy.length > 0) {
    throw new SqlError(
      'INVALID_PARTITION_BY',
      'WINDOW specification with named WINDOW reference cannot specify PARTITION BY',
      reference.position,
    );
  }
  if (reference.orderBy.length > 0 && base.orderBy.length > 0) {
    throw new SqlError(
      'INVALID_ORDER_BY',
      'Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY',
      reference.position,
    );
  }
  if (base.frame) {
    throw new SqlError(
      'INVALID_WINDOW_REFERENCE',
      'Cannot reference named WINDOW containing frame specification',
      reference.position,
    );
  }
  return {
    ...base,
    orderBy: reference.orderBy.length > 0 ? reference.orderBy : base.orderBy,
    frame: reference.frame,
    base: undefined,
  };
}

function named(name: string, context: Context, position: ast.WindowSpec['position']): ast.WindowSpec {
  const spec = context.windows.get(name.toLowerCase());
  if (!spec) throw new SqlError('INVALID_WINDOW_REFERENCE', `Cannot resolve WINDOW name ${name}`, position);
  return merged(spec, context);
}

function checkFrame(frame: ast.WindowFrame, orderBy: readonly TypedSort[]): void {
  const { start, end, position } = frame;
  const invalid = (text: string) => new SqlError('INVALID_WINDOW_FRAME', text, position);
  if (start.kind === 'unbounded' && start.direction === 'FOLLOWING') {
    throw invalid('Window frame start cannot be UNBOUNDED FOLLOWING');
  }
  if (end?.kind === 'unbounded' && end.direction === 'PRECEDING') {
    throw invalid('Window frame end cannot be UNBOUNDED PRECEDING');
  }
  const rank = (bound: ast.FrameBound): number =>
    bound.kind === 'current row' ? 0 : bound.direction === 'PRECEDING' ? -1 : 1;
  if (rank(start) > rank(end ?? { kind: 'current row' })) {
    const name = (bound: ast.FrameBound) => (bound.kind === 'current row' ? 'CURRENT ROW' : bound.direction);
    throw invalid(`Window frame starting from ${name(start)} cannot end with ${name(end ?? { kind: 'current row' })}`);
  }
  const hasOffset = start.kind === 'offset' || end?.kind === 'offset';
  if (frame.unit === 'GROUPS' && hasOffset && orderBy.length === 0) {
    throw new SqlError('MISSING_ORDER_BY', 'Window frame of type GROUPS requires ORDER BY', position);
  }
  if (frame.unit !== 'RANGE') return;
  if (hasOffset && orderBy.length === 0) {
    throw new SqlError(
      'MISSING_ORDER_BY',
      'Window frame of type RANGE PRECEDING or FOLLOWING requires ORDER BY',
      position,
    );
  }
  if (hasOffset && orderBy.length > 1) {
    throw new SqlError(
      'INVALID_ORDER_BY',
      'Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY (actual: ' +
        orderBy.length +
        ')',
      position,
    );
  }
  if (hasOffset && orderBy.some((item) => build.isFloating(item.expression.type) && item.nullsFirst)) {
    throw new NotCoveredError('RANGE frame with offsets over floating-point numbers with NULLS FIRST', position);
  }
  if (orderBy.some((item) => item.expression.type.kind === 'timestamp with time zone') && hasOffset) {
    throw new NotCoveredError('RANGE frame over timestamp with time zone', position);
  }
}

function boundOf(
  bound: ast.FrameBound,
  frame: ast.WindowFrame,
  orderBy: readonly TypedSort[],
  context: Context,
): TypedBound {
  if (bound.kind !== 'offset') return bound;
  const offset = analyze(bound.offset, context);
  const { direction } = bound;
  if (frame.unit !== 'RANGE') {
    if (!build.isInteger(offset.type)) {
      const text = `Window frame ${frame.unit} value type must be exact numeric type with scale 0 (actual ${typeText(offset.type)})`;
      throw new SqlError('TYPE_MISMATCH', text, frame.position);
    }
    const value = literalValue(offset);
    if (typeof value === 'bigint' && value < 0n) {
      throw new SqlError('INVALID_WINDOW_FRAME', 'Window frame offset value must not be negative or null');
    }
    return { kind: 'offset', direction, offset: coerce(offset, build.BIGINT) };
  }
  const key = orderBy[0]?.expression.type;
  const fits =
    key &&
    ((build.isNumeric(key) && build.isNumeric(offset.type)) ||
      ((key.kind === 'date' || key.kind === 'timestamp') && build.isInterval(offset.type)));
  if (!fits) {
    throw new SqlError(
      'TYPE_MISMATCH',
      `Window frame RANGE value type (${typeText(offset.type)}) not compatible with sort item type`,
      frame.position,
    );
  }
  if (key?.kind === 'date' && offset.type.kind === 'interval day to second') checkWholeDays(offset, frame);
  return { kind: 'offset', direction, offset };
}

/** A date has no hours to add or subtract. */
function checkWholeDays(offset: Typed, { position }: ast.WindowFrame): void {
  const value = literalValue(offset);
  if (typeof value !== 'bigint') throw new NotCoveredError('RANGE frame over dates with a computed interval', position);
  if (value % 86_400_000n !== 0n) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'Cannot add hour, minutes or seconds to a date', position);
  }
}

/** Functions that look at the whole partition. */
const FRAMELESS: ReadonlySet<string> = new Set([
  'row_number',
  'rank',
  'dense_rank',
  'percent_rank',
  'cume_dist',
  'ntile',
  'lag',
  'lead',
]);
const WITH_NULL_TREATMENT: ReadonlySet<string> = new Set(['lag', 'lead', 'first_value', 'last_value', 'nth_value']);

/** A frame or IGNORE NULLS where the function takes none. */
export function checkWindowFunction(name: string, node: ast.FunctionCall, window: TypedWindow): void {
  if (window.orderBy.length === 0 && (name === 'lag' || name === 'lead')) {
    throw new SqlError('MISSING_ORDER_BY', `${name} function requires an ORDER BY window clause`, node.position);
  }
  if (window.frame && FRAMELESS.has(name)) {
    const text = `Cannot specify window frame for ${name} function`;
    throw new SqlError('INVALID_WINDOW_FRAME', text, node.position);
  }
  if (node.nulls !== undefined && !WITH_NULL_TREATMENT.has(name)) {
    const text = `Cannot specify null treatment clause for ${name} function`;
    throw new SqlError('NULL_TREATMENT_NOT_ALLOWED', text, node.position);
  }
}
