import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SpoolEngine } from '../../engines/spool';
import { storageError } from '../../workspace/storage-error';
import { type LakeContext, ServiceError } from '../service';
import { RunEvents } from './events';
import type { Flow } from './flow';
import type { Flows } from './flows';
import { register } from './output/catalog';
import { destinationOf } from './output/destination';
import type { Publication, Run, Runs } from './runs';
import { scheduleOf } from './schedule';
import { makeFiles, pullOf } from './transfer';

/** How long a client token stands for its run. */
const TOKEN_MILLISECONDS = 8 * 3_600_000;

/** Starts runs, ends them, and puts right what a process that ended left behind. */
export class Executions {
  private readonly active = new Map<string, { readonly done: Promise<void>; readonly abort: AbortController }>();
  private readonly engine: SpoolEngine;
  private readonly folder: string;
  private readonly tellers: RunEvents;
  private recovered: Promise<void> | undefined;

  public constructor(
    private readonly lake: LakeContext,
    private readonly flows: Flows,
    private readonly runs: Runs,
  ) {
    this.folder = path.join(lake.workspace.root, 'appflow');
    this.engine = new SpoolEngine({ tempDirectory: path.join(lake.workspace.tmp, 'appflow') });
    this.tellers = new RunEvents(lake, flows);
  }

