import { LakeEnvironment, NagFindings } from '@lakewright/core';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { DmsReplicationBase } from '../dms-replication-base';

/**
 * EventBridge Scheduler starts a state machine of the replication's states: whether it has to start, to go on or to load
 * again is known only when it runs, and a schedule that calls DMS itself can say just one of them.
 */
export function scheduleReplication(
  replication: DmsReplicationBase,
  expression: scheduler.ScheduleExpression,
  environment: LakeEnvironment = LakeEnvironment.production(),
): void {
  const scope = new Construct(replication, 'Schedule');
  const stack = Stack.of(scope);
  const { start } = replication.bind(scope, 'Run', { environment });
  const log = new logs.LogGroup(scope, 'Log', {
    retention: environment.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const machine = new sfn.StateMachine(scope, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(sfn.Chain.start(start)),
    logs: { destination: log, level: sfn.LogLevel.ALL },
    tracingEnabled: true,
  });
  const role = new iam.Role(scope, 'Role', {
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
  machine.grantStartExecution(role);
  new scheduler.Schedule(scope, 'Resource', {
    schedule: expression,
    target: {
      bind: () => ({
        arn: machine.stateMachineArn,
        role,
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 5 },
      }),
    },
  });
  NagFindings.acknowledgeOwnPolicy(role, 'it has no wildcards');
  NagFindings.acknowledgeOwnPolicy(
    machine.role as iam.Role,
    'the actions that list replications, deliver logs and send traces know no resource',
  );
  NagFindings.acknowledge(
    log,
    ['CloudWatchLogGroupEncrypted'],
    'the log has the states of the replication, and no data',
  );
}
