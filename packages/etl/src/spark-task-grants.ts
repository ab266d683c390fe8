import type * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';

/** Gives access to the job of a conversion or transformation. */
export class SparkTaskGrants {
  /** @internal */
  public constructor(private readonly job: glue.IJob) {}

  /**
   * Start the job, and see and stop its runs.
   *
   * @param grantee who may run it
   */
  public run(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['glue:StartJobRun', 'glue:GetJobRun', 'glue:GetJobRuns', 'glue:BatchStopJobRun'],
      resourceArns: [this.job.jobArn],
    });
  }
}
