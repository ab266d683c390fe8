import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

export interface EcsTask {
  readonly cluster: ecs.ICluster;
  readonly definition: ecs.FargateTaskDefinition;
  readonly container: string;
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly securityGroups: ec2.ISecurityGroup[];
}

export interface RunTaskStateProps extends sfn.TaskStateBaseProps {
  readonly task: EcsTask;
  readonly command: string[];
  /** Values may be JSONPaths. */
  readonly variables: Record<string, string>;
}

/** `ecs:runTask.sync`. The state of aws-stepfunctions-tasks lets its role stop and see every task of the account. */
export class RunTaskState extends sfn.TaskStateBase {
  protected readonly taskMetrics = undefined;
  protected readonly taskPolicies: iam.PolicyStatement[];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: RunTaskStateProps,
  ) {
    super(scope, id, props);
    this.taskPolicies = [...runRights(props.task), ...waitRights(props.task)];
  }

  /** @internal */
  protected _renderTask(): Record<string, unknown> {
    const { task, command, variables } = this.props;
    const { vpc, subnets, securityGroups, cluster, definition, container } = task;
    const { partition } = Stack.of(this);
    return {
      Resource: `arn:${partition}:states:::ecs:runTask.sync`,
      Parameters: sfn.FieldUtils.renderObject({
        Cluster: cluster.clusterArn,
        TaskDefinition: definition.family,
        LaunchType: 'FARGATE',
        NetworkConfiguration: {
          AwsvpcConfiguration: {
            AssignPublicIp: 'DISABLED',
            Subnets: vpc.selectSubnets(subnets).subnetIds,
            SecurityGroups: securityGroups.map(({ securityGroupId }) => securityGroupId),
          },
        },
        Overrides: {
          ContainerOverrides: [
            {
              Name: container,
              Command: command,
              Environment: Object.entries(variables).map(([Name, Value]) => ({ Name, Value })),
            },
          ],
        },
      }),
    };
  }
}

/** To start the task, in its cluster, and to hand it its two roles. */
export function runRights({ cluster, definition }: EcsTask): iam.PolicyStatement[] {
  const family = Stack.of(definition).formatArn({
    service: 'ecs',
    resource: 'task-definition',
    resourceName: `${definition.family}:*`,
  });
  return [
    new iam.PolicyStatement({
      actions: ['ecs:RunTask'],
      resources: [family],
      conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
    }),
    new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [definition.taskRole.roleArn, definition.obtainExecutionRole().roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    }),
  ];
}

/**
 * To see the tasks of the cluster and to stop them, and to hear of their ends by the rule that Step Functions manages.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
 */
function waitRights({ cluster }: EcsTask): iam.PolicyStatement[] {
  const stack = Stack.of(cluster);
  const tasks = stack.formatArn({ service: 'ecs', resource: 'task', resourceName: `${cluster.clusterName}/*` });
  const rule = stack.formatArn({
    service: 'events',
    resource: 'rule',
    resourceName: 'StepFunctionsGetEventsForECSTaskRule',
  });
  return [
    new iam.PolicyStatement({ actions: ['ecs:StopTask', 'ecs:DescribeTasks'], resources: [tasks] }),
    new iam.PolicyStatement({
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [rule],
    }),
  ];
}
