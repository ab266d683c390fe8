import { randomBytes } from 'node:crypto';
import type { SparkEngine } from '../../../engines/spark/contract';
import type { MissingTool } from '../../../host/missing-tool';
import type { ApiShape } from '../../api-shape';
import { type LakeContext, ServiceError, type TaskMeasures } from '../../service';
import { entityNotFound } from '../errors';
import { LiveRuns, type RunEnd } from '../live-runs';
import { publishJobState } from './events';
import { type JobDefinition, requireRuntime } from './job-definition';
import { JobRunner } from './job-runner';
import { isFinal, type JobRun, JobStore } from './job-store';

/** Minutes. @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html */
const DEFAULT_TIMEOUT = 2880;

export interface StartOptions {
  readonly Arguments?: Readonly<Record<string, string>>;
  /** Minutes. */
  readonly Timeout?: number;
  readonly TriggerName?: string;
  readonly PredecessorRuns?: JobRun['PredecessorRuns'];
  /** Of the run that is tried again. */
  readonly previous?: JobRun;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The jobs of the lake, and those that run now: definitions and history in the workspace, runs in this process. */
export class Jobs {
  public readonly store: JobStore;
  private readonly runner: JobRunner;
  private readonly live = new LiveRuns();
  private closing = false;

  public constructor(
    private readonly lake: LakeContext,
    private readonly engine: SparkEngine,
  ) {
    this.store = new JobStore(lake.workspace);
    this.runner = new JobRunner(lake, this.store, engine);
  }

  public require(name: string): JobDefinition {
    const job = this.store.jobs.get(name);
    if (job) return job.definition;
    const declared = this.lake.resources.some(
      ({ type, physicalId, properties }) => type === 'AWS::Glue::Job' && (properties.Name ?? physicalId) === name,
    );
    throw entityNotFound(`Job ${name} not found${declared ? ' (the template has it, but it was not deployed)' : ''}`);
  }

  /** A run whose process is gone failed with it. */
  public runs(name: string): readonly JobRun[] {
    return this.store.runs(name).map((run) => (isFinal(run) || this.live.has(run.Id) ? run : this.lost(run)));
  }

  public run(name: string, id: string): JobRun {
    const found = this.runs(name).find((run) => run.Id === id);
    if (found) return found;
    throw entityNotFound(`Job Run Id ${id} for job ${name} not found`);
  }

  /** @throws ServiceError EntityNotFoundException, ConcurrentRunsExceededException, InvalidInputException */
  public start(name: string, options: StartOptions = {}): JobRun {
    const job = this.require(name);
    requireRuntime(job);
    const limit = Number(job.ExecutionProperty?.MaxConcurrentRuns ?? 1);
    if (this.runs(name).filter((run) => !isFinal(run)).length >= limit) {
      throw new ServiceError('ConcurrentRunsExceededException', `Concurrent runs exceeded for ${name}`);
    }
    const now = this.now();
    const { previous } = options;
    const first = previous?.Id.replace(/_attempt_\d+$/, '') ?? `jr_${randomBytes(32).toString('hex')}`;
    const attempt = (previous?.Attempt ?? -1) + 1;
    const Arguments = { ...job.DefaultArguments, ...options.Arguments, ...job.NonOverridableArguments };
    const run: JobRun = {
      ...options.extra,
      Id: attempt === 0 ? first : `${first}_attempt_${attempt}`,
      JobName: name,
      Attempt: attempt,
      ...(previous && { PreviousRunId: previous.Id }),
      ...(options.TriggerName !== undefined && { TriggerName: options.TriggerName }),
      PredecessorRuns: options.PredecessorRuns ?? [],
      JobRunState: 'RUNNING',
      Arguments,
      StartedOn: now,
      LastModifiedOn: now,
      ExecutionTime: 0,
      Timeout: Number(options.Timeout ?? job.Timeout ?? DEFAULT_TIMEOUT),
      ...capacityOf(job),
    };
    this.store.putRun(run);
    const work = (signal: AbortSignal) => this.runner.run(job, run, signal);
    this.live.begin(run.Id, run.Timeout, work, (end) => this.ended(job, run, end, options));
    return run;
  }

