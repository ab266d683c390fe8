/** The first run of an incremental flow. */
export interface AppFlowIncrementalOptions {
  /**
   * The first run takes records from this time on.
   * @default AppFlow's: the last 30 days
   */
  readonly firstRunSince?: Date;
}

/**
 * What a scheduled flow takes each time.
 *
 * AppFlow keeps the position itself and knows neither an overlap nor a way to set it back, so this isn't the `Watermark` of
 * the other ingestions.
 */
export class AppFlowPull {
  /** Everything, each time. */
  public static full(): AppFlowPull {
    return new AppFlowPull('Complete');
  }

  /**
   * What was changed since the last run.
   *
   * @param timestampField a field of type date and time that the application sets with every change: `SystemModstamp`
   *   of Salesforce, `sys_updated_on` of ServiceNow
   * @param options where the first run begins
   */
  public static incremental(timestampField: string, options: AppFlowIncrementalOptions = {}): AppFlowPull {
    return new AppFlowPull('Incremental', timestampField, options.firstRunSince);
  }

  /** Files of an S3 source that came since the last run. */
  public static newFiles(): AppFlowPull {
    return new AppFlowPull('Incremental');
  }

  private constructor(
    /** @internal */
    public readonly _mode: string,
    /** @internal */
    public readonly _field?: string,
    /** @internal */
    public readonly _since?: Date,
  ) {}
}
