import type { LakeContext, ResourceHandler } from '../service';
import { localImage, refusal } from './container-image';
import { CLUSTER, TASK_DEFINITION } from './declared';

/** What happens with AWS::ECS::*. */
export function ecsResources(lake: LakeContext): Readonly<Record<string, ResourceHandler>> {
  return {
    [CLUSTER]: { classification: 'simulated', note: 'its tasks are programs of this machine' },
    [TASK_DEFINITION]: {
      classification: 'executed',
      classify: (resource) => {
        const reason = refusal(lake, resource);
        if (reason) return { classification: 'recorded', note: `its tasks don't run: ${reason}` };
        return { classification: 'executed', note: 'runs when something starts a task, without a container' };
      },
      needs: ({ properties }) => {
        const image = localImage(lake, properties.ContainerDefinitions?.[0]?.Image);
        return typeof image === 'string' ? undefined : (image.environment ?? 'python');
      },
    },
    'AWS::ECS::ClusterCapacityProviderAssociations': {
      classification: 'recorded',
      note: 'every task runs on this machine',
    },
  };
}
