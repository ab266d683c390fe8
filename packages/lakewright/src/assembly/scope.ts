import type { ApiShape } from '../services/api-shape';
import { digest, type Environment } from './environment';
import { Evaluation } from './evaluation';
import { expandForEach } from './for-each';
import { derivedAttribute, echoesProperties, identify, type Named, type ResourceIdentity } from './identity';
import { isNoEcho, parameterValue } from './parameters';
import type { Template } from './template';
import { describe, isRecord, own, Unresolved } from './unresolved';
import type { World } from './world';

/** Names that need names that need names …: longer chains are a mistake, and would exhaust the call stack. */
const MAX_CHAIN = 200;

/** One template in its place: the stack's environment and parameters are known, so its values can be evaluated. */
export class Scope {
  private readonly conditions = new Map<string, boolean | Unresolved>();
  private readonly identities = new Map<string, ResourceIdentity | Unresolved>();
  private readonly values = new Map<string, ApiShape | Unresolved>();
  private readonly nestedScopes = new Map<string, Scope>();
  private readonly loopProblems: string[] = [];
  private nestedPrefixes: readonly string[] | undefined;
  private readonly expansions = new Map<string, Readonly<Record<string, ApiShape>>>();

  public constructor(
    public readonly world: World,
    /** `AWS::StackName`. */
    public readonly stack: string,
    public readonly environment: Environment,
    public readonly template: Template,
    /** Folder that relative template paths start from. */
    public readonly folder: string,
    /** What was passed for a parameter, before its default. */
    private readonly given: (parameter: string) => ApiShape,
    /** Construct paths that the whole stack has for a logical id, those of nested stacks included. */
    private readonly paths: (logicalId: string) => readonly string[],
    /** The template that this one is nested in, and what the construct paths in here start with. */
    public readonly parent?: Scope,
    private readonly pathPrefix = '',
  ) {}

  /** With `Fn::ForEach` expanded; a loop that can't be is left out, and reported by `problems`. */
  public get resources(): Readonly<Record<string, ApiShape>> {
    return this.expanded('resources', (entry) => isRecord(entry) && typeof entry.Type === 'string');
  }

  public get outputs(): Readonly<Record<string, ApiShape>> {
    return this.expanded('outputs', (entry) => isRecord(entry) && 'Value' in entry);
  }

  private get declaredConditions(): Readonly<Record<string, ApiShape>> {
    return this.expanded('conditions', () => true);
  }

  /** What is wrong with the template itself, beyond single resources. */
  public problems(): readonly string[] {
    const { resources: _resources, outputs: _outputs, declaredConditions: _conditions } = this;
    return [...this.template.problems, ...this.loopProblems];
  }

  /** The construct path of a resource of this very template. */
  public pathOf(logicalId: string): string | undefined {
    const declared = own(this.resources, logicalId)?.Metadata?.['aws:cdk:path'];
    if (typeof declared === 'string') return declared;
    const candidates = this.paths(logicalId).filter((path) => path.startsWith(this.pathPrefix));
    if (candidates.length < 2) return candidates[0];
    this.nestedPrefixes ??= Object.entries(this.resources)
      .filter(([, resource]) => resource.Type === 'AWS::CloudFormation::Stack')
      .flatMap(([id]) => this.paths(id).map(scopePrefix));
    return candidates.find((path) => !this.nestedPrefixes?.some((prefix) => path.startsWith(prefix)));
  }

  public evaluation(): Evaluation {
    return new Evaluation(this);
  }

  public reference(name: string, evaluation: Evaluation): ApiShape {
    if (name.startsWith('AWS::')) return this.pseudo(name);
    const declaration = own(this.template.parameters, name);
    if (declaration !== undefined) {
      if (isNoEcho(declaration)) evaluation.secret = true;
      return this.once(`parameter '${name}'`, this.values, () =>
        parameterValue(name, declaration, this.given(name), (key) => this.world.ssmValue(key)),
      );
    }
    const resource = this.existing(name, `Ref '${name}'`);
    evaluation.references.add(name);
    const identity = this.identity(name);
    if (identity.invented) evaluation.invented.add(`Ref ${name} (${resource.Type})`);
    return identity.physicalId;
  }

