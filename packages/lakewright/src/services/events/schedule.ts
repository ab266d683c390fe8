import { Cron } from 'croner';
import { ServiceError } from '../service';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export interface ScheduleOptions {
  /**
   * IANA name; EventBridge Scheduler has it, rules are in UTC.
   *
   * @default 'UTC'
   */
  readonly timezone?: string;
  /**
   * When a `rate(…)` began to count.
   *
   * @default - at `from`
   */
  readonly anchor?: Date;
}

/**
 * The next times of a `rate(…)`, `cron(…)` or `at(…)` expression after `from`: at most `count`, fewer where it ends.
 *
 * Source: EventBridge User Guide, "Cron expressions" and "Rate expressions"; Scheduler User Guide, "Schedule types".
 *
 * @throws ServiceError ValidationException
 */
export function nextRuns(expression: string, from: Date, count: number, options: ScheduleOptions = {}): Date[] {
  const [, kind, body] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') return rateRuns(expression, body as string, from, count, options.anchor ?? from);
  if (kind === 'cron') return cronRuns(expression, body as string, from, count, options.timezone ?? 'UTC');
  if (kind === 'at') return atRun(expression, body as string, from, options.timezone ?? 'UTC').slice(0, count);
  throw invalid(expression, 'use rate(5 minutes), cron(0 3 * * ? *) or at(2026-01-31T03:00:00)');
}

function rateRuns(expression: string, body: string, from: Date, count: number, anchor: Date): Date[] {
  const [, amount, unit = '', plural] = /^\s*(\d+)\s+(minute|hour|day)(s?)\s*$/.exec(body) ?? [];
  if (amount === undefined || Number(amount) < 1) throw invalid(expression, 'use rate(1 hour) or rate(5 minutes)');
  // AWS refuses `rate(1 hours)` and `rate(5 minute)`.
  if ((Number(amount) === 1) === (plural === 's')) throw invalid(expression, '1 takes the singular, more the plural');
  const period = Number(amount) * (UNITS[unit] as number);
  const passed = Math.max(0, Math.floor((from.getTime() - anchor.getTime()) / period));
  return Array.from({ length: count }, (_, index) => new Date(anchor.getTime() + (passed + index + 1) * period));
}

function cronRuns(expression: string, body: string, from: Date, count: number, timezone: string): Date[] {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== 6)
    throw invalid(expression, `cron has six fields (minutes hours day month weekday year), not ${fields.length}`);
  const [minutes, hours, day, month, weekday, year] = fields as [string, string, string, string, string, string];
  if ((day === '?') === (weekday === '?')) {
    throw invalid(expression, "exactly one of day-of-month and day-of-week must be '?'");
  }
  const pattern = ['0', minutes, hours, anyIf(day), month, weekdays(weekday), year].join(' ');
  try {
    // Sunday is 1 on AWS, as in Quartz.
    const cron = new Cron(pattern, {
      timezone,
      mode: '7-part',
      alternativeWeekdays: true,
      sloppyRanges: true,
      paused: true,
    });
    return cron.nextRuns(count, from);
  } catch (error) {
    throw invalid(expression, (error as Error).message);
  }
}

const anyIf = (field: string): string => (field === '?' ? '*' : field);

/** `L` is the last weekday (Saturday), `5L` the month's last Thursday: croner writes that `5#L`. */
function weekdays(field: string): string {
  if (field === 'L') return '7';
  return anyIf(field).replace(/([1-7]|[A-Za-z]{3})L\b/g, '$1#L');
}

function atRun(expression: string, body: string, from: Date, timezone: string): Date[] {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(body.trim()))
    throw invalid(expression, 'use at(2026-01-31T03:00:00)');
  try {
    const time = new Cron(body.trim(), { timezone, paused: true }).nextRun(new Date(0));
    return time !== null && time > from ? [time] : [];
  } catch (error) {
    throw invalid(expression, (error as Error).message);
  }
}

function invalid(expression: string, reason: string): ServiceError {
  return new ServiceError(
    'ValidationException',
    `Parameter ScheduleExpression is not valid: '${expression}': ${reason}`,
  );
}
