import type { ClassifiedResource } from '../../assembly/classify';
import type { Assembly, Classification, LakeResource } from '../../assembly/resource';

/** A resource in a plan or report. */
export interface PlannedResource {
  /** The construct path. */
  readonly path: string;
  readonly type: string;
  /** By which means it is simulated, what is recorded only, why it isn't supported. */
  readonly note?: string;
}

export type ResourcesByClass = Readonly<Record<Classification, readonly PlannedResource[]>>;

/** What `run` would do. */
export interface Plan {
  /** Absolute path of the cdk.out or template. */
  readonly source: string;
  readonly stacks: readonly string[];
  readonly resources: ResourcesByClass;
  /** State machines that `run` starts: those that no other state machine of the lake starts. */
  readonly pipelines: readonly string[];
  /** Attributes that only AWS knows and the runtime makes up, `<construct path>.<attribute>`. */
  readonly invented: readonly string[];
  /** What couldn't be read or resolved, one sentence each. */
  readonly problems: readonly string[];
}

export function makePlan(assembly: Assembly, classified: readonly ClassifiedResource[]): Plan {
  return {
    source: assembly.source,
    stacks: assembly.stacks,
    resources: byClass(classified),
    pipelines: pipelines(assembly.resources).map((machine) => machine.path),
    invented: assembly.resources.flatMap((resource) => resource.invented.map((name) => `${resource.path}.${name}`)),
    problems: [
      ...assembly.problems,
      ...assembly.resources.flatMap(({ path, problem }) => (problem ? [`${path}: ${problem}`] : [])),
    ],
  };
}

/** `1 stack, 143 resources: 121 executed, 14 simulated, 8 recorded` */
export function summarize(plan: Plan): string {
  const counts = Object.entries(plan.resources)
    .filter(([, resources]) => resources.length > 0)
    .map(([name, resources]) => `${resources.length} ${name}`);
  const total = Object.values(plan.resources).reduce((sum, resources) => sum + resources.length, 0);
  const stacks = `${plan.stacks.length} ${plan.stacks.length === 1 ? 'stack' : 'stacks'}`;
  return `${stacks}, ${total} resources: ${counts.join(', ') || 'none'}`;
}

/** The state machines that no other one starts, in deployment order. */
export function pipelines(resources: readonly LakeResource[]): readonly LakeResource[] {
  const machines = resources.filter(({ type, problem }) => type === 'AWS::StepFunctions::StateMachine' && !problem);
  const definitions = machines.map(({ properties }) => JSON.stringify(properties));
  // Not an ARN that only begins alike.
  const starts = (text: string, arn: string) =>
    text
      .split(arn)
      .slice(1)
      .some((rest) => !/^[A-Za-z0-9_-]/.test(rest));
  return machines.filter(({ arn }, index) => !definitions.some((text, other) => other !== index && starts(text, arn)));
}

function byClass(classified: readonly ClassifiedResource[]): ResourcesByClass {
  const of = (wanted: Classification): PlannedResource[] =>
    classified
      .filter(({ classification }) => classification === wanted)
      .map(({ resource, note }) => ({ path: resource.path, type: resource.type, ...(note ? { note } : {}) }));
  return {
    executed: of('executed'),
    simulated: of('simulated'),
    recorded: of('recorded'),
    unsupported: of('unsupported'),
  };
}
