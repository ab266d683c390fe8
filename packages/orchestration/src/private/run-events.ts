import { NagFindings } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LakePipeline } from '../lake-pipeline';
import { dataQueue, PipelineFunction } from './pipeline-function';

export interface RunEventsProps {
  readonly handler: string;
  readonly description: string;
  readonly environment: LakePipeline['environment'];
  readonly variables: Record<string, string>;
}

/** A function that is told of the ends of runs, and reads their histories; what it gives up on waits in a queue. */
export class RunEvents extends Construct {
  public readonly work: PipelineFunction;
  public readonly deadLetterQueue: sqs.Queue;

  public constructor(scope: Construct, id: string, props: RunEventsProps) {
    super(scope, id);
    this.deadLetterQueue = dataQueue(this, 'DeadLetters', {});
    NagFindings.acknowledge(this.deadLetterQueue, ['AwsSolutions-SQS3'], 'it is a dead-letter queue itself');
    this.work = new PipelineFunction(this, 'Work', {
      ...props,
      timeout: Duration.minutes(5),
      deadLetterQueue: this.deadLetterQueue,
      wildcards: 'executions and the objects of runs have names that nobody knows before',
    });
  }

  /** Tells it of the runs of a pipeline that end in one of these states. */
  public follow(id: string, pipeline: LakePipeline, status: string[], more: Record<string, unknown>): void {
    pipeline.grants.read(this.work.role);
    const field = (path: string): string => events.EventField.fromPath(`$.detail.${path}`);
    const detail = {
      executionArn: field('executionArn'),
      stateMachineArn: field('stateMachineArn'),
      status: field('status'),
    };
    new events.Rule(this, id, {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [pipeline.stateMachine.stateMachineArn], status },
      },
      targets: [
        new targets.LambdaFunction(this.work.lambdaFunction, {
          deadLetterQueue: this.deadLetterQueue,
          event: events.RuleTargetInput.fromObject({
            detail,
            pipeline: { name: pipeline.node.path, tasks: pipeline.taskNames, ...more },
          }),
        }),
      ],
    });
  }
}
