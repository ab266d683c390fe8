import { invalidArgument, type ScalarFunction, scalar } from '../support';
import { assembleTime, DAY_NAMES, fieldsOf, MONTH_NAMES, type ParsedTime, pad } from './time-fields';

/** Letters that MySQL has and Trino refuses. */
const UNSUPPORTED = new Set(['D', 'U', 'u', 'V', 'w', 'X']);

function unsupported(letter: string): never {
  invalidArgument(`%${letter} not supported in date format string`);
}

const NO_FORMAT = 'Both printing and parsing not supported';

/** A percent sign at the end is dropped. `date_format`: microseconds of a local time and a MySQL format → text. */
function formatTime(micros: bigint, format: string): string {
  const f = fieldsOf(micros);
  const hour12 = f.hour % 12 || 12;
  const half = f.hour < 12 ? 'AM' : 'PM';
  const dayName = DAY_NAMES[f.dayOfWeek % 7] ?? '';
  const monthName = MONTH_NAMES[f.month - 1] ?? '';
  const time24 = `${pad(f.hour)}:${pad(f.minute)}:${pad(f.second)}`;
  const letters: Readonly<Record<string, () => string | number>> = {
    a: () => dayName.slice(0, 3),
    b: () => monthName.slice(0, 3),
    c: () => f.month,
    d: () => pad(f.day),
    e: () => f.day,
    // Trino's formatter knows milliseconds only.
    f: () => `${pad(Math.floor(f.micros / 1000), 3)}000`,
    H: () => pad(f.hour),
    h: () => pad(hour12),
    I: () => pad(hour12),
    i: () => pad(f.minute),
    j: () => pad(f.dayOfYear, 3),
    k: () => f.hour,
    l: () => hour12,
    M: () => monthName,
    m: () => pad(f.month),
    p: () => half,
    r: () => `${pad(hour12)}:${pad(f.minute)}:${pad(f.second)} ${half}`,
    S: () => pad(f.second),
    s: () => pad(f.second),
    T: () => time24,
    v: () => pad(f.week),
    W: () => dayName,
    x: () => pad(f.weekYear, 4),
    Y: () => pad(f.year, 4),
    y: () => pad(Math.abs(f.year) % 100),
    '%': () => '%',
  };
  if (format === '' || format === '%') invalidArgument(NO_FORMAT);
  let text = '';
  for (let i = 0; i < format.length; i++) {
    const c = format[i] as string;
    if (c !== '%') {
      text += c;
      continue;
    }
    const letter = format[++i];
    if (letter === undefined) break;
    if (UNSUPPORTED.has(letter)) unsupported(letter);
    text += letters[letter]?.() ?? letter;
  }
  return text;
}

/** Reads a text from left to right; every miss is Trino's "Invalid format". */
class TimeReader {
  public position = 0;
  public readonly found: ParsedTime = {};

  constructor(public readonly text: string) {}

  public fail(): never {
    const rest = this.text.slice(this.position);
    const at = this.position > 0 && rest !== this.text ? ` is malformed at "${rest}"` : '';
    invalidArgument(`Invalid format: "${this.text}"${at}`);
  }

  public digits(most: number): number {
    return Number(this.take(new RegExp(`\\d{1,${most}}`, 'y')));
  }

  public take(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) this.fail();
    this.position += match[0].length;
    return match[0];
  }

  public literal(c: string): void {
    if (!this.text.startsWith(c, this.position)) this.fail();
    this.position += c.length;
  }

  /** Index of the name, full or of three letters, that stands here. */
  public name(names: readonly string[]): number {
    const rest = this.text.slice(this.position).toLowerCase();
    for (const length of [undefined, 3]) {
      const index = names.findIndex((name) => rest.startsWith(name.slice(0, length).toLowerCase()));
      if (index < 0) continue;
      this.position += (names[index] ?? '').slice(0, length).length;
      return index;
    }
    this.fail();
  }

  public half(): void {
    this.found.afternoon = /p/i.test(this.take(/[ap]m/iy));
  }

  public hour12(): void {
    const hour = this.digits(2);
    if (hour < 1 || hour > 12) this.fail();
    this.found.halfDayHour = hour % 12;
  }

  /** Up to nine digits after the point, of which Joda keeps milliseconds. */
  public fraction(): void {
    this.found.micros = Math.floor(Number(this.take(/\d{1,9}/y).padEnd(9, '0')) / 1_000_000) * 1000;
  }
}

const PARSERS: Readonly<Record<string, (reader: TimeReader, next: string | undefined) => void>> = {
  // Before text the year may have more than four digits.
  Y: (r, next) => {
    r.found.year = Number(r.take(next === undefined || next === '%' ? /[+-]?\d{1,4}/y : /[+-]?\d{1,9}/y));
  },
  y: (r) => {
    const year = Number(r.take(/\d{2}/y));
    r.found.year = year < 70 ? 2000 + year : 1900 + year;
  },
  m: (r) => {
    r.found.month = r.digits(2);
  },
  d: (r) => {
    r.found.day = r.digits(2);
  },
  H: (r) => {
    r.found.hour = r.digits(2);
  },
  h: (r) => r.hour12(),
  i: (r) => {
    r.found.minute = r.digits(2);
  },
  s: (r) => {
    r.found.second = r.digits(2);
  },
  f: (r) => r.fraction(),
  p: (r) => r.half(),
  b: (r) => {
    r.found.month = r.name(MONTH_NAMES) + 1;
  },
  a: (r) => {
    r.found.dayOfWeek = r.name(DAY_NAMES) || 7;
  },
  j: (r) => {
    r.found.dayOfYear = r.digits(3);
  },
  v: (r) => {
    r.found.week = r.digits(2);
  },
  x: (r) => {
    r.found.weekYear = Number(r.take(/[+-]?\d{1,9}/y));
  },
  '%': (r) => r.literal('%'),
};
const SAME_AS: Readonly<Record<string, string>> = { c: 'm', e: 'd', k: 'H', I: 'h', l: 'h', S: 's', M: 'b', W: 'a' };
const COMPOSED: Readonly<Record<string, string>> = { T: '%H:%i:%s', r: '%h:%i:%s %p' };

/** `date_parse`: text and MySQL format → microseconds since 1970. */
function parseTime(text: string, format: string): bigint {
  if (format === '' || format === '%') invalidArgument(NO_FORMAT);
  const reader = new TimeReader(text);
  const pattern = format.replace(/%([Tr])/g, (_, letter: string) => COMPOSED[letter] ?? '');
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c !== '%') {
      reader.literal(c);
      continue;
    }
    const letter = pattern[++i];
    if (letter === undefined) break;
    const parse = PARSERS[SAME_AS[letter] ?? letter];
    if (parse) parse(reader, pattern[i + 1]);
    else if (UNSUPPORTED.has(letter)) unsupported(letter);
    else reader.literal(letter);
  }
  if (reader.position < text.length) reader.fail();
  return assembleTime(reader.found) ?? reader.fail();
}

/** MySQL's date formats: date_format, date_parse. */
export const mysqlTimeScalars: readonly ScalarFunction[] = [
  scalar('lw_date_format', ['BIGINT', 'VARCHAR'], 'VARCHAR', formatTime),
  scalar('lw_date_parse', ['VARCHAR', 'VARCHAR'], 'BIGINT', parseTime),
];

export { TimeReader };
