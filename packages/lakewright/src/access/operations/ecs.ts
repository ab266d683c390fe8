import { camelKeys } from '../../services/ecs/camel';
import { tryCluster, tryTaskDefinition } from '../../services/ecs/declared';
import type { LakeContext } from '../../services/service';
import { on, onEverything, passRole, regionalArn, type ServiceAccess, tagContext } from './operation-access';

const clusterArn = (lake: LakeContext, cluster: unknown = 'default'): string =>
  tryCluster(lake, cluster)?.arn ??
  (String(cluster).startsWith('arn:') ? String(cluster) : regionalArn(lake, 'ecs', `cluster/${cluster}`));

const taskArn = (lake: LakeContext, cluster: unknown, task: unknown): string =>
  String(task).startsWith('arn:')
    ? String(task)
    : `${clusterArn(lake, cluster).replace(':cluster/', ':task/')}/${task}`;

/**
 * Who starts a task hands it its two roles.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
export const ecsAccess: ServiceAccess = {
  RunTask: (raw, lake) => {
    const { cluster, taskDefinition, overrides, tags } = camelKeys(raw);
    const definition = tryTaskDefinition(lake, taskDefinition);
    const { TaskRoleArn, ExecutionRoleArn } = definition?.properties ?? {};
    const arn = definition?.arn ?? regionalArn(lake, 'ecs', `task-definition/${taskDefinition}`);
    return [
      {
        action: 'ecs:RunTask',
        resources: [arn],
        context: { 'ecs:cluster': clusterArn(lake, cluster), ...tagContext(tags) },
      },
      ...passRole(overrides?.taskRoleArn ?? TaskRoleArn, 'ecs-tasks'),
      ...passRole(overrides?.executionRoleArn ?? ExecutionRoleArn, 'ecs-tasks'),
    ];
  },
  StopTask: (raw, lake) => {
    const { cluster, task } = camelKeys(raw);
    const context = { 'ecs:cluster': clusterArn(lake, cluster) };
    return [{ action: 'ecs:StopTask', resources: [taskArn(lake, cluster, task)], context }];
  },
  DescribeTasks: (raw, lake) => {
    const { cluster, tasks } = camelKeys(raw);
    const resources = (tasks ?? []).map((task: unknown) => taskArn(lake, cluster, task));
    return [{ action: 'ecs:DescribeTasks', resources, context: { 'ecs:cluster': clusterArn(lake, cluster) } }];
  },
  ...on('ecs', ['DescribeClusters'], (raw, lake) =>
    (camelKeys(raw).clusters ?? ['default']).map((cluster: unknown) => clusterArn(lake, cluster)),
  ),
  ...onEverything('ecs', ['ListTasks', 'DescribeTaskDefinition']),
};
