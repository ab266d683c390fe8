import { join } from 'node:path';
import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface IdentityProps {
  readonly namespace: string;
  readonly groups: string[];
  readonly environment: LakeEnvironment;
}

/** Finds the region of QuickSight's users and groups while the stack is deployed, and whether the groups are there. */
export class QuickSightIdentity extends Construct {
  public readonly region: string;

  public constructor(scope: Construct, id: string, { namespace, groups, environment }: IdentityProps) {
    super(scope, id);
    const { account, region, partition } = Stack.of(this);
    const logGroup = new logs.LogGroup(this, 'Log', {
      retention: environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['quicksight:ListGroups'],
        // in whichever region they are
        resources: [`arn:${partition}:quicksight:*:${account}:group/${namespace}/*`],
      }),
    );
    const provider = new lambda.Function(this, 'Function', {
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', '..', 'assets', 'quicksight-identity')),
      handler: 'index.identity',
      runtime: lambda.Runtime.NODEJS_22_X,
      memorySize: 256,
      timeout: Duration.minutes(2),
      role,
      logGroup,
    });
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::LakewrightQuickSightIdentity',
      serviceToken: provider.functionArn,
      properties: { AccountId: account, Region: region, Namespace: namespace, Groups: groups },
    });
    resource.node.addDependency(role);
    this.region = resource.getAttString('Region');
    NagFindings.acknowledgeOwnPolicy(role, 'groups are listed in the region that is looked for');
    NagFindings.acknowledge(provider, ['AwsSolutions-L1'], 'Node.js 22 is there in all partitions');
    NagFindings.acknowledge(
      provider,
      ['LambdaConcurrency', 'LambdaDLQ'],
      'called by CloudFormation alone while a stack is deployed, which gets every failure as answer',
    );
    NagFindings.acknowledge(provider, ['LambdaInsideVPC'], 'speaks to AWS APIs only');
    NagFindings.acknowledge(logGroup, ['CloudWatchLogGroupEncrypted'], 'the log has names of groups, and no data');
  }
}
