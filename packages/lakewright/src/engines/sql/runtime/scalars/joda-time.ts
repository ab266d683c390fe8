import { canonicalZone, isInGap } from '../../types/zone';
import {
  invalidArgument,
  notCovered,
  nullableScalar,
  ParseCache,
  ScalarFailure,
  type ScalarFunction,
  scalar,
} from '../support';
import { TimeReader } from './mysql-time';
import { assembleTime, DAY_NAMES, fieldsOf, MONTH_NAMES, pad, timestampText } from './time-fields';

/** A part of a Joda pattern: text, or a letter with its repetitions. */
type Part = { readonly text: string } | { readonly letter: string; readonly count: number };

const patterns = new ParseCache<readonly Part[]>(parsePattern);

/** A quote that isn't closed takes the rest as text: AWS's own query for load balancer logs has one. */
function parsePattern(pattern: string): readonly Part[] {
  if (pattern === '') invalidArgument('Invalid pattern specification: Pattern is null or empty');
  const parts: Part[] = [];
  let i = 0;
  while (i < pattern.length) {
    const c = pattern[i] as string;
    if (c === "'") {
      const { text, next } = quoted(pattern, i);
      if (text !== '') parts.push({ text });
      i = next;
    } else if (/[A-Za-z]/.test(c)) {
      let count = 1;
      while (pattern[i + count] === c) count++;
      parts.push({ letter: c, count });
      i += count;
    } else {
      parts.push({ text: c });
      i++;
    }
  }
  if (parts.length === 0) invalidArgument('Both printing and parsing not supported');
  return parts;
}

function quoted(pattern: string, start: number): { readonly text: string; readonly next: number } {
  if (pattern[start + 1] === "'") return { text: "'", next: start + 2 };
  let text = '';
  let i = start + 1;
  while (i < pattern.length) {
    if (pattern[i] === "'") {
      if (pattern[i + 1] !== "'") return { text, next: i + 1 };
      i++;
    }
    text += pattern[i++];
  }
  return { text, next: i };
}

