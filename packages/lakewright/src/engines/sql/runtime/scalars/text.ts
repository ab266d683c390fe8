import { invalidArgument, ParseCache, type ScalarFunction, scalar } from '../support';
import { castDouble, castReal } from './java-number';

/** Character by character: Trino never turns one character into several (ß stays ß in upper case). */
function mapCharacters(text: string, change: (character: string) => string): string {
  let result = '';
  for (const character of text) {
    const changed = change(character);
    result += [...changed].length === 1 ? changed : character;
  }
  return result;
}

/**
 * Position (from 1) of the n-th occurrence, from the end when n is negative; 0 if there is none. It counts code points,
 * but UTF-16 units from the end, as Trino does (`StringFunctions.stringPositionFromEnd`).
 */
function position(text: string, part: string, instance: bigint): bigint {
  if (instance === 0n) invalidArgument("'instance' must be a positive or negative number.");
  if (part === '') return 1n;
  const forward = instance > 0n;
  let at = forward ? -1 : text.length;
  for (let left = forward ? instance : -instance; left > 0n; left--) {
    if (!forward && at === 0) return 0n;
    at = forward ? text.indexOf(part, at + 1) : text.lastIndexOf(part, at - 1);
    if (at < 0) return 0n;
  }
  return BigInt((forward ? [...text.slice(0, at)].length : at) + 1);
}

function translate(text: string, from: string, to: string): string {
  const targets = [...to];
  const table = new Map<string, string>();
  [...from].forEach((character, i) => {
    if (!table.has(character)) table.set(character, targets[i] ?? '');
  });
  let result = '';
  for (const character of text) result += table.get(character) ?? character;
  return result;
}

function levenshtein(left: string, right: string): bigint {
  const [a, b] = [[...left], [...right]];
  if (a.length * b.length > 1_000_000) {
    invalidArgument('The combined inputs for Levenshtein distance are too large');
  }
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return BigInt(row[b.length] ?? 0);
}

const SOUNDEX: Readonly<Record<string, string>> = Object.fromEntries(
  ['BFPV', 'CGJKQSXZ', 'DT', 'L', 'MN', 'R'].flatMap((letters, i) =>
    [...letters].map((letter) => [letter, String(i + 1)]),
  ),
);

/**
 * As Apache Commons Codec: H and W don't part equal codes, vowels do. A letter that is none of A to Z fails, unless the
 * code is complete before it.
 */
function soundex(text: string): string {
  const letters = [...text.replace(/\P{L}|[^\0-\uffff]/gu, '').toUpperCase()];
  const first = letters[0];
  if (first === undefined) return '';
  let code = first;
  let last = soundexDigit(first);
  for (const letter of letters.slice(1)) {
    if (code.length === 4) break;
    if (letter === 'H' || letter === 'W') continue;
    const digit = soundexDigit(letter);
    if (digit !== '0' && digit !== last) code += digit;
    last = digit;
  }
  return code.padEnd(4, '0');
}

function soundexDigit(letter: string): string {
  if (!/^[A-Z]$/.test(letter)) invalidArgument(`The character is not mapped: ${letter}`);
  return SOUNDEX[letter] ?? '0';
}

const LIKE_ESCAPE = "Escape character must be followed by '%', '_' or the escape character itself";

/** LIKE patterns, keyed by the escape character and the pattern. */
const likePatterns = new ParseCache((key) => {
  const [mark = '', ...characters] = [key.charAt(0), ...key.slice(1)];
  let source = '';
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === mark) {
      const next = characters[++at];
      if (next !== '%' && next !== '_' && next !== mark) invalidArgument(LIKE_ESCAPE);
      source += literal(next);
    } else source += character === '%' ? '.*' : character === '_' ? '.' : literal(character);
  }
  return new RegExp(`^(?:${source})$`, 'su');
});

const literal = (character: string): string => character.replace(/[\^$\\.*+?()[\]{}|/]/, '\\$&');

function isLike(text: string, pattern: string, mark: string): boolean {
  if (mark.length !== 1) invalidArgument('Escape string must be a single character');
  return likePatterns.get(mark + pattern).test(text);
}

