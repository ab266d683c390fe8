import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { dataQueue, PipelineFunction } from './pipeline-function';

export interface RunStarterProps {
  readonly stateMachine: sfn.StateMachine;
  readonly environment: LakeEnvironment;
  readonly timeout: Duration;
  readonly allowOverlap: boolean;
  readonly paused: boolean;
}

/**
 * One queue for all triggers, and a function that makes one run of what waits there, as soon as no run is under way.
 *
 * What comes during a run stays in the queue: nothing is lost, and many triggers are one run.
 */
export class RunStarter extends Construct {
  public readonly queue: sqs.Queue;
  public readonly deadLetterQueue: sqs.Queue;
  public readonly work: PipelineFunction;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: RunStarterProps,
  ) {
    super(scope, id);
    const { stateMachine, environment } = props;
    this.deadLetterQueue = dataQueue(this, 'DeadLetters', {});
    NagFindings.acknowledge(this.deadLetterQueue, ['AwsSolutions-SQS3'], 'it is a dead-letter queue itself');
    // A message is received again and again while a run is under way: a thousand times, the most that SQS knows.
    const again = Math.max(180, Math.ceil(props.timeout.toSeconds() / 800));
    this.queue = dataQueue(this, 'Triggers', {
      visibilityTimeout: Duration.seconds(Math.min(again, 43_200)),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: 1000 },
    });
    this.work = new PipelineFunction(this, 'Start', {
      handler: 'start',
      description: `starts runs of ${stateMachine.node.path}`,
      environment,
      timeout: Duration.seconds(60),
      variables: { STATE_MACHINE_ARN: stateMachine.stateMachineArn, ALLOW_OVERLAP: `${props.allowOverlap}` },
      wildcards: 'executions have names that nobody knows before',
    });
    this.work.allow(['states:StartExecution', 'states:ListExecutions'], stateMachine.stateMachineArn);
    this.work.allow(['states:DescribeExecution'], executionsOf(stateMachine));
    this.work.lambdaFunction.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 1000,
        maxBatchingWindow: Duration.seconds(30),
        maxConcurrency: 2,
        reportBatchItemFailures: true,
        enabled: !props.paused,
      }),
    );
  }

  /** A schedule that puts its time into the queue. */
  public schedule(id: string, expression: scheduler.ScheduleExpression): scheduler.Schedule {
    const stack = Stack.of(this);
    const group = stack.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' });
    const scope = new Construct(this, id);
    const role = new iam.Role(scope, 'Role', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
      }),
    });
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }),
    );
    NagFindings.acknowledgeOwnPolicy(role, 'it has no wildcards');
    return new scheduler.Schedule(scope, 'Schedule', {
      schedule: expression,
      enabled: !this.props.paused,
      description: `runs ${this.props.stateMachine.node.path}`,
      target: {
        bind: () => ({
          arn: this.queue.queueArn,
          role,
          retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
          input: scheduler.ScheduleTargetInput.fromObject({ schedule: scheduler.ContextAttribute.scheduledTime }),
        }),
      },
    });
  }
}

/** The ARNs of a machine's executions. */
export function executionsOf(stateMachine: sfn.IStateMachine): string {
  const stack = Stack.of(stateMachine);
  const { resourceName } = stack.splitArn(stateMachine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
  return stack.formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${resourceName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
