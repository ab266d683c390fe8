import type { LakeContext } from '../../service';
import type { QualityResult } from './store';

/** @see https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html */
export function publishResult({ events }: Pick<LakeContext, 'events'>, result: QualityResult): void {
  const passed = result.RuleResults.filter(({ Result }) => Result === 'PASS').length;
  const table = result.DataSource?.GlueTable;
  const context = table
    ? {
        contextType: 'GLUE_DATA_CATALOG',
        runId: result.RulesetEvaluationRunId,
        databaseName: table.DatabaseName,
        tableName: table.TableName,
        catalogId: table.CatalogId,
      }
    : {
        contextType: 'GLUE_JOB',
        jobId: result.JobRunId,
        jobName: result.JobName,
        evaluationContext: result.EvaluationContext,
      };
  events.publish({
    source: 'aws.glue-dataquality',
    'detail-type': 'Data Quality Evaluation Results Available',
    resources: [],
    detail: {
      resultId: result.ResultId,
      context,
      ...(result.RulesetName !== undefined && { rulesetNames: [result.RulesetName] }),
      state: result.RuleResults.length === passed ? 'SUCCEEDED' : 'FAILED',
      score: result.Score,
      numRulesSucceeded: passed,
      numRulesFailed: result.RuleResults.filter(({ Result }) => Result === 'FAIL').length,
      numRulesSkipped: result.RuleResults.filter(({ Result }) => Result === 'ERROR').length,
    },
  });
}
