import { createHash, randomUUID } from 'node:crypto';
import type { ApiShape } from '../../api-shape';
import type { TaskMeasures } from '../../service';
import type { QueryLanguage, Retrier, State, States } from './definition';
import { matches, StatesError, Stopped } from './errors';
import { type Handed, queryOf, type Scope } from './query';
import { HANDLERS, type Outcome } from './state-handlers';
import type { Surroundings } from './surroundings';

/** Where a sequence of states runs: the machine, a Parallel's branch, a Map's item. */
export interface Frame {
  readonly context: Readonly<Record<string, ApiShape>>;
  readonly language: QueryLanguage;
  readonly signal: AbortSignal;
  variables: Readonly<Record<string, ApiShape>>;
  /** The visit that this frame is inside of. */
  readonly parent?: string;
  readonly iteration?: number;
  /** Id of the last history event, which the next one follows. */
  previous: number;
  /** Lake time in milliseconds at which the execution times out. */
  readonly deadline?: number;
}

/** Where a failed execution goes on when it is redriven. */
export interface Resumption {
  readonly state: string;
  readonly input: ApiShape;
  readonly variables: Readonly<Record<string, ApiShape>>;
}

/** Source: Step Functions Developer Guide, "Service quotas": 256 KiB of state input or output. */
const MAX_PAYLOAD = 262_144;

/** Everything that a state's handler needs besides the state. */
export interface Visit {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly frame: Frame;
  readonly scope: Scope;
  readonly run: Interpreter;
  readonly query: ReturnType<typeof queryOf>;
}

/** Runs states of the Amazon States Language. Definitions have been validated. */
export class Interpreter {
  /** Set when a state of the outermost frame fails. */
  public failedAt: Resumption | undefined;

  public constructor(public readonly around: Surroundings) {}

  /** Runs a sequence from its start, or from where it failed; gives the output of the state that ends it. */
  public async runStates(definition: States, input: ApiShape, frame: Frame, from?: Resumption): Promise<ApiShape> {
    const language = definition.QueryLanguage ?? frame.language;
    let name = from?.state ?? definition.StartAt;
    let data = from?.input ?? input;
    if (from !== undefined) frame.variables = from.variables;
    for (;;) {
      const state = definition.States[name] as State;
      const before = frame.variables;
      try {
        const { next, handed } = await this.visit(name, state, data, { ...frame, language }, frame);
        frame.variables = { ...frame.variables, ...handed.assigned };
        data = handed.output;
        if (next === undefined) return data;
        name = next;
      } catch (error) {
        if (frame.parent === undefined) this.failedAt = { state: name, input: data, variables: before };
        throw error;
      }
    }
  }

  private async visit(
    name: string,
    state: State,
    raw: ApiShape,
    frame: Frame,
    ids: Frame,
  ): Promise<{ next?: string; handed: Handed }> {
    this.checkTime(frame);
    const { around } = this;
    const id = randomUUID();
    const query = queryOf(state.QueryLanguage ?? frame.language);
    const entered = around.clock.now();
    const start = performance.now();
    const resource = state.Type === 'Task' ? integrationName(state.Resource) : undefined;
    const common = { id, parent: frame.parent, iteration: frame.iteration, name, type: state.Type, resource };
    around.trace({ kind: 'entered', ...common, time: new Date(), lakeTime: entered });
    around.record(ids, `${state.Type}StateEntered`, 'stateEnteredEventDetails', { name, input: json(raw) });
    let retries = 0;
    let measures: TaskMeasures | undefined;
    let items: number | undefined;
    const exit = (outcome: 'SUCCEEDED' | 'CAUGHT' | 'FAILED' | 'ABORTED', failure?: StatesError): void => {
      around.trace({
        kind: 'exited',
        ...common,
        time: new Date(),
        lakeTime: around.clock.now(),
        seconds: (performance.now() - start) / 1000,
        outcome,
        retries,
        ...(failure && { error: failure.error, cause: failure.causeText }),
        ...(measures && { measures }),
        ...(items !== undefined && { items }),
      });
    };
    const leave = (handed: Handed): void => {
      around.record(ids, `${state.Type}StateExited`, 'stateExitedEventDetails', { name, output: json(handed.output) });
    };
    const counts = new Map<Retrier, number>();
    for (;;) {
      const context = {
        ...frame.context,
        State: { Name: name, EnteredTime: entered.toISOString(), RetryCount: retries },
        ...(isTokenTask(state) && { Task: { Token: around.newToken(id) } }),
      };
      const scope: Scope = { input: raw, context, variables: frame.variables };
      try {
        const outcome = await this.attempt({ id, name, state, frame: ids, scope, run: this, query });
        measures = outcome.measures ?? measures;
        items = outcome.items;
        const handed = await finish(outcome, state, raw, scope, query);
        limit(handed.output, `The state '${name}'`);
        exit('SUCCEEDED');
        leave(handed);
        return { next: outcome.next ?? (state.End === true ? undefined : state.Next), handed };
      } catch (thrown) {
        if (thrown instanceof Stopped || !(thrown instanceof StatesError)) {
          exit('ABORTED');
          throw thrown;
        }
        const failure = thrown;
        const delay = retryDelay(state, failure, counts, `${this.around.executionArn}/${name}`);
        if (delay !== undefined && !this.isTimedOut(frame)) {
          retries += 1;
          await this.wait(delay, frame);
          continue;
        }
        const catcher = state.Catch?.find((one) => matches(one.ErrorEquals, failure.error));
        if (catcher === undefined || this.isTimedOut(frame)) {
          exit('FAILED', failure);
          throw failure;
        }
        const handed = await query.caught(catcher, raw, { ...scope, errorOutput: failure.output });
        exit('CAUGHT', failure);
        leave(handed);
        return { next: catcher.Next, handed };
      }
    }
  }

