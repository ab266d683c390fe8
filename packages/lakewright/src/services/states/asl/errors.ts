/** A failure inside of a state machine: what Retry and Catch match by name. */
export class StatesError extends Error {
  constructor(
    /** `States.TaskFailed`, `Glue.EntityNotFoundException`, or what a Fail state says. */
    public readonly error: string,
    public readonly causeText: string,
  ) {
    super(causeText === '' ? error : `${error}: ${causeText}`);
  }

  /** What a Catch gets. */
  public get output(): { readonly Error: string; readonly Cause: string } {
    return { Error: this.error, Cause: this.causeText };
  }
}

/** The execution was stopped: no Retry or Catch sees it. */
export class Stopped extends Error {}

/** Errors that a wildcard doesn't match. Source: Step Functions Developer Guide, "Handling errors", "Error names". */
const NOT_BY_ALL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

export function matches(patterns: readonly string[], error: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === error ||
      (pattern === 'States.ALL' && !NOT_BY_ALL.has(error)) ||
      (pattern === 'States.TaskFailed' && error !== 'States.Timeout' && !NOT_BY_ALL.has(error)),
  );
}
