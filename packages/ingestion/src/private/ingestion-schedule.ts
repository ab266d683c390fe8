import { NagFindings } from '@lakewright/core';
import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface IngestionScheduleProps {
  readonly lambdaFunction: lambda.IFunction;
  readonly deadLetterQueue: sqs.IQueue;
  readonly schedule: scheduler.ScheduleExpression;
  /** @default `{"runId": "<the scheduled time>"}`: an execution's id would be another one in each retry */
  readonly input?: Record<string, unknown>;
}

/** EventBridge Scheduler invokes one function, with a role that may do that and nothing else. */
export class IngestionSchedule extends Construct {
  public readonly schedule: scheduler.Schedule;
  public readonly role: iam.Role;

  public constructor(scope: Construct, id: string, props: IngestionScheduleProps) {
    super(scope, id);
    const { lambdaFunction, deadLetterQueue } = props;
    const stack = Stack.of(this);
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            // Scheduler gives the group's ARN here, not the schedule's
            'aws:SourceArn': stack.formatArn({
              service: 'scheduler',
              resource: 'schedule-group',
              resourceName: 'default',
            }),
          },
        },
      }),
    });
    this.role.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambdaFunction.functionArn] }),
    );
    deadLetterQueue.grantSendMessages(this.role);
    NagFindings.acknowledgeOwnPolicy(this.role, 'it has no wildcards');
    const input = props.input ?? { runId: scheduler.ContextAttribute.scheduledTime };
    this.schedule = new scheduler.Schedule(this, 'Schedule', {
      schedule: props.schedule,
      target: {
        bind: () => ({
          arn: lambdaFunction.functionArn,
          role: this.role,
          deadLetterConfig: { arn: deadLetterQueue.queueArn },
          retryPolicy: { maximumEventAgeInSeconds: Duration.hours(1).toSeconds(), maximumRetryAttempts: 5 },
          input: scheduler.ScheduleTargetInput.fromObject(input),
        }),
      },
    });
  }
}
