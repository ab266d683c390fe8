import { join } from 'node:path';
import { LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ReplicationKind } from './dms-identity';

/** The pre-bundled function behind the custom resources of DMS, with a role that has nothing but what is added to it. */
export class DmsProvider extends Construct {
  /** The function that stops and resumes the replications of a stack. */
  public static changesOf(scope: Construct, environment?: LakeEnvironment): DmsProvider {
    return DmsProvider.of(scope, 'LakewrightDmsChanges', 'replication', Duration.minutes(15), environment);
  }

  /** The function that ensures the account's roles. */
  public static rolesOf(scope: Construct, environment?: LakeEnvironment): DmsProvider {
    return DmsProvider.of(scope, 'LakewrightDmsRoles', 'accountRoles', Duration.minutes(3), environment);
  }

  private static of(
    scope: Construct,
    id: string,
    handler: string,
    timeout: Duration,
    environment?: LakeEnvironment,
  ): DmsProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(id);
    return existing instanceof DmsProvider ? existing : new DmsProvider(stack, id, handler, timeout, environment);
  }

  public readonly role: iam.Role;
  public readonly serviceToken: string;

  private constructor(scope: Construct, id: string, handler: string, timeout: Duration, environment?: LakeEnvironment) {
    super(scope, id);
    const { logRetention } = environment ?? LakeEnvironment.production();
    const logGroup = new logs.LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    const handlerFunction = new lambda.Function(this, 'Function', {
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', 'dms')),
      handler: `index.${handler}`,
      runtime: lambda.Runtime.NODEJS_22_X,
      memorySize: 256,
      timeout,
      role: this.role,
      logGroup,
    });
    this.serviceToken = handlerFunction.functionArn;
    NagFindings.acknowledgeOwnPolicy(
      this.role,
      'the actions that list replications know no resource; a replication has one ARN for each load folder',
    );
    NagFindings.acknowledge(handlerFunction, ['AwsSolutions-L1'], 'Node.js 22 is there in all partitions');
    NagFindings.acknowledge(handlerFunction, ['LambdaConcurrency', 'LambdaDLQ'], ON_DEPLOYMENT);
    NagFindings.acknowledge(handlerFunction, ['LambdaInsideVPC'], 'speaks to AWS APIs only');
    NagFindings.acknowledge(
      logGroup,
      ['CloudWatchLogGroupEncrypted'],
      'the log has names of replications, and no data',
    );
  }

  /** Gives what stopping and resuming one replication needs, in all its generations. */
  public admit(kind: ReplicationKind, arnPattern: string): iam.Grant {
    const allow = (actions: string[], resourceArns: string[]) =>
      iam.Grant.addToPrincipal({ grantee: this.role, actions, resourceArns });
    const [describe, ...act] =
      kind === 'task'
        ? ['dms:DescribeReplicationTasks', 'dms:StartReplicationTask', 'dms:StopReplicationTask']
        : ['dms:DescribeReplications', 'dms:StartReplication', 'dms:StopReplication'];
    return allow([describe as string], ['*']).combine(
      allow([...act, 'dms:ListTagsForResource', 'dms:AddTagsToResource', 'dms:RemoveTagsFromResource'], [arnPattern]),
    );
  }
}

const ON_DEPLOYMENT = 'called by CloudFormation alone while a stack is deployed, which gets every failure as answer';
