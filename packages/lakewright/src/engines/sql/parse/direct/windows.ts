import type { FrameBound, WindowFrame, WindowReference, WindowSpec } from '../ast';
import type { Cursor } from './cursor';
import { expression, orderBy } from './expressions';

/** `OVER w`, `OVER (…)`; undefined where OVER isn't there, or is a name. */
export function overClause(c: Cursor): WindowReference | undefined {
  if (!c.is('OVER') || !(c.isName(1) || c.peek(1).key === '(')) return undefined;
  c.take();
  if (c.is('(')) return windowSpec(c);
  const { position } = c;
  return { name: c.name(), position };
}

/** A window in its parentheses; its position is that of what stands in them. */
export function windowSpec(c: Cursor): WindowSpec {
  c.expect('(');
  const { position } = c;
  const base = startsClause(c) ? undefined : c.name();
  const partitionBy = c.accept('PARTITION', 'BY') ? c.list(() => expression(c)) : [];
  const order = orderBy(c);
  const spec = { base, partitionBy, orderBy: order, frame: c.is(')') ? undefined : frame(c), position };
  c.expect(')');
  return spec;
}

const FRAME_UNITS: readonly string[] = ['ROWS', 'RANGE', 'GROUPS'];

/** The words that start a window's clauses may be the name of another window. */
function startsClause(c: Cursor): boolean {
  if (c.is(')') || c.is('ORDER') || c.is('PARTITION', 'BY')) return true;
  if (!FRAME_UNITS.includes(c.token.key)) return false;
  const next = c.peek(1).key;
  return [')', 'ORDER', 'PARTITION', ...FRAME_UNITS].includes(next) ? c.decline() : true;
}

function frame(c: Cursor): WindowFrame {
  const { position } = c;
  if (!FRAME_UNITS.includes(c.token.key)) c.decline();
  const unit = c.take().key as 'ROWS' | 'RANGE' | 'GROUPS';
  if (!c.accept('BETWEEN')) return { unit, start: bound(c), end: undefined, position };
  const start = bound(c);
  c.expect('AND');
  return { unit, start, end: bound(c), position };
}

function bound(c: Cursor): FrameBound {
  if (c.accept('CURRENT', 'ROW')) return { kind: 'current row' };
  if (c.accept('UNBOUNDED', 'PRECEDING')) return { kind: 'unbounded', direction: 'PRECEDING' };
  if (c.accept('UNBOUNDED', 'FOLLOWING')) return { kind: 'unbounded', direction: 'FOLLOWING' };
  const offset = expression(c);
  if (!c.is('PRECEDING') && !c.is('FOLLOWING')) c.decline();
  return { kind: 'offset', direction: c.take().key as 'PRECEDING', offset };
}
