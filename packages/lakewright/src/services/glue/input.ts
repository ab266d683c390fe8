import type { ApiShape } from '../api-shape';
import { invalidInput } from './errors';

/** Glue's "single-line string pattern": no control characters but the tab. */
const SINGLE_LINE = /^[\u0020-\uD7FF\uE000-\uFFFD\uD800-\uDFFF\t]*$/;

const violated = (value: unknown, member: string, constraint: string) =>
  invalidInput(
    `1 validation error detected: Value ${value === undefined || value === null ? 'null' : `'${value}'`} at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );

/** A required string of 1 to `max` characters in one line. `member` is its path as Glue writes it: `tableInput.name`. */
export function requiredString(value: ApiShape, member: string, max = 255): string {
  if (value === undefined || value === null) throw violated(value, member, 'not be null');
  if (typeof value !== 'string') throw violated(value, member, 'be a string');
  if (value.length < 1) throw violated(value, member, 'have length greater than or equal to 1');
  if (value.length > max) throw violated(value, member, `have length less than or equal to ${max}`);
  if (!SINGLE_LINE.test(value)) throw violated(value, member, `satisfy regular expression pattern: single-line string`);
  return value;
}

/** A database, table or crawler-made name. Glue folds these to lower case when it stores them, and when it looks them up. */
export function requiredName(value: ApiShape, member: string): string {
  return requiredString(value, member).toLowerCase();
}

export function requiredObject(value: ApiShape, member: string): ApiShape {
  if (value === undefined || value === null) throw violated(value, member, 'not be null');
  if (typeof value !== 'object' || Array.isArray(value)) throw violated(value, member, 'be a structure');
  return value;
}

/** A required list of at most `max` members. */
export function requiredList(value: ApiShape, member: string, max = Number.POSITIVE_INFINITY): ApiShape[] {
  if (value === undefined || value === null) throw violated(value, member, 'not be null');
  if (!Array.isArray(value)) throw violated(value, member, 'be a list');
  if (value.length > max) {
    throw violated(`${value.length} members`, member, `have length less than or equal to ${max}`);
  }
  return value;
}

export function requiredStrings(value: ApiShape, member: string, max?: number): string[] {
  for (const [index, text] of requiredList(value, member, max).entries()) {
    if (typeof text !== 'string') throw violated(text, `${member}.${index + 1}.member`, 'be a string');
  }
  return value;
}

/** String → string, keys of 1 to 255 characters, values of at most 512,000. */
export function checkParameters(parameters: ApiShape, member: string): void {
  if (parameters === undefined || parameters === null) return;
  for (const [key, value] of Object.entries(requiredObject(parameters, member))) {
    requiredString(key, `${member}.key`);
    if (typeof value !== 'string') throw violated(value, `${member}.${key}`, 'be a string');
    if (value.length > 512_000) throw violated('…', `${member}.${key}`, 'have length less than or equal to 512000');
  }
}

/** Without the members that are undefined or null: what a JSON client sees as absent. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined && member !== null)) as T;
}

/** A copy that has only the named members of an input structure; unknown ones are dropped, as AWS does. */
export function pick(value: ApiShape, members: readonly string[]): Record<string, ApiShape> {
  return compact(Object.fromEntries(members.map((member) => [member, value[member]])));
}
