import { CfnOutput, CfnResource, NestedStack, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A resource of the app's templates; references in its properties are texts that say what they refer to. */
export interface CheckedResource {
  readonly node: CfnResource;
  readonly type: string;
  /** The name that it is known by: its own where it has one, `<Stack/LogicalId>` else. */
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Raw {
  readonly node: CfnResource;
  readonly stack: Stack;
  readonly id: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
}

/** Names that SQL and policies use. Roles and users are told apart by their place in the app. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::Glue::Database': ['DatabaseInput', 'Name'],
  'AWS::Glue::Table': ['TableInput', 'Name'],
};

/**
 * All resources of an app, with one text for one thing: a bucket that one stack makes, another imports and a third names by
 * a join is `arn:*:s3:::<Storage/Raw1A2B>` everywhere.
 */
export class CheckedApp {
  public readonly resources: readonly CheckedResource[];
  private readonly raw = new Map<string, Raw>();
  private readonly exports = new Map<string, { stack: Stack; value: unknown }>();

  public constructor(root: IConstruct) {
    for (const node of root.node.findAll()) {
      if (CfnResource.isCfnResource(node)) this.add(node);
      if (node instanceof CfnOutput && node.exportName !== undefined) {
        const stack = Stack.of(node);
        this.exports.set(String(stack.resolve(node.exportName)), { stack, value: stack.resolve(node.value) });
      }
    }
    this.resources = [...this.raw.values()].map((raw) => ({
      node: raw.node,
      type: raw.type,
      name: this.nameOf(raw),
      properties: this.value(raw.stack, raw.properties) as Record<string, unknown>,
    }));
  }

  /** All resources of a type. */
  public of(type: string): CheckedResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  private add(node: CfnResource): void {
    const stack = Stack.of(node);
    const rendered = stack.resolve(node._toCloudFormation()) as { Resources?: Record<string, { Properties?: object }> };
    const [[id, resource] = ['', {}]] = Object.entries(rendered.Resources ?? {});
    const properties = (resource?.Properties ?? {}) as Record<string, unknown>;
    this.raw.set(`${stack.node.path}/${id}`, { node, stack, id, type: node.cfnResourceType, properties });
  }

  private nameOf({ stack, id, type, properties }: Raw): string {
    const own = NAMES[type]?.reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], properties);
    return own === undefined ? `<${stack.node.path}/${id}>` : this.text(stack, own);
  }

  private value(stack: Stack, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.value(stack, each));
    if (typeof value !== 'object' || value === null) return typeof value === 'string' ? anyPartition(value) : value;
    const [[key = '', argument] = [], ...more] = Object.entries(value);
    if (more.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
      return anyPartition(this.intrinsic(stack, key, argument));
    }
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.value(stack, each)]));
  }

  private text(stack: Stack, value: unknown): string {
    const found = this.value(stack, value);
    return typeof found === 'string' ? found : JSON.stringify(found);
  }

  private intrinsic(stack: Stack, key: string, argument: unknown): string {
    switch (key) {
      case 'Ref':
        return this.reference(stack, String(argument));
      case 'Fn::GetAtt': {
        const [id = '', attribute = ''] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
        return this.attribute(stack, id, attribute);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => this.text(stack, part)).join(separator);
      }
      case 'Fn::ImportValue': {
        const found = this.exports.get(this.text(stack, argument));
        return found ? this.text(found.stack, found.value) : `<${this.text(stack, argument)}>`;
      }
      default:
        return `<${key} ${JSON.stringify(this.value(stack, argument))}>`;
    }
  }

  private reference(stack: Stack, id: string): string {
    const found = this.raw.get(`${stack.node.path}/${id}`);
    if (found) return this.nameOf(found);
    // a nested stack's parameter is what its parent gives
    const parent = stack instanceof NestedStack ? stack.nestedStackParent : undefined;
    const resource = stack.nestedStackResource;
    if (parent && CfnResource.isCfnResource(resource)) {
      const given = this.raw.get(`${parent.node.path}/${parent.resolve(resource.logicalId)}`)?.properties.Parameters;
      const value = (given as Record<string, unknown>)?.[id];
      if (value !== undefined) return this.text(parent, value);
    }
    const known = { 'AWS::AccountId': stack.account, 'AWS::Region': stack.region }[id];
    return known === undefined || Token.isUnresolved(known) ? `<${id}>` : known;
  }

  private attribute(stack: Stack, id: string, attribute: string): string {
    const found = this.raw.get(`${stack.node.path}/${id}`);
    if (!found) return `<${stack.node.path}/${id}.${attribute}>`;
    const name = this.nameOf(found);
    if (attribute !== 'Arn') return `${name}.${attribute}`;
    return found.type === 'AWS::S3::Bucket' ? `arn:*:s3:::${name}` : name;
  }
}

function anyPartition(text: string): string {
  return text.replace(/^arn:[^:]+:/, 'arn:*:');
}
