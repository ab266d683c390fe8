import type { ToolNeed } from '../../../host/missing-tool';

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

/** A state that a tool of this machine was missing for. */
export interface LeftOutState {
  readonly name: string;
  readonly reason: string;
  readonly need: ToolNeed;
}

/**
 * A state, or some of the states in it, couldn't be run here since a tool is missing: neither done nor failed. No Retry or
 * Catch sees it; what runs beside it goes on, what follows it isn't run. Step Functions itself has no such thing.
 */
export class LeftOut extends Error {
  constructor(public readonly states: readonly LeftOutState[]) {
    super(states.map(({ name, reason }) => `${name}: ${reason}`).join('; '));
  }

  /** `A and B were left out`. */
  public get because(): string {
    const names = [...new Set(this.states.map(({ name }) => name))];
    const few = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names;
    return `${few.join(' and ')} ${names.length === 1 ? 'was' : 'were'} left out`;
  }
}

/** The error of an execution that ended early since states were left out; it is ABORTED, and can be redriven. */
export const LEFT_OUT = 'Lakewright.LeftOut';

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
