import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../../api-shape';
import type { TaskMeasures } from '../../service';
import type { TraceEvent } from '../trace';
import type { QueryLanguage, Retrier, State, States } from './definition';
import { isRuntime, LeftOut, matches, StatesError, Stopped, TimedOut } from './errors';
import { followers } from './followers';
import { carried, failureDetails, limit } from './payload';
import { type Handed, queryOf, type Scope } from './query';
import type { Inside, Resumption } from './resume';
import { retryDelay } from './retry';
import { HANDLERS, type Outcome } from './state-handlers';
import type { Surroundings } from './surroundings';
import { assign } from './variables';

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
  /** Set when the sequence ends otherwise than well. */
  stoppedAt?: Resumption;
}

/** Everything that a state's handler needs besides the state. */
export interface Visit {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly frame: Frame;
  readonly scope: Scope;
  readonly run: Interpreter;
  readonly query: ReturnType<typeof queryOf>;
  /** Of a redriven state: how its branches or items stand. */
  readonly resume?: Inside;
  /** How they stand now, for the next redrive. */
  readonly held: { inside?: Inside };
}

/** Runs states of the Amazon States Language. Definitions have been validated. */
export class Interpreter {
  public constructor(public readonly around: Surroundings) {}

  /** Runs a sequence from its start, or from where it stopped; gives the output of the state that ends it. */
  public async runStates(definition: States, input: ApiShape, frame: Frame, from?: Resumption): Promise<ApiShape> {
    const language = definition.QueryLanguage ?? frame.language;
    let name = from?.state ?? definition.StartAt;
    let data = from?.input ?? input;
    let again = from;
    if (from !== undefined) frame.variables = from.variables;
    const seen = new Set<string>();
    for (;;) {
      const state = definition.States[name] as State;
      seen.add(name);
      const before = { state: name, input: data, variables: frame.variables };
      const held: Visit['held'] & { entered?: boolean } = {};
      if (frame.parent === undefined) this.around.checkpoint?.(state.Type, { ...before, entered: false });
      try {
        const { next, handed } = await this.visit(name, state, data, { ...frame, language }, frame, held, again);
        again = undefined;
        frame.variables = assign(frame.variables, handed.assigned);
        data = handed.output;
        if (next === undefined) return data;
        name = next;
      } catch (error) {
        frame.stoppedAt = { ...before, entered: held.entered ?? false, ...(held.inside && { inside: held.inside }) };
        if (error instanceof LeftOut) this.skip(definition, name, seen, frame, error.because);
        throw error;
      }
    }
  }

  /** Tells of what would have followed a state that was left out. */
  private skip(
    definition: States,
    after: string | undefined,
    seen: ReadonlySet<string>,
    at: Pick<Frame, 'parent' | 'iteration'>,
    because: string,
  ): void {
    const now = { time: new Date(), lakeTime: this.around.clock.now() };
    for (const name of followers(definition, after, seen)) {
      const state = definition.States[name] as State;
      const id = randomUUID();
      for (const [iteration, branch] of ((state.Branches ?? []) as States[]).entries()) {
        this.skip(branch, undefined, new Set(), { parent: id, iteration }, because);
      }
      const resource = state.Type === 'Task' ? integrationName(state.Resource) : undefined;
      const about = { id, ...{ parent: at.parent, iteration: at.iteration }, name, type: state.Type, resource };
      this.around.trace({ kind: 'exited', ...about, ...now, outcome: 'SKIPPED', cause: because });
    }
  }

