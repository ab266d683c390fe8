/** A machine, and what a run of it must give. */
export interface Case {
  readonly title: string;
  readonly machine: object;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: RegExp;
  /** Seconds of the lake's clock from the execution's start to the output's `at`. */
  readonly waits?: number;
  /** The page of AWS that says so. */
  readonly see?: string;
}

export const DG = 'https://docs.aws.amazon.com/step-functions/latest/dg/';

/** A machine of one state. */
export const one = (state: object, rest: object = {}): object => ({
  StartAt: 'S',
  States: { S: { End: true, ...state } },
  ...rest,
});

/** The same inside of a Map or Parallel: names are unique in the whole machine. */
export const inside = (state: object, name = 'I', rest: object = {}): object => ({
  StartAt: name,
  States: { [name]: { End: true, ...state } },
  ...rest,
});

/** A machine of states in this order. */
export function chain(states: Readonly<Record<string, object>>, rest: object = {}): object {
  const names = Object.keys(states);
  const entries = names.map((name, index) => {
    const state = states[name] as Record<string, unknown>;
    const steered = 'Next' in state || 'End' in state || ['Choice', 'Succeed', 'Fail'].includes(String(state.Type));
    const next = names[index + 1];
    return [name, steered ? state : { ...state, ...(next === undefined ? { End: true } : { Next: next }) }];
  });
  return { StartAt: names[0], States: Object.fromEntries(entries), ...rest };
}

/** A state that says when it is entered, for `waits`. */
export const AT = { Type: 'Pass', Parameters: { 'from.$': '$$.Execution.StartTime', 'at.$': '$$.State.EnteredTime' } };

/** A Task of the test's own service: it echoes `Give`, or fails with `Fail` as error name. */
export const task = (parameters: object, rest: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::glue:startJobRun.sync',
  Parameters: parameters,
  ...rest,
});

/** The same in JSONata. */
export const jsonataTask = (given: object, rest: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::glue:startJobRun.sync',
  Arguments: given,
  ...rest,
});
