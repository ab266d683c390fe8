import type { ClassifiedResource } from '../../assembly/classify';
import { LakewrightError } from '../../host/host';
import type { LocalLake } from '../../local-lake';

/**
 * Brings the declared resources about, in deployment order.
 *
 * @throws LakewrightError LW_DEPLOY_FAILED, naming the resource
 */
export async function deploy(lake: LocalLake, classified: readonly ClassifiedResource[]): Promise<void> {
  for (const service of lake.services) service.deploying?.();
  for (const { resource, handler, classification } of classified) {
    if (classification === 'unsupported' || !handler?.apply) continue;
    try {
      await handler.apply(resource);
    } catch (error) {
      if (error instanceof LakewrightError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new LakewrightError('LW_DEPLOY_FAILED', `${resource.path} (${resource.type}): ${reason}`, 1, {
        path: resource.path,
        type: resource.type,
      });
    }
  }
  for (const service of lake.services) service.deployed?.();
  lake.host.notify({
    code: 'LW_RUN_DEPLOYED',
    level: 'debug',
    text: `deployed  ${classified.filter(({ handler }) => handler?.apply).length} resources`,
  });
}
