import { invalidArgument, notCovered, nullableScalar, type ScalarFunction, scalar } from '../support';
import { type Conversion, digitsOfDouble, floatingText, grouped, signed, unsignedText } from './java-format-number';
import { isoText, parseDateTime, timePart } from './java-format-time';
import { hashCode } from './java-hash-map';
import { javaDecimal, javaReal } from './java-number';

/**
 * An argument: the class of its value and its text. s text, i integer, f decimal, d double, r real, b boolean,
 * t date or time, n NULL.
 */
interface Argument {
  readonly kind: string;
  readonly text: string;
}

const SPECIFIER = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)([1-9]\d*)?(?:\.(\d+))?([tT]?[a-zA-Z%])/y;

/** `format`: Java's Formatter. `packed` holds the arguments, a JSON list of texts. */
function format(pattern: string, packed: string): string {
  const args = (JSON.parse(packed) as string[]).map((item) => ({ kind: item[0] ?? 'n', text: item.slice(1) }));
  const fail = (): never => invalidArgument(`Invalid format string: ${pattern}`);
  let [ordinary, previous, result] = [0, -1, ''];
  for (let at = 0; at < pattern.length; ) {
    const next = pattern.indexOf('%', at);
    if (next < 0) return result + pattern.slice(at);
    SPECIFIER.lastIndex = next;
    const match = SPECIFIER.exec(pattern) ?? fail();
    const [, index, relative, flags = '', width, precision, letter = ''] = match;
    const conversion = { flags, width: numberOf(width), precision: numberOf(precision), letter };
    if (!areFlagsValid(conversion)) fail();
    result += pattern.slice(at, next);
    at = SPECIFIER.lastIndex;
    if (letter === 'n' || letter === '%') {
      result += letter === 'n' ? '\n' : aligned('%', conversion);
      continue;
    }
    previous = relative ? previous : index === undefined ? ordinary++ : Number(index) - 1;
    const text = convert(args[previous] ?? fail(), conversion) ?? fail();
    result += aligned(/^[A-Z]/.test(letter) ? text.toUpperCase() : text, conversion);
  }
  return result;
}

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

/** What Java refuses whatever the argument. */
function areFlagsValid({ flags, width, precision, letter }: Conversion): boolean {
  const has = (flag: string) => flags.includes(flag);
  if (new Set(flags).size < flags.length || (has('-') && has('0')) || (has('+') && has(' '))) return false;
  if ((has('-') || has('0')) && width === undefined) return false;
  const kind = letter.length > 1 ? 't' : letter.toLowerCase();
  const refused: Readonly<Record<string, string>> = {
    ...{ s: '#+ 0,(', b: '#+ 0,(', h: '#+ 0,(', c: '#+ 0,(', t: '#+ 0,(', n: '-#+ 0,(', '%': '#+ 0,(' },
    ...{ d: '#', x: ',+ (', o: ',+ (', e: ',', g: '#' },
  };
  if ([...(refused[kind] ?? '')].some(has)) return false;
  return precision === undefined || !['d', 'x', 'o', 'c', 't', 'n', '%'].includes(kind);
}

function aligned(text: string, { width = 0, flags }: Conversion): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

/** Undefined where Java refuses the argument or knows no such letter. */
function convert({ kind, text }: Argument, conversion: Conversion): string | undefined {
  const { precision } = conversion;
  const cut = (value: string) => value.slice(0, precision);
  const letter = conversion.letter.length > 1 ? conversion.letter : conversion.letter.toLowerCase();
  if (letter === 'b') return cut(kind === 'n' ? 'false' : kind === 'b' ? text : 'true');
  if (!'bshcdxofega'.includes(letter) && letter.length === 1) return undefined;
  if (kind === 'n') return cut('null');
  switch (letter) {
    case 's':
      return cut(textOf(kind, text));
    case 'h':
      return cut(kind === 's' ? hash(text) : notCovered('conversion %h of a value that is no text in format'));
    case 'd':
      return kind === 'i' ? signed(text, conversion, (digits) => grouped(digits, conversion)) : undefined;
    case 'x':
    case 'o':
      return kind === 'i' ? unsignedText(BigInt(text), { ...conversion, letter }) : undefined;
    case 'f':
    case 'e':
    case 'g': {
      const digits = digitsOf(kind, text);
      return digits === undefined ? undefined : floatingText(digits, conversion);
    }
    case 'a':
      return notCovered('conversion %a in format');
    case 'c':
      return undefined;
    default:
      if (kind === 'i') return notCovered('conversion %t of a number in format');
      return kind === 't'
        ? (timePart(parseDateTime(text), letter.slice(1)) ?? notCovered(`conversion %${letter} in format`))
        : undefined;
  }
}

function textOf(kind: string, text: string): string {
  if (kind === 'd') return digitsOfDouble(numberFrom(text));
  if (kind === 'r') return javaReal(numberFrom(text));
  return kind === 't' ? isoText(parseDateTime(text)) : text;
}

/** Undefined: not a number with a point. */
function digitsOf(kind: string, text: string): string | undefined {
  if (kind === 'f') return text;
  if (kind === 'd') return digitsOfDouble(numberFrom(text));
  return kind === 'r' ? digitsOfDouble(Math.fround(numberFrom(text))) : undefined;
}

/** DuckDB's text of a number: `nan`, `inf`. */
const numberFrom = (text: string): number =>
  /^-?inf$/.test(text) ? Number(`${text}inity`.replace('i', 'I')) : Number(text);

const hash = (text: string): string => (hashCode(text) >>> 0).toString(16);

/** Java's text of numbers inside JSON and of decimals, and its Formatter. */
export const formatScalars: readonly ScalarFunction[] = [
  nullableScalar('lw_format', ['VARCHAR', 'VARCHAR'], 'VARCHAR', (pattern, packed) =>
    pattern === null ? null : format(pattern, packed ?? '[]'),
  ),
  scalar('lw_java_real', ['FLOAT'], 'VARCHAR', javaReal),
  scalar('lw_java_decimal', ['VARCHAR'], 'VARCHAR', javaDecimal),
];
