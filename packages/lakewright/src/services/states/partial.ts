import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import type { State, States } from './asl/definition';
import type { Inside, Part, Resumption } from './asl/resume';
import type { ExecutionRecord, HistoryEvent } from './records';

/** A state, and the Parallel branches and Maps that it is inside of, the outermost first. */
interface Place {
  readonly name: string;
  readonly around: readonly { readonly state: string; readonly branch?: number }[];
  /** The states beside it. */
  readonly states: States;
}

/** The names that a run may start at. A task of several states stands in one called `<task> (task)`. */
export function stateNames(definition: States): string[] {
  return places(definition).map(({ name }) => name);
}

/** @throws ServiceError ValidationException, listing the names */
export function placeOf(definition: States, task: string): Place {
  const all = places(definition);
  const found = all.find(({ name }) => name === `${task} (task)`) ?? all.find(({ name }) => name === task);
  if (found !== undefined) return found;
  const names = all.map(({ name }) => name).join(', ');
  throw new ServiceError('ValidationException', `no state is called "${task}" → one of: ${names}`);
}

function places(definition: States, around: Place['around'] = []): Place[] {
  return Object.entries(definition.States).flatMap(([name, state]) => {
    const branches = ((state.Branches ?? []) as States[]).flatMap((branch, index) =>
      places(branch, [...around, { state: name, branch: index }]),
    );
    const processor = (state.ItemProcessor ?? state.Iterator) as States | undefined;
    const items = processor ? places(processor, [...around, { state: name }]) : [];
    return [{ name, around, states: definition }, ...branches, ...items];
  });
}

/**
 * What a run that starts at a state begins with: what the newest run that came there had, and the others' results.
 *
 * @param alone the others aren't run: their results may be missing
 */
export function resumptionAt(
  definition: States,
  task: string,
  runs: readonly ExecutionRecord[],
  alone = false,
): { readonly run: ExecutionRecord; readonly from: Resumption } {
  const place = placeOf(definition, task);
  for (const run of runs) {
    const history = new History(run.events);
    if (history.entered(place.name) === undefined) continue;
    const way = [...place.around, { state: place.name }];
    return { run, from: resumption(definition, way, { history, alone }, 0, run.begun) };
  }
  throw new ServiceError(
    'ValidationException',
    `no run has come to "${place.name}" yet, so its input is not known → run the pipeline whole first`,
  );
}

/** A machine of one state, which ends with it; what it would lead to isn't in it. */
export function onlyState({ name, states }: Place): States {
  const { Next: _, Catch: __, ...state } = states.States[name] as State;
  const ends = ['Choice', 'Succeed', 'Fail'].includes(state.Type);
  if (state.Type === 'Choice') {
    throw new ServiceError('ValidationException', `"${name}" is a Choice: it only leads elsewhere`);
  }
  return { ...states, StartAt: name, States: { [name]: { ...state, ...(!ends && { End: true }) } as State } };
}

/** Where a run begins, below Parallel states; undefined inside of a Map, whose items begin at many places. */
export function innermostOf({ inside, ...at }: Resumption): Resumption | undefined {
  if (inside === undefined) return at;
  if (inside.inputs !== undefined) return undefined;
  const next = inside.parts.find((part) => part !== null && 'at' in part);
  return next && 'at' in next ? innermostOf(next.at) : undefined;
}

/** @param begun where that run was itself a part of one: what it didn't run had ended before */
function resumption(
  states: States,
  way: Place['around'],
  { history, alone }: { readonly history: History; readonly alone: boolean },
  after: number,
  begun?: Resumption,
): Resumption {
  const [{ state: name, branch }, ...rest] = way as [Place['around'][number], ...Place['around']];
  const entered = history.entered(name, after);
  if (entered === undefined) throw incomplete(name);
  const variables = { ...begun?.variables, ...history.variables(entered) };
  const at = { state: name, input: history.input(entered), variables, entered: false };
  if (rest.length === 0) return at;
  const state = states.States[name] as State;
  if (branch === undefined) {
    const same = begun?.state === name && begun.inside ? itemsAgain(begun.inside, rest) : undefined;
    return { ...at, inside: same ?? mapParts(state, rest, history, entered.id, name) };
  }
  const former = begun?.state === name ? begun.inside?.parts : undefined;
  const parts = (state.Branches as States[]).map((inner, index): Part => {
    const known = former?.[index] ?? undefined;
    if (index === branch) {
      const inside = known && 'at' in known ? known.at : undefined;
      return { at: resumption(inner, rest, { history, alone }, entered.id, inside) };
    }
    const output = history.endOf(inner, entered.id) ?? (known && 'output' in known ? known : undefined);
    if (output === undefined && !alone) throw incomplete(inner.StartAt);
    return output ?? null;
  });
  return { ...at, inside: { parts } };
}