  /**
   * Runs a flow in the background.
   *
   * @param time for which a schedule runs it; now, if undefined
   * @returns the run's id: of the one that the token began, if there is one
   * @throws ServiceError ConflictException while another run goes on
   */
  public async start(flow: Flow, clientToken: string | undefined, time?: Date): Promise<string> {
    await this.ready();
    const now = this.lake.clock.now();
    const { runs } = this.runs.of(flow.flowName);
    const known = runs.find(
      (run) =>
        run.clientToken !== undefined &&
        run.clientToken === clientToken &&
        now.getTime() - run.startedAt < TOKEN_MILLISECONDS,
    );
    if (known && !known.interrupted) return known.executionId;
    const running = runs.find(({ status }) => status === 'InProgress');
    if (running) {
      throw new ServiceError(
        'ConflictException',
        `The flow ${flow.flowName} is running: execution ${running.executionId} has not ended.`,
        409,
      );
    }
    const executionId = known?.executionId ?? randomUUID();
    const begun = (time ?? now).getTime();
    const run: Run = { executionId, clientToken, status: 'InProgress', startedAt: begun, lastUpdatedAt: begun };
    this.runs.put(flow.flowName, run);
    const abort = new AbortController();
    // A turn of the event loop first, so that the answer to StartFlow doesn't wait for the first records.
    const done = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.run(flow, run, abort.signal))
      .finally(() => this.active.delete(executionId));
    this.active.set(executionId, { done, abort });
    this.lake.background.track(done);
    return executionId;
  }

  /** Waits for a run's end. */
  public async finished(executionId: string): Promise<void> {
    await this.active.get(executionId)?.done;
  }

  /** Waits for the end of a flow's run, but not longer than this. */
  public async settle(flowName: string, milliseconds: number): Promise<void> {
    const running = this.runs.of(flowName).runs.flatMap(({ executionId }) => this.active.get(executionId)?.done ?? []);
    if (running.length === 0) return;
    const timer = new AbortController();
    const late = sleep(milliseconds, undefined, { signal: timer.signal, ref: false }).catch(() => {});
    await Promise.race([Promise.all(running), late]);
    timer.abort();
  }

  /** @returns the ids of runs that couldn't be cancelled */
  public async cancel(flowName: string, ids: readonly string[] | undefined): Promise<string[]> {
    const { runs } = this.runs.of(flowName);
    const wanted = ids ?? runs.filter(({ status }) => status === 'InProgress').map(({ executionId }) => executionId);
    const invalid = wanted.filter((id) => !runs.some(({ executionId }) => executionId === id) || !this.active.has(id));
    for (const id of wanted) this.active.get(id)?.abort.abort(new Canceled());
    return invalid;
  }

  /** Ends all runs, and waits for them. */
  public async stop(): Promise<void> {
    const all = [...this.active.values()];
    for (const { abort } of all) abort.abort(new Canceled());
    await Promise.all(all.map(({ done }) => done));
    await this.engine.close();
  }

  /** Once: publications that had begun are finished, other runs of a process that ended are failed. */
  public ready(): Promise<void> {
    this.recovered ??= this.recover();
    return this.recovered;
  }

  private async recover(): Promise<void> {
    for (const flowName of this.runs.flows()) {
      const flow = this.flows.find(flowName);
      for (const run of this.runs.of(flowName).runs.filter(({ status }) => status === 'InProgress')) {
        if (run.publication && flow) {
          await this.publish(flow, run, run.publication).catch((error) => this.fail(flow, failed(run, error)));
        } else {
          if (run.publication) await this.withdraw(run.publication);
          const message = 'the process that ran the flow ended before its files were finished; nothing was transferred';
          this.end(flowName, { ...run, publication: undefined, status: 'Error', message, interrupted: true });
        }
      }
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(flow: Flow, run: Run, signal: AbortSignal): Promise<void> {
    const folder = path.join(this.folder, run.executionId);
    const { position } = this.runs.of(flow.flowName);
    let current = run;
    this.tellers.started(flow, run);
    try {
      const request = { flow, executionId: run.executionId, time: new Date(run.startedAt), position, folder, signal };
      const pull = pullOf(request);
      const { window } = pull.request;
      current = { ...run, pullStart: window?.start, pullEnd: window?.end ?? run.startedAt };
      const publication = await makeFiles(this.lake, request, pull, () => this.engine);
      signal.throwIfAborted();
      current = { ...current, publication };
      this.runs.put(flow.flowName, current);
      await this.publish(flow, current, publication);
    } catch (error) {
      this.fail(flow, signal.aborted ? canceled(current) : failed(current, error));
      if (!signal.aborted && !isExpected(error)) {
        const text = `AppFlow ${flow.flowName}: ${error instanceof Error ? error.stack : error}`;
        this.lake.host.notify({ code: 'LW_APPFLOW_FAILED', level: 'debug', text });
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Each file becomes an object by a rename; then the catalog; then the run has succeeded, and its position is the new one. */
  private async publish(flow: Flow, run: Run, publication: Publication): Promise<void> {
    const { bucket, files, columns, partitions, result, position } = publication;
    let bytesWritten = 0;
    try {
      for (const { file, key } of files) {
        // Another start may have got as far as this.
        if (fs.existsSync(file)) await this.lake.objects.publish(file, bucket, key);
        bytesWritten += (await this.lake.objects.head(bucket, key))?.size ?? 0;
      }
    } catch (error) {
      await this.withdraw(publication);
      throw error;
    }
    const destination = destinationOf(flow.flowName, flow.destinationFlowConfigList);
    const catalog =
      files.length === 0
        ? undefined
        : await this.register(() => register(this.lake, flow, destination, columns, partitions));
    const { publication: _, ...ended } = run;
    const success: Run = { ...ended, status: 'Successful', result: { ...result, bytesWritten }, catalog };
    this.end(flow.flowName, success, { failures: 0, ...(position && { position }) });
    this.tellers.ended(flow, success);
  }

  /** Where one file can't be put in its place, the others go as well: nobody reads half of a run. */
  private async withdraw({ bucket, files }: Publication): Promise<void> {
    for (const { key } of files) await this.lake.objects.delete(bucket, key).catch(() => {});
  }

  /** A catalog that refuses the table is told in the run's record, as on AWS; the data is there. */
  private async register(work: () => Promise<Run['catalog']>): Promise<Run['catalog']> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const output = { status: 'Error', result: '0', message: error.message };
      this.lake.host.notify({ code: 'LW_APPFLOW_CATALOG', level: 'warning', text: `AppFlow: ${error.message}` });
      return { catalogType: 'GLUE', tableRegistrationOutput: output, partitionRegistrationOutput: output };
    }
  }

  private fail(flow: Flow, run: Run): void {
    const failures = this.runs.of(flow.flowName).failures + (run.status === 'Error' ? 1 : 0);
    this.end(flow.flowName, run, { failures });
    this.tellers.ended(flow, run);
    const threshold = scheduleOf(flow)?.threshold;
    if (threshold === undefined || failures < threshold || run.status !== 'Error') return;
    const reason = `${failures} runs failed one after the other: ${run.message}`;
    this.flows.setStatus(flow, 'Suspended', reason);
    this.tellers.deactivated(flow, reason);
  }

  private end(flowName: string, run: Run, more: Parameters<Runs['put']>[2] = {}): void {
    const lastUpdatedAt = Math.max(run.startedAt, this.lake.clock.now().getTime());
    this.runs.put(flowName, { ...run, lastUpdatedAt }, more);
  }
}

function failed({ publication: _, ...run }: Run, error: unknown): Run {
  const told = storageError(error, 'writing the files of the run');
  return { ...run, status: 'Error', message: told instanceof Error ? told.message : String(told) };
}

function canceled({ publication: _, ...run }: Run): Run {
  return { ...run, status: 'Canceled', message: 'the run was cancelled' };
}

class Canceled extends Error {
  public override readonly name = 'AbortError';
}

/** Failures that say what to do need no stack. */
function isExpected(error: unknown): boolean {
  return error instanceof ServiceError || (error instanceof Error && 'exitCode' in error);
}
