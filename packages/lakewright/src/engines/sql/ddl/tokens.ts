import { SqlError, type SqlPosition } from '../errors';

export type TokenKind = 'word' | 'backquoted' | 'quoted' | 'string' | 'number' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Words as written; quoted forms without their quotes and escapes; `<EOF>` at the end. */
  readonly text: string;
  /** As it stands in the statement. */
  readonly raw: string;
  readonly start: number;
  readonly end: number;
}

/** Cuts a statement into tokens; comments and blanks go, a last `;` too. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const rest = sql.slice(at);
    const skipped = /^(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest);
    if (skipped) {
      at += skipped[0].length;
      continue;
    }
    const token = read(sql, at, rest);
    tokens.push(token);
    at = token.end;
  }
  while (tokens.at(-1)?.raw === ';') tokens.pop();
  tokens.push({ kind: 'end', text: '<EOF>', raw: '<EOF>', start: sql.length, end: sql.length });
  return tokens;
}

function read(sql: string, start: number, rest: string): Token {
  const make = (kind: TokenKind, raw: string, text = raw): Token => ({
    kind,
    text,
    raw,
    start,
    end: start + raw.length,
  });
  const first = rest.charAt(0);
  if (first === '`') {
    const raw = /^`(?:[^`]|``)*`/.exec(rest)?.[0];
    if (raw) return make('backquoted', raw, raw.slice(1, -1).replace(/``/g, '`'));
  } else if (first === "'" || first === '"') {
    const pattern = first === "'" ? /^'(?:\\[\s\S]|''|[^'\\])*'/ : /^"(?:\\[\s\S]|""|[^"\\])*"/;
    const raw = pattern.exec(rest)?.[0];
    if (raw) return make(first === "'" ? 'string' : 'quoted', raw, withoutEscapes(raw, first));
  } else {
    const word = /^[\p{L}_$][\p{L}\p{N}_$]*/u.exec(rest)?.[0];
    if (word) return make('word', word);
    const number = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[\p{L}_$]?[\p{L}\p{N}_$]*/u.exec(rest)?.[0];
    // Hive lets an identifier start with a digit (`2024_sales`).
    if (number) return make(/^[\d.]+(?:[eE][+-]?\d+)?$/.test(number) ? 'number' : 'word', number);
    return make('symbol', /^(?:<=|>=|<>|!=)/.exec(rest)?.[0] ?? first);
  }
  throw new SqlError('SYNTAX_ERROR', `unterminated ${first} in the statement`, positionOf(sql, start));
}

/**
 * Hive's escapes in string literals: `\n`, `\t`, `\001` (octal), `\u0041`, `\\`; another character stands for itself.
 * A doubled quote is one quote.
 */
function withoutEscapes(raw: string, quote: string): string {
  const body = raw.slice(1, -1);
  return body.replace(
    /\\u([0-9a-fA-F]{4})|\\([0-3][0-7]{2})|\\([\s\S])|''|""/g,
    (all, unicode?: string, octal?: string, character?: string) => {
      if (unicode) return String.fromCharCode(Number.parseInt(unicode, 16));
      if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
      if (character !== undefined) return ESCAPES[character] ?? character;
      return all.charAt(0) === quote ? quote : all;
    },
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001a',
  // The pattern characters of LIKE keep their backslash.
  '%': '\\%',
  _: '\\_',
};

/** 1-based line and column of an offset. */
export function positionOf(sql: string, offset: number): SqlPosition {
  const before = sql.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