  private async visit(
    name: string,
    state: State,
    raw: ApiShape,
    frame: Frame,
    ids: Frame,
    held: Visit['held'] & { entered?: boolean },
    again: Resumption | undefined,
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
    // "Reenters the Fail state and fails again"; other states go on from the event that they have.
    if (!again?.entered || state.Type === 'Fail') {
      const details = { name, ...carried('input', raw) };
      around.record(ids, `${state.Type}StateEntered`, 'stateEnteredEventDetails', details);
    }
    held.entered = true;
    const eventId = ids.previous;
    let retries = 0;
    let measures: TaskMeasures | undefined;
    let items: number | undefined;
    const exit = (outcome: NonNullable<TraceEvent['outcome']>, failure?: TraceFailure): void => {
      around.trace({
        kind: 'exited',
        ...common,
        time: new Date(),
        lakeTime: around.clock.now(),
        seconds: (performance.now() - start) / 1000,
        outcome,
        retries,
        ...failure,
        ...(measures && { measures }),
        ...(items !== undefined && { items }),
      });
    };
    const leave = ({ output, assigned }: Handed): void => {
      around.record(ids, `${state.Type}StateExited`, 'stateExitedEventDetails', {
        name,
        ...carried('output', output),
        ...(Object.keys(assigned).length > 0 && {
          assignedVariables: Object.fromEntries(
            Object.entries(assigned).map(([key, value]) => [key, JSON.stringify(value)]),
          ),
          assignedVariablesDetails: { truncated: false },
        }),
      });
    };
    const counts = new Map<Retrier, number>();
    for (;;) {
      const context = {
        ...frame.context,
        State: { Name: name, EnteredTime: entered.toISOString(), RetryCount: retries },
        ...(isTokenTask(state) && { Task: { Token: around.newToken(`${id}/${retries}`) } }),
      };
      const scope: Scope = { input: raw, context, variables: frame.variables };
      const resume = retries === 0 ? again?.inside : undefined;
      held.inside = undefined;
      try {
        const outcome = await this.attempt({ id, name, state, frame: ids, scope, run: this, query, resume, held });
        measures = outcome.measures ?? measures;
        items = outcome.items;
        const handed = await finish(outcome, state, raw, scope, query);
        limit(handed.output, `The state '${name}'`);
        leave(handed);
        exit('SUCCEEDED');
        return { next: outcome.next ?? (state.End === true ? undefined : state.Next), handed };
      } catch (thrown) {
        if (thrown instanceof Stopped || !(thrown instanceof StatesError)) {
          if (ABORTABLE.has(state.Type)) around.record(ids, `${state.Type}StateAborted`, '', undefined);
          if (thrown instanceof LeftOut) exit('SKIPPED', leftOutOf(thrown, state.Type));
          else exit('ABORTED');
          throw thrown;
        }
        const failure = placed(thrown, name, eventId);
        // What was too big would be too big again: AWS reruns such a state as a whole.
        if (failure.error === 'States.DataLimitExceeded') held.inside = undefined;
        if (failure.error === 'States.QueryEvaluationError') {
          const details = { ...failureDetails(failure), location: thrown.location ?? 'Unknown', state: name };
          around.record(ids, 'EvaluationFailed', 'evaluationFailedEventDetails', details);
        }
        const delay = retryDelay(state, failure, counts, `${this.around.executionArn}/${name}`);
        if (delay !== undefined && !this.isTimedOut(frame)) {
          retries += 1;
          await this.wait(delay, frame);
          continue;
        }
        const catcher = state.Catch?.find((one) => matches(one.ErrorEquals, failure.error));
        if (catcher === undefined || this.isTimedOut(frame)) {
          exit('FAILED', { error: failure.error, cause: failure.causeText });
          throw failure;
        }
        const handed = await query.caught(catcher, raw, { ...scope, errorOutput: failure.output });
        leave(handed);
        exit('CAUGHT', { error: failure.error, cause: failure.causeText });
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

type TraceFailure = Pick<TraceEvent, 'error' | 'cause' | 'missing'>;

/** A task says what it lacks, what contains such ones only names them. */
function leftOutOf({ states, because }: LeftOut, type: string): TraceFailure {
  const [own] = states;
  return type === 'Task' && own ? { cause: own.reason, missing: own.need } : { cause: because };
}

/** States whose end from outside is an event of its own. */
const ABORTABLE = new Set(['Task', 'Wait', 'Map', 'Parallel']);

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

function isTokenTask(state: State): boolean {
  return state.Type === 'Task' && /\.waitForTaskToken$|:activity:/.test(state.Resource);
}

/** AWS says of errors in a state's own fields where it stands in the history. */
function placed(failure: StatesError, name: string, eventId: number): StatesError {
  if (!isRuntime(failure) || failure.causeText.startsWith('An error occurred')) return failure;
  const where = `An error occurred while executing the state '${name}' (entered at the event id #${eventId}).`;
  return new StatesError(failure.error, `${where} ${failure.causeText}`, failure.location);
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
