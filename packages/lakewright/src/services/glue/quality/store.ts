import type { Workspace } from '../../../workspace/workspace';
import type { ApiShape } from '../../api-shape';
import { StateMap } from '../state-map';

/** A ruleset; times in epoch seconds by the lake's clock. */
export interface Ruleset {
  readonly Name: string;
  readonly Ruleset: string;
  readonly Description?: string;
  readonly TargetTable?: { readonly DatabaseName: string; readonly TableName: string };
  readonly CreatedOn: number;
  readonly LastModifiedOn: number;
}

export type RunStatus = 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED' | 'SUCCEEDED' | 'FAILED' | 'TIMEOUT';

/** One evaluation of rulesets on a table. */
export interface EvaluationRun {
  readonly RunId: string;
  readonly DataSource: ApiShape;
  readonly Role: string;
  readonly RulesetNames: readonly string[];
  readonly AdditionalRunOptions?: ApiShape;
  readonly AdditionalDataSources?: ApiShape;
  /** Minutes. */
  readonly Timeout: number;
  readonly Status: RunStatus;
  readonly ErrorString?: string;
  readonly StartedOn: number;
  readonly LastModifiedOn: number;
  readonly CompletedOn?: number;
  /** Real seconds. */
  readonly ExecutionTime: number;
  readonly ResultIds: readonly string[];
  readonly ClientToken?: string;
}

/** What GetDataQualityResult answers. */
export interface QualityResult extends Readonly<Record<string, ApiShape>> {
  readonly ResultId: string;
  readonly Score: number;
  readonly RuleResults: readonly ApiShape[];
  readonly StartedOn: number;
  readonly CompletedOn: number;
}

const KEPT = 500;

/** Rulesets, their runs and results, kept in the workspace. */
export class QualityStore {
  public readonly rulesets: StateMap<Ruleset>;
  /** Metric → its values, the latest first; by the job and the evaluation's context. */
  public readonly statistics: StateMap<Readonly<Record<string, readonly number[]>>>;
  private readonly runs: StateMap<EvaluationRun>;
  private readonly results: StateMap<QualityResult>;

  public constructor(workspace: Workspace) {
    this.rulesets = new StateMap(workspace, 'glue-quality-rulesets');
    this.statistics = new StateMap(workspace, 'glue-quality-statistics');
    this.runs = new StateMap(workspace, 'glue-quality-runs');
    this.results = new StateMap(workspace, 'glue-quality-results');
  }

  public run(id: string): EvaluationRun | undefined {
    return this.runs.get(id);
  }

  public allRuns(): EvaluationRun[] {
    return this.runs.values();
  }

  public putRun(run: EvaluationRun): EvaluationRun {
    this.runs.put(run.RunId, run);
    forgetOldest(this.runs, ({ StartedOn }) => StartedOn);
    return run;
  }

  public result(id: string): QualityResult | undefined {
    return this.results.get(id);
  }

  public allResults(): QualityResult[] {
    return this.results.values();
  }

  public putResult(result: QualityResult): void {
    this.results.put(result.ResultId, result);
    forgetOldest(this.results, ({ StartedOn }) => StartedOn);
  }
}

function forgetOldest<T>(map: StateMap<T>, time: (entry: T) => number): void {
  const entries = map.entries();
  if (entries.length <= KEPT) return;
  const [oldest] = entries.sort(([, a], [, b]) => time(a) - time(b));
  if (oldest) map.delete(oldest[0]);
}
