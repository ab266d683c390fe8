import { LakeEnvironment } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { OperationGrants } from './operation-grants';
import { PipelineFunction } from './private/pipeline-function';
import { refuse } from './private/refuse';

/** What a `DeadLetterReplay` is made of. */
export interface DeadLetterReplayProps {
  /** The dead letters. */
  readonly source: sqs.IQueue;

  /** Where they go: the queue that they were read from. */
  readonly target: sqs.IQueue;

  /**
   * The most messages that one invocation moves, 1 to 10,000.
   * @default 1000
   */
  readonly most?: number;

  /**
   * Retention of logs.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * Moves dead letters back to their queue, ten at a time: sends them, and deletes those that were taken.
 *
 * A message is in one of the queues at all times, and rarely in both for a while: who reads it must be able to take it
 * twice. The function answers `{"moved": 12, "left": 0, "twice": 0}`; `{"most": 10}` in its input moves ten at most.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
export class DeadLetterReplay extends Construct {
  /** Gives others the right to run it. */
  public readonly grants: OperationGrants;
  /** The function that moves messages. */
  public readonly lambdaFunction: lambda.IFunction;
  /** May receive and delete here, send there, and nothing else. */
  public readonly role: iam.IRole;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidReplay`
   */
  public constructor(scope: Construct, id: string, props: DeadLetterReplayProps) {
    super(scope, id);
    const { source, target, most = 1000 } = props;
    if (source === target || !Number.isInteger(most) || most < 1 || most > 10_000) {
      refuse(
        'InvalidReplay',
        source === target ? 'source and target are one queue' : `most ${most}`,
        'two queues, and 1 to 10,000 messages',
        'give the dead-letter queue as source, and the queue that it belongs to as target',
      );
    }
    const work = new PipelineFunction(this, 'Replay', {
      handler: 'replay',
      description: 'moves dead letters back to their queue',
      environment: props.environment ?? LakeEnvironment.production(),
      timeout: Duration.minutes(10),
      variables: { FROM_URL: source.queueUrl, TO_URL: target.queueUrl, MOST: `${most}` },
      wildcards: 'keys of queues are used with actions that have wildcards upstream',
    });
    source.grantConsumeMessages(work.role);
    target.grantSendMessages(work.role);
    this.lambdaFunction = work.lambdaFunction;
    this.role = work.role;
    this.grants = new OperationGrants(this.lambdaFunction);
  }
}
