import { LakewrightError } from '../host/host';
import type { Clock } from './clock';
import type { Workspace } from './workspace';

interface ClockState {
  /** Milliseconds by which the lake is ahead of (or behind) the machine. */
  readonly offset: number;
}

export interface LakeClockOptions {
  /** ISO time at which a lake that has no clock yet starts (`clock` of the configuration). */
  readonly start?: string;
  /** ISO time to set the clock to now, in either direction (`--at`). */
  readonly at?: string;
}

/** The machine's clock plus an offset that waits enlarge; kept in `state/clock.json`. */
export class LakeClock implements Clock {
  /** @throws LakewrightError LW_CLOCK_INVALID for a text that is no ISO time */
  public static open(workspace: Workspace, options: LakeClockOptions = {}): LakeClock {
    const kept = workspace.readState<ClockState>('clock');
    const clock = new LakeClock(workspace, kept?.offset ?? 0);
    const set = options.at ?? (kept === undefined ? options.start : undefined);
    if (set !== undefined) clock.set(parseTime(set));
    return clock;
  }

  private constructor(
    private readonly workspace: Workspace,
    private offset: number,
  ) {}

  public now(): Date {
    return new Date(Date.now() + this.offset);
  }

  public async wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (milliseconds > 0) this.move(this.offset + milliseconds);
    // Others get their turn, as they would in a real wait: a loop of waits can be aborted.
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }

  public advanceTo(time: Date): void {
    const offset = time.getTime() - Date.now();
    if (offset > this.offset) this.move(offset);
  }

  /** Sets the clock, in either direction. */
  public set(time: Date): void {
    this.move(time.getTime() - Date.now());
  }

  private move(offset: number): void {
    this.workspace.writeState('clock', { offset } satisfies ClockState);
    this.offset = offset;
  }
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new LakewrightError(
    'LW_CLOCK_INVALID',
    `"${text}" is no time → give an ISO time → for example 2024-05-01T06:00:00Z`,
    2,
  );
}
