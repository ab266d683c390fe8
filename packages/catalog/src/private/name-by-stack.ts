import { type IResolvable, type IResolveContext, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The name of a resource: a reference in its own stack, which orders the resources there, and the plain text in all others,
 * so that none of them imports it. CDK deploys the other stacks afterwards all the same.
 */
export class NameByStack implements IResolvable {
  public readonly creationStack: string[] = [];

  public constructor(
    private readonly owner: IConstruct,
    private readonly reference: string,
    private readonly literal: string,
  ) {}

  public resolve(context: IResolveContext): string {
    const consumer = Stack.of(context.scope);
    const producer = Stack.of(this.owner);
    if (consumer === producer) return this.reference;
    // Nested stacks are part of their parent's deployment, which orders them by other references.
    if (!consumer.nested && !producer.nested) consumer.addDependency(producer, 'uses a database by name');
    return this.literal;
  }

  public toString(): string {
    return Token.asString(this);
  }
}
