import { NotCoveredError, type SqlPosition } from '../errors';

/** The parser, the analyzer and DuckDB recurse: deeper texts are refused. */
export const MAX_DEPTH = 300;

export class NestedTooDeep extends NotCoveredError {
  public constructor(position: SqlPosition) {
    super(`nested deeper than ${MAX_DEPTH}`, position);
  }
}

/** The grammar's parser takes a time that grows with the square of the nesting. */
export const MAX_GRAMMAR_DEPTH = 20;

const PARTS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|[()[\]\n]/g;

/** How deep brackets are nested, at most. */
export function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [part] of text.matchAll(PARTS)) {
    if (part === '(' || part === '[') deepest = Math.max(deepest, ++depth);
    else if (part === ')' || part === ']') depth--;
  }
  return deepest;
}

/** @throws NotCoveredError where brackets are nested too deep for the grammar's parser. */
export function checkNesting(text: string): void {
  if (nestingOf(text) <= MAX_GRAMMAR_DEPTH) return;
  throw new NotCoveredError(`brackets nested deeper than ${MAX_GRAMMAR_DEPTH} in a statement of this form`);
}
