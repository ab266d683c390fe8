import { dirname, resolve } from 'node:path';
import type { ApiShape } from '../services/api-shape';
import { whyUnresolved } from './evaluation';
import { readManifest, type StackSource } from './manifest';
import { inOrder } from './order';
import type { Assembly, LakeResource } from './resource';
import { Scope } from './scope';
import { isRecord, own } from './unresolved';
import { World } from './world';

export interface LoadOptions {
  /**
   * Values of template parameters: `Stage` for every stack that has one, `MyStack:Stage` for one stack.
   *
   * @default - each parameter's own default
   */
  readonly parameters?: Readonly<Record<string, ApiShape>>;
  /**
   * The account of stacks that aren't bound to one.
   *
   * @default '000000000000'
   */
  readonly account?: string;
  /**
   * The region of stacks that aren't bound to one.
   *
   * @default 'us-east-1'
   */
  readonly region?: string;
  /**
   * Value of an SSM parameter that no stack of the assembly declares.
   *
   * @default - such a parameter is a problem of the resource that reads it
   */
  readonly ssm?: (name: string) => string | undefined;
}

/**
 * Reads a synthesized lake: a `cdk.out` folder, or a CloudFormation template in JSON or YAML.
 *
 * What can't be resolved is a `problem` of its resource, or one of the assembly's `problems`; the rest still is there.
 * Secrets stay references (`revealSecrets`).
 *
 * @throws LakewrightError `LW_ASSEMBLY_…`, exit code 2, where `path` can't be read as an assembly at all
 */
export function loadAssembly(path: string, options: LoadOptions = {}): Assembly {
  const source = resolve(path);
  const defaults = { account: options.account ?? '000000000000', region: options.region ?? 'us-east-1' };
  const manifest = readManifest(source, defaults);
  const world = new World(manifest.assets, options.ssm ?? (() => undefined));
  const byId = new Map(manifest.stacks.map((stack) => [stack.id, stack]));
  const { order, cycles } = inOrder(manifest.stacks, (stack) => stack.dependencies.flatMap((id) => byId.get(id) ?? []));
  const problems = [...manifest.problems];
  for (const cycle of cycles) {
    problems.push(`stacks wait for each other: ${cycle.map((stack) => stack.name).join(' → ')}`);
  }
  const scopes = order.map((stack) => ({ stack, scope: scopeOf(stack, world, options.parameters ?? {}) }));
  for (const { stack, scope } of scopes) world.add(stack.id, scope);
  const resources = scopes.flatMap(({ scope }) => emit(scope, problems));
  return {
    source,
    stacks: order.map((stack) => stack.name),
    resources,
    assets: manifest.assets,
    images: manifest.images,
    outputs: Object.fromEntries(
      scopes.map(({ stack, scope }) => {
        // Two regions may have a stack of the same name.
        const only = order.filter((other) => other.name === stack.name).length === 1;
        return [only ? stack.name : stack.id, outputsOf(scope, problems)];
      }),
    ),
    problems,
  };
}

function scopeOf(stack: StackSource, world: World, parameters: Readonly<Record<string, ApiShape>>): Scope {
  return new Scope(
    world,
    stack.name,
    stack.environment,
    stack.template,
    dirname(stack.templateFile),
    (name) => own(parameters, `${stack.name}:${name}`) ?? own(parameters, name) ?? own(stack.parameters, name),
    (logicalId) => stack.paths.get(logicalId) ?? [],
  );
}

/** The scope's resources in deployment order; those of a nested stack follow its own resource. */
function emit(scope: Scope, problems: string[]): LakeResource[] {
  const active = new Map<string, LakeResource>();
  for (const [logicalId, declared] of Object.entries<ApiShape>(scope.resources)) {
    const resource = resolveResource(scope, logicalId, declared);
    if (resource !== undefined) active.set(logicalId, resource);
  }
  problems.push(...scope.problems().map((problem) => `${scope.stack}: ${problem}`));
  const { order, cycles } = inOrder([...active.keys()], (logicalId) => active.get(logicalId)?.dependsOn ?? []);
  const circles = new Map<string, string>();
  for (const cycle of cycles) {
    const paths = cycle.map((logicalId) => active.get(logicalId)?.path);
    const text = (paths.length > 12 ? [...paths.slice(0, 6), '…', ...paths.slice(-5)] : paths).join(' → ');
    problems.push(`${scope.stack}: circular dependency: ${text}`);
    for (const logicalId of cycle) circles.set(logicalId, `circular dependency: ${text}`);
  }
  return order.flatMap((logicalId) => {
    const resolved = active.get(logicalId) as LakeResource;
    const circle = circles.get(logicalId);
    const resource = circle === undefined ? resolved : { ...resolved, problem: join(resolved.problem, circle) };
    return resource.type === 'AWS::CloudFormation::Stack' ? withNested(scope, resource, problems) : [resource];
  });
}

