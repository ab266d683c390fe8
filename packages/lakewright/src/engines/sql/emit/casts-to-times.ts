import * as build from '../types/build';
import { LAST_ZONED_YEAR } from '../types/time-range';
import type { TrinoType } from '../types/type';
import { notCovered, orFail, readText, rounded } from './casts-of-text';
import { bindOnce, check, quoteText, sessionZone } from './text';

const precisionOf = (type: TrinoType): number => ('precision' in type ? type.precision : 0);

export function toTimestamp(x: string, from: TrinoType, precision: number): string {
  switch (from.kind) {
    case 'varchar':
      return orFail(x, from, build.timestamp(precision));
    case 'date':
      return `CAST(${x} AS TIMESTAMP)`;
    case 'timestamp':
      return precision < from.precision ? rounded(x, precision) : x;
    case 'timestamp with time zone':
      return precision < from.precision ? rounded(`lw_local(${x})`, precision) : `lw_local(${x})`;
    default:
      throw notCovered(from, build.timestamp(precision));
  }
}

/** A local time of the session's zone. */
function inSessionZone(timestamp: string): string {
  return sessionZone() === 'UTC'
    ? `lw_utc_tz(${timestamp})`
    : `lw_from_local(${timestamp}, ${quoteText(sessionZone())})`;
}

const inZonedRange = (x: string, precision: number, sql: string): string =>
  check(
    `abs(year(${x})) > ${LAST_ZONED_YEAR}`,
    'INVALID_CAST_ARGUMENT',
    'Out of range for timestamp with time zone',
    build.zonedTimestamp(precision),
    sql,
  );

export function toZonedTimestamp(x: string, from: TrinoType, precision: number): string {
  const cuts = precision < precisionOf(from);
  switch (from.kind) {
    case 'varchar': {
      const attempt = bindOnce(
        [rounded(readText(x, precision), precision), `lw_cast_tz_zone(${x})`],
        ([local, zone]) =>
          `CASE WHEN abs(year(${local})) <= ${LAST_ZONED_YEAR} THEN lw_from_local(${local}, ${zone}) END`,
      );
      return bindOnce([attempt], ([value = '']) => orFail(x, from, build.zonedTimestamp(precision), value));
    }
    case 'date':
      return inZonedRange(x, precision, inSessionZone(`CAST(${x} AS TIMESTAMP)`));
    case 'timestamp':
      return inZonedRange(x, precision, inSessionZone(cuts ? rounded(x, precision) : x));
    case 'timestamp with time zone':
      return cuts ? `lw_mk_tz(${rounded(`(${x}).i`, precision)}, (${x}).z)` : x;
    default:
      throw notCovered(from, build.zonedTimestamp(precision));
  }
}

/** Trino takes a second off the clock of timestamps before 1970 that have a fraction of one. */
const clockOf = (x: string): string =>
  `CASE WHEN epoch_us(${x}) < 0 AND epoch_us(${x}) % 1000000 <> 0 THEN ${x} - INTERVAL 1 SECOND ELSE ${x} END`;

export function toTime(x: string, from: TrinoType, precision: number): string {
  const to = build.time(precision);
  const cut = (timestamp: string) => `CAST(${rounded(timestamp, precision)} AS TIME)`;
  switch (from.kind) {
    case 'varchar': {
      const parsed = orFail(
        x,
        from,
        to,
        precision === 6 ? `lw_read_time(${x})` : `TRY_CAST(lw_cast_time(${x}) AS TIME)`,
      );
      return precision < 6 ? cut(`(DATE '2000-01-01' + ${parsed})`) : parsed;
    }
    case 'timestamp':
      return precision < from.precision ? cut(`(${clockOf(x)})`) : `CAST(${clockOf(x)} AS TIME)`;
    case 'timestamp with time zone':
      return precision < from.precision ? cut(`lw_local(${x})`) : `CAST(lw_local(${x}) AS TIME)`;
    case 'time':
      return precision < from.precision ? cut(`(DATE '2000-01-01' + ${x})`) : x;
    default:
      throw notCovered(from, to);
  }
}
