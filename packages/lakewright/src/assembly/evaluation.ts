import type { ApiShape } from '../services/api-shape';
import { INTRINSICS, type IntrinsicScope } from './intrinsics';
import type { Scope } from './scope';
import { Unresolved } from './unresolved';

/** Deeper than any template that AWS takes; keeps hostile ones from exhausting the call stack. */
const MAX_DEPTH = 200;

/**
 * One walk through a value of a template: it gives the resolved value, and remembers on the way what the value leans on.
 */
export class Evaluation implements IntrinsicScope {
  /** Logical ids of the same template that the value reads. */
  public readonly references = new Set<string>();
  /** What was made up for it, in sentences. */
  public readonly invented = new Set<string>();
  /** A NoEcho parameter went in. */
  public secret = false;
  private depth = 0;

  public constructor(private readonly scope: Scope) {}

  public get region(): string {
    return this.scope.environment.region;
  }

  public evaluate(value: ApiShape): ApiShape {
    if (typeof value === 'string') return this.scope.dynamic(value);
    if (typeof value !== 'object' || value === null) return value;
    this.depth += 1;
    try {
      if (this.depth > MAX_DEPTH) throw new Unresolved(`the value is nested deeper than ${MAX_DEPTH} levels`);
      return Array.isArray(value) ? this.list(value) : this.object(value);
    } finally {
      this.depth -= 1;
    }
  }

  public reference(name: string): ApiShape {
    return this.scope.reference(name, this);
  }

  public attribute(logicalId: string, attribute: string): ApiShape {
    return this.scope.attribute(logicalId, attribute, this);
  }

  public condition(name: string): boolean {
    return this.scope.condition(name);
  }

  public mapping(map: string, first: string, second: string): ApiShape {
    return this.scope.mapping(map, first, second);
  }

  public importValue(name: string): ApiShape {
    return this.scope.world.importValue(name, this.scope, this);
  }

  public stackOutput(request: ApiShape): ApiShape {
    return this.scope.world.stackOutput(request, this);
  }

  private list(values: ApiShape[]): ApiShape[] {
    return values.map((value) => this.evaluate(value)).filter((value) => value !== undefined);
  }

  private object(value: Record<string, ApiShape>): ApiShape {
    const keys = Object.keys(value);
    const only = keys.length === 1 ? (keys[0] as string) : undefined;
    if (only !== undefined && this.isIntrinsic(only, value[only])) {
      const result = this.call(only, value[only]);
      return typeof result === 'string' ? this.scope.dynamic(result) : result;
    }
    const entries: [string, ApiShape][] = [];
    for (const key of keys) {
      if (key.startsWith('Fn::ForEach::')) {
        for (const entry of this.scope.forEach(key, value[key], this))
          entries.push([entry[0], this.evaluate(entry[1])]);
        continue;
      }
      const result = this.evaluate(value[key]);
      if (result !== undefined) entries.push([key, result]);
    }
    return Object.fromEntries(entries);
  }

  /** IAM policies have a `Condition` of their own: only the name of a declared condition counts. */
  private isIntrinsic(key: string, argument: ApiShape): boolean {
    if (key === 'Ref') return typeof argument === 'string';
    if (key === 'Condition') return typeof argument === 'string' && this.scope.hasCondition(argument);
    return key.startsWith('Fn::') && !key.startsWith('Fn::ForEach::');
  }

  private call(name: string, argument: ApiShape): ApiShape {
    const intrinsic = INTRINSICS.get(name);
    if (intrinsic === undefined) throw new Unresolved(`intrinsic function '${name}' is unknown`);
    return intrinsic(argument, this);
  }
}

/** The message of what stopped an evaluation; anything but `Unresolved` is a defect of ours and goes on. */
export function whyUnresolved(error: unknown): string {
  if (error instanceof Unresolved) return error.message;
  if (error instanceof RangeError) return 'the value is too large or too deep to evaluate';
  throw error;
}
