import { environmentOf } from '../../../engines/spark/contract';
import type { ResourceHandler } from '../../service';
import type { CatalogContext } from '../catalog/context';
import { type Evaluations, GLUE_VERSION } from './evaluations';
import { putRuleset } from './operations';

export { Evaluations } from './evaluations';
export { qualityOperations } from './operations';
export { qualityTasks } from './tasks';

/** AWS::Glue::DataQualityRuleset. */
export function qualityResources(context: CatalogContext, evaluations: Evaluations): Record<string, ResourceHandler> {
  return {
    'AWS::Glue::DataQualityRuleset': {
      classification: 'executed',
      needs: () => environmentOf(GLUE_VERSION),
      apply: async ({ properties, physicalId }) => {
        const Name = properties.Name ?? physicalId;
        putRuleset(context, evaluations, { ...properties, Name });
        context.tag(`dataQualityRuleset/${Name}`, properties.Tags);
      },
    },
    'AWS::Glue::TableOptimizer': {
      classification: 'recorded',
      note: 'kept; nothing is compacted, expired or removed by it locally: OPTIMIZE and VACUUM through Athena are',
    },
  };
}
