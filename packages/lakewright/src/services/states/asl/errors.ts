/** A failure inside of a state machine: what Retry and Catch match by name. */
export class StatesError extends Error {
  constructor(
    /** `States.TaskFailed`, `Glue.EntityNotFoundException`, or what a Fail state says. */
    public readonly error: string,
    public readonly causeText: string,
    /** The state's field, for failures of expressions: `Arguments/Name`. */
    public readonly location?: string,
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

/** The whole execution took longer than its TimeoutSeconds. */
export class TimedOut extends Stopped {}

/** Errors that a wildcard doesn't match. Source: Step Functions Developer Guide, "Handling errors", "Error names". */
const NOT_BY_ALL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

export function matches(patterns: readonly string[], error: string): boolean {
  // "A States.Runtime error isn't retriable, and will always cause the execution to fail."
  if (error === 'States.Runtime') return false;
  return patterns.some(
    (pattern) =>
      pattern === error ||
      (pattern === 'States.ALL' && !NOT_BY_ALL.has(error)) ||
      (pattern === 'States.TaskFailed' && error !== 'States.Timeout' && !NOT_BY_ALL.has(error)),
  );
}

/** Errors of a state's own fields, paths and expressions. */
const RUNTIME = new Set([
  'States.Runtime',
  'States.IntrinsicFailure',
  'States.ParameterPathFailure',
  'States.QueryEvaluationError',
  'States.ResultPathMatchFailure',
  'States.NoChoiceMatched',
]);

export function isRuntime({ error }: StatesError): boolean {
  return RUNTIME.has(error);
}