/** Each iteration that came to the state goes on from there; the others keep their results. */
function mapParts(state: State, way: Place['around'], history: History, after: number, name: string) {
  const processor = (state.ItemProcessor ?? state.Iterator) as States;
  if (processor.ProcessorConfig?.Mode === 'DISTRIBUTED') {
    throw new ServiceError(
      'ValidationException',
      `"${way.at(-1)?.state}" runs in child executions of a Distributed Map → start at "${name}"`,
    );
  }
  if (way.length > 1) {
    throw new ServiceError(
      'ValidationException',
      `"${way.at(-1)?.state}" is nested in the Map "${name}" → start at that`,
    );
  }
  const target = way[0]?.state as string;
  const iterations = history.iterations(after);
  const parts = iterations.map((started): Part => {
    const entered = history.entered(target, started.id, started.id);
    if (entered !== undefined) {
      const [input, variables] = [history.input(entered), history.variables(entered)];
      return { at: { state: target, input, variables, entered: false } };
    }
    const output = history.endOf(processor, started.id, started.id);
    if (output === undefined) throw incomplete(processor.StartAt);
    return output;
  });
  const inputs = iterations.map((started) => {
    const first = history.entered(processor.StartAt, started.id, started.id);
    return first === undefined ? null : history.input(first);
  });
  return { parts, inputs, contexts: inputs.map((Value, Index) => ({ Map: { Item: { Index, Value } } })) };
}

/** The items of a run that itself began inside of the Map: its history doesn't say where they began. */
function itemsAgain(inside: Inside, [target]: Place['around']): Inside {
  const state = target?.state as string;
  if (inside.parts.some((part) => part === null || ('at' in part && part.at.state !== state))) throw incomplete(state);
  return inside;
}

function incomplete(name: string): ServiceError {
  const text = `the last run that came there has not ended "${name}" → run the pipeline whole first`;
  return new ServiceError('ValidationException', text);
}

/** What an execution's events say of its states. */
class History {
  private readonly byId: ReadonlyMap<number, HistoryEvent>;

  public constructor(private readonly events: readonly HistoryEvent[]) {
    this.byId = new Map(events.map((event) => [event.id, event]));
  }

  /** The last visit of a state, after an event, and in the chain that begins with `origin`. */
  public entered(name: string, after = 0, origin?: number): HistoryEvent | undefined {
    return this.last(
      (event) =>
        event.stateEnteredEventDetails?.name === name && (origin === undefined || this.comesFrom(event, origin)),
      after,
    );
  }

  public input({ stateEnteredEventDetails }: HistoryEvent): ApiShape {
    return JSON.parse(stateEnteredEventDetails.input);
  }

  /** What was assigned on the way to an event. */
  public variables(event: HistoryEvent): Readonly<Record<string, ApiShape>> {
    const found: Record<string, ApiShape> = {};
    for (const { stateExitedEventDetails: details } of this.back(event)) {
      for (const [name, text] of Object.entries<string>(details?.assignedVariables ?? {})) {
        if (!Object.hasOwn(found, name)) found[name] = JSON.parse(text);
      }
    }
    return found;
  }

  /** The output of a branch or iteration that came to its end. */
  public endOf(states: States, after: number, origin?: number): { readonly output: ApiShape } | undefined {
    const ended = this.last((event) => {
      const state = states.States[event.stateExitedEventDetails?.name];
      const isLast = state !== undefined && (state.End === true || state.Type === 'Succeed');
      return isLast && (origin === undefined || this.comesFrom(event, origin));
    }, after);
    return ended && { output: JSON.parse(ended.stateExitedEventDetails.output) };
  }

  /** The iterations that began after a Map was entered, by their index. */
  public iterations(after: number): readonly HistoryEvent[] {
    const started = this.events.filter(({ id, type }) => type === 'MapIterationStarted' && id > after);
    const own = started.filter((event) => this.comesFrom(event, after));
    const index = (event: HistoryEvent): number => event.mapIterationStartedEventDetails.index;
    return own.sort((a, b) => index(a) - index(b));
  }

  private last(wanted: (event: HistoryEvent) => boolean, after: number): HistoryEvent | undefined {
    return [...this.events].reverse().find((event) => event.id > after && wanted(event));
  }

  private comesFrom(event: HistoryEvent, origin: number): boolean {
    for (const { id } of this.back(event)) {
      if (id === origin) return true;
      if (id < origin) return false;
    }
    return false;
  }

  /** The events before one, the next one first. */
  private *back(event: HistoryEvent): Generator<HistoryEvent> {
    for (let at: HistoryEvent | undefined = event; at !== undefined; at = this.byId.get(at.previousEventId)) yield at;
  }
}
