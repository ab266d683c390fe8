const known = new Map<string, string | undefined>();

/**
 * A time zone as Trino writes it: `UTC` for its synonyms and zero offsets, `+05:30` for offsets, IANA names as given;
 * undefined when there's no such zone. Names are case-sensitive, offsets at most 14 hours.
 */
export function canonicalZone(zone: string): string | undefined {
  if (!known.has(zone)) known.set(zone, canonical(zone));
  return known.get(zone);
}

const UTC_NAMES =
  /^(?:UTC|Z|UT|UCT|GMT|GMT0|Zulu|Universal|Greenwich|Etc\/(?:GMT|GMT0|GMT[+-]0|UTC|UCT|Zulu|Universal|Greenwich))$/;

/** Zones without a slash that Java has; it takes no other abbreviation (`EST`, `PST`). */
const PLAIN_NAMES =
  /^(?:CET|CST6CDT|Cuba|EET|EST5EDT|Egypt|Eire|GB|GB-Eire|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|MET|MST7MDT|NZ|NZ-CHAT|Navajo|PRC|PST8PDT|Poland|Portugal|ROK|Singapore|Turkey|W-SU|WET)$/;

/** A part of a name such as `America/Port_of_Spain`: never small, all large in a few. */
const NAME_PART = /^(?:[A-Z][A-Za-z]*[a-z](?:[_-][A-Za-z]+)*|NSW|ACT|LHI)$/;

function canonical(zone: string): string | undefined {
  const offset = /^(?:UTC|GMT|UT)?([+-])(?:(\d{1,2})|(\d\d):?(\d\d)(?::?00)?)$/.exec(zone);
  if (offset) {
    const [, sign = '+', onlyHours, twoHours = '', minutes = '00'] = offset;
    const hours = onlyHours ?? twoHours;
    if (Number(minutes) > 59 || Number(hours) * 60 + Number(minutes) > 840) return undefined;
    if (Number(hours) === 0 && Number(minutes) === 0) return 'UTC';
    return `${sign}${hours.padStart(2, '0')}:${minutes}`;
  }
  if (UTC_NAMES.test(zone)) return 'UTC';
  const east = /^Etc\/GMT([+-])(\d{1,2})$/.exec(zone);
  // The sign of these names is the other way round.
  if (east) return Number(east[2]) > 14 ? undefined : `${east[1] === '+' ? '-' : '+'}${east[2]?.padStart(2, '0')}:00`;
  const isName = zone.includes('/') ? zone.split('/').every((part) => NAME_PART.test(part)) : PLAIN_NAMES.test(zone);
  if (!isName) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const existing = formats.get(zone);
  if (existing) return existing;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}

/** What a zone's clocks show more than UTC's at an instant (seconds since 1970), in seconds. */
export function offsetSeconds(second: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const fixed = /^([+-])(\d\d):(\d\d)$/.exec(zone);
  if (fixed) return (fixed[1] === '-' ? -60 : 60) * (Number(fixed[2]) * 60 + Number(fixed[3]));
  const parts = formatOf(zone).formatToParts(new Date(second * 1000));
  const part = (type: string): number => Number(parts.find((item) => item.type === type)?.value);
  const year = parts.some((item) => item.type === 'era' && item.value === 'BC') ? 1 - part('year') : part('year');
  const local = new Date(0).setUTCFullYear(year, part('month') - 1, part('day'));
  return local / 1000 + part('hour') * 3600 + part('minute') * 60 + part('second') - second;
}

/** Whether no clock of the zone ever showed this local time (seconds since 1970 as if it were UTC). */
export function isInGap(local: number, zone: string): boolean {
  if (zone === 'UTC' || /^[+-]/.test(zone)) return false;
  const day = 86_400;
  return [local - day, local + day].every((near) => {
    const instant = local - offsetSeconds(near, zone);
    return instant + offsetSeconds(instant, zone) !== local;
  });
}
