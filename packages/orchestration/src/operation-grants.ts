import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** Gives others the right to run an operation that is a Lambda function. */
export class OperationGrants {
  /** @internal */
  public constructor(private readonly lambdaFunction: lambda.IFunction) {}

  /**
   * Invoke it.
   *
   * @param grantee who may run it
   */
  public run(grantee: iam.IGrantable): iam.Grant {
    const resourceArns = [this.lambdaFunction.functionArn];
    return iam.Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns });
  }
}
