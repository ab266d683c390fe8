import { LakeError } from '@lakewright/core';
import type { Duration } from 'aws-cdk-lib';
import type { CfnFlow } from 'aws-cdk-lib/aws-appflow';
import type { AppFlowPull } from './app-flow-pull';

/** When a scheduled flow runs, and what it takes. */
export interface AppFlowScheduleOptions {
  /** The time between two runs: whole minutes. */
  readonly every: Duration;

  /** Everything each time, or what is new. */
  readonly pull: AppFlowPull;

  /**
   * The first run. AppFlow refuses a time that has passed when the flow is deployed.
   * @default as soon as the flow is active
   */
  readonly startTime?: Date;

  /**
   * No run begins after it.
   * @default the schedule goes on
   */
  readonly endTime?: Date;

  /**
   * Each run starts so much later than the schedule says: for applications that show changes late. Up to 10 hours, and
   * shorter than `every`.
   * @default Duration.seconds(0)
   */
  readonly offset?: Duration;

  /**
   * The zone in which AppFlow shows the schedule: a label, which moves no run.
   * @default UTC
   */
  readonly timeZone?: string;

  /**
   * After so many failures one after the other AppFlow deactivates the flow: 1 to 100.
   * @default AppFlow decides
   */
  readonly deactivateAfterFailures?: number;
}

/** When a flow runs. */
export class AppFlowTrigger {
  /** When started, by a pipeline or by hand. Takes everything each time. The default. */
  public static onDemand(): AppFlowTrigger {
    return new AppFlowTrigger({ triggerType: 'OnDemand' });
  }

  /** When the application sends an event; Salesforce only. */
  public static event(): AppFlowTrigger {
    return new AppFlowTrigger({ triggerType: 'Event' });
  }

  /**
   * Again and again.
   *
   * @param options when, and what to take
   * @throws `InvalidFlowSchedule`
   * @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_ScheduledTriggerProperties.html
   */
  public static schedule(options: AppFlowScheduleOptions): AppFlowTrigger {
    check(options);
    const { every, pull, offset, timeZone } = options;
    return new AppFlowTrigger(
      {
        triggerType: 'Scheduled',
        triggerProperties: {
          scheduleExpression: rate(every),
          dataPullMode: pull._mode,
          firstExecutionFrom: seconds(pull._since),
          scheduleStartTime: seconds(options.startTime),
          scheduleEndTime: seconds(options.endTime),
          scheduleOffset: offset?.toSeconds(),
          timeZone,
          flowErrorDeactivationThreshold: options.deactivateAfterFailures,
        },
      },
      pull,
    );
  }

  private constructor(
    /** @internal */
    public readonly _config: CfnFlow.TriggerConfigProperty,
    /** @internal */
    public readonly _pull?: AppFlowPull,
  ) {}
}

function check({ every, offset, startTime, endTime, deactivateAfterFailures }: AppFlowScheduleOptions): void {
  const whole = every.toSeconds() % 60 === 0 && every.toSeconds() > 0;
  if (!whole) {
    refuse(`every "${every.toHumanString()}"`, 'whole minutes, at least one', 'use Duration.minutes, hours or days');
  }
  if (offset && (offset.toSeconds() > 36_000 || offset.toSeconds() >= every.toSeconds())) {
    const wrote = `offset "${offset.toHumanString()}" with every "${every.toHumanString()}"`;
    refuse(wrote, 'up to 10 hours and shorter than the time between two runs', 'shorten the offset');
  }
  if (startTime && endTime && startTime.getTime() >= endTime.getTime()) {
    refuse(
      `startTime "${startTime.toISOString()}" with endTime "${endTime.toISOString()}"`,
      'an end after the start',
      'swap them, or leave endTime out',
    );
  }
  const failures = deactivateAfterFailures;
  if (failures !== undefined && (!Number.isInteger(failures) || failures < 1 || failures > 100)) {
    refuse(`deactivateAfterFailures "${failures}"`, 'a whole number from 1 to 100', 'choose one of them');
  }
}

function refuse(wrote: string, allowed: string, change: string): never {
  throw new Error(LakeError.message('InvalidFlowSchedule', wrote, allowed, change));
}

/** `rate(1days)`: AppFlow writes number and unit as one word. */
function rate(every: Duration): string {
  const minutes = every.toMinutes();
  if (minutes % 1440 === 0) return `rate(${minutes / 1440}days)`;
  if (minutes % 60 === 0) return `rate(${minutes / 60}hours)`;
  return `rate(${minutes}minutes)`;
}

function seconds(time?: Date): number | undefined {
  return time && Math.floor(time.getTime() / 1000);
}
