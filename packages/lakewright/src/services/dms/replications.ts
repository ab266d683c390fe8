import { LakewrightError } from '../../host/host';
import type { LakeContext } from '../service';
import { ServiceError } from '../service';
import { sourceUrl } from './connections';
import { publishState } from './events';
import { runReplication } from './run/replication-run';
import { FIRST_STATE, type ReplicationState } from './run/replication-state';
import { unknownEngine } from './source/open-source';
import { DmsStore, invalidState, type RunRecord, type StoredEndpoint, type StoredReplication } from './store';

interface Live {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

const START_TYPES = ['start-replication', 'resume-processing', 'reload-target'];

/**
 * The replications that run. A run loads what isn't loaded, catches up with the changes of the source, and ends; a
 * replication with changes is "running" from then on, and the next start goes on where it was.
 */
export class Replications {
  public readonly store: DmsStore;
  private readonly live = new Map<string, Live>();
  /** Somebody was told that they are starting, and asks again for that run's end. */
  private readonly awaited = new Set<string>();

  public constructor(private readonly lake: LakeContext) {
    this.store = new DmsStore(lake);
  }

  /** Begins a run and returns; its end is seen in the descriptions, and on the event bus. */
  public start(replication: StoredReplication, startType: string): void {
    const { arn } = replication;
    if (!START_TYPES.includes(startType)) {
      throw new ServiceError('InvalidParameterValueException', `"${startType}" is none of ${START_TYPES.join(', ')}`);
    }
    if (this.live.has(arn)) throw invalidState(`${replication.identifier} is starting already`);
    if (startType === 'resume-processing' && replication.type === 'full-load') {
      throw new ServiceError(
        'InvalidParameterCombinationException',
        'resume-processing is not valid for a full load: use reload-target',
      );
    }
    this.begin(replication, startType);
  }

  /**
   * Lets replications that are "running" catch up, as they would have done all the time on AWS, and waits for it, at most so
   * long. Until they have, they are "starting": who asks for their status, and goes on when they run, finds what was committed
   * before.
   */
  public async follow(replications: readonly StoredReplication[], milliseconds: number): Promise<void> {
    for (const replication of replications) {
      const { arn, type } = replication;
      const isRunning = this.store.runs.get(arn)?.status === 'running';
      if (type === 'full-load' || !isRunning || this.live.has(arn) || this.awaited.has(arn)) continue;
      this.begin(replication, 'resume-processing');
    }
    const arns = replications.map(({ arn }) => arn);
    await this.settle(arns, milliseconds);
    for (const arn of arns) {
      if (this.live.has(arn)) this.awaited.add(arn);
      else this.awaited.delete(arn);
    }
  }

  private begin(replication: StoredReplication, startType: string): void {
    const { arn } = replication;
    const { freshStart } = this.store.runs.get(arn) ?? {};
    const started = this.store.now();
    const fresh = startType === 'resume-processing' ? (freshStart ?? started) : started;
    const record: RunRecord = { status: 'starting', startType, freshStart: fresh, started, elapsed: 0 };
    this.store.runs.put(arn, record);
    const abort = new AbortController();
    const done = new Promise((resolve) => setImmediate(resolve)).then(() =>
      this.run(replication, record, abort.signal),
    );
    this.live.set(arn, { abort, done });
  }

  /** Ends a run, or the state of running. */
  public stop(replication: StoredReplication): void {
    const { arn, identifier } = replication;
    const live = this.live.get(arn);
    const record = this.store.runs.get(arn);
    if (record === undefined || (live === undefined && record.status !== 'running')) {
      throw invalidState(`${identifier} is not running`);
    }
    if (live !== undefined) {
      this.store.runs.put(arn, { ...record, status: 'stopping' });
      live.abort.abort(new Error('stopped'));
      return;
    }
    this.end(replication, { ...record, status: 'stopped', stopReason: 'Stop Reason NORMAL' });
  }

  /** The latest run, as far as it is known; one whose process was killed has failed. */
  public record(arn: string): RunRecord | undefined {
    const record = this.store.runs.get(arn);
    if (record === undefined || this.live.has(arn) || !['starting', 'stopping'].includes(record.status)) return record;
    return {
      ...record,
      status: 'failed',
      stopReason: 'Stop Reason RECOVERABLE_ERROR',
      failure: 'the process ended while the replication ran: start it again, it goes on where it was',
    };
  }

  public isLive(arn: string): boolean {
    return this.live.has(arn);
  }

