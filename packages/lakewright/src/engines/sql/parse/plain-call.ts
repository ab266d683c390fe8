import type { SqlPosition } from '../errors';
import type { Expression, FunctionCall } from './ast';

/** `name(args)` without any clause: what special syntax (`POSITION(a IN b)`) stands for. */
export const plainCall = (name: string, args: readonly Expression[], position: SqlPosition): FunctionCall => ({
  kind: 'call',
  name,
  args,
  star: false,
  distinct: false,
  orderBy: [],
  position,
});
