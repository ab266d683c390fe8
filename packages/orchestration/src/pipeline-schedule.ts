import { type Duration, TimeZone } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';

/** A time of day. */
export interface DailyScheduleOptions {
  /** 0 to 23. */
  readonly hour: number;

  /**
   * 0 to 59.
   * @default 0
   */
  readonly minute?: number;

  /**
   * Whose clock; Scheduler follows its daylight saving.
   * @default TimeZone.ETC_UTC
   */
  readonly timeZone?: TimeZone;
}

/** Fields of a cron expression; what is left out means every one. */
export interface CronScheduleOptions {
  /**
   * 0 to 59.
   * @default 0
   */
  readonly minute?: string;

  /**
   * 0 to 23.
   * @default every hour
   */
  readonly hour?: string;

  /**
   * 1 to 31; not together with `weekDay`.
   * @default every day
   */
  readonly day?: string;

  /**
   * 1 to 12 or JAN to DEC.
   * @default every month
   */
  readonly month?: string;

  /**
   * 1 (Sunday) to 7 or SUN to SAT.
   * @default any day of the week
   */
  readonly weekDay?: string;

  /**
   * Whose clock; Scheduler follows its daylight saving.
   * @default TimeZone.ETC_UTC
   */
  readonly timeZone?: TimeZone;
}

/**
 * When a pipeline runs.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export class PipelineSchedule {
  /**
   * Once a day.
   *
   * @param options the time of day
   */
  public static daily(options: DailyScheduleOptions): PipelineSchedule {
    const { hour, minute = 0, timeZone } = options;
    return PipelineSchedule.cron({ hour: `${hour}`, minute: `${minute}`, timeZone });
  }

  /**
   * By a cron expression.
   *
   * @param options its fields
   */
  public static cron(options: CronScheduleOptions): PipelineSchedule {
    const { timeZone = TimeZone.ETC_UTC, minute = '0', ...fields } = options;
    return new PipelineSchedule(scheduler.ScheduleExpression.cron({ ...fields, minute, timeZone }));
  }

  /**
   * Again and again, from the deployment on.
   *
   * @param interval whole minutes at least
   */
  public static every(interval: Duration): PipelineSchedule {
    return new PipelineSchedule(scheduler.ScheduleExpression.rate(interval));
  }

  /**
   * As EventBridge Scheduler has it: once at a time, too.
   *
   * @param expression the schedule
   */
  public static of(expression: scheduler.ScheduleExpression): PipelineSchedule {
    return new PipelineSchedule(expression);
  }

  private constructor(
    /** As EventBridge Scheduler has it. */
    public readonly expression: scheduler.ScheduleExpression,
  ) {}
}
