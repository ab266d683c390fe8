import type { ServiceFactory } from '../service';
import { TASK_DEFINITION } from './declared';
import { ecsIntegrations } from './integrations';
import { ecsOperations } from './operations';
import { ecsResources } from './resources';
import { Tasks } from './tasks';

/**
 * Amazon ECS: tasks whose image is an asset of the app that says how its program runs without a container
 * (`lakewright.container.json` in the build folder). Others are refused by name.
 */
export const ecs: ServiceFactory = (lake) => {
  const tasks = new Tasks(lake);
  const operations = ecsOperations(lake, tasks);
  return {
    name: 'ecs',
    protocol: { kind: 'json', version: '1.1', target: 'AmazonEC2ContainerServiceV20141113' },
    resources: ecsResources(lake),
    operations,
    tasks: ecsIntegrations(tasks, operations),
    warmUp: (awaited) => {
      if (awaited === 'pipelines') tasks.warmUp(lake.resources.filter(({ type }) => type === TASK_DEFINITION));
    },
    stop: () => tasks.stopAll(),
  };
};
