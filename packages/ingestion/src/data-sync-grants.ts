import * as iam from 'aws-cdk-lib/aws-iam';

/** Gives others the right to run a DataSync task. */
export class DataSyncGrants {
  /** @internal */
  public constructor(private readonly taskArn: string) {}

  /**
   * Start and cancel executions, and see how far they are.
   *
   * @param grantee who may run it
   */
  public run(grantee: iam.IGrantable): iam.Grant {
    const start = iam.Grant.addToPrincipal({
      grantee,
      actions: ['datasync:StartTaskExecution', 'datasync:DescribeTask'],
      resourceArns: [this.taskArn],
    });
    const executions = iam.Grant.addToPrincipal({
      grantee,
      actions: ['datasync:DescribeTaskExecution', 'datasync:CancelTaskExecution'],
      resourceArns: [`${this.taskArn}/execution/*`],
    });
    return start.combine(executions);
  }
}
