import type { Work } from '../../../core/lambda/custom-resource/respond';
import type { Kind } from './replications';
import { atRest, type DmsServices, resume, stop, until } from './waiting';

/**
 * Comes after CloudFormation has made or changed a replication: resumes what was stopped for it, or starts it when each
 * deployment shall. When the replication goes, it is stopped first, since DMS deletes none that runs. Data is never touched.
 */
export function startWork(services: DmsServices): Work {
  return async ({ RequestType, ResourceProperties: properties, PhysicalResourceId }, endsAt) => {
    const arn = String(properties.ReplicationArn);
    const kind = String(properties.Kind) as Kind;
    const physicalResourceId = PhysicalResourceId ?? `${String(properties.Base)}start`;
    const state = await until(services, kind, arn, endsAt, atRest);
    if (RequestType === 'Delete') {
      if (state?.status === 'running') await stop(services, kind, arn, endsAt);
      return { physicalResourceId };
    }
    if (!state) {
      // DMS lists a serverless replication only once it was started
      if (properties.OnDeploy === 'true' || properties.Resume === 'true') {
        await services.replications.start(kind, arn, 'start-replication');
      }
    } else {
      const wanted =
        properties.Resume === 'true' || (properties.OnDeploy === 'true' && !isDone(properties, state.stopReason));
      if (wanted && state.status !== 'running') await resume(services, kind, state);
    }
    // whatever was stopped for this deployment runs again, or has a successor that does
    for (const one of await services.replications.list(kind, String(properties.Base))) {
      if (await services.replications.isMarked(one.arn)) await services.replications.unmark(one.arn);
    }
    return { physicalResourceId };
  };
}

/** A full load that has ended has nothing to go on with. */
function isDone({ Follows }: Record<string, unknown>, stopReason: string): boolean {
  return Follows !== 'true' && /FULL_LOAD/i.test(stopReason);
}
