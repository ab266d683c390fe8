import type { SerialDate } from './cell';

const DAY = 86_400_000;

/** Reads a pattern such as `dd.MM.yyyy HH:mm` into milliseconds of UTC; undefined if the text isn't of that form. */
export function datePattern(format: string): (text: string) => number | undefined {
  const fields: string[] = [];
  const source = format.replace(/yyyy|SSS|MM|dd|HH|mm|ss|M|d|H|[\\^$.|?*+()[\]{}]/g, (token) => {
    const digits = { yyyy: '\\d{4}', SSS: '\\d{1,3}', M: '\\d{1,2}', d: '\\d{1,2}', H: '\\d{1,2}' }[token];
    if (digits === undefined && !/^[MdHms]{2}$/.test(token)) return `\\${token}`;
    fields.push(token.slice(0, token === 'SSS' ? 3 : 1));
    return `(${digits ?? '\\d{2}'})`;
  });
  const pattern = new RegExp(`^${source}$`);
  return (text) => {
    const match = pattern.exec(text);
    if (!match) return undefined;
    const value = (field: string, none: number): number => {
      const index = fields.indexOf(field);
      return index < 0 ? none : Number(match[index + 1]);
    };
    const millis = fields.includes('SSS') ? Number((match[fields.indexOf('SSS') + 1] ?? '').padEnd(3, '0')) : 0;
    return utc(value('y', 1970), value('M', 1), value('d', 1), value('H', 0), value('m', 0), value('s', 0), millis);
  };
}

const ISO_DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const ISO_TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/;

export function isoDate(text: string): number | undefined {
  const match = ISO_DATE.exec(text);
  return match ? utc(Number(match[1]), Number(match[2]), Number(match[3])) : undefined;
}

/** Without an offset the time is UTC. */
export function isoTimestamp(text: string): number | undefined {
  const match = ISO_TIMESTAMP.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const millis = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const local = utc(year ?? 0, month ?? 0, day ?? 0, hour, minute, second, millis);
  const zone = match[8];
  if (local === undefined || zone === undefined || zone === 'Z') return local;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return local - (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}

/**
 * Undefined for what is no date: negative, beyond 9999, and serial 60, the 29th of February 1900 that Lotus 1-2-3 believed
 * in.
 *
 * @see https://learn.microsoft.com/en-us/office/troubleshoot/excel/1900-and-1904-date-system
 */
export function serialTime({ serial, since1904 }: SerialDate): number | undefined {
  const days = Math.floor(serial);
  const millis = Math.round((serial - days) * DAY);
  if (since1904) return days < 0 || days > 2_957_003 ? undefined : Date.UTC(1904, 0, 1) + days * DAY + millis;
  if (days < 1 || days === 60 || days > 2_958_465) return undefined;
  return Date.UTC(1899, 11, days < 60 ? 31 : 30) + days * DAY + millis;
}

/** Undefined for days and times that the calendar has not. */
function utc(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  millis = 0,
): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second, millis);
}
