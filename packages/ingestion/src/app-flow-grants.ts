import * as iam from 'aws-cdk-lib/aws-iam';
import type { IAppFlowIngestion } from './app-flow-ingestion';

/** Gives access to one flow. */
export class AppFlowGrants {
  /** @internal */
  public constructor(private readonly flow: IAppFlowIngestion) {}

  /**
   * Start the flow, and see its runs.
   *
   * @param grantee who may run it
   */
  public run(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['appflow:StartFlow', 'appflow:DescribeFlow', 'appflow:DescribeFlowExecutionRecords'],
      resourceArns: [this.flow.flowArn],
    });
  }
}
