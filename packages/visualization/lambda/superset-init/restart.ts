import { type ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';

/** Replaces the tasks of services one after the other, so that they are given the password that was changed. */
export function restartServices(ecs: Pick<ECSClient, 'send'>, cluster: string, services: string[]) {
  return async (): Promise<void> => {
    for (const service of services) {
      await ecs.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
    }
  };
}
