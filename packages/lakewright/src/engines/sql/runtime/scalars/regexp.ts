import { invalidArgument, notCovered, ParseCache, type ScalarFunction, scalar } from '../support';
import { type JavaPattern, translatePattern } from './java-regexp';

const patterns = new ParseCache<JavaPattern>(translatePattern);

function* matches(text: string, { regexp }: JavaPattern, from = 0): Generator<RegExpExecArray> {
  regexp.lastIndex = from;
  for (let match = regexp.exec(text); match; match = regexp.exec(text)) {
    const next = regexp.lastIndex;
    // JavaScript finds an empty match in the middle of a surrogate pair, too.
    if (!isInPair(text, match.index)) yield match;
    // An empty match: go on behind the next character.
    regexp.lastIndex = match[0] === '' ? next + ((text.codePointAt(next) ?? 0) > 0xffff ? 2 : 1) : next;
    if (regexp.lastIndex > text.length) return;
  }
}

const isInPair = (text: string, index: number): boolean =>
  /[\udc00-\udfff]/.test(text.charAt(index)) && /[\ud800-\udbff]/.test(text.charAt(index - 1));

function firstMatch(text: string, pattern: JavaPattern): RegExpExecArray | null {
  for (const match of matches(text, pattern)) return match;
  return null;
}

/** Text that JavaScript can't compare as Joni does is refused. */
function patternFor(source: string, text: string): JavaPattern {
  const pattern = patterns.get(source);
  if (pattern.refusedText?.test(text)) notCovered('a ligature under the flag i of a regular expression');
  return pattern;
}

/** The text of a group in a match. */
function groupText(match: RegExpExecArray, pattern: JavaPattern, group: number): string | undefined {
  if (pattern.unsure.has(group)) notCovered('a group that only some repetitions of its regular expression match');
  return match[pattern.groups[group] ?? 0];
}

function groupOf(pattern: JavaPattern, group: bigint): number {
  const count = pattern.groups.length - 1;
  if (group < 0n) invalidArgument('Group cannot be negative');
  if (group > count) invalidArgument(`Pattern has ${count} groups. Cannot access group ${group}`);
  return Number(group);
}

function extract(text: string, source: string, group: bigint): string | null {
  const pattern = patternFor(source, text);
  const own = groupOf(pattern, group);
  const match = firstMatch(text, pattern);
  return match ? (groupText(match, pattern, own) ?? null) : null;
}

function extractAll(text: string, source: string, group: bigint): string {
  const pattern = patternFor(source, text);
  const own = groupOf(pattern, group);
  return JSON.stringify(Array.from(matches(text, pattern), (match) => groupText(match, pattern, own) ?? null));
}

function split(text: string, source: string): string {
  const parts: string[] = [];
  let start = 0;
  for (const match of matches(text, patternFor(source, text))) {
    parts.push(text.slice(start, match.index));
    start = match.index + match[0].length;
  }
  parts.push(text.slice(start));
  return JSON.stringify(parts);
}

function count(text: string, source: string): bigint {
  let found = 0n;
  for (const _ of matches(text, patternFor(source, text))) found++;
  return found;
}

/** Position in code points (from 1) of the n-th match that begins at `start` or later; -1 if there is none. */
function position(text: string, source: string, start: bigint, occurrence: bigint): bigint {
  const pattern = patternFor(source, text);
  if (start < 1n) invalidArgument('start position cannot be smaller than 1');
  if (occurrence < 1n) invalidArgument('occurrence cannot be smaller than 1');
  const points = [...text];
  if (start > BigInt(points.length)) return -1n;
  const skipped = points.slice(0, Number(start) - 1).join('').length;
  let seen = 0n;
  for (const match of matches(text, pattern, skipped)) {
    if (++seen === occurrence) return BigInt([...text.slice(0, match.index)].length + 1);
  }
  return -1n;
}

/** A replacement: text and groups (`$1`, `${name}`); a backslash takes the next character literally. */
function parseReplacement(replacement: string, pattern: JavaPattern): readonly (string | number)[] {
  const parts: (string | number)[] = [];
  const count = pattern.groups.length - 1;
  for (let i = 0; i < replacement.length; i++) {
    const c = replacement[i] as string;
    if (c === '\\') {
      if (++i >= replacement.length) invalidArgument(`Illegal replacement sequence: ${replacement}`);
      parts.push(replacement[i] as string);
    } else if (c === '$') {
      const rest = replacement.slice(i);
      // A missing brace is no error for Trino.
      const named = /^\$\{([^}]*)(?:\}|$)/.exec(rest);
      const digit = /^\$(\d)/.exec(rest);
      if (named) {
        const group = pattern.names.get(named[1] ?? '');
        if (group === undefined) invalidArgument(`Illegal replacement sequence: unknown group { ${named[1]} }`);
        parts.push(group);
        i += named[0].length - 1;
      } else if (digit) {
        let group = Number(digit[1]);
        if (group > count) invalidArgument(`Illegal replacement sequence: unknown group ${group}`);
        i++;
        // As many digits as name a group.
        while (/\d/.test(replacement[i + 1] ?? '') && group * 10 + Number(replacement[i + 1]) <= count) {
          group = group * 10 + Number(replacement[++i]);
        }
        parts.push(group);
      } else invalidArgument(`Illegal replacement sequence: ${replacement}`);
    } else parts.push(c);
  }
  return parts;
}

function replace(text: string, source: string, replacement: string): string {
  const pattern = patternFor(source, text);
  // A wrong replacement fails only where there's a match.
  let parts: readonly (string | number)[] | undefined;
  let result = '';
  let start = 0;
  for (const match of matches(text, pattern)) {
    result += text.slice(start, match.index);
    parts ??= parseReplacement(replacement, pattern);
    for (const part of parts) result += typeof part === 'string' ? part : (groupText(match, pattern, part) ?? '');
    start = match.index + match[0].length;
  }
  return result + text.slice(start);
}

/** The text in pieces: a string is text between matches, an array the groups of a match. */
function pieces(text: string, source: string): string {
  const pattern = patternFor(source, text);
  const list: (string | (string | null)[])[] = [];
  let start = 0;
  for (const match of matches(text, pattern)) {
    list.push(text.slice(start, match.index));
    list.push(pattern.groups.slice(1).map((_, index) => groupText(match, pattern, index + 1) ?? null));
    start = match.index + match[0].length;
  }
  list.push(text.slice(start));
  return JSON.stringify(list);
}

/** Regular expressions in Java's syntax. Lists are returned as JSON arrays of text. */
export const regexpScalars: readonly ScalarFunction[] = [
  scalar(
    'lw_re_like',
    ['VARCHAR', 'VARCHAR'],
    'BOOLEAN',
    (text, source) => firstMatch(text, patternFor(source, text)) !== null,
  ),
  scalar('lw_re_count', ['VARCHAR', 'VARCHAR'], 'BIGINT', count),
  scalar('lw_re_extract', ['VARCHAR', 'VARCHAR', 'BIGINT'], 'VARCHAR', extract),
  scalar('lw_re_extract_all', ['VARCHAR', 'VARCHAR', 'BIGINT'], 'VARCHAR', extractAll),
  scalar('lw_re_split', ['VARCHAR', 'VARCHAR'], 'VARCHAR', split),
  scalar('lw_re_replace', ['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', replace),
  scalar('lw_re_pieces', ['VARCHAR', 'VARCHAR'], 'VARCHAR', pieces),
  scalar('lw_re_position', ['VARCHAR', 'VARCHAR', 'BIGINT', 'BIGINT'], 'BIGINT', position),
];
