/** Parts of `yyyy-mm-dd hh:mm:ss[.fff…]`; a date has no clock, a time no calendar. */
export interface DateTimeParts {
  readonly date?: { readonly year: string; readonly month: number; readonly day: number };
  readonly clock?: {
    readonly hour: number;
    readonly minute: string;
    readonly second: string;
    /** 9 digits. */ readonly nano: string;
  };
  /** ` America/New_York`'s name and its offset from Greenwich in minutes. */
  readonly zone?: { readonly name: string; readonly offset: number };
}

export function parseDateTime(text: string): DateTimeParts {
  const match =
    /^(?:([+-]?\d{4,})-(\d\d)-(\d\d))? ?(?:(\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?(?: ([^|]+)\|(-?\d+))?$/.exec(text) ?? [];
  const [, year, month, day, hour, minute = '', second = '', fraction = '', zone, offset] = match;
  return {
    date: year === undefined ? undefined : { year, month: Number(month), day: Number(day) },
    clock: hour === undefined ? undefined : { hour: Number(hour), minute, second, nano: fraction.padEnd(9, '0') },
    zone: zone === undefined ? undefined : { name: zone, offset: Number(offset) },
  };
}

/** As java.time prints it: `2024-01-31T17:11`, seconds and fraction only where they aren't 0. */
export function isoText({ date, clock, zone }: DateTimeParts): string {
  const day = date ? `${date.year}-${two(date.month)}-${two(date.day)}` : '';
  return `${day}${date && clock ? 'T' : ''}${clock ? clockText(clock) : ''}${zone ? zoneText(zone) : ''}`;
}

function clockText({ hour, minute, second, nano }: NonNullable<DateTimeParts['clock']>): string {
  const fraction = nano.replace(/(000){1,3}$/, '');
  const seconds = second === '00' && fraction === '' ? '' : `:${second}`;
  return `${two(hour)}:${minute}${seconds}${fraction ? `.${fraction}` : ''}`;
}

function zoneText({ name, offset }: NonNullable<DateTimeParts['zone']>): string {
  const size = Math.abs(offset);
  const text = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return /^[+-]/.test(name) ? text : `${text}[${name}]`;
}

const two = (value: number): string => String(value).padStart(2, '0');

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

type DatePart = (date: NonNullable<DateTimeParts['date']>) => string;
type ClockPart = (clock: NonNullable<DateTimeParts['clock']>) => string;

const utc = ({ year, month, day }: NonNullable<DateTimeParts['date']>): Date => {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(Number(year), month - 1, day);
  return date;
};

const weekday: DatePart = (date) => DAYS[utc(date).getUTCDay()] ?? '';
const monthName: DatePart = ({ month }) => MONTHS[month - 1] ?? '';
const year4: DatePart = ({ year }) => year.padStart(4, '0');
const dayOfYear: DatePart = (date) =>
  String(Math.round((utc(date).getTime() - utc({ ...date, month: 1, day: 1 }).getTime()) / 86_400_000) + 1).padStart(
    3,
    '0',
  );

const DATE_PARTS: Readonly<Record<string, DatePart>> = {
  A: weekday,
  a: (date) => weekday(date).slice(0, 3),
  B: monthName,
  b: (date) => monthName(date).slice(0, 3),
  h: (date) => monthName(date).slice(0, 3),
  C: (date) => year4(date).slice(0, -2),
  Y: year4,
  y: (date) => year4(date).slice(-2),
  m: ({ month }) => two(month),
  d: ({ day }) => two(day),
  e: ({ day }) => String(day),
  j: dayOfYear,
  F: (date) => `${year4(date)}-${two(date.month)}-${two(date.day)}`,
  D: (date) => `${two(date.month)}/${two(date.day)}/${year4(date).slice(-2)}`,
};

const half = (hour: number): number => hour % 12 || 12;

const CLOCK_PARTS: Readonly<Record<string, ClockPart>> = {
  H: ({ hour }) => two(hour),
  k: ({ hour }) => String(hour),
  I: ({ hour }) => two(half(hour)),
  l: ({ hour }) => String(half(hour)),
  M: ({ minute }) => minute,
  S: ({ second }) => second,
  L: ({ nano }) => nano.slice(0, 3),
  N: ({ nano }) => nano,
  p: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  R: ({ hour, minute }) => `${two(hour)}:${minute}`,
  T: ({ hour, minute, second }) => `${two(hour)}:${minute}:${second}`,
  r: ({ hour, minute, second }) => `${two(half(hour))}:${minute}:${second} ${hour < 12 ? 'AM' : 'PM'}`,
};

/** `%tF` and friends; undefined where the value has no such part or the letter isn't known. */
export function timePart(parts: DateTimeParts, letter: string): string | undefined {
  const { date, clock } = parts;
  return (date && DATE_PARTS[letter]?.(date)) ?? (clock && CLOCK_PARTS[letter]?.(clock));
}