  /** Ends a run; its state is STOPPED when all that it started has ended. */
  public stop(name: string, id: string): void {
    const run = this.run(name, id);
    if (!this.live.has(id) || isFinal(run))
      throw new ServiceError('IllegalStateException', `Job run ${id} isn't running`);
    this.store.putRun({ ...run, JobRunState: 'STOPPING', LastModifiedOn: this.now() });
    this.live.stop(id);
  }

  /** Waits until a run has ended; the signal ends it. */
  public async finished(name: string, id: string, signal?: AbortSignal): Promise<JobRun> {
    const stop = () => this.live.stop(id);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    await this.live.settled(id);
    signal?.removeEventListener('abort', stop);
    return this.run(name, id);
  }

  /** Waits for a run's end, but no longer than `milliseconds`. */
  public settled(id: string, milliseconds: number): Promise<void> {
    return this.live.settled(id, milliseconds);
  }

  /** Waits until one of a job's runs has ended, but no longer than `milliseconds`, or until the signal. */
  public async oneEnded(name: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    const running = this.runs(name).filter((run) => !isFinal(run));
    const ends = running.map(({ Id }) => this.live.settled(Id, milliseconds));
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (!signal.aborted) await Promise.race([aborted, ...ends]);
  }

  public measuresOf(id: string): TaskMeasures | undefined {
    return this.live.measuresOf(id);
  }

  /** Why a run couldn't begin on this machine. */
  public missingOf(id: string): MissingTool | undefined {
    return this.live.missingOf(id);
  }

  /** Ends all runs, and Spark. */
  public async close(): Promise<void> {
    this.closing = true;
    await this.live.close();
    await this.engine.stop();
  }

  private ended(job: JobDefinition, run: JobRun, end: RunEnd, options: StartOptions): void {
    const { state, error, seconds, missing } = end;
    const ended: JobRun = {
      ...run,
      JobRunState: state,
      ...(state === 'FAILED' && { ErrorMessage: error ?? 'Command failed with exit code 1' }),
      ...(missing && { ErrorMessage: missing.message }),
      ...(state === 'TIMEOUT' && { ErrorMessage: `Job run exceeded its timeout of ${run.Timeout} minutes` }),
      LastModifiedOn: this.now(),
      CompletedOn: this.now(),
      ExecutionTime: seconds,
    };
    try {
      this.store.putRun(ended);
    } catch (failure) {
      const text = `the end of job run ${run.Id} (${state}) couldn't be kept: ${(failure as Error).message}`;
      this.lake.host.notify({ code: 'LW_GLUE_JOB_WARNING', level: 'warning', text });
    }
    if (missing === undefined) publishJobState(this.lake, ended);
    if (state === 'FAILED') this.retry(job, ended, options);
  }

  /**
   * Runs whose time is over are not tried again.
   *
   * @see https://docs.aws.amazon.com/glue/latest/dg/add-job.html
   */
  private retry(job: JobDefinition, failed: JobRun, options: StartOptions): void {
    if (this.closing || failed.Attempt >= Number(job.MaxRetries ?? 0)) return;
    try {
      const next = this.start(job.Name, { ...options, previous: failed });
      this.lake.background.track(this.finished(job.Name, next.Id));
    } catch (failure) {
      const text = `job ${job.Name} couldn't be tried again: ${(failure as Error).message}`;
      this.lake.host.notify({ code: 'LW_GLUE_JOB_WARNING', level: 'warning', text });
    }
  }

  private lost(run: JobRun): JobRun {
    const ended: JobRun = {
      ...run,
      JobRunState: 'FAILED',
      ErrorMessage: 'the process of the lake ended while the job ran',
      CompletedOn: run.LastModifiedOn,
    };
    return ended;
  }

  private now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }
}

/** What a run tells of its workers: nothing local hangs on it. */
function capacityOf(job: ApiShape): Record<string, unknown> {
  const workers = Number(job.NumberOfWorkers ?? job.MaxCapacity ?? 10);
  return {
    GlueVersion: String(job.GlueVersion ?? '5.1'),
    LogGroupName: '/aws-glue/jobs',
    AllocatedCapacity: Math.ceil(workers),
    MaxCapacity: workers,
    ...(job.WorkerType !== undefined && { WorkerType: job.WorkerType, NumberOfWorkers: workers }),
    ...(job.ExecutionClass !== undefined && { ExecutionClass: job.ExecutionClass }),
    ...(job.SecurityConfiguration !== undefined && { SecurityConfiguration: job.SecurityConfiguration }),
  };
}
