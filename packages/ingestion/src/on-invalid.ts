/** What becomes of files and rows that don't fit the schema. */
export class OnInvalid {
  /**
   * They are set aside with their reasons, below `quarantine/` of the state location: bad rows as NDJSON while the good ones of
   * the file are written, bad files whole. The run succeeds and counts them.
   */
  public static quarantine(): OnInvalid {
    return new OnInvalid(false);
  }

  /**
   * A bad row refuses its file, and the run fails after it has taken the other files: again and again, until the file was
   * replaced or removed.
   */
  public static stop(): OnInvalid {
    return new OnInvalid(true);
  }

  private constructor(
    /** @internal */
    public readonly _stops: boolean,
  ) {}
}
