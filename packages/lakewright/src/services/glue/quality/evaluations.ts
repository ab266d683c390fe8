import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { engineCaller } from '../../../access/guard';
import type { SparkEngine, SparkOutcome } from '../../../engines/spark/contract';
import type { ApiShape } from '../../api-shape';
import type { LakeContext, TaskMeasures } from '../../service';
import { publishResult } from './events';
import { type EvaluationRun, type QualityResult, QualityStore, type RunStatus } from './store';

const SCRIPT = path.join(__dirname, '..', '..', '..', '..', 'runtimes', 'glue', 'awsgluedq', 'ruleset_run.py');
const RESULT = /^LAKEWRIGHT_DATA_QUALITY (\{.*\})\s*$/;
/** As many values of a metric as last(k) can ask for. */
const REMEMBERED = 100;

interface Live {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Evaluation runs of rulesets on tables of the catalog: on Spark, with the rights of the run's role. */
export class Evaluations {
  public readonly store: QualityStore;
  private readonly live = new Map<string, Live>();
  private readonly measures = new Map<string, TaskMeasures>();

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
    const abort = new AbortController();
    this.live.set(run.RunId, { abort, done: this.execute(run, abort) });
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
    this.live.get(run.RunId)?.abort.abort();
  }

  /** Waits for a run's end, but no longer than `milliseconds`. */
  public async settled(id: string, milliseconds: number): Promise<void> {
    const live = this.live.get(id);
    if (!live) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([live.done, late]);
    clearTimeout(timer);
  }

  public measuresOf(id: string): TaskMeasures | undefined {
    return this.measures.get(id);
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

  public async close(): Promise<void> {
    const runs = [...this.live.values()];
    for (const { abort } of runs) abort.abort();
    await Promise.all(runs.map(({ done }) => done));
  }

  /** Never rejects: what goes wrong is the run's outcome. */
  private async execute(run: EvaluationRun, abort: AbortController): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const began = performance.now();
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        abort.abort();
      },
      Math.min(run.Timeout * 60_000, 2 ** 31 - 1),
    );
    const results: string[] = [];
    let outcome: Pick<SparkOutcome, 'state' | 'error'>;
    try {
      const done = await this.evaluate(run, abort.signal, (said) => results.push(this.result(run, said)));
      outcome = done;
      if (done.measures) this.measures.set(run.RunId, done.measures);
    } catch (error) {
      outcome = { state: abort.signal.aborted ? 'STOPPED' : 'FAILED', error: (error as Error).message };
    } finally {
      clearTimeout(timer);
    }
    const Status: RunStatus = outcome.state === 'STOPPED' && late ? 'TIMEOUT' : outcome.state;
    this.store.putRun({
      ...run,
      Status,
      ...(Status === 'FAILED' && { ErrorString: outcome.error ?? 'the evaluation ended without a result' }),
      LastModifiedOn: this.now(),
      CompletedOn: this.now(),
      ExecutionTime: Math.round((performance.now() - began) / 1000),
      ResultIds: results,
    });
    this.live.delete(run.RunId);
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
        glueVersion: '5.0',
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
