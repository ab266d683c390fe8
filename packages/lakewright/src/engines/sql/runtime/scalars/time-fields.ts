import { ParseCache } from '../support';

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** From Sunday, as `getUTCDay` counts. */
export const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

const DAY_MS = 86_400_000;

export interface TimeFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  readonly dayOfYear: number;
  /** Monday = 1. */
  readonly dayOfWeek: number;
  readonly weekYear: number;
  readonly week: number;
}

/** The fields of a local time, given as microseconds since 1970 as if it were UTC. */
export function fieldsOf(micros: bigint): TimeFields {
  const ms = Number(micros / 1000n) - (micros % 1000n < 0n ? 1 : 0);
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  const dayOfWeek = date.getUTCDay() || 7;
  // The week belongs to the year of its Thursday (ISO 8601).
  const thursday = new Date(ms + (4 - dayOfWeek) * DAY_MS);
  const weekYear = thursday.getUTCFullYear();
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    micros: Number(((micros % 1_000_000n) + 1_000_000n) % 1_000_000n),
    dayOfYear: Math.floor((ms - utc(year, 1, 1)) / DAY_MS) + 1,
    dayOfWeek,
    weekYear,
    week: Math.floor((thursday.getTime() - utc(weekYear, 1, 1)) / (7 * DAY_MS)) + 1,
  };
}

/** Milliseconds since 1970. `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
export function utc(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  if (year === 2000) return date.getTime();
  return new Date(0).setUTCFullYear(year, month - 1, day) + hour * 3_600_000 + minute * 60_000 + second * 1000;
}

export function pad(value: number | bigint, width = 2): string {
  const text = String(value);
  return text.startsWith('-') ? `-${text.slice(1).padStart(width, '0')}` : text.padStart(width, '0');
}

/** Fields that a parser found; what's missing has Joda's defaults. */
export interface ParsedTime {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  /** Monday = 1. */
  dayOfWeek?: number;
  weekYear?: number;
  week?: number;
  hour?: number;
  /** 0 to 11; `afternoon` tells which half. */
  halfDayHour?: number;
  afternoon?: boolean;
  minute?: number;
  second?: number;
  micros?: number;
}

/**
 * Microseconds since 1970 of what was parsed; undefined if there is no such time (February 30).
 *
 * Joda's rule for a date without a year: 2000 when there is a month or a day, 1970 when there is neither.
 */
export function assembleTime(parsed: ParsedTime): bigint | undefined {
  const date = assembleDate(parsed);
  if (date === undefined) return undefined;
  const half = parsed.halfDayHour === undefined ? undefined : parsed.halfDayHour + (parsed.afternoon ? 12 : 0);
  const hour = half ?? parsed.hour ?? 0;
  const { minute = 0, second = 0, micros = 0 } = parsed;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return BigInt(date + hour * 3_600_000 + minute * 60_000 + second * 1000) * 1000n + BigInt(micros);
}

function assembleDate(parsed: ParsedTime): number | undefined {
  const { month, day, dayOfYear, week, dayOfWeek } = parsed;
  if (week !== undefined || parsed.weekYear !== undefined) {
    const first = utc(parsed.weekYear ?? 2000, 1, 4);
    const monday = first - ((new Date(first).getUTCDay() || 7) - 1) * DAY_MS;
    if ((week ?? 1) < 1 || (week ?? 1) > 53) return undefined;
    return monday + (((week ?? 1) - 1) * 7 + (dayOfWeek ?? 1) - 1) * DAY_MS;
  }
  const dated = month !== undefined || day !== undefined || dayOfYear !== undefined;
  const year = parsed.year ?? (dated ? 2000 : 1970);
  if (dayOfYear !== undefined) {
    const length = (utc(year + 1, 1, 1) - utc(year, 1, 1)) / DAY_MS;
    return dayOfYear >= 1 && dayOfYear <= length ? utc(year, 1, dayOfYear) : undefined;
  }
  const [m, d] = [month ?? 1, day ?? 1];
  if (m < 1 || m > 12 || d < 1 || d > new Date(utc(year, m + 1, 0)).getUTCDate()) return undefined;
  return utc(year, m, d);
}

/** `yyyy-mm-dd hh:mm:ss.ffffff`, for DuckDB's CAST. */
export function timestampText(micros: bigint): string {
  const f = fieldsOf(micros);
  return `${pad(f.year, 4)}-${pad(f.month)}-${pad(f.day)} ${pad(f.hour)}:${pad(f.minute)}:${pad(f.second)}.${pad(f.micros, 6)}`;
}

const zones = new ParseCache<{ readonly id: string | undefined }>((text) => ({ id: resolveZone(text) }));

/** A time zone's canonical name, `+05:30` or `UTC`; undefined if there is no such zone. */
export function zoneId(text: string): string | undefined {
  return zones.get(text).id;
}

function resolveZone(text: string): string | undefined {
  const offset = /^([+-])(\d{1,2})(?::?(\d\d))?$/.exec(text);
  if (offset) {
    const [, sign = '+', hours = '0', minutes = '00'] = offset;
    if (Number(hours) > 14 || Number(minutes) > 59 || (Number(hours) === 14 && Number(minutes) > 0)) return undefined;
    if (Number(hours) === 0 && Number(minutes) === 0) return 'UTC';
    return `${sign}${hours.padStart(2, '0')}:${minutes}`;
  }
  if (/^(utc|z|ut)$/i.test(text)) return 'UTC';
  if (/^gmt$/i.test(text)) return text === 'GMT' ? 'GMT' : 'UTC';
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    return undefined;
  }
}
