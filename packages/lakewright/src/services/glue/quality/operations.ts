import type { ApiShape } from '../../api-shape';
import type { Caller, Operation } from '../../service';
import type { CatalogContext } from '../catalog/context';
import { alreadyExists, entityNotFound, invalidInput, notLocal } from '../errors';
import { compact, requiredObject, requiredString, requiredStrings } from '../input';
import { page } from '../paging';
import type { Evaluations } from './evaluations';
import type { EvaluationRun, QualityResult, Ruleset } from './store';

/** Minutes. @see https://docs.aws.amazon.com/glue/latest/webapi/API_StartDataQualityRulesetEvaluationRun.html */
const DEFAULT_TIMEOUT = 2880;
/** As GetJobRun does: a machine's waits pass at once on the lake's clock, its polls shall not. */
const HOLD = 5000;

/** CreateDataQualityRuleset … CancelDataQualityRulesetEvaluationRun. */
export function qualityOperations(context: CatalogContext, evaluations: Evaluations): Record<string, Operation> {
  const { store } = evaluations;
  const ruleset = (name: ApiShape, member = 'name'): Ruleset => {
    const found = store.rulesets.get(requiredString(name, member));
    if (found) return found;
    throw entityNotFound(`Cannot find Data Quality Ruleset with name: ${name}`);
  };
  const run = (id: ApiShape): EvaluationRun => {
    const found = evaluations.run(requiredString(id, 'runId'));
    if (found) return found;
    throw entityNotFound(`Cannot find Data Quality Ruleset Evaluation Run with id: ${id}`);
  };

  return {
    CreateDataQualityRuleset: async (input) => {
      const name = requiredString(input.Name, 'name');
      if (store.rulesets.get(name)) throw alreadyExists(`Data Quality Ruleset with name ${name}`);
      putRuleset(context, evaluations, input);
      context.tag(`dataQualityRuleset/${name}`, input.Tags);
      return { Name: name };
    },

    GetDataQualityRuleset: async (input) => ({ ...ruleset(input.Name) }),

    UpdateDataQualityRuleset: async (input) => {
      const former = ruleset(input.Name);
      putRuleset(context, evaluations, { ...former, ...input });
      const { Name, Description, Ruleset } = ruleset(input.Name);
      return compact({ Name, Description, Ruleset });
    },

    DeleteDataQualityRuleset: async (input) => {
      ruleset(input.Name);
      store.rulesets.delete(input.Name);
      return {};
    },

    ListDataQualityRulesets: async (input) => {
      const target = input.Filter?.TargetTable;
      const wanted = store.rulesets
        .values()
        .filter(({ TargetTable }) => target === undefined || sameTable(TargetTable, target))
        .filter(({ Name }) => input.Filter?.Name === undefined || Name === input.Filter.Name);
      const { items, NextToken } = page(wanted, ({ Name }) => Name, input, 100);
      const Rulesets = items.map(({ Ruleset: text, ...rest }) => ({ ...rest, RuleCount: ruleCount(text) }));
      return compact({ Rulesets, NextToken });
    },

    StartDataQualityRulesetEvaluationRun: async (input) => {
      const source = requiredObject(input.DataSource, 'dataSource');
      const names = requiredStrings(input.RulesetNames, 'rulesetNames', 10);
      if (names.length === 0) throw invalidInput('rulesetNames has no ruleset');
      for (const name of names) ruleset(name, 'rulesetNames');
      for (const each of [source, ...Object.values<ApiShape>(input.AdditionalDataSources ?? {})]) {
        if (!each.GlueTable) throw notLocal('a DataQualityGlueTable', 'Give a GlueTable.');
      }
      const { DatabaseName, TableName } = source.GlueTable;
      const table = context.catalog.table(String(DatabaseName).toLowerCase(), String(TableName).toLowerCase());
      if (!table) throw entityNotFound(`Table ${TableName} not found in database ${DatabaseName}.`);
      const started = evaluations.start(
        compact({
          DataSource: { GlueTable: source.GlueTable },
          Role: requiredString(input.Role, 'role'),
          RulesetNames: names,
          AdditionalRunOptions: input.AdditionalRunOptions,
          AdditionalDataSources: input.AdditionalDataSources,
          Timeout: Number(input.Timeout ?? DEFAULT_TIMEOUT),
          ClientToken: input.ClientToken,
        }),
      );
      return { RunId: started.RunId };
    },

    GetDataQualityRulesetEvaluationRun: async (input) => {
      if (run(input.RunId).Status === 'RUNNING') await evaluations.settled(input.RunId, HOLD);
      const { ClientToken: _, ...shown } = run(input.RunId);
      return shown;
    },

    CancelDataQualityRulesetEvaluationRun: async (input) => {
      evaluations.cancel(run(input.RunId));
      return {};
    },

    ListDataQualityRulesetEvaluationRuns: async (input) => {
      const target = input.Filter?.DataSource?.GlueTable;
      const wanted = store.allRuns().filter(({ DataSource }) => !target || sameTable(DataSource.GlueTable, target));
      const { items, NextToken } = page(wanted, ({ StartedOn, RunId }) => `${StartedOn}/${RunId}`, input, 100, true);
      const Runs = items.map(({ RunId, Status, StartedOn, DataSource }) => ({ RunId, Status, StartedOn, DataSource }));
      return compact({ Runs, NextToken });
    },

    GetDataQualityResult: async (input) => result(evaluations, input.ResultId),

    BatchGetDataQualityResult: async (input) => {
      const ids = requiredStrings(input.ResultIds, 'resultIds', 10);
      return {
        Results: ids.flatMap((id) => store.result(id) ?? []),
        ResultsNotFound: ids.filter((id) => !store.result(id)),
      };
    },

    ListDataQualityResults: async (input) => {
      const { DataSource, JobName, JobRunId } = input.Filter ?? {};
      const wanted = store
        .allResults()
        .filter((one) => !DataSource || sameTable(one.DataSource?.GlueTable, DataSource.GlueTable))
        .filter((one) => JobName === undefined || one.JobName === JobName)
        .filter((one) => JobRunId === undefined || one.JobRunId === JobRunId);
      const { items, NextToken } = page(
        wanted,
        ({ StartedOn, ResultId }) => `${StartedOn}/${ResultId}`,
        input,
        100,
        true,
      );
      const Results = items.map((one) =>
        compact({
          ResultId: one.ResultId,
          DataSource: one.DataSource,
          JobName: one.JobName,
          JobRunId: one.JobRunId,
          StartedOn: one.StartedOn,
        }),
      );
      return compact({ Results, NextToken });
    },

    /** What awsgluedq tells of an evaluation within a Glue job; no operation of AWS. */
    LakewrightDataQuality: async (input, caller: Caller) => {
      const place = `${input.JobName ?? caller.principal}/${input.EvaluationContext}`;
      if (input.Action === 'Statistics') return { Statistics: store.statistics.get(place) ?? {} };
      if (input.Action === 'Remember') evaluations.remember(place, input.Statistics ?? {});
      if (input.Action === 'Publish') {
        const { EvaluationContext, JobName, Result } = input;
        evaluations.keep(compact({ ...Result, EvaluationContext, JobName }));
      }
      return {};
    },
  };
}

