import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** Gives others the right to run an ingestion that is a Lambda function. */
export class IngestionRunGrants {
  /** @internal */
  public constructor(private readonly lambdaFunction: lambda.IFunction) {}

  /**
   * Invoke it, with `{"runId": "…"}`: a text that is unique for the run and the same in its retries.
   *
   * @param grantee who may run it
   */
  public run(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [this.lambdaFunction.functionArn],
    });
  }
}
