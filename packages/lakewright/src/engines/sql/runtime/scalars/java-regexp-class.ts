import { invalidArgument, notCovered } from '../support';

/** ASCII only: `\d`, `\w`, `\s` of Java's syntax in Joni. Written as members of a class of JavaScript's `v` mode. */
const CLASSES: Readonly<Record<string, string>> = { d: '0-9', w: 'A-Za-z0-9_', s: '\\t-\\r ' };

const SPACE = '\\t-\\r \\x85\\xA0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000';
/** What `\b` parts: unlike `\w` it knows all letters. */
export const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
const GRAPH = '[^\\p{White_Space}\\p{Cc}\\p{Cs}\\p{Cn}]';

/** POSIX names, for `\p{…}` (in any case of letters) and `[[:…:]]`. */
const POSIX: Readonly<Record<string, string>> = {
  alnum: '\\p{Alphabetic}\\p{Nd}',
  alpha: '\\p{Alphabetic}',
  ascii: '\\x00-\\x7F',
  blank: '\\t\\p{Zs}',
  cntrl: '\\p{Cc}',
  digit: '\\p{Nd}',
  graph: GRAPH,
  lower: '\\p{Lowercase}',
  print: `${GRAPH}\\p{Zs}`,
  punct: '\\p{P}',
  space: SPACE,
  upper: '\\p{Uppercase}',
  word: WORD,
  xdigit: '0-9A-Fa-f',
  any: '\\p{Any}',
  cased: '\\p{Cased}',
  lc: '\\p{LC}',
  alphabetic: '\\p{Alphabetic}',
};

