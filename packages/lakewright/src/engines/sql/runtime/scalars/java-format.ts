import { invalidArgument, notCovered, nullableScalar, type ScalarFunction } from '../support';

/** An argument: the class of its value (s text, i integer, f decimal, d double, b boolean, t time, n NULL) and its text. */
interface Argument {
  readonly kind: string;
  readonly text: string;
}

interface Conversion {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly letter: string;
}

const SPECIFIER = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?(t?[a-zA-Z%])/g;

/** `format`: Java's Formatter. `packed` holds the arguments, separated by U+001F. */
function format(pattern: string, packed: string): string {
  const args = packed === '' ? [] : packed.split('\x1f').map((item) => ({ kind: item[0] ?? 'n', text: item.slice(1) }));
  let next = 0;
  return pattern.replace(SPECIFIER, (_, index, flags: string, width, precision, letter: string) => {
    if (letter === '%') return '%';
    if (letter === 'n') return '\n';
    const argument = args[index === undefined ? next++ : Number(index) - 1];
    if (!argument) return invalidFormat(pattern);
    const conversion = {
      flags,
      width: width === undefined ? undefined : Number(width),
      precision: precision === undefined ? undefined : Number(precision),
      letter,
    };
    return alignText(convert(argument, conversion, pattern), conversion);
  });
}

function invalidFormat(pattern: string): never {
  invalidArgument(`Invalid format string: ${pattern}`);
}

function alignText(text: string, { width, flags }: Conversion): string {
  if (width === undefined) return text;
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

function convert(argument: Argument, conversion: Conversion, pattern: string): string {
  const { letter, precision } = conversion;
  const { kind, text } = argument;
  if (letter === 'b' || letter === 'B') {
    const value = kind === 'n' ? 'false' : kind === 'b' ? text : 'true';
    return letter === 'B' ? value.toUpperCase() : value;
  }
  if (letter === 's' || letter === 'S') {
    const value = (kind === 'n' ? 'null' : text).slice(0, precision);
    return letter === 'S' ? value.toUpperCase() : value;
  }
  if (kind === 'n') return 'null';
  switch (letter) {
    case 'd':
      return kind === 'i' ? signed(text, conversion, (digits) => grouped(digits, conversion)) : invalidFormat(pattern);
    case 'x':
    case 'X':
    case 'o':
      return kind === 'i' ? unsignedText(BigInt(text), conversion) : invalidFormat(pattern);
    case 'f':
      if (kind !== 'd' && kind !== 'f') return invalidFormat(pattern);
      if (!/^[-+0-9.eE]+$/.test(text)) return text.replace('inf', 'Infinity').replace('nan', 'NaN');
      return signed(text, conversion, (digits) => grouped(fixed(digits, precision ?? 6), conversion));
    case 'e':
    case 'E': {
      if (kind !== 'd' && kind !== 'f') return invalidFormat(pattern);
      const value = Number(text)
        .toExponential(precision ?? 6)
        .replace(/e([+-])(\d)$/, 'e$10$2');
      return letter === 'E' ? value.toUpperCase() : value;
    }
    case 'c':
      return kind === 's' ? text : invalidFormat(pattern);
    default:
      return timePart(argument, letter);
  }
}

/** The sign, and zeros up to the width. */
function signed(text: string, { flags, width }: Conversion, print: (digits: string) => string): string {
  const negative = text.startsWith('-');
  const body = print(negative ? text.slice(1) : text);
  if (negative && flags.includes('(')) return `(${body})`;
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  return sign + (flags.includes('0') && width !== undefined ? body.padStart(width - sign.length, '0') : body);
}

function grouped(digits: string, { flags }: Conversion): string {
  return flags.includes(',') ? digits.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ',')) : digits;
}

function unsignedText(value: bigint, { letter, flags, width }: Conversion): string {
  const bits = value < 0n ? BigInt.asUintN(64, value) : value;
  const text = bits.toString(letter === 'o' ? 8 : 16);
  const padded = flags.includes('0') && width !== undefined ? text.padStart(width, '0') : text;
  return letter === 'X' ? padded.toUpperCase() : padded;
}

/** Digits without a sign → `digits` digits after the point, half up. */
function fixed(text: string, digits: number): string {
  const [mantissa = '', power = '0'] = text.split(/[eE]/);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const point = whole.length + Number(power);
  const all = whole + fraction;
  const padded = point < 0 ? '0'.repeat(-point) + all : all.padEnd(point, '0');
  const at = Math.max(point, 0);
  const tail = padded.slice(at);
  let stored = BigInt(`${padded.slice(0, at) || '0'}${tail.slice(0, digits).padEnd(digits, '0')}`);
  if ((tail[digits] ?? '0') >= '5') stored += 1n;
  const result = stored.toString().padStart(digits + 1, '0');
  return digits === 0 ? result : `${result.slice(0, -digits)}.${result.slice(-digits)}`;
}

/** `%tF` and friends over `yyyy-mm-dd hh:mm:ss`. */
function timePart({ kind, text }: Argument, letter: string): string {
  const ranges: Readonly<Record<string, readonly [number, number]>> = {
    tF: [0, 10],
    tT: [11, 19],
    tR: [11, 16],
    tY: [0, 4],
    ty: [2, 4],
    tm: [5, 7],
    td: [8, 10],
    tH: [11, 13],
    tM: [14, 16],
    tS: [17, 19],
  };
  const range = ranges[letter];
  if (kind !== 't' || !range) return notCovered(`conversion %${letter} in format`);
  return text.slice(...range);
}

export const formatScalars: readonly ScalarFunction[] = [
  nullableScalar('lw_format', ['VARCHAR', 'VARCHAR'], 'VARCHAR', (pattern, packed) =>
    pattern === null ? null : format(pattern, packed ?? ''),
  ),
];
