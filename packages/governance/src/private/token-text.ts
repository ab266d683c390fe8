import {
  DefaultTokenResolver,
  type IFragmentConcatenator,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  Tokenization,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * A value as text that is the same for the same things, and another for others, before logical ids and imports are final:
 * a reference is the path of what it points to.
 */
export function tokenText(scope: IConstruct, value: unknown): string {
  const resolved: unknown = Tokenization.resolve(value, { scope, resolver: new PathResolver(), preparing: false });
  return typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
}

/** What a value refers to, at any depth. */
export function referencesOf(scope: IConstruct, value: unknown): IConstruct[] {
  const resolver = new PathResolver();
  Tokenization.resolve(value, { scope, resolver, preparing: false });
  return resolver.targets;
}

const CONCAT: IFragmentConcatenator = { join: (left, right) => `${flat(left)}${flat(right)}` };

class PathResolver extends DefaultTokenResolver {
  public readonly targets: IConstruct[] = [];

  public constructor() {
    super(CONCAT);
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (!Reference.isReference(token)) return super.resolveToken(token, context, postProcessor);
    this.targets.push(token.target);
    return `<${token.target.node.path}.${token.displayName}>`;
  }
}

function flat(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