function withNested(scope: Scope, resource: LakeResource, problems: string[]): LakeResource[] {
  const known = new Set<string>();
  for (let above: Scope | undefined = scope; above !== undefined; above = above.parent)
    known.add(above.template.source);
  try {
    const nested = scope.nested(resource.logicalId);
    if (known.has(nested.template.source)) {
      return [{ ...resource, problem: join(resource.problem, 'the nested stack contains itself') }];
    }
    return [resource, ...emit(nested, problems)];
  } catch (error) {
    return [{ ...resource, problem: join(resource.problem, whyUnresolved(error)) }];
  }
}

function resolveResource(scope: Scope, logicalId: string, declared: ApiShape): LakeResource | undefined {
  const evaluation = scope.evaluation();
  const problems: string[] = [];
  const attempt = <T>(fallback: T, action: () => T): T => {
    try {
      return action();
    } catch (error) {
      problems.push(whyUnresolved(error));
      return fallback;
    }
  };
  const { Condition: condition, Type: type, DependsOn: explicit } = declared;
  if (typeof condition === 'string' && !attempt(true, () => scope.condition(condition))) return undefined;
  const properties: [string, ApiShape][] = [];
  // One property at a time: what can't be known of one doesn't take the others away.
  for (const [name, value] of Object.entries(isRecord(declared.Properties) ? declared.Properties : {})) {
    const resolved = attempt(undefined, () => evaluation.evaluate(value));
    if (resolved !== undefined) properties.push([name, resolved]);
  }
  const identity = attempt(undefined, () => scope.identity(logicalId));
  const metadata = isRecord(declared.Metadata) ? declared.Metadata : {};
  const { account, region, partition } = scope.environment;
  const path = scope.pathOf(logicalId);
  const waits = (Array.isArray(explicit) ? explicit : [explicit]).filter((id): id is string => typeof id === 'string');
  for (const id of waits) {
    if (own(scope.resources, id) === undefined) problems.push(`DependsOn '${id}': the template has no such resource`);
  }
  return {
    type,
    logicalId,
    path: path ?? `${scope.stack}/${logicalId}`,
    stack: scope.stack,
    account,
    region,
    partition,
    physicalId: identity?.physicalId ?? logicalId,
    arn: identity?.arn ?? '',
    properties: Object.fromEntries(properties),
    metadata,
    dependsOn: [...new Set([...waits, ...evaluation.references])],
    invented: [...evaluation.invented],
    ...(problems.length > 0 && { problem: [...new Set(problems)].join('; ') }),
  };
}

function outputsOf(scope: Scope, problems: string[]): Record<string, unknown> {
  const outputs: [string, unknown][] = [];
  for (const [name, declared] of Object.entries<ApiShape>(scope.outputs)) {
    const evaluation = scope.evaluation();
    try {
      if (typeof declared.Condition === 'string' && !scope.condition(declared.Condition)) continue;
      const value = evaluation.evaluate(declared.Value);
      if (evaluation.invented.size > 0) {
        problems.push(
          `${scope.stack}: output '${name}' is made up, only AWS knows ${[...evaluation.invented].join(', ')}`,
        );
      }
      // CloudFormation shows NoEcho parameters so, too.
      outputs.push([name, evaluation.secret ? '****' : value]);
    } catch (error) {
      problems.push(`${scope.stack}: output '${name}': ${whyUnresolved(error)}`);
    }
  }
  return Object.fromEntries(outputs);
}

function join(first: string | undefined, second: string): string {
  return first === undefined ? second : `${first}; ${second}`;
}