  private async attempt(visit: Visit): Promise<Outcome> {
    const input = visit.query.effectiveInput(visit.state, visit.scope);
    return await HANDLERS[visit.state.Type]({ ...visit, scope: { ...visit.scope, input } });
  }

  /** Waits by the lake's clock; past the execution's deadline it is a timeout. */
  public async wait(milliseconds: number, frame: Frame): Promise<void> {
    const left =
      frame.deadline === undefined ? Number.POSITIVE_INFINITY : frame.deadline - this.around.clock.now().getTime();
    await stoppable(this.around.clock.wait(Math.max(0, Math.min(milliseconds, left)), frame.signal), frame.signal);
    if (milliseconds >= left) throw new TimedOut();
  }

  private checkTime(frame: Frame): void {
    if (frame.signal.aborted) throw new Stopped();
    if (this.isTimedOut(frame)) throw new TimedOut();
  }

  private isTimedOut(frame: Frame): boolean {
    return frame.deadline !== undefined && this.around.clock.now().getTime() >= frame.deadline;
  }
}

/** The whole execution took longer than its TimeoutSeconds. */
export class TimedOut extends Stopped {}

/** Ends at once when the signal does, whatever the work makes of it. */
export async function stoppable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    throw reasonOf(signal);
  }
  let stop = (): void => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(reasonOf(signal));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => {});
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof StatesError || signal.reason instanceof Stopped ? signal.reason : new Stopped();
}

/** `arn:aws:states:::athena:startQueryExecution.sync` → `athena:startQueryExecution.sync`. */
export function integrationName(resource: string): string {
  return /^arn:[^:]+:states:[^:]*:[^:]*:(?!activity:)(.+)$/.exec(resource)?.[1] ?? resource;
}

export function json(value: ApiShape): string {
  return JSON.stringify(value) ?? 'null';
}

/** @throws StatesError States.DataLimitExceeded */
export function limit(value: ApiShape, what: string): void {
  const size = Buffer.byteLength(json(value));
  if (size > MAX_PAYLOAD) {
    throw new StatesError(
      'States.DataLimitExceeded',
      `${what} returned a result with a size exceeding the maximum number of bytes service limit (${size} of ${MAX_PAYLOAD}).`,
    );
  }
}

function isTokenTask(state: State): boolean {
  return state.Type === 'Task' && /\.waitForTaskToken$|:activity:/.test(state.Resource);
}

async function finish(
  outcome: Outcome,
  state: State,
  raw: ApiShape,
  scope: Scope,
  query: Visit['query'],
): Promise<Handed> {
  const seen = { ...scope, input: outcome.input, result: outcome.result };
  if (outcome.rule === undefined) return await query.succeed(state, raw, seen);
  // A choice rule has an Assign and, in JSONata, an Output of its own: they stand for those of the state.
  const { Assign, Output = state.Output } = outcome.rule;
  return await query.succeed({ ...state, Assign, Output }, raw, seen);
}

/** Milliseconds until the next attempt; undefined = no retrier takes the error, or it has used its attempts up. */
function retryDelay(
  state: State,
  failure: StatesError,
  counts: Map<Retrier, number>,
  seed: string,
): number | undefined {
  const retrier = state.Retry?.find((one) => matches(one.ErrorEquals, failure.error));
  if (retrier === undefined) return undefined;
  const count = (counts.get(retrier) ?? 0) + 1;
  if (count > (retrier.MaxAttempts ?? 3)) return undefined;
  counts.set(retrier, count);
  const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** (count - 1);
  const capped = Math.min(seconds, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  // Full jitter, but the same on each run of the same execution.
  const share = retrier.JitterStrategy === 'FULL' ? fraction(`${seed}/${count}`) : 1;
  return capped * share * 1000;
}

function fraction(seed: string): number {
  return createHash('sha256').update(seed).digest().readUInt32BE(0) / 2 ** 32;
}
