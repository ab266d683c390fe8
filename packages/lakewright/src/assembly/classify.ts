import type { ResourceHandler, Service } from '../services/service';
import { commonHandling } from './recorded';
import type { Classification, LakeResource } from './resource';

/** What happens to one resource, and who does it. */
export interface ClassifiedResource {
  readonly resource: LakeResource;
  readonly classification: Classification;
  /** By which means, what doesn't happen, or why it can't. */
  readonly note?: string;
  /** The service whose handler it is; undefined for the common table and for unsupported types. */
  readonly service?: Service;
  readonly handler?: ResourceHandler;
}

/**
 * Looks each resource up: first in the services' own tables, then in the common one (recorded.ts). A type that nobody
 * knows is unsupported, and so is a resource that would have an effect but whose properties couldn't be resolved:
 * running it with half of them would give a wrong result.
 */
export function classify(resources: readonly LakeResource[], services: readonly Service[]): ClassifiedResource[] {
  const handlers = new Map<string, { readonly service: Service; readonly handler: ResourceHandler }>();
  for (const service of services) {
    for (const [type, handler] of Object.entries(service.resources)) {
      if (!handlers.has(type)) handlers.set(type, { service, handler });
    }
  }
  return resources.map((resource) => {
    const owner = handlers.get(resource.type);
    const known = owner === undefined ? commonHandling(resource.type) : owner.handler;
    if (known === undefined) {
      return {
        resource,
        classification: 'unsupported',
        note: resource.problem ?? `${resource.type} has no local form`,
      };
    }
    if (resource.problem !== undefined && known.classification !== 'recorded') {
      return { resource, classification: 'unsupported', note: resource.problem };
    }
    const fine = resource.problem === undefined ? owner?.handler.classify?.(resource) : undefined;
    return { resource, classification: known.classification, note: known.note, ...owner, ...fine };
  });
}
