import type { Statement } from './ast';
import type { RawStatement } from './statements';

/**
 * Numbers the `?` of a statement from 0 in the order of the text. Until then a parameter's index is its offset in the
 * text: rules are visited in another order than they are written in.
 */
export function numberParameters(statement: RawStatement): Statement {
  const offsets = new Set<number>();
  collect(statement, offsets);
  const order = new Map([...offsets].sort((a, b) => a - b).map((offset, index) => [offset, index]));
  return withCount(order.size > 0 ? renumber(statement, order) : statement, order.size);
}

/** A statement without `?`. */
export const withoutParameters = (statement: RawStatement): Statement => withCount(statement, 0);

/** PREPARE and EXPLAIN hold a statement; its parameters are theirs. */
function withCount(statement: RawStatement, parameters: number): Statement {
  if ('statement' in statement) {
    return { ...statement, parameters, statement: withCount(statement.statement, parameters) } as Statement;
  }
  return { ...statement, parameters } as Statement;
}

function collect(node: unknown, offsets: Set<number>): void {
  if (typeof node !== 'object' || node === null) return;
  if ('kind' in node && node.kind === 'parameter' && 'index' in node) offsets.add(node.index as number);
  for (const value of Object.values(node)) collect(value, offsets);
}

function renumber<T>(node: T, order: ReadonlyMap<number, number>): T {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((item) => renumber(item, order)) as T;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, renumber(value, order)]));
  if (copy.kind === 'parameter') copy.index = order.get(copy.index as number) ?? 0;
  return copy as T;
}