  public attribute(logicalId: string, attribute: string, evaluation: Evaluation): ApiShape {
    const resource = this.existing(logicalId, `Fn::GetAtt '${logicalId}.${attribute}'`);
    evaluation.references.add(logicalId);
    if (resource.Type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) {
      return this.nested(logicalId).output(attribute.slice('Outputs.'.length), evaluation);
    }
    const identity = this.identity(logicalId);
    const derived = derivedAttribute(this.named(logicalId), identity, attribute);
    if (derived !== undefined && derived !== '') {
      if (identity.invented) evaluation.invented.add(`Fn::GetAtt ${logicalId}.${attribute} (${resource.Type})`);
      return derived;
    }
    const imported = this.crossRegionImport(resource, attribute);
    if (imported !== undefined) return this.guarded(`${logicalId}.${attribute}`, () => evaluation.evaluate(imported));
    const declared = isRecord(resource.Properties) ? own(resource.Properties, attribute) : undefined;
    if (declared !== undefined && echoesProperties(resource.Type)) {
      return this.guarded(`${logicalId}.${attribute}`, () => evaluation.evaluate(declared));
    }
    evaluation.invented.add(`Fn::GetAtt ${logicalId}.${attribute} (${resource.Type})`);
    return attribute.endsWith('Arn') ? `${identity.arn}/${attribute}` : `${identity.name}.${attribute}`;
  }

  public output(name: string, evaluation: Evaluation): ApiShape {
    const output = own(this.outputs, name);
    if (output === undefined) throw new Unresolved(`stack '${this.stack}' has no output '${name}'`);
    // The value belongs to this template, so its references are not the asking template's.
    const inner = this.evaluation();
    const value = this.guarded(`output '${name}'`, () => inner.evaluate(output.Value));
    for (const note of inner.invented) evaluation.invented.add(note);
    if (inner.secret) evaluation.secret = true;
    return value;
  }

  public hasCondition(name: string): boolean {
    return own(this.declaredConditions, name) !== undefined;
  }

  public condition(name: string): boolean {
    const declared = own(this.declaredConditions, name);
    if (declared === undefined) throw new Unresolved(`condition '${name}' is not declared in the template`);
    return this.once(
      `condition '${name}'`,
      this.conditions,
      () => {
        const value = this.evaluation().evaluate(declared);
        if (value === true || value === 'true') return true;
        if (value === false || value === 'false') return false;
        throw new Unresolved(`condition '${name}' gives ${describe(value)}, which is neither true nor false`);
      },
      name,
    );
  }

  public mapping(map: string, first: string, second: string): ApiShape {
    const top = own(this.template.mappings, map);
    const inner = isRecord(top) ? own(top, first) : undefined;
    return isRecord(inner) ? own(inner, second) : undefined;
  }

  /** Replaces `{{resolve:ssm:…}}`; secret references stay as they are (secrets.ts). */
  public dynamic(text: string): string {
    if (!text.includes('{{resolve:')) return text;
    return text.replace(/\{\{resolve:([^:{}]*):([^{}]*)\}\}/g, (reference, service: string, body: string) => {
      if (service === 'secretsmanager' || service === 'ssm-secure') return reference;
      if (service !== 'ssm') throw new Unresolved(`dynamic reference '${reference}' names an unknown service`);
      const name = body.replace(/:\d+$/, '');
      const value = this.guarded(reference, () => this.world.ssmValue(name));
      if (value !== undefined) return value;
      throw new Unresolved(
        `dynamic reference '${reference}': no stack of the assembly declares this SSM parameter and no lookup knows it`,
      );
    });
  }

  public forEach(key: string, argument: ApiShape, evaluation: Evaluation): [string, ApiShape][] {
    return expandForEach(key, argument, (collection) => evaluation.evaluate(collection));
  }

  public identity(logicalId: string): ResourceIdentity {
    return this.once(`the name of '${logicalId}'`, this.identities, () => identify(this.named(logicalId)), logicalId);
  }

  /** The template of an `AWS::CloudFormation::Stack`, in its place below this one. */
  public nested(logicalId: string): Scope {
    const known = this.nestedScopes.get(logicalId);
    if (known !== undefined) return known;
    const resource = this.existing(logicalId, `nested stack '${logicalId}'`);
    const passed = isRecord(resource.Properties?.Parameters) ? resource.Properties.Parameters : {};
    const { template, folder } = this.world.nestedTemplate(this, logicalId, resource);
    const path = this.pathOf(logicalId);
    const nested = new Scope(
      this.world,
      `${this.stack}-${logicalId}-${digest(12, this.stack, logicalId).toUpperCase()}`,
      this.environment,
      template,
      folder,
      (parameter) => {
        const value = own(passed, parameter);
        return value === undefined ? undefined : this.evaluation().evaluate(value);
      },
      this.paths,
      this,
      path === undefined ? `${this.stack}/${logicalId}/` : scopePrefix(path),
    );
    this.nestedScopes.set(logicalId, nested);
    return nested;
  }

