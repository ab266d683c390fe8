import type { Cursor } from './cursor';

/**
 * Words that start a clause and may be names as well: `FROM t limit` has an alias, `FROM t LIMIT 5` a limit. What
 * follows decides.
 */
const ROW_LIMITS = ['OFFSET', 'LIMIT', 'FETCH'] as const;

export function startsRowLimit(c: Cursor, clause?: (typeof ROW_LIMITS)[number]): boolean {
  const { key } = c.token;
  const isClause = clause ? key === clause : ROW_LIMITS.some((word) => word === key);
  if (!isClause) return false;
  const next = c.peek(1);
  if (key === 'FETCH') return next.key === 'FIRST' || next.key === 'NEXT';
  return next.kind === 'integer' || next.key === '?' || (key === 'LIMIT' && next.key === 'ALL');
}

export const startsWindow = (c: Cursor): boolean => c.is('WINDOW') && c.isName(1) && c.peek(2).key === 'AS';

export const startsSample = (c: Cursor): boolean =>
  c.is('TABLESAMPLE') && (c.peek(1).key === 'BERNOULLI' || c.peek(1).key === 'SYSTEM') && c.peek(2).key === '(';

/** `AS x`, `x`, or nothing. */
export function alias(c: Cursor): string | undefined {
  if (c.accept('AS')) return c.name();
  if (!c.isName() || startsRowLimit(c) || startsWindow(c) || startsSample(c)) return undefined;
  return c.is('MATCH_RECOGNIZE') ? c.decline() : c.name();
}
