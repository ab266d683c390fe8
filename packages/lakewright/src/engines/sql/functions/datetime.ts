import { LAST_ZONED_YEAR } from '../types/time-range';
import { dateArithmetic } from './datetime-arithmetic';
import { dateFormats } from './datetime-formats';
import { type Behaviour, type FunctionArea, invalid, type RuntimeError } from './entry';

/** Field name → DuckDB's function. Fields of a zoned timestamp are those of its local time. */
const DATE_FIELDS: Readonly<Record<string, string>> = {
  year: 'year',
  quarter: 'quarter',
  month: 'month',
  week: 'week',
  day: 'day',
  day_of_week: 'isodow',
  day_of_year: 'dayofyear',
  year_of_week: 'isoyear',
};
const TIME_FIELDS: Readonly<Record<string, string>> = { hour: 'hour', minute: 'minute', second: 'second' };

function fields(): Record<string, Behaviour> {
  const entries: Record<string, Behaviour> = {};
  for (const [name, native] of Object.entries(DATE_FIELDS)) entries[`${name}(date): bigint`] = `${native}($1)`;
  for (const [name, native] of Object.entries(TIME_FIELDS)) entries[`${name}(time(p)): bigint`] = `${native}($1)`;
  for (const [name, native] of Object.entries({ ...DATE_FIELDS, ...TIME_FIELDS })) {
    entries[`${name}(timestamp(p)): bigint`] = `${native}($1)`;
    entries[`${name}(timestamp(p) with time zone): bigint`] = `${native}(lw_local($1))`;
  }
  // DuckDB's millisecond() counts the seconds, too.
  entries['millisecond(timestamp(p)): bigint'] = '(millisecond($1) % 1000)';
  entries['millisecond(time(p)): bigint'] = '(millisecond($1) % 1000)';
  entries['millisecond(timestamp(p) with time zone): bigint'] = '(millisecond(($1).i) % 1000)';
  entries['year(interval year to month): bigint'] = 'CAST($1 // 12 AS BIGINT)';
  entries['month(interval year to month): bigint'] = 'CAST($1 % 12 AS BIGINT)';
  entries['day(interval day to second): bigint'] = '($1 // 86400000)';
  entries['hour(interval day to second): bigint'] = '($1 % 86400000 // 3600000)';
  entries['minute(interval day to second): bigint'] = '($1 % 3600000 // 60000)';
  entries['second(interval day to second): bigint'] = '($1 % 60000 // 1000)';
  entries['millisecond(interval day to second): bigint'] = '($1 % 1000)';
  return entries;
}

/** Trino rounds seconds to milliseconds as Java's Math.round does: half up. */
const fromSeconds = 'make_timestamp(CAST(CASE WHEN isnan($1) THEN 0 ELSE floor($1 * 1000 + 0.5) END AS BIGINT) * 1000)';
const secondsErrors = [
  invalid('isinf($1)', 'unixtime must be finite'),
  invalid('abs($1) > 2251799813685', 'Millis overflow'),
];
/** What has a zone has 52 bits of milliseconds. */
const noInstant = (name: string): RuntimeError => ({
  when: `abs(year($1)) > ${LAST_ZONED_YEAR}`,
  name,
  message: 'Millis overflow',
});

/** Dates and times. A zoned timestamp is carried as its UTC instant and its zone. */
export const datetime: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/datetime.html',
  scalar: {
    ...fields(),
    ...dateArithmetic,
    ...dateFormats,
    'last_day_of_month(date): date': 'last_day($1)',
    'last_day_of_month(timestamp(p)): date': 'last_day($1)',
    'last_day_of_month(timestamp(p) with time zone): date': 'last_day(lw_local($1))',
    'timezone_hour(timestamp(p) with time zone): bigint': '(lw_offset($1) // 60)',
    'timezone_minute(timestamp(p) with time zone): bigint': '(lw_offset($1) % 60)',
    'timezone(timestamp(p) with time zone): varchar': '($1).z',
    'to_unixtime(timestamp(p)): double': {
      sql: '(epoch_us($1) / 1000000.0::DOUBLE)',
      errors: [noInstant('INVALID_CAST_ARGUMENT')],
    },
    'to_unixtime(timestamp(p) with time zone): double': '(epoch_us(($1).i) / 1000000.0::DOUBLE)',
    'from_unixtime(double): timestamp(3) with time zone': { sql: `lw_utc_tz(${fromSeconds})`, errors: secondsErrors },
    'from_unixtime(double, bigint, bigint): timestamp(3) with time zone': {
      sql: `lw_mk_tz(${fromSeconds}, lw_offset_zone($2 * 60 + $3))`,
      errors: [...secondsErrors, invalid('abs($2 * 60 + $3) > 840', 'Invalid offset minutes')],
    },
    'from_unixtime(double, varchar): timestamp(3) with time zone': {
      sql: `lw_mk_tz(${fromSeconds}, lw_unixtime_zone($2))`,
      errors: secondsErrors,
    },
    'date(date): date': '$1',
    'date(timestamp(p)): date': 'CAST($1 AS DATE)',
    'date(timestamp(p) with time zone): date': 'CAST(lw_local($1) AS DATE)',
    'date(varchar): date': { sql: (call) => call.cast(call.args[0] ?? '', { kind: 'varchar' }, { kind: 'date' }) },
    'at_timezone(timestamp(p) with time zone, varchar): timestamp(p) with time zone':
      'lw_mk_tz(($1).i, lw_zone_id($2))',
    'at_timezone(timestamp(p) with time zone, interval day to second): timestamp(p) with time zone': {
      sql: 'lw_mk_tz(($1).i, lw_offset_zone($2 // 60000))',
      errors: [
        invalid('$2 % 60000 <> 0', 'Invalid time zone offset interval: interval contains seconds'),
        invalid('abs($2) > 50400000', 'Invalid offset minutes'),
      ],
    },
    'with_timezone(timestamp(p), varchar): timestamp(p) with time zone': {
      sql: 'lw_from_local($1, lw_zone_id($2))',
      errors: [noInstant('GENERIC_INTERNAL_ERROR')],
    },
    'to_milliseconds(interval day to second): bigint': '$1',
    'parse_duration(varchar): interval day to second': 'lw_duration($1)',
    'human_readable_seconds(double): varchar': {
      sql: 'lw_human_seconds($1)',
      errors: [invalid('NOT isfinite($1)', 'Invalid argument found: input value must be finite')],
    },
  },
  aliases: {
    dow: 'day_of_week',
    doy: 'day_of_year',
    week_of_year: 'week',
    yow: 'year_of_week',
    day_of_month: 'day',
  },
  notCovered: ['from_unixtime_nanos', 'from_iso8601_timestamp_nanos', 'to_char', 'to_date', 'to_timestamp'],
};
