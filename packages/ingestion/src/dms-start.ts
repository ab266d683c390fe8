import type * as scheduler from 'aws-cdk-lib/aws-scheduler';

/** Who starts a replication. */
export class DmsStart {
  /** A pipeline (`bind`), `grants.start`, or a person. The default. */
  public static onDemand(): DmsStart {
    return new DmsStart(false, undefined);
  }

  /** The deployment that makes it; and each one that changes it, when it doesn't run. */
  public static onDeploy(): DmsStart {
    return new DmsStart(true, undefined);
  }

  /**
   * EventBridge Scheduler, by a state machine of the same states as in a pipeline: it starts, goes on or loads again,
   * whichever is right, and fails if the replication fails.
   *
   * @param expression when
   */
  public static schedule(expression: scheduler.ScheduleExpression): DmsStart {
    return new DmsStart(false, expression);
  }

  private constructor(
    /** @internal */
    public readonly _onDeploy: boolean,
    /** @internal */
    public readonly _expression: scheduler.ScheduleExpression | undefined,
  ) {}
}
