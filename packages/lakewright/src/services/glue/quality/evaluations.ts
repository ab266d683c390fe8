import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { engineCaller } from '../../../access/guard';
import type { SparkEngine, SparkOutcome } from '../../../engines/spark/contract';
import type { MissingTool } from '../../../host/missing-tool';
import type { ApiShape } from '../../api-shape';
import type { LakeContext, TaskMeasures } from '../../service';
import { LiveRuns, type RunEnd } from '../live-runs';
import { publishResult } from './events';
import { type EvaluationRun, type QualityResult, QualityStore } from './store';

const SCRIPT = path.join(__dirname, '..', '..', '..', '..', 'runtimes', 'glue', 'awsgluedq', 'ruleset_run.py');
const RESULT = /^LAKEWRIGHT_DATA_QUALITY (\{.*\})\s*$/;
/** What evaluates rulesets. */
export const GLUE_VERSION = '5.0';
/** As many values of a metric as last(k) can ask for. */
const REMEMBERED = 100;

/** Evaluation runs of rulesets on tables of the catalog: on Spark, with the rights of the run's role. */
export class Evaluations {
  public readonly store: QualityStore;
  private readonly live = new LiveRuns();

  public constructor(
    private readonly lake: LakeContext,
    private readonly engine: SparkEngine,
  ) {
    this.store = new QualityStore(lake.workspace);
  }

  public start(
    input: Omit<EvaluationRun, 'RunId' | 'Status' | 'StartedOn' | 'LastModifiedOn' | 'ExecutionTime' | 'ResultIds'>,
  ): EvaluationRun {
    const same = this.store
      .allRuns()
      .find(({ ClientToken }) => ClientToken !== undefined && ClientToken === input.ClientToken);
    if (same) return same;
    const now = this.now();
    const run = this.store.putRun({
      ...input,
      RunId: `dqrun-${randomBytes(20).toString('hex')}`,
      Status: 'RUNNING',
      StartedOn: now,
      LastModifiedOn: now,
      ExecutionTime: 0,
      ResultIds: [],
    });
    const results: string[] = [];
    this.live.begin(
      run.RunId,
      run.Timeout,
      (signal) => this.evaluate(run, signal, (said) => results.push(this.result(run, said))),
      (end) => this.ended(run, end, results),
    );
    return run;
  }

  /** A run whose process is gone failed with it. */
  public run(id: string): EvaluationRun | undefined {
    const run = this.store.run(id);
    if (run === undefined || ended(run) || this.live.has(id)) return run;
    return { ...run, Status: 'FAILED', ErrorString: 'the process of the lake ended while the rules were evaluated' };
  }

  public cancel(run: EvaluationRun): void {
    if (ended(run)) return;
    this.store.putRun({ ...run, Status: 'STOPPING', LastModifiedOn: this.now() });
    this.live.stop(run.RunId);
  }

  /** Waits for a run's end, but no longer than `milliseconds`. */
  public settled(id: string, milliseconds: number): Promise<void> {
    return this.live.settled(id, milliseconds);
  }

  public measuresOf(id: string): TaskMeasures | undefined {
    return this.live.measuresOf(id);
  }

  /** Why a run couldn't begin on this machine. */
  public missingOf(id: string): MissingTool | undefined {
    return this.live.missingOf(id);
  }

  /** Keeps a result, also one of a Glue job, and tells of it. */
  public keep(result: Omit<QualityResult, 'ResultId' | 'CompletedOn'>): QualityResult {
    const kept = {
      ...result,
      ResultId: `dqresult-${randomBytes(20).toString('hex')}`,
      CompletedOn: this.now(),
    } as QualityResult;
    this.store.putResult(kept);
    publishResult(this.lake, kept);
    return kept;
  }

  /** Earlier values of a job's metrics. */
  public remember(place: string, metrics: Readonly<Record<string, number>>): void {
    const former = this.store.statistics.get(place) ?? {};
    const now = Object.entries(metrics).map(([name, value]): [string, number[]] => [
      name,
      [value, ...(former[name] ?? [])].slice(0, REMEMBERED),
    ]);
    this.store.statistics.put(place, { ...former, ...Object.fromEntries(now) });
  }

  public close(): Promise<void> {
    return this.live.close();
  }

  private ended(run: EvaluationRun, { state, error, seconds, missing }: RunEnd, ResultIds: readonly string[]): void {
    this.store.putRun({
      ...run,
      Status: state,
      ...(state === 'FAILED' && { ErrorString: error ?? 'the evaluation ended without a result' }),
      ...(missing && { ErrorString: missing.message }),
      LastModifiedOn: this.now(),
      CompletedOn: this.now(),
      ExecutionTime: seconds,
      ResultIds,
    });
  }

  private async evaluate(
    run: EvaluationRun,
    signal: AbortSignal,
    told: (said: ApiShape) => void,
  ): Promise<SparkOutcome> {
    const others = Object.entries<ApiShape>(run.AdditionalDataSources ?? {});
    const rulesets = run.RulesetNames.map((name) => [name, this.store.rulesets.get(name)?.Ruleset]);
    const settings = {
      table: run.DataSource.GlueTable,
      sources: Object.fromEntries(others.map(([alias, { GlueTable }]) => [alias, GlueTable])),
      rulesets: Object.fromEntries(rulesets),
      byRow: run.AdditionalRunOptions?.CompositeRuleEvaluationMethod === 'ROW',
    };
    const { RunId } = run;
    return await this.engine.run({
      ...{
        id: RunId,
        glueVersion: GLUE_VERSION,
        script: SCRIPT,
        pyFiles: [],
        jars: [],
        modules: [],
        conf: {},
        environment: {},
      },
      args: ['--lakewright_run', JSON.stringify(settings)],
      caller: engineCaller(this.lake, run.Role, RunId),
      signal,
      onOutput: (line) => {
        const said = RESULT.exec(line)?.[1];
        if (said !== undefined) told(JSON.parse(said));
      },
    });
  }

  private result(run: EvaluationRun, { ruleset, rows, result }: ApiShape): string {
    return this.keep({
      ...result,
      AggregatedMetrics: {
        TotalRowsProcessed: rows,
        TotalRulesProcessed: result.RuleResults.length,
        TotalRulesPassed: result.RuleResults.filter(({ Result }: ApiShape) => Result === 'PASS').length,
        TotalRulesFailed: result.RuleResults.filter(({ Result }: ApiShape) => Result !== 'PASS').length,
      },
      DataSource: { GlueTable: { CatalogId: this.lake.account, ...run.DataSource.GlueTable } },
      RulesetName: ruleset,
      RulesetEvaluationRunId: run.RunId,
      StartedOn: run.StartedOn,
    }).ResultId;
  }

  private now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }
}

export const ended = ({ Status }: EvaluationRun): boolean =>
  Status === 'SUCCEEDED' || Status === 'FAILED' || Status === 'STOPPED' || Status === 'TIMEOUT';
