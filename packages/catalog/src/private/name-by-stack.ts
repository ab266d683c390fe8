import { type IResolvable, type IResolveContext, Stack, Stage, Token } from 'aws-cdk-lib';
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
    // Stages are deployed by themselves, and nested stacks with their parents, which other references order.
    const together = Stage.of(consumer) === Stage.of(producer) && !consumer.nested && !producer.nested;
    if (together) consumer.addStackDependency(producer);
    return this.literal;
  }

  public toString(): string {
    return Token.asString(this);
  }
}
