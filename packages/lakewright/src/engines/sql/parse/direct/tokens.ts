import { Declined } from './declined';

/** What a token is; words are keywords and names alike, `end` follows the last one. */
export type TokenKind = 'word' | 'quoted' | 'string' | 'binary' | 'integer' | 'decimal' | 'double' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written. */
  readonly text: string;
  /** A word in upper case, a symbol as it is, otherwise empty: what the grammar asks for. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Of an opening bracket: the index of the token that closes it. */
  closedBy?: number;
}

interface Rule {
  readonly kind: TokenKind | 'space';
  readonly pattern: RegExp;
}

const SPACE: Rule = { kind: 'space', pattern: /[ \r\n\t]+/y };
const WORD: Rule = { kind: 'word', pattern: /[A-Za-z_][A-Za-z0-9_]*/y };
const STRING: Rule = { kind: 'string', pattern: /(?:[uU]&)?'(?:[^']|'')*'/y };
const SYMBOL: Rule = { kind: 'symbol', pattern: /=>|->|<>|!=|<=|>=|\|\||[()[\],.;:?=<>+\-*/%]/y };

/** In the order of the grammar: of two that match, the first one counts. */
const RULES: readonly Rule[] = [
  SPACE,
  { kind: 'space', pattern: /--[^\r\n]*\r?\n?|\/\*[\s\S]*?\*\//y },
  STRING,
  { kind: 'binary', pattern: /[xX]'[^']*'/y },
  WORD,
  { kind: 'quoted', pattern: /"(?:[^"]|"")*"/y },
  { kind: 'double', pattern: /(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+/y },
  { kind: 'decimal', pattern: /\d(?:_?\d)*\.(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*/y },
  { kind: 'integer', pattern: /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|\d(?:_?\d)*/y },
  SYMBOL,
];

/** The rules that may match at a character, by its code. */
const RULES_AT: readonly (readonly Rule[])[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\s/.test(character)) return [SPACE];
  if (/[A-Za-z_]/.test(character)) {
    return RULES.filter(({ kind }) => kind === 'word' || kind === 'string' || kind === 'binary');
  }
  if (character === "'") return [STRING];
  if (/[(),[\]=+]/.test(character)) return [SYMBOL];
  return RULES.filter((rule) => rule !== WORD && rule !== SPACE);
});

const DIGIT_NAME = /\d[A-Za-z0-9_]+/y;
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/**
 * The tokens of a statement, by the lexical rules of Trino's grammar (names of ASCII letters, comments don't nest), with
 * every bracket knowing where it closes. Columns count characters, not UTF-16 units.
 *
 * @throws Declined for what the rules don't know, back quotes, an open string and brackets that don't match.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const open: Token[] = [];
  let line = 1;
  // Where column 0 of the line would be.
  let origin = -1;
  for (let at = 0; at < text.length; ) {
    const { kind, end } = match(text, at);
    if (kind !== 'space') {
      const value = text.slice(at, end);
      const key = kind === 'word' ? value.toUpperCase() : kind === 'symbol' ? value : '';
      const token: Token = { kind, text: value, key, start: at, end, line, column: at - origin };
      if (key === '(' || key === '[') open.push(token);
      else if (key === ')' || key === ']') {
        const opening = open.pop();
        if (opening?.key !== CLOSING[key]) throw new Declined(token);
        opening.closedBy = tokens.length;
      }
      tokens.push(token);
    }
    if (MAY_SPAN_LINES.has(kind)) {
      for (let index = at; index < end; index++) {
        const code = text.charCodeAt(index);
        if (code === NEWLINE) {
          line++;
          origin = index;
        } else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) origin++;
      }
    }
    at = end;
  }
  const start = text.length;
  const last: Token = { kind: 'end', text: '<EOF>', key: '', start, end: start, line, column: start - origin };
  if (open.length > 0) throw new Declined(last);
  tokens.push(last);
  return tokens;
}

const NEWLINE = 10;
const MAY_SPAN_LINES: ReadonlySet<Rule['kind']> = new Set(['space', 'string', 'quoted', 'binary']);

function match(text: string, at: number): { readonly kind: Rule['kind']; readonly end: number } {
  for (const { kind, pattern } of RULES_AT[text.charCodeAt(at)] ?? []) {
    pattern.lastIndex = at;
    if (!pattern.test(text)) continue;
    const end = pattern.lastIndex;
    if (isNumber(kind) && isDigitName(text, at, end)) throw new Declined();
    return { kind, end };
  }
  throw new Declined();
}

const isNumber = (kind: Rule['kind']): boolean => kind === 'integer' || kind === 'decimal' || kind === 'double';

/** The longest match wins: `1a` is a name that starts with a digit, `1e5` a number. */
function isDigitName(text: string, start: number, end: number): boolean {
  DIGIT_NAME.lastIndex = start;
  return DIGIT_NAME.test(text) && DIGIT_NAME.lastIndex > end;
}
