import { join } from 'node:path';
import { LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** The pre-bundled function behind a custom resource, with a role that has nothing but what is added to it. */
export class ProviderFunction extends Construct {
  public readonly role: iam.Role;
  public readonly functionArn: string;

  public constructor(scope: Construct, id: string, handler: string, environment?: LakeEnvironment) {
    super(scope, id);
    const { logRetention } = environment ?? LakeEnvironment.production();
    const logGroup = new logs.LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    const handlerFunction = new lambda.Function(this, 'Function', {
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', 'iceberg-table')),
      handler: `index.${handler}`,
      runtime: lambda.Runtime.NODEJS_22_X,
      memorySize: 256,
      timeout: Duration.minutes(5),
      role: this.role,
      logGroup,
    });
    this.functionArn = handlerFunction.functionArn;
    NagFindings.acknowledgeOwnPolicy(
      this.role,
      'statements name exact tables; objects below their locations have no fixed names',
    );
    NagFindings.acknowledge(handlerFunction, ['AwsSolutions-L1'], 'Node.js 22 is there in all partitions');
    NagFindings.acknowledge(handlerFunction, ['LambdaConcurrency', 'LambdaDLQ'], ON_DEPLOYMENT);
    NagFindings.acknowledge(handlerFunction, ['LambdaInsideVPC'], 'speaks to AWS APIs only');
    NagFindings.acknowledge(
      logGroup,
      ['CloudWatchLogGroupEncrypted'],
      'the log has names of tables and columns, and no data',
    );
  }
}

const ON_DEPLOYMENT = 'called by CloudFormation alone while a stack is deployed, which gets every failure as answer';
