import { join } from 'node:path';
import { LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** The one function of a stack that speaks to Redshift: pre-bundled, with rights on what is added to it alone. */
export class SpectrumProvider extends Construct {
  public static of(scope: Construct, environment?: LakeEnvironment): SpectrumProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID);
    return existing instanceof SpectrumProvider ? existing : new SpectrumProvider(stack, ID, environment);
  }

  public readonly role: iam.Role;
  public readonly serviceToken: string;

  private constructor(scope: Construct, id: string, environment?: LakeEnvironment) {
    super(scope, id);
    const { logRetention } = environment ?? LakeEnvironment.production();
    const logGroup = new logs.LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    // a statement is known to who started it alone
    this.role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'redshift-data:DescribeStatement',
          'redshift-data:GetStatementResult',
          'redshift-data:CancelStatement',
        ],
        resources: ['*'],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM
        conditions: { StringEquals: { 'redshift-data:statement-owner-iam-userid': '${aws:userid}' } },
      }),
    );
    const handler = new lambda.Function(this, 'Function', {
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', 'spectrum')),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_22_X,
      memorySize: 256,
      timeout: Duration.minutes(5),
      role: this.role,
      logGroup,
    });
    this.serviceToken = handler.functionArn;
    NagFindings.acknowledgeOwnPolicy(this.role, 'statements have no ARN: a condition keeps to its own');
    NagFindings.acknowledge(handler, ['AwsSolutions-L1'], 'Node.js 22 is there in all partitions');
    NagFindings.acknowledge(
      handler,
      ['LambdaConcurrency', 'LambdaDLQ'],
      'called by CloudFormation alone while a stack is deployed, which gets every failure as answer',
    );
    NagFindings.acknowledge(handler, ['LambdaInsideVPC'], 'speaks to AWS APIs only');
    NagFindings.acknowledge(logGroup, ['CloudWatchLogGroupEncrypted'], 'the log has names of schemas, and no data');
  }
}

const ID = 'LakewrightSpectrumSchemas';
