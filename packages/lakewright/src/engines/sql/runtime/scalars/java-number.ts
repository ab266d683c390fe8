/** The digits of a finite number other than zero, and the exponent of the first: 1234.5 → 12345, 3. */
interface Digits {
  readonly sign: string;
  readonly digits: string;
  readonly exponent: number;
}

function digitsOf(shortest: string): Digits {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(shortest);
  if (!match) throw new Error(`not a number: ${shortest}`);
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '') || '0';
  return { sign, digits, exponent: Number(power) + whole.length - 1 - leading };
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  if (value === Number.NEGATIVE_INFINITY) return '-Infinity';
  return undefined;
}

function scientific({ sign, digits, exponent }: Digits): string {
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`;
}

/** As Java's Double.toString: plain from 10^-3 to 10^7, `1.0E7` beyond. */
function javaText(value: number, shortest: string): string {
  const known = special(value);
  if (known !== undefined) return known;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e7) return scientific(digitsOf(shortest));
  // JavaScript writes these plainly, too.
  return shortest.includes('.') ? shortest : `${shortest}.0`;
}

/** The shortest text that reads back as the same 32-bit number. */
export function shortestReal(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  for (let precision = 1; precision <= 9; precision++) {
    const text = value.toPrecision(precision);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

/** Java's Double.toString, in which Athena writes results: `100.0`, `1.2345678E7`. */
export const javaDouble = (value: number): string => javaText(value, String(value));

/** Java's Float.toString. */
export const javaReal = (value: number): string => javaText(value, shortestReal(value));

/** Trino's CAST of a double to varchar: always with an exponent, `1.0E2`. */
export const castDouble = (value: number): string => castText(value, String(value));

/** Trino's CAST of a real to varchar. */
export const castReal = (value: number): string => castText(value, shortestReal(value));

function castText(value: number, shortest: string): string {
  const known = special(value);
  if (known !== undefined) return known;
  if (value === 0) return Object.is(value, -0) ? '-0.0E0' : '0.0E0';
  return scientific(digitsOf(shortest));
}
