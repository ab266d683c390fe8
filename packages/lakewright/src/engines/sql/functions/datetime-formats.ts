import type { TrinoType } from '../types/type';
import type { Behaviour, CallText } from './entry';

/** MySQL's format letters that DuckDB's strftime prints alike. The others go through JavaScript. */
const STRFTIME: Readonly<Record<string, string>> = {
  Y: '%Y',
  m: '%m',
  d: '%d',
  H: '%H',
  i: '%M',
  s: '%S',
  S: '%S',
  y: '%y',
  j: '%j',
  M: '%B',
  b: '%b',
  a: '%a',
  W: '%A',
  p: '%p',
  h: '%I',
  I: '%I',
  T: '%H:%M:%S',
  '%': '%%',
};

/** The strftime format that says the same as a MySQL format; undefined if there is none. */
function toStrftime(format: string): string | undefined {
  let result = '';
  for (let i = 0; i < format.length; i++) {
    if (format[i] !== '%') {
      result += format[i];
      continue;
    }
    const letter = format[++i];
    // A percent sign at the end is dropped.
    if (letter === undefined) return format.length > 1 ? result : undefined;
    const native = STRFTIME[letter];
    if (native === undefined) return undefined;
    result += native;
  }
  return result;
}

/** A literal format runs as strftime (15 times faster), any other in JavaScript. */
function dateFormat(local: (value: string) => string): (call: CallText) => string {
  return (call) => {
    const [given = '', format = ''] = call.args;
    const value = local(given);
    const literal = call.literals[1];
    const clock = inMilliseconds(value, call);
    const native = typeof literal === 'string' ? toStrftime(literal) : undefined;
    const general = `lw_date_format(epoch_us(${clock}), ${format})`;
    if (native === undefined) return general;
    const direct = `strftime(${clock}, '${native.replaceAll("'", "''")}')`;
    // Four digits of the year before 0, too.
    return native.includes('%Y') ? `CASE WHEN year(${clock}) < 0 THEN ${general} ELSE ${direct} END` : direct;
  };
}

/** Formats see milliseconds: a clock that shows more is rounded first, half up. */
function inMilliseconds(timestamp: string, { types }: CallText): string {
  return precisionOf(types[0]) > 3 ? `lw_in_ms(${timestamp})` : timestamp;
}

function precisionOf(type: TrinoType | undefined): number {
  return type && 'precision' in type ? type.precision : 0;
}

/** Dates as text and back: MySQL's formats, Joda's, ISO 8601. */
export const dateFormats: Readonly<Record<string, Behaviour>> = {
  'date_format(timestamp(p), varchar): varchar': { sql: dateFormat((value) => value) },
  'date_format(timestamp(p) with time zone, varchar): varchar': { sql: dateFormat((value) => `lw_local(${value})`) },
  'date_parse(varchar, varchar): timestamp(3)': 'make_timestamp(lw_date_parse($1, $2))',
  'format_datetime(timestamp(p), varchar): varchar': {
    sql: (call) =>
      `lw_joda_format(epoch_us(${inMilliseconds(call.args[0] ?? '', call)}), NULL, 0::BIGINT, ${call.args[1]})`,
  },
  'format_datetime(timestamp(p) with time zone, varchar): varchar': {
    sql: (call) => {
      const [value = '', format = ''] = call.args;
      const clock = inMilliseconds(`lw_local(${value})`, call);
      return `lw_joda_format(epoch_us(${clock}), (${value}).z, lw_offset(${value}), ${format})`;
    },
  },
  'parse_datetime(varchar, varchar): timestamp(3) with time zone': 'lw_parse_tz(lw_joda_parse($1, $2))',
  'to_iso8601(date): varchar(16)': 'lw_date_str($1)',
  'to_iso8601(timestamp(p)): varchar(26)': {
    sql: (call) => `replace(lw_ts_text(${call.args[0]}, ${precisionOf(call.types[0])}), ' ', 'T')`,
  },
  'to_iso8601(timestamp(p) with time zone): varchar(32)': {
    sql: (call) =>
      `(replace(lw_ts_text(lw_local(${call.args[0]}), ${precisionOf(call.types[0])}), ' ', 'T') || lw_iso_off(lw_offset(${call.args[0]})))`,
  },
  'from_iso8601_date(varchar): date': 'CAST(lw_iso_date($1) AS DATE)',
  'from_iso8601_timestamp(varchar): timestamp(3) with time zone': 'lw_parse_tz(lw_iso_ts($1))',
};
