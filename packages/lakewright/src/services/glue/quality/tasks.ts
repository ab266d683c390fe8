import type { Operation, TaskIntegration } from '../../service';
import type { Evaluations } from './evaluations';

/** There is no `.sync` form: machines poll. */
export function qualityTasks(
  evaluations: Evaluations,
  operations: Readonly<Record<string, Operation>>,
): Readonly<Record<string, TaskIntegration>> {
  return {
    'aws-sdk:glue:getDataQualityRulesetEvaluationRun': async (parameters, { caller }) => {
      const output = await operations.GetDataQualityRulesetEvaluationRun?.(parameters, caller);
      const missing = evaluations.missingOf(String(parameters?.RunId));
      if (missing) throw missing;
      return { output };
    },
  };
}
