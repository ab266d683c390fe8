import { NotCoveredError } from '../../sql/errors';

/** Milliseconds to add to UTC for the wall time of a zone at that instant. */
export type ZoneOffset = (time: number) => number;

const HOUR = 3_600_000;

/**
 * The offsets of a time zone, by Node's own zone data.
 *
 * @param zone an IANA name; '' is UTC
 * @throws NotCoveredError for a zone that isn't known
 */
export function zoneOffset(zone: string): ZoneOffset {
  if (['', 'UTC', 'GMT', 'Z', 'Etc/UTC', 'Etc/GMT', 'Zulu', 'UCT'].includes(zone)) return () => 0;
  const format = formatOf(zone);
  // No zone changes its offset twice within a quarter of an hour.
  const known = new Map<number, number>();
  return (time) => {
    const quarter = Math.floor(time / (HOUR / 4));
    let offset = known.get(quarter);
    if (offset === undefined) {
      offset = offsetAt(format, quarter * (HOUR / 4));
      if (known.size > 100_000) known.clear();
      known.set(quarter, offset);
    }
    return offset;
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
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
  } catch {
    throw new NotCoveredError(`ORC file written in time zone '${zone}'`);
  }
}

function offsetAt(format: Intl.DateTimeFormat, time: number): number {
  const parts = Object.fromEntries(format.formatToParts(time).map((part) => [part.type, part.value]));
  const year = Number(parts.year);
  const local = new Date(0);
  local.setUTCFullYear(parts.era === 'BC' ? 1 - year : year, Number(parts.month) - 1, Number(parts.day));
  local.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return local.getTime() - time;
}
