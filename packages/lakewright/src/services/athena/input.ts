import type { ApiShape } from '../api-shape';
import { invalidRequest } from './errors';

/** A required text member. */
export function requiredText(input: ApiShape, member: string): string {
  const value = input?.[member];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidRequest(
    `1 validation error detected: Value ${value === undefined || value === null ? 'null' : `'${value}'`} at '${member}' failed to satisfy constraint: Member must not be null or empty`,
  );
}

/** `MaxResults` within its bounds. */
export function pageSize(input: ApiShape, limit: number): number {
  const value = input?.MaxResults ?? limit;
  if (Number.isInteger(value) && value >= 1 && value <= limit) return value;
  throw invalidRequest(`MaxResults must be between 1 and ${limit}: '${value}'`);
}

/** One page of a list that is in memory; the token is where the next one starts. */
export function page<T>(
  items: readonly T[],
  input: ApiShape,
  limit: number,
): { items: readonly T[]; NextToken?: string } {
  const size = pageSize(input, limit);
  const start = input?.NextToken ? offsetOf(input.NextToken) : 0;
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length && { NextToken: tokenOf(end) }) };
}

export const tokenOf = (offset: number): string => Buffer.from(`o:${offset}`).toString('base64url');

export function offsetOf(token: unknown): number {
  const match = /^o:(\d+)$/.exec(Buffer.from(String(token), 'base64url').toString());
  if (!match) throw invalidRequest(`The NextToken '${token}' is not one that this operation gave`);
  return Number(match[1]);
}

/** Seconds since 1970, as the API gives times. */
export const seconds = (date: Date): number => date.getTime() / 1_000;
