import type { ApiShape } from '../../api-shape';

/** What is wrong with fields that stand for themselves: numbers, pairs that exclude each other, names of variables. */
export function fieldProblems(state: ApiShape): { readonly field: string; readonly problem: string }[] {
  return [...pairs(state), ...numbers(state), ...retriers(state), ...variableNames(state)];
}

const EITHER = ['TimeoutSeconds', 'HeartbeatSeconds', 'MaxConcurrency', 'Error', 'Cause'].map(
  (field) => [field, `${field}Path`] as const,
);
const EITHER_TOLERATED = ['ToleratedFailureCount', 'ToleratedFailurePercentage'].map(
  (field) => [field, `${field}Path`] as const,
);

function pairs(state: ApiShape) {
  return [...EITHER, ...EITHER_TOLERATED, ['ItemProcessor', 'Iterator'] as const]
    .filter(([one, other]) => state[one] !== undefined && state[other] !== undefined)
    .map(([one, other]) => ({ field: other, problem: `either '${one}' or '${other}', not both` }));
}

type Range = readonly [least: number, most: number, whole: boolean];
const MAX = 99_999_999;
const NUMBERS: Readonly<Record<string, Range>> = {
  TimeoutSeconds: [1, MAX, true],
  HeartbeatSeconds: [1, MAX, true],
  Seconds: [0, MAX, true],
  MaxConcurrency: [0, MAX, true],
  ToleratedFailureCount: [0, MAX, true],
  ToleratedFailurePercentage: [0, 100, false],
};
/** Source: Step Functions Developer Guide, "Retrying after an error". */
const RETRY_NUMBERS: Readonly<Record<string, Range>> = {
  IntervalSeconds: [1, MAX, true],
  MaxAttempts: [0, MAX, true],
  BackoffRate: [1, Number.MAX_VALUE, false],
  MaxDelaySeconds: [1, 31_622_399, true],
};

function numbers(state: ApiShape) {
  const found = outside(state, NUMBERS, '');
  const { TimeoutSeconds, HeartbeatSeconds } = state;
  if (typeof TimeoutSeconds === 'number' && HeartbeatSeconds >= TimeoutSeconds) {
    found.push({ field: 'HeartbeatSeconds', problem: 'HeartbeatSeconds must be smaller than TimeoutSeconds' });
  }
  return found;
}

function outside(holder: ApiShape, ranges: Readonly<Record<string, Range>>, at: string) {
  return Object.entries(ranges).flatMap(([field, [least, most, whole]]) => {
    const value = holder[field];
    // Expressions of JSONata are looked at when they have a value.
    if (value === undefined || typeof value === 'string') return [];
    const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
    const range = most > MAX && field === 'BackoffRate' ? `${least} or more` : `from ${least} to ${most}`;
    const kind = whole ? 'a whole number' : 'a number';
    return fits
      ? []
      : [{ field: `${at}${field}`, problem: `${field} must be ${kind} ${range}, got ${JSON.stringify(value)}` }];
  });
}

function retriers(state: ApiShape) {
  if (!Array.isArray(state.Retry)) return [];
  return state.Retry.flatMap((retrier: ApiShape, index: number) => {
    if (typeof retrier !== 'object' || retrier === null) return [];
    const at = `Retry[${index}]/`;
    const found = outside(retrier, RETRY_NUMBERS, at);
    const { MaxDelaySeconds, IntervalSeconds = 1, JitterStrategy = 'NONE' } = retrier;
    if (MaxDelaySeconds !== undefined && MaxDelaySeconds <= IntervalSeconds) {
      found.push({ field: `${at}MaxDelaySeconds`, problem: 'MaxDelaySeconds must be greater than IntervalSeconds' });
    }
    if (!['FULL', 'NONE'].includes(JitterStrategy)) {
      const problem = `JitterStrategy is ${JSON.stringify(JitterStrategy)}, allowed are FULL, NONE`;
      found.push({ field: `${at}JitterStrategy`, problem });
    }
    return found;
  });
}

const NAME = /^[\p{ID_Start}][\p{ID_Continue}]{0,79}$/u;

function variableNames(state: ApiShape) {
  return [...assignments(state)].flatMap(({ field, names }) =>
    names.flatMap((name) => {
      if (name === 'states') return [{ field, problem: "'states' is reserved: it can't be assigned" }];
      return NAME.test(name) ? [] : [{ field, problem: `'${name}' is no name of a variable` }];
    }),
  );
}

/** The variables that a state assigns, wherever it does. `x.$` assigns x. */
export function* assignments(state: ApiShape): Generator<{ field: string; names: readonly string[] }> {
  const lists = { Choices: state.Choices, Catch: state.Catch };
  const holders: [string, ApiShape][] = [['Assign', state]];
  for (const [field, rules] of Object.entries(lists)) {
    for (const [index, rule] of Array.isArray(rules) ? rules.entries() : []) {
      holders.push([`${field}[${index}]/Assign`, rule]);
    }
  }
  for (const [field, holder] of holders) {
    const assign = holder?.Assign;
    if (typeof assign !== 'object' || assign === null || Array.isArray(assign)) continue;
    yield { field, names: Object.keys(assign).map((key) => key.replace(/\.\$$/, '')) };
  }
}