  /** The resource, unless it isn't declared or its condition keeps it from being made. */
  private existing(logicalId: string, asked: string): ApiShape {
    const resource = own(this.resources, logicalId);
    if (resource === undefined) throw new Unresolved(`${asked}: the template has no such resource or parameter`);
    if (typeof resource.Condition === 'string' && !this.condition(resource.Condition)) {
      throw new Unresolved(`${asked}: the resource isn't made, since condition '${resource.Condition}' is false`);
    }
    return resource;
  }

  private named(logicalId: string): Named {
    const resource = own(this.resources, logicalId);
    return {
      type: resource.Type,
      logicalId,
      stack: this.stack,
      environment: this.environment,
      property: (path) => {
        let value: ApiShape = resource.Properties;
        const evaluation = this.evaluation();
        for (const key of path.split('.')) {
          // Only what is asked for is evaluated: its neighbours may not be known.
          const holder = isComputed(value) ? evaluation.evaluate(value) : value;
          value = isRecord(holder) ? own(holder, key) : undefined;
        }
        return evaluation.evaluate(value);
      },
    };
  }

  private crossRegionImport(resource: ApiShape, attribute: string): ApiShape {
    if (resource.Type !== 'Custom::CrossRegionExportReader') return undefined;
    const imports = resource.Properties?.ReaderProps?.imports;
    return isRecord(imports) ? own(imports, attribute) : undefined;
  }

  private pseudo(name: string): ApiShape {
    const { account, region, partition, urlSuffix } = this.environment;
    switch (name) {
      case 'AWS::AccountId':
        return account;
      case 'AWS::Region':
        return region;
      case 'AWS::Partition':
        return partition;
      case 'AWS::URLSuffix':
        return urlSuffix;
      case 'AWS::StackName':
        return this.stack;
      case 'AWS::StackId':
        return `arn:${partition}:cloudformation:${region}:${account}:stack/${this.stack}/${digest(32, this.stack)}`;
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return undefined;
      default:
        throw new Unresolved(`pseudo parameter '${name}' is unknown`);
    }
  }

  private expanded(
    section: 'conditions' | 'resources' | 'outputs',
    valid: (entry: ApiShape) => boolean,
  ): Readonly<Record<string, ApiShape>> {
    const known = this.expansions.get(section);
    if (known !== undefined) return known;
    const declared = Object.entries<ApiShape>(this.template[section]);
    const entries = declared.filter(([key]) => !key.startsWith('Fn::ForEach::'));
    // What a loop's list refers to can't be made by the loop itself.
    this.expansions.set(section, Object.fromEntries(entries));
    for (const [key, value] of declared) {
      if (!key.startsWith('Fn::ForEach::')) continue;
      try {
        for (const [name, entry] of this.forEach(key, value, this.evaluation())) {
          if (valid(entry)) entries.push([name, entry]);
          else this.loopProblems.push(`${key}: '${name}' is ${describe(entry)}, which does not fit into ${section}`);
        }
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        this.loopProblems.push(error.message);
      }
    }
    const expanded = Object.fromEntries(entries);
    this.expansions.set(section, expanded);
    return expanded;
  }

  /** Computes once; a failure is remembered as well, since asking again can't change it. */
  private once<T>(what: string, memory: Map<string, T | Unresolved>, compute: () => T, key = what): T {
    let known = memory.get(key);
    if (known === undefined && !memory.has(key)) {
      try {
        known = this.guarded(what, compute);
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        known = error;
      }
      memory.set(key, known as T);
    }
    if (known instanceof Unresolved) throw known;
    return known as T;
  }

  /** Refuses to enter what is being computed already: a circle that CloudFormation would refuse as well. */
  private guarded<T>(what: string, compute: () => T): T {
    const key = `${this.stack}\u0000${what}`;
    if (this.world.active.has(key)) throw new Unresolved(`${what} of '${this.stack}' is defined by itself (a circle)`);
    if (this.world.active.size >= MAX_CHAIN) {
      throw new Unresolved(`${what} of '${this.stack}' leans on a chain of more than ${MAX_CHAIN} other names`);
    }
    this.world.active.add(key);
    try {
      return compute();
    } finally {
      this.world.active.delete(key);
    }
  }
}

/** CDK puts the stack resource at `<scope>/<id>.NestedStack/<id>.NestedStackResource`, its resources at `<scope>/<id>/…`. */
function scopePrefix(stackResourcePath: string): string {
  return stackResourcePath.replace(/\.NestedStack\/[^/]*$/, '/');
}

/** `{"Fn::If": …}` where an object could be. */
function isComputed(value: ApiShape): boolean {
  if (!isRecord(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0]?.startsWith('Fn::') === true);
}
