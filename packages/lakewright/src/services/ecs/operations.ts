import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, ServiceError } from '../service';
import { camelKeys } from './camel';
import { familyOf, findCluster, findTaskDefinition, invalidParameter, tryCluster, tryTaskDefinition } from './declared';
import type { Tasks } from './tasks';

const CONTAINER_OVERRIDES = ['name', 'command', 'environment', 'cpu', 'memory', 'memoryReservation'];

/** The operations; input in Pascal case, as state machines have it, is taken as well. */
export function ecsOperations(lake: LakeContext, tasks: Tasks): Readonly<Record<string, Operation>> {
  const known = (cluster: unknown, id: ApiShape): ApiShape => {
    const { arn } = findCluster(lake, cluster);
    const task = tasks.get(String(id));
    return task?.clusterArn === arn ? task : undefined;
  };
  return {
    async RunTask(raw) {
      const input = camelKeys(raw);
      const count = Number(input.count ?? 1);
      if (!(count >= 1 && count <= 10)) throw invalidParameter('Tasks count must be between 1 and 10.');
      const cluster = findCluster(lake, input.cluster);
      const definition = findTaskDefinition(lake, input.taskDefinition);
      checkNetwork(definition.properties, input);
      checkOverrides(definition.properties, input);
      const started = Array.from({ length: count }, () => tasks.start({ cluster, definition, input }));
      return { tasks: started, failures: [] };
    },
    async StopTask(raw) {
      const { cluster, task: id, reason = 'Task stopped by user' } = camelKeys(raw);
      const task = known(cluster, id);
      if (task === undefined) throw invalidParameter('The referenced task was not found.');
      tasks.stop(task.taskArn, String(reason));
      return { task: tasks.get(task.taskArn) };
    },
    async DescribeTasks(raw) {
      const { cluster, tasks: ids } = camelKeys(raw);
      if (!Array.isArray(ids) || ids.length === 0) throw invalidParameter('Tasks cannot be empty.');
      const found = ids.map((id) => [id, known(cluster, id)]);
      return {
        tasks: found.flatMap(([, task]) => task ?? []),
        failures: found.filter(([, task]) => !task).map(([arn]) => ({ arn, reason: 'MISSING' })),
      };
    },
    async ListTasks(raw) {
      const { cluster, family, desiredStatus = 'RUNNING', startedBy } = camelKeys(raw);
      const { arn } = findCluster(lake, cluster);
      const of = (task: ApiShape) => familyOf({ arn: task.taskDefinitionArn } as Parameters<typeof familyOf>[0]);
      const taskArns = tasks
        .all()
        .filter((task) => task.clusterArn === arn && task.desiredStatus === desiredStatus)
        .filter((task) => family === undefined || of(task) === family)
        .filter((task) => startedBy === undefined || task.startedBy === startedBy)
        .map((task) => task.taskArn);
      return { taskArns };
    },
    async DescribeClusters(raw) {
      const names: string[] = camelKeys(raw).clusters ?? ['default'];
      const found = names.map((name) => [name, tryCluster(lake, name)] as const);
      return {
        clusters: found.flatMap(([, one]) =>
          one
            ? [{ clusterArn: one.arn, clusterName: one.physicalId, status: 'ACTIVE', ...counts(tasks, one.arn) }]
            : [],
        ),
        failures: found.filter(([, one]) => !one).map(([arn]) => ({ arn, reason: 'MISSING' })),
      };
    },
    async DescribeTaskDefinition(raw) {
      const { taskDefinition } = camelKeys(raw);
      const found = tryTaskDefinition(lake, taskDefinition);
      if (!found) throw new ServiceError('ClientException', 'Unable to describe task definition.');
      const { Tags: _, ...properties } = found.properties;
      return {
        taskDefinition: { ...camelKeys(properties), taskDefinitionArn: found.arn, revision: 1, status: 'ACTIVE' },
      };
    },
  };
}

const counts = (tasks: Tasks, arn: string) => {
  const all = tasks.all().filter((task) => task.clusterArn === arn);
  const of = (status: string) => all.filter((task) => task.lastStatus === status).length;
  return { runningTasksCount: of('RUNNING'), pendingTasksCount: of('PENDING'), activeServicesCount: 0 };
};

function checkNetwork({ NetworkMode }: ApiShape, { networkConfiguration }: ApiShape): void {
  if (NetworkMode !== 'awsvpc' || networkConfiguration?.awsvpcConfiguration?.subnets?.length) return;
  throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
}

function checkOverrides({ ContainerDefinitions }: ApiShape, { overrides }: ApiShape): void {
  for (const override of overrides?.containerOverrides ?? []) {
    if (!ContainerDefinitions?.some(({ Name }: ApiShape) => Name === override.name)) {
      throw invalidParameter(`Override for container named ${override.name} is not a container in the TaskDefinition.`);
    }
    const foreign = Object.keys(override).find((key) => !CONTAINER_OVERRIDES.includes(key));
    if (foreign) {
      throw new ServiceError('UnsupportedOverride', `the container override ${foreign} isn't done by Lakewright`, 501);
    }
  }
}
