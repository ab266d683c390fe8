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
  // The calendar repeats itself after 400 years; JavaScript's dates end before DuckDB's.
  const cycles = (micros - (((micros % CYCLE) + CYCLE) % CYCLE)) / CYCLE;
  const fields = fieldsInCycle(micros - cycles * CYCLE);
  const years = 400 * Number(cycles);
  return { ...fields, year: fields.year + years, weekYear: fields.weekYear + years };
}

/** Microseconds of 400 years. */
const CYCLE = 146_097n * 86_400_000_000n;

function fieldsInCycle(micros: bigint): TimeFields {
  const ms = Number(micros / 1000n);
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

/** Microseconds since 1970 of what was parsed; undefined if there is no such time (February 30). */
export function assembleTime(parsed: ParsedTime): bigint | undefined {
  const date = assembleDate(parsed);
  if (date === undefined) return undefined;
  const { minute = 0, second = 0, micros = 0 } = parsed;
  const hour = assembleHour(parsed);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return BigInt(date + hour * 3_600_000 + minute * 60_000 + second * 1000) * 1000n + BigInt(micros);
}

function assembleHour({ hour, halfDayHour, afternoon }: ParsedTime): number {
  if (halfDayHour !== undefined) return halfDayHour + (afternoon ? 12 : 0);
  if (hour !== undefined) return hour;
  return afternoon ? 12 : 0;
}

/** Sets one field of a date (milliseconds at midnight), the smaller ones kept; undefined when it's out of range. */
type SetField = (date: number, value: number) => number | undefined;

const daysIn = (year: number, month: number): number => new Date(utc(year, month + 1, 0)).getUTCDate();
const within = (value: number, most: number): boolean => value >= 1 && value <= most;

function onDay(year: number, month: number, day: number): number {
  return utc(year, month, Math.min(day, daysIn(year, month)));
}

/** Midnight of the Monday of a year's first week. */
function firstMonday(weekYear: number): number {
  const fourth = utc(weekYear, 1, 4);
  return fourth - ((new Date(fourth).getUTCDay() || 7) - 1) * DAY_MS;
}

const weeksIn = (weekYear: number): number =>
  Math.round((firstMonday(weekYear + 1) - firstMonday(weekYear)) / (7 * DAY_MS));

/** In Joda's order: the field that spans more first. */
const DATE_FIELDS: readonly (readonly [keyof ParsedTime, SetField])[] = [
  [
    'year',
    (date, year) => {
      const { month, day } = fieldsOf(BigInt(date) * 1000n);
      return onDay(year, month, day);
    },
  ],
  [
    'weekYear',
    (date, weekYear) => {
      const { week, dayOfWeek } = fieldsOf(BigInt(date) * 1000n);
      return firstMonday(weekYear) + ((Math.min(week, weeksIn(weekYear)) - 1) * 7 + dayOfWeek - 1) * DAY_MS;
    },
  ],
  [
    'month',
    (date, month) => {
      const { year, day } = fieldsOf(BigInt(date) * 1000n);
      return within(month, 12) ? onDay(year, month, day) : undefined;
    },
  ],
  [
    'week',
    (date, week) => {
      const { weekYear, dayOfWeek } = fieldsOf(BigInt(date) * 1000n);
      if (!within(week, weeksIn(weekYear))) return undefined;
      return firstMonday(weekYear) + ((week - 1) * 7 + dayOfWeek - 1) * DAY_MS;
    },
  ],
  [
    'dayOfYear',
    (date, dayOfYear) => {
      const { year } = fieldsOf(BigInt(date) * 1000n);
      const length = (utc(year + 1, 1, 1) - utc(year, 1, 1)) / DAY_MS;
      return within(dayOfYear, length) ? utc(year, 1, dayOfYear) : undefined;
    },
  ],
  [
    'day',
    (date, day) => {
      const { year, month } = fieldsOf(BigInt(date) * 1000n);
      return within(day, daysIn(year, month)) ? utc(year, month, day) : undefined;
    },
  ],
  [
    'dayOfWeek',
    (date, dayOfWeek) => {
      const fields = fieldsOf(BigInt(date) * 1000n);
      return within(dayOfWeek, 7) ? date + (dayOfWeek - fields.dayOfWeek) * DAY_MS : undefined;
    },
  ],
];

const TIME_FIELDS: readonly (keyof ParsedTime)[] = ['hour', 'halfDayHour', 'afternoon', 'minute', 'second', 'micros'];

/** The first day of the year, month or week that was set. */
function startOf(name: keyof ParsedTime, date: number): number {
  const { year, month, weekYear, dayOfWeek } = fieldsOf(BigInt(date) * 1000n);
  switch (name) {
    case 'year':
      return utc(year, 1, 1);
    case 'weekYear':
      return firstMonday(weekYear);
    case 'month':
      return utc(year, month, 1);
    case 'week':
      return date - (dayOfWeek - 1) * DAY_MS;
    default:
      return date;
  }
}

/**
 * Joda's way to a date: every field that was found is set, larger ones first, starting at 1970-01-01, smaller ones
 * beginning anew, and then all once more, where only what's smaller than the last begins anew; a date of which only smaller fields than the year are known is in 2000.
 */
function assembleDate(parsed: ParsedTime): number | undefined {
  const dated = DATE_FIELDS.some(([name]) => parsed[name] !== undefined);
  const yearless = parsed.year === undefined && parsed.weekYear === undefined;
  const found: ParsedTime = dated && yearless ? { ...parsed, year: 2000 } : parsed;
  const fields = DATE_FIELDS.filter(([name]) => found[name] !== undefined);
  const last = TIME_FIELDS.some((name) => found[name] !== undefined) ? undefined : fields.at(-1);
  let date: number | undefined = 0;
  for (let round = 0; round < 2; round++) {
    for (const field of fields) {
      const [name, set] = field;
      if (date !== undefined) date = set(date, Number(found[name]));
      if (date !== undefined && (round === 0 || field === last)) date = startOf(name, date);
    }
  }
  return date;
}

/** `yyyy-mm-dd hh:mm:ss.ffffff`, for DuckDB's CAST. */
export function timestampText(micros: bigint): string {
  const f = fieldsOf(micros);
  return `${pad(f.year, 4)}-${pad(f.month)}-${pad(f.day)} ${pad(f.hour)}:${pad(f.minute)}:${pad(f.second)}.${pad(f.micros, 6)}`;
}