function luhn(digits: string): boolean {
  if (digits === '') return false;
  if (!/^\d+$/.test(digits)) invalidArgument(`Input is not a number: ${digits}`);
  let sum = 0;
  [...digits].reverse().forEach((digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
}

function character(point: bigint): string {
  if (point < 0n || point > 0x10ffffn || (point >= 0xd800n && point <= 0xdfffn)) {
    invalidArgument(`Not a valid Unicode code point: ${point}`);
  }
  return String.fromCodePoint(Number(point));
}

function fromBase(text: string, radix: bigint): bigint {
  checkRadix(radix);
  const digits = text.toLowerCase().replace(/^[+-]/, '');
  let value = 0n;
  for (const digit of digits) {
    const n = Number.parseInt(digit, 36);
    if (Number.isNaN(n) || BigInt(n) >= radix) return notANumber(text, radix);
    value = value * radix + BigInt(n);
  }
  const signed = text.startsWith('-') ? -value : value;
  if (digits === '' || BigInt.asIntN(64, signed) !== signed) return notANumber(text, radix);
  return signed;
}

function notANumber(text: string, radix: bigint): never {
  invalidArgument(`Not a valid base-${radix} number: ${text}`);
}

function checkRadix(radix: bigint): void {
  if (radix < 2n || radix > 36n) invalidArgument('Radix must be between 2 and 36');
}

/** Text: letters' case, search, distances, bases, text of numbers. */
export const textScalars: readonly ScalarFunction[] = [
  scalar('lw_d2s', ['DOUBLE'], 'VARCHAR', castDouble),
  scalar('lw_f2s', ['FLOAT'], 'VARCHAR', castReal),
  scalar('lw_upper', ['VARCHAR'], 'VARCHAR', (text) => mapCharacters(text, (c) => c.toUpperCase())),
  scalar('lw_lower', ['VARCHAR'], 'VARCHAR', (text) => mapCharacters(text, (c) => (c === 'İ' ? 'i' : c.toLowerCase()))),
  scalar('lw_reverse', ['VARCHAR'], 'VARCHAR', (text) => [...text].reverse().join('')),
  scalar('lw_strpos', ['VARCHAR', 'VARCHAR', 'BIGINT'], 'BIGINT', position),
  scalar(
    'lw_replace_empty',
    ['VARCHAR', 'VARCHAR'],
    'VARCHAR',
    (text, by) => by + [...text].map((c) => c + by).join(''),
  ),
  scalar('lw_translate', ['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', translate),
  scalar('lw_levenshtein', ['VARCHAR', 'VARCHAR'], 'BIGINT', levenshtein),
  scalar('lw_normalize', ['VARCHAR', 'VARCHAR'], 'VARCHAR', (text, form) => text.normalize(form)),
  scalar('lw_like', ['VARCHAR', 'VARCHAR', 'VARCHAR'], 'BOOLEAN', isLike),
  scalar('lw_soundex', ['VARCHAR'], 'VARCHAR', soundex),
  scalar('lw_luhn', ['VARCHAR'], 'BOOLEAN', luhn),
  scalar('lw_chr', ['BIGINT'], 'VARCHAR', character),
  scalar('lw_from_base', ['VARCHAR', 'BIGINT'], 'BIGINT', fromBase),
  scalar('lw_to_base', ['BIGINT', 'BIGINT'], 'VARCHAR', (value, radix) => {
    checkRadix(radix);
    return value.toString(Number(radix));
  }),
  scalar(
    'lw_listagg',
    ['VARCHAR[]', 'VARCHAR', 'VARCHAR', 'BOOLEAN', 'BIGINT'],
    'VARCHAR',
    (texts, separator, filler, counted, limit) => {
      let bytes = 0;
      const between = Buffer.byteLength(separator);
      const fitting = texts.findIndex((text, index) => {
        bytes += Buffer.byteLength(text) + (index > 0 ? between : 0);
        return bytes > limit;
      });
      if (fitting < 0) return texts.join(separator);
      const rest = `${filler}${counted ? `(${texts.length - fitting})` : ''}`;
      return [...texts.slice(0, fitting), rest].join(separator);
    },
  ),
  // The emitted SQL's way to fail. It isn't marked volatile, so that TRY() may wrap it.
  scalar('lw_fail', ['VARCHAR'], 'VARCHAR', (message): string => {
    throw new Error(`LW:${message}`);
  }),
];
