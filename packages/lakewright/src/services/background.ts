import type { ToolNeed } from '../host/missing-tool';

/** Why something wasn't done here. */
export interface LeftOutReason {
  readonly reason: string;
  /** What this machine lacks for it; undefined where it follows what was left out. */
  readonly need?: ToolNeed;
}

/** Work that nobody waited for: an asynchronous invocation, a message of a queue, a notification. */
export interface BackgroundOutcome {
  /** The construct path of what worked. */
  readonly name: string;
  /** `lambda:event`, `lambda:sqs`, `events:rule` … */
  readonly type: string;
  readonly seconds: number;
  /** Undefined = it succeeded, or was left out. */
  readonly error?: string;
  /** Why it was left out. */
  readonly leftOut?: LeftOutReason;
}

/** What goes on in the background of a lake: a run waits for its end, and reports what failed. */
export class BackgroundWork {
  private readonly pending = new Set<Promise<unknown>>();
  private readonly listeners = new Set<(outcome: BackgroundOutcome) => void>();

  /** Counts a promise as work under way until it settles; it must handle its own failure. */
  public track(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work
      .catch(() => {})
      .finally(() => {
        this.pending.delete(tracked);
      });
    this.pending.add(tracked);
  }

  public report(outcome: BackgroundOutcome): void {
    for (const listener of [...this.listeners]) listener(outcome);
  }

  /** Returns the function that ends the subscription. */
  public onOutcome(listener: (outcome: BackgroundOutcome) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Waits until nothing is under way, or the signal is aborted. */
  public async settled(signal?: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal?.aborted) resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
    while (this.pending.size > 0 && !signal?.aborted) {
      await Promise.race([Promise.all(this.pending), aborted]);
      // What has just ended may have started something else.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
