import { invalidArgument, notCovered, type ScalarFunction, scalar } from '../support';
import { assembleTime, type ParsedTime, timestampText, zoneId } from './time-fields';

function invalid(text: string): never {
  invalidArgument(`Invalid format: "${text}"`);
}

/** The date of an ISO 8601 text: by month, by week or by day of the year. */
function readDate(text: string, whole: string): ParsedTime {
  const byMonth = /^([+-]?\d{4,9})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (byMonth) return { year: Number(byMonth[1]), month: Number(byMonth[2] ?? 1), day: Number(byMonth[3] ?? 1) };
  const byWeek = /^([+-]?\d{4,9})-W(\d{1,2})(?:-(\d))?$/.exec(text);
  if (byWeek) return { weekYear: Number(byWeek[1]), week: Number(byWeek[2]), dayOfWeek: Number(byWeek[3] ?? 1) };
  const byDay = /^([+-]?\d{4,9})-(\d{3})$/.exec(text);
  if (byDay) return { year: Number(byDay[1]), dayOfYear: Number(byDay[2]) };
  invalid(whole);
}

function isoDate(text: string): string {
  const micros = assembleTime(readDate(text, text));
  return micros === undefined ? invalid(text) : (timestampText(micros).split(' ')[0] ?? '');
}

/** `local time|zone`; without a zone it's UTC, the session's. */
function isoTimestamp(text: string): string {
  const match =
    /^([^T]*)(?:T(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text);
  if (!match) invalid(text);
  const [, date = '', hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  if (date === '') notCovered('from_iso8601_timestamp of a time without a date');
  const micros = assembleTime({
    ...readDate(date, text),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    micros: Number(fraction.padEnd(3, '0').slice(0, 3)) * 1000,
  });
  if (micros === undefined) invalid(text);
  return `${timestampText(micros)}|${zoneId(zone) ?? invalid(text)}`;
}

/** ISO 8601: from_iso8601_date, from_iso8601_timestamp. */
export const isoTimeScalars: readonly ScalarFunction[] = [
  scalar('lw_iso_date', ['VARCHAR'], 'VARCHAR', isoDate),
  scalar('lw_iso_ts', ['VARCHAR'], 'VARCHAR', isoTimestamp),
];
