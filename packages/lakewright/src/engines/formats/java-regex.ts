import { NotCoveredError } from '../sql/errors';

/** A Java pattern as JavaScript's. */
export interface JavaRegex {
  readonly regex: RegExp;
  /** JavaScript's number of each of the pattern's own groups, from the first on: the translation adds groups. */
  readonly groups: readonly number[];
}

const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Alnum: 'A-Za-z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1f\\x7f',
  XDigit: '0-9A-Fa-f',
  Space: ' \\t\\n\\x0b\\f\\r',
  ASCII: '\\x00-\\x7f',
};

/** One after the other: what is escaped, an opening, a class, a quantifier, anything else. */
const TOKEN =
  /\\Q[\s\S]*?(?:\\E|$)|\\[pP]\{\^?\w+\}|\\[\s\S]|\(\?<[A-Za-z]\w*>|\(\?(?:<[=!]|[:=!>])|\(\?[a-zA-Z-]+[:)]|\[|(?:[*+?]|\{\d+(?:,\d*)?\})[+?]?|[\s\S]/g;

/** What `\s`, `\d`, `\w` and the dot mean in Java is nearer to ASCII than JavaScript's own. */
const ESCAPES: Readonly<Record<string, string>> = {
  s: '[ \\t\\n\\x0b\\f\\r]',
  S: '[^ \\t\\n\\x0b\\f\\r]',
  h: '[ \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]',
  R: '(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])',
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
  a: '\\x07',
  e: '\\x1b',
};

/**
 * Translates possessive quantifiers, atomic groups, `\Q…\E`, POSIX classes, Java's anchors and flags at the start.
 *
 * @param whole the pattern must match the whole text
 * @throws NotCoveredError for what JavaScript can't say: class intersections, flags in the middle, conditions
 */
export function javaRegex(
  source: string,
  options: { readonly insensitive: boolean; readonly whole: boolean },
): JavaRegex {
  const flags = new Set(options.insensitive ? 'is' : 's');
  const leading = /^\(\?([a-z]+)\)/.exec(source);
  for (const flag of leading?.[1] ?? '') {
    if (!'ismu'.includes(flag)) throw refused(source, `flag ${flag}`);
    if (flag !== 'u') flags.add(flag);
  }
  const { text, groups } = translate(source.slice(leading?.[0].length ?? 0), source);
  try {
    return { regex: new RegExp(options.whole ? `^(?:${text})$` : text, [...flags].join('')), groups };
  } catch (error) {
    throw refused(source, (error as Error).message);
  }
}

const refused = (source: string, why: string): NotCoveredError =>
  new NotCoveredError(`regular expression ${source}: ${why}`);

function translate(pattern: string, source: string): { text: string; groups: number[] } {
  const out: string[] = [];
  const groups: number[] = [];
  const open: { start: number; close: string }[] = [];
  let captures = 0;
  let atom = 0;
  const emit = (text: string): void => {
    atom = out.length;
    out.push(text);
  };
  /** What a lookahead has captured can't be given back. The name keeps the group out of the numbering. */
  const atomic = (start: number, inner: string): void => {
    if (/\((?!\?)|\(\?<[A-Za-z]/.test(inner.replace(/\\[\s\S]/g, '')))
      throw refused(source, 'groups in an atomic group');
    captures++;
    out.length = start;
    emit(`(?:(?=(${inner}))\\${captures})`);
  };
  const tokens = [...pattern.matchAll(TOKEN)];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]?.[0] as string;
    if (token === '[') {
      const end = classEnd(pattern, tokens[at]?.index as number, source);
      emit(characterClass(pattern.slice(tokens[at]?.index, end), source));
      while (at + 1 < tokens.length && (tokens[at + 1]?.index as number) < end) at++;
    } else if (token === '(' || /^\(\?<[A-Za-z]/.test(token)) {
      groups.push(++captures);
      open.push({ start: out.length, close: ')' });
      out.push('(');
    } else if (token.startsWith('(?')) {
      if (/^\(\?[a-zA-Z-]+[:)]$/.test(token)) throw refused(source, `flags ${token}`);
      open.push({ start: out.length, close: token === '(?>' ? 'atomic' : ')' });
      out.push(token === '(?>' ? '(?:' : token);
    } else if (token === ')') {
      const group = open.pop();
      if (!group) throw refused(source, 'unmatched )');
      out.push(')');
      if (group.close === 'atomic') atomic(group.start, out.slice(group.start).join(''));
      else atom = group.start;
    } else if (/^[*+?{]./.test(token) && token.endsWith('+') && token.length > 1) {
      atomic(atom, `${out.slice(atom).join('')}${token.slice(0, -1)}`);
    } else if (/^(?:[*+?]|\{\d)/.test(token)) out.push(token);
    else if (token.startsWith('\\')) emit(escaped(token, groups, source));
    else emit(/[{}\]]/.test(token) ? `\\${token}` : token);
  }
  if (open.length) throw refused(source, 'unmatched (');
  return { text: out.join(''), groups };
}

function escaped(token: string, groups: readonly number[], source: string): string {
  if (token.startsWith('\\Q')) {
    return `(?:${token
      .slice(2)
      .replace(/\\E$/, '')
      .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')})`;
  }
  const posix = /^\\([pP])\{(?:Is)?(\w+)\}$/.exec(token);
  if (posix) {
    const set = POSIX[posix[2] as string];
    if (!set) throw refused(source, token);
    return posix[1] === 'p' ? `[${set}]` : `[^${set}]`;
  }
  const letter = token[1] as string;
  if (/[1-9]/.test(letter)) {
    const own = groups[Number(letter) - 1];
    if (own === undefined) throw refused(source, token);
    return `(?:\\${own})`;
  }
  const known = ESCAPES[letter];
  if (known) return known;
  if (/[A-Za-z]/.test(letter) && !'bBdDwWtnrfvxu'.includes(letter)) throw refused(source, token);
  return token;
}

function classEnd(pattern: string, start: number, source: string): number {
  let at = start + 1;
  if (pattern[at] === '^') at++;
  if (pattern[at] === ']') throw refused(source, 'a character class that begins with ]');
  for (; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === '[' || pattern.startsWith('&&', at)) throw refused(source, 'nested character class');
    else if (pattern[at] === ']') return at + 1;
  }
  throw refused(source, 'unterminated character class');
}

function characterClass(text: string, source: string): string {
  return text.replace(/\\[pP]\{(?:Is)?(\w+)\}|\\([\s\S])/g, (token, posix: string | undefined, letter: string) => {
    if (posix) {
      const set = token.startsWith('\\p') ? POSIX[posix] : undefined;
      if (!set) throw refused(source, token);
      return set;
    }
    if ('shae'.includes(letter)) return (ESCAPES[letter] as string).replace(/^\[|\]$/g, '');
    if (/[A-Za-z]/.test(letter) && !'dDwWtnrfxu'.includes(letter)) throw refused(source, token);
    return token;
  });
}
