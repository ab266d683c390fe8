import { join } from 'node:path';
import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface InitRunProps {
  readonly cluster: ecs.ICluster;
  readonly definition: ecs.FargateTaskDefinition;
  readonly subnets: ec2.SelectedSubnets;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly logGroup: logs.ILogGroup;
  readonly environment: LakeEnvironment;
  readonly key: kms.IKey;
}

/** Runs the init task whenever it is another one, while the stack is deployed: what depends on this waits for its success. */
export class InitRun extends Construct {
  public constructor(scope: Construct, id: string, props: InitRunProps) {
    super(scope, id);
    const { cluster, definition, subnets, securityGroup, logGroup } = props;
    const role = functionOf(this, 'init', props, {});
    const allow = (actions: string[], resources: string[], conditions = {}) =>
      role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources, conditions }));
    const here = { ArnEquals: { 'ecs:cluster': cluster.clusterArn } };
    const stack = Stack.of(this);
    const tasks = stack.formatArn({ service: 'ecs', resource: 'task', resourceName: `${cluster.clusterName}/*` });
    allow(['ecs:RunTask'], [definition.taskDefinitionArn], here);
    allow(['ecs:DescribeTasks'], [tasks], here);
    allow(['cloudformation:DescribeStacks'], [stack.stackId]);
    allow(['iam:PassRole'], [definition.taskRole.roleArn, definition.obtainExecutionRole().roleArn], {
      StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    });
    const run = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::LakewrightSupersetInit',
      serviceToken: (this.node.findChild('Function') as lambda.Function).functionArn,
      serviceTimeout: Duration.minutes(16),
      properties: {
        Cluster: cluster.clusterArn,
        TaskDefinition: definition.taskDefinitionArn,
        Subnets: subnets.subnetIds,
        SecurityGroups: [securityGroup.securityGroupId],
        LogGroup: logGroup.logGroupName,
      },
    });
    run.node.addDependency(role, definition);
  }
}

export interface RestartProps {
  readonly cluster: ecs.ICluster;
  readonly services: ecs.FargateService[];
  readonly secret: secretsmanager.ISecret;
  readonly environment: LakeEnvironment;
  readonly key: kms.IKey;
}

/**
 * Replaces the tasks when a password has been changed: they are given it when they start.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
 */
export class RestartOnRotation extends Construct {
  public constructor(scope: Construct, id: string, props: RestartProps) {
    super(scope, id);
    const { cluster, services, secret } = props;
    const role = functionOf(this, 'restart', props, {
      CLUSTER: cluster.clusterArn,
      SERVICES: services.map(({ serviceName }) => serviceName).join(','),
    });
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['ecs:UpdateService'],
        resources: services.map(({ serviceArn }) => serviceArn),
      }),
    );
    new events.Rule(this, 'Rule', {
      description: 'The password of the metadata database has been changed',
      eventPattern: {
        source: ['aws.secretsmanager'],
        detailType: ['AWS Service Event via CloudTrail', 'AWS API Call via CloudTrail'],
        detail: {
          eventName: ['RotationSucceeded'],
          additionalEventData: { SecretId: [secret.secretArn] },
        },
      },
      targets: [
        new targets.LambdaFunction(this.node.findChild('Function') as lambda.Function, {
          maxEventAge: Duration.hours(2),
          retryAttempts: 10,
        }),
      ],
    });
  }
}

/** A function of assets/superset-init, with a role that has nothing but what is added to it. */
function functionOf(
  scope: Construct,
  handler: string,
  { environment, key }: { environment: LakeEnvironment; key: kms.IKey },
  variables: Record<string, string>,
): iam.Role {
  const logGroup = new logs.LogGroup(scope, 'Log', {
    retention: environment.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
    encryptionKey: key,
  });
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  const handlerFunction = new lambda.Function(scope, 'Function', {
    code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', 'superset-init')),
    handler: `index.${handler}`,
    runtime: lambda.Runtime.NODEJS_22_X,
    memorySize: 256,
    timeout: Duration.minutes(15),
    environment: variables,
    role,
    logGroup,
  });
  NagFindings.acknowledgeOwnPolicy(role, 'tasks have no fixed names, and streams of logs neither');
  NagFindings.acknowledge(handlerFunction, ['AwsSolutions-L1'], 'Node.js 22 is there in all partitions');
  NagFindings.acknowledge(
    handlerFunction,
    ['LambdaConcurrency', 'LambdaDLQ'],
    'called while a stack is deployed, or once when a password was changed, and then again until it is done',
  );
  NagFindings.acknowledge(handlerFunction, ['LambdaInsideVPC'], 'speaks to AWS APIs only');
  return role;
}
