import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../../services/api-shape';

const MACHINE = 'AWS::StepFunctions::StateMachine';

/** The resources that have one of these assets. */
export function usersOf(resources: readonly LakeResource[], assets: readonly string[]): readonly LakeResource[] {
  return resources.filter(({ type, properties }) => {
    if (type === MACHINE) return false;
    const text = JSON.stringify(properties);
    return assets.some((asset) => text.includes(asset));
  });
}

/** The resources that are new or have other properties than before. */
export function changedResources(
  before: readonly LakeResource[],
  after: readonly LakeResource[],
): readonly LakeResource[] {
  const known = new Map(before.map(({ path, properties }) => [path, JSON.stringify(properties)]));
  return after.filter(({ path, properties }) => known.get(path) !== JSON.stringify(properties));
}

/**
 * Where a machine must start so that all its states that use a changed resource run again: a state's name; undefined where
 * none does. A machine that another one starts counts as changed with its states.
 */
export function startOf(
  machine: LakeResource,
  resources: readonly LakeResource[],
  changed: readonly LakeResource[],
  before?: readonly LakeResource[],
): string | undefined {
  const all = new Set(changed.filter(({ type }) => type !== MACHINE));
  for (const inner of resources.filter((one) => one.type === MACHINE && one !== machine)) {
    if (changed.includes(inner) || startOf(inner, [], [...all]) !== undefined) all.add(inner);
  }
  const names = [...all].flatMap(namesOf).filter((name) => name.length > 3);
  const former = before?.find(({ path }) => path === machine.path);
  const old = former && definitionOf(former);
  const definition = definitionOf(machine);
  const isConcerned = (name: string, state: ApiShape): boolean => {
    const text = JSON.stringify(state);
    const known = old && stateOf(old, name);
    return names.some((one) => text.includes(one)) || (old !== undefined && JSON.stringify(known) !== text);
  };
  return first(definition, isConcerned);
}

/** What a state machine may call a resource: a task definition also by its family alone. */
function namesOf({ type, physicalId, arn }: LakeResource): string[] {
  if (type !== 'AWS::ECS::TaskDefinition') return [physicalId, arn];
  const revision = arn.split('/').at(-1) ?? '';
  return [physicalId, arn, `"${revision}"`, `"${revision.replace(/:\d+$/, '')}"`];
}

/** The state of the machine itself that has a state inside of it, or is it. */
export function outermost(machine: LakeResource, name: string): string {
  const { States } = definitionOf(machine);
  const found = Object.keys(States).find((one) => stateOf({ States: { [one]: States[one] } }, name) !== undefined);
  return found ?? name;
}

/** The first concerned state in the order of the graph; one inside of it, if it is the only one there. */
function first(definition: ApiShape, isConcerned: (name: string, state: ApiShape) => boolean): string | undefined {
  for (const name of inOrder(definition)) {
    const state = definition.States[name];
    const parts: ApiShape[] = [...(state.Branches ?? []), state.ItemProcessor, state.Iterator].filter(Boolean);
    const { Branches: _, ItemProcessor: __, Iterator: ___, ...own } = state;
    if (isConcerned(name, parts.length === 0 ? state : own)) return name;
    const inner = parts.map((part) => first(part, isConcerned)).filter((one) => one !== undefined);
    const distributed = state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED';
    if (inner.length > 0) return inner.length === 1 && !distributed ? inner[0] : name;
  }
  return undefined;
}

/** State names, each before those that follow it. */
function inOrder({ StartAt, States }: ApiShape): string[] {
  const seen = new Set<string>();
  const queue = [String(StartAt)];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const state = States[name];
    if (state === undefined || seen.has(name)) continue;
    seen.add(name);
    const rules: ApiShape[] = [...(state.Choices ?? []), ...(state.Catch ?? [])];
    queue.push(...[state.Next, state.Default, ...rules.map(({ Next }) => Next)].filter((one) => one !== undefined));
  }
  return [...seen];
}

function stateOf(definition: ApiShape, wanted: string): ApiShape {
  for (const [name, state] of Object.entries<ApiShape>(definition.States)) {
    const parts: ApiShape[] = [...(state.Branches ?? []), state.ItemProcessor, state.Iterator].filter(Boolean);
    const { Branches: _, ItemProcessor: __, Iterator: ___, ...own } = state;
    if (name === wanted) return parts.length === 0 ? state : own;
    for (const part of parts) {
      const found = stateOf(part, wanted);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function definitionOf({ properties }: LakeResource): ApiShape {
  const { DefinitionString, Definition } = properties;
  return typeof DefinitionString === 'string' ? JSON.parse(DefinitionString) : (Definition ?? { States: {} });
}
