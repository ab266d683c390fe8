const known = new Map<string, string | undefined>();

/**
 * A time zone as Trino writes it: `UTC` for its synonyms and zero offsets, `+05:30` for offsets, IANA names as given;
 * undefined when there's no such zone.
 */
export function canonicalZone(zone: string): string | undefined {
  if (!known.has(zone)) known.set(zone, canonical(zone));
  return known.get(zone);
}

function canonical(zone: string): string | undefined {
  const offset = /^([+-])(\d{1,2})(?::?(\d\d))?$/.exec(zone);
  if (offset) {
    const [, sign = '+', hours = '', minutes = '00'] = offset;
    if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
    if (Number(hours) === 0 && Number(minutes) === 0) return 'UTC';
    return `${sign}${hours.padStart(2, '0')}:${minutes}`;
  }
  if (zone === 'GMT') return zone;
  if (/^(utc|z|ut|gmt)$/i.test(zone)) return 'UTC';
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}
