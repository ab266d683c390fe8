import { canonicalZone } from '../../types/zone';
import { invalidArgument, type ScalarFunction, scalar } from '../support';
import { assembleTime, type ParsedTime, timestampText } from './time-fields';

function invalid(text: string): never {
  invalidArgument(`Invalid format: "${text}"`);
}

/** The date of an ISO 8601 text: by month, by week or by day of the year. */
function readDate(text: string, whole: string): ParsedTime {
  const byMonth = /^([+-]?\d{1,9})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (byMonth) return { year: Number(byMonth[1]), month: Number(byMonth[2] ?? 1), day: Number(byMonth[3] ?? 1) };
  const byWeek = /^([+-]?\d{1,9})-W(\d{1,2})(?:-(\d))?$/.exec(text);
  if (byWeek) return { weekYear: Number(byWeek[1]), week: Number(byWeek[2]), dayOfWeek: Number(byWeek[3] ?? 1) };
  const byDay = /^([+-]?\d{1,9})-(\d{3})$/.exec(text);
  if (byDay) return { year: Number(byDay[1]), dayOfYear: Number(byDay[2]) };
  invalid(whole);
}

function isoDate(text: string): string {
  const micros = assembleTime(readDate(text, text));
  return micros === undefined ? invalid(text) : (timestampText(micros).split(' ')[0] ?? '');
}

/** Nanoseconds of a decimal fraction of a unit: `5` of an hour is 30 minutes. */
function fractionOf(digits: string, unitSeconds: number): bigint {
  return BigInt(digits.padEnd(9, '0').slice(0, 9)) * BigInt(unitSeconds);
}

/** `local time|zone`, and the nanoseconds; without a zone it's UTC, the session's. */
function readTimestamp(text: string): { readonly micros: bigint; readonly nanos: bigint; readonly zone: string } {
  const match =
    /^([^Tt]*)(?:[Tt](?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(
      text,
    );
  if (!match) invalid(text);
  const [, date = '', hour = '0', minute, second, fraction = '', zone = 'Z'] = match;
  if (date === '' && match[2] === undefined) invalid(text);
  const start = assembleTime({
    ...(date === '' ? { year: 1970 } : readDate(date, text)),
    hour: Number(hour),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
  });
  if (start === undefined) invalid(text);
  const nanos = fractionOf(fraction, second !== undefined ? 1 : minute !== undefined ? 60 : 3600);
  return { micros: start, nanos, zone: canonicalZone(zone.toUpperCase()) ?? invalid(text) };
}

/** The largest instant that a timestamp with time zone holds: 52 bits of milliseconds. */
const MOST_MILLIS = 2n ** 51n;

function isoTimestamp(text: string): string {
  const { micros, nanos, zone } = readTimestamp(text);
  const millis = micros / 1000n + nanos / 1_000_000n;
  if (millis >= MOST_MILLIS || millis < -MOST_MILLIS) invalidArgument(`Millis overflow: ${millis}`);
  return `${timestampText(millis * 1000n)}|${zone}`;
}

/** ISO 8601: from_iso8601_date, from_iso8601_timestamp. */
export const isoTimeScalars: readonly ScalarFunction[] = [
  scalar('lw_iso_date', ['VARCHAR'], 'VARCHAR', isoDate),
  scalar('lw_iso_ts', ['VARCHAR'], 'VARCHAR', isoTimestamp),
];
