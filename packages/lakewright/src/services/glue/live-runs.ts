import type { SparkOutcome } from '../../engines/spark/contract';
import { MissingTool } from '../../host/missing-tool';
import type { TaskMeasures } from '../service';

/** How a run ended: its work's outcome, or that its time was over. */
export interface RunEnd extends Pick<SparkOutcome, 'error' | 'measures'> {
  readonly state: SparkOutcome['state'] | 'TIMEOUT';
  /** Whole seconds. */
  readonly seconds: number;
  /** The work couldn't begin here: it is STOPPED, and nobody is told of a failure. */
  readonly missing?: MissingTool;
}

interface Live {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

type Work = (signal: AbortSignal) => Promise<Pick<SparkOutcome, 'state' | 'error' | 'measures'>>;

/** setTimeout takes no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The runs that go on in this process, of jobs or of evaluations: each with a time limit, a stop, and an end to wait for. */
export class LiveRuns {
  private readonly live = new Map<string, Live>();
  private readonly measures = new Map<string, TaskMeasures>();
  private readonly missing = new Map<string, MissingTool>();

  public has(id: string): boolean {
    return this.live.has(id);
  }

  /** Begins a run; who asked for it is answered before its work begins. What goes wrong is its end, which `ended` is told. */
  public begin(id: string, minutes: number, work: Work, ended: (end: RunEnd) => void): void {
    const abort = new AbortController();
    this.live.set(id, { abort, done: this.execute(id, minutes, abort, work, ended) });
  }

  /** Ends a run that is under way. */
  public stop(id: string): void {
    this.live.get(id)?.abort.abort();
  }

  /** Waits for a run's end; no longer than `milliseconds`, if they are given. */
  public async settled(id: string, milliseconds?: number): Promise<void> {
    const done = this.live.get(id)?.done;
    if (done === undefined || milliseconds === undefined) return await done;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([done, late]);
    clearTimeout(timer);
  }

  /** What a run that ended has said of its work. */
  public measuresOf(id: string): TaskMeasures | undefined {
    return this.measures.get(id);
  }

  /** Why a run that ended couldn't begin on this machine. */
  public missingOf(id: string): MissingTool | undefined {
    return this.missing.get(id);
  }

  /** Ends all, and waits for it. */
  public async close(): Promise<void> {
    const runs = [...this.live.values()];
    for (const { abort } of runs) abort.abort();
    await Promise.all(runs.map(({ done }) => done));
  }

  private async execute(
    id: string,
    minutes: number,
    abort: AbortController,
    work: Work,
    ended: (end: RunEnd) => void,
  ): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const began = performance.now();
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        abort.abort();
      },
      Math.min(minutes * 60_000, MAX_TIMER_MS),
    );
    const outcome: Omit<RunEnd, 'seconds'> = await work(abort.signal).catch((error) => ({
      state: abort.signal.aborted || error instanceof MissingTool ? ('STOPPED' as const) : ('FAILED' as const),
      error: error instanceof Error ? error.message : String(error),
      ...(error instanceof MissingTool && { missing: error }),
    }));
    if (outcome.missing) this.missing.set(id, outcome.missing);
    clearTimeout(timer);
    if (outcome.measures) this.measures.set(id, outcome.measures);
    this.live.delete(id);
    const state = outcome.state === 'STOPPED' && late ? 'TIMEOUT' : outcome.state;
    ended({ ...outcome, state, seconds: Math.round((performance.now() - began) / 1000) });
  }
}
