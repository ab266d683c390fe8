import { environmentOf } from '../../../engines/spark/contract';
import type { ResourceHandler } from '../../service';
import type { CatalogContext } from '../catalog/context';
import { jobDefinition, runtimeOf } from './job-definition';
import type { Jobs } from './jobs';
import { putJob } from './operations';

/** AWS::Glue::Job. */
export function jobResources(context: CatalogContext, jobs: Jobs): Record<string, ResourceHandler> {
  return {
    'AWS::Glue::Job': {
      classification: 'executed',
      classify: ({ properties }) => {
        const runtime = runtimeOf(properties);
        if (typeof runtime === 'string') return { classification: 'unsupported', note: runtime };
        return runtime.difference
          ? { classification: 'simulated', note: runtime.difference }
          : { classification: 'executed' };
      },
      needs: ({ properties }) => {
        const runtime = runtimeOf(properties);
        return typeof runtime === 'string' ? undefined : environmentOf(runtime.version);
      },
      apply: async ({ properties, physicalId }) => {
        if (typeof runtimeOf(properties) === 'string') return;
        putJob(context, jobs, jobDefinition({ ...properties, Name: properties.Name ?? physicalId }));
        context.tag(`job/${properties.Name ?? physicalId}`, properties.Tags);
      },
    },
  };
}
