import type { ApiShape } from '../api-shape';
import { invalidInput } from './errors';

/** A page of a list, and the token of the next one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/**
 * Pages through `items` in the order of `key`. The token carries the last key seen, so a client that deletes or adds
 * while it pages neither skips an item nor sees one twice.
 */
export function page<T>(
  items: readonly T[],
  key: (item: T) => string,
  input: ApiShape,
  limit: number,
  descending = false,
): Page<T> {
  const size = pageSize(input.MaxResults, limit);
  const order = (a: string, b: string) => (descending ? compare(b, a) : compare(a, b));
  const sorted = items.map((item) => ({ item, key: key(item) })).sort((a, b) => order(a.key, b.key));
  const after = input.NextToken ? decode(input.NextToken) : undefined;
  const rest = after === undefined ? sorted : sorted.filter((entry) => order(entry.key, after) > 0);
  const shown = rest.slice(0, size);
  const last = shown.at(-1);
  const found = shown.map(({ item }) => item);
  return rest.length > size && last !== undefined ? { items: found, NextToken: encode(last.key) } : { items: found };
}

function pageSize(value: ApiShape, limit: number): number {
  if (value === undefined || value === null) return limit;
  if (!Number.isInteger(value) || value < 1 || value > limit) {
    throw invalidInput(
      `1 validation error detected: Value '${value}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and ${limit}`,
    );
  }
  return value;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const encode = (key: string) => Buffer.from(JSON.stringify({ after: key })).toString('base64url');

function decode(token: ApiShape): string {
  try {
    const { after } = JSON.parse(Buffer.from(String(token), 'base64url').toString());
    if (typeof after === 'string') return after;
  } catch {
    // falls through to the refusal
  }
  throw invalidInput(`The NextToken "${token}" is not one that this operation gave.`);
}
