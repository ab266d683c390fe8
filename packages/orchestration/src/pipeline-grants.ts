import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { executionsOf } from './private/run-starter';

/** Gives others rights on a pipeline. */
export class PipelineGrants {
  /** @internal */
  public constructor(
    private readonly stateMachine: sfn.StateMachine,
    private readonly queueArn: string,
  ) {}

  /**
   * Ask for a run as triggers do: `sqs:SendMessage` to the pipeline's queue; it starts when no other is under way.
   *
   * @param grantee who may ask
   */
  public trigger(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [this.queueArn] });
  }

  /**
   * Start runs at once, whatever else is under way, and stop them.
   *
   * @param grantee who may start
   */
  public start(grantee: iam.IGrantable): iam.Grant {
    const start = iam.Grant.addToPrincipal({
      grantee,
      actions: ['states:StartExecution', 'states:ListExecutions', 'states:DescribeStateMachine'],
      resourceArns: [this.stateMachine.stateMachineArn],
    });
    return start.combine(this.onRuns(grantee, ['states:StopExecution', ...READ]));
  }

  /**
   * Look at runs and their histories.
   *
   * @param grantee who may look
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['states:ListExecutions', 'states:DescribeStateMachine'],
      resourceArns: [this.stateMachine.stateMachineArn],
    }).combine(this.onRuns(grantee, READ));
  }

  private onRuns(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [executionsOf(this.stateMachine)] });
  }
}

const READ = ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:DescribeStateMachineForExecution'];
