import { invalidArgument, type ScalarFunction, scalar } from '../support';

const SECONDS: readonly (readonly [string, number])[] = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** Java's cast of a double to a long: without the fraction, within the range; NaN is 0. */
function toLong(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

function humanSeconds(seconds: number): string {
  // Java's Math.round, which ends at the largest bigint.
  let left = toLong(Math.floor(Math.abs(seconds) + 0.5));
  const parts: string[] = [];
  for (const [unit, length] of SECONDS) {
    const count = left / BigInt(length);
    left -= count * BigInt(length);
    if (count > 0n || (unit === 'second' && parts.length === 0)) {
      parts.push(`${count} ${unit}${count === 1n ? '' : 's'}`);
    }
  }
  return parts.join(', ');
}

const NUMBER_UNITS = ['', 'K', 'M', 'B', 'T', 'Q'] as const;

/** A whole number in three digits and a unit: 123456 → `123K`. A negative one always has two decimals, as in Trino. */
function formatNumber(value: number): string {
  let unit = 0;
  let scaled = Number(toLong(value));
  while (Math.abs(scaled) >= 1000 && unit < NUMBER_UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = scaled < 10 ? 2 : scaled < 100 ? 1 : 0;
  return `${Number(scaled.toFixed(digits))}${NUMBER_UNITS[unit]}`;
}

const DATA_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];

/** `2.5MB` → bytes, as text: up to 38 digits. */
function dataSize(text: string): string {
  const match = /^(\d+)(?:\.(\d+))?([kMGTPEZY]?B)$/.exec(text);
  const unit = DATA_UNITS.indexOf(match?.[3] ?? '');
  if (!match || unit < 0) return invalidArgument(`Invalid data size: '${text}'`);
  const [, whole = '0', fraction = ''] = match;
  return String((BigInt(whole + fraction) * 1024n ** BigInt(unit)) / 10n ** BigInt(fraction.length));
}

const DURATION_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `1.5h` → milliseconds. */
function duration(text: string): bigint {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*$/.exec(text);
  const unit = DURATION_MS[match?.[2] ?? ''];
  if (!match || unit === undefined) return invalidArgument(`duration is not a valid data duration string: ${text}`);
  const millis = BigInt(Math.round(Number(match[1]) * unit));
  return millis > 2n ** 63n - 1n ? 2n ** 63n - 1n : millis;
}

/** Amounts for people: durations, sizes, short numbers. */
export const unitScalars: readonly ScalarFunction[] = [
  scalar('lw_human_seconds', ['DOUBLE'], 'VARCHAR', humanSeconds),
  scalar('lw_format_number', ['DOUBLE'], 'VARCHAR', formatNumber),
  scalar('lw_data_size', ['VARCHAR'], 'VARCHAR', dataSize),
  scalar('lw_duration', ['VARCHAR'], 'BIGINT', duration),
];
