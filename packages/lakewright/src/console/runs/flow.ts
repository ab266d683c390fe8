import type { ApiShape } from '../../services/api-shape';

/** A task of a pipeline, out of one or more states of its definition. */
export interface FlowTask {
  /** The outermost state's name. */
  readonly id: string;
  readonly label: string;
  /** Of the state machine that the state is in: another one than the pipeline's where that is started by it. */
  readonly machineArn: string;
  /** The names of all its states. */
  readonly states: readonly string[];
  /** The definition of the outermost one. */
  readonly definition: ApiShape;
  /** The stage that it stands in, by the definition's own words. */
  readonly stage?: string;
  /** It only looks something up: nobody's concern while it goes well. */
  readonly isLook: boolean;
  /** Only a failure leads there. */
  readonly isHandler: boolean;
}

export interface Flow {
  readonly tasks: readonly FlowTask[];
  readonly edges: readonly (readonly [string, string])[];
}

/** Gives the definition of a state machine, if it is one of the lake's. */
export type MachineLookup = (arn: string) => ApiShape | undefined;

/** Integrations that only look something up. */
export const LOOKS = /:(get|list|describe|batchGet|head)[A-Z]|athena:getQuery/;

/** What a state machine does, as tasks and what follows what: steering states are left out, stages and started machines opened. */
export function flowOf(machineArn: string, machineOf: MachineLookup): Flow {
  const reader = new FlowReader(machineOf);
  const definition = machineOf(machineArn);
  if (definition) reader.sequence(definition, machineArn, [], {});
  return { tasks: reader.tasks, edges: reader.edges };
}

interface Place {
  readonly stage?: string;
  readonly isHandler?: boolean;
}

class FlowReader {
  public readonly tasks: FlowTask[] = [];
  public readonly edges: [string, string][] = [];
  private readonly open: string[] = [];

  public constructor(private readonly machineOf: MachineLookup) {}

  /** Gives the tasks after which the next state follows. */
  public sequence(states: ApiShape, machineArn: string, before: readonly string[], place: Place): readonly string[] {
    const incoming = new Map<string, Set<string>>([[states.StartAt, new Set(before)]]);
    const ends = new Set<string>();
    const main = reachable(states, false);
    for (const name of inOrder(states)) {
      const state = states.States[name];
      const isHandler = place.isHandler || !main.has(name);
      const from = [...(incoming.get(name) ?? [])];
      const after = this.state(name, state, machineArn, from, { ...place, isHandler });
      const next = successors(state, true);
      for (const one of next) incoming.set(one, new Set([...(incoming.get(one) ?? []), ...after]));
      if (successors(state, false).length === 0 && state.Type !== 'Fail' && !isHandler) {
        for (const one of after) ends.add(one);
      }
    }
    return [...ends];
  }

  private state(
    name: string,
    state: ApiShape,
    machineArn: string,
    before: readonly string[],
    place: Place,
  ): readonly string[] {
    if (state.Type === 'Parallel' && state.Branches.length > 1) {
      const inner = { ...place, stage: stageName(name) ?? place.stage };
      return [
        ...new Set<string>(
          state.Branches.flatMap((branch: ApiShape) => this.sequence(branch, machineArn, before, inner)),
        ),
      ];
    }
    if (state.Type === 'Task' && String(state.Resource).includes(':states:startExecution.sync')) {
      const started = String(state.Parameters?.StateMachineArn ?? state.Arguments?.StateMachineArn ?? '');
      const definition = this.machineOf(started);
      // A machine that starts itself has no end.
      if (definition && !this.open.includes(started)) {
        this.open.push(started);
        const ends = this.sequence(definition, started, before, { ...place, stage: name });
        this.open.pop();
        if (ends.length > 0) return ends;
      }
    }
    if (!['Task', 'Map', 'Parallel'].includes(state.Type)) return before;
    this.tasks.push({
      id: name,
      label: name.replace(/ \(task\)$/, ''),
      machineArn,
      states: [name, ...innerNames(state)],
      definition: state,
      ...(place.stage !== undefined && { stage: place.stage }),
      isLook: state.Type === 'Task' && LOOKS.test(String(state.Resource)),
      isHandler: place.isHandler === true,
    });
    for (const one of before) this.edges.push([one, name]);
    return [name];
  }
}

/** A Parallel that a construct numbered (`1.2 at once`) says nothing to people. */
function stageName(name: string): string | undefined {
  return /^[\d. ]/.test(name) ? undefined : name.replace(/ \(stage\)$/, '');
}

export function innerNames(state: ApiShape): string[] {
  const parts: ApiShape[] = [...(state.Branches ?? []), state.ItemProcessor, state.Iterator].filter(Boolean);
  return parts.flatMap((part) =>
    Object.entries<ApiShape>(part.States).flatMap(([name, inner]) => [name, ...innerNames(inner)]),
  );
}

function successors(state: ApiShape, withHandlers: boolean): string[] {
  const rules: ApiShape[] = [...(state.Choices ?? []), ...(withHandlers ? (state.Catch ?? []) : [])];
  return [state.Next, state.Default, ...rules.map(({ Next }) => Next)].filter((one) => one !== undefined);
}

function reachable(states: ApiShape, withHandlers: boolean): Set<string> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name) || !states.States[name]) return;
    seen.add(name);
    for (const next of successors(states.States[name], withHandlers)) visit(next);
  };
  visit(states.StartAt);
  return seen;
}

/** Names, each after all that lead to it; an edge that leads back in a loop doesn't count. */
function inOrder(states: ApiShape): string[] {
  const done: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name) || !states.States[name]) return;
    seen.add(name);
    for (const next of successors(states.States[name], true).reverse()) visit(next);
    done.unshift(name);
  };
  visit(states.StartAt);
  return done;
}
