import { type LakeEnvironment, NagFindings, type PipelineTaskConfig, type PipelineTaskContext } from '@lakewright/core';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface RunMachineProps {
  readonly environment: LakeEnvironment;
  readonly schedule: scheduler.ScheduleExpression;
  /** The states of one run. */
  readonly states: (scope: Construct, context: PipelineTaskContext) => PipelineTaskConfig;
}

/** Runs on a schedule what may take longer than one invocation: a state machine of its own goes round until it is done. */
export class RunMachine extends Construct {
  public readonly stateMachine: sfn.StateMachine;
  public readonly scheduleRole: iam.Role;

  public constructor(scope: Construct, id: string, props: RunMachineProps) {
    super(scope, id);
    const { environment } = props;
    const logGroup = new logs.LogGroup(this, 'Log', {
      retention: environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { start } = props.states(this, { environment });
    this.stateMachine = new sfn.StateMachine(this, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(sfn.Chain.start(start)),
      logs: { destination: logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    const stack = Stack.of(this);
    const group = stack.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' });
    this.scheduleRole = new iam.Role(this, 'ScheduleRole', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
      }),
    });
    this.stateMachine.grantStartExecution(this.scheduleRole);
    new scheduler.Schedule(this, 'Schedule', {
      schedule: props.schedule,
      target: {
        bind: () => ({
          arn: this.stateMachine.stateMachineArn,
          role: this.scheduleRole,
          retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 5 },
          input: scheduler.ScheduleTargetInput.fromObject({}),
        }),
      },
    });
    NagFindings.acknowledge(logGroup, ['CloudWatchLogGroupEncrypted'], 'the log has the states of runs, and no data');
    NagFindings.acknowledgeOwnPolicy(this.scheduleRole, 'it has no wildcards');
    NagFindings.acknowledgeOwnPolicy(
      this.stateMachine.role as iam.Role,
      'versions of the function, log deliveries and traces have no names that are known before',
    );
  }
}
