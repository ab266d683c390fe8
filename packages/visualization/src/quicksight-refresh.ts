import type { TimeZone } from 'aws-cdk-lib';
import { refuse } from './private/refuse';

/**
 * When rows are read again into SPICE, all of them.
 *
 * @see https://docs.aws.amazon.com/quicksight/latest/user/refreshing-imported-data.html
 */
export class QuickSightRefresh {
  /** Each hour. */
  public static hourly(): QuickSightRefresh {
    return new QuickSightRefresh('HOURLY');
  }

  /**
   * Each day.
   *
   * @param at `05:30`
   * @param timeZone of the time
   * @throws `InvalidTime`
   */
  public static daily(at: string, timeZone: TimeZone): QuickSightRefresh {
    return new QuickSightRefresh('DAILY', checked(at), timeZone.timezoneName);
  }

  /**
   * Each week.
   *
   * @param day `MONDAY` … `SUNDAY`
   * @param at `05:30`
   * @param timeZone of the time
   * @throws `InvalidTime`, `InvalidDay`
   */
  public static weekly(day: string, at: string, timeZone: TimeZone): QuickSightRefresh {
    if (!DAYS.includes(day)) refuse('InvalidDay', `day "${day}"`, DAYS.join(', '), 'name one of them');
    return new QuickSightRefresh('WEEKLY', checked(at), timeZone.timezoneName, day);
  }

  private constructor(
    /** QuickSight's name of the interval. */
    public readonly interval: string,
    /** At which time of day. */
    public readonly at?: string,
    /** Of the time. */
    public readonly timeZone?: string,
    /** On which day. */
    public readonly day?: string,
  ) {}
}

const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

function checked(at: string): string {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(at))
    refuse('InvalidTime', `"${at}"`, 'hours and minutes: 05:30', 'write it so');
  return at;
}
