/** A value that fits its column, or why it doesn't. */
export type Conformed = { readonly value: unknown } | { readonly mismatch: string };

/** The types that a column may have, as Glue writes them; besides `decimal(p,s)`. */
export const COLUMN_TYPES = [
  'string',
  'boolean',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'float',
  'double',
  'date',
  'timestamp',
] as const;

const INTEGERS: Readonly<Record<string, bigint>> = {
  tinyint: 2n ** 7n,
  smallint: 2n ** 15n,
  int: 2n ** 31n,
  bigint: 2n ** 63n,
};
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Makes a value of JSON one of a column, if that loses nothing.
 *
 * Numbers and booleans may come as texts; a `string` column takes everything, objects and lists as JSON.
 *
 * @param value `null` and undefined fit every column
 * @param type as Glue writes it
 * @param time reads a time; how depends on the source
 * @returns strings, booleans, numbers, bigints (for `bigint` and, unscaled, for `decimal`), or a Date
 */
export function conform(value: unknown, type: string, time: (value: unknown) => number | undefined): Conformed {
  if (value === null || value === undefined) return { value: undefined };
  if (type === 'string') return { value: typeof value === 'string' ? value : JSON.stringify(value) };
  return fitting(value, type, time) ?? { mismatch: `is ${describe(value)} and no ${type}` };
}

function fitting(value: unknown, type: string, time: (value: unknown) => number | undefined): Conformed | undefined {
  if (type === 'boolean') {
    const text = typeof value === 'boolean' || typeof value === 'string' ? String(value).toLowerCase() : '';
    return text === 'true' || text === 'false' ? { value: text === 'true' } : undefined;
  }
  if (type === 'timestamp') {
    const millis = time(value);
    return millis === undefined ? undefined : { value: new Date(millis) };
  }
  if (type === 'date') return date(value);
  if (type === 'double' && typeof value === 'number') return Number.isFinite(value) ? { value } : undefined;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (!NUMBER.test(text)) return undefined;
  if (type === 'double' || type === 'float') {
    const number = Number(text);
    return Number.isFinite(number) ? { value: number } : undefined;
  }
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return { mismatch: 'is a whole number beyond 2^53, which was rounded when it was read' };
  }
  const limit = INTEGERS[type];
  if (limit !== undefined) {
    const whole = unscaled(text, 0);
    if (whole === undefined || whole < -limit || whole >= limit) return undefined;
    return { value: type === 'bigint' ? whole : Number(whole) };
  }
  const [, precision = '', scale = '0'] = /^decimal\((\d+)(?:,\s*(\d+))?\)$/.exec(type) ?? [];
  const scaled = unscaled(text, Number(scale));
  return scaled === undefined || String(scaled).replace('-', '').length > Number(precision)
    ? undefined
    : { value: scaled };
}

/** A decimal text times 10^scale, if that is whole. */
function unscaled(text: string, scale: number): bigint | undefined {
  const [, sign = '', whole = '', , fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)(\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const shift = Number(exponent) + scale - fraction.length;
  const digits = whole + fraction;
  // no column has 400 digits
  if (Math.abs(shift) > 400) return /^0*$/.test(digits) ? 0n : undefined;
  if (shift >= 0) return BigInt(`${digits}${'0'.repeat(shift)}` || '0') * (sign === '-' ? -1n : 1n);
  const cut = digits.slice(shift);
  if (!/^0*$/.test(cut)) return undefined;
  return BigInt(digits.slice(0, shift) || '0') * (sign === '-' ? -1n : 1n);
}

function date(value: unknown): Conformed | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const day = new Date(`${value}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || !day.toISOString().startsWith(value) ? undefined : { value: day };
}

/** What a value is, without showing more of it than 40 characters. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
