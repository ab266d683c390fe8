import { SqlError, type SqlPosition } from '../errors';

/** The parts of `UNLOAD (query) TO 's3://…' WITH (…)`, by offsets into the text. */
export interface UnloadParts {
  readonly position: SqlPosition;
  readonly query: { readonly start: number; readonly end: number };
  readonly location: string;
  /** Between the parentheses of WITH; absent without the clause. */
  readonly properties?: { readonly start: number; readonly end: number };
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * UNLOAD is Athena's own: Trino's grammar doesn't know it. Undefined when the statement isn't an UNLOAD.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/unload.html
 */
export function splitUnload(text: string): UnloadParts | undefined {
  const tokens = tokenize(text);
  let at = 0;
  const next = (): Token => tokens[at] ?? { text: '<EOF>', start: text.length, end: text.length };
  const expect = (...allowed: string[]): Token => {
    const token = next();
    const matches = allowed.some((word) =>
      word === 'string' ? token.text.startsWith("'") : token.text.toUpperCase() === word,
    );
    if (!matches) {
      const found = token.text === '<EOF>' ? token.text : `'${token.text}'`;
      throw new SqlError(
        'SYNTAX_ERROR',
        `mismatched input ${found}. Expecting: ${allowed.map((word) => (word === 'string' ? '<string>' : `'${word}'`)).join(', ')}`,
        positionAt(text, token.start),
      );
    }
    at++;
    return token;
  };
  if (next().text.toUpperCase() !== 'UNLOAD') return undefined;
  const first = expect('UNLOAD');
  const query = parenthesized();
  expect('TO');
  const location = expect('string').text.slice(1, -1).replace(/''/g, "'");
  let properties: { start: number; end: number } | undefined;
  if (next().text.toUpperCase() === 'WITH') {
    expect('WITH');
    properties = parenthesized();
  }
  if (next().text === ';') at++;
  if (next().text !== '<EOF>') expect('<EOF>');
  return { position: positionAt(text, first.start), query, location, properties };

  function parenthesized(): { start: number; end: number } {
    const open = expect('(');
    for (let depth = 1; at < tokens.length; at++) {
      const token = next();
      if (token.text === '(') depth++;
      else if (token.text === ')' && --depth === 0) {
        at++;
        return { start: open.end, end: token.start };
      }
    }
    expect(')');
    return { start: open.end, end: text.length };
  }
}

/** Words, strings, quoted names and single characters; comments and white space are left out. */
function tokenize(text: string): Token[] {
  const pattern = /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_]*|./gy;
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const [token] = match;
    if (/^(\s|--|\/\*)/.test(token)) continue;
    tokens.push({ text: token, start: match.index, end: match.index + token.length });
  }
  return tokens;
}

export function positionAt(text: string, offset: number): SqlPosition {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** The text with everything outside the range blanked: positions in the rest stay true. */
export function blankOutside(text: string, range: { readonly start: number; readonly end: number }): string {
  const blank = (part: string) => part.replace(/[^\n]/g, ' ');
  return blank(text.slice(0, range.start)) + text.slice(range.start, range.end) + blank(text.slice(range.end));
}
