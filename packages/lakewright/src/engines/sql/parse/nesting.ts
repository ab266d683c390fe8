import { NotCoveredError } from '../errors';

/** The parser's time grows with the square of the nesting, and the analyzer recurses: deeper texts are refused. */
const MAX_DEPTH = 100;

const PARTS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|[()[\]\n]/g;

/** @throws NotCoveredError where brackets are nested deeper than {@link MAX_DEPTH}. */
export function checkNesting(text: string): void {
  let depth = 0;
  for (const match of text.matchAll(PARTS)) {
    if (match[0] === '(' || match[0] === '[') depth++;
    else if (match[0] === ')' || match[0] === ']') depth--;
    if (depth <= MAX_DEPTH) continue;
    const before = text.slice(0, match.index).split('\n');
    const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    throw new NotCoveredError(`brackets nested deeper than ${MAX_DEPTH}`, position);
  }
}
