/** What becomes of a run whose data isn't as it was declared to be. */
export class OnFailure {
  /** The failure is written down, and the run goes on with all of the data. */
  public static warn(): OnFailure {
    return new OnFailure('warn');
  }

  /** Rows that fail are set aside with their reasons, none is lost, and the run goes on with the others. */
  public static quarantine(): OnFailure {
    return new OnFailure('quarantine');
  }

  /** The run fails, and what would follow doesn't happen. */
  public static stop(): OnFailure {
    return new OnFailure('stop');
  }

  private constructor(
    /** `warn`, `quarantine` or `stop`. */
    public readonly name: string,
  ) {}
}
