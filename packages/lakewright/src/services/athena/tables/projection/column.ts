import type { ScanConstraint } from '../../../../engines/sql/contract';
import { SqlError } from '../../../../engines/sql/errors';
import { addUnits, DatePattern, type TimeUnit } from './date-pattern';

/** Partition values that one projected column can have, as texts. */
export interface ProjectedColumn {
  values(constraints: readonly ScanConstraint[], now: Date): string[];
}

/** More than this for one column is a table that Athena would take minutes to plan. */
const MOST = 1_000_000;

type Settings = (name: string) => string | undefined;

/** @throws SqlError INVALID_TABLE_PROPERTY */
export function projectedColumn(name: string, settings: Settings): ProjectedColumn {
  const type = settings('type')?.toLowerCase();
  switch (type) {
    case 'enum':
      return enumColumn(name, settings);
    case 'integer':
      return integerColumn(name, settings);
    case 'date':
      return dateColumn(name, settings);
    case 'injected':
      return injectedColumn(name);
    default:
      throw invalid(name, type === undefined ? 'projection type is not defined' : `unknown projection type '${type}'`);
  }
}

const invalid = (name: string, problem: string): SqlError =>
  new SqlError('INVALID_TABLE_PROPERTY', `Invalid partition projection for column '${name}': ${problem}`);

function required(name: string, settings: Settings, property: string): string {
  const value = settings(property)?.trim();
  if (!value) throw invalid(name, `missing required property 'projection.${name}.${property}'`);
  return value;
}

function enumColumn(name: string, settings: Settings): ProjectedColumn {
  const values = required(name, settings, 'values')
    .split(',')
    .map((value) => value.trim());
  return { values: () => values };
}

function range(name: string, settings: Settings): [string, string] {
  const ends = required(name, settings, 'range')
    .split(',')
    .map((end) => end.trim());
  if (ends.length !== 2) throw invalid(name, `range must have two ends: '${ends.join(',')}'`);
  return ends as [string, string];
}

function positive(name: string, text: string | undefined): bigint {
  if (text === undefined) return 1n;
  if (!/^\d+$/.test(text.trim()) || BigInt(text) < 1n) throw invalid(name, `not a positive number: '${text}'`);
  return BigInt(text);
}

function integerColumn(name: string, settings: Settings): ProjectedColumn {
  const [low, high] = range(name, settings).map((end) => {
    if (!/^-?\d+$/.test(end)) throw invalid(name, `not an integer: '${end}'`);
    return BigInt(end);
  }) as [bigint, bigint];
  const interval = positive(name, settings('interval'));
  const digits = Number(settings('digits') ?? 0);
  const text = (value: bigint) => (value < 0n ? '-' : '') + String(value < 0n ? -value : value).padStart(digits, '0');
  if ((high - low) / interval > BigInt(MOST)) throw invalid(name, `range has more than ${MOST} values`);
  return {
    values: () => {
      const values: string[] = [];
      for (let value = low; value <= high; value += interval) values.push(text(value));
      return values;
    },
  };
}

function dateColumn(name: string, settings: Settings): ProjectedColumn {
  const pattern = new DatePattern(required(name, settings, 'format'));
  const [low, high] = range(name, settings);
  const interval = Number(positive(name, settings('interval')));
  const unit = unitOf(name, settings('interval.unit') ?? pattern.unit);
  return {
    values: (constraints, now) => {
      const start = endpoint(name, low, pattern, now);
      const end = endpoint(name, high, pattern, now);
      const [from, to] = narrowed(pattern, constraints);
      const values: string[] = [];
      for (let step = firstStep(start, from, interval, unit); ; step++) {
        // From the start each time: a month after January 31 must not shift the steps that follow.
        const date = addUnits(start, step * interval, unit);
        if (date > end || (to && date > to)) return values;
        if (values.length > MOST) throw invalid(name, `range has more than ${MOST} values`);
        values.push(pattern.format(date));
      }
    },
  };
}

/** Steps of a fixed length that end before `from` needn't be made. */
function firstStep(start: Date, from: Date | undefined, interval: number, unit: TimeUnit): number {
  if (!from || unit === 'YEARS' || unit === 'MONTHS') return 0;
  const length = addUnits(start, interval, unit).getTime() - start.getTime();
  return Math.max(0, Math.floor((from.getTime() - start.getTime()) / length) - 1);
}

/** What the constraints leave of the range, where the format keeps the order of time; else everything. */
function narrowed(pattern: DatePattern, constraints: readonly ScanConstraint[]): [Date | undefined, Date | undefined] {
  let from: Date | undefined;
  let to: Date | undefined;
  for (const { operator, values } of constraints) {
    const dates = values.map((value) => pattern.parse(value));
    if (dates.some((date) => date === undefined) || !pattern.format(new Date(0)).startsWith('1970')) continue;
    const times = dates.map((date) => (date as Date).getTime());
    if (!times.length) continue;
    const lowest = new Date(Math.min(...times));
    const highest = new Date(Math.max(...times));
    if (['=', 'in', '>', '>='].includes(operator) && (!from || lowest > from)) from = lowest;
    if (['=', 'in', '<', '<='].includes(operator) && (!to || highest < to)) to = highest;
  }
  return [from, to];
}

function endpoint(name: string, text: string, pattern: DatePattern, now: Date): Date {
  const relative = /^NOW\s*(?:([+-])\s*(\d+)\s*([A-Za-z]+))?$/i.exec(text);
  if (relative) {
    const [, sign, count, unit] = relative;
    // A value stands for its whole period: what the format doesn't show must not shift the steps.
    const start = pattern.parse(pattern.format(now)) ?? now;
    if (count === undefined) return start;
    const moved = addUnits(now, (sign === '-' ? -1 : 1) * Number(count), unitOf(name, unit as string));
    return pattern.parse(pattern.format(moved)) ?? moved;
  }
  const date = pattern.parse(text);
  if (!date) throw invalid(name, `'${text}' doesn't have the format of the column`);
  return date;
}

const UNITS: ReadonlySet<string> = new Set([
  'YEARS',
  'MONTHS',
  'WEEKS',
  'DAYS',
  'HOURS',
  'MINUTES',
  'SECONDS',
  'MILLISECONDS',
]);

function unitOf(name: string, text: string): TimeUnit {
  const upper = text.trim().toUpperCase();
  const unit = UNITS.has(upper) ? upper : `${upper}S`;
  if (!UNITS.has(unit)) throw invalid(name, `unknown interval unit '${text}'`);
  return unit as TimeUnit;
}

/** The values come from the query alone. */
function injectedColumn(name: string): ProjectedColumn {
  return {
    values: (constraints) => {
      const given = constraints.filter(({ operator }) => operator === '=' || operator === 'in');
      const [first, ...others] = given;
      if (!first) {
        throw new SqlError(
          'CONSTRAINT_VIOLATION',
          `For the injected projected partition column ${name}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
        );
      }
      return [...new Set(first.values)].filter((value) => others.every((other) => other.values.includes(value)));
    },
  };
}
