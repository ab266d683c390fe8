/** What a step asks the source for. */
export interface SourceInterval {
  /** Milliseconds; undefined: from the beginning. The overlap is part of it. */
  readonly from: number | undefined;
  /** Milliseconds, exclusive. */
  readonly to: number;
}

/** Where records come from. */
export interface RecordSource {
  /**
   * The records of an interval, page by page; more than were asked for do no harm.
   *
   * @throws ExtractionRefused, ExtractionFailed
   */
  read(interval: SourceInterval): AsyncIterable<readonly unknown[]>;

  /** Requests so far. */
  readonly requests: number;
}
