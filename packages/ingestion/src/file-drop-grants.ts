import type { DataLocation } from '@lakewright/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** Gives others the right to bring files, and to have them taken. */
export class FileDropGrants {
  /** @internal */
  public constructor(
    private readonly inbox: DataLocation,
    private readonly lambdaFunction: lambda.IFunction,
  ) {}

  /**
   * Put files into the inbox; neither read nor delete.
   *
   * @param grantee who may bring files
   */
  public upload(grantee: iam.IGrantable): iam.Grant {
    return this.inbox.grants.write(grantee);
  }

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
