import type { ApiShape } from '../../api-shape';
import type { TaskMeasures } from '../../service';
import { holds } from './choice';
import type { State, States, StateType } from './definition';
import { LeftOut, type LeftOutState, StatesError } from './errors';
import type { Frame, Visit } from './interpreter';
import { runMap } from './map';
import { json } from './payload';
import { partOf } from './resume';
import { runTask } from './task';

/** What a state's own work gave, before ResultSelector, ResultPath and the like. */
export interface Outcome {
  /** The effective input. */
  readonly input: ApiShape;
  readonly result?: ApiShape;
  readonly measures?: TaskMeasures;
  /** Where a Choice goes; others follow their Next. */
  readonly next?: string;
  /** The choice rule that held. */
  readonly rule?: State;
  /** How many items a Map had. */
  readonly items?: number;
}

type Handler = (visit: Visit) => Promise<Outcome>;

/** One handler a state type. Source of the semantics: states-language.net and the Step Functions Developer Guide. */
export const HANDLERS: Readonly<Record<StateType, Handler>> = {
  async Pass({ state, scope, query }) {
    if (state.Result !== undefined) return { input: scope.input, result: state.Result };
    return { input: scope.input, result: await query.arguments(state, scope) };
  },

  async Succeed({ scope }) {
    return { input: scope.input };
  },

  async Fail({ state, scope, query }) {
    const [error, cause] = [await query.field(state, 'Error', scope), await query.field(state, 'Cause', scope)];
    throw new StatesError(text(error), text(cause));
  },

  async Wait({ state, scope, query, run, frame }) {
    const seconds = await query.field(state, 'Seconds', scope);
    if (seconds !== undefined && seconds !== null) {
      if (typeof seconds !== 'number' || seconds < 0 || seconds > 99_999_999) {
        throw new StatesError(
          'States.Runtime',
          `The Wait state's Seconds must be a number from 0 to 99999999, got ${json(seconds)}`,
        );
      }
      await run.wait(seconds * 1000, frame);
      return { input: scope.input };
    }
    const timestamp = await query.field(state, 'Timestamp', scope);
    const until = Date.parse(timestamp);
    if (typeof timestamp !== 'string' || Number.isNaN(until)) {
      throw new StatesError(
        'States.Runtime',
        `The Wait state's Timestamp must be an ISO 8601 time, got ${json(timestamp)}`,
      );
    }
    await run.wait(until - run.around.clock.now().getTime(), frame);
    return { input: scope.input };
  },

  async Choice({ state, scope, query, name }) {
    for (const rule of state.Choices) {
      if (
        query.language === 'JSONPath'
          ? holds(rule, scope)
          : await isTrue(await query.field(rule, 'Condition', scope), name)
      ) {
        return { input: scope.input, next: rule.Next, rule: { Type: 'Choice', ...rule } };
      }
    }
    if (state.Default !== undefined) return { input: scope.input, next: state.Default };
    throw new StatesError('States.NoChoiceMatched', `No choice rule of '${name}' holds, and it has no Default`);
  },

  Task: runTask,

  async Parallel(visit) {
    const { state, scope, query, frame, run, id, resume } = visit;
    const input = await query.arguments(state, scope);
    if (resume === undefined) run.around.record(frame, 'ParallelStateStarted', '', undefined);
    const group = new Group(frame.signal);
    const branches = (state.Branches as States[]).map((branch, index) => {
      const before = resume?.parts[index];
      if (before && 'output' in before) return { frame: undefined, work: Promise.resolve(before.output) };
      const own = inner(visit, group.signal, index, frame.variables, {}, id);
      return { frame: own, work: group.add(run.runStates(branch, structuredClone(input), own, before?.at)) };
    });
    const ends = await Promise.allSettled(branches.map(({ work }) => work));
    const { problem } = group;
    if (problem === undefined) {
      run.around.record(frame, 'ParallelStateSucceeded', '', undefined);
      return { input: scope.input, result: ends.map((end) => (end as PromiseFulfilledResult<ApiShape>).value) };
    }
    visit.held.inside = {
      parts: ends.map((end, index) =>
        partOf(end.status === 'fulfilled' ? { value: end.value } : undefined, branches[index]?.frame?.stoppedAt),
      ),
    };
    if (problem instanceof StatesError) run.around.record(frame, 'ParallelStateFailed', '', undefined);
    throw problem;
  },

  async Map(visit) {
    return { input: visit.scope.input, ...(await runMap(visit)) };
  },
};

/** Work that belongs together: the first failure stops the rest, what is left out stops nobody. */
export class Group {
  private readonly controller = new AbortController();
  public readonly signal: AbortSignal;
  private failure: Error | undefined;
  /** By name and reason: a Map leaves the same state out for each item. */
  private readonly leftOut = new Map<string, LeftOutState>();

  public constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.controller.signal]);
  }

  /** What the group ends with: what stopped it (what comes after that is only its consequence), or what was left out. */
  public get problem(): Error | undefined {
    return this.failure ?? (this.leftOut.size > 0 ? new LeftOut([...this.leftOut.values()]) : undefined);
  }

  public async add<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof LeftOut) {
        for (const state of error.states) this.leftOut.set(`${state.name}\n${state.reason}`, state);
      } else {
        this.failure ??= error as Error;
        this.controller.abort();
      }
      throw error;
    }
  }
}

/** The frame of a branch or an item. */
export function inner(
  visit: Visit,
  signal: AbortSignal,
  iteration: number,
  variables: Frame['variables'],
  context: Readonly<Record<string, ApiShape>>,
  parent: string,
): Frame {
  const { frame, state } = visit;
  return {
    ...frame,
    stoppedAt: undefined,
    language: state.QueryLanguage ?? visit.query.language,
    context: { ...frame.context, ...context },
    signal,
    variables,
    parent,
    iteration,
  };
}

async function isTrue(value: ApiShape, name: string): Promise<boolean> {
  if (typeof value === 'boolean') return value;
  throw new StatesError(
    'States.QueryEvaluationError',
    `A Condition of '${name}' gives ${json(value)}, which is no boolean`,
  );
}

function text(value: ApiShape): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : json(value);
}