const CATEGORIES =
  /^(?:C[cfnos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|LC|Letter|Mark|Number|Punctuation|Symbol|Separator|Other)$/;

/** The members of a class for `\d \w \s` and their complements; undefined for another letter. */
export function shorthand(letter: string): string | undefined {
  const members = CLASSES[letter.toLowerCase()];
  if (members === undefined) return undefined;
  return letter === letter.toLowerCase() ? members : `[^${members}]`;
}

/**
 * The members of a class for `\p{name}`. Joni knows general categories, scripts and POSIX names, and no `name=value`.
 *
 * @throws ScalarFailure INVALID_FUNCTION_ARGUMENT for what Joni doesn't know, NOT_COVERED for blocks and Java's own
 */
export function property(name: string, negated: boolean): string {
  const posix = POSIX[name.toLowerCase()];
  if (posix !== undefined) return negated ? `[^${posix}]` : posix;
  const [letter = '', ...rest] = name.toLowerCase();
  const title = letter.toUpperCase() + rest.join('');
  const value = CATEGORIES.test(title) ? title : isScript(title) ? `Script=${title}` : undefined;
  if (value !== undefined) return `\\${negated ? 'P' : 'p'}{${value}}`;
  if (/[_=^]|^Is/.test(name)) return invalidArgument(`invalid character property name <${name}>`);
  return notCovered(`\\p{${name}} in a regular expression`);
}

function isScript(name: string): boolean {
  try {
    new RegExp(`\\p{Script=${name}}`, 'u');
    // JavaScript's codes of four letters (Latn) are no names of Joni's.
    return name.length !== 4 || /^(?:Thai|Cham|Lisu)$/.test(name);
  } catch {
    return false;
  }
}

/** A character as a member of a class in `v` mode. */
export const member = (character: string): string =>
  /[A-Za-z0-9]/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** What the class parser needs of the pattern's translator. */
export interface ClassSource {
  readonly pattern: string;
  at: number;
  /** Letters of either case are wanted, without JavaScript's flag. */
  readonly bothCases: boolean;
  /** The escape at the cursor: one character, or members of a class. */
  escape(): { readonly character: string } | { readonly members: string };
}

/** Parses the class at the cursor, which stands on `[`, with its nested classes and intersections. */
export function characterClass(source: ClassSource): string {
  const { pattern } = source;
  source.at++;
  const negated = pattern[source.at] === '^';
  if (negated) source.at++;
  const operands: string[] = [];
  let members = '';
  /** The character that a range may begin with; `range` and `class` can't. */
  let last: { readonly character: string } | 'range' | 'class' | undefined;
  const flush = (): void => {
    if (typeof last === 'object') members += withCase(last.character, last.character, source.bothCases);
    last = undefined;
  };
  const start = source.at;
  for (;;) {
    const c = pattern[source.at];
    if (c === undefined) return invalidArgument('premature end of char-class');
    if (c === ']') {
      if (source.at > start) break;
      // First in a class it stands for itself, if another one follows.
      if (!pattern.includes(']', source.at + 1)) return invalidArgument('empty char-class');
    }
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(pattern.slice(source.at));
    if (posix) {
      flush();
      const named = POSIX[posix[2] ?? ''];
      if (named === undefined) return notCovered(`${posix[0]} in a regular expression`);
      members += posix[1] ? `[^${named}]` : named;
      source.at += posix[0].length;
      last = 'class';
    } else if (c === '[') {
      flush();
      members += characterClass(source);
      last = 'class';
    } else if (pattern.startsWith('&&', source.at)) {
      flush();
      operands.push(members);
      members = '';
      source.at += 2;
    } else if (c === '-' && last !== undefined && pattern[source.at + 1] !== ']') {
      source.at++;
      if (pattern[source.at] === '[' || pattern.startsWith('&&', source.at)) notCovered('a hyphen before a class');
      const end = one(source);
      if (last === 'range') {
        // Joni drops the hyphen of `[a-c-e]`.
        if (pattern[source.at] === '-' || 'members' in end) notCovered('two hyphens in a character class');
        else members += withCase(end.character, end.character, source.bothCases);
      } else if ('members' in end) return invalidArgument('char-class value at end of range');
      else {
        // Behind a class Joni's range begins at U+0000.
        const from = last === 'class' ? '\0' : last.character;
        if ((from.codePointAt(0) ?? 0) > (end.character.codePointAt(0) ?? 0)) {
          return invalidArgument('empty range in char class');
        }
        members += withCase(from, end.character, source.bothCases);
      }
      last = 'range';
    } else {
      flush();
      const next = one(source);
      if ('members' in next) {
        members += next.members;
        last = 'class';
      } else last = next;
    }
  }
  flush();
  source.at++;
  operands.push(members);
  const body = operands.length === 1 ? members : operands.map((operand) => `[${operand}]`).join('&&');
  return `[${negated ? '^' : ''}${body}]`;
}

function one(source: ClassSource): { readonly character: string } | { readonly members: string } {
  if (source.pattern[source.at] === '\\') return source.escape();
  const point = source.pattern.codePointAt(source.at);
  if (point === undefined) return invalidArgument('premature end of char-class');
  const character = String.fromCodePoint(point);
  source.at += character.length;
  return { character };
}

/** A range, and with `bothCases` its letters of the other case, of which only ASCII's are known here. */
function withCase(from: string, to: string, bothCases: boolean): string {
  const range = (a: string, b: string): string => (a === b ? member(a) : `${member(a)}-${member(b)}`);
  const text = range(from, to);
  if (!bothCases) return text;
  if (from === to) return [...caseVariants(from)].map(member).join('');
  if (/^(?:[a-z]{2}|[A-Z]{2})$/.test(from + to)) {
    const other = (c: string): string => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase());
    const special = [...'ks'].filter((c) => from.toLowerCase() <= c && c <= to.toLowerCase());
    return text + range(other(from), other(to)) + special.flatMap((c) => [...caseVariants(c)].map(member)).join('');
  }
  return /^[0-9]{2}$/.test(from + to)
    ? text
    : notCovered('a range under a flag i that holds for a part of the pattern');
}

/** All characters that are equal to it when case is ignored. */
export function caseVariants(character: string): ReadonlySet<string> {
  const variants = new Set([character, character.toLowerCase(), character.toUpperCase()]);
  if (/[kK\u212a]/.test(character)) for (const c of 'kK\u212a') variants.add(c);
  if (/[sS\u017f]/.test(character)) for (const c of 'sS\u017f') variants.add(c);
  return new Set([...variants].filter((variant) => [...variant].length === 1));
}
