import { SqlError } from '../errors';
import { MOST_ADDED_YEARS } from '../types/time-range';
import type { TrinoType } from '../types/type';
import { type Behaviour, type BehaviourSpec, type CallText, type CallTypes, invalid } from './entry';

/** Units of a fixed length, in milliseconds. */
const FIXED: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};
/** Units of calendar months. */
const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };
const DAY = 86_400_000;

function unitOf({ literals }: CallTypes): string {
  return String(literals[0]).toLowerCase();
}

type Kind = 'date' | 'timestamp' | 'zoned' | 'time';

const UNITS = [...Object.keys(FIXED), ...Object.keys(MONTHS)];
const DATE_UNITS = UNITS.filter((unit) => (FIXED[unit] ?? DAY) >= DAY);
const TIME_UNITS = UNITS.filter((unit) => (FIXED[unit] ?? DAY) < DAY);

/** Dates have no time fields, times no date fields. */
const UNITS_OF: Readonly<Record<Kind, { readonly name: string; readonly units: readonly string[] }>> = {
  date: { name: 'DATE', units: DATE_UNITS },
  timestamp: { name: 'TIMESTAMP', units: UNITS },
  zoned: { name: 'TIMESTAMP', units: UNITS },
  time: { name: 'Time', units: TIME_UNITS },
};

/**
 * One expression for a literal unit, which is known before anything runs; for any other one the expressions of all
 * units, of which each row's is chosen.
 */
function byUnit(kind: Kind, write: (kind: Kind) => (call: CallText) => string): BehaviourSpec {
  const { name, units } = UNITS_OF[kind];
  const sql = (call: CallText): string => {
    if (call.literals[0] !== undefined) return write(kind)(call);
    const [unit = '', ...rest] = call.args;
    const branches = units.map((own) => {
      const literals = [own, ...call.literals.slice(1)];
      return `WHEN '${own}' THEN ${write(kind)({ ...call, literals })}`;
    });
    const missing = [unit, ...rest].map((arg) => `${arg} IS NULL`).join(' OR ');
    const failure = call.fail('INVALID_FUNCTION_ARGUMENT', `the unit is not a valid ${name} field`, call.result);
    return `CASE WHEN ${missing} THEN NULL ELSE CASE lower(${unit}) ${branches.join(' ')} ELSE ${failure} END END`;
  };
  const validate = (call: CallTypes): void => {
    if (call.literals[0] === undefined || units.includes(unitOf(call))) return;
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', `'${unitOf(call)}' is not a valid ${name} field`);
  };
  return { sql, validate };
}

/** A time of day as a timestamp, because DuckDB has no arithmetic on TIME. */
const onSomeDay = (time: string): string => `(DATE '2000-01-01' + ${time})`;

function truncate(kind: Kind): (call: CallText) => string {
  return (call) => {
    const unit = unitOf(call);
    const value = call.args[1] ?? '';
    switch (kind) {
      case 'date':
        return `CAST(date_trunc('${unit}', ${value}) AS DATE)`;
      case 'timestamp':
        return `date_trunc('${unit}', ${value})`;
      case 'time':
        return `CAST(date_trunc('${unit}', ${onSomeDay(value)}) AS TIME)`;
      case 'zoned':
        // Offsets are whole minutes (but for history), so small units can be cut on the instant.
        return (FIXED[unit] ?? DAY) <= 60_000
          ? `lw_mk_tz(date_trunc('${unit}', (${value}).i), (${value}).z)`
          : `lw_from_local(date_trunc('${unit}', lw_local(${value})), (${value}).z)`;
    }
  };
}

