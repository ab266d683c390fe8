import { invalidArgument, notCovered } from '../support';
import { property, shorthand, WORD } from './java-regexp-class';

/** What an escape stands for: a character, or the members of a character class. */
export type Escape = { readonly character: string } | { readonly members: string };

const CONTROLS: Readonly<Record<string, string>> = {
  t: '\t',
  n: '\n',
  r: '\r',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
};

/**
 * The escape with which a text begins, and its length.
 *
 * @throws ScalarFailure INVALID_FUNCTION_ARGUMENT for what's none, NOT_COVERED for what JavaScript can't say
 */
export function readEscape(text: string): { readonly length: number; readonly escape: Escape } {
  const rest = text.slice(1);
  const c = rest[0];
  if (c === undefined) return invalidArgument('end pattern at escape');
  if (/^[pP](?:$|\{[^}]*$)/.test(rest)) return invalidArgument('invalid character property name');
  const named = /^([pP])(?:\{([^}]*)\}|([A-Z]))/.exec(rest);
  if (named) {
    return { length: 1 + named[0].length, escape: { members: property(named[2] ?? named[3] ?? '', named[1] === 'P') } };
  }
  const code = /^(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|0([0-7]{0,2}))/.exec(rest);
  if (code) return { length: 1 + code[0].length, escape: { character: characterOf(code) } };
  if (/^(?:Q|c|u|x\{|[CM]-)/.test(rest)) return notCovered(`\\${c} in a regular expression`);
  const members = shorthand(c);
  const character = String.fromCodePoint(text.codePointAt(1) as number);
  const length = 1 + character.length;
  if (members !== undefined) return { length, escape: { members } };
  // A letter without a meaning stands for itself; in a class `\b` is a backspace.
  return { length, escape: { character: CONTROLS[c] ?? (c === 'b' ? '\b' : character) } };
}

/** By its code: `\x{1F600}`, `\x41`, `\u00e9`, `\012` (octal). */
function characterOf([text, braced, short, unicode, octal]: RegExpExecArray): string {
  const hex = braced ?? short ?? unicode;
  const point = hex === undefined ? Number.parseInt(octal || '0', 8) : Number.parseInt(hex, 16);
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return notCovered(`\\${text} in a regular expression`);
  if (point > 0x7f && short !== undefined) return notCovered(`\\x${short} in a regular expression`);
  return String.fromCodePoint(point);
}

/** The assertion that an escaped letter stands for; undefined for the others. */
export function anchorOf(c: string | undefined): string | undefined {
  const word = `[${WORD}]`;
  switch (c) {
    case 'A':
      return '^';
    case 'z':
      return '$';
    case 'Z':
      return '(?=\\n?$)';
    case 'b':
      return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
    case 'B':
      return `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
    case 'G':
      return notCovered('\\G that does not begin the regular expression');
    default:
      return undefined;
  }
}