/** Joda prints the present name of a zone, `Asia/Kolkata` for `Asia/Calcutta`. These have one name. */
const PLAIN_ZONE =
  /^(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/(?!Calcutta|Katmandu|Saigon|Rangoon|Dacca|Thimbu|Macao|Ujung_Pandang|Ulan_Bator|Chungking|Tel_Aviv|Istanbul|Kiev|Kyiv|Buenos_Aires|Indianapolis|Louisville|Godthab|Nuuk|ACT|NSW|North|South|West|Victoria|Queensland|Tasmania|Canberra|Yancowinna)/;

function zoneText(zone: string | null, minutes: number, count: number, letter: string): string {
  if (zone === null) {
    invalidArgument(
      "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type does not contain TZ information",
    );
  }
  if (letter === 'z') {
    if (/^[+-]/.test(zone)) return zone;
    if (zone !== 'UTC') notCovered(`the name of time zone ${zone} in format_datetime`);
    return count >= 4 ? 'Coordinated Universal Time' : 'UTC';
  }
  if (count >= 3) {
    if (zone !== 'UTC' && !/^[+-]/.test(zone) && !PLAIN_ZONE.test(zone))
      notCovered(`the current name of time zone ${zone}`);
    return zone;
  }
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${count === 2 ? ':' : ''}${pad(size % 60)}`;
}

const lastTwo = (year: number): string => pad(((year % 100) + 100) % 100);

function formatTime(micros: bigint, zone: string | null, minutes: number, pattern: string): string {
  const f = fieldsOf(micros);
  const dayName = DAY_NAMES[f.dayOfWeek % 7] ?? '';
  const monthName = MONTH_NAMES[f.month - 1] ?? '';
  const letters: Readonly<Record<string, (count: number) => string>> = {
    y: (n) => (n === 2 ? lastTwo(f.year) : pad(f.year, n)),
    Y: (n) => (n === 2 ? lastTwo(f.year) : pad(f.year, n)),
    x: (n) => (n === 2 ? lastTwo(f.weekYear) : pad(f.weekYear, n)),
    M: (n) => (n >= 4 ? monthName : n === 3 ? monthName.slice(0, 3) : pad(f.month, n)),
    d: (n) => pad(f.day, n),
    D: (n) => pad(f.dayOfYear, n),
    w: (n) => pad(f.week, n),
    e: (n) => pad(f.dayOfWeek, n),
    E: (n) => (n >= 4 ? dayName : dayName.slice(0, 3)),
    a: () => (f.hour < 12 ? 'AM' : 'PM'),
    H: (n) => pad(f.hour, n),
    h: (n) => pad(f.hour % 12 || 12, n),
    K: (n) => pad(f.hour % 12, n),
    k: (n) => pad(f.hour || 24, n),
    m: (n) => pad(f.minute, n),
    s: (n) => pad(f.second, n),
    S: (n) =>
      pad(Math.floor(f.micros / 1000), 3)
        .padEnd(n, '0')
        .slice(0, n),
    G: () => (f.year > 0 ? 'AD' : 'BC'),
    C: (n) => pad(Math.floor(f.year / 100), n),
    Z: (n) => zoneText(zone, minutes, n, 'Z'),
    z: (n) => zoneText(zone, minutes, n, 'z'),
  };
  return patterns
    .get(pattern)
    .map((part) => {
      if ('text' in part) return part.text;
      const print = letters[part.letter];
      if (!print) invalidArgument(`Illegal pattern component: ${part.letter.repeat(part.count)}`);
      return print(part.count);
    })
    .join('');
}

/** Letters that read digits: a year before one of them takes no more digits than its own letters. */
const NUMERIC = /[yYxCMdDwehHkKmsS]/;

function readsDigits(part: Part | undefined): boolean {
  return (
    part !== undefined && 'letter' in part && NUMERIC.test(part.letter) && !(part.letter === 'M' && part.count > 2)
  );
}

function readYear(reader: TimeReader, count: number, limited: boolean): number {
  if (count === 2) {
    const text = reader.take(limited ? /\d{2}/y : /\d{1,9}/y);
    if (text.length !== 2) return Number(text);
    // Joda's window of a hundred years has its middle 30 years ago.
    const low = new Date().getUTCFullYear() - 80;
    const year = low - (low % 100) + Number(text);
    return year < low ? year + 100 : year;
  }
  return Number(reader.take(limited ? new RegExp(`[+-]?\\d{1,${count}}`, 'y') : /[+-]?\d{1,9}/y));
}

/** Abbreviations that Joda knows. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  UT: 'UTC',
  UTC: 'UTC',
  GMT: 'UTC',
  EST: 'America/New_York',
  EDT: 'America/New_York',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  MST: 'America/Denver',
  MDT: 'America/Denver',
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
};

/** `Z`, `ZZ` read an offset, `ZZZ` a zone's name, `z` an abbreviation. */
function readZone(reader: TimeReader, letter: string, count: number): string {
  if (letter === 'z') return ABBREVIATIONS[reader.take(/[A-Z]+/y)] ?? reader.fail();
  const text = reader.take(count >= 3 ? /[A-Za-z][A-Za-z0-9/_:+-]*/y : /Z|[+-]\d{2}(?::?\d{2})?/y);
  return canonicalZone(text) ?? reader.fail();
}

function readPart(reader: TimeReader, letter: string, count: number, limited: boolean): string | undefined {
  const found = reader.found;
  const digits = (most: number): number => reader.digits(most);
  switch (letter) {
    case 'y':
    case 'Y':
      found.year = readYear(reader, count, limited);
      return undefined;
    case 'x':
      found.weekYear = readYear(reader, count, limited);
      return undefined;
    case 'w':
      found.week = digits(2);
      return undefined;
    case 'e':
      found.dayOfWeek = digits(1);
      return undefined;
    case 'M':
      found.month = count >= 3 ? reader.name(MONTH_NAMES) + 1 : digits(2);
      return undefined;
    case 'd':
      found.day = digits(2);
      return undefined;
    case 'D':
      found.dayOfYear = digits(3);
      return undefined;
    case 'E':
      found.dayOfWeek = reader.name(DAY_NAMES) || 7;
      return undefined;
    case 'G':
      // Read, but the year counts as it stands.
      reader.take(/(?:BCE|BC|CE|AD)/iy);
      return undefined;
    case 'H':
      found.hour = digits(2);
      return undefined;
    case 'k':
      found.hour = digits(2);
      if (found.hour < 1 || found.hour > 24) reader.fail();
      found.hour %= 24;
      return undefined;
    case 'h':
      reader.hour12();
      return undefined;
    case 'K':
      found.halfDayHour = digits(2);
      if (found.halfDayHour > 11) reader.fail();
      return undefined;
    case 'a':
      reader.half();
      return undefined;
    case 'm':
      found.minute = digits(2);
      return undefined;
    case 's':
      found.second = digits(2);
      return undefined;
    case 'S':
      found.micros =
        Math.floor(Number(reader.take(new RegExp(`\\d{1,${count}}`, 'y')).padEnd(9, '0')) / 1_000_000) * 1000;
      return undefined;
    case 'Z':
      return readZone(reader, letter, count);
    case 'z':
      if (count > 3) return notCovered('full names of time zones in parse_datetime');
      return readZone(reader, letter, count);
    default:
      return notCovered(`letter ${letter} in the pattern of parse_datetime`);
  }
}

/** `parse_datetime`: text and Joda pattern → `local time|zone`. */
function parseTime(text: string, pattern: string): string {
  const reader = new TimeReader(text);
  const parts = patterns.get(pattern);
  let zone = 'UTC';
  parts.forEach((part, i) => {
    if ('text' in part) reader.literal(part.text);
    else zone = readPart(reader, part.letter, part.count, readsDigits(parts[i + 1])) ?? zone;
  });
  if (reader.position < text.length) reader.fail();
  const micros = assembleTime(reader.found) ?? reader.fail();
  if (isInGap(Number(micros / 1_000_000n), zone)) {
    invalidArgument(`Cannot parse "${text}": Illegal instant due to time zone offset transition (${zone})`);
  }
  return `${timestampText(micros)}|${zone}`;
}

/** Joda's patterns (format_datetime, parse_datetime) and zone names. */
export const jodaTimeScalars: readonly ScalarFunction[] = [
  nullableScalar('lw_joda_format', ['BIGINT', 'VARCHAR', 'BIGINT', 'VARCHAR'], 'VARCHAR', (micros, zone, minutes, p) =>
    micros === null || p === null ? null : formatTime(micros, zone, Number(minutes ?? 0n), p),
  ),
  scalar('lw_joda_parse', ['VARCHAR', 'VARCHAR'], 'VARCHAR', parseTime),
  scalar('lw_zone_id', ['VARCHAR'], 'VARCHAR', (zone) => {
    return canonicalZone(zone) ?? invalidArgument(`'${zone}' is not a valid time zone`);
  }),
  /** from_unixtime has another error than AT TIME ZONE. */
  scalar('lw_unixtime_zone', ['VARCHAR'], 'VARCHAR', (zone) => {
    const id = canonicalZone(zone);
    if (id === undefined) throw new ScalarFailure('NOT_SUPPORTED', `Time zone not supported: ${zone}`);
    return id;
  }),
  /** NULL for what is no zone. */
  scalar('lw_known_zone', ['VARCHAR'], 'VARCHAR', (zone) => canonicalZone(zone) ?? null),
];
