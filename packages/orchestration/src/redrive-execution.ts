import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { LakePipeline } from './lake-pipeline';
import { OperationGrants } from './operation-grants';
import { PipelineFunction } from './private/pipeline-function';
import { executionsOf } from './private/run-starter';

/** What a `RedriveExecution` is made of. */
export interface RedriveExecutionProps {
  /** Whose runs. */
  readonly pipeline: LakePipeline;
}

/**
 * Lets a run that failed, timed out or was stopped go on from the tasks that had not succeeded.
 *
 * Invoke the function with nothing, for the newest run, or with `{"run": "run-205900001"}`. It answers `{"run": …,
 * "redriven": true}`, or `false` with the `reason`: another run is under way, the run succeeded, or it ended more than 14
 * days ago. Asked twice it redrives once.
 *
 * A redriven run keeps its id and its definition: a machine that was deployed meanwhile needs a new run.
 * Tasks that had succeeded aren't repeated: where what they read was mended since, start them by themselves first.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export class RedriveExecution extends Construct {
  /** Gives others the right to run it. */
  public readonly grants: OperationGrants;
  /** The function that redrives. */
  public readonly lambdaFunction: lambda.IFunction;
  /** May look at the pipeline's runs and redrive them, and nothing else. */
  public readonly role: iam.IRole;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   */
  public constructor(scope: Construct, id: string, props: RedriveExecutionProps) {
    super(scope, id);
    const { stateMachine, environment, allowOverlap, node } = props.pipeline;
    const work = new PipelineFunction(this, 'Redrive', {
      handler: 'redrive',
      description: `redrives runs of ${node.path}`,
      environment,
      timeout: Duration.minutes(1),
      variables: { STATE_MACHINE_ARN: stateMachine.stateMachineArn, ALLOW_OVERLAP: `${allowOverlap}` },
      wildcards: 'executions have names that nobody knows before',
    });
    work.allow(['states:ListExecutions'], stateMachine.stateMachineArn);
    work.allow(['states:RedriveExecution'], executionsOf(stateMachine));
    this.lambdaFunction = work.lambdaFunction;
    this.role = work.role;
    this.grants = new OperationGrants(this.lambdaFunction);
  }
}