  /** Waits for the end of runs, at most so long. */
  public async settle(arns: readonly string[], milliseconds: number): Promise<void> {
    const runs = arns.flatMap((arn) => this.live.get(arn)?.done ?? []);
    if (runs.length === 0) return;
    if (milliseconds === Number.POSITIVE_INFINITY) return void (await Promise.all(runs));
    let timer: NodeJS.Timeout | undefined;
    const held = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([Promise.all(runs), held]);
    clearTimeout(timer);
  }

  public state(replication: StoredReplication): ReplicationState {
    const name = `dms/${this.store.stateName(replication)}`;
    return this.lake.workspace.readState<ReplicationState>(name) ?? FIRST_STATE;
  }

  public async stopAll(): Promise<void> {
    const runs = [...this.live.values()];
    for (const { abort } of runs) abort.abort(new Error('the lake was closed'));
    await Promise.all(runs.map(({ done }) => done));
  }

  /** Never rejects: what goes wrong is the run's outcome. */
  private async run(replication: StoredReplication, record: RunRecord, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    publishState(this.lake, replication, 'STARTED');
    const rowsBefore = this.rows(replication);
    const outcome = await this.outcome(replication, record, signal);
    const reloaded = record.startType === 'reload-target' || replication.type === 'full-load';
    const rows = this.rows(replication) - (reloaded ? 0 : rowsBefore);
    this.live.delete(replication.arn);
    this.end(replication, { ...record, ...outcome, rows, elapsed: Math.round(performance.now() - began) });
  }

  private end(replication: StoredReplication, record: RunRecord): void {
    const stopped = record.status === 'running' ? {} : { stopped: this.store.now() };
    try {
      this.store.runs.put(replication.arn, { ...record, ...stopped });
    } catch (error) {
      this.tell('LW_DMS_FAILED', replication, `its outcome couldn't be kept: ${(error as Error).message}`);
    }
    if (record.status !== 'running') {
      publishState(this.lake, replication, record.status === 'failed' ? 'FAILED' : 'STOPPED', record.failure);
    }
  }

  private async outcome(
    replication: StoredReplication,
    { startType }: RunRecord,
    signal: AbortSignal,
  ): Promise<Pick<RunRecord, 'status' | 'stopReason' | 'failure'>> {
    const { lake, store } = this;
    try {
      const source = this.sourceOf(replication);
      const target = store.endpoint(replication.targetEndpointArn);
      const engineSettings = Object.entries<unknown>(source.settings).find(([name]) => name.endsWith('Settings'))?.[1];
      await runReplication(
        {
          id: store.stateName(replication),
          type: replication.type,
          engine: source.EngineName,
          sourceSettings: engineSettings,
          s3Settings: target.settings.S3Settings,
          tableMappings: replication.tableMappings,
          settings: replication.settings,
        },
        {
          lake,
          url: await sourceUrl(lake, source),
          reload: startType === 'reload-target',
          signal,
          warn: (text) => this.tell('LW_DMS_WARNING', replication, text),
          progress: (text) => this.tell('LW_DMS_PROGRESS', replication, text, 'debug'),
        },
      );
      return replication.type === 'full-load'
        ? { status: 'stopped', stopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' }
        : { status: 'running' };
    } catch (error) {
      if (signal.aborted) return { status: 'stopped', stopReason: 'Stop Reason NORMAL' };
      const text = error instanceof Error ? error.message : String(error);
      const code = error instanceof LakewrightError ? error.code : 'LW_DMS_FAILED';
      this.tell(code, replication, text);
      return { status: 'failed', stopReason: 'Stop Reason FATAL_ERROR', failure: `${code}: ${text}` };
    }
  }

  /** An endpoint of another engine is declared, but not kept. */
  private sourceOf({ sourceEndpointArn }: StoredReplication): StoredEndpoint {
    const declared = this.lake.resources.find(({ physicalId }) => physicalId === sourceEndpointArn);
    if (declared !== undefined && this.store.endpoints.get(sourceEndpointArn) === undefined) {
      throw unknownEngine(String(declared.properties.EngineName));
    }
    return this.store.endpoint(sourceEndpointArn);
  }

  private rows(replication: StoredReplication): number {
    const tables = Object.values(this.state(replication).tables);
    return tables.reduce((sum, one) => sum + one.fullLoadRows + one.inserts + one.updates + one.deletes, 0);
  }

  private tell(
    code: string,
    replication: StoredReplication,
    text: string,
    level: 'warning' | 'debug' = 'warning',
  ): void {
    const name = replication.path?.replace(/\/Resource$/, '') ?? replication.identifier;
    this.lake.host.notify({ code, level, text: `replication ${name}: ${text}`, data: { arn: replication.arn } });
  }
}