/** Keeps a ruleset; when it was first made stays. */
export function putRuleset(context: CatalogContext, { store }: Evaluations, input: ApiShape): void {
  const now = context.now();
  const former = store.rulesets.get(input.Name);
  const members = compact({
    Name: String(input.Name),
    Ruleset: requiredString(input.Ruleset?.replaceAll('\n', ' '), 'ruleset', 65_536) && String(input.Ruleset),
    Description: input.Description,
    TargetTable: input.TargetTable,
  });
  const { CreatedOn, LastModifiedOn, ...same } = former ?? { CreatedOn: now, LastModifiedOn: now };
  if (former && JSON.stringify(same) === JSON.stringify(members)) return;
  store.rulesets.put(input.Name, { ...members, CreatedOn, LastModifiedOn: now });
}

function result({ store }: Evaluations, id: ApiShape): QualityResult {
  const found = store.result(requiredString(id, 'resultId'));
  if (found) return found;
  throw entityNotFound(`Cannot find Data Quality Result with id: ${id}`);
}

function sameTable(one: ApiShape, other: ApiShape): boolean {
  return one?.DatabaseName === other?.DatabaseName && one?.TableName === other?.TableName;
}

/** Rules stand between commas outside of brackets and texts. */
function ruleCount(text: string): number {
  const rules = /Rules\s*=\s*\[/.exec(text);
  if (!rules) return 0;
  let depth = 1;
  let count = 1;
  for (const [token] of text.slice(rules.index + rules[0].length).matchAll(/"(?:\\.|[^"\\])*"|[[\](),]/g)) {
    if (token === '[' || token === '(') depth++;
    else if (token === ']' || token === ')') depth--;
    else if (token === ',' && depth === 1) count++;
    if (depth === 0) break;
  }
  return count;
}