function add(kind: Kind): (call: CallText) => string {
  return (call) => {
    const unit = unitOf(call);
    const [, count = '', value = ''] = call.args;
    const months = MONTHS[unit];
    const amount =
      months === undefined
        ? `lw_millis(${count} * ${FIXED[unit]})`
        : `to_months(CAST(${count} * ${months} AS INTEGER))`;
    switch (kind) {
      case 'date':
        return months === undefined
          ? `(${value} + CAST(${count} * ${(FIXED[unit] ?? DAY) / DAY} AS INTEGER))`
          : `CAST(${value} + ${amount} AS DATE)`;
      case 'timestamp':
      case 'time':
        return `(${value} + ${amount})`;
      case 'zoned': {
        // Days and longer are added to the local time, shorter units to the instant.
        const sum =
          (FIXED[unit] ?? DAY) < DAY
            ? `lw_mk_tz((${value}).i + ${amount}, (${value}).z)`
            : `lw_from_local(lw_local(${value}) + ${amount}, (${value}).z)`;
        const most = Math.floor(MOST_ADDED_YEARS / ((FIXED[unit] ?? 0) / (365 * DAY) + (months ?? 0) / 12));
        if (most > 2 ** 31) return sum;
        return `CASE WHEN abs(${count}) > ${most} THEN ${call.fail('INVALID_FUNCTION_ARGUMENT', 'Millis overflow', call.result)} ELSE ${sum} END`;
      }
    }
  };
}

/** Whole units from the first to the second value, by Joda's rules for months (`lw_months_between`). */
function difference(kind: Kind): (call: CallText) => string {
  return (call) => {
    const unit = unitOf(call);
    const [, from = '', to = ''] = call.args;
    const fixed = FIXED[unit];
    const between = (a: string, b: string): string => {
      if (fixed !== undefined) return `((lw_ms(${b}) - lw_ms(${a})) // ${fixed})`;
      if (unit === 'year') return `lw_years_between(${a}, ${b})`;
      return `(lw_months_between(${a}, ${b}) // ${MONTHS[unit]})`;
    };
    switch (kind) {
      case 'date':
        return fixed === undefined
          ? between(`CAST(${from} AS TIMESTAMP)`, `CAST(${to} AS TIMESTAMP)`)
          : `(CAST(${to} - ${from} AS BIGINT) // ${fixed / DAY})`;
      case 'timestamp':
        return between(from, to);
      case 'time':
        return fixed === undefined
          ? between(onSomeDay(from), onSomeDay(to))
          : `((epoch_us(${onSomeDay(to)}) - epoch_us(${onSomeDay(from)})) // ${fixed * 1000})`;
      case 'zoned': {
        if (fixed !== undefined && fixed < DAY) return between(`(${from}).i`, `(${to}).i`);
        const local = (value: string): string => `lw_local2((${value}).i, (${from}).z)`;
        return between(local(from), local(to));
      }
    }
  };
}

/** The sum keeps the type: milliseconds are rounded to its precision. */
function addRounded(kind: Kind): (call: CallText) => string {
  const sum = add(kind);
  return (call) => {
    const type = call.types[2] as TrinoType;
    const rounds =
      unitOf(call) === 'millisecond' && 'precision' in type && type.precision < 3 && type.kind !== 'decimal';
    return rounds ? call.cast(sum(call), { ...type, precision: 3 } as TrinoType, type) : sum(call);
  };
}

/** Trino counts in 32 bits. */
const tooMany = invalid('$2 NOT BETWEEN -2147483648 AND 2147483647', 'integer overflow');

/** date_trunc, date_add, date_diff. */
export const dateArithmetic: Readonly<Record<string, Behaviour>> = {
  'date_trunc(varchar, date): date': byUnit('date', truncate),
  'date_trunc(varchar, timestamp(p)): timestamp(p)': byUnit('timestamp', truncate),
  'date_trunc(varchar, timestamp(p) with time zone): timestamp(p) with time zone': byUnit('zoned', truncate),
  'date_trunc(varchar, time(p)): time(p)': byUnit('time', truncate),
  'date_add(varchar, bigint, date): date': byUnit('date', add),
  'date_add(varchar, bigint, timestamp(p)): timestamp(p)': { ...byUnit('timestamp', addRounded), errors: [tooMany] },
  'date_add(varchar, bigint, timestamp(p) with time zone): timestamp(p) with time zone': {
    ...byUnit('zoned', addRounded),
    errors: [tooMany],
  },
  'date_add(varchar, bigint, time(p)): time(p)': byUnit('time', addRounded),
  'date_diff(varchar, date, date): bigint': byUnit('date', difference),
  'date_diff(varchar, timestamp(p), timestamp(p)): bigint': byUnit('timestamp', difference),
  'date_diff(varchar, timestamp(p) with time zone, timestamp(p) with time zone): bigint': byUnit('zoned', difference),
  'date_diff(varchar, time(p), time(p)): bigint': byUnit('time', difference),
};
