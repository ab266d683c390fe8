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

/** Java writes one NaN; processors make some with a sign, too: `-nan()`, `infinity() - infinity()`. */
export const oneNan = (value: number): number => (Number.isNaN(value) ? Number.NaN : value);

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

const SMALLEST_REAL = 2 ** -149;

/** The shortest text that reads back as the same 32-bit number; Java writes the smallest one with two digits. */
export function shortestReal(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  if (Math.abs(value) === SMALLEST_REAL) return `${value < 0 ? '-' : ''}1.4e-45`;
  for (let precision = 1; precision <= 9; precision++) {
    const text = value.toPrecision(precision);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

/** The shortest text that reads back as the same 64-bit number; Java writes the smallest one with two digits. */
function shortestDouble(value: number): string {
  return Math.abs(value) === Number.MIN_VALUE ? `${value < 0 ? '-' : ''}4.9e-324` : String(value);
}

/** Java's Double.toString, in which Athena writes results: `100.0`, `1.2345678E7`. */
export const javaDouble = (value: number): string => javaText(value, shortestDouble(value));

/** Java's Float.toString. */
export const javaReal = (value: number): string => javaText(value, shortestReal(value));

/** Java's BigDecimal.toString: plain unless it begins with more than five zeros after the point, `1E-7`. */
export function javaDecimal(text: string): string {
  const fraction = text.split('.')[1] ?? '';
  const digits = text.replace(/^-|\./g, '').replace(/^0+(?=\d)/, '');
  const exponent = digits.length - 1 - fraction.length;
  if (exponent >= -6) return text.replace(/^(-?)\./, '$10.');
  const rest = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${text.startsWith('-') ? '-' : ''}${digits[0]}${rest}E${exponent}`;
}

/** Trino's CAST of a double to varchar: always with an exponent, `1.0E2`. */
export const castDouble = (value: number): string => castText(value, shortestDouble(value));

/** Trino's CAST of a real to varchar: seven digits, `16777216` is `1.677722E7`. */
export const castReal = (value: number): string =>
  castText(value, Number.isFinite(value) ? String(Number(Number(shortestReal(value)).toPrecision(7))) : '');

function castText(value: number, shortest: string): string {
  const known = special(value);
  if (known !== undefined) return known;
  if (value === 0) return Object.is(value, -0) ? '-0E0' : '0E0';
  return scientific(digitsOf(shortest));
}
